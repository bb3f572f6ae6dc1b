"""The figures learners are judged by are what their definitions say, counted out one by one."""

import math

import numpy as np
import pytest
from benchmarks.learn.metrics import (
    SMALLEST,
    auc,
    difference,
    groups_within,
    judge,
    losses,
    quality,
)
from hypothesis import given, settings
from hypothesis import strategies as st

rows = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 20), st.integers(0, 3), st.integers(0, 4)), min_size=6, max_size=40
).filter(lambda found: 0 < sum(row[0] for row in found) < len(found))


def _columns(found: list[tuple[int, int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    table = np.array(found)
    return table[:, 0].astype(np.uint8), (table[:, 1] + 1) / 22, table[:, 2].astype(np.float64), table[:, 3]


@settings(max_examples=50)
@given(rows)
def test_auc_counts_pairs_in_which_the_click_stands_higher(found: list[tuple[int, int, int, int]]) -> None:
    clicked, chance, weight, _ = _columns(found)
    won = total = 0.0
    for y, p, w in zip(clicked, chance, weight, strict=True):
        for other_y, other_p, other_w in zip(clicked, chance, weight, strict=True):
            if y == 1 and other_y == 0:
                total += w * other_w
                won += w * other_w * (1.0 if p > other_p else 0.5 if p == other_p else 0.0)
    if total > 0:
        assert math.isclose(auc(clicked, chance, weight), won / total, abs_tol=1e-12)


@settings(max_examples=50)
@given(rows)
def test_each_figure_is_its_definition_row_by_row(found: list[tuple[int, int, int, int]]) -> None:
    clicked, chance, _, user = _columns(found)
    figures = quality(judge(clicked, user, seed=1, draws=5), chance, user)
    lost = [-math.log(p if y else 1 - p) for y, p in zip(clicked.tolist(), chance.tolist(), strict=True)]
    rate = sum(clicked.tolist()) / len(clicked)
    of_rate = -(rate * math.log(rate) + (1 - rate) * math.log(1 - rate))
    assert math.isclose(figures.log_loss.value, sum(lost) / len(lost), rel_tol=1e-12)
    assert math.isclose(figures.normalised_entropy.value, sum(lost) / len(lost) / of_rate, rel_tol=1e-12)
    assert math.isclose(figures.calibration.value, sum(chance.tolist()) / sum(clicked.tolist()), rel_tol=1e-12)
    assert math.isclose(figures.auc.value, auc(clicked, chance, np.ones(len(chance))), rel_tol=1e-12)


@settings(max_examples=50)
@given(rows)
def test_a_drawn_user_counts_with_all_their_rows_as_often_as_drawn(found: list[tuple[int, int, int, int]]) -> None:
    clicked, chance, _, user = _columns(found)
    court = judge(clicked, user, seed=2, draws=1)
    repeats = court.draws[0][court.user].astype(int)
    if not 0 < (repeats * clicked).sum() < repeats.sum():
        return
    figures = quality(court, chance, user)
    again = np.repeat(losses(clicked, chance), repeats)
    assert math.isclose(figures.log_loss.low, float(again.mean()), rel_tol=1e-9)
    assert math.isclose(
        figures.auc.low,
        auc(np.repeat(clicked, repeats), np.repeat(chance, repeats), np.ones(repeats.sum())),
        rel_tol=1e-9,
    )


def test_a_chance_of_nought_for_what_happened_costs_much_but_not_everything() -> None:
    assert losses(np.array([1], dtype=np.uint8), np.array([0.0]))[0] == pytest.approx(-math.log(SMALLEST))


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(11)
    held = 0
    for trial in range(100):
        chance = random.uniform(0.05, 0.6, 1_000)
        user = random.integers(0, 200, 1_000)
        clicked = (random.random(1_000) < chance).astype(np.uint8)
        found = quality(judge(clicked, user, seed=trial, draws=100), chance, user).calibration
        held += found.low <= 1 <= found.high
    assert (
        held >= 86
    )  # 95 expected less what 100 draws of 200 users cost; below 86 has less than a chance in a thousand


def test_rows_of_one_user_widen_the_interval() -> None:
    random = np.random.default_rng(12)
    mood = random.normal(0, 2, 100).repeat(50)
    clicked = (random.random(5_000) < 1 / (1 + np.exp(-mood))).astype(np.uint8)
    chance = np.full(5_000, clicked.mean())
    alone = quality(judge(clicked, np.arange(5_000), seed=1), chance, np.arange(5_000)).calibration
    together = quality(judge(clicked, np.arange(100).repeat(50), seed=1), chance, np.arange(5_000)).calibration
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_two_learners_are_compared_user_for_user() -> None:
    random = np.random.default_rng(13)
    chance = random.uniform(0.05, 0.6, 5_000)
    clicked = (random.random(5_000) < chance).astype(np.uint8)
    court = judge(clicked, random.integers(0, 1_000, 5_000), seed=1)
    worse = np.clip(chance * np.exp(random.normal(0, 0.2, 5_000)), 0.01, 0.99)
    found = difference(court, losses(clicked, worse), losses(clicked, chance))
    apart = quality(court, worse, court.user).log_loss
    assert 0 < found.low < found.value < found.high
    assert found.high - found.low < (apart.high - apart.low) / 2
    same = difference(court, losses(clicked, chance), losses(clicked, chance))
    assert (same.low, same.value, same.high) == (0, 0, 0)


def test_groups_are_judged_apart_and_only_where_there_is_enough_to_judge() -> None:
    chance = np.full(20_000, 0.2)
    group = np.repeat([1, 2, 3], [9_950, 10_000, 50])
    clicked = np.zeros(20_000, dtype=np.uint8)
    clicked[:1_990] = 1  # the first group as predicted: 9,950 * 0.2
    clicked[9_950 : 9_950 + 2_200] = 1  # the second: 2,000 expected, 5 standard errors of 40 too many
    found = groups_within(clicked, chance, group, clicks=50)
    assert (found.judged, found.within, found.large) == (2, 1, 2)
    assert found.worst == pytest.approx(1 - 2_000 / 2_200)
