"""Who is named must not change what a post tells of: names to learn with, and a check with other names."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.understand.training.fitting import Linear, Vectors, link

BLINDING = 10.0
"""Chosen on rows that calibrate: as far as costs them nothing."""
THRESHOLDS = tuple(step / 20 for step in range(2, 19))


@dataclass(frozen=True, slots=True)
class NameCheck:
    """Vectors of sentences that differ in a name only."""

    vectors: Vectors
    """(sentences x names, width) of names and sentences that nothing was fitted on."""
    groups: tuple[str, ...]
    """The group of each name."""
    moves: NDArray[np.float64]
    """(width, width): how far names move a vector in each direction, of other names in other sentences."""

    def blinded(self, model: Linear) -> Linear:
        r"""The model with the directions that names move dearer: $w' = (I + 10\, C)^{-1} w$, C their covariance."""
        weights = np.linalg.solve(np.eye(len(self.moves)) + BLINDING * self.moves, model.weights)
        return Linear(weights.astype(np.float64), model.bias)

    def rates(self, model: Linear, threshold: float) -> Mapping[str, float]:
        """For each group of names, the share of sentences that reach the threshold."""
        told = (link(model.scores(self.vectors)) >= threshold).reshape(-1, len(self.groups))
        mine = np.array(self.groups)
        return {group: float(told[:, mine == group].mean()) for group in dict.fromkeys(self.groups)}

    def gap(self, model: Linear) -> float:
        """The gap between the groups told most and least often, the mean over many thresholds.

        At one threshold it hangs on where that falls among a dozen sentences: the same head may show .00 and .12.
        """
        rates = [self.rates(model, threshold).values() for threshold in THRESHOLDS]
        return float(np.mean([max(rate) - min(rate) for rate in rates]))


def checked_texts() -> tuple[str, ...]:
    """Sentences that differ in a name only, with names and frames that nothing is learned from."""
    check = _written()["check"]
    names = [name for group in check["groups"].values() for name in group]
    return tuple(frame.format(name) for frame in check["frames"] for name in names)


def given_names() -> tuple[str, ...]:
    """Names from many places to learn with; the check uses others."""
    return tuple(_written()["names"])


def frames_with_names() -> tuple[str, ...]:
    """Everyday sentences, each with every name."""
    written = _written()
    return tuple(frame.format(name) for frame in written["frames"] for name in written["names"])


def moving_texts() -> tuple[str, ...]:
    """Sentences, half of them at the border of stress, each with every name to learn with."""
    written = _written()
    return tuple(frame.format(name) for frame in (*written["borderline"], *written["frames"]) for name in given_names())


def name_check(vectors: Vectors, moving: Vectors) -> NameCheck:
    """The check, with the vectors of `checked_texts` and of `moving_texts`."""
    groups = tuple(group for group, names in _written()["check"]["groups"].items() for _ in names)
    by_sentence = moving.astype(np.float64).reshape(-1, len(given_names()), moving.shape[1])
    moved = (by_sentence - by_sentence.mean(axis=1, keepdims=True)).reshape(-1, moving.shape[1])
    return NameCheck(vectors, groups, moved.T @ moved / len(moved))


@lru_cache(maxsize=1)
def _written() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "name_examples.toml").read_text(encoding="utf-8"))
