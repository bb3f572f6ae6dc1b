"""make bench ARGS=trials: whether trials err as rarely as they say, cover what they say, and how few people they need.

Guards: a test by impressions, and one that is peeked at, have to fail what ours has to pass, else the check is blind.
Every trial is made up with a known truth, and read by the same `read` as a real one. Some minutes.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.findings import Findings
from adtailor.domain.ids import TrialId
from adtailor.domain.person_table import PersonTable
from adtailor.domain.trial import Arm, Column, Design, Measured, MetricName, Registration
from adtailor.maths.confidence_sequences import always_bound
from adtailor.maths.distributions import normal_cdf, normal_quantile, t_quantile_above
from adtailor.maths.group_sequential import bounds
from adtailor.maths.person_sums import packed_sums
from adtailor.maths.poisson_bootstrap import relative_interval
from adtailor.maths.two_arms import Layout, compare, moments
from adtailor.measure.experiments.read import read

Row = tuple[str, str, str]
Floats = NDArray[np.float64]
TRIALS = int(os.environ.get("ADTAILOR_BENCH_TRIALS", "10000"))
"""Fewer for a quick look: the goals hold for 10,000."""
FEW, MANY = 0.0444, 0.0556
"""Where the rate of false alarms of 10,000 trials at .05 lies by chance, in 99 of a hundred such checks."""
LOOKS = 28
PEOPLE = 1_400
SEED = 20261126
ROWS = int(os.environ.get("ADTAILOR_BENCH_ROWS", "100000000"))


def run() -> Iterator[Row]:
    """All the figures; ADTAILOR_BENCH_ONLY names one part of them."""
    only = os.environ.get("ADTAILOR_BENCH_ONLY")
    for part in (false_alarms, coverage, people, lost_people, speed):
        if only in {None, part.__name__}:
            yield from part()


def registration(
    metric: MetricName = "revenue", *, looks: int = 1, people: int = PEOPLE, design: Design = "budget split"
) -> Registration:
    """A trial of two arms that are alike."""
    return Registration(
        id=TrialId("bench"),
        question="does nothing do anything?",
        design=design,
        arms=(Arm(name="one", parts=5_000), Arm(name="other", parts=5_000)),
        metrics=(Measured(metric=metric, role="primary"),),
        people=people,
        effect=0.01,
        looks=looks,
    )


def drawn(rng: np.random.Generator, trials: int, people_: int) -> dict[str, Floats]:
    """People who differ much, and stay themselves: impressions, clicks at a rate of their own, revenue by the click.

    A table of (trials, people) for each column.
    """
    shape = (trials, people_)
    liking = rng.gamma(2.0, 0.5, shape)
    pages = [rng.poisson(20.0, shape) for _ in range(2)]
    clicks = [rng.poisson(0.05 * liking * seen) for seen in pages]
    before, revenue = (rng.standard_gamma(np.maximum(count, 1e-9)) * (count > 0) for count in clicks)
    arm = rng.permuted(np.tile(np.arange(people_) % 2, (trials, 1)), axis=1).astype(float)
    return {"arm": arm, "before": before, "revenue": revenue, "clicks": clicks[1] * 1.0, "impressions": pages[1] * 1.0}


def table_of(columns: dict[str, Floats], trial: int, people_: int, *names: Column, plain: bool = False) -> PersonTable:
    """The first people of one trial, with only these columns."""
    return PersonTable(
        person=np.arange(people_, dtype=np.uint64),
        arm=columns["arm"][trial, :people_].astype(np.int64),
        before=np.zeros(people_) if plain else columns["before"][trial, :people_],
        sums={name: columns[name][trial, :people_] for name in names},
    )


@dataclass(frozen=True)
class Tested:
    """A difference in standard errors, with degrees of freedom, in every trial and at every look: (trials, looks)."""

    statistic: Floats
    freedom: Floats

    def beyond(self, bounds_: Floats) -> NDArray[np.bool_]:
        """Where it lies beyond these bounds of the normal distribution, as Student's t has them."""
        found = np.abs(self.statistic) > bounds_
        for place in zip(*np.nonzero(found), strict=True):
            bound = t_quantile_above(normal_cdf(-bounds_[place[1]]), float(self.freedom[place]))
            found[place] = abs(self.statistic[place]) >= bound
        return found


