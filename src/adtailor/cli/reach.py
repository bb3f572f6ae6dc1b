"""`adtailor reach`: which ad sets that go by people's profile reach enough of them."""

from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from adtailor import assemble
from adtailor.cli.managed_store import opened
from adtailor.cli.progress import out_console
from adtailor.cli.shown import shown
from adtailor.config.settings import data_folder, load_settings
from adtailor.domain.access import OWNER
from adtailor.service.wire.decoding import encode
from adtailor.service.wire.reach import reach_to_wire


def run(
    *,
    count: Annotated[bool, typer.Option("--count", help="Count now, if nobody has counted today.")] = False,
    json: Annotated[bool, typer.Option("--json", help="An object a line, as GET /v1/reach.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="The data folder.")] = None,
) -> None:
    """Tell which ad sets that go by people's profile reach enough of them to serve; a server counts once a day."""
    folder = data_folder(data)
    settings = load_settings(folder)
    with opened(data) as here:
        reaches = assemble.reaches_of(here.store, settings, folder)
        if count:
            people = reaches.count(now=here.now)
            if not json:
                said = "today's count stands" if people is None else f"{people:,} can be reached by profile"
                out_console().print(f"{said}; the next count is tomorrow (UTC)", style="dim")
        told = reaches.told(OWNER, now=here.now)
    if json:
        for one in told:
            print(encode(reach_to_wire(one)).decode())
        return
    if not told:
        out_console().print("No ad set goes by people's profile: nothing has to be counted.")
        return
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in ("Ad set", "People", "Counted", "Serves"):
        table.add_column(column, overflow="fold", justify="right" if column == "People" else "left")
    for one in told:
        table.add_row(
            Text(shown(one.adset.id, 40)),
            "" if one.people is None else f"{one.people:,}",
            "" if one.counted_on is None else f"{one.counted_on}",
            Text(one.says),
        )
    out_console().print(table)
    out_console().print(
        f"An ad set begins to serve at {reaches.least + reaches.least // 5:,} people and ends below {reaches.least:,}.",
        style="dim",
    )
