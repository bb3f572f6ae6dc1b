"""Killed at any moment and resumed, a pass ends where an undisturbed one does: no row twice, none left out."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from adtailor import learn
from adtailor.errors import InvalidInput

FEATURES = learn.Features(
    learn.Id("ad_id"),
    learn.Category("style"),
    learn.Number("hour", buckets=24),
    learn.Sequence("recent_ads", of="ad_id"),
)
MODELS = {
    "hashed": learn.Factorization(k=4, table=learn.Hashed(bits=10)),
    "exact": learn.Factorization(k=4, table=learn.Exact(bits=8, admit_after=2)),
    "deep": learn.DeepCross(
        base=learn.Factorization(k=4, table=learn.Hashed(bits=10)), width=2, rank=4, table=learn.Hashed(bits=10)
    ),
    "blend": learn.Blend(
        parts=(learn.Logistic(table=learn.Hashed(bits=10)), learn.Trees(table=learn.Hashed(bits=10), leaves=4))
    ),
}


class Stopped(Exception):
    pass


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return learn.sample_log(tmp_path_factory.mktemp("events"), rows=40_000, files=2)


def fit(log, model, **more):
    common = {"label": "clicked", "time": "decided_at", "group": "viewer_id", "rounds": 3, "seed": 4}
    return learn.fit(FEATURES, log=f"{log}/*.parquet", model=model, **common, **more)


@pytest.mark.parametrize("name", MODELS)
def test_a_pass_stopped_and_resumed_ends_with_the_bits_of_one_that_was_not(name, log, tmp_path):
    baseline = name == "hashed"
    whole = fit(log, MODELS[name], baseline=baseline)
    kept = tmp_path / "half.checkpoint"
    for limit in (10_000, 34_000):  # once while it trains, once in the part that judges

        def stop(done, total, limit=limit):
            if done > limit:
                raise Stopped

        with pytest.raises(Stopped):
            fit(log, MODELS[name], checkpoint=kept, checkpoint_every=16_384, progress=stop, baseline=baseline)
    again = fit(log, MODELS[name], checkpoint=kept, checkpoint_every=16_384, baseline=baseline)
    for part in ("serving", "training"):
        one, other = getattr(whole.learner, part)(), getattr(again.learner, part)()
        assert one.keys() == other.keys()
        assert all((one[key] == other[key]).all() for key in one)
    assert str(whole.report()) == str(again.report())
    assert again.about.rows == 40_000


def test_a_checkpoint_of_another_task_is_refused(log, tmp_path):
    kept = tmp_path / "half.checkpoint"
    fit(log, MODELS["hashed"], checkpoint=kept, checkpoint_every=16_384, baseline=False)
    with pytest.raises(InvalidInput, match="of another pass"):
        fit(log, MODELS["exact"], checkpoint=kept, baseline=False)
    with pytest.raises(InvalidInput, match="more than one pass"):
        fit(log, MODELS["hashed"], checkpoint=kept, epochs=2, baseline=False)


PROGRAM = """
import sys, time
from adtailor import learn
features = learn.Features(
    learn.Id("ad_id"), learn.Category("style"), learn.Number("hour", buckets=24),
    learn.Sequence("recent_ads", of="ad_id"),
)
def told(done, total):
    print(done, flush=True)
    time.sleep(0.2)
learn.fit(features, label="clicked", log=sys.argv[1] + "/*.parquet", time="decided_at", group="viewer_id",
          model=learn.Factorization(k=4, table=learn.Hashed(bits=10)), rounds=3, seed=4, baseline=False,
          checkpoint=sys.argv[2], checkpoint_every=1, progress=told)
"""


def test_a_process_killed_without_warning_loses_no_row_and_counts_none_twice(log, tmp_path):
    kept = tmp_path / "half.checkpoint"
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), str(log), str(kept)], stdout=subprocess.PIPE, text=True
    )
    for line in process.stdout:
        if int(line) > 20_000:
            time.sleep(0.05)  # somewhere around the writing of a checkpoint
            os.kill(process.pid, signal.SIGKILL)
            break
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    assert kept.exists()
    again = fit(log, MODELS["hashed"], checkpoint=kept, baseline=False)
    whole = fit(log, MODELS["hashed"], baseline=False)
    assert all((whole.learner.training()[key] == value).all() for key, value in again.learner.training().items())
    assert str(whole.report()) == str(again.report())
