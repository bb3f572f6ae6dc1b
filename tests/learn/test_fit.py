"""The five lines, on a log whose truth is known."""

import numpy as np
import pytest

from adtailor import learn
from adtailor.errors import InvalidInput
from adtailor.maths.ranking_metrics import auc, log_loss


def five_lines() -> learn.Features:
    return learn.Features(
        learn.Id("ad_id"),
        learn.Id("placement_id"),
        learn.Cross("style", "ad_style"),
        learn.Number("hour", buckets=24),
        learn.Vector("context_topics", dim=64),
        learn.Sequence("recent_ads", of="ad_id"),
    )


SMALL = learn.Factorization(k=8, table=learn.Hashed(bits=14))


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return learn.sample_log(tmp_path_factory.mktemp("events"), rows=20_000)


@pytest.fixture(scope="module")
def model(log):
    files = f"{log}/*.parquet"
    return learn.fit(
        five_lines(),
        label="clicked",
        log=files,
        time="decided_at",
        group="viewer_id",
        model=SMALL,
        rounds=20,
        baseline=False,
    )


def test_a_fitted_model_orders_rows_far_better_than_chance_and_near_the_truth(model):
    columns, truth = learn.sample_columns(20_000)
    test = {name: values[16_000:] for name, values in columns.items()}
    labels = test["clicked"].astype(np.float64)
    believed = model.score(test)
    assert auc(labels, truth[16_000:]) > auc(labels, believed) > 0.62


def test_the_report_is_a_table_with_the_model_and_its_segments(model):
    said = str(model.report())
    assert "| Factorization" in said
    assert "advertiser-" in said
    assert "kept learning" in said


def test_a_model_saved_and_loaded_scores_the_same_bits(model, tmp_path):
    columns, _ = learn.sample_columns(3_000, seed=11)
    model.save(tmp_path / "one.model")
    for trainable in (False, True):
        again = learn.load(tmp_path / "one.model", trainable=trainable)
        assert (again.score(columns) == model.score(columns)).all()
        assert str(again.report()) == str(model.report())


def test_a_row_by_itself_scores_the_bits_it_scores_among_others(model):
    columns, _ = learn.sample_columns(200, seed=11)
    together = model.score(columns)
    for n in range(0, 200, 20):
        assert model.score_row({name: values[n] for name, values in columns.items()}) == together[n]


def test_logs_in_memory_and_in_files_teach_the_same(model):
    columns, _ = learn.sample_columns(20_000)
    again = learn.fit(
        five_lines(),
        label="clicked",
        log=columns,
        time="decided_at",
        group="viewer_id",
        model=SMALL,
        rounds=20,
        baseline=False,
    )
    some = {name: values[:500] for name, values in columns.items()}
    np.testing.assert_allclose(again.score(some), model.score(some), atol=2e-6)  # Parquet holds topics in 32 bits
    assert log_loss(np.ones(1), np.ones(1)) == pytest.approx(0.0, abs=1e-12)


def test_a_label_outside_0_and_1_is_refused_with_its_row():
    with pytest.raises(InvalidInput, match=r"label 2[.]0 in row 3 of the log"):
        learn.fit(
            learn.Features(learn.Id("ad")), label="y", log={"ad": list(range(50)), "y": [0, 1, 0, 2, *([0] * 46)]}
        )
