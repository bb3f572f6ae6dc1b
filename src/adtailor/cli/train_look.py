"""`adtailor train look`: fit the garment head and the clothes gate again, and say how good they are."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

if TYPE_CHECKING:
    from adtailor.understand.look_training import LookReport

TABLE = Path("clothing") / "dev_224px.parquet"


def run(
    data: Annotated[
        Path, typer.Option(envvar="ADTAILOR_TEST_DATA", help=f"Folder that holds {TABLE}: jpg, label, sender_id.")
    ],
    out: Annotated[Path, typer.Option(help="Where to write heads.npz, card.md and manifest.json.")] = Path("look"),
    seed: Annotated[int, typer.Option(help="Of the split by sender, and of the drawn pictures.")] = 0,
) -> None:
    """Train the garment head from photos of clothes, and write it with its model card."""
    from adtailor.engines.image_onnx import OnnxImageEncoder
    from adtailor.understand.garments import CLASSIFIER, load_classifier, seal
    from adtailor.understand.look import WEIGHTS
    from adtailor.understand.look_card import save_look
    from adtailor.understand.look_training import read_look_set, train_look

    encoder = OnnxImageEncoder()
    classifier = load_classifier(WEIGHTS)
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def told(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done)

        photos = read_look_set(data / TABLE, encoder, progress=told)
        model, report = train_look(photos, encoder, classifier, seed=seed, progress=told)
    out.mkdir(parents=True, exist_ok=True)
    if out.resolve() != WEIGHTS.resolve():
        shutil.copyfile(WEIGHTS / CLASSIFIER, out / CLASSIFIER)
        seal(out, CLASSIFIER, source="the encoder's own classifier", licence="Apache-2.0", made_by="adtailor")
    save_look(out, model, report, encoder=encoder.name, seed=seed)
    Console().print(_table(report))
    console.print(f"written to {out}")


def _table(report: "LookReport") -> Table:
    table = Table("on senders not seen", "value", title=f"{report.photos:,} photos of {report.senders} senders")
    table.add_row("accuracy, ten most common types", f"{report.accuracy_common:.3f}")
    table.add_row(f"accuracy, all {len(report.recall)} types", f"{report.accuracy_all:.3f}")
    table.add_row("expected calibration error", f"{report.calibration_error:.3f}")
    table.add_row("clothes taken for something else", f"{report.clothes_refused:.3f}")
    table.add_row("drawn pictures without clothes refused", f"{report.scenes_refused:.3f}")
    table.add_row("two garments in a canvas: precision", f"{report.extras.two.precision:.3f}")
    table.add_row("two garments in a canvas: recall", f"{report.extras.two.recall:.3f}")
    table.add_row("one garment taken for several", f"{report.extras.two.torn:.3f}")
    table.add_row("the same whatever the skin beside it", f"{report.extras.same_with_bystander:.3f}")
    table.add_row("seconds of fitting", f"{report.seconds:.0f}")
    return table
