"""Whatever fails, what is shown was checked: fewer signals, fewer ads, or none; never an error, never more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from adtailor.decide.rank import PriorRanker
from adtailor.domain.decision import Context, DecisionRequest, Evidence, Placement, Viewer
from adtailor.domain.ids import AdvertiserId, PersonId, PlacementId, PostId, RequestId, SiteId
from adtailor.domain.person import Consents, Person
from adtailor.domain.post import Post
from adtailor.errors import StorageFailed
from adtailor.journeys.arms import Arms
from adtailor.journeys.live_catalogue import DISTRUSTED, FRESH, LiveCatalogue
from adtailor.journeys.watched_ranker import IN_A_ROW, SLOW, WatchedRanker
from adtailor.ports import RequestSide
from adtailor.storage import MemoryStore
from adtailor.testing.toy_ads import toy_world
from adtailor.testing.toy_house import ADS, toy_house

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANA, BO = PersonId("ana"), PersonId("bo")
EMPTY = Evidence()
HOUSE = {"id": "choir", "tier": "house", "bid": "0"}


class Failing:
    """Anything, of which some methods fail as a database that is down does."""

    def __init__(self, thing, *methods, error=None):
        self.thing, self.methods = thing, set(methods)
        self.error = error or StorageFailed("gone", hint="wait")

    def __getattr__(self, name):
        if name in self.methods:
            raise_ = self.error

            def fail(*_args, **_more):
                raise raise_

            return fail
        return getattr(self.thing, name)


class ProfileLost:
    """The people store, where a profile is stored and cannot be read."""

    def __init__(self, people):
        self.people = people

    def known(self, person_id):
        return replace(self.people.known(person_id), profile=None, is_profile_lost=True)


def house_of(*, ads=(*ADS, HOUSE), ranker=None, consents=None):
    house = toy_house(MemoryStore(), ads=ads, ranker=ranker)
    consents = consents or Consents(interests=True, look=True, affect=True, wellbeing=True)
    house.store.people.put_person(
        Person(person_id=ANA, consents=consents, age="adult", country="DE"), expected_version=None
    )
    posts = [
        Post(id=PostId(f"{who}-1"), author_id=who, created_at=NOON - timedelta(hours=1), text="I hike every day")
        for who in (ANA, BO)
    ]
    house.read_posts.accept(posts, now=NOON)
    while house.read_posts.work(now=NOON):
        pass
    return house


def request(*, person=ANA, context=None, number=1):
    return DecisionRequest(
        request_id=RequestId(f"r{number}"),
        site_id=SiteId("site"),
        placements=tuple(Placement(id=PlacementId(f"f{n}"), position=n) for n in range(2)),
        context=context or Context(post_id=PostId("bo-1"), language="en", country="DE"),
        viewer=Viewer(person_id=person, age="adult"),
    )


def shown(page):
    return {f.placement_id: f.won.ad_id for f in page.decision.placements if f.won is not None}


def fill(house, asked, *, now=NOON):
    return house.fill_page.fill(asked, now=now, random=Random(1))


# Every method of every port that filling a page asks, by where it lies in the journey.
NO_AD = [
    ("_people", "known"),  # age, objection, well-being and a day of quiet cannot be known
    ("_posts", "post"),  # whose post it is cannot be known
    ("_posts", "reading"),  # nor whether any ad belongs beside it
    ("_wellbeing", "care"),
    ("_wellbeing", "veto"),
    ("_wellbeing", "teaches"),
    ("_events", "append"),  # what cannot be recorded cannot be explained or billed
    ("_tokens", "mint mint_each"),
    ("_repository", "freeze"),  # what is not kept as it is shown cannot be told to the public
]


@pytest.mark.parametrize("error", [StorageFailed("gone", hint="wait"), OSError("disk"), ZeroDivisionError()])
@pytest.mark.parametrize(("port", "method"), NO_AD)
def test_t38_what_cannot_be_checked_is_not_shown(port, method, error):
    house = house_of()
    assert shown(fill(house, request()))
    thing = getattr(house.fill_page, port)
    setattr(house.fill_page, port, Failing(thing, *method.split(), error=error))
    page = fill(house, request())
    assert not shown(page)
    assert {f.no_fill.code for f in page.decision.placements} == {"unavailable"}
    assert [f.placement_id for f in page.decision.placements] == ["f0", "f1"]
    assert page.tokens == {}


def test_t38_a_text_reader_that_fails_leaves_a_page_without_ads():
    house = house_of()
    house.fill_page._text_reader = Failing(house.fill_page._text_reader, "read")
    assert not shown(fill(house, request(context=Context(text="A hike", language="en"))))
    assert shown(fill(house, request(context=Context(language="en", country="DE"))))


def test_t38_a_veto_that_fails_while_it_looks_shows_nothing():
    class Broken:
        needs_plain = True

        def blanks(self, won, placements, plain):
            raise StorageFailed("gone", hint="wait")

    house = house_of()
    wellbeing = house.fill_page._wellbeing

    class Desk:
        def __getattr__(self, name):
            return (lambda *_a, **_k: Broken()) if name == "veto" else getattr(wellbeing, name)

    house.fill_page._wellbeing = Desk()
    assert not shown(fill(house, request()))


def test_t38_without_the_profile_an_ad_goes_by_the_page_alone_and_nothing_for_adults_or_in_hardship_stands():
    adult = next(iter(house_of().fill_page._policy.minor_products))
    ads = (
        *ADS,
        {"id": "gin", "bid": "9.00", "products": [adult]},
        {"id": "last-chance", "bid": "8.00", "urgent": True},
        {"id": "for-hikers", "bid": "7.00", "asks_interests": ["483"]},
    )
    house = house_of(ads=ads)
    assert set(shown(fill(house, request())).values()) == {"gin", "last-chance"}
    house.fill_page._people = ProfileLost(house.store.people)
    page = fill(house, request())
    # As somebody whom nobody knows would be answered, had those ads not been there.
    assert shown(page) == shown(fill(house_of(ads=ADS), replace(request(), viewer=Viewer(age="minor"))))
    assert len(shown(page)) == 2
    for filled in page.decision.placements:
        assert filled.why is None or not {"interests", "look", "affect", "history"} & set(filled.why.signals)


def test_t38_a_person_nobody_knows_of_is_answered_though_the_people_store_is_down():
    house = house_of()
    house.fill_page._people = Failing(house.store.people, "known", "person", "profile", "memory")
    assert shown(fill(house, request(person=None)))


@pytest.mark.parametrize("method", ["version", "inventory", "spent", "delivered", "lease"])
def test_t38_the_last_good_catalogue_serves_while_it_is_fresh_and_then_only_the_house(method):
    house = house_of(ads=(*ADS, HOUSE, GUARANTEED))
    before = shown(fill(house, request()))
    live = house.catalogue
    name = "_source" if method in {"version", "inventory"} else "_events"
    holder = live._leases if method == "lease" else live
    setattr(holder, name, Failing(getattr(holder, name), method))
    if method in {"inventory", "delivered"}:
        live._serving = replace(live._serving, catalogue=replace(live._serving.catalogue, version=-1))
    later = NOON + FRESH
    assert shown(fill(house, request(), now=later)) == before
    assert shown(fill(house, request(), now=later + timedelta(seconds=1))) == {"f0": "choir"}
    setattr(holder, name, getattr(holder, name).thing)
    assert shown(fill(house, request(), now=later + timedelta(seconds=2))) == before


GUARANTEED = {
    "id": "festival", "tier": "guaranteed", "goal": 1000, "bid": "0.01", "starts": NOON - timedelta(days=9),
    "ends": NOON + timedelta(days=9),
}  # fmt: skip


def test_t38_without_any_catalogue_there_is_no_ad():
    house = house_of()
    live = house.catalogue
    live._source = Failing(live._source, "version", "inventory")
    assert not shown(fill(house, request()))


class Ranking:
    """A click model that does what it is told to."""

    name = "told@1"

    def __init__(self, says):
        self.says = says
        self.priors = toy_world(ADS).ranker

    def ad_side(self, inventory):
        return self.says("ad_side") or self.priors.ad_side(inventory)

    def request_side(self, evidence):
        return self.says("request_side") or self.priors.request_side(evidence)


def live_of(store, ranker, *, elapsed=lambda: 0.0):
    policy = house_of().fill_page._policy
    return LiveCatalogue(
        store.catalogue, store.events, ranker=lambda: ranker, parents={}, policy=policy,
        fallback=PriorRanker({}, name="fallback@1"), elapsed=elapsed,
    )  # fmt: skip


def served_by(house, *, now=NOON):
    page = fill(house, request(), now=now)
    return page.decision.ranker if shown(page) else None


@pytest.mark.parametrize("fails_in", ["ad_side", "request_side"])
@pytest.mark.parametrize("how", ["raises", "nan"])
def test_t38_a_click_model_that_fails_leaves_ranking_to_the_fallback_and_is_asked_again_later(fails_in, how):
    broken = [True]
    nan = RequestSide(bias=float("nan"), signals=(), parts=toy_world(ADS).ranker.request_side(EMPTY).parts)

    def says(method):
        if broken[0] and method == fails_in:
            if how == "nan" and method == "request_side":
                return nan
            raise RuntimeError("a shape")
        return None

    house = house_of()
    house.fill_page._arms = Arms(live_of(house.store, Ranking(says)))
    assert [served_by(house) for _ in range(2)] == ["fallback@1"] * 2
    broken[0] = False
    assert served_by(house, now=NOON + DISTRUSTED) == "told@1"


def test_t38_a_click_model_that_has_become_slow_is_replaced_for_a_while():
    now = [0.0]
    takes = [0.0]

    def says(_method):
        now[0] += takes[0]

    house = house_of()
    house.fill_page._arms = Arms(live_of(house.store, Ranking(says), elapsed=lambda: now[0]))
    assert served_by(house) == "told@1"
    takes[0] = 2 * SLOW
    assert [served_by(house) for _ in range(IN_A_ROW + 1)] == ["told@1"] * IN_A_ROW + ["fallback@1"]


def test_one_slow_answer_is_no_slow_model():
    at = iter([0.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 3.0])
    watched = WatchedRanker(toy_world(ADS).ranker, elapsed=lambda: next(at))
    for slow in (False, False, False, False):
        watched.request_side(EMPTY)
        assert watched.is_slow is slow


def test_t38_where_even_the_fallback_fails_there_is_no_ad():
    def says(method):
        if method == "request_side":
            raise RuntimeError("a shape")

    house = house_of(ranker=lambda: BROKEN)
    BROKEN.says = says
    assert not shown(fill(house, request()))


BROKEN = Ranking(lambda _method: None)


def test_t38_what_somebody_muted_stays_muted_while_their_profile_cannot_be_read():
    house = house_of(ads=({"id": "boots", "topics": ["483"], "bid": "9.00"}, *ADS[1:], HOUSE))
    house.people.mute_advertiser(ANA, AdvertiserId("boots-ltd"), on=True)
    assert "boots" not in shown(fill(house, request())).values()
    people = house.fill_page._people
    house.fill_page._people = Failing(people, "profile")
    down = fill(house, request())
    assert shown(down)
    assert "boots" not in shown(down).values()
    assert "boots" in shown(fill(house, request(person=BO))).values(), "somebody else's mutes are their own"
    # What they took back while it was up holds too.
    house.fill_page._people = people
    house.people.mute_advertiser(ANA, AdvertiserId("boots-ltd"), on=False)
    assert "boots" in shown(fill(house, request())).values()
    house.fill_page._people = Failing(people, "profile")
    assert "boots" in shown(fill(house, request())).values()


def test_t38_while_the_count_of_people_cannot_be_read_the_last_good_catalogue_serves_and_then_house_ads():
    house = toy_house(MemoryStore(), ads=(*ADS, HOUSE), least_people=50)
    assert house.catalogue.current(NOON)
    house.catalogue._reaches = Failing(house.reaches, "version", "narrow")
    later = NOON + timedelta(seconds=5)
    assert len(house.catalogue.current(later)) == len(ADS) + 1
    assert int(house.catalogue.current(NOON + FRESH + timedelta(seconds=6)).active.sum()) == 1
