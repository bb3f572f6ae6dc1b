"""Whether our way of measuring finds effects that were hidden: simulated worlds, and a log whose answers it holds.

`make bench ARGS=worlds` prints the tables of docs/simulation.md: budget interference, hidden effects, placebos, a slow
harm, and off-policy estimates. It takes about half an hour of one processor; `ARGS="worlds 40"` makes do with fewer
worlds, and ADTAILOR_BENCH_ONLY names one part of them.
Everything but the last part is simulated, grade E.
"""

import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from adtailor.domain.trial import Design
from adtailor.domain.worth import PLACEBO_WORDS, placebo_says
from adtailor.journeys.judge_policy import LoggedChoices, judged
from adtailor.journeys.run_simulation import DESIGNS, Cell, Sweep, trial_in, tried, truth_of
from adtailor.journeys.simulated_engines import FastEngines
from adtailor.journeys.simulation_file import add, begin, key_of
from adtailor.journeys.simulation_report import Report, reported
from adtailor.maths.off_policy import METHODS
from adtailor.simulate.worlds.confusion import measured
from adtailor.simulate.worlds.world import Size

WORLDS = 200
SPLIT = Size(people=2000, days=5, days_before=2)
HIDDEN = Size(people=1500, days=7)
SLOW = Size(people=500, days=7)
BUDGETS = (math.inf, 1.0, 0.6, 0.3)
KEPT = Path(tempfile.gettempdir()) / "adtailor-worlds"
"""Finished worlds, so that a run that was interrupted goes on where it was; `--fresh` begins again."""


