"""`adtailor campaigns`: campaigns to a spreadsheet and back."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from adtailor.cli.managed_store import opened
from adtailor.cli.progress import err_console, out_console
from adtailor.cli.shown import shown
from adtailor.domain.access import OWNER
from adtailor.domain.managed import ONE
from adtailor.errors import InvalidInput
from adtailor.journeys.manage import Difference
from adtailor.service.wire.decoding import encode
from adtailor.service.wire.imported import difference_to_wire, wanted_by
from adtailor.service.wire.sheet import write_sheet

MOST_BYTES = 64 * 2**20
Data = Annotated[Path | None, typer.Option("--data", help="The data folder; else ADTAILOR_DATA, else your user data.")]

app = typer.Typer(no_args_is_help=True, help="Campaigns to a spreadsheet and back.")


@app.command()
def export(
    file: Annotated[str, typer.Argument(metavar="FILE.csv", help="Where to, or - for here.")], *, data: Data = None
) -> None:
    """Write all campaigns as CSV: a row an ad, columns as docs/managing.md names them."""
    with opened(data) as here:
        table = write_sheet(here.manage.inventory(OWNER))
    if file == "-":
        sys.stdout.write(table)
        return
    try:
        Path(file).write_text(table, "utf-8-sig", newline="")
    except OSError as error:
        raise InvalidInput(
            f"{file} cannot be written: {error.strerror}", hint="name another file", field="FILE"
        ) from None
    err_console().print(Text(f"wrote {table.count(chr(10)) - 1:,} lines to {file}"))


@app.command(name="import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE.csv", help="The table, or - for standard input.")],
    *,
    dry: Annotated[bool, typer.Option("--dry", help="Say what would change, and change nothing.")] = False,
    by: Annotated[str | None, typer.Option("--by", help="Who you are to the audit log.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Differences, an object a line.")] = False,
    data: Data = None,
) -> None:
    """Make and change campaigns from CSV: all of it, or none. New creatives wait for their review."""
    wanted = wanted_by(_read(file))
    with opened(data, by=by) as here:
        told = here.manage.together(OWNER, wanted, author=here.author, dry=dry)
    if json:
        for one in told:
            print(encode(difference_to_wire(one)).decode())
        return
    console = out_console()
    for one in told:
        console.print(_line(one))
    new = sum(one.is_new for one in told)
    what = f"{new} new, {len(told) - new} changed" if told else "nothing differs"
    console.print(Text(f"{what}; a dry run, nothing was changed" if dry else what, style="bold"))


def _line(one: Difference) -> Text:
    head = ("+ ", "green") if one.is_new else ("~ ", "yellow")
    text = Text.assemble(head, f"{ONE[one.kind]} ", (one.item_id, "bold"))
    if not one.is_new:
        before, after = difference_to_wire(one).before, difference_to_wire(one).after
        for name in after:
            text.append(
                f"\n    {name}: {shown(str(before.get(name)), 60)} → {shown(str(after[name]), 60)}", style="dim"
            )
    return text


def _read(file: str) -> bytes:
    try:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1) if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}", hint="name a CSV file", field="FILE") from None
    if len(raw) > MOST_BYTES:
        raise InvalidInput(f"{file} has more than {MOST_BYTES:,} bytes", hint="split it", field="FILE")
    return raw
