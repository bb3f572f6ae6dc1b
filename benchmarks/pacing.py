"""What a day's budget buys, paced, against the best that could have been bought had the day been known; simulated.

Campaigns of many sizes bid by the click against prices and values that vary with the hour, on traffic of a curve that
differs from the one that was learned. Clicks come late and by chance, charges are conditional, so that what is clicked
beyond the budget is free. Everything here is simulated.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.maths.pacing import FIRST_STEP, MOST_CUT, SLOTS, STEP, next_cut, traffic_until

Floats = NDArray[np.float64]
DAY = 86_400.0
TICK = 20.0
"""Seconds between two steps; the house takes one each second."""
CAMPAIGNS = 60
SEEDS = 2
PER_TICK = 40
"""Pages of the busiest tick that a campaign could bid on: some 100,000 a day."""
OUTSTANDING = 180.0
"""Half-life, in seconds, of what a shown ad is still expected to cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What came of one day, one entry per campaign, by shares."""

    value: Floats
    """Of the best that the budget could have bought in hindsight."""
    spent: Floats
    over_delivered: Floats
    """Value of clicks that the budget no longer paid for, of that of all clicks."""


def run() -> list[tuple[str, str, str]]:
    """Figure, measured, goal."""
    rows: list[tuple[str, str, str]] = []
    for name, law in LAWS.items():
        first, second = zip(*(simulated(law, seed) for seed in range(SEEDS)), strict=True)
        days = (*first, *second)
        spent = np.concatenate([day.spent for day in days])
        over = np.concatenate([day.over_delivered for day in days])
        goals = (">= .95", "<= 1; <= 1 %") if name == KEPT else ("-", "-")
        values = "; ".join(_two(np.concatenate([day.value for day in some])) for some in (first, second))
        rows += [
            (f"value of a budget, {name}: first day; second (worst tenth)", values, goals[0]),
            ("  spent of it at most; over-delivered", f"{spent.max():.4f}; {over.mean():.2%}", goals[1]),
        ]
    return rows


def _two(value: Floats) -> str:
    return f"{value.mean():.3f} ({np.quantile(value, 0.1):.3f})"


def simulated(law: Callable[[int], "Law"], seed: int) -> tuple[Day, Day]:
    """Two days: the first knows neither curve nor market, the second what the first taught."""
    market = Market(np.random.default_rng(seed))
    state = law(CAMPAIGNS)
    return market.day(state, np.ones(SLOTS)), market.day(state, market.learned)


class Market:
    """Days of traffic, prices and values of one seed."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random, self.luck = random.spawn(2)
        hours = np.arange(SLOTS) / 4.0
        evening = 1.0 + 0.8 * np.sin((hours - 14.0) / 24.0 * 2.0 * np.pi) + 0.35 * np.sin((hours - 2.0) / 6.0 * np.pi)
        self.learned = evening * random.lognormal(0.0, 0.15, SLOTS)
        self.curve = evening
        self.dear = 1.0 + 0.3 * np.sin((hours - 11.0) / 24.0 * 2.0 * np.pi)
        self.click_value = random.lognormal(13.0, 0.5, CAMPAIGNS)
        self.budget: Floats | None = None

    def day(self, law: "Law", known: Floats) -> Day:
        """One day of all campaigns."""
        random = self.random
        ticks = int(DAY / TICK)
        slot = (np.arange(ticks) * TICK // 900.0).astype(np.int64)
        drift = random.lognormal(0.0, 0.15, SLOTS)
        pages = random.poisson(PER_TICK * self.curve[slot] * drift[slot] / self.curve.max(), (CAMPAIGNS, ticks))
        rates = [random.lognormal(-4.6, 0.7, (CAMPAIGNS, PER_TICK * 2)) for _ in range(ticks)]
        rivals = [
            self.click_value[:, None] * self.dear[at] * random.lognormal(-0.3, 0.6, (CAMPAIGNS, PER_TICK * 2))
            for at in slot
        ]
        shown = [np.arange(PER_TICK * 2) < np.minimum(pages[:, t], PER_TICK * 2)[:, None] for t in range(ticks)]
        if self.budget is None:
            free = sum(_cost(rates[t], rivals[t], shown[t], self.click_value[:, None]) for t in range(ticks))
            self.budget = free * random.uniform(0.1, 0.7, CAMPAIGNS)
        best = self.hindsight(rates, rivals, shown)
        return self.spend(law, known, rates=rates, rivals=rivals, shown=shown, best=best)

    def hindsight(self, rates: list[Floats], rivals: list[Floats], shown: list[NDArray[np.bool_]]) -> Floats:
        """The most value that the budget buys, by expectation: whatever brings most per micro, until it is spent."""
        assert self.budget is not None
        found = np.empty(CAMPAIGNS)
        for c in range(CAMPAIGNS):
            mask = np.concatenate([one[c] for one in shown])
            rate = np.concatenate([one[c] for one in rates])[mask]
            price = np.concatenate([one[c] for one in rivals])[mask]
            order = np.argsort(price)
            cost = np.cumsum((rate * price)[order])
            gained = np.cumsum(rate[order]) * self.click_value[c]
            worthy = int(np.searchsorted(price[order], self.click_value[c]))
            found[c] = np.interp(self.budget[c], cost[:worthy], gained[:worthy])
        return found

    def spend(
        self,
        law: "Law",
        known: Floats,
        *,
        rates: list[Floats],
        rivals: list[Floats],
        shown: list[NDArray[np.bool_]],
        best: Floats,
    ) -> Day:
        """The day as it comes: clicks by chance, some minutes late."""
        assert self.budget is not None
        random, ticks = self.luck, len(rates)
        total = traffic_until(np.array([DAY]), known)
        over = traffic_until(np.arange(ticks + 1) * TICK, known) / total
        spent, gained, free, outstanding = (np.zeros(CAMPAIGNS) for _ in range(4))
        late: list[list[tuple[int, float]]] = [[] for _ in range(ticks + 200)]
        fades = 0.5 ** (TICK / OUTSTANDING)
        reckoned = np.zeros(CAMPAIGNS)
        law.begin()
        for t in range(ticks):
            for c, price in late[t]:
                if spent[c] + price <= self.budget[c]:
                    spent[c] += price
                    gained[c] += self.click_value[c]
                else:
                    free[c] += self.click_value[c]
            outstanding *= fades
            neutral = np.minimum((spent + outstanding) / self.budget, 1.0)
            law.step(neutral - reckoned, reckoned, over[t], over[t - 1] if t else 0.0)
            reckoned = neutral
            bids = self.click_value * law.share()
            opens = self.budget - spent - outstanding >= bids
            wins = shown[t] & (bids[:, None] >= rivals[t]) & opens[:, None]
            outstanding += (rates[t] * rivals[t] * wins).sum(axis=1)
            clicked = wins & (random.random(wins.shape) < rates[t])
            for c, n in zip(*np.nonzero(clicked), strict=True):
                when = t + 1 + int(random.exponential(60.0) / TICK)
                late[min(when, ticks + 199)].append((int(c), float(rivals[t][c, n])))
        for rest in late[ticks:]:
            for c, price in rest:
                if spent[c] + price <= self.budget[c]:
                    spent[c] += price
                    gained[c] += self.click_value[c]
                else:
                    free[c] += self.click_value[c]
        return Day(value=gained / best, spent=spent / self.budget, over_delivered=free / np.maximum(gained + free, 1.0))


def _cost(rates: Floats, rivals: Floats, shown: NDArray[np.bool_], value: Floats) -> Floats:
    return (rates * rivals * (shown & (rivals <= value))).sum(axis=1)


class Law:
    """How a share of the bid follows what was spent."""

    def __init__(self, campaigns: int) -> None:
        self.cut, self.mean, self.days = np.zeros(campaigns), np.zeros(campaigns), 0

    def begin(self) -> None:
        """A day begins, with what was right on average the day before."""
        if self.days:
            self.cut = self.mean.copy()
        self.mean = np.zeros(len(self.cut))
        self.days += 1

    def step(self, spent: Floats, before: Floats, over: float, over_before: float) -> None:
        """After a step: what it spent, what had been spent before, and how much of the day is over."""
        self.cut = self.next(spent, before, over, over_before)
        self.mean += self.cut * (over - over_before)

    def next(self, spent: Floats, before: Floats, over: float, over_before: float) -> Floats:
        """The cut after a step."""
        del spent, before, over, over_before
        return self.cut

    def share(self) -> Floats:
        """Of the bid."""
        return np.exp(-self.cut)


class AsSoonAsPossible(Law):
    """Bids in full until nothing is left."""


class Mirror(Law):
    """Dual mirror descent, as the house does it."""

    def next(self, spent: Floats, before: Floats, over: float, over_before: float) -> Floats:
        """By what the day still has, and still is to come."""
        size = len(spent)
        return next_cut(
            self.cut,
            spent=spent,
            left=1.0 - before,
            passed=np.full(size, over - over_before),
            to_come=np.full(size, 1.0 - over_before),
            step=FIRST_STEP if self.days == 1 else STEP,
        )


class Pid(Law):
    """Proportional and integral in the distance to the curve; the best gains of a search on another seed."""

    gains = (2.0, 5.0, 0.0)

    def begin(self) -> None:
        """The distance is nothing again."""
        super().begin()
        self.base = self.cut.copy()
        self.integral, self.error = np.zeros(len(self.cut)), np.zeros(len(self.cut))

    def next(self, spent: Floats, before: Floats, over: float, over_before: float) -> Floats:
        """By the distance from the curve."""
        error, passed = before + spent - over, over - over_before
        self.integral += error * passed
        slope = (error - self.error) / passed if passed > 0.0 else np.zeros(len(error))
        self.error = error
        p, i, d = self.gains
        return np.clip(self.base + p * error + i * self.integral + d * slope, 0.0, MOST_CUT)


KEPT = "dual mirror descent"
LAWS: dict[str, Callable[[int], Law]] = {KEPT: Mirror, "PID": Pid, "as soon as possible": AsSoonAsPossible}
