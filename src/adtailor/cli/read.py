"""`adtailor read`: posts and photos in, readings out; whatever happens, what was read is not read again."""

import sys
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from adtailor.cli.inputs import Broken, Format, Item, Source, open_source
from adtailor.cli.kept_readings import KeptReadings, line_of, open_kept
from adtailor.cli.progress import err_console, out_console, progress
from adtailor.cli.reading import Only, Outcome, Readers, batches, sift
from adtailor.cli.readings_summary import Tally, outcome, print_summary
from adtailor.cli.readings_table import Row, print_rows, row_of
from adtailor.cli.shown import shown
from adtailor.config.settings import data_folder, load_settings
from adtailor.domain.checks import checked_id
from adtailor.errors import AdtailorError, InvalidInput
from adtailor.ports import LookReader, TextReader
from adtailor.understand.asked.reader import KEPT

USAGE = 2
MOST_ROWS = 200
"""More than that nobody reads on a screen."""


def run(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help="A JSONL file of posts; an archive of Mastodon, Instagram or Facebook (folder, .zip or .tar.gz); an "
            "RSS or Atom file; a folder of photos, a photo; or - for JSONL on standard input.",
        ),
    ],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one reading a line as JSON.")] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Append readings to this JSONL file; run again, and it continues there."),
    ] = None,
    only: Annotated[Only | None, typer.Option("--only", help="Read only the words, or only the photos.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help="Read at most so many posts.")] = None,
    form: Annotated[
        Format | None, typer.Option("--format", "-f", help="What the paths are, where looking does not tell.")
    ] = None,
    author: Annotated[
        str | None, typer.Option("--author", metavar="ID", help="Whose posts they are, where the input does not say.")
    ] = None,
    batch: Annotated[int, typer.Option("--batch", min=1, max=4096, help="Posts read and kept at a time.")] = 32,
) -> None:
    """Read posts and photos with the models on this machine: language, sentiment, emotions, topics, clothes.

    Everything is read, for it is your own archive. A post that is broken is reported, the others are read, and the
    exit code is then 2.
    """
    if json and out is not None:
        raise InvalidInput("--json and --out exclude each other", hint="--out FILE, then cat FILE", field="--json")
    if author is not None:
        checked_id(author, "--author")
    errors = err_console()
    tally = Tally()
    started = time.monotonic()
    with ExitStack() as stack:
        sources = _opened(paths, stack, errors, tally, form=form, author=author)
        _refuse_overwriting(out, paths)
        kept = stack.enter_context(open_kept(out)) if out is not None else None
        rows: list[Row] = []
        try:
            with progress(errors, _total(sources, limit)) as bar:
                for outcomes in _read(sources, bar, errors, tally, only=only, limit=limit, batch=batch, kept=kept):
                    _keep(outcomes, kept, tally, rows, json=json)
        except KeyboardInterrupt:
            _print(errors, "stopped: ", f"{outcome(tally, seconds=time.monotonic() - started)}{_again(kept)}", "yellow")
            raise
        for source in sources:
            for note in source.notes():
                _print(errors, "note: ", shown(f"{source.file}: {note}"), "dim")
    _conclude(tally, rows, out, errors, json=json, seconds=time.monotonic() - started)
    if tally.broken or tally.incomplete:
        raise typer.Exit(USAGE)


def _opened(
    paths: Sequence[str],
    stack: ExitStack,
    errors: Console,
    tally: Tally,
    *,
    form: Format | None,
    author: str | None,
) -> list[Source]:
    """Every input that can be opened; one that cannot is reported, and is fatal if it was the only one."""
    sources: list[Source] = []
    for path in paths:
        try:
            with errors.status(f"opening {shown(path, 60)}", spinner="dots"):
                sources.append(stack.enter_context(open_source(path, form=form, author=author)))
        except AdtailorError as error:
            if len(paths) == 1:
                raise
            _complain(errors, Broken.of(error, file=path))
            tally.broken += 1
    return sources


def _refuse_overwriting(out: Path | None, paths: Sequence[str]) -> None:
    if out is not None and out.exists() and any(Path(p).exists() and out.samefile(p) for p in paths):
        raise InvalidInput(f"{out} is what is to be read", hint="write to another file", field="--out")


def _total(sources: Sequence[Source], limit: int | None) -> int | None:
    totals = [source.total for source in sources]
    if None in totals:
        return limit
    total = sum(total for total in totals if total is not None)
    return total if limit is None else min(total, limit)


def _read(
    sources: Sequence[Source],
    bar: Progress,
    errors: Console,
    tally: Tally,
    *,
    only: Only | None,
    limit: int | None,
    batch: int,
    kept: KeptReadings | None,
) -> Iterator[list[Outcome]]:
    task = bar.task_ids[0]

    def report(broken: Broken) -> None:
        _complain(bar.console if not bar.disable else errors, broken)
        tally.broken += 1
        bar.advance(task)

    def known() -> None:
        tally.already += 1
        bar.advance(task)

    readers = _readers(bar, tally)
    found = chain.from_iterable(source.items for source in sources)
    items = sift(found, there=kept.ids.copy() if kept else set(), report=report, known=known)
    told: set[tuple[str, str]] = set()
    for some in batches(islice(_wanted(items, only, tally), limit), batch):
        outcomes = readers.read(some, only)
        for one in outcomes:
            for error in one.reading.errors:
                if error.reason.endswith(KEPT):  # the same of many posts, as when a server is down, is said once
                    if (error.part, error.reason) in told:
                        continue
                    told.add((error.part, error.reason))
                photo = "" if error.photo is None else f", photo {error.photo + 1}"
                where = f"{one.item.position}{photo}" if one.item.position != "photo" else None
                reason = f"{error.part} of {one.reading.post_id}: {error.reason}"
                _complain(errors, Broken(file=one.item.file, position=where, reason=reason))
        bar.advance(task, len(outcomes))
        yield outcomes


def _readers(bar: Progress, tally: Tally) -> Readers:
    """The models, each loaded when the first post needs it; importing what runs them takes a moment as well."""

    @contextmanager
    def loading(what: str) -> Generator[None]:
        started = time.monotonic()
        bar.update(bar.task_ids[0], description=f"loading {what} models")
        yield
        bar.update(bar.task_ids[0], description="reading")
        tally.loading += time.monotonic() - started

    settings = load_settings(data_folder(None))

    def text() -> TextReader:
        with loading("text"):
            from adtailor import assemble

            model = assemble.language_model(settings.models.text_engine, settings.engine)
            reader = assemble.distilled(assemble.text_reader(settings.models), data_folder(None), settings.models)
            return assemble.asking(reader, model, settings.engine)

    def look() -> LookReader:
        with loading("photo"):
            from adtailor import assemble

            return assemble.asking_looks(assemble.look_reader(settings.models), settings)

    return Readers(text=text, look=look)


def _wanted(items: Iterator[Item], only: Only | None, tally: Tally) -> Iterator[Item]:
    for item in items:
        if only == "photos" and not item.has_photos:
            tally.without_photos += 1
        else:
            yield item


def _keep(outcomes: list[Outcome], kept: KeptReadings | None, tally: Tally, rows: list[Row], *, json: bool) -> None:
    """Durable, or printed, before it is counted."""
    if kept is not None:
        kept.add([one.reading for one in outcomes])
    elif json:
        sys.stdout.buffer.write(b"".join(line_of(one.reading) for one in outcomes))
        sys.stdout.buffer.flush()
    else:
        room = None if not sys.stdout.isatty() else MOST_ROWS - len(rows)
        rows += [row_of(one.item.post, one.reading) for one in outcomes[:room]]
    for one in outcomes:
        tally.add(one.reading)


def _conclude(tally: Tally, rows: list[Row], out: Path | None, errors: Console, *, json: bool, seconds: float) -> None:
    """The table and what all of it says together; beside JSON, one line on standard error."""
    said = outcome(tally, seconds=seconds)
    if json:
        _print(errors, "", said, "dim")
        return
    console = out_console()
    if rows:
        print_rows(console, rows)
    if out is None and len(rows) < tally.read:
        console.print(Text(f"and {tally.read - len(rows):,} more: --out FILE keeps all of them\n", style="dim"))
    if rows:
        console.print()
    print_summary(console, tally)
    where = f", kept in {out}" if out is not None else ""
    console.print(Text(f"{said}{where}", style="bold"))


def _complain(errors: Console, broken: Broken) -> None:
    where = f"{broken.file}, {broken.position}" if broken.position else broken.file
    line = Text.assemble(("broken: ", "yellow"), shown(f"{where}: {broken.reason}"))
    if broken.hint:
        line.append(f" ({shown(broken.hint)})", style="dim")
    errors.print(line, soft_wrap=True)


def _print(console: Console, label: str, words: str, style: str) -> None:
    console.print(Text.assemble((label, style), (words, "")), soft_wrap=True)


def _again(kept: KeptReadings | None) -> str:
    return f"; the same command continues {kept.path}" if kept is not None else ""
