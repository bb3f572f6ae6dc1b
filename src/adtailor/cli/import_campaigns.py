"""adtailor import: take over campaigns from another ad server."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from adtailor import assemble
from adtailor.cli.shown import shown
from adtailor.config.settings import data_folder
from adtailor.domain.buying import Inventory
from adtailor.domain.money import micros
from adtailor.errors import InvalidInput
from adtailor.journeys.import_ethical import read_ethical
from adtailor.journeys.import_plan import KINDS, Found, Plan, carry_out, plan
from adtailor.journeys.import_revive import read_revive
from adtailor.service.wire import decode_inventory, encode, inventory_to_wire

MOST_BYTES = 256 * 2**20
NAMES = {"adsets": "ad sets"}
SHOWN = 40

app = typer.Typer(no_args_is_help=True, help="Take over campaigns from another ad server.")

File = Annotated[Path, typer.Argument(help="What the other server exported; see docs/moving.md.", show_default=False)]
Data = Annotated[Path | None, typer.Option(help="The data folder; else ADTAILOR_DATA, else your user data.")]
Apply = Annotated[bool, typer.Option("--apply", help="Make the change; without it, only what would change is told.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")]


@app.command(name="ethical-ad-server")
def ethical(file: File, data: Data = None, apply: Apply = False, as_json: AsJson = False) -> None:
    """Ethical Ad Server: the file that `manage.py dumpdata adserver` writes."""
    raw = _read(file)
    _take_over(lambda now: read_ethical(raw, now=now), data, apply=apply, as_json=as_json)


@app.command()
def revive(
    file: File,
    data: Data = None,
    apply: Apply = False,
    as_json: AsJson = False,
    daily_budget: Annotated[
        str, typer.Option(help="For campaigns of which no amount was booked, in the account currency.")
    ] = "10.00",
) -> None:
    """Revive Adserver: its tables as JSON, or its banners joined with campaigns and clients as CSV."""
    raw, budget = _read(file), micros(daily_budget)
    _take_over(lambda now: read_revive(raw, now=now, daily_budget=budget), data, apply=apply, as_json=as_json)


def _take_over(read: Callable[[datetime], Found], data: Path | None, *, apply: bool, as_json: bool) -> None:
    folder = data_folder(data)
    store = assemble.open_store(folder)
    try:
        made = plan(store.catalogue.inventory(), read(assemble.SystemClock().now()), check=checked)
        if apply and made.changes_something:
            carry_out(store.catalogue, made)
    finally:
        store.close()
    if as_json:
        told = {
            "added": made.added,
            "kept": made.kept,
            "unmapped": [{"where": one.where, "what": one.what, "says": one.says} for one in made.unmapped],
            "applied": apply and made.changes_something,
        }
        print(encode(told).decode())
        return
    _print(Console(), made, apply=apply)


def checked(inventory: Inventory) -> Inventory:
    """The inventory, if the API would take it as it is: the same rules stand in front of both doors."""
    return decode_inventory(encode(inventory_to_wire(inventory)))


def _print(console: Console, made: Plan, *, apply: bool) -> None:
    table = Table("", "new", "here already", box=None, pad_edge=False)
    for kind in KINDS:
        table.add_row(NAMES.get(kind, kind), str(made.added[kind]), str(made.kept[kind]))
    console.print(table)
    if made.unmapped:
        console.print(f"\n{len(made.unmapped)} things were not taken over as they are:")
        for one in made.unmapped[:SHOWN]:
            console.print(f"  {shown(one.where)}, {shown(one.what, 60)}: {one.says}", highlight=False, markup=False)
        if len(made.unmapped) > SHOWN:
            rest = Counter(one.what for one in made.unmapped[SHOWN:])
            told = ", ".join(f"{shown(what, 60)} ({count})" for what, count in rest.most_common())
            console.print(f"  and {len(made.unmapped) - SHOWN} more: {told}; --json has all", markup=False)
    if not made.changes_something:
        console.print("\nNothing is new.")
    elif apply:
        console.print("\nDone. All of it is in review: nothing is shown before somebody approves it.")
    else:
        console.print("\nNothing was changed: this is what would be. Add --apply to do it, all of it or nothing.")


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise InvalidInput(f"{file} is larger than 256 MB", hint="leave statistics out of the export", field="FILE")
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}", hint="name a file", field="FILE") from None
