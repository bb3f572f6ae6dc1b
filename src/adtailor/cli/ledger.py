"""`adtailor ledger`: what each signal and each model earned, less what it cost, with the grade of the evidence."""

from pathlib import Path
from typing import Annotated

import typer

from adtailor import assemble
from adtailor.cli.ledger_table import print_ledger
from adtailor.config.settings import data_folder, load_settings
from adtailor.errors import InvalidInput
from adtailor.service.wire.decoding import encode
from adtailor.service.wire.ledger import ledger_to_wire
from adtailor.storage import SqliteStore


def run(
    data: Annotated[Path | None, typer.Option("--data", help="The data folder.")] = None,
    days: Annotated[int, typer.Option(help="Over which cost and impressions are taken.")] = 28,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON, as GET /v1/ledger.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw it into this PNG.")] = None,
) -> None:
    """Show one row for each signal and each model, by each grade of evidence; grades are never added up."""
    folder = data_folder(data)
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is no data folder", hint="name one with --data or ADTAILOR_DATA", field="--data")
    settings = load_settings(folder)
    with SqliteStore(folder) as store:
        made = assemble.ledgers(store, settings).ledger(assemble.SystemClock().now(), days=days)
    if plot is not None:
        from adtailor.console.ledger_picture import draw_ledger

        draw_ledger(made, settings.currency).save(plot)
    if json:
        print(encode(ledger_to_wire(made)).decode())
        return
    print_ledger(made, settings.currency)
    if plot is not None:
        print(f"drawn in {plot}")
