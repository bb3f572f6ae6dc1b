"""`adtailor helplines`: which numbers are shown, and a person's check that switches one on."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from adtailor import assemble
from adtailor.cli.managed_store import opened
from adtailor.cli.progress import out_console
from adtailor.config.settings import data_folder, load_settings
from adtailor.domain.wellbeing import Helpline
from adtailor.errors import InvalidInput
from adtailor.journeys.helplines import Checked
from adtailor.service.wire.decoding import encode


def run(
    country: Annotated[str | None, typer.Argument(help="Two letters; left out, all of them.")] = None,
    name: Annotated[str | None, typer.Argument(help="The line's name, where its country has several.")] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="You opened its source: name, number and hours stand there as here.")
    ] = False,
    take_back: Annotated[bool, typer.Option("--take-back", help="The check does not count any more.")] = False,
    by: Annotated[str | None, typer.Option("--by", help="Who checked; left out, your account's name.")] = None,
    json: Annotated[bool, typer.Option("--json", help="An object a line.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="The data folder.")] = None,
) -> None:
    """Show the table of helplines. A number is shown to people only while somebody's check of it is fresh."""
    if check and take_back:
        raise InvalidInput("one thing at a time", hint="--check or --take-back", field="--check")
    settings = load_settings(data_folder(data))
    with opened(data, by=by) as here:
        helplines = assemble.helplines(here.store, settings)
        rows = [row for row in helplines.table(here.now) if _is_meant(row.line, country, name)]
        if not rows and country is not None:
            raise InvalidInput(
                f"no helpline of {country!r}" + (f" is called {name!r}" if name else ""),
                hint="adtailor helplines shows them all; add one in the file that the setting helplines names",
                field="COUNTRY",
            )
        if check or take_back:
            if country is None or len(rows) != 1:
                raise InvalidInput(
                    f"that means {len(rows)} lines, and a check is of one",
                    hint="adtailor helplines DE NAME --check",
                    field="NAME",
                )
            act = helplines.check if check else helplines.take_back
            rows = [act(rows[0].line.fingerprint, here.author)]
    if json:
        for row in rows:
            print(encode(_as_json(row)).decode())
        return
    table = Table(title="Helplines")
    for heading in ("country", "name", "number", "hours", "source", "shown"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        line = row.line
        table.add_row(line.country, line.name, line.phone or "", line.hours or "", line.source, _state(row))
    out_console().print(table)


def _is_meant(line: Helpline, country: str | None, name: str | None) -> bool:
    return (country is None or line.country == country.upper()) and (name is None or line.name == name)


def _state(row: Checked) -> Text:
    if row.is_on:
        return Text(f"until {row.until}", style="green")
    return Text("not checked yet" if row.on is None else f"check of {row.on} is too old", style="yellow")


def _as_json(row: Checked) -> dict[str, object]:
    line = row.line
    return {
        "country": line.country,
        "name": line.name,
        "phone": line.phone,
        "url": line.url,
        "hours": line.hours,
        "source": line.source,
        "checked_at": row.on,
        "by": row.by,
        "until": row.until,
        "is_on": row.is_on,
    }
