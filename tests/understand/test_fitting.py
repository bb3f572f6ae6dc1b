import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from adtailor.understand.training.fitting import (
    Linear,
    area_under_roc,
    best_f1_threshold,
    calibration_error,
    f1_score,
    fit_logistic,
    fit_ridge,
    link,
    platt,
    precision_at,
    prevalence_weights,
    threshold_for_precision,
)
from adtailor.understand.training.names import given_names, name_check


def test_what_names_move_is_used_less_and_the_rest_stays():
    names = len(given_names())
    moving = np.zeros((3 * names, 4), dtype=np.float32)
    moving[:, 0] = np.tile(np.linspace(-1, 1, names), 3)  # names move the first number alone
    check = name_check(np.zeros((1, 4), dtype=np.float32), moving)
    blinded = check.blinded(Linear(np.ones(4), 0.5))
    # The variance of numbers spread evenly over -1 to 1 is about 1/3: 1 / (1 + 10/3) = 0.23.
    assert blinded.weights[0] == pytest.approx(0.23, abs=0.01)
    np.testing.assert_allclose(blinded.weights[1:], 1.0)
    assert blinded.bias == 0.5


def _two_clouds(seed=7, rows=400):
    random = np.random.default_rng(seed)
    y = np.arange(rows) % 4 == 0
    x = random.normal(size=(rows, 3)).astype(np.float32)
    x[y, 0] += 3.0
    return x, y


def test_precision_at_another_prevalence_is_the_arithmetic_of_the_trust_document():
    # Recall .81, false positives .26, 5 % prevalence: .05 x .81 / (.05 x .81 + .95 x .26) = .0405 / .2875 = .14.
    y = np.repeat([True, False], 100)
    chances = np.concatenate([np.repeat([0.9, 0.1], [81, 19]), np.repeat([0.9, 0.1], [26, 74])])
    precision, recall, false_rate = precision_at(chances, y, threshold=0.5, prevalence=0.05)
    assert (recall, false_rate) == (0.81, 0.26)
    assert precision == pytest.approx(0.0405 / (0.0405 + 0.247))


def test_the_threshold_for_a_precision_keeps_it():
    x, y = _two_clouds(rows=4000)
    chances = link(fit_logistic(x, y, penalty=1.0).scores(x))
    threshold = threshold_for_precision(chances, y, prevalence=0.05, precision=0.8)
    assert precision_at(chances, y, threshold=threshold, prevalence=0.05)[0] >= 0.8


def test_a_logistic_fit_parts_two_clouds():
    x, y = _two_clouds()
    assert area_under_roc(fit_logistic(x, y, penalty=1.0).scores(x), y) > 0.95


def test_a_ridge_finds_the_line_it_was_made_from():
    x, _ = _two_clouds()
    model = fit_ridge(x, x.astype(float) @ [1.0, -2.0, 0.0] + 0.5, penalty=1e-6)
    np.testing.assert_allclose(model.weights, [1.0, -2.0, 0.0], atol=1e-4)
    assert model.bias == pytest.approx(0.5, abs=1e-4)


def test_calibration_moves_probabilities_to_the_prevalence():
    x, y = _two_clouds(rows=4000)
    scores = fit_logistic(x, y, penalty=1.0).scores(x)
    weights = prevalence_weights(y, 0.05)
    slope, offset = platt(scores, y, weights=weights)
    chances = link(slope * scores + offset)
    # A fitted logistic gives back the mean it was fitted to.
    assert float((weights * chances).mean()) == pytest.approx(0.05, abs=0.001)
    assert calibration_error(chances, y, weights=weights) < 0.02


def test_folding_the_calibration_in_changes_nothing_else():
    x, y = _two_clouds()
    model = fit_logistic(x, y, penalty=1.0)
    np.testing.assert_allclose(model.calibrated(2.0, -1.0).scores(x), 2.0 * model.scores(x) - 1.0)


def test_weights_for_a_prevalence_have_a_mean_of_one():
    y = np.array([True, False, False, False])
    weights = prevalence_weights(y, 0.05)
    assert weights.mean() == pytest.approx(1.0)
    assert weights[y].sum() / weights.sum() == pytest.approx(0.05)


@given(arrays(float, 30, elements=st.floats(0, 1)), arrays(bool, 30))
def test_no_threshold_beats_the_best_one(chances, y):
    threshold, best = best_f1_threshold(chances, y)
    assert (
        all(f1_score(chances >= other, y) <= f1_score(chances >= threshold, y) + 1e-9 for other in chances) or best == 0
    )


def test_f1_of_nothing_is_nothing():
    assert f1_score(np.zeros(3, bool), np.zeros(3, bool)) == 0.0
