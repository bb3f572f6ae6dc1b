"""Promises 32, 35 and 36: an address counts once, no budget is overspent, and no machine costs anything."""

import base64
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

from adtailor.storage import SqliteStore
from adtailor.testing import samples
from adtailor.testing.thrown_away import thrown_away
from adtailor.testing.trust.crash import DAILY, LIFETIME, kill_in_lanes, prepared, reconcile
from adtailor.testing.trust.installed import Installed, community_ads, expected, installed
from adtailor.testing.trust.proof import Proof, Trial, holds

EVIL = "https://evil.example/"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
BOTS = (
    "Googlebot/2.1 (+http://www.google.com/bot.html)", "facebookexternalhit/1.1", "curl/8.5.0", "python-requests/2.32",
    "Go-http-client/2.0", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "Wget/1.21",
    "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0", "Mozilla/5.0 (compatible; AhrefsBot/7.0)",
)  # fmt: skip


class Tampered(NamedTuple):
    """An address of a decision, and what somebody did to it."""

    kind: str
    how: str
    at: int


def _tamperings() -> st.SearchStrategy[Tampered]:
    return st.builds(
        Tampered,
        kind=st.sampled_from(["impression_url", "viewable_url", "click_url", "hide_url", "why"]),
        how=st.sampled_from(["flip", "cut", "pad", "twice", "late", "elsewhere", "other purpose", "redirect"]),
        at=st.integers(0, 599),
    )


def _filled(house: Installed) -> dict[str, Any]:
    page = house.decide(request_id=house.new("r"), context={"language": "en", "country": "GB"})
    one = next((one for one in page["placements"] if one["ad"] is not None), None)
    expected(one is not None, "no ad is shown")
    return {**one, "why": one["why"]["url"]}  # type: ignore[index,dict-item]


def _method(kind: str) -> str:
    return "POST" if kind == "hide_url" else "GET"


def _an_address_counts_once(house: Installed, case: Tampered) -> None:
    filled, events = _filled(house), house.engine.store.events
    address: str = filled[case.kind]
    path, _, token = address.rpartition("/")
    landing = {one.landing_url for one in community_ads().creatives}
    before = events.events()
    match case.how:
        case "flip":
            raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
            raw[case.at // 8 % len(raw)] ^= 1 << case.at % 8
            forged = base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()
            _refused(house, _method(case.kind), f"{path}/{forged}")
        case "cut":
            _refused(house, _method(case.kind), f"{path}/{token[: case.at % len(token)] or 'x'}")
        case "pad":
            _refused(house, _method(case.kind), f"{path}/{token}{'A=.~'[case.at % 4]}")
        case "other purpose":
            wrong = "/v1/c" if path != "/v1/c" else "/v1/e"
            _refused(house, "GET", f"{wrong}/{token}")
        case "elsewhere" | "redirect":
            more = f"?url={EVIL}" if case.how == "redirect" else f"?redirect={EVIL}&next={EVIL}"
            answer = house.ask("GET", f"{filled['click_url']}{more}", headers={"x-forwarded-host": "evil.example"})
            to = answer.headers.get("location")
            holds(answer.status == 302 and to in landing, f"a click leads to {to}")
            return
        case "late":
            house.clock.pass_(timedelta(hours=24, minutes=1))
            for kind in ("impression_url", "click_url"):
                house.ask("GET", filled[kind])
            late = [charged for event, charged in events.events()[len(before) :] if not event.is_late or charged]
            holds(not late, "an address that had expired was charged")
            return
        case _:
            for _ in range(3):
                house.ask("GET", filled["click_url"], headers={"user-agent": PHONE})
            new = events.events()[len(before) :]
            holds(len(new) == 1, f"three calls of one address are {len(new)} events")
            return
    holds(events.events() == before, "a forged address left an event")


def _refused(house: Installed, method: str, address: str) -> None:
    answer = house.ask(method, address)
    holds(answer.status in {403, 404}, f"{address[:60]} was answered {answer.status}")
    holds("location" not in answer.headers, "a forged address leads somewhere")


def _addresses_count_once(trial: Trial) -> None:
    with installed(seed=trial.seed) as house:
        trial.over(_tamperings(), lambda case: _an_address_counts_once(house, case))
        events = house.engine.store.events.events()
        once = [(event.decision_id, event.placement_id, event.kind) for event, _ in events]
        holds(len(once) == len(set(once)), "an event is stored twice")


class Spend(NamedTuple):
    """Events of one small budget, in order: which decision, at what price, how many hours in."""

    events: tuple[tuple[int, int, int], ...]


def _spends() -> st.SearchStrategy[Spend]:
    one = st.tuples(st.integers(0, 40), st.integers(1, 400), st.integers(0, 60))
    return st.builds(Spend, events=st.lists(one, min_size=1, max_size=25).map(tuple))


def _never_overspent(spend: Spend) -> None:
    with thrown_away() as made, SqliteStore(made) as store:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=DAILY, lifetime=LIFETIME, zone="UTC")))
        charged: dict[object, int] = {}
        seen: set[int] = set()
        for number, price, hours in spend.events:
            at = samples.NOON + timedelta(hours=hours)
            outcome = store.events.take(samples.event(number, price=price, at=at))
            holds((outcome.status == "duplicate") == (number in seen), f"event {number} is a {outcome.status}")
            holds(outcome.charged in {0, price}, f"an event of {price} cost {outcome.charged}")
            holds(outcome.status == "taken" or outcome.charged == 0, "a duplicate was charged")
            seen.add(number)
            charged[at.date()] = charged.get(at.date(), 0) + outcome.charged
        for day, spent in charged.items():
            holds(spent <= DAILY, f"{day} cost {spent} of {DAILY}")
        holds(sum(charged.values()) <= LIFETIME, f"it cost {sum(charged.values())} of {LIFETIME}")
        holds(not store.ledger.disagreements(), lambda: f"{store.ledger.disagreements()[:2]}")


