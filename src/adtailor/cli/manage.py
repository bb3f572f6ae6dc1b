"""`adtailor manage`: the catalogue at a prompt, item by item."""

import json as plain_json
import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from adtailor.cli.manage_values import kind_of, patch_of
from adtailor.cli.managed_store import opened
from adtailor.cli.progress import out_console
from adtailor.cli.shown import shown
from adtailor.domain.access import OWNER
from adtailor.domain.managed import ONE, PARENT, Kept, Kind, parent_of, status_of
from adtailor.domain.money import Micros, written
from adtailor.domain.status import STATUSES, Status
from adtailor.errors import InvalidInput
from adtailor.journeys.manage import MOST_LISTED, any_version
from adtailor.service.wire.decoding import decode, encode
from adtailor.service.wire.items import WIRINGS, item_from_wire, patched

STYLES = {"active": "green", "in_review": "yellow", "draft": "yellow", "paused": "dim", "archived": "dim"}
KindArgument = Annotated[str, typer.Argument(metavar="KIND", help="campaigns, adsets, ads, creatives, sites ...")]
Data = Annotated[Path | None, typer.Option("--data", help="The data folder; else ADTAILOR_DATA, else your user data.")]
By = Annotated[str | None, typer.Option("--by", help="Who you are to the audit log; left out, your account's name.")]
Json = Annotated[bool, typer.Option("--json", help="Print what the API answers.")]

app = typer.Typer(no_args_is_help=True, help="The catalogue at a prompt, item by item.")


@app.command(name="list")
def list_(
    kind: KindArgument,
    *,
    parent: Annotated[str | None, typer.Option("--of", help="Only those that hang on this id.")] = None,
    status: Annotated[str | None, typer.Option("--status", help=f"Only {', '.join(STATUSES)}.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=MOST_LISTED, help="How many at most.")] = 100,
    json: Json = False,
    data: Data = None,
) -> None:
    """List what there is of a kind."""
    wanted = kind_of(kind)
    with opened(data) as here:
        found = here.manage.listed(OWNER, wanted, parent=parent, status=_status(status), limit=most)
    if json:
        for kept in found.items:
            print(encode(_wire(kept)).decode())
        return
    console = out_console()
    if not found.items:
        console.print(Text(f"No {wanted} here{' that are so' if parent or status else ''}. ", style="yellow", end=""))
        console.print(f"adtailor manage add {wanted} id=... makes one, PUT /v1/catalogue many.", markup=False)
        return
    console.print(_table(wanted, found.items))
    if found.next is not None:
        console.print(Text(f"The first {most}; --most {MOST_LISTED} or --of show others.", style="dim"))


@app.command()
def show(
    kind: KindArgument, item_id: Annotated[str, typer.Argument(metavar="ID")], *, json: Json = False, data: Data = None
) -> None:
    """Show one item, every field of it."""
    wanted = kind_of(kind)
    with opened(data) as here:
        kept = here.manage.one(OWNER, wanted, item_id)
    _show(kept, json=json)


@app.command()
def add(
    kind: KindArgument,
    given: Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help="Its fields; or one file of JSON, or -.")],
    *,
    by: By = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Make an item, or many from a file: JSON, one object or a list. A creative waits for its review."""
    wanted = kind_of(kind)
    wiring = WIRINGS[wanted]
    if len(given) == 1 and "=" not in given[0]:
        wires = _from_file(given[0], wanted)
    else:
        wires = [decode(encode(patch_of(wanted, given)), wiring.wire)]
    with opened(data, by=by) as here:
        made = here.manage.create(OWNER, wanted, [item_from_wire(wanted, one) for one in wires], author=here.author)
    for kept in made:
        _done(kept, "made", json=json)


@app.command(name="set")
def set_(
    kind: KindArgument,
    item_id: Annotated[str, typer.Argument(metavar="ID")],
    given: Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help="As daily_budget=12.50.")],
    *,
    by: By = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Change fields of an item; NAME= alone takes a value back. Money has a point, lists have commas."""
    wanted = kind_of(kind)
    patch = patch_of(wanted, given)
    with opened(data, by=by) as here:
        kept = here.manage.change(
            OWNER, wanted, item_id, lambda item: patched(wanted, item, patch), builds_on=any_version, author=here.author
        )
    _done(kept, "changed", json=json)


Ids = Annotated[list[str], typer.Argument(metavar="ID...")]


@app.command()
def pause(kind: KindArgument, ids: Ids, *, by: By = None, data: Data = None) -> None:
    """Stop items, until they are resumed."""
    _step(kind, ids, "paused", by, data)


@app.command()
def resume(kind: KindArgument, ids: Ids, *, by: By = None, data: Data = None) -> None:
    """Let paused items, or drafts, run. A creative that is a draft needs a review: adtailor review."""
    _step(kind, ids, "active", by, data)


@app.command()
def submit(ids: Ids, *, by: By = None, data: Data = None) -> None:
    """Send drafts of creatives to their review."""
    _step("creatives", ids, "in_review", by, data)


@app.command()
def archive(kind: KindArgument, ids: Ids, *, by: By = None, data: Data = None) -> None:
    """End items for good; reports keep their names."""
    _step(kind, ids, "archived", by, data)


@app.command()
def delete(kind: KindArgument, ids: Ids, *, by: By = None, data: Data = None) -> None:
    """Delete drafts that never ran."""
    wanted = kind_of(kind)
    with opened(data, by=by) as here:
        for item_id in ids:
            here.manage.delete(OWNER, wanted, item_id, builds_on=any_version, author=here.author)
            out_console().print(Text.assemble(f"{ONE[wanted]} ", (shown(item_id), "bold"), " is deleted"))


def _step(kind: str, ids: list[str], status: Status, by: str | None, data: Path | None) -> None:
    wanted = kind_of(kind)
    patch = patch_of(wanted, [f"status={status}"])
    with opened(data, by=by) as here:
        for item_id in ids:
            kept = here.manage.change(
                OWNER, wanted, item_id, lambda item: patched(wanted, item, patch), builds_on=any_version,
                author=here.author,
            )  # fmt: skip
            _done(kept, f"is {status.replace('_', ' ')}", json=False)


def _status(given: str | None) -> Status | None:
    for status in STATUSES:
        if status == given:
            return status
    if given is not None:
        raise InvalidInput(f"{given!r} is no status", hint=f"one of {', '.join(STATUSES)}", field="--status")
    return None


def _from_file(name: str, kind: Kind) -> list[Any]:
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"{name} cannot be read: {error.strerror}", hint="name a JSON file, or write NAME=VALUE", field="FILE"
        ) from None
    wire = WIRINGS[kind].wire
    return decode(raw, list[wire]) if raw.lstrip()[:1] == b"[" else [decode(raw, wire)]


