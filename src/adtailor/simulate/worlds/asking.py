"""How a world asks an engine: the pages of an hour at once, as arrays; the engine is handed in.

Ads and people are named by their places in `Public`.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.signals import Signal
from adtailor.simulate.worlds.public import Public


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Pages that are opened now; first axis: pages."""

    numbers: NDArray[np.int64]
    """The number of the page in the whole run: its request id."""
    people: NDArray[np.int32]
    topics: NDArray[np.int32]
    """What the post beside the ads is about, as it was read."""
    moods: NDArray[np.int32]
    """The viewer's mood as it was read; -1 for none."""
    treated: NDArray[np.bool_]
    purses: NDArray[np.int32]
    """Which purse of each campaign pays here."""
    places: NDArray[np.int32]
    """How many ads the page takes."""
    seen: NDArray[np.int32]
    """(people, ads): how often each was shown today."""
    at: float
    """Seconds since 1970."""

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Which ad stands where, -1 for none, and the price of its event; shapes (pages, places)."""

    ads: NDArray[np.int32]
    prices: NDArray[np.int64]


class Engine(Protocol):
    """What fills the pages of one run; it remembers clicks, and starts without any."""

    def budgets(self, shares: NDArray[np.float64], is_open: NDArray[np.bool_]) -> None:
        """From now on each ad bids this share of its bid, and stands only where it is open; shapes (purses, ads)."""
        ...

    def decide(self, asked: Asked) -> Shown:
        """Fill some pages."""
        ...

    def clicked(self, people: NDArray[np.int32], ads: NDArray[np.int32]) -> None:
        """These people clicked these ads."""
        ...


class Engines(Protocol):
    """Makes engines from what a world lets out; `signal` is the one that only treated people's pages use."""

    def engine(self, public: Public, *, signal: Signal | None) -> Engine:
        """A fresh one, for one run."""
        ...