def _budgets_hold(trial: Trial) -> None:
    kills = max(2, min(1_000, trial.cases // 2))
    with tempfile.TemporaryDirectory(prefix="adtailor-trust-") as made:  # on the disk, in the middle of a write
        folder = Path(made)
        prepared(folder)
        acknowledged = kill_in_lanes(folder, kills, seed=trial.seed, tick=trial.count)
        reconcile(folder, acknowledged)
    trial.measured.append(f"{len(acknowledged.events)} events acknowledged before {kills} kills: none lost or doubled")
    trial.over(_spends(), _never_overspent, cases=max(1, min(200, trial.cases - kills)))


class Visitor(NamedTuple):
    """A visitor that is, or may be, a machine, and how often it comes."""

    agent: str
    times: int
    network: str | None


def _visitors() -> st.SearchStrategy[Visitor]:
    return st.one_of(
        st.builds(Visitor, agent=st.sampled_from(BOTS), times=st.integers(1, 3), network=st.none()),
        st.builds(Visitor, agent=st.just(PHONE), times=st.integers(2, 6), network=st.just("203.0.113.7")),
    )


def _machines_cost_nothing(trial: Trial) -> None:
    with installed(seed=trial.seed) as house:
        store = house.engine.store

        def judged(visitor: Visitor) -> None:
            house.clock.pass_(timedelta(days=1))
            before = len(store.events.events())
            ads: list[str] = []
            for _ in range(visitor.times):
                filled = _filled(house)
                ads.append(filled["ad"]["ad_id"])
                for kind in ("impression_url", "click_url"):
                    headers = {"user-agent": visitor.agent}
                    house.ask("GET", filled[kind], headers=headers, client=visitor.network or "127.0.0.1")
            new = store.events.events()[before:]
            holds(len(new) == 2 * visitor.times, f"{len(new)} of {2 * visitor.times} events were stored")
            if visitor.agent in BOTS:
                bad = [(event.kind, charged) for event, charged in new if charged or event.validity != "givt"]
                holds(not bad, f"{visitor.agent} was billed or believed: {bad}")
            else:
                for ad in set(ads):
                    valid = [e for e, _ in new if e.ad_id == ad and e.kind == "click" and e.validity == "valid"]
                    holds(len(valid) <= 1, f"{len(valid)} clicks on {ad} within a minute are valid")
            invalid = {event.decision_id for event, _ in new if event.validity != "valid"}
            billed = [charged for event, charged in new if event.validity != "valid" and charged]
            holds(not billed, f"invalid events were billed: {billed}")
            rows = {row.decision_id for row in house.engine.training_rows.since(None, salt=b"proof")}
            holds(not rows & invalid, "something is learned from a page that a machine visited")

        trial.over(_visitors(), judged)
        person = _filled(house)
        house.ask("GET", person["impression_url"], headers={"user-agent": PHONE})
        expected(store.events.events()[-1][0].validity == "valid", "a phone is taken for a machine")
        holds(not store.ledger.disagreements(), "the ledger disagrees")


PROOFS = (
    Proof(
        number=32,
        says="An event address is signed, expires and counts once, and leads only where the advertiser said.",
        tries="addresses of decisions with flipped bits, cut, padded, called for another purpose, late, three times, "
        "or with a destination of somebody's own",
        cases=120,
        full=3_000,
        try_it=_addresses_count_once,
    ),
    Proof(
        number=35,
        says="No budget is overspent and no event is charged twice, after kill -9 at any write.",
        tries="processes that share a budget, killed at random moments, and every sum added up afterwards; drawn "
        "events on a small budget",
        cases=24,
        full=1_200,
        try_it=_budgets_hold,
    ),
    Proof(
        number=36,
        says="Invalid traffic is neither billed nor learned from.",
        tries="crawlers by what they say of themselves, and visitors that come again and again: what is charged, and "
        "what is learned from",
        cases=40,
        full=1_000,
        try_it=_machines_cost_nothing,
    ),
)
