"""A log shaped like Criteo's: 13 numbers, 26 ids of few values to ten million, users who return, ads that end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.learn.worlds.hashing import name, normal, uniform
from benchmarks.learn.worlds.rows import Rows

BLOCK = 65_536
WEEK = 7 * 86_400
NUMBERS = tuple(f"n{n}" for n in range(1, 14))
IDS = tuple(f"c{n}" for n in range(1, 27))
SIZES = (
    1460, 583, 10_131_227, 2_202_608, 305, 24, 12_517, 633, 3, 93_145, 5_683, 8_351_593, 3_194,
    27, 14_992, 5_461_306, 10, 5_652, 2_173, 4, 7_046_547, 18, 15, 286_181, 105, 142_572,
)  # fmt: skip
"""How many values each id of Criteo's log of 2014 takes."""
OF_AD, OF_USER, OF_PAGE, OF_SLOT = range(4)
WHOSE = (
    OF_USER, OF_AD, OF_USER, OF_AD, OF_USER, OF_SLOT, OF_PAGE, OF_AD, OF_USER, OF_PAGE, OF_AD, OF_PAGE, OF_AD,
    OF_PAGE, OF_PAGE, OF_PAGE, OF_SLOT, OF_AD, OF_USER, OF_SLOT, OF_USER, OF_AD, OF_USER, OF_AD, OF_PAGE, OF_PAGE,
)  # fmt: skip
"""Whom each id describes: two ads of one campaign share the campaign's id, one user always has the same device."""
HOUR, ADVERTISER, PLACEMENT, CAMPAIGN = 5, 10, 16, 17
ADS, PAGES = 3_000_000, 8_000_000
CLICK_RATE = 0.2
SAMPLE = 16_384
"""Rows by which a truth's thresholds and its intercept are set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a truth may look at: the rows before their chance is known."""

    share: NDArray[np.float64]
    """How much of the week has passed [n]."""
    numbers: NDArray[np.float32]
    ranks: NDArray[np.int64]
    """Each id as a small number, the commonest 0 [n, 26]."""


Truth = Callable[[Seen], NDArray[np.float64]]
"""From what is seen to the logit of a click, up to the intercept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteoShaped:
    """A made log; a row depends on the seed, the number of rows and its place, never on how it is read."""

    name: str
    rows: int
    seed: int
    truth: Callable[[int, Seen], Truth]
    """From the seed and a sample of rows to the truth."""

    @property
    def numbers(self) -> tuple[str, ...]:
        return NUMBERS

    @property
    def ids(self) -> tuple[str, ...]:
        return IDS

    @property
    def by(self) -> str:
        return IDS[ADVERTISER]

    def blocks(self) -> Iterator[Rows]:
        truth, intercept = self._settled()
        for block in range(-(-self.rows // BLOCK)):
            random = np.random.default_rng([self.seed, 1, block])
            seen, user = self._seen(random, block * BLOCK)
            chance = 1 / (1 + np.exp(-(truth(seen) + intercept)))
            rows = Rows(
                time=(seen.share * WEEK).astype(np.int64),
                user=user,
                numbers=seen.numbers,
                ids=np.stack([name(seen.ranks[:, f], 1000 + f) for f in range(len(IDS))], axis=1),
                clicked=(random.random(BLOCK) < chance).astype(np.uint8),
                chance=chance,
            )
            yield rows.cut(0, min(BLOCK, self.rows - block * BLOCK))

    def _settled(self) -> tuple[Truth, float]:
        """The truth, and the intercept at which a fifth of a sample clicks."""
        places = np.linspace(0, self.rows, SAMPLE, endpoint=False)
        sample, _ = self._seen(np.random.default_rng([self.seed, 0]), 0, places=places)
        truth = self.truth(self.seed, sample)
        logit = truth(sample)
        low, high = -20.0, 20.0
        for _ in range(60):
            middle = (low + high) / 2
            rate = float(np.mean(1 / (1 + np.exp(-(logit + middle)))))
            low, high = (middle, high) if rate < CLICK_RATE else (low, middle)
        return truth, (low + high) / 2

    def _seen(
        self, random: np.random.Generator, first: int, places: NDArray[np.float64] | None = None
    ) -> tuple[Seen, NDArray[np.int64]]:
        place = np.arange(first, first + BLOCK, dtype=np.float64) if places is None else places
        n = len(place)
        share = place / self.rows
        users = max(100, self.rows // 10)
        user = (users * random.random(n) ** 2).astype(np.int64)
        ad = _heavy(random.random(n), ADS)
        ad += ADS * _generation(ad, share)
        page = _heavy(random.random(n), PAGES)
        slot = random.integers(0, 40, n)
        entities = (ad, user, page, slot)
        ranks = np.empty((n, len(IDS)), dtype=np.int64)
        for f, (size, whose) in enumerate(zip(SIZES, WHOSE, strict=True)):
            ranks[:, f] = _heavy(uniform(entities[whose], 100 + f), size)
        ranks[:, HOUR] = (share * WEEK / 3600).astype(np.int64) % 24
        ranks[:, 2] = user
        ranks[:, 3] = ad
        ranks[:, 11] = page
        return Seen(share=share, numbers=_numbers(random, user, ad, page), ranks=ranks), user


def _heavy(chance: NDArray[np.float64], size: int) -> NDArray[np.int64]:
    """Ranks 0 to size - 1, the first the commonest: rank r about as often as 1 / (r + 1) (Zipf)."""
    return np.minimum(np.exp(chance * np.log(size + 1)).astype(np.int64) - 1, size - 1)


def _generation(ad: NDArray[np.int64], share: NDArray[np.float64]) -> NDArray[np.int64]:
    """How often an ad has been replaced: one in two lives a week or longer, the others 1 to 7 days."""
    lives = np.minimum(1.0, 1 / 7 + uniform(ad, 90) * 12 / 7)
    return np.floor((share + uniform(ad, 91) * lives) / lives).astype(np.int64)


def _numbers(
    random: np.random.Generator, user: NDArray[np.int64], ad: NDArray[np.int64], page: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Counts with heavy tails, each of someone or something that is known again, some of them missing."""
    n = len(user)
    found = np.empty((n, len(NUMBERS)), dtype=np.float32)
    for f in range(len(NUMBERS)):
        known = normal((user, ad, page)[f % 3], 200 + f)
        size = np.floor(np.exp(0.5 + 0.15 * f + (0.6 + 0.05 * f) * (0.7 * known + 0.7 * random.standard_normal(n))))
        missing = random.random(n) < (0.0, 0.03, 0.1, 0.25)[f % 4]
        found[:, f] = np.where(missing, np.nan, size)
    return found
