"""T39: the public repository of ads is complete, holds nothing of anybody, and keeps an ad a year after it last ran."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.domain.audit import Author
from adtailor.domain.buying import Inventory
from adtailor.domain.decision import Context, DecisionRequest, Placement, Viewer
from adtailor.domain.events import Arrival
from adtailor.domain.exhibit import Band
from adtailor.domain.ids import PersonId, PlacementId, RequestId, SiteId
from adtailor.domain.ledger import Selection
from adtailor.domain.person import Person
from adtailor.errors import InvalidInput
from adtailor.journeys.repository import Search
from adtailor.measure.public import BUDGET, EPSILONS
from adtailor.service.wire.decoding import encode
from adtailor.service.wire.repository import public_to_wire
from adtailor.storage import MemoryStore, SqliteStore
from adtailor.testing import samples
from adtailor.testing.stores import Store
from adtailor.testing.toy_house import ToyHouse, toy_house

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ADS = (
    {"id": "boots", "topics": ["483"], "bid": "0.40", "pays": "cpm", "asks_countries": ["DE"]},
    {"id": "oven", "topics": ["210"], "bid": "0.30", "pays": "cpm", "excludes_countries": ["FR"]},
)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c6360000000020001e221bc330000"
    "000049454e44ae426082"
)


def silent(counts: Sequence[int], epsilon: float, sensitivity: int) -> list[int]:
    """No noise, where what is looked at is something else."""
    return list(counts)


@pytest.fixture
def plain() -> Store:
    """For what does not depend on where things are kept."""
    return MemoryStore()


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterable[Store]:
    store = SqliteStore(tmp_path / "data") if request.param == "sqlite" else MemoryStore()
    yield store
    store.close()


def visit(house: ToyHouse, number: int, now: datetime, *, viewer: str | None = None, seen: bool = True) -> list[str]:
    """A page with two places, and, if it is seen, the impressions of what it shows."""
    request = DecisionRequest(
        request_id=RequestId(f"r{number}"),
        site_id=SiteId("larkwater"),
        placements=(Placement(id=PlacementId("p1")), Placement(id=PlacementId("p2"), position=9)),
        context=Context(country="DE", language="en"),
        viewer=Viewer(person_id=None if viewer is None else PersonId(viewer), age="adult"),
    )
    page = house.fill_page.fill(request, now=now, random=Random(number))
    for tokens in page.tokens.values():
        if seen:
            house.take_event.take(tokens["impression"], kinds=frozenset({"impression"}), user_agent="Firefox", now=now)
    return [filled.won.ad_id for filled in page.decision.placements if filled.won is not None]


def public(house: ToyHouse, now: datetime, **asked: object) -> dict[str, object]:
    found = house.repository.search(Search(**asked), now=now)
    return {ad.ran.ad_id: ad for ad in found.ads}


def test_t39_every_ad_that_was_shown_is_there_with_what_stood_on_it(store: Store) -> None:
    house = toy_house(store, ads=ADS)
    assert sorted(visit(house, 1, NOON)) == ["boots", "oven"]
    found = public(house, NOON)
    assert set(found) == {"boots", "oven"}
    [kept] = found["boots"].versions
    assert (kept.exhibit.advertiser, kept.exhibit.payer) == ("boots-ltd", "boots-ltd")
    assert [words.headline for words in kept.exhibit.words] == ["boots"]
    assert kept.exhibit.asks.countries == {"DE"}
    assert found["oven"].versions[0].exhibit.excludes.countries == {"FR"}
    assert (found["boots"].ran.first_day, found["boots"].ran.last_day) == (NOON.date(), NOON.date())
    assert house.repository.gaps() == []


def test_t39_what_was_chosen_and_never_seen_is_not_there(plain: Store) -> None:
    house = toy_house(plain, ads=ADS)
    assert visit(house, 1, NOON, seen=False)
    assert public(house, NOON) == {}
    assert house.repository.gaps() == []


def test_t39_it_stands_when_the_ad_is_changed_archived_and_gone(store: Store, tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.mkdir()
    (media / "boots.png").write_bytes(PNG)
    house = toy_house(store, ads=ADS, media=media)
    author = Author(by="ana", at=NOON)
    with store.catalogue.changing(author) as change:
        creative = change.item("creatives", "boots").item
        change.put("creatives", replace(creative, image="boots.png", headline="Dry feet", status="active"))
    visit(house, 1, NOON)
    (media / "boots.png").write_bytes(PNG + b"another")
    with store.catalogue.changing(author) as change:
        change.put("creatives", replace(change.item("creatives", "boots").item, headline="Warm feet", status="active"))
    visit(house, 2, NOON + timedelta(hours=1))
    store.catalogue.replace(Inventory())
    assert visit(house, 3, NOON + timedelta(hours=2)) == []
    newest, oldest = public(house, NOON + DAY)["boots"].versions
    assert [words.headline for words in newest.exhibit.words] == ["Warm feet"]
    assert [words.headline for words in oldest.exhibit.words] == ["Dry feet"]
    assert house.repository.picture(oldest.exhibit.picture.hash) == ("image/png", PNG)
    assert house.repository.picture(newest.exhibit.picture.hash) == ("image/png", PNG + b"another")
    assert house.repository.gaps() == []


def test_t39_an_ad_stays_a_year_after_it_last_ran_and_then_goes_with_its_picture(store: Store, tmp_path: Path) -> None:
    (tmp_path / "boots.png").write_bytes(PNG)
    house = toy_house(store, ads=ADS, media=tmp_path)
    with store.catalogue.changing(Author(by="ana", at=NOON)) as change:
        change.put("creatives", replace(change.item("creatives", "boots").item, image="boots.png", status="active"))
    visit(house, 1, NOON)
    visit(house, 2, NOON + 100 * DAY)
    for passed, is_there in ((365, True), (465, True), (466, True), (467, False)):
        now = NOON + passed * DAY
        store.purge(now)
        assert ("boots" in public(house, now)) == is_there, passed
        assert (house.repository.one("boots", now=now) is not None) == is_there
    store.purge(NOON + 470 * DAY)
    assert store.exhibits.versions(["boots"])["boots"] == []


def test_t39_nothing_of_a_viewer_is_in_it(plain: Store) -> None:
    house = toy_house(plain, ads=({**ADS[0], "tone": ["playful"], "look": ["colour:navy"]}, ADS[1]), noise=silent)
    for name in ("ana", "finn"):
        person = Person(person_id=PersonId(name), consents=samples.ALL, age="adult")
        plain.people.put_person(person, expected_version=None)
        visit(house, len(name), NOON, viewer=name)
    house.repository.close_days(now=NOON + DAY)
    told = " ".join(encode(public_to_wire(ad)).decode() for ad in public(house, NOON + DAY).values()).lower()
    for word in ("ana", "finn", "larkwater", "playful", "navy", "joy", "mood", "affect", "stress", "decision", "price"):
        assert f'"{word}' not in told, word
    keys = set(_keys(json.loads(f"[{told.replace('} {', '},{')}]")))
    assert not {key for key in keys if "person" in key or "viewer" in key or "impression" in key or "click" in key}


def _keys(value: object) -> Iterable[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    if isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


@settings(max_examples=12)
@given(
    moves=st.lists(
        st.tuples(
            st.sampled_from(["autumn", "winter"]),
            st.sampled_from(["impression", "click"]),
            st.integers(0, 40),
            st.sampled_from(["valid", "givt"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_t39_it_agrees_with_the_ledger_whatever_happens(
    moves: Sequence[tuple[str, str, int, str, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    for store in (MemoryStore(),) if len(moves) % 4 else (MemoryStore(), SqliteStore(tmp_path_factory.mktemp("store"))):
        store.catalogue.replace(samples.inventory(samples.campaign(), samples.campaign("winter")))
        house = toy_house(store)
        for number, (name, kind, hours, validity, again) in enumerate(moves):
            at = NOON + timedelta(hours=hours)
            event = samples.event(number, campaign_name=name, kind=kind, price=1, at=at, validity=validity)
            store.events.take_many([Arrival(event=event, viewer=None)] * (2 if again else 1))
        store.ledger.reverse(
            Selection(site_id=SiteId("larkwater"), until=NOON + timedelta(hours=9)),
            validity="sivt",
            reason="a farm",
            now=NOON,
        )
        house.repository.catch_up(now=NOON)
        assert [one for one in house.repository.gaps() if "nothing is kept" not in one] == []
        assert house.reports.disagreements() == []
        shown = {f"{name}-ad" for name, kind, *_ in moves if kind == "impression"}
        assert {ran.ad_id for ran in store.exhibits.ran(since=NOON.date())} == shown
        counted = store.events.delivered(["autumn", "winter"])
        valid = {ran.campaigns[0]: ran.valid for ran in store.exhibits.ran(since=NOON.date()) if ran.valid}
        assert dict(counted) == valid
        store.close()


def test_t39_a_gap_is_found(plain: Store) -> None:
    house = toy_house(plain, ads=ADS)
    plain.events.take(samples.event(1, kind="impression", price=0))
    assert house.repository.gaps() == ["nothing is kept of what ad autumn-ad showed"]


def test_what_ran_before_versions_were_kept_is_frozen_as_it_is_now(store: Store) -> None:
    store.catalogue.replace(samples.inventory())
    house = toy_house(store)
    store.events.take(samples.event(1, kind="impression", price=0))
    assert public(house, NOON)["autumn-ad"].versions == []
    assert house.repository.catch_up(now=NOON) == 1
    assert house.repository.catch_up(now=NOON) == 0
    assert public(house, NOON)["autumn-ad"].advertiser == "Boots & Co"


def test_it_is_searched_by_advertiser_words_and_days(store: Store) -> None:
    house = toy_house(store, ads=ADS)
    visit(house, 1, NOON)
    later = NOON + 30 * DAY
    with store.catalogue.changing(Author(by="ana", at=NOON)) as change:
        change.put("ads", replace(change.item("ads", "oven").item, status="paused"))
    visit(house, 2, later)
    assert set(public(house, later, advertiser="boots-ltd")) == {"boots"}
    assert set(public(house, later, advertiser="LTD")) == {"boots", "oven"}
    assert set(public(house, later, words="shop.example OVEN")) == {"oven"}
    assert set(public(house, later, words="oven boots")) == set()
    assert set(public(house, later, since=later.date())) == {"boots"}
    assert set(public(house, later, until=NOON.date())) == {"boots", "oven"}
    assert set(public(house, later, until=NOON.date() - DAY)) == set()
    first = house.repository.search(Search(limit=1), now=later)
    assert ([ad.ran.ad_id for ad in first.ads], first.next) == (["boots"], "boots")
    second = house.repository.search(Search(limit=1, after="boots"), now=later)
    assert ([ad.ran.ad_id for ad in second.ads], second.next) == (["oven"], None)
    for wrong in ({"limit": 0}, {"limit": 101}, {"since": later.date(), "until": NOON.date()}):
        with pytest.raises(InvalidInput):
            Search(**wrong)


def crowd(store: Store, count: int, at: datetime, *, ads: Sequence[str] = ("autumn",), start: int = 0) -> None:
    """So many people see each of these ads, in three hours."""
    store.events.take_many(
        [
            Arrival(
                event=samples.event(
                    number, campaign_name=ad, kind="impression", price=0, at=at + timedelta(hours=number % 3),
                    placement_id=PlacementId(f"{ad}-{at:%d}"),
                ),
                viewer=(number * 7 + 1).to_bytes(2, "big") + bytes(14),
            )
            for number in range(start, start + count)
            for ad in ads
        ]
    )  # fmt: skip


def test_recipients_are_told_of_days_that_are_over_in_bands(store: Store) -> None:
    house = toy_house(store, noise=silent)
    crowd(store, 70, NOON)
    assert house.repository.close_days(now=NOON) == 0  # today is not over
    assert public(house, NOON)["autumn-ad"].recipients is None
    assert house.repository.close_days(now=NOON + DAY) == len(EPSILONS)
    assert public(house, NOON)["autumn-ad"].recipients == Band(least=50, below=100)
    crowd(store, 60, NOON + DAY, start=1000)
    house.repository.close_days(now=NOON + 2 * DAY)
    assert public(house, NOON)["autumn-ad"].recipients == Band(least=100, below=200)  # 70 + 60
    crowd(store, 49, NOON + DAY, ads=("winter",), start=2000)
    crowd(store, 49, NOON + 2 * DAY, ads=("winter",), start=3000)
    house.repository.close_days(now=NOON + 3 * DAY)
    assert public(house, NOON)["winter-ad"].recipients is None


def test_t21_a_public_figure_is_drawn_once_and_stands(store: Store) -> None:
    drawn = Random(4)

    def noise(counts: Sequence[int], epsilon: float, sensitivity: int) -> list[int]:
        return [count + drawn.randint(-40, 40) for count in counts]

    house = toy_house(store, noise=noise)
    crowd(store, 90, NOON)
    house.repository.close_days(now=NOON + DAY)
    first = store.exhibits.published("ad")
    for _ in range(20):
        assert house.repository.close_days(now=NOON + DAY) == 0
        assert store.exhibits.published("ad") == first
    assert store.exhibits.spent(NOON.date()) == pytest.approx(BUDGET)
    # Neither another name for the same breakdown nor a second draw is covered by what is left of the day.
    with pytest.raises(InvalidInput, match="budget"):
        store.exhibits.publish("ad again", NOON.date(), {"autumn-ad": 90}, epsilon=0.25, budget=BUDGET)
    assert not store.exhibits.publish("ad", NOON.date(), {"autumn-ad": 90}, epsilon=0.5, budget=BUDGET)
    assert store.exhibits.published("ad") == first
    assert store.exhibits.unpublished("ad", date(2026, 11, 21)) == []
