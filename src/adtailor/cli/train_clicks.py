"""`adtailor train clicks`: learn a click model from this installation's own log, and let it serve if it earned that."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from adtailor import assemble
from adtailor.config.settings import data_folder, load_settings
from adtailor.errors import InvalidInput
from adtailor.journeys.learn_clicks import Learned, learn_clicks, undo


def run(  # noqa: PLR0917 - typer calls it by name
    data: Annotated[Path | None, typer.Option(help="The data folder; else ADTAILOR_DATA, else your own.")] = None,
    days: Annotated[int, typer.Option(min=1, max=30, help="How many of the last days to learn from.")] = 30,
    dry: Annotated[bool, typer.Option("--dry", help="Only report: whatever it earned, it does not serve.")] = False,
    back: Annotated[bool, typer.Option("--undo", help="Let the version before serve again, and end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
    seed: Annotated[int, typer.Option(help="Decides which resamples the intervals are drawn from.")] = 0,
) -> None:
    """Learn which ads are clicked from the log of this installation; what serves changes only if the evidence says so.

    Nothing of a hard day, of a bot, or of someone who withdrew their consent is in the rows.
    """
    folder = data_folder(data)
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is no data folder", hint="name one with --data or ADTAILOR_DATA", field="--data")
    if back:
        serving = undo(folder)
        print(json.dumps({"serves": serving}) if as_json else f"{serving} serves again.")
        return
    talk = Console(stderr=True)
    with talk.status("Reading the log"):
        engine = assemble.open_engine(folder, load_settings(folder))
    try:
        since = engine.clock.now() - timedelta(days=days)
        with talk.status("Reading the log"):
            rows = list(engine.training_rows.since(since, salt=os.urandom(32)))
    finally:
        engine.close()
    columns = (TextColumn("Learning"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=talk, transient=True) as bar:
        task = bar.add_task("", total=len(rows))
        learned = learn_clicks(
            rows,
            folder,
            serve=not dry,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
            seed=seed,
        )
    if as_json:
        print(json.dumps(_as_json(learned)))
        return
    Console(width=None if Console().is_terminal else 120).print(Markdown(str(learned.model.report())))
    print(verdict(learned, dry=dry))


def verdict(learned: Learned, *, dry: bool = False) -> str:
    """What became of the model, in a sentence or two."""
    told = (
        f"Learned from {learned.rows:,} impressions with {learned.clicks:,} clicks. The chances by which these ads "
        f"were ranked had a normalised entropy of {learned.served_entropy:.3f}; always the mean has 1."
    )
    if learned.promotion is not None:
        return f"{told}\nIt serves from now on, as {learned.promotion.version}: {learned.promotion.says}."
    if dry:
        return f"{told}\nNothing serves differently: this run only reports."
    return f"{told}\nWhat served goes on serving: {learned.refused}."


def _as_json(learned: Learned) -> dict[str, object]:
    line = learned.model.report().lines[0]
    return {
        "rows": learned.rows,
        "clicks": learned.clicks,
        "normalised_entropy": line.normalised_entropy.value,
        "auc": line.auc.value,
        "calibration": line.calibration.value,
        "served_normalised_entropy": learned.served_entropy,
        "serves": learned.promotion.version if learned.promotion else None,
        "refused": learned.refused,
    }
