"""The life of an event: late, twice, forged, out of order, or too often; real stores, a toy house."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from adtailor.domain.decision import Context, DecisionRequest, Placement, Viewer
from adtailor.domain.events import ClaimKind, EventKind
from adtailor.domain.ids import PlacementId, RequestId, SiteId
from adtailor.domain.ledger import Selection
from adtailor.domain.money import Micros
from adtailor.domain.traffic import Limits
from adtailor.errors import InvalidInput, TokenRefused
from adtailor.journeys.take_event import Called, Taken, price_of
from adtailor.journeys.traffic import Sender, Traffic
from adtailor.measure.traffic import Networks, address_of
from adtailor.storage import MemoryStore, SqliteStore
from adtailor.testing.stores import Store
from adtailor.testing.toy_house import ToyHouse, toy_house

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
BANNER = ({"id": "banner", "topics": ["483"], "bid": "2.00", "pays": "cpm"},)


def page(house: ToyHouse, number: int = 1, *, now: datetime = NOON) -> dict[ClaimKind, str]:
    """The addresses of one ad on one page."""
    request = DecisionRequest(
        request_id=RequestId(f"r{number}"),
        site_id=SiteId("site"),
        placements=(Placement(id=PlacementId("feed-1"), position=1, floor=Micros(50_000)),),
        context=Context(text="A hike in the hills", language="en", country="DE"),
        viewer=Viewer(age="adult"),
    )
    filled = house.fill_page.fill(request, now=now, random=Random(number))
    [tokens] = filled.tokens.values()
    return dict(tokens)


def call(
    house: ToyHouse, tokens: dict[ClaimKind, str], kind: EventKind, now: datetime = NOON, address: str | None = None
) -> Taken:
    return house.take_event.take(
        tokens[kind], kinds=frozenset({kind}), now=now, user_agent=BROWSER, address=address_of(address)
    )


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else SqliteStore(tmp_path)


def test_t35_an_event_that_comes_after_its_address_expired_is_stored_free_and_reported_as_over_delivery(
    store: Store,
) -> None:
    house = toy_house(store)
    tokens = page(house)
    late = call(house, tokens, "click", NOON + timedelta(hours=24))
    assert (late.outcome.status, late.outcome.charged, late.outcome.over_delivered) == ("taken", 0, True)
    assert late.landing_url, "whoever clicks late still arrives"
    assert call(house, tokens, "click", NOON + timedelta(hours=25)).outcome.status == "duplicate"
    [(event, charged)] = store.events.events()
    assert (event.is_late, event.validity, charged) == (True, "valid", 0)
    assert store.events.spent(NOON) == {}


def test_t35_a_click_that_arrives_before_its_impression_counts_and_so_does_the_impression(store: Store) -> None:
    house = toy_house(store)
    tokens = page(house)
    clicked = call(house, tokens, "click", NOON + timedelta(seconds=2))
    assert clicked.outcome.charged > 0
    for kind in ("viewable", "impression"):
        assert call(house, tokens, kind, NOON + timedelta(seconds=3)).outcome.status == "taken"
    assert [event.kind for event, _ in store.events.events()] == ["click", "viewable", "impression"]
    assert store.ledger.disagreements() == []


def test_t32_forged_and_replayed_addresses_charge_nothing_and_do_not_hold_up_the_others(store: Store) -> None:
    house = toy_house(store)
    tokens = page(house)
    good = tokens["click"]
    forged = good[:-2] + ("AA" if good[-2:] != "AA" else "BB")
    calls = [
        Called(token=token, kinds=frozenset({"click", "impression"}))
        for token in (forged, good, good, tokens["why"], tokens["impression"])
    ]
    forgery, first, second, why, impression = house.take_event.take_all(calls, now=NOON)
    assert isinstance(forgery, TokenRefused)
    assert isinstance(why, TokenRefused)
    assert isinstance(first, Taken)
    assert isinstance(second, Taken)
    assert isinstance(impression, Taken)
    assert (first.outcome.status, second.outcome.status) == ("taken", "duplicate")
    assert sum(charged for _, charged in store.events.events()) == first.outcome.charged > 0


def test_t36_a_viewer_who_comes_too_often_is_no_longer_billed(store: Store) -> None:
    house = toy_house(store, ads=BANNER)
    minutes = (0, 0.5, 1, 2, 3, 4, 11)
    outcomes = []
    for number, minute in enumerate(minutes):
        now = NOON + timedelta(minutes=minute)
        tokens = page(house, number, now=now)
        outcomes.append(call(house, tokens, "impression", now, address="198.51.100.7").outcome)
    # One a minute, three in ten minutes: the second is too fast, those of minutes 3 and 4 too many, that of 11 is not.
    assert [outcome.validity for outcome in outcomes] == ["valid", "sivt", "valid", "valid", "sivt", "sivt", "valid"]
    assert [outcome.charged > 0 for outcome in outcomes] == [o.validity == "valid" for o in outcomes]
    other = page(house, 99, now=NOON + timedelta(minutes=11))
    assert call(house, other, "impression", NOON + timedelta(minutes=11), "198.51.100.8").outcome.validity == "valid"
    assert "198.51.100" not in repr(store.events.events())


def test_t36_where_a_proxy_hides_everybody_nobody_is_told_apart_and_nobody_is_too_fast(store: Store) -> None:
    house = toy_house(store, ads=BANNER)
    for number in range(5):
        outcome = call(house, page(house, number), "impression", address="127.0.0.1").outcome
        assert outcome.validity == "valid"


def test_t36_machines_are_general_and_crowds_of_one_network_sophisticated_invalid_traffic() -> None:
    traffic = Traffic(
        MemoryStore().events, limits=Limits(click_burst=3), machines=Networks.of_lines("203.0.113.0/24 # a hoster")
    )
    campaign = toy_house(MemoryStore()).store.catalogue.inventory().campaigns[0].id

    def judged(address: str | None, now: datetime = NOON, kind: EventKind = "click") -> str:
        return traffic.judge(Sender(user_agent=BROWSER, address=address_of(address)), kind, campaign, now)

    assert judged("203.0.113.9") == judged("::ffff:203.0.113.9") == "givt"
    crowd = [judged(f"198.51.100.{host}") for host in range(5)]
    assert crowd == ["valid"] * 3 + ["sivt"] * 2
    assert (
        judged("198.51.101.1") == judged(None) == judged("10.0.0.1") == judged("198.51.100.1", kind="hide") == "valid"
    )
    assert judged("198.51.100.1", NOON + timedelta(minutes=1)) == "valid"
    assert judged("no address") == "valid"
    with pytest.raises(InvalidInput, match="no network"):
        Networks.of_lines("203.0.113.0/99")


def test_t36_a_reversal_returns_the_money_exactly_once_and_nothing_is_learned_from_what_it_marks(store: Store) -> None:
    house = toy_house(store)
    spent: dict[str, int] = {}
    for number in range(4):
        now = NOON + timedelta(minutes=number)
        tokens = page(house, number, now=now)
        spent[str(number)] = call(house, tokens, "click", now).outcome.charged
        call(house, tokens, "impression", now)
    farm = Selection(site_id=SiteId("site"), since=NOON + timedelta(minutes=1), until=NOON + timedelta(minutes=3))
    done = store.ledger.reverse(farm, validity="sivt", reason="a click farm", now=NOON + timedelta(hours=1))
    assert (done.events, done.amount) == (4, spent["1"] + spent["2"])
    left = sum(life for _, life in store.events.spent(NOON).values())
    assert left == spent["0"] + spent["3"]
    again = store.ledger.reverse(farm, validity="sivt", reason="a click farm", now=NOON + timedelta(hours=2))
    assert (again.events, again.amount) == (0, 0)
    assert sum(entry.amount for entry in store.ledger.entries()) == left
    assert [e.reason for e in store.ledger.entries() if e.kind == "reversal"] == ["a click farm"] * 2
    assert store.ledger.disagreements() == []
    assert sum(event.validity == "valid" for event, _ in store.events.events()) == 4
    assert call(house, tokens, "click", NOON + timedelta(hours=2)).outcome.status == "duplicate"


def test_a_selection_that_names_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match="which events"):
        Selection(since=NOON)


def test_the_price_of_a_thousand_is_rounded_up_for_one() -> None:
    house = toy_house(MemoryStore(), ads=BANNER)
    page(house)
    won = next(house.store.events.records()).decision.placements[0].won
    assert won is not None
    assert price_of("impression", won) == -(-won.price // 1000)
    assert price_of("click", won) == 0
