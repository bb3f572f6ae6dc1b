"""Promises 13 to 15: an explanation names what changed the ad, every ad says whose it is, and its control works."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from itertools import combinations
from typing import Any, NamedTuple

from hypothesis import strategies as st

from adtailor.decide.auction import in_play
from adtailor.domain.buying import Inventory
from adtailor.domain.decision import Evidence, Filled
from adtailor.domain.ids import AdId, PersonId
from adtailor.domain.signals import Signal
from adtailor.domain.targeting import Targeting
from adtailor.testing.bid_requests import asked
from adtailor.testing.toy_pages import ToyPage
from adtailor.testing.trust.browser import BROWSER_LINE, has_browser
from adtailor.testing.trust.installed import (
    EVERYTHING,
    SPORTS,
    Installed,
    community_ads,
    expected,
    installed,
    shown,
)
from adtailor.testing.trust.pages import Visit, visits, winners
from adtailor.testing.trust.proof import Proof, Trial, holds
from adtailor.testing.trust.writing import FOND, HAPPY

PERSONAL = {"interests", "look", "affect", "history"}
POST_ADDRESSES = ("hide_url", "report_url")


def explained_by_ablation(page: ToyPage, rule: Mapping[str, Any]) -> Counter[int]:
    """Leave every signal out in turn; how many signals each ad's explanation names, negative for those taken together.

    Raises Broken where an explanation names one signal too many or too few, or another set than the smallest.
    """
    decision = page.decide(**rule)
    signals = in_play(page.evidence)
    rerun = {signal: winners(page.decide(page.evidence.without(signal), **rule)) for signal in signals}
    holds(decision.account.without == rerun, "the account tells of other ads than leaving each signal out shows")
    there, sizes = winners(decision), Counter[int]()
    for filled in decision.placements:
        if filled.won is None:
            holds(filled.why is None, f"{filled.placement_id} is empty, and explained")
            continue
        place, told = filled.placement_id, () if filled.why is None else filled.why.signals
        changing = tuple(signal for signal in signals if rerun[signal][place] != there[place])
        right = changing or smallest_set(page, signals, filled, rule)
        holds(told == right, f"{place} is explained by {list(told)}, and leaving out changes it for {list(right)}")
        sizes[len(changing) if changing else -len(right)] += 1
    return sizes


def smallest_set(
    page: ToyPage, signals: tuple[Signal, ...], filled: Filled, rule: Mapping[str, Any]
) -> tuple[Signal, ...]:
    """The first of the smallest sets of signals whose removal changes the ad; empty if there is none."""
    for size in range(2, len(signals) + 1):
        for some in combinations(signals, size):
            evidence: Evidence = page.evidence
            for signal in some:
                evidence = evidence.without(signal)
            if winners(page.decide(evidence, **rule))[filled.placement_id] != (filled.won and filled.won.ad_id):
                return some
    return ()


def _explained(visit: Visit) -> int:
    for page in visit.pages:
        explained_by_ablation(page, visit.rule)
    return len(visit.known)


def _explanations_are_exact(trial: Trial) -> None:
    trial.over(visits(most_places=4), _explained)


class _Words(HTMLParser):
    """The text of each element of some class, with the names of what can be pressed in it."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self._wanted, self._depth = wanted, 0
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Into an element."""
        if self._depth:
            self._depth += tag not in {"img", "input", "br", "meta", "link"}
        elif tag == "article" and self._wanted in (dict(attrs).get("class") or "").split():
            self._depth = 1
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        """Out of it."""
        self._depth = max(0, self._depth - (tag not in {"img", "input", "br", "meta", "link"}))

    def handle_data(self, data: str) -> None:
        """Words."""
        if self._depth:
            self.found[-1] += " ".join(data.split()) + " "


def ads_on(page: str) -> list[str]:
    """What each ad of a page says, in words."""
    words = _Words("ad")
    words.feed(page)
    return words.found


def alone(ad_id: AdId) -> Inventory:
    """The community's ads, of which this one alone runs, before anybody."""
    whole = community_ads()
    return replace(
        whole,
        ads=tuple(replace(ad, status="active" if ad.id == ad_id else "paused") for ad in whole.ads),
        adsets=tuple(
            replace(one, targeting=Targeting(), exclusions=Targeting(), hours=frozenset()) for one in whole.adsets
        ),
    )


