"""`adtailor train heads`: train the text heads from labelled rows, measure them, and write weights with their card."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from adtailor.cli import train_clicks, train_look
from adtailor.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="Train models from labelled data.")
app.command(name="look")(train_look.run)
app.command(name="clicks")(train_clicks.run)


@app.callback()
def train() -> None:
    """Train models from labelled data."""


@app.command()
def heads(
    data: Annotated[
        Path | None, typer.Option(help="Folder of the labelled sets; else the environment variable ADTAILOR_TEST_DATA.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where weights, card and manifest are written.")] = Path("text-heads"),
    seed: Annotated[int, typer.Option(help="Decides which rows are fitted, tuned and measured on.")] = 7,
    threads: Annotated[int, typer.Option(min=1, help="Threads to read and fit with.")] = 1,
) -> None:
    """Train the text heads and the topic index on the embedded encoder, and write them with their model card."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from adtailor.engines.text_onnx import MODEL, OnnxTextEncoder
    from adtailor.understand.training import train as train_heads

    folder = _data_folder(data)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:

        def started(texts: int) -> Callable[[int], None]:
            task = progress.add_task("encoding texts", total=texts)

            def more(done: int) -> None:
                progress.advance(task, done)
                if progress.tasks[task].finished:
                    progress.update(task, description="fitting heads")

            return more

        card = train_heads(
            folder,
            out,
            encoder=OnnxTextEncoder(threads=threads),
            encoder_sha256=MODEL.sha256,
            seed=seed,
            threads=threads,
            started=started,
        )
    typer.echo(f"wrote heads.npz, topics.npz and manifest.json; the scores are in {card}")


def _data_folder(given: Path | None) -> Path:
    named = given or (Path(value) if (value := os.environ.get("ADTAILOR_TEST_DATA")) else None)
    if named is None:
        raise InvalidInput(
            "no data to train from", hint="name its folder with --data or ADTAILOR_TEST_DATA", field="data"
        )
    if not named.is_dir():
        raise InvalidInput(f"{named} is no folder", hint="name the folder of the labelled sets", field="data")
    return named
