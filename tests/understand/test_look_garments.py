"""Several garments in one picture, found by taking its map apart, and never invented."""

import numpy as np
import pytest

from adtailor.understand.garments import HEIGHT, ClothesGate, GarmentHead, GarmentModel, Splits, cuts, within
from adtailor.understand.patterns import PATTERNS, PatternHead

TYPES = ("dress", "hat", "pants", "shoes", "t-shirt")
WIDTH = 1 + len(TYPES)
"""Dimension 0 says that something is worn, the others each speak for a type."""
NOTHING = np.zeros(WIDTH, dtype=np.float32)


def cell(kind: str, strength: float = 9.0) -> np.ndarray:
    values = np.zeros(WIDTH, dtype=np.float32)
    values[0] = 6.0
    values[1 + TYPES.index(kind)] = strength**2  # the head takes roots
    return values


@pytest.fixture
def model() -> GarmentModel:
    classifier = np.zeros((1000, WIDTH), dtype=np.float32)
    classifier[610, 0] = 3.0  # jersey
    weights = np.zeros((len(TYPES), WIDTH), dtype=np.float32)
    weights[np.arange(len(TYPES)), 1 + np.arange(len(TYPES))] = 1.0
    return GarmentModel(
        version="toy",
        gate=ClothesGate(weights=classifier, bias=np.zeros(1000, dtype=np.float32), threshold=0.0),
        head=GarmentHead(types=TYPES, weights=weights, bias=np.zeros(len(TYPES), dtype=np.float32)),
        splits=Splits(least=0.5, gain=0.05),
        patterns=PatternHead(
            names=PATTERNS,
            weights=np.zeros((len(PATTERNS), 8), dtype=np.float32),
            bias=np.zeros(len(PATTERNS), dtype=np.float32),
            least=0.5,
        ),
    )


def rows(*kinds: str | None) -> np.ndarray:
    """A map of seven rows, each showing one type all along."""
    return np.stack([np.tile(NOTHING if kind is None else cell(kind), (7, 1)) for kind in kinds])


def test_one_garment_is_one_garment(model: GarmentModel) -> None:
    (found,) = model.find(rows(*["dress"] * 7))

    assert found.type == "dress"
    assert found.confidence > 0.99


def test_a_shirt_above_trousers_is_both_each_where_it_is(model: GarmentModel) -> None:
    found = {one.type: one for one in model.find(rows(*["t-shirt"] * 3, *["pants"] * 4))}

    assert set(found) == {"t-shirt", "pants"}
    assert found["t-shirt"].where[3:].max() == 0
    assert found["pants"].where[:3].max() == 0


def test_hat_shirt_and_trousers_are_three(model: GarmentModel) -> None:
    found = model.find(rows("hat", "hat", "t-shirt", "t-shirt", "t-shirt", "pants", "pants"))

    assert {one.type for one in found} == {"hat", "t-shirt", "pants"}


def test_what_cannot_be_worn_in_that_order_is_not_taken_apart(model: GarmentModel) -> None:
    assert len(model.find(rows(*["pants"] * 3, *["t-shirt"] * 4))) == 1
    assert len(model.find(rows(*["shoes"] * 4, *["dress"] * 3))) == 1


def test_side_by_side_any_two_types_may_lie(model: GarmentModel) -> None:
    laid = np.swapaxes(rows(*["pants"] * 3, *["t-shirt"] * 4), 0, 1)

    assert {one.type for one in model.find(laid)} == {"pants", "t-shirt"}


def test_nothing_worn_is_no_garment(model: GarmentModel) -> None:
    assert model.find(rows(*[None] * 7)) == []


def test_a_part_without_clothes_is_no_second_garment(model: GarmentModel) -> None:
    stony = rows(*["t-shirt"] * 4, *[None] * 3)
    stony[4:, :, 1 + TYPES.index("pants")] = 81.0  # looks like trousers, and like nothing that is worn
    stony[4:, :, 0] = -6.0
    stony[:4, :, 0] = 9.0

    assert len(model.find(stony)) == 1


@pytest.mark.parametrize("size", [(7, 7), (14, 14), (7, 5)])
def test_every_cut_covers_the_picture_once(size: tuple[int, int]) -> None:
    for cut in cuts(*size):
        covered = np.zeros(size, dtype=int)
        for part in cut:
            within(covered, part)[:] += 1
        assert (covered == 1).all()


def test_every_type_has_its_height() -> None:
    assert len(HEIGHT) == 17
    assert HEIGHT["hat"] < HEIGHT["t-shirt"] < HEIGHT["skirt"] < HEIGHT["shoes"]
