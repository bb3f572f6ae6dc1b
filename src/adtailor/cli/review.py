"""`adtailor review`: creatives that wait for a person, and the person's decision."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from adtailor.cli.managed_store import Opened, opened
from adtailor.cli.progress import out_console
from adtailor.cli.shown import shown
from adtailor.domain.access import OWNER
from adtailor.domain.review import Verdict
from adtailor.errors import InvalidInput
from adtailor.journeys.manage import any_version
from adtailor.journeys.review import Waiting
from adtailor.service.wire.decoding import encode
from adtailor.service.wire.review import waiting_to_wire


def run(
    creative: Annotated[str | None, typer.Argument(metavar="[CREATIVE]", help="One; left out, all that wait.")] = None,
    *,
    approve: Annotated[bool, typer.Option("--approve", help="Let it be shown.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Send it back to whoever wrote it.")] = False,
    note: Annotated[str, typer.Option("--note", help="Why, for whoever wrote it.")] = "",
    by: Annotated[str | None, typer.Option("--by", help="Who decides; left out, your account's name.")] = None,
    json: Annotated[bool, typer.Option("--json", help="An object a line.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="The data folder.")] = None,
) -> None:
    """Show what waits with what speaks against it; approve or reject one. Nothing is shown before it is approved."""
    if approve and reject:
        raise InvalidInput("one thing at a time", hint="--approve or --reject", field="--approve")
    if (approve or reject) and creative is None:
        raise InvalidInput("which one?", hint="adtailor review ID --approve", field="CREATIVE")
    with opened(data, by=by) as here:
        if creative is not None and (approve or reject):
            found = [_decided(here, creative, "approved" if approve else "rejected", note)]
        elif creative is not None:
            found = [here.reviews.one(OWNER, creative)]
        else:
            found = here.reviews.waiting(OWNER, limit=1000)[0]
    if json:
        for one in found:
            print(encode(waiting_to_wire(one)).decode())
        return
    console = out_console()
    if not found:
        console.print("Nothing waits for a review.")
    for one in found:
        _print(console, one)


def _decided(here: Opened, creative: str, verdict: Verdict, note: str) -> Waiting:
    return here.reviews.decide(OWNER, creative, verdict, builds_on=any_version, author=here.author, note=note)


def _print(console: Console, waiting: Waiting) -> None:
    creative = waiting.creative
    whose = waiting.advertiser.name if waiting.advertiser else creative.advertiser_id
    console.print(Text.assemble((creative.id, "bold"), f"  {shown(whose)}  ", (creative.status, "dim")))
    console.print(Text(f"  {shown(creative.headline)}", style="cyan"))
    console.print(Text(f"  {shown(creative.body)}"))
    console.print(Text(f"  {shown(creative.landing_url)}  {creative.image or ''}", style="dim"))
    for one in waiting.findings:
        style = "red" if one.blocks else "yellow"
        console.print(
            Text.assemble("  ", ("blocks " if one.blocks else "look   ", style), f"{one.field}: {shown(one.says)}")
        )
    if waiting.last is not None:
        last = waiting.last
        said = f"  {last.verdict} by {shown(last.by)}, {last.at:%Y-%m-%d %H:%M}Z {shown(last.note)}"
        console.print(Text(said.rstrip(), style="green" if last.verdict == "approved" else "yellow"))
    if creative.status == "in_review":
        console.print(Text(f"  adtailor review {creative.id} --approve, or --reject --note WHY", style="dim"))
    console.print()