def tested(columns: dict[str, Floats], above: str, below: str | None, covariate: str | None, looks: int) -> Tested:
    """What `read` does, in many trials at once; `false_alarms` holds the two against each other."""
    y, x = columns[above], columns[covariate] if covariate else np.zeros_like(columns[above])
    d = columns[below] if below else np.ones_like(y)
    sides = []
    for arm in (0.0, 1.0):
        inside = (columns["arm"] == arm).astype(float)
        at = {
            name: (inside * value).reshape(len(y), looks, -1).sum(-1).cumsum(1)
            for name, value in (("n", d * 0 + 1), ("y", y), ("d", d), ("x", x), ("yy", y * y), ("dd", d * d),
                                ("xx", x * x), ("yd", y * d), ("yx", y * x), ("dx", d * x))
        }  # fmt: skip
        sides.append(at)
    whole = {name: sides[0][name] + sides[1][name] for name in sides[0]}

    def spread(at: dict[str, Floats], one: str, other: str) -> Floats:
        both = at["".join(sorted((one, other), key="ydx".index))]
        return (both - at[one] * at[other] / at["n"]) / (at["n"] - 1)

    def gradient(at: dict[str, Floats]) -> tuple[Floats, Floats, Floats]:
        ratio = at["y"] / at["d"]
        return ratio, at["n"] / at["d"], (-ratio * at["n"] / at["d"] if below else ratio * 0)

    _, by_y, by_d = gradient(whole)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (by_y * spread(whole, "y", "x") + by_d * spread(whole, "d", "x")) / spread(whole, "x", "x")
    slope = np.where(spread(whole, "x", "x") > 0, slope, 0.0)
    levels, variances = [], []
    for at in sides:
        ratio, by_y, by_d = gradient(at)
        levels.append(ratio - slope * at["x"] / at["n"])
        variances.append(
            (by_y**2 * spread(at, "y", "y") + by_d**2 * spread(at, "d", "d") + slope**2 * spread(at, "x", "x")
             + 2 * by_y * by_d * spread(at, "y", "d") - 2 * slope * by_y * spread(at, "y", "x")
             - 2 * slope * by_d * spread(at, "d", "x")) / at["n"]
        )  # fmt: skip
    total = variances[0] + variances[1]
    parts = sum(v * v / (at["n"] - 1) for v, at in zip(variances, sides, strict=True))
    return Tested((levels[1] - levels[0]) / np.sqrt(total), total * total / parts)


def decides(found: Findings) -> bool:
    """Whether it says that there is something."""
    return any(one.role == "primary" and one.verdict in {"better", "worse"} for one in found.findings)


