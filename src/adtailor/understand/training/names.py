"""Who is named must not change what a post tells of: names to learn with, and a check with other names."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from adtailor.understand.training.fitting import Linear, Vectors, link


@dataclass(frozen=True, slots=True)
class NameCheck:
    """Vectors of sentences that differ in a name only."""

    vectors: Vectors
    """(sentences x names, width) of names and sentences that nothing was fitted on."""
    groups: tuple[str, ...]
    """The group of each name."""

    def rates(self, model: Linear, threshold: float) -> Mapping[str, float]:
        """For each group of names, the share of sentences that reach the threshold."""
        told = (link(model.scores(self.vectors)) >= threshold).reshape(-1, len(self.groups))
        mine = np.array(self.groups)
        return {group: float(told[:, mine == group].mean()) for group in dict.fromkeys(self.groups)}


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


def name_check(vectors: Vectors) -> NameCheck:
    """The check, with the vectors of `checked_texts`."""
    groups = tuple(group for group, names in _written()["check"]["groups"].items() for _ in names)
    return NameCheck(vectors, groups)


@lru_cache(maxsize=1)
def _written() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "name_examples.toml").read_text(encoding="utf-8"))
