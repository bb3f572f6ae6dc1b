"""`adtailor simulate`: whether a trial finds hidden effects, in worlds whose truth is known."""

import json as jsons
import math
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.text import Text

from adtailor.cli.progress import err_console, out_console, progress
from adtailor.config.settings import data_folder
from adtailor.domain.money import micros
from adtailor.domain.trial import Design
from adtailor.errors import InvalidInput
from adtailor.journeys.run_simulation import Cell, Sweep, Treatment, swept
from adtailor.journeys.simulation_file import add, begin, key_of
from adtailor.journeys.simulation_report import Report, reported
from adtailor.simulate.worlds.world import Size

EngineName = Literal["fast", "exact"]
DesignName = Literal["budget-split", "user-split"]


def run(
    *,
    worlds: Annotated[int, typer.Option("--worlds", min=1, help="How many worlds; effects are taken in turn.")] = 20,
    people: Annotated[int, typer.Option("--people", min=20, help="People in each.")] = 2000,
    days: Annotated[int, typer.Option("--days", min=1, help="Days of the trial, after three without it.")] = 14,
    effects: Annotated[
        str, typer.Option("--effects", help="Hidden effects between commas, 1 for the usual; 0 has to be among them.")
    ] = "0,0.5,1,2",
    treatment: Annotated[
        Treatment, typer.Option("--treatment", help="What treated people get: a signal, one more ad a page, nothing.")
    ] = "look",
    design: Annotated[
        DesignName, typer.Option("--design", help="Whether each half has its own half of every budget.")
    ] = "budget-split",
    budget: Annotated[
        float, typer.Option("--budget", help="Budgets over what campaigns could spend: inf, 1, 0.6, 0.3.")
    ] = math.inf,
    cpu_hour: Annotated[
        str, typer.Option("--cpu-hour", help="What an hour of one processor costs, in the account's currency.")
    ] = "0.04",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the first world; the others follow.")] = 1,
    engine: Annotated[
        EngineName, typer.Option("--engine", help="fast: over arrays. exact: decision by decision, much slower.")
    ] = "fast",
    out: Annotated[
        Path | None, typer.Option("--out", help="Keep finished worlds in this file; in the data folder unless named.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin again, whatever was finished.")] = False,
    plot: Annotated[Path | None, typer.Option("--plot", help="Draw found against true effects as a PNG.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Hide effects in simulated worlds, run a trial in each, and say how often it finds the truth.

    The truth is everybody treated against nobody, under the same luck. A run that was interrupted goes on where it was.
    """
    from adtailor.journeys.simulated_engines import ExactEngines, FastEngines
    from adtailor.simulate.worlds.confusion import measured

    errors = err_console()
    _check_plot(plot)
    sweep = Sweep(
        treatment=treatment,
        design=_design(design),
        worlds=worlds,
        seed=seed,
        effects=_numbers(effects),
        size=Size(people=people, days=days),
        budget=budget,
        cpu_hour=micros(cpu_hour),
    )
    reader = measured()
    path = out or data_folder(None) / "simulations" / f"{key_of(sweep, reader, engine)}.jsonl"
    if fresh:
        path.unlink(missing_ok=True)
    done = begin(path, sweep, reader, engine)
    seeds = f"seeds {seed} to {seed + worlds - 1}" if worlds > 1 else f"seed {seed}"
    going_on = f", {len(done)} of {worlds} worlds were finished before" if done else ""
    errors.print(Text(f"simulated, {seeds}, kept in {path}{going_on}", style="dim"))
    cells: list[Cell] = list(done)
    engines = FastEngines() if engine == "fast" else ExactEngines()
    with progress(errors, worlds) as bar:
        task = bar.task_ids[0]
        bar.update(task, description="worlds", completed=len(done))
        for cell in swept(sweep, engines=engines, reader=reader, done=done):
            add(path, cell)
            cells.append(cell)
            bar.advance(task)
    cells.sort(key=lambda cell: cell.seed)
    report = reported(sweep, cells)
    _print(report, cells, json=json)
    if plot is not None:
        from adtailor.cli.simulate_png import draw_recovered

        draw_recovered(report, cells).save(plot)
        errors.print(Text(f"found against true effects drawn in {plot}", style="dim"))


def _print(report: Report, cells: list[Cell], *, json: bool) -> None:
    if json:
        said = {
            "evidence": report.marks[0],
            **asdict(report),
            "coverage": report.coverage,
            "wrong_rate": report.wrong_rate,
            "worlds": [asdict(cell) for cell in cells],
        }
        sys.stdout.write(jsons.dumps(_plain(said), allow_nan=False) + "\n")
        return
    from adtailor.cli.simulate_table import print_report

    print_report(out_console(), report, cells)


def _plain(value: object) -> object:
    """Numbers that JSON has: what is not finite becomes null."""
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _numbers(given: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in given.split(",") if part.strip())
    except ValueError:
        raise InvalidInput(f"{given!r} are no numbers", hint="--effects 0,0.5,1,2", field="--effects") from None


def _design(name: DesignName) -> Design:
    return "budget split" if name == "budget-split" else "user split"


def _check_plot(plot: Path | None) -> None:
    if plot is not None and plot.suffix.casefold() != ".png":
        raise InvalidInput(f"{plot} is no PNG", hint="--plot worlds.png", field="--plot")
    if plot is not None and not plot.parent.is_dir():
        raise InvalidInput(f"{plot.parent} is no folder", hint="make it, or name another", field="--plot")
