"""A sweep in a terminal: a table by hidden effect, found against true effects as a plot, and what it may not be."""

import math
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adtailor.domain.worth import PLACEBO_WORDS
from adtailor.journeys.run_simulation import TOO_SHORT, Cell, Sweep
from adtailor.journeys.simulation_report import DECLARED, PlaceboRow, Report, Row

WIDTH, HEIGHT = 60, 17
_SAYS = {
    "look": "the clothes that people wear decide with",
    "mood": "the mood that people write in decides with",
    "load": "one more ad a page",
    "nothing": "nothing at all is different",
}


def print_report(console: Console, report: Report, cells: Sequence[Cell]) -> None:
    """Everything that stands in it, simulated on every line that could be quoted alone."""
    sweep = report.sweep
    console.print(Text.assemble(("simulated", "bold yellow"), f", grade {report.grade}: {_SAYS[sweep.treatment]}"))
    console.print(Text(f"{_about(sweep)}; seeds {report.seeds[0]} to {report.seeds[-1]}, none left out", style="dim"))
    console.print(_table(report))
    total = report.total
    console.print(
        f"simulated: {total.covered} of {total.worlds} intervals hold the truth ({report.coverage:.1%}); "
        f"{total.claimed_wrongly} claim what is not there ({report.wrong_rate:.1%}, declared {DECLARED:.0%})"
    )
    if report.placebo is not None:
        console.print(f"simulated: {placebo_said(report.placebo)}")
    console.print(
        Text(
            "The click rate is what people did, not what was earned. Net: revenue less reading, of 1000 impressions.",
            style="dim",
        )
    )
    if TOO_SHORT in report.marks:
        days = sweep.size.days
        console.print(
            Text(f"{TOO_SHORT}: {days} days, and people tire of ads over weeks; try --days 90", style="yellow")
        )
    console.print()
    console.print(Text.assemble(("found against true", "bold"), " change of revenue in points, simulated"))
    for line in plotted(cells):
        console.print(line, no_wrap=True, crop=False)


def _table(report: Report) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("hidden", no_wrap=True)
    for name in (
        "worlds",
        "true",
        "found",
        "error",
        "held",
        "claimed",
        "wrongly",
        "click rate",
        "left",
        "net per 1000",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for row in report.rows:
        table.add_row(f"{row.effect:g}", *_cells(row))
    table.add_section()
    table.add_row("all", *_cells(report.total), style="bold")
    return table


def _cells(row: Row) -> tuple[str, ...]:
    deviation = "" if math.isnan(row.error_deviation) else f" ± {100 * row.error_deviation:.2f}"
    return (
        f"{row.worlds}",
        f"{100 * row.truth:+.2f} %",
        f"{100 * row.found:+.2f} %",
        f"{100 * row.error:+.2f}{deviation}",
        f"{row.covered}/{row.worlds}",
        f"{row.claimed}",
        f"{row.claimed_wrongly}",
        f"{100 * row.click_truth:+.1f} %",
        f"{100 * row.left_truth:+.2f}",
        f"{row.net_per_thousand / 1e6:+.3f}",
    )


def placebo_said(placebo: PlaceboRow) -> str:
    """What it changed, and whether that is nothing."""
    value, low, high = (f"{100 * one:+.2f}" for one in (placebo.value, placebo.low, placebo.high))
    return f"placebo, by others' signal: {value} % ({low} to {high}), which {PLACEBO_WORDS[placebo.says]}"


def _about(sweep: Sweep) -> str:
    budget = "budgets without limit" if math.isinf(sweep.budget) else f"budgets of {sweep.budget:g} of the demand"
    size = sweep.size
    return f"{size.people:,} people, {size.days} days after {size.days_before} without, {sweep.design}, {budget}"


def plotted(cells: Sequence[Cell]) -> list[Text]:
    """Lines of at most 70 columns; on the dotted diagonal, what was found is true."""
    finite = [value for cell in cells for value in (cell.truth, cell.value) if math.isfinite(value)]
    most = max(0.01, 1.15 * max(map(abs, finite), default=0.0))
    grid = [[(" ", "")] * WIDTH for _ in range(HEIGHT)]
    for column in range(WIDTH):
        grid[_row(-most + 2 * most * column / (WIDTH - 1), most)][column] = ("·", "dim")
    for cell in cells:
        if math.isfinite(cell.value):
            column = round((cell.truth + most) / (2 * most) * (WIDTH - 1))
            grid[_row(cell.value, most)][column] = ("●", "green" if cell.covers else "bold yellow")
    lines = [
        Text.assemble(
            (f"{100 * (most - 2 * most * number / (HEIGHT - 1)):+6.1f} ┤" if number % 4 == 0 else "       │", "dim"),
            *row,
        )
        for number, row in enumerate(grid)
    ]
    lines.append(Text("       └" + "─" * WIDTH, style="dim"))
    ends = f"{-100 * most:+.1f}", f"{100 * most:+.1f}"
    lines.append(Text(f"        {ends[0]}{'true':^{WIDTH - len(ends[0]) - len(ends[1])}}{ends[1]}", style="dim"))
    return lines


def _row(value: float, most: float) -> int:
    return round((1 - (min(most, max(-most, value)) + most) / (2 * most)) * (HEIGHT - 1))
