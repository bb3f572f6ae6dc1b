"""How many people meet each of many conditions: sets of people as bits, so that a condition is a few operations."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Bits: TypeAlias = NDArray[np.uint8]
AnyOf: TypeAlias = frozenset[Hashable]


@dataclass(frozen=True, slots=True)
class Condition:
    """Something of each set of `all_of`, and nothing of `none_of`."""

    all_of: tuple[AnyOf, ...]
    none_of: AnyOf = frozenset()


def count_who_meet(
    conditions: Sequence[Condition], holders: Mapping[Hashable, Sequence[int]], people: int
) -> NDArray[np.int64]:
    """For each condition, how many of `people` meet it; `holders` says, of each thing, who has it, from 0 on.

    Time: conditions x sets x people / 8 bytes; sets that several conditions share are made once.

    >>> walks, knits = frozenset({"hiking", "running"}), frozenset({"knitting"})
    >>> holders = {"hiking": [0, 1], "running": [1, 2], "knitting": [2]}
    >>> asked = [Condition((walks,)), Condition((walks, knits)), Condition((walks,), none_of=knits)]
    >>> count_who_meet(asked, holders, 4).tolist()
    [3, 1, 2]
    """
    of_thing: dict[Hashable, Bits] = {thing: _bits(who, people) for thing, who in holders.items()}
    of_set: dict[AnyOf, Bits] = {}

    def any_of(things: AnyOf) -> Bits:
        if (known := of_set.get(things)) is None:
            known = np.zeros((people + 7) // 8, dtype=np.uint8)
            for thing in things:
                if (bits := of_thing.get(thing)) is not None:
                    known |= bits
            of_set[things] = known
        return known

    everybody = _bits(range(people), people)
    counts = np.zeros(len(conditions), dtype=np.int64)
    for number, condition in enumerate(conditions):
        found = everybody & ~any_of(condition.none_of)
        for things in condition.all_of:
            found &= any_of(things)
        counts[number] = int(np.bitwise_count(found).sum())
    return counts


def _bits(who: Sequence[int], people: int) -> Bits:
    flags = np.zeros(people, dtype=np.bool_)
    flags[np.asarray(who, dtype=np.int64)] = True
    return np.packbits(flags)
