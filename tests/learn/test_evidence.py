"""What a report, a calibration and a promotion stand on."""

import sys

import numpy as np
import pytest

from adtailor import learn
from adtailor.errors import AdtailorError, InvalidInput
from adtailor.maths.calibration import logistic

TINY = learn.Factorization(k=4, table=learn.Hashed(bits=10), vector_rate=0.05, weight_rate=0.08, scale=0.07)
"""Steps for a short log: the defaults are calmer."""


def log(rows=20_000, seed=0, strength=1.0):
    """Clicks that depend on the ad, and on whether page and ad are of one kind."""
    random = np.random.default_rng(seed)
    ad, page, who = random.integers(0, 40, rows), random.integers(0, 5, rows), random.integers(0, 900, rows)
    pull = np.random.default_rng(99).normal(0, 0.8, 40)
    z = -1.5 + strength * (pull[ad] + 1.2 * (ad % 5 == page))
    return {
        "ad": ad, "page": page, "who": who, "at": np.arange(rows), "advertiser_id": ad % 4,
        "y": (random.random(rows) < logistic(z)).astype(np.int64),
    }  # fmt: skip


GOOD = learn.Features(learn.Id("ad"), learn.Category("page"))
POOR = learn.Features(learn.Id("ad"))


def fit(features=GOOD, columns=None, **more):
    settings = {"label": "y", "time": "at", "group": "who", "model": TINY, "baseline": False, "rounds": 40, **more}
    return learn.fit(features, log=log() if columns is None else columns, **settings)


def test_trees_stand_in_the_report_beside_the_model_on_the_same_rows():
    report = fit(baseline=True).report()
    ours, _, trees = report.lines
    assert trees.name == "LightGBM (trees)"
    assert (trees.rows, trees.clicks) == (ours.rows, ours.clicks)
    assert trees.auc.value == pytest.approx(ours.auc.value, abs=0.03)
    assert any("against the trees" in note for note in report.notes)


def test_a_missing_lightgbm_is_said_with_what_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    assert "pip install 'adtailor[train]'" in str(fit(baseline=True).report())


def test_calibration_by_advertiser_brings_each_ratio_nearer_to_one():
    columns = log(60_000)
    features = learn.Features(learn.Category("page"))  # the model cannot see who advertises

    def worst(model):
        return max(abs(s.calibration - 1) for s in model.report().segments if s.column == "advertiser_id")

    plain, by_advertiser = fit(features, columns), fit(features, columns, calibrate_by=["advertiser_id"])
    assert worst(by_advertiser) < 0.6 * worst(plain)
    assert "advertiser_id (4 values)" in str(by_advertiser.report())
    some = {name: values[:3] for name, values in columns.items()}
    assert by_advertiser.score(some).shape == (3,)
    with pytest.raises(InvalidInput, match="calibration needs it"):
        by_advertiser.score({"page": [1]})


@pytest.mark.parametrize("method", ["isotonic", "platt", "none", "auto"])
def test_every_calibration_survives_its_file(method, tmp_path):
    model = fit(calibration=method)
    model.save(tmp_path / "one.model")
    some = log(500, seed=3)
    assert (learn.load(tmp_path / "one.model").score(some) == model.score(some)).all()
    assert model.report().lines[0].calibration.value == pytest.approx(1.0, abs=0.1)


def test_early_stopping_never_looks_at_the_test_part():
    columns = log()
    flipped = {**columns, "y": np.where(np.arange(20_000) < 16_000, columns["y"], 1 - columns["y"])}
    one, other = fit(columns=columns, epochs=5), fit(columns=flipped, epochs=5)
    assert one.report().notes[1] == other.report().notes[1]
    assert (one.evidence.logits == other.evidence.logits).all()
    assert one.report().lines[0].auc.value > 0.6 > other.report().lines[0].auc.value


def test_the_first_model_serves_if_it_beats_the_mean_and_a_worse_one_never_follows(tmp_path):
    shelf = tmp_path / "models"
    poor = fit(POOR).promote("serving", shelf=shelf, rounds=100)
    assert poor.before is None
    good = fit(GOOD).promote("serving", shelf=shelf, rounds=100)
    assert (good.before, good.version) == (poor.version, "0002.model")
    with pytest.raises(learn.NotPromoted, match="does not say that it is better"):
        fit(POOR).promote("serving", shelf=shelf, rounds=100)
    with pytest.raises(learn.NotPromoted, match="does not say that it is better"):
        fit(GOOD).promote("serving", shelf=shelf, rounds=100)
    assert learn.serving_path(shelf=shelf).name == "0002.model"
    assert learn.roll_back(shelf=shelf) == "0001.model"
    served = learn.load(learn.serving_path(shelf=shelf))
    assert served.encoder.columns == ("ad",)
    with pytest.raises(InvalidInput, match="no version before"):
        learn.roll_back(shelf=shelf)


def test_a_model_that_learned_nothing_or_is_far_off_does_not_serve(tmp_path):
    nothing = fit(columns=log(strength=0.0))
    with pytest.raises(learn.NotPromoted, match="does not say"):
        nothing.promote(shelf=tmp_path, rounds=100)
    columns = log(strength=2.0)
    # A quarter of the clicks of the last fifth were never logged: it orders well and is far off.
    lost = (np.arange(20_000) >= 16_000) & (np.random.default_rng(0).random(20_000) < 0.25)
    far_off = fit(columns={**columns, "y": np.where(lost, 0, columns["y"])})
    with pytest.raises(learn.NotPromoted, match="times what is observed"):
        far_off.promote(shelf=tmp_path, rounds=100)
    assert learn.serving_path(shelf=tmp_path) is None


