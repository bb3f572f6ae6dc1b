"""`adtailor repository`: the public repository of ads, as everybody may read it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from adtailor import assemble
from adtailor.cli.managed_store import opened
from adtailor.cli.progress import err_console, out_console
from adtailor.cli.shown import shown
from adtailor.config.settings import data_folder, load_settings
from adtailor.domain.exhibit import Band, PublicAd
from adtailor.errors import InvalidInput
from adtailor.journeys.main_parameters import in_one_line
from adtailor.journeys.repository import Repository, Search
from adtailor.measure.public import PUBLISHED
from adtailor.service.repository import as_csv
from adtailor.service.wire.decoding import encode
from adtailor.service.wire.repository import figures_to_wire, public_to_wire


def run(
    *,
    words: Annotated[str | None, typer.Option(help="Only ads on which all of these words stand.")] = None,
    advertiser: Annotated[str | None, typer.Option(help="Only theirs: an id, or a part of a name or payer.")] = None,
    since: Annotated[str | None, typer.Option(help="Only ads that ran on this day or later (UTC).")] = None,
    until: Annotated[str | None, typer.Option(help="Only ads that ran on this day or before.")] = None,
    figures: Annotated[
        str | None, typer.Option(help=f"How many people saw ads instead, by {', '.join(PUBLISHED)}.")
    ] = None,
    publish: Annotated[bool, typer.Option("--publish", help="First publish the days that are over.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Compare it with the ledger.")] = False,
    as_table: Annotated[bool, typer.Option("--csv", help="Comma-separated values, as ?format=csv.")] = False,
    json: Annotated[bool, typer.Option("--json", help="An object a line.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="The data folder.")] = None,
) -> None:
    """Every ad that ran within a year: what it showed, by whom, who paid, when, whom it was meant for."""
    if figures is not None and figures not in PUBLISHED:
        raise InvalidInput(f"nothing to count by {figures!r}", hint=f"one of {', '.join(PUBLISHED)}", field="--figures")
    first, last = _day(since, "--since"), _day(until, "--until")
    folder = data_folder(data)
    with opened(data) as here:
        repository = assemble.repository_of(here.store, load_settings(folder), folder)
        if publish:
            done = repository.close_days(now=here.now)
            err_console().print(f"{done} breakdowns of days were published.", style="dim")
        if check:
            _checked(repository)
            return
        if figures is not None:
            told = repository.figures(figures, since=first, until=last)
            for one in figures_to_wire(told) if json else ():
                print(encode(one).decode())
            if not json:
                _print_figures(figures, told)
            return
        ads = _all(repository, Search(advertiser=advertiser, words=words, since=first, until=last), here.now)
    if json:
        for ad in ads:
            print(encode(public_to_wire(ad)).decode())
    elif as_table:
        print(as_csv(ads), end="")
    else:
        _print_ads(ads)


def _all(repository: Repository, search: Search, now: datetime) -> list[PublicAd]:
    ads: list[PublicAd] = []
    while True:
        found = repository.search(search, now=now)
        ads += found.ads
        if found.next is None:
            return ads
        search = replace(search, after=found.next)


def _checked(repository: Repository) -> None:
    wrong = repository.gaps()
    for one in wrong:
        print(one)
    if wrong:
        raise typer.Exit(1)
    print("Every ad that was shown is in the repository, as often as the ledger says, with what it showed.")


def _print_ads(ads: Sequence[PublicAd]) -> None:
    if not ads:
        out_console().print("No ad that ran within a year fits.")
        return
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in ("Ad", "Shown", "Presented by", "Paid by", "Words", "Meant for", "Seen by"):
        table.add_column(column, overflow="fold")
    for ad in ads:
        newest = ad.versions[0].exhibit if ad.versions else None
        table.add_row(
            Text(shown(ad.ran.ad_id, 40)),
            f"{ad.ran.first_day} to {ad.ran.last_day}",
            Text(shown(ad.advertiser, 40)),
            Text("" if newest is None else shown(newest.payer, 40)),
            Text("not kept" if newest is None else shown(f"{newest.words[0].headline}. {newest.words[0].body}", 80)),
            Text("" if newest is None else shown(in_one_line(newest.asks) or "everybody", 80)),
            _people(ad.recipients),
        )
    out_console().print(table)
    _missing()


def _print_figures(by: str, told: Mapping[str, Band | None]) -> None:
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column(by.capitalize(), overflow="fold")
    table.add_column("People, day by day added up, with noise")
    for name, found in told.items():
        table.add_row(Text(shown(name, 60)), _people(found))
    out_console().print(table)
    _missing()


def _people(found: Band | None) -> str:
    return "too few to tell" if found is None else f"{found.least:,} to {found.below:,}"


def _missing() -> None:
    if find_spec("opendp") is None:
        err_console().print('How many people saw them needs noise: pip install "adtailor[public]"', style="dim")


def _day(told: str | None, option: str) -> date | None:
    if told is None:
        return None
    try:
        return date.fromisoformat(told)
    except ValueError:
        raise InvalidInput(f"{told!r} is no day", hint="write it as 2026-11-20", field=option) from None
