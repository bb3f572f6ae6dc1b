"""Three ways in which clicks may come about, so that no family of models is at home in all of them."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.learn.worlds.criteo import CAMPAIGN, HOUR, SIZES, Seen, Truth
from benchmarks.learn.worlds.hashing import normal, uniform

FACTORS = 6
PAIRED = (0, 1, 4, 6, 7, 8, 10, 16, 17, 21, 24)
"""The ids that meet in pairs in a factorised truth."""
SMALL = (5, 8, 13, 16, 19, 21, 22, 24)
"""The ids of at most 105 values."""
CROSSES = ((8, 16, 22), (16, 19, 21), (8, 13, 19), (8, 21, 24), (8, 19, 21, 22), (5, 8, 16))
NUMBERS = 13
RARE = 100_000
"""Of ids with more values than this, most values are seen too rarely for anyone to learn what they are worth."""


def factorised(seed: int, sample: Seen) -> Truth:
    """A weight per id and a product of two vectors per pair; campaigns wear out, evenings differ from mornings."""
    salt = 10_000 * (seed + 1)
    strength = np.random.default_rng([seed, 2]).normal(0, 0.12, NUMBERS)
    middle, spread = _log_scale(sample)

    def logit(seen: Seen) -> NDArray[np.float64]:
        total = _daily(seen)
        total += _logs(seen, middle, spread) @ strength
        for f in range(len(SIZES)):
            total += (0.16 if SIZES[f] < RARE else 0.08) * normal(seen.ranks[:, f], salt + f)
        worn = seen.share * (np.pi / 3)
        campaign = seen.ranks[:, CAMPAIGN]
        total += 0.25 * (np.cos(worn) * normal(campaign, salt + 60) + np.sin(worn) * normal(campaign, salt + 61))
        for k in range(FACTORS):
            once = np.zeros(len(total))
            squares = np.zeros(len(total))
            for f in PAIRED:
                v = normal(seen.ranks[:, f], salt + 100 + 40 * k + f)
                once += v
                squares += v * v
            total += 0.07 * (once * once - squares) / 2
        return total

    return logit


def trees(seed: int, sample: Seen) -> Truth:
    """A sum of sixty small trees over thresholds of numbers and memberships of ids: no weight, no vector."""
    salt = 20_000 * (seed + 1)
    random = np.random.default_rng([seed, 3])
    kept = []
    for tree in range(60):
        splits = []
        for level in range(3):
            if random.random() < 0.75:
                f = int(random.integers(NUMBERS))
                values = sample.numbers[:, f]
                at = float(np.quantile(values[~np.isnan(values)], random.uniform(0.15, 0.85)))
                splits.append((f, at, -1))
            else:
                splits.append((SMALL[int(random.integers(len(SMALL)))], 0.0, salt + 10 * tree + level))
        kept.append((splits, random.normal(0, 0.28, 8)))

    def logit(seen: Seen) -> NDArray[np.float64]:
        total = 0.5 * _daily(seen)
        for f in (1, 10, 17):
            total += 0.1 * normal(seen.ranks[:, f], salt + 5_000 + f)
        for splits, leaves in kept:
            leaf = np.zeros(len(total), dtype=np.int64)
            for f, at, membership in splits:
                member = membership >= 0
                right = uniform(seen.ranks[:, f], membership) < 0.5 if member else seen.numbers[:, f] > at
                leaf = 2 * leaf + right
            total += leaves[leaf]
        return total

    return logit


def crosses(seed: int, sample: Seen) -> Truth:
    """A weight per combination of three or four ids, and next to nothing for any of them alone or in pairs."""
    salt = 30_000 * (seed + 1)
    middle, spread = _log_scale(sample)

    def logit(seen: Seen) -> NDArray[np.float64]:
        total = 0.5 * _daily(seen)
        total += 0.1 * _logs(seen, middle, spread)[:, 0]
        for f in (1, 10, 17):
            total += 0.1 * normal(seen.ranks[:, f], salt + f)
        for c, fields in enumerate(CROSSES):
            cell = np.zeros(len(total), dtype=np.int64)
            for f in fields:
                cell = cell * 1_000 + seen.ranks[:, f]
            total += 0.5 * normal(cell, salt + 100 + c)
        return total

    return logit


def _daily(seen: Seen) -> NDArray[np.float64]:
    """More clicks in the evening. The level has no trend: a learner that stops cannot know one that goes on."""
    return 0.25 * np.sin(2 * np.pi * (seen.ranks[:, HOUR] - 14) / 24)


def _log_scale(sample: Seen) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    logs = np.log1p(sample.numbers.astype(np.float64))
    return np.nanmean(logs, axis=0), np.nanstd(logs, axis=0)


def _logs(seen: Seen, middle: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithms of the numbers, centred and scaled; nothing known counts as the middle."""
    return np.nan_to_num((np.log1p(seen.numbers.astype(np.float64)) - middle) / spread)
