"""Of a large catalogue no request waits for anything: the one before serves, without what was stopped meanwhile."""

import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adtailor.config.policy import load_policy
from adtailor.decide.layout import Rules
from adtailor.decide.lines import StoredLines
from adtailor.decide.rank import PriorRanker
from adtailor.domain.audit import Author
from adtailor.domain.money import Micros
from adtailor.journeys import shelf as shelves
from adtailor.journeys.live_catalogue import FRESH, LiveCatalogue
from adtailor.journeys.shelf import Shelf
from adtailor.storage import SqliteStore
from adtailor.storage.snapshots import FILE, FOLDER
from adtailor.testing.toy_ads import toy_inventory, toy_world

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANA = Author(by="ana", at=NOON)
ADS = [{"id": f"a{n}", "bid": f"0.{n}0", "topics": ["hiking"], "advertiser": f"v{n}"} for n in range(1, 9)]


@pytest.fixture
def store(tmp_path):
    with SqliteStore(tmp_path / "data") as made:
        made.catalogue.replace(toy_inventory(ADS))
        yield made


@pytest.fixture
def opened(request):
    """Makes live catalogues that end with the test."""
    made = []

    def open_(store, *, ranker=None, fallback=None, large=3):
        ranker = ranker or toy_world(ADS).ranker
        asked = ranker if callable(ranker) else lambda: ranker
        policy = load_policy()
        rules = Rules(
            parents={},
            adult_products=frozenset(policy.minor_products),
            sensitive_products=frozenset(policy.sensitive_products),
        )
        shelf = Shelf(store.catalogue, store.snapshots, rules=rules, large=large)
        live = LiveCatalogue(
            store.catalogue, store.events, ranker=asked, parents={}, policy=policy, fallback=fallback, shelf=shelf,
            holder=f"h{len(made)}",
        )  # fmt: skip
        made.append(live)
        return live

    yield open_
    for live in made:
        live.close()


@contextmanager
def slow(monkeypatch):
    """Laying out waits until it is let go."""
    let_go, begun = threading.Event(), threading.Event()
    lay = shelves.laid_out

    def waits(*args, **more):
        begun.set()
        assert let_go.wait(30)
        return lay(*args, **more)

    monkeypatch.setattr(shelves, "laid_out", waits)
    try:
        yield begun, let_go
    finally:
        let_go.set()


def counted(monkeypatch):
    made = []
    lay = shelves.laid_out
    monkeypatch.setattr(shelves, "laid_out", lambda *args, **more: made.append(1) or lay(*args, **more))
    return made


def put(store, kind, item_id, **changes):
    with store.catalogue.changing(ANA) as change:
        change.put(kind, replace(change.item(kind, item_id).item, **changes))


def soon(says, *, within=20.0):
    ends = time.monotonic() + within
    while not says():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.01)


def standing(catalogue):
    return {ad for ad, active in zip(catalogue.ad_ids, catalogue.active.tolist(), strict=True) if active}


def test_few_ads_are_built_of_objects_and_many_are_laid_out(store, opened):
    assert not isinstance(opened(store, large=9).current(NOON).lines, StoredLines)
    live = opened(store, large=8)
    many = live.current(NOON)
    assert isinstance(many.lines, StoredLines)
    assert many.budget_open.all()
    assert live.creative("a3", NOON).headline
    assert live.creative("nobody", NOON) is None


def test_one_process_lays_it_out_and_the_next_reads_it(store, opened, monkeypatch):
    made = counted(monkeypatch)
    first = opened(store).current(NOON)
    with SqliteStore(store.folder) as other:
        second = opened(other).current(NOON)
        assert list(second.lines) == list(first.lines)
        assert (second.version, second.scoring.bias.tolist()) == (first.version, first.scoring.bias.tolist())
    assert len(made) == 1


def test_a_damaged_file_is_made_again(store, opened, monkeypatch):
    opened(store).current(NOON)
    path = store.folder / FOLDER / FILE
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    made = counted(monkeypatch)
    with SqliteStore(store.folder) as other:
        assert len(opened(other).current(NOON)) == len(ADS)
    assert len(made) == 1


def test_another_model_or_another_rule_is_another_snapshot(store, opened, monkeypatch):
    made = counted(monkeypatch)
    opened(store, ranker=PriorRanker({}, name="one@1")).current(NOON)
    opened(store, ranker=PriorRanker({}, name="two@1")).current(NOON)
    opened(store, ranker=PriorRanker({}, name="two@1")).current(NOON)
    assert len(made) == 2


