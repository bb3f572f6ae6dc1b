"""Trials that are made up, for us and for the oracles: the same columns, bit by bit, from one seed."""

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray]
SEED = 20261126
TRIALS = ("payers", "few", "heavy")
"""Revenue that is mostly zero in arms of 70 to 30; ninety people whose arms vary unlike; few who pay, very unlike."""
PERIODS, CAME = 24, 150
P_VALUES = (
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1.0
)  # fmt: skip
"""Of Benjamini and Hochberg's own example (1995)."""
COUNTS, SHARES = (70_412, 29_588), (0.7, 0.3)
POWER = ((0.01, 3.3, 0.5), (0.05, 1.0, 0.3), (0.1, 0.5, 0.5))
"""Relative effect, coefficient of variation, the share of the treated arm."""


def made() -> Columns:
    """Columns by `trial/column`."""
    return {
        f"{name}/{column}": values
        for name, trial in (
            ("payers", _payers(np.random.default_rng([SEED, 1]))),
            ("few", _few(np.random.default_rng([SEED, 2]))),
            ("heavy", _heavy(np.random.default_rng([SEED, 3]))),
            ("switchback", _switchback(np.random.default_rng([SEED, 4]))),
        )
        for column, values in trial.items()
    }


def _payers(rng: np.random.Generator) -> Columns:
    people = 6_000
    arm = (np.arange(people) % 10 < 3).astype(np.int64)
    worth = rng.lognormal(0.0, 0.8, people)
    pages = 1.0 + rng.poisson(12.0 * rng.gamma(2.0, 0.5, people))

    def paid(lift: float) -> NDArray:
        pays = rng.random(people) < 0.12 * np.minimum(worth, 6.0)
        return np.where(pays, worth * rng.lognormal(0.0, 0.5, people) * (1.0 + lift * arm), 0.0)

    before = paid(0.0)
    return {"arm": arm, "revenue": paid(0.08), "before": before, **_clicks(rng, arm, pages, 0.04)}


def _few(rng: np.random.Generator) -> Columns:
    people = 90
    arm = (np.arange(people) % 3 == 0).astype(np.int64)
    before = rng.normal(10.0, 2.0, people)
    revenue = before + rng.normal(0.0, np.where(arm == 1, 4.0, 1.0)) + 0.8 * arm
    return {
        "arm": arm,
        "revenue": revenue,
        "before": before,
        **_clicks(rng, arm, 1.0 + rng.poisson(30.0, people), 0.03),
    }


def _heavy(rng: np.random.Generator) -> Columns:
    people = 40_000
    arm = (np.arange(people) % 2).astype(np.int64)
    revenue = np.where(rng.random(people) < 0.02, rng.lognormal(1.0, 1.6, people), 0.0)
    before = rng.exponential(1.0, people)
    return {"arm": arm, "revenue": revenue, "before": before, **_clicks(rng, arm, 1.0 + rng.poisson(4.0, people), 0.01)}


def _clicks(rng: np.random.Generator, arm: NDArray, pages: NDArray, rate: float) -> Columns:
    clicks = rng.binomial(pages.astype(np.int64), rate * (1.0 + 0.1 * arm)).astype(np.float64)
    return {"clicks": clicks, "impressions": pages, "clicked": (clicks > 0.0).astype(np.float64)}


def _switchback(rng: np.random.Generator) -> Columns:
    """People who come in some of the periods, in each of which everybody is served alike; most come in one kind."""
    period = np.repeat(np.arange(PERIODS), CAME)
    served = rng.permutation(np.arange(PERIODS) % 2)
    chances = np.array([np.where(np.arange(600) % 2 == kind, 0.8, 0.2) for kind in served]) / 300.0
    person = np.concatenate([rng.choice(600, CAME, replace=False, p=chance) for chance in chances])
    liking, weather = rng.normal(0.0, 1.0, 600), rng.normal(0.0, 0.5, PERIODS)
    treated = served[period]
    revenue = 5.0 + liking[person] + weather[period] + 0.4 * treated + rng.normal(0.0, 1.0, len(period))
    return {"arm": treated.astype(np.int64), "period": period, "person": person, "revenue": revenue}
