"""Why this ad: the signals without which another would have stood there, found by leaving them out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np

from adtailor.decide.auction import Auction
from adtailor.decide.bits import bits_of
from adtailor.domain.decision import Why
from adtailor.domain.signals import Signal

WORDS: Mapping[Signal, str] = {
    "context topics": "what this page is about",
    "context tone": "the tone of this page",
    "interests": "your interests",
    "look": "the clothes in your photos",
    "affect": "your mood",
    "place": "the country you are in",
    "history": "the ads you clicked or hid before",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """For each slot that was filled, why; and what would have won each slot without each signal in play."""

    whys: tuple[Why | None, ...]
    without: Mapping[Signal, Sequence[int]]
    """The ads by their places in the catalogue, -1 for none."""


def explain(auction: Auction) -> Explained:
    """Leave out each signal alone; where that changes nothing, the smallest set that does; else it was the page.

    Of several smallest sets the first is named, in the order of the signals. The search is exact, and ends at the
    first size that settles every slot.
    """
    winners, signals = auction.winners.tolist(), auction.signals
    alone = auction.winners_without_each.tolist()
    found: list[tuple[Signal, ...]] = [
        tuple([signal for signal, row in zip(signals, alone, strict=True) if row[slot] != winner])
        for slot, winner in enumerate(winners)
    ]
    open_slots = [slot for slot, winner in enumerate(winners) if winner >= 0 and not found[slot]]
    together: set[int] = set(open_slots)
    for size in range(2, len(signals) + 1):
        if not open_slots:
            break
        sets = list(combinations(signals, size))
        rows = auction.winners_without([bits_of(chosen) for chosen in sets])
        for slot in tuple(open_slots):
            changed = np.flatnonzero(rows[:, slot] != winners[slot])
            if len(changed):
                found[slot] = sets[int(changed[0])]
                open_slots.remove(slot)
    explored = (auction.allocation.chosen[0] != auction.allocation.best[0]).tolist()
    whys = tuple(
        [
            Why(
                signals=found[slot],
                sentence=sentence(found[slot], together=slot in together, explored=explored[slot]),
            )
            if winner >= 0
            else None
            for slot, winner in enumerate(winners)
        ]
    )
    return Explained(whys=whys, without=dict(zip(signals, alone, strict=True)))


def sentence(signals: Sequence[Signal], *, together: bool = False, explored: bool = False) -> str:
    """Signals in plain English.

    >>> sentence(["context topics", "interests"])
    'You see this ad because of what this page is about and your interests.'
    >>> sentence(["interests", "look"], together=True)
    'You see this ad because of your interests and the clothes in your photos, taken together.'
    >>> sentence([])
    'You see this ad because of the page you are on.'
    """
    return _sentence(tuple(signals), together, explored)


@lru_cache(maxsize=1024)
def _sentence(signals: tuple[Signal, ...], together: bool, explored: bool) -> str:
    words = [WORDS[signal] for signal in signals] or ["the page you are on"]
    listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    end = ", taken together." if together and len(words) > 1 else "."
    tried = " Now and then we show one that fits nearly as well as the best, and this is one." if explored else ""
    return f"You see this ad because of {listed}{end}{tried}"
