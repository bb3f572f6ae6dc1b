"""`adtailor audit`: who changed what, when."""

import json as plain_json
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from adtailor.cli.managed_store import opened
from adtailor.cli.progress import out_console
from adtailor.cli.shown import shown
from adtailor.service.wire.audit import entry_to_wire
from adtailor.service.wire.decoding import encode


def run(
    kind: Annotated[str | None, typer.Argument(metavar="[KIND]", help="Only campaigns, creatives, tokens ...")] = None,
    item_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="Only this one.")] = None,
    *,
    most: Annotated[int, typer.Option("--most", min=1, max=100_000, help="How many at most, the newest first.")] = 50,
    json: Annotated[bool, typer.Option("--json", help="An object a line.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="The data folder.")] = None,
) -> None:
    """Show the newest changes: who, when, what, and the fields before and after. The log is only ever added to."""
    with opened(data) as here:
        entries = here.store.audit.entries(kind=kind, item_id=item_id, limit=most)
    if json:
        for entry in entries:
            print(encode(entry_to_wire(entry)).decode())
        return
    if not entries:
        out_console().print("Nothing was changed yet by anybody.")
        return
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in ("When", "Who", "What", "Fields"):
        table.add_column(column, overflow="fold", no_wrap=column == "When")
    for entry in entries:
        names = dict.fromkeys([*entry.before, *entry.after]) if entry.action == "changed" else {}
        fields = [f"{name}: {_said(entry.before.get(name))} → {_said(entry.after.get(name))}" for name in names]
        if note := entry.after.get("note"):
            fields = [_said(note)]
        table.add_row(
            f"{entry.at:%Y-%m-%d %H:%M:%S}Z", Text(shown(entry.by, 40)),
            Text(f"{entry.action} {entry.kind} {entry.item_id}"), Text("\n".join(fields)),
        )  # fmt: skip
    out_console().print(table)


def _said(value: object) -> str:
    if value is None:
        return "-"
    return shown(value if isinstance(value, str) else plain_json.dumps(value, ensure_ascii=False), 60)
