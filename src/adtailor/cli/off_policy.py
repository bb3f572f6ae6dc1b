"""`adtailor trial off-policy`: what another way of choosing would have earned, from a log with propensities."""

import json as jsons
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from adtailor.cli.evaluate_inputs import Table as Rows
from adtailor.cli.evaluate_inputs import read_table
from adtailor.cli.progress import err_console, out_console
from adtailor.errors import InvalidInput
from adtailor.journeys.judge_policy import Judgement, LoggedChoices, judged
from adtailor.maths.off_policy import SWITCH

_NAMES = {
    "ips": "IPS",
    "snips": "SNIPS",
    "dr": "doubly robust",
    "switch": "switch",
}


def run(
    file: Annotated[Path, typer.Argument(help="JSON lines, CSV, TSV or Parquet: a logged choice a row.")],
    *,
    reward_column: Annotated[str, typer.Option("--reward", help="What came of it: 1 for a click, or money.")] = "click",
    propensity_column: Annotated[
        str, typer.Option("--propensity", help="The chance with which the log chose it.")
    ] = "propensity",
    chance_column: Annotated[
        str, typer.Option("--chance", help="The chance with which the new policy would choose the same.")
    ] = "chance",
    guess_column: Annotated[
        str | None, typer.Option("--guess", help="A model's reward of the logged choice, learned from other rows.")
    ] = None,
    value_column: Annotated[
        str | None, typer.Option("--value", help="The model's mean reward of the new policy in that place.")
    ] = None,
    group_column: Annotated[
        str | None, typer.Option("--group", help="Whose choice it was: rows of one are drawn together.")
    ] = None,
    switch_at: Annotated[
        float, typer.Option("--switch-at", help="The weight above which the switch leaves it to the model.")
    ] = SWITCH,
    rounds: Annotated[int, typer.Option("--rounds", min=20, max=100_000, help="Draws behind the intervals.")] = 500,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of those draws.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Estimate what a new policy would have earned on the pages of a log: evidence of grade D, no lift.

    IPS and SNIPS need propensities alone; with a model's --guess and --value, doubly robust and switch come too.
    Below 30 clicks on choices that the new policy would make, or where the log never did what it does, there is none.
    """
    if (guess_column is None) != (value_column is None):
        raise InvalidInput("a model in half", hint="give both --guess and --value, or neither", field="--guess")
    errors = err_console()
    with errors.status(f"reading {file.name}", spinner="dots"):
        table = read_table(file)
        log = LoggedChoices(
            rewards=_numbers(table, reward_column, "--reward"),
            propensities=_numbers(table, propensity_column, "--propensity"),
            chances=_numbers(table, chance_column, "--chance"),
            guesses=None if guess_column is None else _numbers(table, guess_column, "--guess"),
            values=None if value_column is None else _numbers(table, value_column, "--value"),
            groups=None if group_column is None else _groups(table, group_column),
        )
    with errors.status("drawing intervals", spinner="dots"):
        found = judged(log, seed=seed, switch_at=switch_at, rounds=rounds)
    if json:
        sys.stdout.write(jsons.dumps({"file": str(file), **asdict(found)}, allow_nan=False) + "\n")
        return
    _print(found, file)


def _print(found: Judgement, file: Path) -> None:
    console = out_console()
    console.print(Text.assemble(("off-policy", "bold"), f", grade {found.grade}: {file.name}, seed {found.seed}"))
    console.print(
        f"{found.rows:,} choices, {found.clicks:,} with a reward; the log itself earned {found.logged:.6g} a choice"
    )
    if found.refused is not None:
        console.print(Text(f"no estimate: {found.refused}", style="yellow"))
        console.print(Text(found.hint or "", style="dim"))
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("estimate", "a choice", "95 % of resamples", "clicks matched", "worth rows", "log covers"):
        table.add_column(name, justify="left" if name == "estimate" else "right", no_wrap=True)
    for one in found.estimates:
        table.add_row(
            _NAMES[one.method],
            f"{one.value:.6g}",
            f"{one.low:.6g} to {one.high:.6g}",
            f"{one.matched_clicks:,}",
            f"{one.effective_rows:,.0f}",
            f"{one.covered:.0%}",
        )
    console.print(table)
    console.print(Text("What a trial has not shown is no lift: let it decide.", style="dim"))


def _numbers(table: Rows, wanted: str, option: str) -> NDArray[np.float64]:
    column = table.column(wanted, option)
    found = np.empty(len(table.rows))
    for n, (row, place) in enumerate(zip(table.rows, table.places, strict=True)):
        value = row.get(column)
        try:
            found[n] = float(value)  # pyright: ignore[reportArgumentType]  # whatever a file holds; refused below
        except (TypeError, ValueError):
            found[n] = np.nan
        if not np.isfinite(found[n]):
            raise InvalidInput(f"{value!r} in {place}", hint="a finite number in every row", field=option)
    return found


def _groups(table: Rows, wanted: str) -> NDArray[np.int64]:
    column = table.column(wanted, "--group")
    return np.unique([str(row.get(column)) for row in table.rows], return_inverse=True)[1].astype(np.int64)
