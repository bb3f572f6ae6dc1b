"""Promises 21 and 37: what advertisers are told, and what of others they never are."""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

from hypothesis import strategies as st

from adtailor.config.settings import Deciding, Server, Settings
from adtailor.domain.access import ROLES, AccessToken, Role
from adtailor.domain.audit import Author
from adtailor.domain.events import Arrival
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, OrganizationId, PlacementId, SiteId
from adtailor.domain.managed import BUYING
from adtailor.service.app import OPERATIONS
from adtailor.testing import samples
from adtailor.testing.trust.installed import Installed, expected, installed
from adtailor.testing.trust.proof import Proof, Trial, holds
from adtailor.testing.trust.published import noise_hides_anybody

LEAST = 50
Seen = tuple[int, str, str, str, str, int]
"""Impressions: hour, ad set, ad, site, placement, and how many people saw it there."""
BREAKDOWNS = {"adset": 1, "ad": 2, "site": 3, "placement": 4}


class Delivered(NamedTuple):
    """What was seen by whom: (day, ad, placement, first person, how many people)."""

    crowds: tuple[tuple[int, str, str, int, int], ...]


ADS = ("a1", "a2", "a3", "b1", "b2", "c1")
PLACES = ("s1-top", "s1-end", "s2-top")


def _deliveries() -> st.SearchStrategy[Delivered]:
    sizes = st.sampled_from([1, 2, 49, 50, 51, 60, 120])
    crowd = st.tuples(st.integers(0, 1), st.sampled_from(ADS), st.sampled_from(PLACES), st.integers(0, 60), sizes)
    return st.builds(Delivered, crowds=st.lists(crowd, min_size=1, max_size=6).map(tuple))


def _differences_are_groups(house: Installed, delivered: Delivered) -> None:
    """No line, and no difference of a whole and its lines, stands for fewer than 50 people; and sums are exact."""
    campaign = CampaignId(house.new("c"))
    views = list(_deliver(house, campaign, delivered))
    total = len(views)
    reports = {
        by: house.call("GET", f"/v1/reports?by={by}&audience=advertiser&campaign_id={campaign}").told
        for by in BREAKDOWNS
    }
    whole = house.call("GET", f"/v1/reports?campaign_id={campaign}").told["total"]
    for day in {view[0] for view in views}:
        today = [view for view in views if view[0] == day]
        on = (samples.NOON + timedelta(days=day)).date().isoformat()
        told: dict[str, set[str]] = {}
        for by, place in BREAKDOWNS.items():
            query = f"by={by}&audience=advertiser&campaign_id={campaign}&since={on}&until={on}"
            report = house.call("GET", f"/v1/reports?{query}").told
            told[by] = {name for name in map(lambda row, by=by: row["key"][by], report["rows"]) if name is not None}
            for name in told[by]:
                who = {view[5] for view in today if view[place] == name}
                holds(len(who) >= LEAST, f"{by} {name} is told apart, and {len(who)} people saw it")
            rest = {view[5] for view in today if view[place] not in told[by]}
            holds(not rest or not told[by] or len(rest) >= LEAST, f"by {by}, subtraction leaves {len(rest)} people")
            holds(report["total"]["impressions"] == len(today), "a report of a day counts other impressions")
        for above, below in (("adset", "ad"), ("site", "placement")):
            up, down = BREAKDOWNS[above], BREAKDOWNS[below]
            for parent in told[above]:
                hidden = {v[5] for v in today if v[up] == parent and v[down] not in told[below]}
                holds(not hidden or len(hidden) >= LEAST, f"{above} {parent} less its {below}s leaves {len(hidden)}")
            for child in told[below]:
                parents = {view[up] for view in today if view[down] == child}
                holds(parents <= told[above], f"{below} {child} is told apart, and its {above} is not")
    for by, report in reports.items():
        sums = {key: sum(row["tally"][key] for row in report["rows"]) for key in ("impressions", "gross_micros")}
        holds(sums["impressions"] == report["total"]["impressions"] == total, f"by {by} lines do not sum to the total")
        holds(
            sums["gross_micros"] == report["total"]["gross_micros"] == whole["gross_micros"], f"by {by} money differs"
        )
    holds(not house.engine.reports.disagreements(), "ledger, events and reports disagree")


