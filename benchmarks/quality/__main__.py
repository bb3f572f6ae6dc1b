"""make quality: how good and how quick reading is, beside what is published. Name parts to measure only those."""

import argparse
import platform
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.quality import care, clothes, cost, words
from benchmarks.quality.rows import Missing, Row, markdown
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

PARTS: dict[str, Callable[[], Iterator[Row]]] = {
    "emotions": words.emotions,
    "sentiment": words.sentiment,
    "topics": words.topics,
    "sarcasm": words.sarcasm,
    "tone": words.tone,
    "stress": words.stress,
    "states": care.states,
    "garments": clothes.garments,
    "crisis": care.crisis,
    "injection": care.injection,
    "offence": words.offence,
    "speed": cost.speed,
    "photos": cost.photos,
    "memory": cost.memory,
}
PAGE = """\
# Quality
Written by `make quality ARGS=--write` on {today} in {minutes} minutes ({machine}), with the models that are installed:
{models}.

Brackets hold 95 % intervals (bootstrap, 300 draws, seed 0). ✓ reaches its goal, ✗ does not: {met} of {judged} do.
Figures on **own writing** are on the `[check]` parts of [`examples/`](../src/adtailor/understand/examples/): posts that
we wrote and that nothing learned from. They are no sample of any feed, they are easier or harder than one in ways that
we do not know, and who wrote them also judged them. The official test parts of the public sets are not used.

{table}

Measure one part alone with `make quality ARGS=stress`, and a file of your own with `adtailor evaluate`:

## Your own posts
```sh
adtailor evaluate posts.csv --part sentiment --text-column body --label-column mood --plot calibration.png
```
A row a post, as JSON lines, CSV, TSV or Parquet. Labels stand in one column (one label, a list, or several between
commas) or in a column of 0 and 1 for each. Posts in a language that the models were not measured on are counted and not
scored. `--prevalence` states precision for the share of positives that you expect; `--json` prints everything, with the
interval of every number.
"""
DOCS = Path(__file__).parents[2] / "docs" / "quality.md"


def main(arguments: list[str]) -> int:
    """Measure, print the table, and write it where that is asked for."""
    parser = argparse.ArgumentParser(prog="make quality", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--write", action="store_true", help="write docs/quality.md")
    given = parser.parse_args(arguments)
    if unknown := set(given.parts) - set(PARTS):
        print(f"there is no {', '.join(sorted(unknown))}: one of {', '.join(PARTS)}", file=sys.stderr)
        return 2
    if given.write and given.parts:
        print("--write writes the whole table: name no parts", file=sys.stderr)
        return 2
    started = time.monotonic()
    rows = _measured(given.parts or list(PARTS), Console(stderr=True))
    _print(rows)
    if given.write:
        DOCS.write_text(_page(rows, minutes=(time.monotonic() - started) / 60), encoding="utf-8")
        print(f"written to {DOCS.relative_to(Path.cwd()) if DOCS.is_relative_to(Path.cwd()) else DOCS}")
    return 0


def _measured(parts: list[str], talk: Console) -> list[Row]:
    rows: list[Row] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=talk, transient=True, disable=not talk.is_terminal) as bar:
        task = bar.add_task("", total=len(parts))
        for name in parts:
            bar.update(task, description=f"measuring {name}")
            try:
                rows += [_named(row, name) for row in PARTS[name]()]
            except Missing as missing:
                rows.append(Row(what=name, here=f"skipped: {missing}", part=name))
            except Exception as error:
                # One figure that cannot be measured must not cost the others.
                rows.append(Row(what=name, here=f"skipped: failed with {type(error).__name__}: {error}", part=name))
            bar.advance(task)
    return rows


def _named(row: Row, part: str) -> Row:
    from dataclasses import replace

    return replace(row, part=part)


def _print(rows: list[Row]) -> None:
    table = Table(box=SIMPLE_HEAD, title="Measured here, now", pad_edge=False, show_edge=False)
    table.add_column("what", style="bold", ratio=4)
    table.add_column("published or seen", style="dim", ratio=3)
    table.add_column("reach", no_wrap=True)
    table.add_column("here", ratio=3)
    table.add_column("measured on", style="dim", ratio=4)
    last = None
    for row in rows:
        if last not in {None, row.part}:
            table.add_section()
        last = row.part
        here = Text(row.here, style={True: "green", False: "red", None: ""}[row.met])
        if row.here.startswith("skipped"):
            here.stylize("yellow")
        table.add_row(Text(row.what), Text(row.published), row.reach, here, Text(row.on))
    Console(width=None if Console().is_terminal else 150).print(table)
    judged = [row.met for row in rows if row.met is not None]
    print(f"\n{sum(judged)} of {len(judged)} figures with a goal reach it")


def _page(rows: list[Row], *, minutes: float) -> str:
    today = datetime.now(UTC).date().isoformat()
    machine = f"{platform.system()}, {platform.machine()}, Python {platform.python_version()}"
    models = words.offers().text
    named = "" if models is None else "; ".join(f"{slot} `{name}`" for slot, name in models.models.items())
    judged = [row.met for row in rows if row.met is not None]
    return PAGE.format(
        today=today,
        minutes=f"{minutes:.0f}",
        machine=machine,
        models=named,
        met=sum(judged),
        judged=len(judged),
        table="\n".join(markdown(rows)),
    )


sys.exit(main(sys.argv[1:]))
