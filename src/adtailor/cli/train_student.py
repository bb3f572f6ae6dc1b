"""`adtailor train student`: train the text encoder with all its heads, and write its weights with their card."""

from pathlib import Path
from typing import Annotated

import typer

from adtailor.cli.training_data import data_folder

DATA_HELP = "Folder of the labelled sets; else the environment variable ADTAILOR_TEST_DATA."


def run(
    data: Annotated[Path | None, typer.Option(help=DATA_HELP)] = None,
    out: Annotated[Path, typer.Option(help="Where network, weights, card and manifest are written.")] = Path("student"),
    seed: Annotated[int, typer.Option(help="Decides the order of rows, and which are tuned and measured on.")] = 7,
    *,
    epochs: Annotated[int, typer.Option(min=1, help="How often the rows are seen.")] = 2,
    threads: Annotated[int, typer.Option(min=1, help="Threads to train with.")] = 1,
    limit: Annotated[int | None, typer.Option(min=1, help="Take so many rows an epoch, to try it out.")] = None,
) -> None:
    """Train the text student, one encoder with all heads, and write it with its model card.

    Takes about 35 minutes of a core. A run that was stopped goes on from its checkpoint when called again with the same
    options.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from adtailor.engines.bge_onnx import BgeEncoder
    from adtailor.engines.text_onnx import OnnxTextEncoder, read_tokens
    from adtailor.understand.training.learning import Course
    from adtailor.understand.training.student import train_student

    folder = data_folder(data)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("reading rows", total=1.0)

        def taught(done: float, loss: float) -> None:
            progress.update(task, completed=done, description=f"teaching the student, loss {loss:.2f}")

        card = train_student(
            folder,
            out,
            load=OnnxTextEncoder.unsealed,
            tokenizer=read_tokens,
            teacher=BgeEncoder(threads=threads),
            course=Course(seed=seed, epochs=epochs, threads=threads),
            limit=limit,
            taught=taught,
            said=lambda what: progress.update(task, description=what),
        )
        progress.update(task, completed=1.0, description="done")
    typer.echo(f"wrote the student to {out}; the scores are in {card}")
