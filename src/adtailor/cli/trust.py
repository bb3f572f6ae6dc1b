"""`adtailor trust`: tries every promise on this installation, and says which hold."""

import json as plain_json
import logging
import sys
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from adtailor import __version__
from adtailor.cli.progress import err_console, out_console
from adtailor.errors import InvalidInput

if TYPE_CHECKING:
    from adtailor.cli.trust_page import Row
    from adtailor.testing.trust.figures import Figure
    from adtailor.testing.trust.proof import Proof

MOST_CASES = 10_000_000
MARKS = {
    "kept": Text("kept", style="green"),
    "BROKEN": Text("BROKEN", style="bold red"),
}


def run(  # noqa: PLR0917 - typer calls it by name
    only: Annotated[str | None, typer.Option(help="The numbers to try, as 1,5,13; all unless given.")] = None,
    cases: Annotated[
        int | None, typer.Option(help="How many random cases each tries, in place of its own number.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Tries the same cases as the run that printed it.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Many more cases, and the figures: some hours.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one object.")] = False,
    page: Annotated[Path | None, typer.Option(help="Also write the outcome as a page that may be published.")] = None,
) -> None:
    """Try the promises of adtailor on this machine: each on many random cases, in folders that are thrown away.

    Nothing that is yours is read or changed. The exit code is 1 if any promise is broken.
    """
    if cases is not None and not 1 <= cases <= MOST_CASES:
        raise InvalidInput(f"{cases} cases", hint=f"from 1 to {MOST_CASES:,}", field="--cases")
    if page is not None and not page.parent.is_dir():
        raise InvalidInput(f"there is no folder {page.parent}", hint="make it first", field="--page")
    numbers = _numbers(only)
    seed = SystemRandom().randrange(2**31) if seed is None else seed
    console = err_console()
    console.print(Text(f"adtailor {__version__}, seed {seed}", style="dim"))
    with console.status("loading the models", spinner="dots"):
        proofs = _loaded(numbers)
    logging.getLogger("adtailor").addHandler(logging.NullHandler())  # what is made to fail says so, and that is tried
    started = datetime.now(UTC)
    with _hypothesis_at_home():
        rows = _tried(console, proofs, cases=cases, seed=seed, full=full)
        figures = _figures(console, rows, seed=seed) if full and only is None else ()
    if json:
        print(plain_json.dumps(_document(rows, figures, started=started, seed=seed), indent=1, ensure_ascii=False))
    else:
        _print(out_console(), rows, figures, seed=seed)
    if page is not None:
        _publish(page, rows, figures, started=started, seed=seed, full=full)
        console.print(Text(f"written to {page}", style="dim"))
    if not all(row.is_kept for row in rows) or not all(figure.is_kept for figure in figures):
        raise typer.Exit(1)


def _numbers(only: str | None) -> Sequence[int] | None:
    if only is None:
        return None
    told: list[int] = []
    for part in only.split(","):
        if not part.strip().isascii() or not part.strip().isdigit() or not 1 <= int(part) <= 39:
            raise InvalidInput(
                f"{part.strip()[:20]!r} is no promise", hint="numbers from 1 to 39, as 1,5,13", field="--only"
            )
        told.append(int(part))
    return told


def _loaded(numbers: Sequence[int] | None) -> list["Proof"]:
    from adtailor.testing.trust import proofs
    from adtailor.testing.trust.installed import community_ads, models

    models()
    community_ads()
    return [proof for proof in proofs() if numbers is None or proof.number in numbers]


@contextmanager
def _hypothesis_at_home() -> Generator[None]:
    """Hypothesis keeps what it learned of strings somewhere: not where the command is typed."""
    from hypothesis.configuration import set_hypothesis_home_dir

    with tempfile.TemporaryDirectory(prefix="adtailor-trust-", ignore_cleanup_errors=True) as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)


