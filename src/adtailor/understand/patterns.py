"""Whether a garment is plain, striped, checked, dotted, floral or printed, from the finer map where its cloth is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PATTERNS = ("plain", "striped", "checked", "dotted", "floral", "graphic")


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternHead:
    """P(pattern) = softmax(traits of the cloth @ weights.T + bias); the likeliest is told if it is likely enough."""

    names: tuple[str, ...]
    weights: NDArray[np.float32]
    """(patterns, traits)."""
    bias: NDArray[np.float32]
    least: float
    """A pattern less likely than this is not told."""

    def tell(self, texture: NDArray[np.float32], cloth: NDArray[np.float64]) -> str | None:
        """The pattern of what `cloth` (rows, columns; how much of each place is garment) covers; None if not known."""
        chances = self.probabilities(traits(texture, cloth)[None])[0]
        best = int(chances.argmax())
        return self.names[best] if chances[best] >= self.least else None

    def probabilities(self, found: NDArray[np.float32]) -> NDArray[np.float64]:
        """Shape (garments, patterns), of traits (garments, traits); each row adds up to 1."""
        scores = (np.einsum("nd,cd->nc", found, self.weights) + self.bias).astype(np.float64)
        return np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))


def traits(texture: NDArray[np.float32], cloth: NDArray[np.float64]) -> NDArray[np.float32]:
    """Of each channel: its mean over the cloth, how it scatters there, and how it changes downwards and sideways.

    Stripes change in one direction, checks and dots in both, a print scatters without changing everywhere.
    """
    weights = (cloth / max(float(cloth.sum()), 1e-9)).astype(np.float32)
    mean = np.einsum("yxc,yx->c", texture, weights)
    scatter = np.sqrt(np.einsum("yxc,yx->c", (texture - mean) ** 2, weights))
    down = np.einsum("yxc,yx->c", np.abs(np.diff(texture, axis=0)), weights[1:])
    sideways = np.einsum("yxc,yx->c", np.abs(np.diff(texture, axis=1)), weights[:, 1:])
    return np.concatenate([mean, scatter, down, sideways])


def fitted(grid: NDArray[np.float64], rows: int, columns: int) -> NDArray[np.float64]:
    """The mean of a finer grid over each of (rows, columns) places."""
    down = _overlaps(grid.shape[0], rows)
    sideways = _overlaps(grid.shape[1], columns)
    return down @ grid @ sideways.T


def _overlaps(fine: int, coarse: int) -> NDArray[np.float64]:
    """(coarse, fine): the share that each fine place has in each coarse one."""
    edges = np.arange(coarse + 1) * fine / coarse
    start, end = np.maximum(edges[:-1, None], np.arange(fine)), np.minimum(edges[1:, None], np.arange(1, fine + 1))
    return np.maximum(0.0, end - start) * coarse / fine