def test_the_old_one_serves_until_the_new_one_is_there_and_no_request_waits(store, opened, monkeypatch):
    live = opened(store)
    before = live.current(NOON)
    with slow(monkeypatch) as (begun, let_go):
        put(store, "adsets", "a1", bid=replace(store.catalogue.item("adsets", "a1").item.bid, amount=Micros(990_000)))
        started = time.monotonic()
        assert live.current(NOON).version == before.version
        assert time.monotonic() - started < 5.0
        assert begun.wait(20)
        assert live.current(NOON).version == before.version
        let_go.set()
        soon(lambda: live.current(NOON).version == before.version + 1)
    now = live.current(NOON)
    assert now.bids[now.index["a1"]] == 990_000
    assert before.bids[before.index["a1"]] == 100_000, "whoever is at it decides on the old one to the end"


def test_a_change_serves_though_nobody_asks(store, opened):
    live = opened(store)
    before = live.current(NOON)
    put(store, "ads", "a2", status="paused")
    soon(lambda: live._serving.catalogue.version == before.version + 1)
    assert standing(live.current(NOON)) == standing(before) - {"a2"}


@pytest.mark.parametrize(
    ("kind", "status"),
    [("campaigns", "paused"), ("adsets", "archived"), ("creatives", "draft"), ("ads", "paused")],
)
def test_what_is_stopped_stops_before_the_new_one_is_laid_out(store, opened, monkeypatch, kind, status):
    live = opened(store)
    before = live.current(NOON)
    assert "a3" in standing(before)
    with slow(monkeypatch) as (begun, _):
        put(store, kind, "a3", status=status)
        soon(lambda: "a3" not in standing(live.current(NOON)))
        assert begun.wait(20)
        assert standing(live.current(NOON)) == standing(before) - {"a3"}
        assert live.current(NOON).version == before.version


def test_an_old_one_that_cannot_be_renewed_is_good_for_a_while_and_then_only_the_house(store, opened, monkeypatch):
    live = opened(store)
    live.current(NOON)
    with slow(monkeypatch):
        put(store, "campaigns", "a1", name="Renamed")
        assert standing(live.current(NOON + FRESH))
        assert not standing(live.current(NOON + FRESH + timedelta(seconds=1)))


def test_budgets_that_nobody_can_look_at_are_relied_on_for_a_while_and_then_only_the_house(store, opened):
    live = opened(store)
    live.current(NOON)

    class Gone:
        def __getattr__(self, name):
            raise OSError("gone")

    events, live._events = live._events, Gone()
    assert standing(live.current(NOON + FRESH))
    assert not standing(live.current(NOON + FRESH + timedelta(seconds=1)))
    live._events = events
    soon(lambda: standing(live.current(NOON + FRESH + timedelta(seconds=2))))


class Breaking:
    """A click model that fails as soon as it is asked anything."""

    name = "breaking@1"

    def ad_side(self, inventory):
        raise ZeroDivisionError

    def request_side(self, evidence):
        raise ZeroDivisionError


def test_the_fallback_ranks_where_the_click_model_cannot_say_anything_of_the_ads(store, opened):
    live = opened(store, ranker=Breaking(), fallback=PriorRanker({}, name="fallback@1"))
    assert live.serving(NOON).ranker.name == "fallback@1"


def test_a_model_that_fails_is_replaced_once_the_fallback_is_laid_out(store, opened):
    live = opened(store, fallback=PriorRanker({}, name="fallback@1"))
    serving = live.serving(NOON)
    assert not live.distrust(serving.ranker, NOON), "not at the next request: its vectors are laid out first"
    soon(lambda: live.serving(NOON).ranker.name == "fallback@1")


def test_budgets_close_and_bids_are_paced_beside_the_requests(store, opened):
    live = opened(store)
    live.current(NOON)
    with store.catalogue.changing(ANA) as change:
        change.put("campaigns", replace(change.item("campaigns", "a5").item, daily_budget=Micros(0)))
    soon(lambda: live.current(NOON).version == 2)
    catalogue = live.current(NOON)
    assert {ad for ad, left in zip(catalogue.ad_ids, catalogue.budget_open.tolist(), strict=True) if not left} == {"a5"}