def _deliver(house: Installed, campaign: CampaignId, delivered: Delivered) -> Iterator[Seen]:
    arrivals: list[Arrival] = []
    seen: set[tuple[int, str, int]] = set()
    for day, ad, place, first, size in delivered.crowds:
        at = samples.NOON + timedelta(days=day)
        key = house.engine.store.events.viewer_key(at)
        for person in range(first, first + size):
            if (day, ad, person) in seen:  # who comes again within a minute is no valid impression
                continue
            seen.add((day, ad, person))
            number = house.number = house.number + 1
            event = samples.event(number, kind="impression", price=7, at=at)
            event = replace(
                event, campaign_id=campaign, advertiser_id=AdvertiserId("boots"),
                adset_id=AdSetId(f"{campaign}-{ad[0]}"),
                ad_id=AdId(f"{campaign}-{ad}"), site_id=SiteId(place[:2]), placement_id=PlacementId(place),
            )  # fmt: skip
            viewer = blake2b(f"{person}".encode(), key=key, digest_size=16).digest()
            arrivals.append(Arrival(event=event, viewer=viewer))
            yield day, f"{campaign}-{ad[0]}", f"{campaign}-{ad}", place[:2], place, person
    for start in range(0, len(arrivals), 500):
        house.engine.store.events.take_many(arrivals[start : start + 500])


def _reports_tell_of_groups(trial: Trial) -> None:
    with installed(seed=trial.seed, inventory=samples.inventory()) as house:
        trial.over(_deliveries(), lambda delivered: _differences_are_groups(house, delivered))
        crowd = Delivered(((0, "a1", "s1-top", 0, 120), (0, "b1", "s2-top", 0, 120)))
        campaign = CampaignId(house.new("c"))
        list(_deliver(house, campaign, crowd))
        told = house.call("GET", f"/v1/reports?by=ad&audience=advertiser&campaign_id={campaign}").told["rows"]
        expected(len(told) == 2, "crowds are not told apart either")
        text = house.call("GET", f"/v1/reports?by=ad&campaign_id={campaign}").text
        holds(not re.search(r"affect|mood|stress|emotion|sentiment|crisis", text), "a report speaks of feelings")
    noise_hides_anybody(trial)


def own_items(name: str) -> dict[str, dict[str, Any]]:
    """One of each thing to manage, all of them one organization's, with its name in each."""
    return {
        "organizations": {"id": name, "name": f"{name} org"},
        "advertisers": {"id": f"{name}-a", "organization_id": name, "name": f"{name} a", "payer": name},
        "campaigns": {"id": f"{name}-c", "advertiser_id": f"{name}-a", "name": f"{name} c", "daily_budget_micros": 9,
                      "status": "draft"},
        "adsets": {"id": f"{name}-s", "campaign_id": f"{name}-c", "name": f"{name} s",
                   "bid": {"kind": "cpc", "amount_micros": 9}, "status": "draft"},
        "creatives": {"id": f"{name}-k", "advertiser_id": f"{name}-a", "headline": f"{name} k", "body": "B.",
                      "landing_url": "https://tea.example/"},
        "ads": {"id": f"{name}-d", "adset_id": f"{name}-s", "creative_id": f"{name}-k", "status": "draft"},
        "sites": {"id": f"{name}-site", "name": f"{name} site"},
        "placements": {"id": f"{name}-p", "site_id": f"{name}-site", "name": f"{name} p", "status": "draft"},
    }  # fmt: skip


class Locked:
    """An installation that asks for a token, with two organizations and a token of one of them for each role."""

    def __init__(self, house: Installed, owner: str) -> None:
        self.house, self.tokens = house, {"owner": owner}
        author = Author(by="proof", at=house.clock.now())
        for role, whose in (
            ("advertiser", {"organization_id": OrganizationId("mine")}),
            ("analyst", {"organization_id": OrganizationId("mine")}),
            ("site", {"site_id": SiteId("mine-site")}),
        ):
            token = AccessToken(
                id=f"t-{role}",
                label=role,
                role=_role(role),
                created_at=house.clock.now(),
                **whose,  # type: ignore[arg-type]
            )
            self.tokens[role] = house.engine.store.tokens.create(token, author)
        for name in ("mine", "others"):
            for kind, item in own_items(name).items():
                answer = self.ask("owner", "POST", f"/v1/{kind}", item)
                expected(answer.status == 201, f"no {kind} could be made: {answer.text[:200]}")

    def ask(self, who: str, method: str, address: str, body: object = None) -> Any:
        """As the holder of this role's token."""
        headers = {"authorization": f"Bearer {self.tokens[who]}", "if-match": "*"}
        return self.house.ask(method, address, body, headers=headers)


def _role(name: str) -> Role:
    return next(role for role in ROLES if role == name)


