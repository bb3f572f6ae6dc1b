"""Promises 23 to 25: the card sells nothing and never nags, and no number is shown that nobody checked."""

from collections.abc import Mapping
from datetime import date, timedelta
from html.parser import HTMLParser
from itertools import pairwise, product
from typing import Any, NamedTuple

from hypothesis import strategies as st

from adtailor.config.helplines import load_helplines
from adtailor.config.settings import Deciding, Settings
from adtailor.domain.wellbeing import CardMemory, State
from adtailor.testing.thrown_away import thrown_away
from adtailor.testing.trust import writing
from adtailor.testing.trust.browser import BROWSER_LINE, drawn, has_browser
from adtailor.testing.trust.installed import (
    EVERYTHING,
    NOON,
    Installed,
    MovableClock,
    codes,
    expected,
    installed,
)
from adtailor.testing.trust.pages import the_policy
from adtailor.testing.trust.proof import Proof, Trial, holds
from adtailor.wellbeing.helplines import lines_for
from adtailor.wellbeing.rest import rest_card, support_card
from adtailor.wellbeing.words import WORDS

FIELDS = {"kind", "title", "body", "options", "helplines", "emergency_number", "pause_seconds"}
SELLS = ("€", "eur ", "sponsor", "advert", "offer", "discount", "http:", "https:", "www.", "@", "buy", "shop")
HOUR = timedelta(hours=1)
VOID = frozenset({"img", "input", "br", "meta", "link", "hr", "source"})


class _Card(HTMLParser):
    """The card in a page: its words, its elements, where it sends to, and what it links to."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words = ""
        self.cards = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Into an element."""
        given = {name: value or "" for name, value in attrs}
        if not self._depth and tag == "section" and "rest" in given.get("class", "").split():
            self._depth, self.cards = 1, self.cards + 1
        elif self._depth:
            self._depth += tag not in VOID
            self.tags.append(tag)
            self.attributes += [(tag, name, value) for name, value in given.items()]

    def handle_endtag(self, tag: str) -> None:
        """Out of it."""
        if self._depth and tag not in VOID:
            self._depth -= 1

    def handle_data(self, data: str) -> None:
        """Words."""
        if self._depth:
            self.words += data


def _told_card(card: Mapping[str, Any], kind: str) -> None:
    holds(set(card) == FIELDS, f"the card has {sorted(set(card) ^ FIELDS)}")
    holds(card["kind"] == kind, f"it is a {card['kind']} card")
    words = f"{card['title']} {card['body']} {' '.join(one['label'] for one in card['options'])}".lower()
    sold = [word for word in SELLS if word in words]
    holds(not sold, f"the card says {sold}")


def _drawn_card(page: str, kind: str) -> None:
    card, helplines = _Card(), {one.url for one in load_helplines()}
    card.feed(page)
    expected(card.cards == 1, f"{card.cards} cards on the page")
    foreign = {"img", "iframe", "script", "link", "object", "embed", "video", "audio", "style"} & set(card.tags)
    holds(not foreign, f"the card loads {sorted(foreign)}")
    for tag, name, value in card.attributes:
        holds(name not in {"ping", "style", "data-impression", "data-viewable"}, f"{tag} has {name}={value!r}")
        holds(name != "action" or value == "/choices/rest", f"a form of the card sends to {value}")
        holds(not value.startswith(("/v1/e/", "/v1/c/")), f"{tag} {name} counts an event")
        holds(name != "class" or "ad" not in value.split(), "an ad stands in the card")
        if name == "href":
            holds(kind == "support" and (value in helplines or value.startswith("tel:")), f"the card leads to {value}")
    words = card.words.lower()
    for address in helplines:
        words = words.replace((address or "").lower(), "")
    sold = [word for word in SELLS if word in words]
    holds(not sold, f"the card says {sold}")


def _the_card_sells_nothing(trial: Trial) -> None:
    policy, lines = the_policy(), load_helplines()
    languages = [*sorted(WORDS), "fi", None]

    def in_words(case: tuple[str | None, State, int]) -> None:
        language, state, dismissals = case
        card = rest_card(state, CardMemory(dismissals=dismissals), policy, language)
        words = " ".join((card.title, card.body, *(option.label for option in card.options))).lower()
        sold = [word for word in SELLS if word in words]
        holds(not sold and not card.helplines, f"the card says {sold}")
        support = support_card("DE", lines, policy, language, NOON)
        words = f"{support.title} {support.body}".lower()
        holds(not [word for word in SELLS if word in words], f"the support card sells: {words}")
        holds("limit" not in words and support.pause_seconds == 0, "the support card sets a limit")

    trial.each(product(languages, (State.HIGH, State.SUSTAINED), range(4)), in_words)
    with installed(seed=trial.seed, demo=True) as house:
        for name, texts, kind in (("tomasz", writing.STRESSED, "rest"), ("noor", writing.CRISIS, "support")):
            house.person(name, consents=EVERYTHING)
            house.wrote(name, texts)
            page = house.call("GET", f"/?viewer={name}")
            _drawn_card(page.text, kind)
            policy_header = page.headers.get("content-security-policy", "")
            holds("default-src 'none'" in policy_header, f"the page's policy is {policy_header!r}")
            house.clock.pass_(timedelta(days=4))
            house.wrote(name, texts)
            card = house.call("GET", f"/v1/people/{name}/rest").told["rest_suggestion"]
            expected(card is not None, f"no card is due for {name}")
            _told_card(card, kind)
            trial.count()
        if has_browser():
            house.clock.pass_(timedelta(days=4))
            house.wrote("tomasz", writing.STRESSED)
            _in_a_browser(house)
            trial.count()
        else:
            trial.left_out.append(f"browser part not run: {BROWSER_LINE}")


