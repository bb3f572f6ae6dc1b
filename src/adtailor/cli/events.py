"""adtailor events reverse: mark events as invalid traffic, and give back what they cost."""

import getpass
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from adtailor.config.settings import data_folder, load_settings
from adtailor.domain.audit import Author
from adtailor.domain.events import EVENT_KINDS, Validity
from adtailor.domain.ids import AdId, CampaignId, DecisionId, PlacementId, SiteId
from adtailor.domain.ledger import Selection
from adtailor.domain.money import written
from adtailor.errors import InvalidInput
from adtailor.journeys.reversals import reverse as reversing
from adtailor.storage import SqliteStore

app = typer.Typer(no_args_is_help=True, help="Look after events that were taken.")


@app.callback()
def events() -> None:
    """Look after events that were taken."""


@app.command()
def reverse(  # noqa: PLR0917 - typer calls it by name
    reason: Annotated[str, typer.Option(help="Why, for the ledger and whoever asks later.")],
    data: Annotated[Path | None, typer.Option(help="The data folder; else ADTAILOR_DATA, else your user data.")] = None,
    decision: Annotated[str | None, typer.Option(help="Those of this decision.")] = None,
    campaign: Annotated[str | None, typer.Option(help="Those of this campaign.")] = None,
    ad: Annotated[str | None, typer.Option(help="Those of this ad.")] = None,
    site: Annotated[str | None, typer.Option(help="Those on this site.")] = None,
    placement: Annotated[str | None, typer.Option(help="Those in this placement.")] = None,
    kind: Annotated[str | None, typer.Option(help=f"One of {', '.join(EVENT_KINDS)}.")] = None,
    since: Annotated[str | None, typer.Option(help="From this moment on, as 2026-11-20T12:00:00Z.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this moment.")] = None,
    by: Annotated[str | None, typer.Option(help="Whose name stands in the audit log; else your account's.")] = None,
    general: Annotated[
        bool, typer.Option("--givt", help="General invalid traffic; sophisticated unless told.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
) -> None:
    """Mark events as invalid traffic and return what they cost to the budgets; all that is named must hold of them.

    The same again changes nothing. A server that runs knows within ten seconds.
    """
    if kind is not None and kind not in EVENT_KINDS:
        raise InvalidInput(f"no kind {kind!r}", hint=f"one of {', '.join(EVENT_KINDS)}", field="--kind")
    which = Selection(
        decision_id=None if decision is None else DecisionId(decision),
        campaign_id=None if campaign is None else CampaignId(campaign),
        ad_id=None if ad is None else AdId(ad),
        site_id=None if site is None else SiteId(site),
        placement_id=None if placement is None else PlacementId(placement),
        kind=kind,
        since=_moment(since, "--since"),
        until=_moment(until, "--until"),
    )
    folder = data_folder(data)
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is no data folder", hint="name one with --data or ADTAILOR_DATA", field="--data")
    validity: Validity = "givt" if general else "sivt"
    author = Author(by=by or getpass.getuser(), at=datetime.now(UTC))
    with SqliteStore(folder) as store:
        done = reversing(store.ledger, store.audit, which, validity=validity, reason=reason, author=author)
    if as_json:
        print(json.dumps({"events": done.events, "returned_micros": done.amount}))
        return
    currency = load_settings(folder).currency
    print(
        f"{done.events:,} events are marked as {validity}, and {currency} {written(done.amount)} went back to budgets."
    )


def _moment(told: str | None, option: str) -> datetime | None:
    if told is None:
        return None
    try:
        return datetime.fromisoformat(told)
    except ValueError:
        raise InvalidInput(f"{told!r} is no time", hint="write it as 2026-11-20T12:00:00Z", field=option) from None
