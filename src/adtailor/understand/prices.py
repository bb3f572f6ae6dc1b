"""How dear a garment looks, by the operator's own products that look most like it; mostly the answer is not known.

An estimate of the clothes, never of who wears them: it is kept out of every profile.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.money import Micros
from adtailor.domain.reading import PriceTier

TIERS: tuple[PriceTier, ...] = ("budget", "mid", "premium", "luxury")
NEIGHBOURS = 5
AGREEING = 3
"""So many of the nearest have to be of one tier."""
LEAST_LIKENESS = 0.75
"""Cosine of two garments' vectors below which a product says nothing; the card tells how often garments are so near."""
FEWEST = 8
"""Products of one type that are needed to say what is dear for that type; with fewer, all clothes are its measure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One garment of the catalogue."""

    type: str
    vector: NDArray[np.float32]
    price: Micros


class PriceBook:
    """Products as unit vectors, each with its tier: the quarter in which its price lies among those of its type."""

    def __init__(self, products: Sequence[Product] = ()) -> None:
        self._types = np.array([product.type for product in products], dtype=np.str_)
        self._vectors = unit(np.stack([product.vector for product in products])) if products else None
        self._tiers = _tiers(self._types, np.array([product.price for product in products], dtype=np.int64))

    def __len__(self) -> int:
        return len(self._types)

    def tier(self, kind: str, vector: NDArray[np.float32]) -> PriceTier | None:
        """The tier that enough of the nearest products of this type have in common; else None, not known."""
        own = np.flatnonzero(self._types == kind)
        if self._vectors is None or len(own) < AGREEING:
            return None
        likeness = np.einsum("nd,d->n", self._vectors[own], unit(vector[None])[0])
        nearest = np.argsort(-likeness, kind="stable")[:NEIGHBOURS]
        near = nearest[likeness[nearest] >= LEAST_LIKENESS]
        counts = np.bincount(self._tiers[own[near]], minlength=len(TIERS))
        best = int(counts.argmax())
        return TIERS[best] if counts[best] >= AGREEING else None


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row divided by its length."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def _tiers(types: NDArray[np.str_], prices: NDArray[np.int64]) -> NDArray[np.intp]:
    """The quarter of each price: 0 for the cheapest."""
    tiers = np.zeros(len(prices), dtype=np.intp)
    for kind in np.unique(types):
        own = types == kind
        measure = prices[own] if own.sum() >= FEWEST else prices
        tiers[own] = np.searchsorted(np.quantile(measure, (0.25, 0.5, 0.75)), prices[own], side="right")
    return tiers