def test_a_model_from_a_file_has_no_evidence_and_slots_have_plain_names(tmp_path):
    fit().save(tmp_path / "one.model")
    with pytest.raises(learn.NotPromoted, match="loaded from a file"):
        learn.load(tmp_path / "one.model").promote(shelf=tmp_path)
    with pytest.raises(InvalidInput, match="a slot named"):
        fit().promote("../serving", shelf=tmp_path)


def test_a_version_that_reads_a_column_the_log_lacks_cannot_be_compared(tmp_path):
    fit(GOOD).promote(shelf=tmp_path, rounds=50)
    columns = {name: values for name, values in log().items() if name != "page"}
    with pytest.raises(learn.NotPromoted, match="reads 'page'"):
        fit(POOR, columns).promote(shelf=tmp_path, rounds=50)


def test_late_labels_taken_as_none_are_measurably_wrong_and_with_a_delay_they_are_not():
    rows, day = 60_000, 1_000
    random = np.random.default_rng(5)
    at = np.sort(random.integers(0, 30 * day, rows))
    ad = random.integers(0, 20, rows)
    converts = random.random(rows) < logistic(np.random.default_rng(1).normal(-1.5, 0.5, 20)[ad])
    came = at + random.exponential(3 * day, rows).astype(np.int64)
    horizon, now = 10 * day, 30 * day
    true_rate = (converts & (came - at <= horizon)).mean()
    seen = converts & (came <= now)
    times = np.where(seen, came.astype("datetime64[us]"), np.datetime64("NaT"))
    columns = {"ad": ad, "at": at, "came": times, "y": seen}
    features = learn.Features(learn.Id("ad"))
    common = {"label": "y", "log": columns, "time": "at", "model": TINY, "baseline": False, "rounds": 10, "by": ()}
    delay = learn.Delay(at="came", horizon=horizon, wait=day, now=now)
    right, wrong = learn.fit(features, delay=delay, **common), learn.fit(features, **common)
    ads = {"ad": np.arange(20)}
    ratios = [float(model.score(ads).mean()) / true_rate for model in (right, wrong)]
    assert ratios[0] == pytest.approx(1.0, abs=0.08)
    assert ratios[1] < 0.9
    with pytest.raises(InvalidInput, match="without time"):
        learn.fit(features, delay=delay, **{**common, "time": None})
    with pytest.raises(InvalidInput, match="wait 0"):
        learn.fit(features, delay=learn.Delay(at="came", horizon=9, wait=0), **common)
    early = {**columns, "came": at - 5}
    with pytest.raises(InvalidInput, match="before its decision"):
        learn.fit(features, delay=delay, **{**common, "log": early})


def test_two_heads_give_a_click_and_a_conversion():
    columns = log()
    bought = (columns["y"] == 1) & (np.random.default_rng(1).random(20_000) < 0.4)
    model = learn.fit(GOOD, label=("y", "bought"), log={**columns, "bought": bought}, time="at", rounds=5,
                      model=learn.TwoHeads(k=4, table=learn.Hashed(bits=10)))  # fmt: skip
    click, conversion = model.score(columns).T
    assert (conversion <= click).all()
    assert conversion.mean() == pytest.approx(bought.mean(), rel=0.15)
    assert model.report().lines[0].auc.value > 0.6


def test_exploring_prefers_what_is_uncertain_and_its_propensities_are_honest():
    columns = log(3_000)
    model = fit(columns=columns)
    candidates = {"ad": [0, 1, 999_999], "page": [1, 1, 1]}  # the last was never seen
    found = [model.explore(candidates, random=np.random.default_rng(n)) for n in range(300)]
    for place in range(3):
        said = [one.propensity for one in found if one.place == place]
        if len(said) > 20:
            assert np.mean(said) == pytest.approx(len(said) / 300, abs=0.1)
    assert any(one.place == 2 for one in found)
    logistic_model = fit(columns=columns, model=learn.Logistic(table=learn.Hashed(bits=8)))
    with pytest.raises(InvalidInput, match="without counters"):
        logistic_model.explore(candidates, random=np.random.default_rng(0))


def test_the_dense_parts_give_the_same_in_onnx(tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    model = fit(model=learn.DeepCross(base=TINY, width=4, rank=8, table=learn.Hashed(bits=10)))
    model.export_onnx(tmp_path / "dense.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "dense.onnx", providers=["CPUExecutionProvider"])
    x0 = np.random.default_rng(0).normal(size=(7, 8)).astype(np.float32)
    from adtailor.maths.cross_network import forward

    (found,) = session.run(None, {"x0": x0})
    np.testing.assert_allclose(found, forward(model.learner.network, x0)[0], atol=1e-5)
    with pytest.raises(AdtailorError, match="no dense parts"):
        fit().export_onnx(tmp_path / "none.onnx")


def test_the_plot_is_a_picture_with_both_curves(tmp_path):
    from PIL import Image

    fit().report().plot(str(tmp_path / "curves.png"))
    with Image.open(tmp_path / "curves.png") as picture:
        colours = picture.convert("RGB").getcolors(maxcolors=1 << 20)
        assert picture.size == (1040, 420)
    assert len([1 for _, colour in colours if colour == (31, 95, 191)]) == 1


def test_importing_it_loads_no_engine_no_server_and_no_database():
    import subprocess

    said = subprocess.run(
        [sys.executable, "-c", "import sys; from adtailor import learn; print(*sys.modules)"],
        check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    heavy = {
        "onnxruntime",
        "litestar",
        "sqlalchemy",
        "tokenizers",
        "duckdb",
        "pyarrow",
        "pandas",
        "lightgbm",
        "sklearn",
        "PIL",
    }
    assert not heavy & set(said)


def test_bars_and_callbacks_are_told_of_every_row():
    told = []
    fit(progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (20_000, 20_000)
    fit(progress=True)