def _wire(kept: Kept) -> Any:
    return WIRINGS[kept.kind].to_wire(kept.item)


def _done(kept: Kept, what: str, *, json: bool) -> None:
    if json:
        print(encode(_wire(kept)).decode())
        return
    status = status_of(kept.item)
    out_console().print(
        Text.assemble(
            f"{ONE[kept.kind]} ", (kept.item.id, "bold"), f" {what}",
            *([(f", {status.replace('_', ' ')}", STYLES[status])] if status is not None and status not in what else []),
        )
    )  # fmt: skip


def _show(kept: Kept, *, json: bool) -> None:
    if json:
        print(encode(_wire(kept)).decode())
        return
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in msgspec.to_builtins(_wire(kept)).items():
        grid.add_row(name.removesuffix("_micros"), Text(_words(name, value)))
    out_console().print(grid)


def _words(name: str, value: Any) -> str:
    if value is None or value in ((), [], {}):
        return "-"
    if name.endswith("_micros"):
        return written(Micros(value))
    if isinstance(value, dict):
        said = {key: one for key, one in value.items() if one not in (None, (), [], {})}
        return shown(", ".join(f"{key.removesuffix('_micros')} {_words(key, one)}" for key, one in said.items())) or "-"
    if isinstance(value, list | tuple):
        return shown(", ".join(_words("", one) for one in value))
    return shown(value if isinstance(value, str) else plain_json.dumps(value))


def _table(kind: Kind, items: Any) -> Table:
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    named = kind not in {"ads", "creatives"}
    for column in ("Id", "Name" if named else "Shows", "Status", "Of"):
        table.add_column(column, overflow="fold")
    for kept in items:
        item = kept.item
        status = status_of(item) or ""
        what = getattr(item, "name", None) or getattr(item, "headline", None) or getattr(item, "creative_id", "")
        table.add_row(
            item.id, Text(shown(what, 60)), Text(status.replace("_", " "), style=STYLES.get(status, "")),
            parent_of(kind, item) if kind in PARENT else "",
        )  # fmt: skip
    return table
