"""Off-policy estimates on a real log of random recommendations, whose answers it holds itself."""

import os
from pathlib import Path

import duckdb
import numpy as np
import pytest

from adtailor import learn

FOLDER = Path(os.environ.get("ADTAILOR_TEST_DATA", "nowhere")) / "open_bandit"


@pytest.mark.data
@pytest.mark.skipif(not FOLDER.exists(), reason="needs $ADTAILOR_TEST_DATA")
def test_what_a_random_log_says_of_itself_and_of_half_of_its_items_is_what_it_shows():
    log = duckdb.sql(
        f"SELECT item_id, click, propensity_score FROM read_parquet('{FOLDER}/random_all.parquet')"
    ).fetchnumpy()
    items, clicks = log["item_id"].astype(np.int64), log["click"].astype(np.float64)
    propensities = log["propensity_score"].astype(np.float64)
    random = np.random.default_rng(0)
    same = learn.off_policy(clicks, propensities, propensities, random=random, rounds=200)
    assert same.value == pytest.approx(clicks.mean())
    assert same.low < clicks.mean() < same.high
    # A policy that shows only even items, each as often: what the log shows of them is what it would earn.
    even = items % 2 == 0
    chances = np.where(even, 1.0 / len(np.unique(items[even])), 0.0)
    if clicks[even].sum() < 30:
        with pytest.raises(learn.NoOverlap):
            learn.off_policy(clicks, propensities, chances, random=random)
    else:
        found = learn.off_policy(clicks, propensities, chances, random=random, rounds=200)
        assert found.low < clicks[even].mean() < found.high
    one = np.where(items == items[0], 1.0, 0.0)
    with pytest.raises(learn.NoOverlap, match="clicks"):
        learn.off_policy(clicks, propensities, one, random=random)
