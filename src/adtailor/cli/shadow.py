"""adtailor shadow: what would have been shown where another server decided."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from adtailor import assemble
from adtailor.config.settings import data_folder, load_settings
from adtailor.errors import AdtailorError, InvalidInput
from adtailor.journeys.shadow import GRADES, LEAST_REQUESTS, VERDICTS, Compared, Shadow, Summary, summary
from adtailor.service.wire.decoding import encode
from adtailor.service.wire.shadow import compared_to_wire, decode_entry, summary_to_wire

MOST_LINE = 2 * 2**20
MOST_LINES = 1_000_000


def run(
    log: Annotated[Path, typer.Argument(help="One decision of the other server per line; see docs/moving.md.")],
    data: Annotated[Path | None, typer.Option(help="The data folder; else ADTAILOR_DATA, else your user data.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a line for each decision, and the summary last.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="Read so many lines at most.")] = MOST_LINES,
    seed: Annotated[int, typer.Option(help="Where chance begins.")] = 7,
) -> None:
    """Say what would have been shown where another server decided; nothing is changed by it."""
    folder = data_folder(data)
    engine = assemble.open_engine(folder, load_settings(folder))
    compared: list[tuple[Compared, ...]] = []
    try:
        shadow, now, random = Shadow(engine.fill_page), engine.clock.now(), Random(seed)  # noqa: S311 - no secret
        for number, line in enumerate(islice(_lines(log), limit), start=1):
            try:
                compared.append(shadow.compare(decode_entry(line), now=now, random=random))
            except AdtailorError as error:
                error.field = f"line {number}" + (f": {error.field}" if error.field else "")
                raise
            if as_json:
                print(encode(compared_to_wire(compared[-1])).decode())
    finally:
        engine.close()
    if not compared:
        raise InvalidInput(f"{log} holds no decision", hint="one JSON object a line, see docs/moving.md", field="LOG")
    told = summary(compared, seed=seed)
    if as_json:
        print(encode(summary_to_wire(told)).decode())
    else:
        _print(Console(), told, engine.settings.currency)


def _lines(log: Path) -> Iterator[bytes]:
    try:
        with log.open("rb") as lines:
            while line := lines.readline(MOST_LINE):
                if line.strip():
                    yield line
    except OSError as error:
        raise InvalidInput(f"{log} cannot be read: {error.strerror}", hint="name a file", field="LOG") from None


def _print(console: Console, told: Summary, currency: str) -> None:
    table = Table("", "places", "share", box=None, pad_edge=False)
    for verdict in VERDICTS:
        count = told.verdicts[verdict]
        table.add_row(verdict, str(count), f"{count / max(told.places, 1):.1%}")
    console.print(f"{told.requests} requests, {told.places} places\n")
    console.print(table)
    if told.brought is not None and told.would_bring is not None:
        console.print(
            f"\n{told.priced} places with a known price: they brought {told.brought / 1e6:.4f} {currency} per 1000, "
            f"and would bring {told.would_bring / 1e6:.4f}.",
            highlight=False,
        )
        if (difference := told.difference) is not None:
            console.print(
                f"Difference {difference.value / 1e6:+.4f} (95 % interval of chance in the requests: "
                f"{difference.low / 1e6:+.4f} to {difference.high / 1e6:+.4f}).",
                highlight=False,
            )
        else:
            console.print(f"Too few requests for an interval: {LEAST_REQUESTS} are needed.", highlight=False)
    console.print(
        f"\nGrade {told.grade}: {GRADES[told.grade]}. This is what would have been, and no lift. "
        "Nothing was changed: no budget, cap, record or model.",
        highlight=False,
    )