@contextmanager
def locked(seed: int) -> Generator[Locked]:
    """For as long as it is looked at."""
    owner = "the-owner-of-this-proof"
    settings = Settings(deciding=Deciding(exploration=0.0), server=Server(token=owner))
    with installed(seed=seed, settings=settings) as house:
        yield Locked(house, owner)


def _organizations_are_isolated(trial: Trial) -> None:
    with locked(trial.seed) as doors:
        matrix = [(one, role) for one in OPERATIONS if not one.is_open for role in ("advertiser", "analyst", "site")]
        trial.each(matrix, lambda case: _is_kept_out(doors, *case))
        items = [(kind, role) for kind in BUYING for role in ("advertiser", "analyst")]
        trial.each(items, lambda case: _is_not_there(doors, *case))
        pages = ["/v1/catalogue", "/v1/reviews", "/v1/campaign-sheet", *(f"/v1/{kind}" for kind in BUYING)]
        trial.each(
            [(page, role) for page in pages for role in ("advertiser", "analyst")], lambda c: _no_word(doors, *c)
        )
        for number, name in enumerate(("mine", "others", "others")):
            event = samples.event(number, price=0, at=doors.house.clock.now())
            event = replace(event, advertiser_id=AdvertiserId(f"{name}-a"), campaign_id=CampaignId(f"{name}-c"))
            doors.house.engine.store.events.take(event)
        for role in ("advertiser", "analyst"):
            told = doors.ask(role, "GET", "/v1/reports")
            holds(told.told["total"]["clicks"] == 1 and "others" not in told.text, f"a report for {role} counts others")
        expected(
            doors.ask("owner", "GET", "/v1/reports").told["total"]["clicks"] == 3, "the owner's report counts less"
        )
        own = doors.house.request(site_id="mine-site")
        expected(doors.ask("site", "POST", "/v1/decisions", own).status == 200, "a site may not ask for itself")
        other = doors.ask("site", "POST", "/v1/decisions", {**own, "site_id": "others-site"})
        holds(other.status == 404, f"a site asked for another one, and was answered {other.status}")


def _is_kept_out(doors: Locked, operation: Any, role: str) -> None:
    body = {} if operation.method != "GET" else None
    answer = doors.ask(role, operation.method, re.sub(r"{\w+}", "mine", operation.path), body)
    may = role in operation.roles
    holds((answer.status == 403) != may, f"{role}: {operation.method} {operation.path} was answered {answer.status}")
    nobody = doors.house.ask(operation.method, re.sub(r"{\w+}", "mine", operation.path), body)
    holds(nobody.status in {401, 403}, f"nobody: {operation.method} {operation.path} was answered {nobody.status}")


def _is_not_there(doors: Locked, kind: str, role: str) -> None:
    other, own = own_items("others")[kind], own_items("mine")[kind]
    hidden = doors.ask(role, "GET", f"/v1/{kind}/{other['id']}")
    holds(hidden.status == 404, f"{role} sees another's {kind}: {hidden.status}")
    expected(doors.ask(role, "GET", f"/v1/{kind}/{own['id']}").status == 200, f"{role} does not see its own {kind}")
    if role == "advertiser" and kind != "organizations":
        for method in ("PATCH", "DELETE"):
            answer = doors.ask(role, method, f"/v1/{kind}/{other['id']}", {})
            holds(answer.status == 404, f"{role}: {method} of another's {kind} was answered {answer.status}")
        parent = next(field for field in other if field.endswith("_id"))
        planted = doors.ask(role, "POST", f"/v1/{kind}", {**own, "id": "planted", parent: other[parent]})
        holds(planted.status == 422, f"{role} put a {kind} under another's {parent}: {planted.status}")


def _no_word(doors: Locked, page: str, role: str) -> None:
    told = doors.ask(role, "GET", page)
    expected(told.status == 200 and "mine" in told.text, f"{page} says nothing")
    holds("others" not in told.text, f"{page} holds a word of another organization before {role}")
    holds("larkwater" not in told.text.lower(), f"{page} holds the community's ads before {role}")


PROOFS = (
    Proof(
        number=21,
        says="Advertisers never see feelings; totals are exact, and every breakdown stands for at least 50 people.",
        tries="drawn crowds of 1 to 120 people on a real ledger: every report by every breakdown and day, and every "
        "difference of a whole and its lines; and the noise of the figures that are told to everybody",
        cases=25,
        full=500,
        try_it=_reports_tell_of_groups,
    ),
    Proof(
        number=37,
        says="Organizations are isolated.",
        tries="every route by every role; another organization's items, pages and reports; a site that asks for others",
        cases=200,
        try_it=_organizations_are_isolated,
    ),
)
