"""`adtailor train heads`: fit the text heads anew on an encoder as it is, and write weights with their card."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from adtailor.cli import train_clicks, train_look, train_student
from adtailor.cli.training_data import data_folder
from adtailor.errors import InvalidInput

ENCODERS = ("student", "bge-small")

app = typer.Typer(no_args_is_help=True, help="Train models from labelled data.")
app.command(name="look")(train_look.run)
app.command(name="clicks")(train_clicks.run)
app.command(name="student")(train_student.run)


@app.callback()
def train() -> None:
    """Train models from labelled data."""


@app.command()
def heads(
    data: Annotated[
        Path | None, typer.Option(help="Folder of the labelled sets; else the environment variable ADTAILOR_TEST_DATA.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where weights, card and manifest are written.")] = Path("text-heads"),
    encoder: Annotated[str, typer.Option(help=f"What reads the texts: {' or '.join(ENCODERS)}.")] = ENCODERS[0],
    seed: Annotated[int, typer.Option(help="Decides which rows are fitted, tuned and measured on.")] = 7,
    threads: Annotated[int, typer.Option(min=1, help="Threads to read and fit with.")] = 1,
) -> None:
    """Fit the text heads and the topic index on an encoder as it is, and write them with their model card."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from adtailor.engines import bge_onnx, text_onnx
    from adtailor.understand.training.frozen import train as train_heads

    folder = data_folder(data)
    if encoder not in ENCODERS:
        raise InvalidInput(f"no encoder {encoder!r}", hint=f"one of {', '.join(ENCODERS)}", field="encoder")
    reads = text_onnx.OnnxTextEncoder(threads=threads) if encoder == "student" else bge_onnx.BgeEncoder(threads=threads)
    model = text_onnx.MODEL if encoder == "student" else bge_onnx.MODEL
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
            encoder=reads,
            encoder_sha256=model.sha256,
            seed=seed,
            threads=threads,
            started=started,
        )
    typer.echo(f"wrote heads.npz, topics.npz and manifest.json; the scores are in {card}")
