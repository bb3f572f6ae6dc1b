"""`adtailor statement`: a month to sign and publish, as a page, a PDF and JSON."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from adtailor import assemble
from adtailor.config.settings import data_folder, load_settings
from adtailor.console.statement import parts, statement_html, statement_pdf
from adtailor.domain.scoreboard import Kept, Scoreboard
from adtailor.errors import InvalidInput
from adtailor.journeys.statement import Month, Statement
from adtailor.service.wire.statement import ScoreboardWire, statement_body
from adtailor.storage import SqliteStore


def run(
    month: Annotated[str | None, typer.Argument(help="As 2026-11; left out, the last month that is over.")] = None,
    *,
    data: Annotated[Path | None, typer.Option("--data", help="The data folder.")] = None,
    into: Annotated[Path, typer.Option("--into", help="The folder for the three files.")] = Path(),
    trust: Annotated[
        Path | None, typer.Option(help="A run of `adtailor trust --json`; left out, nobody ran the proofs.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Print it, and write nothing.")] = False,
) -> None:
    """Write what signals earned, what was delivered and which promises held in a month."""
    folder = data_folder(data)
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is no data folder", hint="name one with --data or ADTAILOR_DATA", field="--data")
    settings, now = load_settings(folder), assemble.SystemClock().now()
    last = now.replace(day=1).date().toordinal() - 1
    of = Month.read(month) if month is not None else Month.read(f"{type(now).fromordinal(last):%Y-%m}")
    with SqliteStore(folder) as store:
        told = assemble.statements(store, settings).statement(of, now=now, trust=_scoreboard(trust))
    if show:
        _print(told)
        return
    body = statement_body(told)
    digest = told.digest(body)
    into.mkdir(parents=True, exist_ok=True)
    name = f"statement-{told.month}"
    (into / f"{name}.json").write_bytes(body)
    (into / f"{name}.html").write_text(statement_html(told, digest), "utf-8")
    (into / f"{name}.pdf").write_bytes(statement_pdf(told, digest))
    for ending in ("html", "pdf", "json"):
        print(into / f"{name}.{ending}")
    print(f"sha256 of the JSON: {digest}")


def _print(told: Statement) -> None:
    for part in parts(told):
        print(f"\n{part.title}")
        for said in part.says:
            print(f"  {said}")
        for row in part.rows:
            print("  " + "  ".join(cell for cell in row if cell))


def _scoreboard(file: Path | None) -> Scoreboard | None:
    if file is None:
        return None
    try:
        told = msgspec.json.decode(file.read_bytes(), type=ScoreboardWire)
    except OSError as error:
        raise InvalidInput(f"cannot read {file}: {type(error).__name__}", hint="name a file", field="--trust") from None
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise InvalidInput(
            f"{file} is no scoreboard: {error}", hint="adtailor trust --json > FILE", field="--trust"
        ) from None
    return Scoreboard(
        made_at=told.made_at,
        version=told.version,
        seed=told.seed,
        rows=tuple(Kept(number=row.number, says=row.says, cases=row.cases, is_kept=row.is_kept) for row in told.rows),
    )
