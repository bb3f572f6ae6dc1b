"""Who is named must not change what a post tells of: how names move vectors, and a check with other names."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.understand.fitting import Linear, Vectors, link

STRENGTH = 300.0
"""How much a head is kept from using what names change: chosen where the gap between groups of names was a quarter of
what it was without, and the area under ROC fell by less than half a point."""


@dataclass(frozen=True, slots=True)
class NameCheck:
    """Vectors of sentences that differ in a name only."""

    metric: NDArray[np.float64]
    """(width, width): shrinks each direction by how much names move a vector along it."""
    vectors: Vectors
    """(sentences x names, width) of names and sentences that nothing was fitted on."""
    groups: tuple[str, ...]
    """The group of each name."""

    def rates(self, model: Linear, threshold: float) -> Mapping[str, float]:
        """For each group of names, the share of sentences that reach the threshold."""
        told = (link(model.scores(self.vectors)) >= threshold).reshape(-1, len(self.groups))
        mine = np.array(self.groups)
        return {group: float(told[:, mine == group].mean()) for group in dict.fromkeys(self.groups)}


def name_texts() -> tuple[list[str], list[str]]:
    """The sentences to learn from, then those to check with."""
    written = _written()
    learned = [frame.format(name) for frame in written["frames"] for name in written["names"]]
    check = written["check"]
    names = [name for group in check["groups"].values() for name in group]
    return learned, [frame.format(name) for frame in check["frames"] for name in names]


def name_check(learned: Vectors, checked: Vectors, *, everyday: Vectors) -> NameCheck:
    r"""The metric $(I + \lambda \Sigma_n / \bar\sigma^2)^{-1/2}$, from the covariance of vectors over names alone.

    $\bar\sigma^2$ is the mean variance of everyday talk per direction. Fitting with a penalty on weights in this metric
    is fitting with a penalty on how much names move the score.
    """
    written = _written()
    frames = learned.astype(np.float64).reshape(len(written["frames"]), len(written["names"]), -1)
    moved = (frames - frames.mean(axis=1, keepdims=True)).reshape(-1, frames.shape[-1])
    values, axes = np.linalg.eigh(moved.T @ moved / len(moved))
    usual = float(everyday.var(axis=0, dtype=np.float64).mean())
    shrink = (1 + STRENGTH * np.maximum(values, 0.0) / usual) ** -0.5
    groups = tuple(group for group, names in written["check"]["groups"].items() for _ in names)
    return NameCheck((axes * shrink) @ axes.T, checked, groups)


@lru_cache(maxsize=1)
def _written() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "name_examples.toml").read_text(encoding="utf-8"))
