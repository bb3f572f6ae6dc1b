"""Patterns: what is printed has its truth, and what is read of a map stays within the cloth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.testing.drawn_clothes import draw_garment
from adtailor.understand.look_bystanders import SKIN, bystander
from adtailor.understand.look_patterns import printed
from adtailor.understand.patterns import PATTERNS, PatternHead, fitted, traits

SIDE = 96


@pytest.fixture(scope="module")
def shirt() -> np.ndarray:
    return np.asarray(draw_garment("T-Shirt", (60, 90, 150), side=SIDE))


@pytest.fixture(scope="module")
def cloth(shirt: np.ndarray) -> np.ndarray:
    return (np.abs(shirt.astype(int) - (60, 90, 150)).max(axis=2) < 40).astype(float)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_changes_cloth_and_nothing_else(pattern: str, shirt: np.ndarray, cloth: np.ndarray) -> None:
    shown = printed(shirt, cloth, pattern, np.random.default_rng(4))

    changed = (shown != shirt).any(axis=2)
    assert not changed[cloth == 0].any()
    assert changed[cloth == 1].any() == (pattern != "plain")


def test_the_same_chance_prints_the_same(shirt: np.ndarray, cloth: np.ndarray) -> None:
    for pattern in PATTERNS:
        once, again = (printed(shirt, cloth, pattern, np.random.default_rng(9)) for _ in range(2))
        assert np.array_equal(once, again)


def test_stripes_change_in_one_direction() -> None:
    lines = np.zeros((8, 8, 1), dtype=np.float32)
    lines[::2] = 1.0

    mean, scatter, down, sideways = traits(lines, np.ones((8, 8)))

    assert (mean, scatter, sideways) == pytest.approx((0.5, 0.5, 0.0))
    assert down == pytest.approx(7 / 8)  # seven of eight rows have one above them


def test_only_the_cloth_counts() -> None:
    texture = np.zeros((6, 6, 2), dtype=np.float32)
    texture[:, 3:] = 5.0
    left = np.zeros((6, 6))
    left[:, :2] = 1.0

    assert traits(texture, left) == pytest.approx(np.zeros(8))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 52), st.integers(1, 52))
def test_a_grid_keeps_its_mean_when_it_is_fitted(rows: int, columns: int) -> None:
    grid = np.random.default_rng(rows).random((52, 52))

    assert fitted(grid, rows, columns).mean() == pytest.approx(grid.mean())


def test_an_unlikely_pattern_is_not_told() -> None:
    head = PatternHead(
        names=("plain", "striped"), weights=np.zeros((2, 4), np.float32), bias=np.zeros(2, np.float32), least=0.6
    )

    assert head.tell(np.zeros((4, 4, 1), np.float32), np.ones((4, 4))) is None


def test_a_bystander_differs_in_tones_alone() -> None:
    light, dark = (bystander(np.random.default_rng(1), side=SIDE, skin=SKIN[n], hair=(0, 0, 0)) for n in (0, 9))

    assert np.array_equal(light[1], dark[1])
    assert not np.array_equal(light[0], dark[0])
    assert 0.01 < light[1].mean() < 0.4
