"""`adtailor evaluate`: how good the installed models are on a file that people have labelled."""

import json as jsons
import math
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, cast

import numpy as np
import typer
from rich.console import Console
from rich.text import Text

from adtailor.cli.evaluate_inputs import read_table
from adtailor.cli.evaluate_labels import Read, part_of, read_labels
from adtailor.cli.evaluate_offers import Offers, offers_of
from adtailor.cli.evaluate_plot import print_curve
from adtailor.cli.evaluate_table import print_evaluation
from adtailor.cli.progress import err_console, out_console, progress
from adtailor.config.settings import data_folder, load_settings
from adtailor.errors import InvalidInput
from adtailor.journeys.evaluate import Answers, Judged, ask_look, ask_text
from adtailor.journeys.evaluate_scores import Evaluation, evaluate
from adtailor.ports import LookReader, TextReader


def run(
    file: Annotated[Path, typer.Argument(help="JSON lines, CSV, TSV or Parquet: a labelled post a row.")],
    *,
    part: Annotated[
        Judged | None, typer.Option("--part", help="What it is labelled with; found from its columns unless given.")
    ] = None,
    text_column: Annotated[
        str | None, typer.Option("--text-column", help="The column to read; for garments, photos or their paths.")
    ] = None,
    label_column: Annotated[
        str | None,
        typer.Option("--label-column", help="The column of labels: one, a list, or names or numbers between commas."),
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", help="The language of every post, as en; told from the words otherwise.")
    ] = None,
    ignore: Annotated[str, typer.Option("--ignore", help="Labels between commas that count as none.")] = "",
    prevalence: Annotated[
        float,
        typer.Option("--prevalence", min=0.0001, max=0.9999, help="The share of positives to say precision at."),
    ] = 0.05,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help="Read at most so many posts, drawn by the seed.")
    ] = None,
    rounds: Annotated[int, typer.Option("--rounds", min=0, max=100_000, help="Draws behind the intervals.")] = 1000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides which rows are drawn.")] = 0,
    plot: Annotated[Path | None, typer.Option("--plot", help="Draw the calibration of every label as a PNG.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Measure the installed models on posts that people have labelled, with intervals and a calibration plot.

    A label column may hold one label, a list, or several between commas; or there is one column of 0 and 1 per label.
    Posts in a language that the models were not measured on are not scored; they are counted.
    """
    errors = err_console()
    if plot is not None and plot.suffix.casefold() != ".png":
        raise InvalidInput(f"{plot} is no PNG", hint="--plot calibration.png", field="--plot")
    if plot is not None and not plot.parent.is_dir():
        raise InvalidInput(f"{plot.parent} is no folder", hint="make it, or name another", field="--plot")
    with errors.status(f"opening {file.name}", spinner="dots"):
        table = read_table(file)
    given = part or _photo_part(table.columns)
    with errors.status("loading models", spinner="dots"):
        offers = _offers(given)
    judged = given or part_of(table, offers.tones)
    read = read_labels(
        table,
        judged,
        offered=offers.labels(judged),
        text_column=text_column,
        label_column=label_column,
        language=language,
        ignore=[label for label in ignore.split(",") if label.strip()],
    )
    if limit is not None:
        read = _drawn(read, limit, seed)
    answers = _ask(offers, read, judged, errors)
    with errors.status("drawing intervals", spinner="dots"):
        found = evaluate(answers, prevalence=prevalence, rounds=rounds, seed=seed)
    _print(found, read, file, json=json)
    if plot is not None:
        _plot(found, file, plot, errors)


def _photo_part(columns: tuple[str, ...]) -> Judged | None:
    """Garments, where the file has a column of that name: then no text model need be loaded."""
    return "garments" if {"garment", "garments"} & {column.casefold() for column in columns} else None


def _offers(part: Judged | None) -> Offers:
    from adtailor import assemble

    models = load_settings(data_folder(None)).models
    if part == "garments":
        return offers_of(look=assemble.look_reader(models))
    return offers_of(text=assemble.text_reader(models))


def _drawn(read: Read, limit: int, seed: int) -> Read:
    """Some of the posts, in their order: the first ones of a sorted file would all have one label."""
    posts = read.labelled.posts
    if len(posts) <= limit:
        return read
    places = np.sort(np.random.default_rng(seed).choice(len(posts), limit, replace=False))
    some = replace(read.labelled, posts=tuple(posts[place] for place in places), truth=read.labelled.truth[places])
    return replace(read, labelled=some)


def _ask(offers: Offers, read: Read, part: Judged, errors: Console) -> Answers:
    with progress(errors, len(read.labelled.posts)) as bar:

        def more(count: int) -> None:
            bar.advance(bar.task_ids[0], count)

        if part == "garments":
            return ask_look(cast("LookReader", offers.look), read.labelled, progress=more)
        return ask_text(
            cast("TextReader", offers.text), read.labelled, thresholds=offers.thresholds(part), progress=more
        )


def _print(found: Evaluation, read: Read, file: Path, *, json: bool) -> None:
    if json:
        said = {"file": str(file), "unlabelled": read.unlabelled, "empty": read.empty, "absent": read.absent}
        sys.stdout.write(jsons.dumps(_plain({**said, **asdict(found)}), ensure_ascii=False, allow_nan=False) + "\n")
        return
    console = out_console()
    print_evaluation(console, found, file=file.name, unlabelled=read.unlabelled, empty=read.empty, absent=read.absent)
    for name, bins in list(found.curves.items())[:1]:
        console.print()
        print_curve(console, name, bins)


def _plot(found: Evaluation, file: Path, plot: Path, errors: Console) -> None:
    if not found.curves:
        errors.print(Text(f"nothing to plot: {found.part} comes without chances, or no post was read", style="yellow"))
        return
    from adtailor.cli.evaluate_png import draw_calibration

    draw_calibration(found, file=file.name).save(plot)
    errors.print(Text(f"calibration drawn in {plot}", style="dim"))


def _plain(value: object) -> object:
    """As JSON can hold it: what is not a number becomes null."""
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in cast("Mapping[object, object]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in cast("tuple[object, ...]", value)]
    return value
