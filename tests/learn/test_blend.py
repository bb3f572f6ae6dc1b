"""Trees, blends and levels: what wins is found by the log itself, and files keep it."""

import numpy as np
import pytest

from adtailor import learn
from adtailor.errors import InvalidInput
from adtailor.learn.calibrating import Calibration, Platt, Uncalibrated, calibrate
from adtailor.learn.learners import make_learner
from adtailor.maths.calibration import logistic

SMALL = learn.Hashed(bits=10)
BLEND = learn.Blend(parts=(learn.Factorization(k=4, table=SMALL), learn.Trees(table=SMALL)))
FEATURES = learn.Features(learn.Id("ad"), learn.Number("price"), learn.Number("age"), learn.Vector("page", dim=3))


def log(rows=12_000, seed=0):
    """Clicks that hang on thresholds of two numbers together, one of them now and then missing."""
    random = np.random.default_rng(seed)
    price, age = random.gamma(2.0, 20.0, rows).astype(np.float32), random.normal(40.0, 12.0, rows)
    price[random.random(rows) < 0.1] = np.nan
    z = -1.5 + 2.0 * ((price > 30.0) != (age > 45.0)) - 1.0 * np.isnan(price)
    return {
        "ad": random.integers(0, 20, rows), "price": price, "age": age, "page": random.normal(size=(rows, 3)),
        "at": np.arange(rows), "y": random.random(rows) < logistic(z),
    }  # fmt: skip


def fit(model, columns=None, **more):
    settings = {"label": "y", "time": "at", "baseline": False, "rounds": 20, "by": (), **more}
    return learn.fit(FEATURES, log=log() if columns is None else columns, model=model, **settings)


def test_where_trees_know_more_they_count_more_and_a_blend_is_no_worse_than_either():
    trees, machine, blend = fit(learn.Trees(table=SMALL)), fit(learn.Factorization(table=SMALL)), fit(BLEND)
    entropies = [model.report().lines[0].normalised_entropy.value for model in (trees, machine, blend)]
    assert entropies[0] < entropies[1] - 0.02
    assert entropies[2] < entropies[0] + 0.005
    assert blend.learner.shares[1] > 2 * blend.learner.shares[0]
    assert "what each counts: Factorization 0" in str(blend.report())
    assert 0.9 < blend.report().lines[0].calibration.value < 1.1


@pytest.mark.parametrize("model", [learn.Trees(table=SMALL), BLEND])
def test_it_survives_its_file_goes_on_from_it_and_serves_bit_for_bit(model, tmp_path):
    learned, later = fit(model), log(300, seed=1)
    learned.save(tmp_path / "one.model")
    asked = {name: list(later[name]) for name in FEATURES.columns}  # as a request brings them
    assert (learn.Server(tmp_path / "one.model").score(asked).chances == learned.score(later)).all()
    assert learned.score_row({name: values[0] for name, values in asked.items()}) == learned.score(later)[0]
    with pytest.raises(InvalidInput, match="re-rank its best"):
        learned.ads({"ad": [1, 2]})
    twin = learn.load(tmp_path / "one.model", trainable=True)
    batch = learned.encoder.encode(learned._read(later))
    y, ones = later["y"].astype(np.float32), np.ones(300, dtype=np.float32)
    assert (twin.learner.learn(batch, y, ones) == learned.learner.learn(batch, y, ones)).all()


def test_a_blend_that_is_followed_goes_on_learning_and_finds_its_own_level(tmp_path):
    fit(BLEND).save(tmp_path / "live.model")
    fresh = {**log(2_000, seed=2), "at": 20_000 + np.arange(2_000)}
    done = learn.follow(tmp_path / "live.model", log=iter([fresh]), time="at", until_end=True)
    assert done.counts.learned == 2_000
    served = learn.load(tmp_path / "live.model")
    assert served.about.rows == 14_000
    assert served.about.calibration.level == 0.0


def test_auto_is_a_blend_and_few_rows_may_be_passed_over_again():
    assert isinstance(fit("auto", log(3_000)).about.model, learn.Blend)
    assert any("passes over the training rows" in note
               for note in fit(learn.Factorization(table=SMALL), epochs="auto").report().notes)  # fmt: skip
    assert fit(learn.Trees(table=SMALL), log(3_000), epochs="auto").about.rows == 3_000
    with pytest.raises(InvalidInput, match="rounds of their own"):
        fit(learn.Trees(table=SMALL), epochs=2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: learn.Blend(parts=(learn.Trees(),)), "a blend of 1"),
        (lambda: learn.Trees(leaves=1), "trees of 1 leaves"),
        (lambda: learn.Trees(rate=0.0), "rate 0"),
    ],
)
def test_what_is_no_model_is_refused(make, message):
    with pytest.raises(InvalidInput, match=message):
        make()


def test_a_model_left_standing_at_night_still_says_the_truth_of_the_next_day():
    # Clicks have a daily wave, and the log ends its learning part in a trough.
    rows, days = 40_000, 4
    random = np.random.default_rng(0)
    phase = np.arange(rows) / rows * days * 2 * np.pi * 1.0
    z = -1.5 + 0.9 * np.sin(phase + np.pi * 0.9)
    columns = {**log(rows), "y": random.random(rows) < logistic(z)}
    restless = learn.Factorization(k=4, table=SMALL, weight_rate=0.5)
    ratios = [
        abs(fit(restless, columns, calibration=method, hold_out=0.25).report().lines[0].calibration.value - 1.0)
        for method in ("none", "level")
    ]
    assert ratios[1] < 0.5 * ratios[0]


def test_chances_are_bent_only_where_that_pays():
    random = np.random.default_rng(0)
    z = random.normal(-2.0, 1.0, 20_000)
    labels = (random.random(20_000) < logistic(z)).astype(np.float64)
    assert calibrate(z, labels) == Calibration(whole=Uncalibrated())
    too_sure = calibrate(2.0 * z, labels, method="auto").whole
    assert not isinstance(too_sure, Uncalibrated)
    few = calibrate(3.0 * z[:3_000], labels[:3_000]).whole
    assert isinstance(few, Platt)
    assert few.slope == pytest.approx(1 / 3, abs=0.12)


def test_a_network_that_finds_nothing_leaves_its_machine_as_it_is():
    columns = log()
    columns["y"] = np.random.default_rng(5).random(12_000) < 0.2
    base = learn.Factorization(k=4, table=SMALL)
    deep = fit(learn.DeepCross(base=base, width=4, rank=8, table=SMALL), columns)
    alone = fit(base, columns)
    assert deep.learner.share[0] < 0.2
    assert np.abs(deep.logits(columns) - alone.logits(columns)).max() < 0.1


def test_trees_want_their_own_encoder():
    from adtailor.learn.features import fit_features

    block = next(learn.open_log(log(100)).blocks(list(FEATURES.columns)))
    learner = make_learner(learn.Trees(table=SMALL), fields=4, seed=0)
    with pytest.raises(InvalidInput, match="without their numbers"):
        learner.score(fit_features(FEATURES, block).encode(block))