def false_alarms() -> Iterator[Row]:
    """Of trials in which nothing is different."""
    rng = np.random.default_rng(SEED)
    shares = [(look + 1) / LOOKS for look in range(LOOKS)]
    at_looks = np.array(bounds(shares, 0.05))
    once, two_sided = np.array([bounds([1.0], 0.05)[0]]), np.full(LOOKS, normal_quantile(0.975))
    always = np.array([always_bound(PEOPLE * share, 0.05, narrowest_at=PEOPLE) for share in shares])
    alarms = dict.fromkeys(("by user", "CUPED", "ratio", "many looks", "always", "impressions", "peeking"), 0)
    batch = min(100, TRIALS)
    for start in range(0, TRIALS, batch):
        columns = drawn(rng, batch, PEOPLE)
        plain, covered, ratio = (
            tested(columns, *what, 1)
            for what in (("revenue", None, None), ("revenue", None, "before"), ("clicks", "impressions", "before"))
        )
        looks = tested(columns, "revenue", None, "before", LOOKS)
        if start % (10 * batch) == 0:
            _same_as_read(columns, plain, covered, ratio, looks, shares)
        alarms["by user"] += int(plain.beyond(once).sum())
        alarms["CUPED"] += int(covered.beyond(once).sum())
        alarms["ratio"] += int(ratio.beyond(once).sum())
        alarms["many looks"] += int(looks.beyond(at_looks).any(1).sum())
        alarms["always"] += int(looks.beyond(always).any(1).sum())
        alarms["peeking"] += int(looks.beyond(two_sided).any(1).sum())
        alarms["impressions"] += by_impression(columns)
    says = f"of {TRIALS:,} A/A trials"
    within, below = f"{FEW} to {MANY}", f"<= {MANY}"
    for name, shown, goal in (
        ("by user", "false alarms at .05, by user, one look", within),
        ("CUPED", "the same with CUPED", within),
        ("ratio", "clicks per impression, delta method", within),
        ("many looks", f"{LOOKS} looks, group-sequential bounds", below),
        ("always", f"{LOOKS} looks, always-valid bounds", below),
        ("impressions", "clicks by impression: has to fail", f"outside {within}"),
        ("peeking", f"{LOOKS} looks at a test for one: has to fail", f"outside {within}"),
    ):
        yield f"trials: {shown}", f"{alarms[name] / TRIALS:.4f} {says}", goal