def _tried(console: Console, proofs: Sequence["Proof"], *, cases: int | None, seed: int, full: bool) -> list["Row"]:
    from adtailor.cli.trust_page import Row

    rows: list[Row] = []
    bar = Progress(
        TextColumn("[dim]{task.description}", table_column=None),
        BarColumn(bar_width=None, style="dim", complete_style="green", finished_style="green"),
        TextColumn("{task.fields[counted]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
        expand=True,
    )
    wanted = [_wanted(proof, cases, full=full) for proof in proofs]
    with bar:
        whole = bar.add_task("promises", total=len(proofs), counted="")
        for proof, many in zip(proofs, wanted, strict=True):
            task = bar.add_task(f"{proof.number} {proof.says[:48]}", total=many, counted="0 cases")
            counted = _counting(bar, task)
            outcome = proof.run(many, seed, tick=counted)
            rows.append(Row.of(proof, outcome))
            bar.remove_task(task)
            bar.update(whole, advance=1, counted=f"{len(rows)} of {len(proofs)}")
    return rows


def _counting(bar: Progress, task: object) -> Callable[[int], None]:
    tried = 0

    def counted(cases: int) -> None:
        nonlocal tried
        tried += cases
        bar.update(task, completed=tried, counted=f"{tried:,} cases")  # type: ignore[arg-type]

    return counted


def _wanted(proof: "Proof", cases: int | None, *, full: bool) -> int:
    if cases is not None:
        return cases
    return proof.full if full and proof.full is not None else proof.cases


def _figures(console: Console, rows: Sequence["Row"], *, seed: int) -> Sequence["Figure"]:
    from adtailor.testing.trust.figures import figures

    with console.status("measuring the figures", spinner="dots"):
        return figures({row.number: row for row in rows}, seed=seed)


def _document(rows: Sequence["Row"], figures: Sequence["Figure"], *, started: datetime, seed: int) -> dict[str, object]:
    return {
        "version": __version__,
        "policy": _policy(),
        "seed": seed,
        "started_at": started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "kept": sum(row.is_kept for row in rows),
        "promises": [asdict(row) for row in rows],
        "figures": [asdict(figure) for figure in figures],
    }


def _policy() -> str:
    from adtailor.testing.trust.pages import the_policy

    policy = the_policy()
    return f"{policy.name}@{policy.version}"


def _print(console: Console, rows: Sequence["Row"], figures: Sequence["Figure"], *, seed: int) -> None:
    table = Table(box=SIMPLE_HEAD, header_style="bold", border_style="dim", pad_edge=False, show_edge=False)
    table.add_column("", justify="right")
    table.add_column("Promise", ratio=1)
    table.add_column("Cases", justify="right")
    table.add_column("Seconds", justify="right")
    table.add_column("")
    for row in rows:
        says = Text(row.says)
        for note in (*row.measured, *row.left_out):
            says.append(f"\n{note}", style="dim")
        if row.broken is not None:
            says.append(f"\n{row.broken}", style="red")
        table.add_row(f"{row.number}", says, f"{row.cases:,}", f"{row.seconds:.1f}", MARKS[row.result])
    console.print(table)
    if figures:
        table = Table(box=SIMPLE_HEAD, header_style="bold", border_style="dim", pad_edge=False, show_edge=False)
        for name in ("Figure", "Measured", "Asked for", ""):
            table.add_column(name)
        for figure in figures:
            table.add_row(figure.name, figure.measured, figure.asked_for, MARKS["kept" if figure.is_kept else "BROKEN"])
        console.print()
        console.print(table)
    console.print()
    console.print(Text(conclusion(rows, seed), style="bold"))


def conclusion(rows: Sequence["Row"], seed: int) -> str:
    """One sentence: how many hold, and how to see the same again."""
    kept, broken = sum(row.is_kept for row in rows), [row for row in rows if not row.is_kept]
    tried = f"{sum(row.cases for row in rows):,} cases in {sum(row.seconds for row in rows):.0f} s"
    if not broken:
        return f"All {kept} promises held in {tried}. The same again: adtailor trust --seed {seed}"
    numbers = ",".join(str(row.number) for row in broken)
    return f"{kept} of {len(rows)} promises held in {tried}. Again: adtailor trust --seed {seed} --only {numbers}"


def _publish(
    file: Path, rows: Sequence["Row"], figures: Sequence["Figure"], *, started: datetime, seed: int, full: bool
) -> None:
    from adtailor.cli.trust_page import page_of

    told = page_of(
        rows,
        figures,
        version=__version__,
        policy=_policy(),
        seed=seed,
        started=started,
        command=f"adtailor trust --seed {seed}{' --full' if full else ''}",
        python=sys.version.split()[0],
    )
    file.write_text(told, "utf-8")
