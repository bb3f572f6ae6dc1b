"""Every model: it learns, it is one with its file, and learning on from a file is learning on."""

import numpy as np
import pytest

from adtailor import learn
from adtailor.errors import InvalidInput
from adtailor.learn.features import fit_features
from adtailor.learn.learners import copied, make_learner
from adtailor.maths.calibration import logistic
from adtailor.maths.ranking_metrics import auc

FEATURES = learn.Features(
    learn.Id("ad_id"),
    learn.Cross("style", "ad_style"),
    learn.Number("hour", buckets=24),
    learn.Vector("context_topics", dim=64),
    learn.Sequence("recent_ads", of="ad_id"),
)
TABLE = learn.Hashed(bits=11)
BASE = learn.Factorization(k=4, table=TABLE)
MODELS = {
    "factorization": BASE,
    "exact": learn.Factorization(k=4, table=learn.Exact(bits=11, admit_after=2)),
    "logistic": learn.Logistic(table=TABLE),
    "field_aware": learn.FieldAware(k=2, table=TABLE),
    "deep_cross": learn.DeepCross(base=BASE, width=4, rank=8, table=TABLE, batch=256),
    "trees": learn.Trees(table=TABLE, leaves=8),
    "blend": learn.Blend(parts=(BASE, learn.Trees(table=TABLE, leaves=8))),
    "two_heads": learn.TwoHeads(k=4, table=TABLE),
}


@pytest.fixture(scope="module")
def rows():
    columns, _ = learn.sample_columns(8_000)
    read = {name: learn.open_log(columns).blocks([name]) for name in (*FEATURES.columns, "clicked", "converted")}
    block = {name: next(blocks)[name] for name, blocks in read.items()}
    encoder = fit_features(FEATURES, block, plain=True)
    labels = np.column_stack((block["clicked"].values, block["converted"].values)).astype(np.float32)
    return encoder, encoder.encode(block), labels


def labels_for(name, labels):
    return labels if name == "two_heads" else np.ascontiguousarray(labels[:, 0])


@pytest.mark.parametrize("name", MODELS)
def test_a_model_learns_and_its_copy_goes_on_bit_for_bit(name, rows):
    encoder, batch, labels = rows
    model, y = MODELS[name], labels_for(name, labels)
    ones = np.ones(len(y), dtype=np.float32)
    learner = make_learner(model, fields=len(encoder.fields), seed=5)
    before = learner.score(batch)
    assert (before == before.flat[0]).all()
    assert np.abs(before).max() < 0.01
    learner.learn(batch.part(0, 4_000), y[:4_000], ones[:4_000])
    twin = copied(learner, model, fields=len(encoder.fields), seed=5)
    some, rest = batch.part(4_000, 6_000), batch.part(6_000, 8_000)
    assert (learner.score(rest) == twin.score(rest)).all()
    assert (learner.learn(some, y[4_000:6_000], ones[4_000:6_000])
            == twin.learn(some, y[4_000:6_000], ones[4_000:6_000])).all()  # fmt: skip
    believed = learner.score(rest)
    assert (believed == twin.score(rest)).all()
    first = believed if believed.ndim == 1 else believed[:, 0]
    assert auc(labels[6_000:, 0].astype(float), first) > 0.58
    scorer = make_learner(model, fields=len(encoder.fields), seed=5, arrays=dict(learner.serving()), scoring=True)
    assert (scorer.score(rest) == believed).all()
    assert scorer.training() == {}
    with pytest.raises(InvalidInput, match="loaded to score"):
        scorer.learn(some, y[4_000:6_000], ones[4_000:6_000])


@pytest.mark.parametrize("name", MODELS)
def test_rows_of_no_weight_teach_nothing(name, rows):
    encoder, batch, labels = rows
    learner = make_learner(MODELS[name], fields=len(encoder.fields), seed=5)
    y = labels_for(name, labels)
    learner.learn(batch.part(0, 500), y[:500], np.ones(500, dtype=np.float32))
    before = learner.score(batch.part(500, 900))
    learner.learn(batch.part(500, 900), y[500:900], np.zeros(400, dtype=np.float32))
    if name == "deep_cross":  # Adam coasts: what it has gathered moves it a little even where the slope is zero
        np.testing.assert_allclose(learner.score(batch.part(500, 900)), before, atol=0.02)
    elif name != "exact":  # a shared row changes hands where an id is let in
        assert (learner.score(batch.part(500, 900)) == before).all()


def test_progressive_logits_are_what_the_learner_would_have_scored(rows):
    encoder, batch, labels = rows
    learner = make_learner(BASE, fields=len(encoder.fields), seed=5)
    y = np.ascontiguousarray(labels[:, 0])
    for n in range(300):
        one = batch.part(n, n + 1)
        believed = learner.score(one)
        assert (learner.learn(one, y[n : n + 1], np.ones(1, dtype=np.float32)) == believed).all()


def test_conversions_are_believed_rarer_than_clicks(rows):
    encoder, batch, labels = rows
    learner = make_learner(MODELS["two_heads"], fields=len(encoder.fields), seed=5)
    ones = np.ones(len(labels), dtype=np.float32)
    learner.learn(batch, labels, ones)
    click, after = logistic(learner.score(batch)).T
    assert click.mean() == pytest.approx(labels[:, 0].mean(), rel=0.15)
    assert (click * after).mean() == pytest.approx(labels[:, 1].mean(), rel=0.3)


def test_ids_beyond_2_to_the_24_do_not_merge_in_an_exact_table():
    ids = 2**24 + np.arange(600)
    labels = (np.arange(600) % 2).astype(np.float64)  # neighbours have opposite labels
    columns = {"ad": np.repeat(ids, 20), "y": np.repeat(labels, 20)}
    model = learn.fit(
        learn.Features(learn.Id("ad")),
        label="y",
        log=columns,
        model=learn.Factorization(k=2, table=learn.Exact(bits=12, admit_after=1), weight_rate=0.1),
        split="group",
        group="ad",
        validation=0.0,
        hold_out=0.01,
        baseline=False,
        calibration="none",
        rounds=2,
    )
    scores = model.logits({"ad": ids})
    learned = np.abs(scores - np.median(scores)) > 0.5
    assert learned.mean() > 0.97
    assert (np.sign(scores[learned]) == np.where(labels[learned] > 0, 1, -1)).all()