def _same_as_read(  # noqa: PLR0917 - as they are compared
    columns: dict[str, Floats], plain: Tested, covered: Tested, ratio: Tested, looks: Tested, shares: list[float]
) -> None:
    """A trial of each batch read as a real one is: the same to nine digits, else the bench measures something else."""
    pairs = [
        (table_of(columns, 0, PEOPLE, "revenue", plain=True), registration(), plain.statistic[0, 0], ()),
        (table_of(columns, 0, PEOPLE, "revenue"), registration(), covered.statistic[0, 0], ()),
        (table_of(columns, 0, PEOPLE, "clicks", "impressions"), registration("click rate"), ratio.statistic[0, 0], ()),
    ]
    for look in (0, 6, 27):
        table = table_of(columns, 0, PEOPLE * (look + 1) // LOOKS, "revenue")
        pairs.append((table, registration(looks=LOOKS), looks.statistic[0, look], tuple(shares[:look])))
    for table, asked, statistic, past in pairs:
        [one] = [one for one in read(table, asked, past=past).findings if one.role == "primary"]
        if abs(one.statistic - statistic) > 1e-9 * max(1.0, abs(statistic)):
            raise AssertionError(f"read says {one.statistic}, the bench {statistic}")


def by_impression(columns: dict[str, Floats]) -> int:
    """Alarms of the test that takes each impression for a person of its own."""
    (one, of_one), (other, of_other) = (
        [(columns[name] * (columns["arm"] == arm)).sum(1) for name in ("clicks", "impressions")] for arm in (0.0, 1.0)
    )
    rate = (one + other) / (of_one + of_other)
    error = np.sqrt(rate * (1 - rate) * (1 / of_one + 1 / of_other))
    return int((np.abs(one / of_one - other / of_other) > normal_quantile(0.975) * error).sum())


def coverage() -> Iterator[Row]:
    """How often 95 % intervals of a relative change hold what is true: by how people differ, and how many there are."""
    rng = np.random.default_rng(SEED + 1)
    for variation in (1.0, 3.0, 10.0):
        sigma = np.sqrt(np.log1p(variation**2))
        for people_, trials in ((200, TRIALS), (1_000, TRIALS), (10_000, TRIALS // 5), (100_000, TRIALS // 50)):
            held, done = np.zeros(3), 0
            while done < trials:
                batch = max(1, min(trials - done, 1_000_000 // people_))
                arms = [rng.lognormal(-sigma * sigma / 2, sigma, (batch, people_ // 2)) for _ in range(4)]
                means = np.array([arm.mean(1) for arm in arms])
                variances = np.array([arm.var(1, ddof=1) / arm.shape[1] for arm in arms])
                for place, lift in enumerate((0.0, 0.01, 0.1)):
                    held[place] += _holds(means, variances, 1 + place, lift, people_ // 2)
                if done == 0:
                    control, treated = moments(arms[0][:1]), moments(arms[2][:1] * 1.01)
                    low, high = (found := compare(control, treated, Layout())).relative_interval(found.bound(0.05))
                    if (low <= 0.01 <= high) != bool(_holds(means[:, :1], variances[:, :1], 2, 0.01, people_ // 2)):
                        raise AssertionError("the bench does not measure what `compare` says")
                done += batch
            rates = held / done
            spread = 2.58 * np.sqrt(0.95 * 0.05 / done)
            ok = (rates >= 0.944 - spread) & (rates <= 0.956 + spread)
            yield (
                f"trials: coverage, people vary {variation:g}, {people_:,} of them, lifts 0, 1, 10 %",
                " ".join(f"{rate:.3f}" for rate in rates) + ("" if ok.all() else " BREAKS"),
                f"0.944 to 0.956, of {done:,} trials",
            )


def _holds(means: Floats, variances: Floats, place: int, lift: float, people_: int) -> int:
    """In how many trials Fieller's interval holds the lift: where the test of just that ratio does not reject."""
    ratio = 1.0 + lift
    of_treated = variances[place] * ratio**2
    total = of_treated + variances[0]
    freedom = total**2 / ((of_treated**2 + variances[0] ** 2) / (people_ - 1))
    off = np.abs(means[place] * ratio - ratio * means[0]) / np.sqrt(of_treated + ratio**2 * variances[0])
    bound = np.array([t_quantile_above(0.025, float(f)) for f in np.round(freedom, 1)])
    return int((off <= bound).sum())


def world(rng: np.random.Generator, people_: int, lift: float) -> PersonTable:
    """People whose revenue varies 3.3 times its mean, and what is won is won on a fifth of their pages.

    Each person has a worth that stays; what is paid for each page is chance. Revenue goes with that of before at
    r = .71, so that CUPED alone halves the variance, as it did where it was first used (Deng et al., 2013).
    """
    arm = rng.permutation(np.arange(people_) % 2)
    # CV^2 = 3.3^2 = 10.89: 7.70 of it is worth, 3.19 are payments of mean 3.19 / 2 by an exponential.
    sigma = np.sqrt(np.log1p(7.70))
    worth = rng.lognormal(-sigma * sigma / 2, sigma, people_)
    payment = 3.19 / 2

    def paid(share: float, factor: Floats | float = 1.0) -> Floats:
        count = rng.poisson(share * worth / payment)
        return rng.gamma(np.maximum(count, 1e-9), payment) * (count > 0) * factor

    before = paid(1.0)
    there = paid(0.2, 1.0 + 5.0 * lift * arm)
    return PersonTable(
        person=np.arange(people_, dtype=np.uint64),
        arm=arm,
        before=before,
        sums={"revenue": paid(0.8) + there},
        differing={"revenue": there, "impressions": np.ones(people_)},
    )


def people() -> Iterator[Row]:
    """People for an effect of one percent: by a t-test, by covariates, on pages where arms differ, and by both."""
    rng = np.random.default_rng(SEED + 2)
    count = 2_000_000
    table = world(rng, count, 0.0)
    bare = replace(table, before=np.zeros(count))
    revenue = table.sums["revenue"]
    yield "trials: a person's revenue varies", f"{revenue.std() / revenue.mean():.2f} times its mean", "3.3"
    needed: dict[str, int] = {}
    for name, people_table, design in (
        ("t-test", bare, "budget split"),
        ("CUPED", table, "budget split"),
        ("pages that differ", bare, "user split"),
        ("pages that differ and CUPED", table, "user split"),
    ):
        [found] = [
            one
            for one in read(people_table, registration(people=count, design=design)).findings
            if one.role == "primary"
        ]
        error = (found.difference.high - found.difference.low) / 2 / found.boundary / found.control
        needed[name] = int(count * (2.8016 * error / 0.01) ** 2)
        fewer = needed["t-test"] / needed[name]
        yield (
            f"trials: people for 1 %, {name}",
            f"{needed[name]:,}" + (f", {fewer:.1f} times fewer" if fewer > 1.0 else ""),
            ">= 10 times fewer" if name.endswith("and CUPED") else "printed",
        )
    # The same with twice the lift and a quarter of the people, so that many trials can be made up.
    few, trials = needed["pages that differ and CUPED"] // 4, max(20, TRIALS // 50)
    asked = registration(people=few, design="user split")
    hits = sum(decides(read(world(rng, few, 0.02), asked)) for _ in range(trials))
    misses = sum(decides(read(world(rng, few, 0.0), asked)) for _ in range(trials))
    yield f"trials: power at 2 % with {few:,} people", f"{hits / trials:.3f} of {trials:,} trials", "0.8"
    yield "trials: false alarms of the same", f"{misses / trials:.3f} of {trials:,} trials", "0.05"


def lost_people() -> Iterator[Row]:
    """Faults planted in one arm: logs that are dropped, a filter of bots, a trigger that the arm itself moves."""
    rng = np.random.default_rng(SEED + 3)
    count, trials = 100_000, 40
    caught = dict.fromkeys(("dropped logs", "bot filter", "trigger", "nothing"), 0)
    asked = registration(people=count, design="user split")
    for _ in range(trials):
        arm = rng.integers(0, 2, count)
        pages = 1.0 + rng.poisson(20.0 * rng.gamma(2.0, 0.5, count))
        revenue = pages * rng.exponential(size=count)
        met = (rng.random(count) < 0.2).astype(float)
        moved = (rng.random(count) < np.where(arm == 1, 0.22, 0.20)).astype(float)
        for name, stays, trigger in (
            ("dropped logs", (arm == 0) | (rng.random(count) > 0.05), met),
            ("bot filter", (arm == 0) | (pages < 50.0), met),
            ("trigger", np.ones(count, dtype=np.bool_), moved),
            ("nothing", np.ones(count, dtype=np.bool_), met),
        ):
            kept = PersonTable(
                person=np.flatnonzero(stays).astype(np.uint64),
                arm=arm[stays],
                before=np.zeros(int(stays.sum())),
                sums={"revenue": revenue[stays]},
                differing={"revenue": revenue[stays] * trigger[stays], "impressions": trigger[stays]},
            )
            caught[name] += read(kept, asked).evidence == "broken"
    for name in ("dropped logs", "bot filter", "trigger"):
        yield f"trials: people missing by {name}", f"{caught[name]} of {trials} caught", f"{trials} of {trials}"
    yield "trials: nobody missing", f"{caught['nothing']} of {trials} called broken", f"<= {trials // 20}"


def speed() -> Iterator[Row]:
    """Rows to people, from columns that lie on the disk, and draws of a trial, on two threads."""
    rng = np.random.default_rng(SEED + 4)
    with tempfile.TemporaryDirectory() as folder:
        for people_ in (1_000_000, 10_000_000):
            columns = packed(Path(folder), rng, people_)
            packed_sums(*(column[:1_000] for column in columns), people_)
            told = best(lambda columns=columns, people_=people_: packed_sums(*columns, people_))
            yield f"trials: {ROWS:,} rows into sums of {people_:,} people", told, "<= 5 s for 100,000,000"
            told = best(lambda columns=columns, people_=people_: intervals(columns, people_), rounds=2)
            yield f"trials: {ROWS:,} rows into intervals of {people_:,} people", told, "<= 5 s for 100,000,000"
        yield from beside_duckdb(Path(folder))
    arm = (rng.lognormal(0.0, 1.5, 500_000), np.ones(500_000))
    relative_interval(arm, arm, rounds=10, seed=1)
    told = best(lambda: relative_interval(arm, arm, rounds=10_000, seed=1))
    yield "trials: 10,000 draws of a million people", told, "<= 3 s"


def intervals(columns: list[NDArray], people_: int) -> Findings:
    """From rows to what a trial says: sums, the people of each arm, revenue and three rates with their intervals."""
    sums = packed_sums(*columns, people_)
    names: tuple[Column, ...] = ("revenue", "impressions", "clicks", "conversions", "hides")
    table = PersonTable(
        person=np.arange(people_, dtype=np.uint64),
        arm=np.arange(people_, dtype=np.int64) & 1,
        before=np.zeros(people_),
        sums={name: getattr(sums, name).astype(np.float64) for name in names},
    )
    metrics: tuple[MetricName, ...] = ("click rate", "conversion rate", "hide rate")
    asked = replace(
        registration(people=people_),
        metrics=(Measured(metric="revenue", role="primary"), *(Measured(metric=metric) for metric in metrics)),
    )
    return read(table, asked, is_last=True)


def packed(folder: Path, rng: np.random.Generator, people_: int) -> list[NDArray]:
    """Columns of nine bytes a row, written to the disk and mapped."""
    found = []
    for name, kind, high in (("person", np.uint32, people_), ("charged", np.uint32, 500_000), ("kinds", np.uint8, 16)):
        path = folder / f"{name}.bin"
        with path.open("wb") as file:
            for start in range(0, ROWS, 10_000_000):
                rng.integers(0, high, min(10_000_000, ROWS - start), dtype=kind).tofile(file)
        found.append(np.memmap(path, dtype=kind, mode="r"))
    return found


def beside_duckdb(folder: Path) -> Iterator[Row]:
    """The same sums of the same rows by DuckDB, from its own table, in this same run."""
    try:
        import duckdb
    except ImportError:
        return
    with duckdb.connect(str(folder / "rows.duckdb"), config={"threads": 2}) as base:
        base.execute("CREATE TABLE rows (person UINTEGER, charged UINTEGER, kinds UTINYINT)")
        maps = [np.memmap(folder / f"{name}.bin", dtype=kind, mode="r")
                for name, kind in (("person", np.uint32), ("charged", np.uint32), ("kinds", np.uint8))]  # fmt: skip
        for start in range(0, ROWS, 10_000_000):
            part = {name: np.asarray(column[start : start + 10_000_000])
                    for name, column in zip(("person", "charged", "kinds"), maps, strict=True)}  # fmt: skip
            base.register("part", part)
            base.execute("INSERT INTO rows SELECT person, charged, kinds FROM part")
        base.execute("SELECT count(*) FROM rows").fetchall()
        told = best(
            lambda: base.execute(
                "CREATE OR REPLACE TEMP TABLE sums AS SELECT person, sum(charged) AS revenue, "
                "sum(kinds & 1) AS impressions, sum((kinds >> 1) & 1) AS clicks, "
                "sum((kinds >> 2) & 1) AS conversions, sum((kinds >> 3) & 1) AS hides FROM rows GROUP BY person"
            ),
            rounds=1,
        )
    yield "trials: the same by DuckDB, ten million people", told, "printed"


def best(work: Callable[[], object], rounds: int = 3) -> str:
    """The quickest of some rounds; beside it what it took of both cores, which others on the machine change less."""
    walls: list[float] = []
    cores: list[float] = []
    for _ in range(rounds):
        began, used = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - began)
        cores.append(time.process_time() - used)
    return f"{min(walls):.1f} s, {min(cores) / 2:.1f} s of each of two cores, load {os.getloadavg()[0]:.0f}"
