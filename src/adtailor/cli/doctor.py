"""`adtailor doctor`: what is installed, which models, and what is missing."""

import json as plain_json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adtailor import __version__
from adtailor.cli.diagnosis import Finding, diagnose
from adtailor.cli.progress import err_console, out_console
from adtailor.cli.shown import shown

USAGE = 2
MARKS = {
    "ok": Text("ok", style="green"),
    "missing": Text("missing", style="yellow"),
    "damaged": Text("damaged", style="red"),
}


def run(
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one object with all findings.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="The data directory to look at.")] = None,
) -> None:
    """Say what is installed, which models, and what is missing.

    The exit code is 2 when something adtailor needs is missing or damaged.
    """
    with err_console().status("looking", spinner="dots"):
        findings = list(diagnose(data))
    fatal = [finding for finding in findings if finding.is_fatal]
    if json:
        print(plain_json.dumps(_document(findings), indent=1, ensure_ascii=False))
    else:
        _print(out_console(), findings)
    if fatal:
        raise typer.Exit(USAGE)


def conclusion(findings: Sequence[Finding]) -> str:
    """One sentence: whether adtailor can do its work here."""
    fatal = [finding.name for finding in findings if finding.is_fatal]
    optional = [finding.name for finding in findings if finding.state != "ok" and not finding.is_required]
    if fatal:
        return f"Not ready: {', '.join(fatal)}. The column on the right says what to do."
    spare = f" Not there, and not needed to run: {', '.join(optional)}." if optional else ""
    return f"Everything adtailor needs is here.{spare}"


def _document(findings: Sequence[Finding]) -> dict[str, object]:
    return {
        "version": __version__,
        "ready": not any(finding.is_fatal for finding in findings),
        "findings": [finding.as_json() for finding in findings],
    }


def _print(console: Console, findings: Sequence[Finding]) -> None:
    has_hints = any(finding.hint for finding in findings)
    table = Table(box=SIMPLE_HEAD, header_style="bold", border_style="dim", pad_edge=False, show_edge=False)
    table.add_column("", min_width=2, no_wrap=True)
    table.add_column("What", overflow="fold")
    table.add_column("Found", overflow="fold", ratio=3 if has_hints else None)
    if has_hints:
        table.add_column("What to do", overflow="fold", ratio=2)
    section = None
    for finding in findings:
        if section is not None and section != finding.section:
            table.add_section()
        section = finding.section
        cells = [
            MARKS[finding.state],
            Text(finding.name),
            Text(shown(finding.found), style="dim" if finding.state == "ok" else ""),
        ]
        table.add_row(*cells, *([Text(finding.hint or "", style="cyan")] if has_hints else []))
    console.print(table)
    console.print()
    console.print(Text(conclusion(findings), style="bold"))
