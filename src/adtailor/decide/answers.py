"""What a rule said of every ad, and a memory of such answers: few countries, languages and devices ask most of it."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from operator import is_
from typing import Any

import numpy as np
from numpy.typing import NDArray

FEW = 2
_MOST_BYTES = 32_000_000
_MOST_ANSWERS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One rule about every ad; both arrays say the same."""

    stays: NDArray[np.bool_]
    as_bytes: bytes
    """A byte for each ad, 1 where it may stay: the quick way to ask about a few of them."""
    turned_away: int
    first: tuple[int, ...]
    """The first few ads that were turned away."""


def answer(stays: NDArray[np.bool_] | None) -> Answer | None:
    """What a rule said, or None where it turned nobody away."""
    if stays is None or not (out := len(stays) - int(np.count_nonzero(stays))):
        return None
    as_bytes = stays.tobytes()
    first: list[int] = []
    at = as_bytes.find(0)
    while at >= 0 and len(first) < FEW:
        first.append(at)
        at = as_bytes.find(0, at + 1)
    return Answer(stays=stays, as_bytes=as_bytes, turned_away=out, first=tuple(first))


class _NeverAsked:
    """Told apart from None, which is an answer."""


_NEVER_ASKED = _NeverAsked()
UNKEPT = object()
"""The key of an answer that is not worth keeping: the same question will hardly come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What those rules said together whose answers were kept, for requests that are alike to all of them."""

    answers: tuple[Answer | None, ...]
    """Per rule; None also for the rules that were not asked."""
    may: NDArray[np.bool_]
    fails_with: NDArray[np.uint8]
    made_of: tuple[NDArray[np.bool_], ...]
    """Columns that change from second to second: it holds while they are these very arrays."""


@dataclass(slots=True, kw_only=True)
class KeptAnswers:
    """Answers by what they hang on, for one catalogue; forgets all when it is full. Safe to share between threads."""

    ads: int
    at_work: tuple[int, ...] | None = None
    """The rules that can turn some ad of this catalogue away; None until somebody has looked."""
    _answers: dict[Hashable, Answer | None] = field(default_factory=dict[Hashable, Answer | None])
    _standing: dict[Hashable, Standing] = field(default_factory=dict[Hashable, Standing])

    def __len__(self) -> int:
        return len(self._answers)

    def of(self, key: Hashable, ask: Callable[[], Answer | None]) -> Answer | None:
        """What was said before to the same key, or what `ask` says now."""
        found = self._answers.get(key, _NEVER_ASKED)
        if not isinstance(found, _NeverAsked):
            return found
        said = ask()
        if self._has_room(self._answers):
            self._answers[key] = said
        return said

    def together(self, key: Hashable, made_of: tuple[NDArray[np.bool_], ...], ask: Callable[[], Standing]) -> Standing:
        """The same of several rules at once, as long as these columns are the ones that it was made of."""
        found = self._standing.get(key)
        if found is not None and all(map(is_, found.made_of, made_of)):
            return found
        said = ask()
        if self._has_room(self._standing):
            self._standing[key] = said
        return said

    def _has_room(self, memory: dict[Hashable, Any]) -> bool:
        most = min(_MOST_ANSWERS, _MOST_BYTES // max(2 * self.ads, 1))
        if len(memory) >= most:
            memory.clear()
        return most > 0