def _says_whose_it_is(house: Installed, ad_id: AdId) -> None:
    whole = community_ads()
    ad = next(one for one in whole.ads if one.id == ad_id)
    creative = next(one for one in whole.creatives if one.id == ad.creative_id)
    advertiser = next(one for one in whole.advertisers if one.id == creative.advertiser_id)
    house.engine.store.catalogue.replace(alone(ad_id))
    [filled] = house.decide(placements=[{"id": "one", "formats": [creative.format]}])["placements"]
    expected(filled["ad"] is not None, f"{ad_id} is not shown: {filled['no_fill']}")
    told: dict[str, Any] = filled["ad"]
    why: dict[str, Any] = filled["why"]
    holds(told["label"] == "Ad", f"the label is {told['label']!r}")
    holds((told["advertiser"], told["payer"]) == (advertiser.name, advertiser.payer), "another advertiser or payer")
    holds(why and why["sentence"] and why["url"], "it does not say why")
    for name in POST_ADDRESSES:
        holds(filled[name], f"it has no {name}")
    account = house.call("GET", str(why["url"])).told
    holds((account["advertiser"], account["payer"]) == (advertiser.name, advertiser.payer), "the account differs")
    if creative.format == "native":
        [card, *_] = ads_on(house.call("GET", "/?viewer=gus").text)
        for words in ("Ad ", advertiser.name, f"paid for by {advertiser.payer}", "Why this ad?", "You see this ad"):
            holds(words in card, f"its card in the feed does not say {words!r}")
        holds("Nothing more from this advertiser" in card, "its card has no control")
    answer = house.ask("POST", "/openrtb2/auction", asked())
    if answer.status == 200 and answer.told.get("seatbid"):
        markup = answer.told["seatbid"][0]["bid"][0]["adm"]
        for words in (">Ad</span>", escape(advertiser.name), f"paid for by {escape(advertiser.payer)}", "Why this ad?"):
            holds(words in markup, f"its banner does not say {words!r}")


def _every_ad_says_whose_it_is(trial: Trial) -> None:
    with installed(seed=trial.seed, demo=True) as house:
        house.wrote("ben", FOND[:1])
        trial.each([ad.id for ad in community_ads().ads], lambda ad_id: _says_whose_it_is(house, ad_id))
    if not has_browser():
        trial.left_out.append(f"pages were parsed, not drawn: {BROWSER_LINE}")


class Toggle(NamedTuple):
    """What somebody wrote, and where they look."""

    wrote: tuple[str, ...]
    topic: str | None
    country: str | None
    places: int


def _toggles() -> st.SearchStrategy[Toggle]:
    return st.builds(
        Toggle,
        wrote=st.lists(st.sampled_from((*FOND, *HAPPY)), max_size=4).map(tuple),
        topic=st.sampled_from([None, "483", "42", "210", "653"]),
        country=st.sampled_from([None, "GB"]),
        places=st.integers(1, 3),
    )


def _the_control_works(house: Installed, toggle: Toggle) -> int:
    """Switch off what an explanation names, one by one or the set that it names together: another ad stands there."""
    person = house.person(consents=EVERYTHING)
    house.wrote(person, toggle.wrote)
    asking: dict[str, Any] = {
        "placements": [{"id": f"f{place}", "position": place} for place in range(toggle.places)],
        "context": {
            "language": "en",
            "country": toggle.country,
            "topics": [] if toggle.topic is None else [{**SPORTS, "id": toggle.topic}],
        },
        "viewer": {"person_id": person, "age": "adult"},
    }

    def seen() -> dict[str, Any]:
        house.dice.again(7)
        return house.decide(**asking)

    before, tried = seen(), 0
    for filled in before["placements"]:
        if filled["ad"] is None or not filled["why"]["signals"]:
            continue
        signals, together = filled["why"]["signals"], "taken together" in filled["why"]["sentence"]
        for group in [signals] if together else [[signal] for signal in signals]:
            house.call("PUT", f"/v1/people/{person}/signals", {"signals": dict.fromkeys(group, False)})
            after = shown(seen())
            house.call("PUT", f"/v1/people/{person}/signals", {"signals": dict.fromkeys(group, True)})
            holds(
                after.get(filled["id"], (None,))[0] != filled["ad"]["ad_id"],
                f"without {group} the same ad {filled['ad']['ad_id']} stands in {filled['id']}",
            )
            tried += 1
        holds(shown(seen()) == shown(before), "switched on again, the page is another")
    house.engine.people.forget(PersonId(person))
    return tried


def _controls_work(trial: Trial) -> None:
    with installed(seed=trial.seed) as house:
        trial.over(_toggles(), lambda toggle: _the_control_works(house, toggle))
    expected(trial.tried, "no explanation named a signal")


PROOFS = (
    Proof(
        number=13,
        says="An explanation names exactly the signals that changed the ad.",
        tries="pages by every pricing rule, decided again without each signal and, where none alone changes the ad, "
        "without every set of them",
        cases=400,
        full=100_000,
        try_it=_explanations_are_exact,
    ),
    Proof(
        number=14,
        says='Every ad carries the label "Ad", its advertiser, its payer, why, and a control.',
        tries="every ad of the community in turn, as the API, a banner and the feed's page show it",
        cases=60,
        try_it=_every_ad_says_whose_it_is,
    ),
    Proof(
        number=15,
        says="The control that an explanation names changes the next result.",
        tries="people of drawn interests and moods: every signal that an explanation names is switched off over HTTP, "
        "and on again",
        cases=60,
        full=2_000,
        try_it=_controls_work,
    ),
)
