"""adtailor report: what was delivered, and what it cost."""

import csv
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console
from rich.table import Table

from adtailor.cli.rest_table import print_rest
from adtailor.cli.shown import shown
from adtailor.config.settings import data_folder, load_settings
from adtailor.domain.ids import AdvertiserId, CampaignId
from adtailor.domain.money import written
from adtailor.errors import InvalidInput
from adtailor.journeys.reports import Audience, ReportRequest, Reports
from adtailor.measure.anonymity import LEAST_PEOPLE
from adtailor.measure.delivery import Dimension, Report, Tally
from adtailor.measure.rest import rest_report
from adtailor.service.wire import encode
from adtailor.service.wire.money import report_to_wire, tally_to_wire
from adtailor.storage import SqliteStore

COLUMNS = ("impressions", "viewable", "clicks", "rate", "conversions", "invalid", "over", "gross", "reversed", "net")


def run(  # noqa: PLR0917 - typer calls it by name
    data: Annotated[Path | None, typer.Option(help="The data folder; else ADTAILOR_DATA, else your user data.")] = None,
    by: Annotated[
        str, typer.Option(help="advertiser, campaign, adset, ad, site, placement, day, hour; with commas between them.")
    ] = "campaign",
    since: Annotated[str | None, typer.Option(help="The first day, in each campaign's zone.")] = None,
    until: Annotated[str | None, typer.Option(help="The last day, in each campaign's zone.")] = None,
    campaign: Annotated[str | None, typer.Option(help="Only this campaign.")] = None,
    advertiser: Annotated[str | None, typer.Option(help="Only this advertiser.")] = None,
    audience: Annotated[
        str, typer.Option(help="operator, or advertiser: no line of fewer than k people.")
    ] = "operator",
    people: Annotated[int, typer.Option(help="k, for an advertiser.")] = LEAST_PEOPLE,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON, as GET /v1/reports.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values; money in micros.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Compare reports, ledger, events and budgets.")] = False,
    rest: Annotated[bool, typer.Option("--rest", help="What became of suggestions to rest, by week.")] = False,
) -> None:
    """Sum up what was delivered: valid events, what was charged, what was given back, what was free."""
    if audience not in {"operator", "advertiser"}:
        raise InvalidInput(f"no audience {audience!r}", hint="operator or advertiser", field="--audience")
    asked = ReportRequest(
        by=cast("tuple[Dimension, ...]", tuple(part.strip() for part in by.split(","))),
        since=_day(since, "--since"),
        until=_day(until, "--until"),
        campaign_id=None if campaign is None else CampaignId(campaign),
        advertiser_id=None if advertiser is None else AdvertiserId(advertiser),
        audience=cast("Audience", audience),
        least_people=people,
    )
    folder = data_folder(data)
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is no data folder", hint="name one with --data or ADTAILOR_DATA", field="--data")
    currency = load_settings(folder).currency
    with SqliteStore(folder) as store:
        if rest:
            print_rest(rest_report(store.people.rest_counts(), least_people=people), as_json=as_json)
            return
        reports = Reports(ledger=store.ledger, source=store.catalogue)
        if check:
            _told(reports.disagreements(), len(store.ledger.entries()))
            return
        report = reports.report(asked)
    if as_json:
        print(encode(report_to_wire(report, since=asked.since, until=asked.until)).decode())
    elif as_csv:
        _print_csv(report)
    else:
        _print_table(report, currency)


def _told(wrong: Iterable[str], entries: int) -> None:
    found = list(wrong)
    for one in found:
        print(one)
    if found:
        raise typer.Exit(1)
    print(f"Every report comes to what the ledger's {entries:,} entries come to, to the micro, and so do the budgets.")


def _print_csv(report: Report) -> None:
    """One line per row, in the fields of the wire."""
    names = list(tally_to_wire(Tally()).__struct_fields__)
    table = csv.writer(sys.stdout)
    table.writerow([*report.by, *names])
    for row in report.rows:
        told = tally_to_wire(row.tally)
        values = ["" if (value := getattr(told, name)) is None else value for name in names]
        table.writerow([*("" if part is None else part for part in row.key), *values])


def _print_table(report: Report, currency: str) -> None:
    console = Console(width=None if Console().is_terminal else 160)
    table = Table(title=f"Delivered, in {currency}")
    for name in report.by:
        table.add_column(name)
    for name in COLUMNS:
        table.add_column(name, justify="right")
    unnamed = f"fewer than {report.least_people} people each" if report.least_people else "not told"
    for row in report.rows:
        table.add_row(*(unnamed if part is None else shown(part, 40) for part in row.key), *_cells(row.tally))
    table.add_section()
    table.add_row("total", *[""] * (len(report.by) - 1), *_cells(report.total))
    console.print(table)


def _cells(tally: Tally) -> list[str]:
    rate = tally.click_rate
    return [
        f"{tally.impressions:,}",
        f"{tally.viewable:,}",
        f"{tally.clicks:,}",
        "" if rate is None else f"{100 * rate:.2f} %",
        f"{tally.conversions:,}",
        f"{tally.invalid:,}",
        f"{tally.over_delivered:,}",
        written(tally.gross),
        written(tally.reversed),
        written(tally.net),
    ]


def _day(told: str | None, option: str) -> date | None:
    if told is None:
        return None
    try:
        return date.fromisoformat(told)
    except ValueError:
        raise InvalidInput(f"{told!r} is no day", hint="write it as 2026-11-20", field=option) from None
