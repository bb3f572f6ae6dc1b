"""The engine learns from its own log: simulated members click, and what was learned ranks the next decisions."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adtailor.config.policy import load_policy
from adtailor.domain.decision import Context, DecisionRequest, Placement, Viewer
from adtailor.domain.ids import PlacementId, PostId, RequestId, SiteId
from adtailor.domain.post import Post
from adtailor.errors import InvalidInput
from adtailor.journeys.follow_clicks import follow_clicks
from adtailor.journeys.learn_clicks import LEAST_CLICKS, Learned, learn_clicks, undo
from adtailor.journeys.learned_ranker import LearnedRanker
from adtailor.journeys.live_catalogue import LiveCatalogue
from adtailor.journeys.site import Site
from adtailor.journeys.training_rows import TrainingRows
from adtailor.learn.model import load
from adtailor.simulate.clicking import ClickingWorld, Temper
from adtailor.simulate.visiting import Page, Visitor, Visits, visit
from adtailor.storage import MemoryStore
from adtailor.testing.toy_ads import toy_world
from adtailor.testing.toy_house import ADS, ToyHouse, toy_house

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEXTS = ("A hike in the hills", "We bake bread", "Things to read")
RICH = tuple({**ad, "budget": "1000000"} for ad in ADS)
"""No budget runs out: what is shown late is what was shown early."""
VISITOR = Visitor(person=None, zone="UTC", language="en")
LOUD = Temper(base=-1.0, appeal=1.2, page=0.0, position=0.0, evening=0.0)
"""Some ads are liked far more than others, whatever the page: what the priors cannot know."""


class Now:
    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


def house_with_pages() -> tuple[ToyHouse, list[Page]]:
    house = toy_house(MemoryStore(), ads=RICH, exploration=0.3)
    posts = [
        Post(id=PostId(f"p{n}"), author_id="someone", created_at=NOON - timedelta(hours=1), text=text)
        for n, text in enumerate(TEXTS)
    ]
    house.read_posts.accept(posts, now=NOON)
    while house.read_posts.work(now=NOON):
        pass
    return house, [Page(post_id=post.id, author_id=post.author_id, topics={}) for post in posts]


def visited(house: ToyHouse, pages: list[Page], count: int) -> tuple[Visits, ClickingWorld]:
    world = ClickingWorld(house.store.catalogue.inventory(), [], seed=3, temper=LOUD)
    site = Site(fill_page=house.fill_page, take_event=house.take_event)
    total = visit(
        site, world, visitors=[VISITOR], pages=pages, count=count, start=NOON, end=NOON + timedelta(days=10), seed=1
    )
    return total, world


def learned_from(house: ToyHouse, data: Path, **how: bool) -> Learned:
    store = house.store
    rows = TrainingRows(events=store.events, people=store.people, source=store.catalogue, policy=load_policy())
    return learn_clicks(rows.since(None, salt=b"s"), data, baseline=False, **how)


@pytest.fixture(scope="module")
def lived() -> tuple[ToyHouse, list[Page], ClickingWorld]:
    house, pages = house_with_pages()
    _, world = visited(house, pages, 2500)
    return house, pages, world


def test_what_was_learned_orders_ads_as_the_truth_does_and_serves_from_the_next_look_on(
    lived: tuple[ToyHouse, list[Page], ClickingWorld], tmp_path: Path
) -> None:
    house, _, world = lived
    clock, priors = Now(), toy_world(ADS).ranker
    ranker = LearnedRanker(tmp_path, priors, clock=clock)
    assert ranker() is priors
    learned = learned_from(house, tmp_path)
    assert learned.promotion is not None
    assert ranker() is priors  # within the second
    clock.at += timedelta(seconds=1)
    assert ranker().name == "clicks@0001"

    store = house.store
    live = LiveCatalogue(store.catalogue, store.events, ranker=ranker, parents={}, policy=load_policy())
    serving = live.serving(clock.at)
    side = serving.ranker.ad_side(store.catalogue.inventory())
    truth = {
        ad.id: world.click_rate(None, ad.id, page={}, position=0, seen=0, hour=9)
        for ad in store.catalogue.inventory().ads
    }
    shown = {event.ad_id for event, _ in store.events.events()}
    believed = {
        ad.id: float(bias) for ad, bias in zip(store.catalogue.inventory().ads, side.bias, strict=True)
    }  # a request that says nothing leaves the ad's own
    assert sorted(shown, key=truth.__getitem__) == sorted(shown, key=believed.__getitem__)


def test_what_serves_can_be_taken_back(lived: tuple[ToyHouse, list[Page], ClickingWorld], tmp_path: Path) -> None:
    house, _, _ = lived
    with pytest.raises(InvalidInput, match="no version before"):
        undo(tmp_path)
    assert learned_from(house, tmp_path, serve=False).promotion is None
    assert learned_from(house, tmp_path).promotion is not None
    again = learned_from(house, tmp_path)
    # The same rows again: no better than what serves, so it does not.
    assert again.promotion is None
    assert again.refused is not None
    assert "does not say that it is better" in again.refused


def test_what_serves_goes_on_learning_each_row_once_and_is_served_as_it_changes(
    lived: tuple[ToyHouse, list[Page], ClickingWorld], tmp_path: Path
) -> None:
    house, _, _ = lived
    store, clock = house.store, Now()
    handed = TrainingRows(events=store.events, people=store.people, source=store.catalogue, policy=load_policy())
    rows = sorted(handed.since(None, salt=b"s"), key=lambda row: row.decided_at)
    half = rows[len(rows) // 2].decided_at
    old, new = [r for r in rows if r.decided_at <= half], [r for r in rows if r.decided_at > half]
    how: dict[str, Any] = {"clock": clock, "wait": timedelta(hours=1), "every": timedelta(seconds=30), "once": True}
    with pytest.raises(InvalidInput, match="nothing serves yet"):
        follow_clicks(lambda since: new, tmp_path, **how)
    assert learn_clicks(old, tmp_path, baseline=False).promotion is not None
    ranker = LearnedRanker(tmp_path, toy_world(ADS).ranker, clock=clock)
    assert ranker().name == "clicks@0001"
    # A click of the last hour may still come.
    clock.at = new[-1].decided_at + timedelta(minutes=30)
    ripe = [row for row in new if row.decided_at <= clock.at - timedelta(hours=1)]
    assert follow_clicks(lambda since: rows, tmp_path, **how).counts.learned == len(ripe)
    clock.at += timedelta(hours=1)
    # In a process of its own, started again: the rest, and nothing twice.
    assert follow_clicks(lambda since: rows, tmp_path, **how).counts.learned == len(new)
    assert ranker().name.startswith("clicks@0001")
    served = load(tmp_path / "models" / "versions" / "0001.model")
    assert served.about.rows == len(rows)
    assert served.about.calibration.level == 0.0  # it finds its own


def test_a_damaged_model_leaves_what_served_before(
    lived: tuple[ToyHouse, list[Page], ClickingWorld], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house, _, _ = lived
    clock, priors = Now(), toy_world(ADS).ranker
    learned = learned_from(house, tmp_path)
    assert learned.promotion is not None
    file = tmp_path / "models" / "versions" / learned.promotion.version
    file.write_bytes(file.read_bytes()[:5000])
    ranker = LearnedRanker(tmp_path, priors, clock=clock)
    assert ranker() is priors
    assert "the click model waits" in caplog.text


def test_too_few_clicks_are_an_answer(tmp_path: Path) -> None:
    house, pages = house_with_pages()
    visited(house, pages, 10)
    with pytest.raises(InvalidInput, match=f"clicks in .* impressions.*at least {LEAST_CLICKS}|clicks in"):
        learned_from(house, tmp_path)
    assert not (tmp_path / "models").exists()


def test_a_decision_by_a_learned_model_names_it_in_its_record(
    lived: tuple[ToyHouse, list[Page], ClickingWorld], tmp_path: Path
) -> None:
    house, _, _ = lived
    assert learned_from(house, tmp_path).promotion is not None
    ranker = LearnedRanker(tmp_path, toy_world(ADS).ranker, clock=Now())
    fresh = toy_house(MemoryStore(), ranker=ranker)
    request = DecisionRequest(
        request_id=RequestId("r"),
        site_id=SiteId("s"),
        placements=(Placement(id=PlacementId("one")),),
        context=Context(text=TEXTS[0], language="en", country="DE"),
        viewer=Viewer(age="adult"),
    )
    decision = fresh.fill_page.fill(request, now=NOON, random=Random(1)).decision
    assert decision.ranker == "clicks@0001"
    assert decision.placements[0].won is not None
