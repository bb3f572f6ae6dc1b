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

from adtailor import assemble, learn
from adtailor.config.settings import data_folder, load_settings
from adtailor.errors import InvalidInput
from adtailor.journeys.follow_clicks import follow_clicks
from adtailor.journeys.learn_clicks import Learned, learn_clicks, undo
from adtailor.journeys.learned_ranker import SHELF


def run(  # noqa: PLR0917 - typer calls it by name
    data: Annotated[Path | None, typer.Option(help="The data folder; else ADTAILOR_DATA, else your own.")] = None,
    days: Annotated[int, typer.Option(min=1, max=30, help="How many of the last days to learn from.")] = 30,
    dry: Annotated[bool, typer.Option("--dry", help="Only report: whatever it earned, it does not serve.")] = False,
    back: Annotated[bool, typer.Option("--undo", help="Let the version before serve again, and end.")] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="Let what serves go on learning as the log grows, until interrupted.")
    ] = False,
    wait: Annotated[int, typer.Option(min=1, help="With --follow: minutes in which a click still counts.")] = 60,
    every: Annotated[int, typer.Option(min=1, help="With --follow: seconds between two looks at the log.")] = 60,
    once: Annotated[bool, typer.Option("--once", help="With --follow: end where the log ends.")] = False,
    candidate: Annotated[
        Path | None, typer.Option("--try", help="Let this model score beside what serves, for learn.Server.")
    ] = None,
    share: Annotated[float, typer.Option(min=0.0, max=1.0, help="With --try: the share of people who get it.")] = 0.0,
    back_out: Annotated[
        bool, typer.Option("--back-out", help="End the trial; without one, let the version before serve again.")
    ] = False,
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
    if candidate is not None or back_out:
        said = _tried(folder, candidate, share=share)
        print(json.dumps({"says": said}) if as_json else said)
        return
    talk = Console(stderr=True)
    with talk.status("Reading the log"):
        engine = assemble.open_engine(folder, load_settings(folder))
    try:
        if follow:
            followed = _followed(engine, wait=wait, every=every, once=once, talk=talk)
            print(json.dumps(_counts(followed)) if as_json else followed)
            return
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


def _tried(folder: Path, candidate: Path | None, *, share: float) -> str:
    shelf = folder / SHELF
    if candidate is None:
        return learn.back_out(shelf=shelf)
    if not candidate.is_file():
        raise InvalidInput(f"no file {candidate}", hint="name a model that was saved or promoted", field="--try")
    trial = learn.try_out(candidate, share=share, shadow=share == 0.0, shelf=shelf)
    who = "in the shadow: both score, one is served" if trial.shadow else f"for {trial.share:.0%} of people"
    return (
        f"{candidate.name} is tried out {who}, wherever learn.Server serves this shelf. Pages of this installation go "
        "on with what serves: a catalogue holds one click model's ads. End it with --back-out."
    )


def _followed(engine: assemble.Engine, *, wait: int, every: int, once: bool, talk: Console) -> learn.Followed:
    salt = os.urandom(32)
    return follow_clicks(
        lambda since: engine.training_rows.since(since, salt=salt),
        engine.data,
        clock=engine.clock,
        wait=timedelta(minutes=wait),
        every=timedelta(seconds=every),
        once=once,
        show=lambda so_far: talk.print(str(so_far)),
    )


def _counts(followed: learn.Followed) -> dict[str, object]:
    return {"learned": followed.counts.learned, "known": followed.counts.known, "file": followed.path.name,
            "written": followed.deltas + followed.whole}  # fmt: skip


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