def _in_a_browser(house: Installed) -> None:
    """While the card has the page nothing foreign is asked for, nothing is counted, and one tap closes it."""
    with drawn(house) as (page, asked):
        page.goto("http://127.0.0.1:8765/?viewer=tomasz")
        card = page.locator(".rest")
        expected(card.count() == 1, "no card is drawn")
        loads = card.evaluate(
            "card => card.querySelectorAll('img, iframe, script, object, embed, [style], [ping], .ad').length"
        )
        holds(loads == 0, f"{loads} elements of the card load or count something")
        foreign = [url for url in asked if not url.startswith("http://127.0.0.1:8765/")]
        holds(not foreign, f"the page asked for {foreign[:2]}")
        counted = [url for url in asked if "/v1/e/" in url]
        holds(not counted, f"an event was sent while the card had the page: {counted[:1]}")
        card.get_by_role("button", name="Close this card").click()
        page.wait_for_load_state()
        holds(page.locator(".rest").count() == 0, "one tap does not close the card")


class Act(NamedTuple):
    """What somebody does next."""

    what: str
    hours: float = 0.0


def _acts() -> st.SearchStrategy[tuple[Act, ...]]:
    waits = st.builds(Act, what=st.just("wait"), hours=st.sampled_from([0.1, 1, 8, 23, 24, 25, 73, 170]))
    taps = ("look", "look", "look", "stressed", "calm", "crisis", "15min", "1h", "today", "dismiss", "hide", "stop")
    acts = st.builds(Act, what=st.sampled_from(taps))
    return st.lists(st.one_of(acts, waits), min_size=1, max_size=14).map(lambda some: (Act(what="stressed"), *some))


