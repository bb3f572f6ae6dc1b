r"""A trial drawn again ten thousand times: every unit of an arm counts Poisson(1) times, and only sums are kept.

With many people the number of times that each is drawn, with replacement, is Poisson(1) and independent of the others
(Chamandy, Muralidharan, Najmi and Naidu, 2012). People are first put together at random into at most `MOST_GROUPS`
groups an arm: sums of random groups have the variance, and the skewness, that sums of their people have.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.maths.hashing import mixed, mixed_all, salt_of

Floats = NDArray[np.float64]
MOST_GROUPS = 8_192
THREADS = 2
"""A fixed number: the same seed gives the same draws on every machine."""
_SHIFT = np.uint64(64 - 13)
_GOLDEN, _LOW, _STEP = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xFFFF), np.uint64(16)
_POISSON = np.cumsum([np.exp(-1.0) / factorial for factorial in (1, 1, 2, 6, 24, 120, 720, 5040)])
_TABLE = np.searchsorted(_POISSON, (np.arange(65_536) + 0.5) / 65_536, side="right").astype(np.uint8)
"""Poisson(1) by 16 random bits: right to one part in a hundred thousand, far below the noise of 10,000 draws."""


def drawn_sums(above: Floats, below: Floats, *, rounds: int, seed: int) -> Floats:
    """An arm's two columns summed over its people, drawn again `rounds` times: shape (rounds, 2).

    >>> sums = drawn_sums(np.ones(200), np.zeros(200), rounds=600, seed=1)
    >>> bool(abs(sums[:, 0].mean() - 200.0) < 2.0), bool(abs(sums[:, 0].var() / 200.0 - 1.0) < 0.2)
    (True, True)
    """
    found = np.zeros((rounds, 2))
    edges = np.linspace(0, rounds, THREADS + 1).astype(np.int64).tolist()
    with np.errstate(over="ignore"):  # hashes wrap around; heard of only where kernels run uncompiled
        states = mixed_all(np.arange(THREADS, dtype=np.uint64), salt_of(f"rounds {seed}"))
    grouped = [groups(column, seed=seed) for column in (above, below)]

    def work(n: int) -> None:
        with np.errstate(over="ignore"):
            _draw(grouped[0], grouped[1], _TABLE, states[n], found[edges[n] : edges[n + 1]])

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
    return found


def groups(column: Floats, *, seed: int) -> Floats:
    """The people of an arm, put together at random; as they are where they are few."""
    people = len(column)
    if people <= MOST_GROUPS:
        return column
    with np.errstate(over="ignore"):
        hashed = mixed_all(np.arange(people, dtype=np.uint64), salt_of(f"groups {seed}"))
    place = (hashed >> _SHIFT).astype(np.int64)
    return np.bincount(place, weights=column, minlength=MOST_GROUPS).astype(np.float64)


def relative_interval(
    control: tuple[Floats, Floats], treated: tuple[Floats, Floats], *, rounds: int, seed: int, level: float = 0.95
) -> tuple[float, float]:
    """The percentile interval of the relative change of a mean, or of a ratio.

    Each arm is what is summed, and what it is divided by: ones for people.
    """
    drawn = [drawn_sums(*arm, rounds=rounds, seed=seed + n) for n, arm in enumerate((control, treated))]
    change = (drawn[1][:, 0] / drawn[1][:, 1]) / (drawn[0][:, 0] / drawn[0][:, 1]) - 1.0
    low, high = np.quantile(change, [(1.0 - level) / 2.0, (1.0 + level) / 2.0]).tolist()
    return low, high


@njit(cache=True, nogil=True)
def _draw(above: Floats, below: Floats, table: NDArray[np.uint8], state: np.uint64, out: Floats) -> None:
    units = above.shape[0]
    for n in range(out.shape[0]):
        up, down = 0.0, 0.0
        for first in range(0, units, 4):
            # splitmix64: one number makes four draws.
            state += _GOLDEN
            bits = mixed(state)
            for unit in range(first, min(first + 4, units)):
                times = float(table[bits & _LOW])
                bits >>= _STEP
                up += times * above[unit]
                down += times * below[unit]
        out[n, 0], out[n, 1] = up, down
