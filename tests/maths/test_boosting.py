"""Trees: they cut where the truth is cut, what they say is what was learned, and a missing value has a side."""

import numpy as np
import pytest

from adtailor.maths.boosting import binned, boost, cut, staged_losses, trees_score
from adtailor.maths.calibration import logistic


def grown(values, labels, *, rounds=20, leaves=4, share=1.0, rate=0.3, least=1.0, bins=16, weights=None):
    cuts = [cut(np.ascontiguousarray(values[:, f]), bins) for f in range(values.shape[1])]
    edges = np.full((len(cuts), bins), np.inf, dtype=np.float32)
    coded = np.empty(values.shape, dtype=np.uint8)
    for f, found in enumerate(cuts):
        edges[f, : len(found)] = found
        binned(np.ascontiguousarray(values[:, f]), found, f, coded)
    forest = (
        np.zeros((rounds, leaves - 1), dtype=np.int16),
        np.zeros((rounds, leaves - 1), dtype=np.float32),
        np.zeros((rounds, leaves - 1, 2), dtype=np.int16),
        np.zeros((rounds, leaves), dtype=np.float32),
    )
    w = np.ones(len(values), dtype=np.float32) if weights is None else weights
    logits = np.zeros(len(values))
    sizes = np.array([len(found) + 1 for found in cuts])
    with np.errstate(over="ignore"):
        boost(coded, edges, sizes, labels.astype(np.float32), w, share, np.array([rate, 1.0, least]), np.uint64(1),
              logits, *forest)  # fmt: skip
    return forest, logits


def rows(count=300, seed=0):
    random = np.random.default_rng(seed)
    values = random.normal(size=(count, 3)).astype(np.float32)
    values[random.random(count) < 0.2, 1] = np.nan
    return values


def test_a_step_is_found_where_it_is_and_scoring_repeats_what_was_learned():
    values = rows()
    labels = values[:, 0] > 0.5
    forest, logits = grown(values, labels)
    assert ((logistic(logits) > 0.5) == labels).mean() > 0.98
    assert forest[0][0, 0] == 0
    assert forest[1][0, 0] == pytest.approx(0.5, abs=0.2)
    scored = np.zeros(len(values))
    trees_score(values, *forest, scored)
    np.testing.assert_allclose(scored, logits, atol=1e-6)


def test_whether_a_value_is_missing_can_be_all_that_counts():
    values = rows()
    labels = np.isnan(values[:, 1])
    forest, logits = grown(values, labels)
    assert ((logistic(logits) > 0.5) == labels).all()
    new = np.array([[0.0, np.nan, 0.0], [0.0, -99.0, 0.0]], dtype=np.float32)
    said = np.zeros(2)
    trees_score(new, *forest, said)
    assert said[0] > 0.0 > said[1]


def test_trees_see_what_only_two_columns_together_say():
    values = rows(600)
    labels = (values[:, 0] > 0.0) != (values[:, 2] > 0.0)
    _, logits = grown(values, labels, rounds=40, leaves=8)
    assert ((logistic(logits) > 0.5) == labels).mean() > 0.9


def test_where_no_split_gains_a_tree_is_one_leaf():
    values, labels = np.zeros((50, 2), dtype=np.float32), np.arange(50) < 10
    forest, logits = grown(values, labels, rounds=60)
    assert logistic(logits) == pytest.approx(0.2, abs=0.01)
    said = np.zeros(1)
    trees_score(np.array([[5.0, np.nan]], dtype=np.float32), *forest, said)
    assert said[0] == pytest.approx(logits[0])


def test_rows_without_weight_teach_nothing():
    values = rows()
    labels = values[:, 0] > 0.0
    wrong, weights = labels.copy(), np.ones(len(values), dtype=np.float32)
    wrong[:100], weights[:100] = ~labels[:100], 0.0
    _, kept = grown(values[100:], labels[100:])
    _, weighed = grown(values, wrong, weights=weights)
    assert np.corrcoef(kept, weighed[100:])[0, 1] > 0.99


def test_only_some_columns_are_drawn_for_a_tree():
    values = rows()
    forest, _ = grown(values, values[:, 0] > 0.0, share=0.4, rounds=30)
    assert len(set(forest[0][:, 0].tolist())) == 3  # one column a tree, and not the same one


def test_staged_losses_are_those_of_the_first_trees():
    values = rows()
    labels = (values[:, 0] > 0.5).astype(np.float32)
    forest, _ = grown(values, labels, rounds=5)
    ones, losses = np.ones(len(values), dtype=np.float32), np.empty(6)
    staged_losses(values, labels, ones, *forest, np.zeros(len(values)), losses)
    assert losses[0] == pytest.approx(len(values) * np.log(2.0))
    two = np.zeros(len(values))
    trees_score(values, *(array[:2] for array in forest), two)
    assert losses[2] == pytest.approx(float((np.logaddexp(0.0, two) - labels * two).sum()))
    assert (np.diff(losses) < 0.0).all()


def test_few_values_are_cut_between_all_of_them_and_many_at_equal_mass():
    few = np.array([3.0, 1.0, 2.0, 1.0], dtype=np.float32)
    assert cut(few, 8).tolist() == [1.0, 2.0]
    many = np.arange(1000, dtype=np.float32)
    found = cut(many, 5)
    assert np.bincount(np.searchsorted(found, many)).tolist() == pytest.approx([200] * 5, abs=2)
    heaped = np.array([0.0] * 10 + [9.0] * 900 + [10.0] + [11.0], dtype=np.float32)
    assert cut(heaped, 3).tolist() == [9.0]
    assert cut(np.array([1.0] * 2 + [2.0, 3.0] + [4.0] * 96, dtype=np.float32), 3).tolist() == []
    assert cut(np.full(3, np.nan, dtype=np.float32), 4).tolist() == [-np.inf]