def _cards_never_nag(trial: Trial) -> None:
    # The two nights on which the clocks change in Berlin, where this person lives.
    for began in (NOON.replace(month=3, day=27, hour=22), NOON.replace(month=10, day=23, hour=21)):
        with installed(seed=trial.seed, clock=MovableClock(began)) as house:

            def never(acts: tuple[Act, ...], house: Installed = house, began: Any = began) -> None:
                house.clock.at = began
                _live_through(house, acts)

            trial.over(_acts(), never, cases=max(1, trial.cases // 2))
    _a_restart_forgets_nothing(trial)


def _live_through(house: Installed, acts: tuple[Act, ...]) -> None:
    person = house.person(consents={**dict.fromkeys(EVERYTHING, False), "wellbeing": True}, country="DE")
    rests: list[Any] = []
    supports: list[Any] = []
    crises: list[Any] = []
    dismissed: list[Any] = []
    stopped = False
    for act in acts:
        now = house.clock.now()
        match act.what:
            case "wait":
                house.clock.pass_(timedelta(hours=act.hours))
            case "stressed" | "calm" | "crisis":
                texts = {"stressed": writing.STRESSED, "calm": writing.CALM[:1], "crisis": writing.CRISIS}[act.what]
                house.wrote(person, texts, gap=timedelta(minutes=1))
                crises += [now] if act.what == "crisis" else []
            case "look":
                card = house.call("GET", f"/v1/people/{person}/rest?zone=Europe/Berlin").told["rest_suggestion"]
                if card is None:
                    continue
                _told_card(card, card["kind"])
                taps = {one["id"] for one in card["options"]}
                holds(taps & {"dismiss", "hide"}, f"no single tap leaves a card with {sorted(taps)}")
                if card["kind"] == "support":
                    supports.append(now)
                    continue
                holds(not stopped, "a card after these were stopped")
                rests.append(now)
                if dismissed:
                    hours = (72, 168)[min(len(dismissed), 2) - 1]
                    holds(now >= dismissed[-1] + hours * HOUR, f"a card within {hours} h of a dismissal")
            case answer:
                house.call("POST", f"/v1/people/{person}/rest", {"answer": answer, "zone": "Europe/Berlin"})
                if answer == "dismiss":
                    dismissed.append(now)
                elif answer in {"15min", "1h", "today"}:
                    dismissed.clear()
                    page = house.decide(viewer={"person_id": person, "age": "adult"})
                    holds(codes(page) == ["quiet"] * 3, "ads while somebody rests")
                stopped = stopped or answer == "stop"
        for earlier, later in pairwise(rests):
            holds(later - earlier >= 24 * HOUR, f"two cards within {later - earlier}")
        for earlier, later in pairwise(supports):
            holds(any(earlier <= crisis <= later for crisis in crises), "a support card twice for one crisis")
        holds(not supports or crises, "a support card without crisis language")


def _a_restart_forgets_nothing(trial: Trial) -> None:
    clock = MovableClock()
    with thrown_away() as made:
        for opening in range(3):
            with installed(seed=trial.seed, folder=made, clock=clock) as house:
                if opening == 0:
                    house.person("ana", consents=EVERYTHING)
                    house.wrote("ana", writing.STRESSED)
                card = house.call("GET", "/v1/people/ana/rest").told["rest_suggestion"]
                holds((card is not None) == (opening == 0), f"opening {opening}: a card again after a restart")
            clock.pass_(timedelta(hours=10))
            trial.count()


def _lines(verified: date | None, source: str, country: str) -> str:
    on = "" if verified is None else f"verified_at = {verified.isoformat()}\n"
    return (
        '[[helpline]]\ncountry = "*"\nname = "All"\nurl = "https://all.example"\nsource = "https://all.example"\n'
        f'[[helpline]]\ncountry = "{country}"\nname = "Someone"\nphone = "1"\nsource = "{source}"\n{on}'
    )


def _numbers_are_checked(trial: Trial) -> None:
    policy = the_policy()
    shipped = load_helplines()

    def unverified(line: Any) -> None:
        holds(line.source.startswith("https://"), f"{line.name} has no source")
        holds(line.verified_at is None, f"{line.name} ships as verified")
        shown = lines_for(line.country, shipped, today=NOON.date(), fresh_days=policy.helpline_fresh_days)
        holds([one.country for one in shown] == ["*"], f"as shipped, {line.country} is shown {shown}")

    trial.each(shipped, unverified)
    ages = [None, -1, 0, 1, 90, 179, 180, 181, 400]
    with thrown_away() as made:
        file = made / "helplines.toml"

        def fresh(case: tuple[int | None, str, str]) -> None:
            age, country, lives = case
            verified = None if age is None else NOON.date() - timedelta(days=age)
            file.write_text(_lines(verified, "https://some.example", country), "utf-8")
            card = support_card(lives, load_helplines(file), policy, "en", NOON)
            right = age is not None and 0 <= age <= 180 and country == lives
            names = [line.name for line in card.helplines]
            holds(names == (["Someone"] if right else ["All"]), f"checked {age} days ago, {lives} is shown {names}")

        trial.each(product(ages, ("DE", "GB"), ("DE", "GB", "FR")), fresh)
        file.write_text(_lines(NOON.date(), "https://some.example", "GB"), "utf-8")
        settings = Settings(deciding=Deciding(exploration=0.0), helplines=str(file))
        with installed(seed=trial.seed, settings=settings) as house:
            for days, name in ((0, "Someone"), (180, "Someone"), (181, "All")):
                house.clock.at = NOON + timedelta(days=days)
                person = house.person(consents=EVERYTHING, country="GB")
                house.wrote(person, writing.CRISIS)
                card = house.call("GET", f"/v1/people/{person}/rest").told["rest_suggestion"]
                expected(card is not None and card["kind"] == "support", "no support card after crisis language")
                told = [line["name"] for line in (card or {})["helplines"]]
                holds(told == [name], f"{days} days after the check the card names {told}")
                trial.count()


PROOFS = (
    Proof(
        number=23,
        says="A rest suggestion has no sponsor, no ad and no tracking.",
        tries="the cards in every language and state; a stressed member's page and card, parsed, and drawn by Chromium "
        "where there is one, with every request that it makes",
        cases=40,
        try_it=_the_card_sells_nothing,
    ),
    Proof(
        number=24,
        says="Caps and cool-downs of the card hold; leaving it takes one tap.",
        tries="drawn lives over the nights on which the clocks change: posts, cards, taps, days that pass, and a "
        "restart between",
        cases=40,
        full=1_500,
        try_it=_cards_never_nag,
    ),
    Proof(
        number=25,
        says="A helpline is shown only with a source and a check of at most 180 days ago.",
        tries="the table as shipped; lines checked -1 to 400 days ago, by country; an installation whose clock moves "
        "past the 180th day",
        cases=60,
        try_it=_numbers_are_checked,
    ),
)