def run(worlds: Sequence[int] = (WORLDS,)) -> Iterator[tuple[str, str, str]]:
    """Figure, measured, goal."""
    count = worlds[0] if worlds else WORLDS
    only = os.environ.get("ADTAILOR_BENCH_ONLY")
    for name, part in (
        ("interference", lambda: interference(max(2, count // 10))),
        ("hidden", lambda: hidden(count)),
        ("placebo", lambda: placebo(max(2, count // 2))),
        ("harm", lambda: harm(max(2, count // 40))),
        ("off_policy", off_policy),
    ):
        if only in {None, name}:
            yield from part()


def interference(worlds: int) -> Iterator[tuple[str, str, str]]:
    """What budgets do to a trial of one more ad a page, against the true launch; charges are expected ones.

    Every trial is held twice, the second time with everybody in the other arm, and what both found is put together (the
    geometric mean): who happens to be in which arm is luck, and takes itself out. What is left is the design's own.
    """
    for budget in BUDGETS:
        limit = "without limit" if math.isinf(budget) else f"of {budget:g} of the demand"
        for design, cells in _mirrored(worlds, budget).items():
            errors = [100.0 * (cell.value - cell.truth) for cell in cells]
            yield (
                f"simulated: budgets {limit}, {design}: true, found",
                f"{_points(_mean([c.truth for c in cells]))}, {_points(_mean([c.value for c in cells]))}",
                f"{_mean([c.bound for c in cells]):.0%} of revenue from budgets that ran out",
            )
            yield (
                f"  error in points, mean of {len(cells)} worlds; at most",
                f"{_sure(errors)}; {max(map(abs, errors)):.2f}",
                "<= .5" if design == "budget split" or math.isinf(budget) else "-",
            )


def _mirrored(worlds: int, budget: float) -> dict[Design, list[Cell]]:
    reader, engines = measured(), FastEngines()
    found: dict[Design, list[Cell]] = {design: [] for design in DESIGNS}
    first = Sweep(treatment="load", worlds=worlds, effects=(0.0, 1.0), size=SPLIT, budget=budget, by_chance=False)
    for seed, effect in first.cells():
        truth = truth_of(first, seed, effect, engines=engines, reader=reader)
        for design, cells in found.items():
            sweep = replace(first, design=design)
            one, other = (trial_in(truth, sweep, engines=engines, is_mirrored=flag) for flag in (False, True))
            cells.append(replace(one, value=math.sqrt((1.0 + one.value) * (1.0 + other.value)) - 1.0))
    return found


def hidden(worlds: int) -> Iterator[tuple[str, str, str]]:
    """Effects from the other way to twice the usual, and a treatment that does nothing: so many worlds in all."""
    held = wrong = total = 0
    for treatment, share in (("look", 0.4), ("nothing", 0.4), ("mood", 0.2)):
        effects = (0.0,) if treatment == "nothing" else (-1.0, 0.0, 0.5, 1.0, 2.0)
        sweep = Sweep(
            treatment=treatment, worlds=max(2, round(share * worlds)), effects=effects, size=HIDDEN, budget=0.6
        )
        report = _swept(sweep)
        held, wrong = held + report.total.covered, wrong + report.total.claimed_wrongly
        total += report.total.worlds
        yield (
            f"simulated: {treatment}, {report.total.worlds} worlds: truth held; claimed wrongly",
            f"{report.coverage:.1%}; {report.wrong_rate:.1%}",
            "-",
        )
        if report.placebo is not None:
            low, high = report.placebo.low, report.placebo.high
            yield (
                "  placebo, by others' signal",
                f"{_points(report.placebo.value)} ({_points(low)} to {_points(high)})",
                f"0; {PLACEBO_WORDS[report.placebo.says]}",
            )
        for row in report.rows:
            yield (
                f"  hidden {row.effect:g}: true, found, error in points",
                f"{_points(row.truth)}, {_points(row.found)}, {100 * row.error:+.2f} ± {100 * row.error_deviation:.2f}",
                f"{row.claimed} of {row.worlds} claimed",
            )
    yield (f"simulated: {total} worlds: the interval holds the truth", f"{held / total:.1%}", ">= 95 %")
    yield ("  an effect is claimed where there is none, or the other way", f"{wrong / total:.1%}", "<= 5 %")


def placebo(worlds: int) -> Iterator[tuple[str, str, str]]:
    """Everybody served by somebody else's look, beside everybody by their own; charges are expected ones.

    A placebo must not earn. Where readings tell nothing it costs, for it puts one ad before another without a reason,
    and so does the signal itself in a world in which nobody responds to it.
    """
    reader, engines = measured(), FastEngines()
    size = Size(people=300, days=3, days_before=1)
    for effect in (0.0, 1.0):
        sweep = Sweep(worlds=worlds, seed=1001, size=size, by_chance=False)
        cells = [
            tried(sweep, seed, effect, engines=engines, reader=reader) for seed in range(1001, 1001 + max(2, worlds))
        ]
        told = [100.0 * cell.placebo for cell in cells if cell.placebo is not None]
        value, reach = np.mean(told), 1.96 * np.std(told, ddof=1) / len(told) ** 0.5
        yield (
            f"simulated: look, hidden {effect:g}, {len(cells)} worlds: own and others' readings, points",
            f"{_sure([100.0 * cell.truth for cell in cells])}; {_sure(told)}",
            f"others' 0: {PLACEBO_WORDS[placebo_says(float(value - reach), float(value + reach))]}",
        )


def harm(worlds: int) -> Iterator[tuple[str, str, str]]:
    """One more ad a page: what a week says, and what a season does."""
    for days in (7, 120):
        sweep = Sweep(treatment="load", worlds=3 * worlds, effects=(0.0, 1.0, 2.0), size=replace(SLOW, days=days))
        report = _swept(sweep)
        for row in report.rows:
            yield (
                f"simulated: one more ad a page, {days} days, impatience {row.effect:g}: true, found; left",
                f"{_points(row.truth)}, {_points(row.found)}; {100 * row.left_truth:+.1f} of 100",
                ", ".join(report.marks),
            )


def off_policy() -> Iterator[tuple[str, str, str]]:
    """Open Bandit's random logs of three campaigns: policies learned from their first halves, judged on the second."""
    folder = Path(os.environ.get("ADTAILOR_TEST_DATA", "nowhere")) / "open_bandit"
    if not folder.exists():
        yield ("off-policy on Open Bandit", "skipped: ADTAILOR_TEST_DATA is not set", "-")
        return
    parts: dict[str, list[LoggedChoices]] = {}
    for name in ("all", "men", "women"):
        for policy, log in _logs(folder / f"random_{name}.parquet"):
            parts.setdefault(policy, []).append(log)
    for policy, logs in parts.items():
        joined = {
            name: np.concatenate([getattr(log, name) for log in logs])
            for name in ("rewards", "propensities", "chances", "guesses", "values")
        }
        found = judged(LoggedChoices(**joined), seed=0)
        for one in found.estimates:
            yield (
                f"Open Bandit, {policy}, {one.method}; the log earned {found.logged:.5f}",
                f"{one.value:.5f} ({one.low:.5f} to {one.high:.5f})",
                f"{one.matched_clicks} clicks matched",
            )
        if found.refused:
            yield (f"Open Bandit, {policy}; the log earned {found.logged:.5f}", f"none: {found.refused}", "-")
    yield from _beside_obp()


def _logs(file: Path) -> Iterator[tuple[str, LoggedChoices]]:
    """One campaign's second half, with the chances of some policies that were learned from its first."""
    import duckdb

    rows = duckdb.sql(
        f"SELECT item_id, click, propensity_score FROM '{file}' ORDER BY timestamp, item_id, position"
    ).fetchnumpy()
    items, clicks = rows["item_id"].astype(np.int64), rows["click"].astype(np.float64)
    propensities = rows["propensity_score"].astype(np.float64)
    count, half = round(1.0 / propensities[0]), len(items) // 2
    mean = clicks[:half].mean()
    seen = np.bincount(items[:half], minlength=count)
    rates = (np.bincount(items[:half], clicks[:half], count) + 50.0 * mean) / (seen + 50.0)
    soft = np.exp((rates - rates.mean()) / rates.std() / 2.0)
    some = np.where(np.arange(count) % 10 == 0, 1.0, 0.0)
    policies = {
        "as logged": np.full(count, 1.0 / count),
        "more of what was clicked": soft / soft.sum(),
        "every tenth item alone": some / some.sum(),
    }
    for name, policy in policies.items():
        yield (
            name,
            LoggedChoices(
                rewards=clicks[half:],
                propensities=propensities[half:],
                chances=policy[items[half:]],
                guesses=rates[items[half:]],
                values=np.full(len(items) - half, float(rates @ policy)),
            ),
        )


def _beside_obp() -> Iterator[tuple[str, str, str]]:
    """The same arrays given to the Open Bandit Pipeline, where $ADTAILOR_OBP names a Python that has it."""
    python = os.environ.get("ADTAILOR_OBP")
    if not python or not shutil.which(python):
        yield ("beside the Open Bandit Pipeline", "skipped: ADTAILOR_OBP names no Python that has obp", "-")
        return
    random = np.random.default_rng(0)
    rows, choices = 20_000, 5
    logged, policy = random.dirichlet(np.ones(choices)), random.dirichlet(np.ones(choices))
    truth, guess = random.uniform(0.02, 0.2, choices), random.uniform(0.02, 0.2, choices)
    chosen = random.choice(choices, rows, p=logged)
    rewards = (random.random(rows) < truth[chosen]).astype(np.float64)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "log.npz"
        np.savez(file, rewards=rewards, chosen=chosen, logged=logged, policy=policy, guess=guess)
        script = Path(__file__).with_name("worlds_obp.py")
        ended = subprocess.run([python, "-P", str(script), str(file)], capture_output=True, text=True, check=False)
    if ended.returncode:
        yield ("beside the Open Bandit Pipeline", f"failed: {ended.stderr.strip().splitlines()[-1]}", "-")
        return
    theirs = dict(zip(METHODS, map(float, ended.stdout.split()), strict=True))
    log = LoggedChoices(
        rewards=rewards, propensities=logged[chosen], chances=policy[chosen], guesses=guess[chosen],
        values=np.full(rows, guess @ policy),
    )  # fmt: skip
    for one in judged(log, seed=0, switch_at=2.0).estimates:
        yield (
            f"{one.method} beside the Open Bandit Pipeline; true {truth @ policy:.6f}",
            f"{one.value:.12f} and {theirs[one.method]:.12f}",
            "the same to 1e-9" if abs(one.value - theirs[one.method]) < 1e-9 else "DIFFERS",
        )


def _swept(sweep: Sweep) -> Report:
    return reported(sweep, _cells_together((sweep,))[0])


def _cells_together(sweeps: tuple[Sweep, ...]) -> list[list[Cell]]:
    """Sweeps that differ in the design of the trial alone: the truth of a world is found once."""
    reader, engines = measured(), FastEngines()
    files = [KEPT / f"{key_of(sweep, reader, 'fast')}.jsonl" for sweep in sweeps]
    done = [{cell.seed: cell for cell in begin(f, s, reader, "fast")} for f, s in zip(files, sweeps, strict=True)]
    for number, (seed, effect) in enumerate(sweeps[0].cells()):
        if all(seed in cells for cells in done):
            continue
        truth = truth_of(sweeps[0], seed, effect, engines=engines, reader=reader)
        for sweep, file, cells in zip(sweeps, files, done, strict=True):
            if seed not in cells:
                cells[seed] = trial_in(truth, sweep, engines=engines)
                add(file, cells[seed])
        said = f"{sweeps[0].treatment}, budgets {sweeps[0].budget:g}: {number + 1} of {sweeps[0].worlds} worlds"
        print(f"\r{said}", end="", file=sys.stderr, flush=True)
    return [[cells[seed] for seed, _ in sweeps[0].cells()] for cells in done]


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def _sure(values: Sequence[float]) -> str:
    return f"{np.mean(values):+.2f} ± {np.std(values, ddof=1) / len(values) ** 0.5:.2f}"


def _points(share: float) -> str:
    return f"{100 * share:+.2f} %"
