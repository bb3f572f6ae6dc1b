"""make bench ARGS=trials: whether trials err as rarely as they say, cover what they say, and how few people they need.

Guards: a test by impressions, and one that is peeked at, have to fail what ours has to pass, else the check is blind.
Every trial is made up with a known truth, and read by the same `read` as a real one. Some minutes.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.findings import Findings
from adtailor.domain.ids import TrialId
from adtailor.domain.person_table import PersonTable
from adtailor.domain.trial import Arm, Design, Measured, MetricName, Registration
from adtailor.maths.confidence_sequences import always_bound
from adtailor.maths.distributions import normal_quantile
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


def drawn(rng: np.random.Generator, people: int) -> PersonTable:
    """People who differ much, and stay themselves: impressions, clicks at a rate of their own, revenue by the click."""
    liking = rng.gamma(2.0, 0.5, people)
    before, pages = (rng.poisson(20.0, people) for _ in range(2))
    clicks = [rng.poisson(0.05 * liking * seen) for seen in (before, pages)]
    paid = [rng.gamma(np.maximum(count, 1e-9), 1.0) * (count > 0) for count in clicks]
    return PersonTable(
        person=np.arange(people, dtype=np.uint64),
        arm=rng.permutation(np.arange(people) % 2),
        before=paid[0],
        sums={"revenue": paid[1], "clicks": clicks[1].astype(float), "impressions": pages.astype(float)},
    )


def some(table: PersonTable, people: int, *columns: str, plain: bool = False) -> PersonTable:
    """The first people, and only these columns."""
    return PersonTable(
        person=table.person[:people],
        arm=table.arm[:people],
        before=np.zeros(people) if plain else table.before[:people],
        sums={name: column[:people] for name, column in table.sums.items() if name in columns},
    )


def decides(found: Findings) -> bool:
    """Whether it says that there is something."""
    return any(one.role == "primary" and one.verdict in {"better", "worse"} for one in found.findings)


def false_alarms() -> Iterator[Row]:
    """Of trials in which nothing is different."""
    rng = np.random.default_rng(SEED)
    once, many, ratio = registration(), registration(looks=LOOKS), registration("click rate")
    shares = [(look + 1) / LOOKS for look in range(LOOKS)]
    two_sided = normal_quantile(0.975)
    alarms = dict.fromkeys(("by user", "CUPED", "ratio", "many looks", "always", "impressions", "peeking"), 0)
    for _ in range(TRIALS):
        table = drawn(rng, PEOPLE)
        alarms["by user"] += decides(read(some(table, PEOPLE, "revenue", plain=True), once))
        alarms["CUPED"] += decides(read(some(table, PEOPLE, "revenue"), once))
        alarms["ratio"] += decides(read(some(table, PEOPLE, "clicks", "impressions"), ratio))
        alarms["impressions"] += by_impression(table)
        told = peeked = always = False
        for look in range(LOOKS):
            here = some(table, PEOPLE * (look + 1) // LOOKS, "revenue")
            found = read(here, many, past=shares[:look])
            [primary] = [one for one in found.findings if one.role == "primary"]
            told |= decides(found)
            peeked |= abs(primary.statistic) > two_sided
            always |= abs(primary.statistic) > always_bound(len(here), 0.05, narrowest_at=PEOPLE)
        alarms["many looks"] += told
        alarms["peeking"] += peeked
        alarms["always"] += always
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


def by_impression(table: PersonTable) -> bool:
    """The test that takes each impression for a person of its own."""
    sides = [(table.sums["clicks"][table.arm == arm].sum(), table.sums["impressions"][table.arm == arm].sum())
             for arm in (0, 1)]  # fmt: skip
    (one, of_one), (other, of_other) = sides
    rate = (one + other) / (of_one + of_other)
    error = np.sqrt(rate * (1 - rate) * (1 / of_one + 1 / of_other))
    return bool(abs(one / of_one - other / of_other) > 1.96 * error)


def coverage() -> Iterator[Row]:
    """How often 95 % intervals of a relative change hold what is true: by how people differ, and how many there are."""
    rng = np.random.default_rng(SEED + 1)
    for variation in (1.0, 3.0, 10.0):
        sigma = np.sqrt(np.log1p(variation**2))
        for people_, trials in ((200, TRIALS), (1_000, TRIALS), (10_000, TRIALS // 4), (100_000, TRIALS // 25)):
            held = np.zeros(3)
            for _ in range(trials):
                arms = rng.lognormal(-sigma * sigma / 2, sigma, (4, 1, people_ // 2))
                control = moments(arms[0])
                for place, lift in enumerate((0.0, 0.01, 0.1)):
                    found = compare(control, moments(arms[1 + place] * (1 + lift)), Layout())
                    low, high = found.relative_interval(found.bound(0.05))
                    held[place] += low <= lift <= high
            rates = held / trials
            spread = 2.58 * np.sqrt(0.95 * 0.05 / trials)
            ok = (rates >= 0.944 - spread) & (rates <= 0.956 + spread)
            yield (
                f"trials: coverage, people vary {variation:g}, {people_:,} of them, lifts 0, 1, 10 %",
                " ".join(f"{rate:.3f}" for rate in rates) + ("" if ok.all() else " BREAKS"),
                f"0.944 to 0.956, of {trials:,} trials",
            )


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
    few, trials = needed["pages that differ and CUPED"] // 4, max(20, TRIALS // 20)
    asked = registration(people=few, design="user split")
    hits = sum(decides(read(world(rng, few, 0.02), asked)) for _ in range(trials))
    misses = sum(decides(read(world(rng, few, 0.0), asked)) for _ in range(trials))
    yield f"trials: power at 2 % with {few:,} people", f"{hits / trials:.3f} of {trials:,} trials", "0.8"
    yield "trials: false alarms of the same", f"{misses / trials:.3f} of {trials:,} trials", "0.05"


def lost_people() -> Iterator[Row]:
    """Faults planted in one arm: logs that are dropped, a filter of bots, a trigger that the arm itself moves."""
    rng = np.random.default_rng(SEED + 3)
    count, trials = 100_000, 100
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
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        for people_ in (1_000_000, 10_000_000):
            columns = packed(Path(folder), rng, people_)
            packed_sums(*(column[:1_000] for column in columns), people_)
            seconds = best(lambda columns=columns, people_=people_: packed_sums(*columns, people_))
            yield (
                f"trials: {ROWS:,} rows into sums of {people_:,} people",
                f"{seconds:.1f} s on two threads, load {load:.1f}",
                "<= 5 s",
            )
        yield from beside_duckdb(Path(folder), load)
    arm = (rng.lognormal(0.0, 1.5, 500_000), np.ones(500_000))
    relative_interval(arm, arm, rounds=10, seed=1)
    seconds = best(lambda: relative_interval(arm, arm, rounds=10_000, seed=1))
    yield "trials: 10,000 draws of a million people", f"{seconds:.1f} s on two threads, load {load:.1f}", "<= 3 s"


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


def beside_duckdb(folder: Path, load: float) -> Iterator[Row]:
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
        began = time.perf_counter()
        base.execute(
            "CREATE TEMP TABLE sums AS SELECT person, sum(charged) AS revenue, sum(kinds & 1) AS impressions, "
            "sum((kinds >> 1) & 1) AS clicks, sum((kinds >> 2) & 1) AS conversions, sum((kinds >> 3) & 1) AS hides "
            "FROM rows GROUP BY person"
        )
        seconds = time.perf_counter() - began
    yield (
        "trials: the same by DuckDB, ten million people",
        f"{seconds:.1f} s on two threads, load {load:.1f}",
        "printed",
    )


def best(work: Callable[[], object], rounds: int = 3) -> float:
    """The quickest of some rounds: what others do to the machine is not ours."""
    times: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)
