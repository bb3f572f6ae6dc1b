"""T22: profile targeting that reaches few people does not serve, and says nothing about any one of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.config.policy import load_policy
from adtailor.decide.eligibility import Asked, sift
from adtailor.domain.access import OWNER, Caller
from adtailor.domain.audit import Author
from adtailor.domain.decision import Context, DecisionRequest, Evidence, Limits, Placement, Viewer
from adtailor.domain.ids import AdSetId, OrganizationId, PersonId, PlacementId, RequestId, SegmentId, SiteId, TopicId
from adtailor.domain.person import Consents, Person
from adtailor.domain.profile import Fading, Profile
from adtailor.domain.reach import reached
from adtailor.domain.targeting import Targeting
from adtailor.journeys.reach import Reaches
from adtailor.storage import MemoryStore, SqliteStore
from adtailor.testing.stores import Store
from adtailor.testing.toy_ads import toy_inventory, toy_world
from adtailor.testing.toy_house import ToyHouse, toy_house

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
YES = Consents(interests=True, look=True)
ADS = (
    {"id": "needles", "asks_interests": ["knitting"], "bid": "9.00"},
    {"id": "page", "topics": ["page"], "bid": "0.10"},
)
AN_ADVERTISER = Caller(role="advertiser", organization_id=OrganizationId("toys"))


def settle(
    store: Store,
    names: Iterable[str],
    *,
    likes: Sequence[str] = ("knitting",),
    wears: Sequence[str] = (),
    now: datetime = NOON,
    **about: object,
) -> None:
    """People who consent, are of age and like this, unless something else is said."""
    for name in names:
        person = replace(Person(person_id=PersonId(name), consents=YES, age="adult"), **about)
        store.people.put_person(person, expected_version=None)
        before = store.people.profile(PersonId(name)) or Profile(person_id=PersonId(name))
        store.people.put_profile(
            replace(
                before,
                interests=Fading(weights=dict.fromkeys(likes, 5.0), as_of=now),
                look=Fading(weights=dict.fromkeys(wears, 5.0), as_of=now),
            )
        )


def people(count: int, start: int = 0) -> list[str]:
    return [f"p{number}" for number in range(start, count)]


def shown(house: ToyHouse, viewer: str, now: datetime, *, segments: Iterable[str] = ()) -> str | None:
    """The ad that someone is shown, on a page about nothing."""
    asks = DecisionRequest(
        request_id=RequestId("r"),
        site_id=SiteId("s"),
        placements=(Placement(id=PlacementId("p")),),
        viewer=Viewer(person_id=PersonId(viewer), age="adult", segments=frozenset(map(SegmentId, segments))),
    )
    page = house.fill_page.fill(asks, now=now, random=Random(1))
    won = page.decision.placements[0].won
    return None if won is None else won.ad_id


@pytest.fixture
def store() -> Store:
    return MemoryStore()


@pytest.fixture(params=["memory", "sqlite"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterable[Store]:
    store = SqliteStore(tmp_path) if request.param == "sqlite" else MemoryStore()
    yield store
    store.close()


def test_t22_a_campaign_for_one_person_is_refused_and_one_for_pages_is_not(any_store: Store) -> None:
    house = toy_house(any_store, ads=ADS, least_people=50)
    settle(any_store, ["ana"])
    assert house.reaches.count(now=NOON) == 1
    assert shown(house, "ana", NOON) == "page"
    placement = house.fill_page.fill(
        DecisionRequest(
            request_id=RequestId("r"),
            site_id=SiteId("s"),
            placements=(Placement(id=PlacementId("p")),),
            viewer=Viewer(person_id=PersonId("ana"), age="adult"),
        ),
        now=NOON,
        random=Random(1),
        in_words=True,
    ).decision.account
    assert placement is not None
    assert [(one.ad_id, one.reasons) for one in placement.turned_away] == [
        ("needles", ("reaches too few people by their profile",))
    ]


def test_t22_nothing_by_profiles_serves_before_anybody_has_counted(store: Store) -> None:
    house = toy_house(store, ads=ADS, least_people=50)
    settle(store, people(80))
    assert shown(house, "p1", NOON) == "page"
    house.reaches.count(now=NOON)
    assert shown(house, "p1", NOON + timedelta(seconds=2)) == "needles"


def test_t22_it_begins_at_60_people_and_ends_below_50(store: Store) -> None:
    house = toy_house(store, ads=ADS, least_people=50)
    settle(store, people(70), likes=("tea",))  # everybody has a profile from the first day on
    there, now = 0, NOON
    serves = []
    for count in (1, 59, 60, 59, 50, 49, 59, 60):
        now += DAY
        settle(store, people(count, there), now=now)
        settle(store, people(there, count), likes=("tea",), now=now)
        there = count
        house.reaches.count(now=now)
        serves.append(shown(house, "p0", now) == "needles")
    assert serves == [False, False, True, True, True, False, False, True]


def test_t22_minors_and_those_who_do_not_agree_are_not_counted(store: Store) -> None:
    house = toy_house(store, ads=ADS, least_people=50)
    settle(store, people(59))
    settle(store, people(160, 60), age="minor")
    settle(store, people(260, 160), age="unknown")
    settle(store, people(360, 260), objected=True)
    settle(store, people(460, 360), consents=Consents(look=True, wellbeing=True))
    settle(store, people(560, 460))
    for name in people(560, 460):  # who switched the signal off is not found by it either
        before = store.people.profile(PersonId(name))
        assert before is not None
        store.people.put_profile(replace(before, signals_off=frozenset({"interests"})))
    house.reaches.count(now=NOON)
    [told] = house.reaches.told(OWNER, now=NOON)
    assert (told.answer, told.people) == ("too few", 50)


def test_t22_an_advertiser_is_told_no_number_and_the_operator_a_round_one(store: Store) -> None:
    house = toy_house(store, ads=ADS, least_people=50)
    settle(store, people(67))
    [before] = house.reaches.told(AN_ADVERTISER, now=NOON)
    assert before.says.endswith("once a day: next at 2026-11-21 00:00 UTC")
    house.reaches.count(now=NOON)
    [advertiser], [operator] = (house.reaches.told(who, now=NOON) for who in (AN_ADVERTISER, OWNER))
    assert (advertiser.answer, advertiser.people) == ("enough", None)
    assert (operator.answer, operator.people) == ("enough", 60)
    assert house.reaches.told(Caller(role="advertiser", organization_id=OrganizationId("other")), now=NOON) == []


VARIANTS = (
    Targeting(interests=frozenset({TopicId("knitting")})),
    Targeting(interests=frozenset({TopicId("knitting"), TopicId("opera")})),
    Targeting(interests=frozenset({TopicId("opera")})),
    Targeting(interests=frozenset({TopicId("knitting")}), look=frozenset({"colour:navy"})),
    Targeting(look=frozenset({"colour:navy"})),
    Targeting(),
)


def observed(
    around: int, moves: Sequence[tuple[int, int]], *, victim_likes: Sequence[str], during: bool
) -> list[object]:
    """All that an advertiser sees who tries targetings in turn, with an accomplice among the members."""
    store = MemoryStore()
    house = toy_house(store, ads=ADS, least_people=50)
    settle(store, people(around), likes=("knitting", "opera"), wears=("colour:navy",))
    settle(store, ["victim"], likes=("tea",) if during else victim_likes)
    house.reaches.count(now=NOON)
    now, seen = NOON, []
    for number, (variant, exclude) in enumerate(moves):
        now += timedelta(minutes=1)
        if during and number == 1:
            settle(store, ["victim"], likes=victim_likes, wears=("colour:navy",), now=now)
        with store.catalogue.changing(Author(by="attacker", at=now)) as change:
            kept = change.item("adsets", "needles")
            assert kept is not None
            change.put(
                "adsets",
                replace(kept.item, targeting=VARIANTS[variant], exclusions=VARIANTS[exclude]),  # type: ignore[type-var]
            )
        assert house.reaches.count(now=now) is None
        [*told] = house.reaches.told(AN_ADVERTISER, now=now)
        seen.append(([(one.answer, one.says, one.people) for one in told], shown(house, "p0", now)))
    return seen


MOVES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=6)


@settings(max_examples=8)
@given(moves=MOVES, around=st.sampled_from([5, 48, 51, 57, 60, 63]))
def test_t22_a_flip_attack_learns_nothing_of_somebody_that_day(moves: Sequence[tuple[int, int]], around: int) -> None:
    seen = [observed(around, moves, victim_likes=likes, during=True) for likes in (("tea",), ("knitting", "opera"))]
    assert seen[0] == seen[1]


@settings(max_examples=8)
@given(moves=MOVES, around=st.sampled_from([5, 40, 51, 58, 60, 65, 68]))
def test_t22_one_person_more_or_less_is_seen_by_nobody_within_a_step(
    moves: Sequence[tuple[int, int]], around: int
) -> None:
    seen = [observed(around, moves, victim_likes=likes, during=False) for likes in (("tea",), ("knitting", "opera"))]
    assert seen[0] == seen[1]


def test_the_clock_that_is_set_back_counts_nothing_anew(any_store: Store) -> None:
    house = toy_house(any_store, ads=ADS, least_people=50)
    assert house.reaches.count(now=NOON) == 0
    for later in (timedelta(0), timedelta(hours=11), -DAY):
        assert house.reaches.count(now=NOON + later) is None
    assert house.reaches.count(now=NOON + DAY) == 0


def test_a_count_that_broke_off_is_made_by_the_next(store: Store) -> None:
    house = toy_house(store, ads=ADS, least_people=50)
    settle(store, people(300))

    def ends() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        house.reaches.count(now=NOON, rest=ends)
    assert house.reaches.count(now=NOON) == 300


def test_one_counts_while_the_others_do_not(any_store: Store) -> None:
    assert any_store.reach.begin(NOON.date(), NOON)
    assert not any_store.reach.begin(NOON.date(), NOON + timedelta(minutes=5))
    assert any_store.reach.begin(NOON.date(), NOON + timedelta(hours=2))  # the first was killed
    any_store.reach.finish(NOON.date(), [reached("a", 70, before=None, day=NOON.date())], NOON)
    assert any_store.reach.version() > 0
    assert any_store.reach.reached()["a"].serves


def test_groups_of_the_site_are_counted_as_far_as_it_told_of_them(any_store: Store) -> None:
    ads = ({"id": "club", "asks_segments": ["members"], "bid": "9.00"}, *ADS[1:])
    house = toy_house(any_store, ads=ads, least_people=50)
    settle(any_store, people(60), likes=())
    for name in people(60):
        assert shown(house, name, NOON, segments=["members"]) == "page"
    house.reaches.count(now=NOON)
    assert shown(house, "p1", NOON + timedelta(seconds=2), segments=["members"]) == "club"
    assert shown(house, "p2", NOON + timedelta(seconds=3)) == "page"
    versions = [any_store.people.profile(PersonId(name)).version for name in people(60)]  # type: ignore[union-attr]
    shown(house, "p1", NOON + DAY, segments=["members"])
    assert [any_store.people.profile(PersonId(name)).version for name in people(60)] == versions  # type: ignore[union-attr]
    # Who was not seen there for a month is there no more; who withdrew at once.
    house.reaches.count(now=NOON + 31 * DAY)
    assert shown(house, "p1", NOON + 31 * DAY, segments=["members"]) == "page"
    any_store.people.put_person(
        Person(person_id=PersonId("p1"), consents=Consents(look=True), age="adult"), expected_version=None
    )
    assert not any_store.people.profile(PersonId("p1")).groups  # type: ignore[union-attr]


def test_groups_are_noted_beside_what_the_request_left_out() -> None:
    store = MemoryStore()
    house = toy_house(store, ads=ADS, least_people=50)
    settle(store, ["ana"], wears=["colour:navy"])
    viewer = Viewer(
        person_id=PersonId("ana"),
        age="adult",
        segments=frozenset({SegmentId("members")}),
        consents=Consents(interests=True),
    )
    asks = DecisionRequest(
        request_id=RequestId("r"), site_id=SiteId("s"), placements=(Placement(id=PlacementId("p")),), viewer=viewer
    )
    house.fill_page.fill(asks, now=NOON, random=Random(1))
    profile = store.people.profile(PersonId("ana"))
    assert profile is not None
    assert (set(profile.groups), set(profile.look.weights)) == ({"members"}, {"colour:navy"})
    refuses = replace(viewer, consents=Consents(), segments=frozenset({SegmentId("x")}))
    house.fill_page.fill(replace(asks, viewer=refuses), now=NOON, random=Random(1))
    assert set(store.people.profile(PersonId("ana")).groups) == {"members"}  # type: ignore[union-attr]


TOPICS, TRAITS, GROUPS = ("sports", "hiking", "music"), ("colour:navy", "style:casual"), ("members", "staff")
some = st.frozensets


@st.composite
def targetings(draw: Callable[..., object]) -> Targeting:
    return Targeting(
        interests=draw(some(st.sampled_from(TOPICS), max_size=2)),  # type: ignore[arg-type]
        look=draw(some(st.sampled_from(TRAITS), max_size=1)),  # type: ignore[arg-type]
        segments=draw(some(st.sampled_from(GROUPS), max_size=1)),  # type: ignore[arg-type]
    )


@settings(max_examples=25)
@given(
    asks=st.lists(st.tuples(targetings(), targetings()), min_size=1, max_size=4),
    likes=st.lists(
        st.tuples(
            some(st.sampled_from(TOPICS[1:]), max_size=2), some(st.sampled_from(TRAITS)), some(st.sampled_from(GROUPS))
        ),
        max_size=12,
    ),
)
def test_t22_the_count_is_of_those_whom_the_rules_let_stand(asks: list, likes: list) -> None:
    parents = {TopicId("hiking"): TopicId("sports")}
    store, policy = MemoryStore(), load_policy()
    inventory = toy_inventory([{"id": f"ad{n}"} for n in range(len(asks))])
    adsets = tuple(
        replace(adset, targeting=asked, exclusions=excluded)
        for adset, (asked, excluded) in zip(inventory.adsets, asks, strict=True)
    )
    store.catalogue.replace(replace(inventory, adsets=adsets))
    world = toy_world(
        [
            {"id": f"ad{n}"} | {f"{verb}_{kind}": sorted(getattr(said, kind)) for verb, said in
             (("asks", asked), ("excludes", excluded)) for kind in ("interests", "look", "segments")}
            for n, (asked, excluded) in enumerate(asks)
        ],
        parents={"hiking": "sports"},
    )  # fmt: skip
    stand = dict.fromkeys(world.catalogue.ad_ids, 0)
    for number, (topics, traits, groups) in enumerate(likes):
        settle(store, [f"p{number}"], likes=sorted(topics), wears=sorted(traits))
        profile = store.people.profile(PersonId(f"p{number}"))
        assert profile is not None
        store.people.put_profile(replace(profile, groups=dict.fromkeys(map(SegmentId, groups), NOON.date())))
        evidence = Evidence(
            interests=dict.fromkeys(map(TopicId, topics), 0.8) or None,
            look=dict.fromkeys(traits, 0.8) or None,
            segments=frozenset(map(SegmentId, groups)) or None,
        )
        asked = Asked(
            request=DecisionRequest(
                request_id=RequestId("r"),
                site_id=SiteId("s"),
                placements=(Placement(id=PlacementId("p")),),
                context=Context(language="en"),
            ),
            evidence=evidence,
            limits=Limits(age="adult", protected=False),
            at=NOON.timestamp(),
        )
        for ad_id, code in zip(stand, sift(asked, world.catalogue).codes(range(len(stand))), strict=True):
            stand[ad_id] += code == 0
    reaches = Reaches(
        people=store.people, source=store.catalogue, store=store.reach, parents=parents, policy=policy, least=1
    )
    reaches.count(now=NOON)
    told = {one.adset.id: one.people for one in reaches.told(OWNER, now=NOON)}
    personal = {AdSetId(f"ad{n}") for n, (asked_for, _) in enumerate(asks) if asked_for.is_personal}
    assert told == {adset: stand[adset] for adset in stand if adset in personal}  # type: ignore[index]
