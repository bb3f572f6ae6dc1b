"""The logs are the same for all learners, mean what they say, and never need to be in memory at once."""

import os
import tracemalloc
from pathlib import Path

import duckdb
import numpy as np
import pytest
from benchmarks.learn.logs import laid_down
from benchmarks.learn.worlds import TRUTHS, world
from benchmarks.learn.worlds.criteo import BLOCK, CLICK_RATE, IDS, NUMBERS
from benchmarks.learn.worlds.hashing import name, normal, uniform
from benchmarks.learn.worlds.rows import Rows, joined

MADE = sorted(TRUTHS)
COLUMNS = ("time", "user", "numbers", "ids", "clicked", "chance")


@pytest.fixture(scope="module", params=MADE)
def log(request: pytest.FixtureRequest) -> Rows:
    return joined(world(request.param, rows=60_000, seed=3).blocks())


def test_the_same_seed_makes_the_same_rows(log: Rows, request: pytest.FixtureRequest) -> None:
    kind = request.node.callspec.params["log"]
    again = joined(world(kind, rows=60_000, seed=3).blocks())
    assert all(np.array_equal(getattr(log, column), getattr(again, column), equal_nan=True) for column in COLUMNS[:5])
    assert np.array_equal(log.chance, again.chance)
    other = joined(world(kind, rows=2_000, seed=4).blocks())
    assert not np.array_equal(other.user, joined(world(kind, rows=2_000, seed=3).blocks()).user)


def test_clicks_come_as_often_as_their_chance_says_at_every_height(log: Rows) -> None:
    assert log.chance is not None
    order = np.argsort(log.chance)
    for tenth in np.array_split(order, 10):
        expected = log.chance[tenth].sum()
        error = np.sqrt((log.chance[tenth] * (1 - log.chance[tenth])).sum())
        assert abs(float(log.clicked[tenth].sum()) - expected) < 4 * error  # ten looks at z > 4: once in 1,500 seeds


def test_about_a_fifth_clicks_and_chances_differ_enough_to_be_worth_learning(log: Rows) -> None:
    assert log.chance is not None
    assert abs(float(log.chance.mean()) - CLICK_RATE) < 0.02
    logits = np.log(log.chance / (1 - log.chance))
    assert 0.8 < float(logits.std()) < 3


def test_rows_come_in_the_order_of_time_and_most_ids_lie_above_what_a_float_can_tell_apart(log: Rows) -> None:
    assert (np.diff(log.time) >= 0).all()
    assert log.ids.min() >= 0
    assert (log.ids > 2**24).mean() > 0.999
    assert len(np.unique(log.ids.astype(np.float32))) < len(np.unique(log.ids))


def test_ids_have_heavy_tails_and_numbers_have_gaps(log: Rows) -> None:
    pages = log.ids[:, IDS.index("c12")]
    _, counts = np.unique(pages, return_counts=True)
    assert counts.max() > 600
    assert (counts == 1).sum() > 6_000
    gaps = np.isnan(log.numbers).mean(axis=0)
    assert gaps[0] == 0
    assert 0.2 < gaps[3] < 0.3


def test_ads_come_and_go_so_that_the_last_day_has_ads_the_first_had_not(log: Rows) -> None:
    ads = log.ids[:, IDS.index("c4")]
    day = len(log) // 7
    early, late = set(ads[:day].tolist()), ads[-day:]
    often = [ad for ad, count in zip(*np.unique(late, return_counts=True), strict=True) if count > 20]
    assert often
    assert any(ad not in early for ad in often)


def test_users_return(log: Rows) -> None:
    _, counts = np.unique(log.user, return_counts=True)
    assert counts.mean() > 5
    assert counts.max() < len(log) / 50


def test_rows_read_block_by_block_are_those_read_at_once_and_a_log_ends_where_it_was_told() -> None:
    made = world("crosses", rows=BLOCK + 1_000, seed=5)
    blocks = list(made.blocks())
    assert [len(block) for block in blocks] == [BLOCK, 1_000]
    whole = joined(iter(blocks))
    second = next(block for number, block in enumerate(made.blocks()) if number == 1)
    assert np.array_equal(second.ids, whole.ids[BLOCK:])
    assert np.array_equal(second.clicked, whole.clicked[BLOCK:])


def test_a_log_of_ten_million_rows_needs_no_more_memory_than_its_first_blocks() -> None:
    made = world("trees", rows=10_000_000, seed=6)
    tracemalloc.start()
    peaks = []
    for block, _ in zip(range(3), made.blocks(), strict=False):
        peaks.append(tracemalloc.get_traced_memory()[1])
        assert block < 3
    tracemalloc.stop()
    assert peaks[2] < 1.1 * peaks[1]  # a block being made while its forerunner is looked at, and no more
    assert peaks[2] < 400e6


def test_the_files_hold_what_the_world_made_and_the_truth_lies_apart(tmp_path: Path) -> None:
    made = world("criteo", rows=5_000, seed=7)
    log = laid_down(made, tmp_path, seed=7)
    whole = joined(made.blocks())
    assert np.array_equal(np.load(log.folder / "ids.npy"), whole.ids)
    assert np.array_equal(log.chance(0, 5_000), whole.chance)
    events = str(log.folder / "events" / "*.parquet")
    found = duckdb.execute(f"select * from read_parquet('{events}') order by time").fetchnumpy()
    assert set(found) == {"time", "user", *NUMBERS, *IDS, "clicked"}
    assert int(found["clicked"].sum()) == int(whole.clicked.sum())
    assert np.array_equal(np.sort(found["c3"]), np.sort(whole.ids[:, 2]))
    assert np.isnan(np.ma.filled(found["n4"], np.nan)).sum() == np.isnan(whole.numbers[:, 3]).sum()


def test_a_hash_is_uniform_or_normal_and_names_are_told_apart() -> None:
    ids = np.arange(200_000, dtype=np.int64)
    chances, weights = uniform(ids, 1), normal(ids, 2)
    assert abs(chances.mean() - 0.5) < 0.005
    assert 0 <= chances.min() < 0.001
    assert 0.999 < chances.max() < 1
    assert abs(weights.mean()) < 0.01
    assert abs(weights.std() - 1) < 0.01
    assert abs(np.corrcoef(weights, normal(ids, 3))[0, 1]) < 0.01
    assert len(np.unique(name(ids, 4))) == len(ids)


@pytest.mark.data
@pytest.mark.parametrize("kind", ["bank", "shoppers"])
def test_public_logs_hold_nothing_that_tells_the_answer(kind: str) -> None:
    if "ADTAILOR_TEST_DATA" not in os.environ:
        pytest.skip("$ADTAILOR_TEST_DATA is not set")
    made = world(kind, rows=0, seed=0)
    rows = joined(made.blocks())
    assert not {"duration", "y", "Revenue"} & {*made.numbers, *made.ids}
    assert rows.numbers.shape == (len(rows), len(made.numbers))
    assert 0.05 < rows.clicked.mean() < 0.3
    assert not np.isnan(rows.numbers).any()
