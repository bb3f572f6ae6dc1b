"""The training loop of the student: all heads at once over one encoder, stopped and resumed without a trace."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.understand.training.network import Shape, Tensor, Weights, padded, pooled
from adtailor.understand.training.targets import LOSS_WEIGHTS, WIDTH, Taught, columns

HEADS = "heads"
TOPICS = "topics"
CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How the student is taught; the same course with the same rows gives the same weights on one machine."""

    epochs: int = 2
    frozen: int = 2
    """How many of the lowest layers stay as they are: what they know of words serves every head, and saves a fifth."""
    rows: int = 64
    """Texts in a batch, of nearly one length."""
    tokens: int = 2_000
    """Tokens in a batch at most."""
    rate: float = 1.2e-4
    head_rate: float = 1.5e-3
    layer_decay: float = 0.9
    """Each layer below the last learns this much slower; word vectors are left as they are."""
    warm_up: float = 0.06
    weight_decay: float = 0.01
    dropout: float = 0.1
    topic_weight: float = 3.0
    seed: int = 7
    threads: int = 1
    every: int = 100
    """Batches between two checkpoints."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids, targets and weights, and the vectors of the topic teacher where they are known."""

    ids: tuple[tuple[int, ...], ...]
    targets: NDArray[np.float32]
    weights: NDArray[np.float32]
    vectors: NDArray[np.float32]
    known: NDArray[np.bool_]


@dataclass(slots=True)
class Curve:
    """Mean loss between two checkpoints, by progress from 0 to 1."""

    points: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])


Epoch = Callable[[int], Taught]
"""The rows of one epoch by its number."""
Teacher = Callable[[Sequence[str]], tuple[NDArray[np.float32], NDArray[np.bool_]]]
"""For texts the vectors that topics are told by, and which of them are known."""
Tokens = Callable[[Sequence[str]], list[list[int]]]


def learn(
    start: Mapping[str, NDArray[np.float32]],
    epoch: Epoch,
    *,
    tokens: Tokens,
    teacher: Teacher,
    topic_width: int,
    course: Course,
    shape: Shape,
    folder: Path,
    torch: Any,
    progress: Callable[[float, float], None] = lambda _done, _loss: None,
) -> tuple[dict[str, NDArray[np.float32]], Curve]:
    """The weights after the last epoch, and the curve; a checkpoint in `folder` is where a stopped run goes on."""
    torch.set_num_threads(course.threads)
    torch.use_deterministic_algorithms(mode=True)
    weights = _weights(torch, start, topic_width=topic_width, shape=shape, course=course)
    optimizer = torch.optim.AdamW(_groups(weights, course, shape), fused=True)
    rates = [group["lr"] for group in optimizer.param_groups]
    first_epoch, first_batch, curve = _resumed(torch, folder, weights, optimizer, course)
    for number in range(first_epoch, course.epochs):
        batches = _batches(epoch(number), number, course=course, tokens=tokens, teacher=teacher, width=topic_width)
        losses: list[float] = []
        for place, batch in enumerate(batches):
            if number == first_epoch and place < first_batch:
                continue
            done = (number + place / len(batches)) / course.epochs
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * min(done / course.warm_up, (1 - done) / (1 - course.warm_up))
            torch.manual_seed((course.seed * 100 + number) * 1_000_000 + place)
            loss = loss_of(torch, weights, batch, course=course, shape=shape)
            loss.backward()
            torch.nn.utils.clip_grad_norm_([weight for weight in weights.values() if weight.requires_grad], 1.0)
            optimizer.step()
            optimizer.zero_grad()
            losses.append(float(loss.detach()))
            progress(done, losses[-1])
            if (place + 1) % course.every == 0 or place + 1 == len(batches):
                curve.points.append((done, float(np.mean(losses))))
                losses = []
                _keep(torch, folder, weights, optimizer, course=course, at=(number, place + 1), curve=curve)
    return {name: weight.detach().float().numpy() for name, weight in weights.items()}, curve


def loss_of(
    torch: Any, weights: Weights, batch: Batch, *, course: Course, shape: Shape, dropout: bool = True
) -> Tensor:
    """Cross-entropy of the heads that each text is labelled for, and one minus the cosine with the topic teacher."""
    functional = torch.nn.functional
    rate = course.dropout if dropout else 0.0
    ids, mask = padded(torch, batch.ids)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=in_16_bits(torch)):
        vectors = pooled(torch, weights, ids, mask, shape=shape, dropout=rate)
    vectors = vectors.float()
    scores = functional.linear(functional.dropout(vectors, rate), weights[f"{HEADS}.weight"], weights[f"{HEADS}.bias"])
    targets, weight = torch.from_numpy(batch.targets), torch.from_numpy(batch.weights)
    each = functional.binary_cross_entropy_with_logits(scores, targets, reduction="none")
    three = columns("sentiment")
    chosen = -(targets[:, three] * functional.log_softmax(scores[:, three], dim=1))
    total = vectors.new_zeros(())
    for head, much in LOSS_WEIGHTS.items():
        mine = columns(head)
        total = total + much * (weight[:, mine] * (chosen if head == "sentiment" else each[:, mine])).sum()
    if batch.known.any():
        known = torch.from_numpy(np.flatnonzero(batch.known))
        near = functional.cosine_similarity(
            functional.linear(vectors[known], weights[f"{TOPICS}.weight"]), torch.from_numpy(batch.vectors), dim=1
        )
        total = total + course.topic_weight * (1 - near).sum()
    return total / len(batch.ids)


def in_16_bits(torch: Any) -> bool:
    """Whether bfloat16 is faster here: without the tiles of AMX it takes twice as long as 32 bits."""
    return bool(torch.cpu.get_capabilities().get("amx_bf16", False))


def _batches(
    taught: Taught, number: int, *, course: Course, tokens: Tokens, teacher: Teacher, width: int
) -> list[Batch]:
    """Texts of one length together, in an order of its own for each epoch."""
    random = np.random.default_rng((course.seed, number))
    rows = tokens(taught.texts)
    vectors, known = teacher(taught.texts)
    lengths = np.array([len(row) for row in rows])
    # Shuffled first, so that rows of one length come in another order each time.
    order = random.permutation(len(rows))
    order = order[np.argsort(lengths[order], kind="stable")]
    batches = list(_cut(order, lengths, course))
    random.shuffle(batches)
    return [
        Batch(
            ids=tuple(tuple(rows[row]) for row in mine),
            targets=taught.targets[mine],
            weights=taught.weights[mine],
            vectors=vectors[mine][known[mine]].reshape(-1, width),
            known=known[mine],
        )
        for mine in batches
    ]


def _cut(order: NDArray[np.intp], lengths: NDArray[np.int_], course: Course) -> Iterator[NDArray[np.intp]]:
    start = 0
    for end in range(1, len(order) + 1):
        full = end - start >= course.rows
        if end == len(order) or full or (end - start + 1) * lengths[order[end]] > course.tokens:
            yield order[start:end]
            start = end


def _weights(
    torch: Any, start: Mapping[str, NDArray[np.float32]], *, topic_width: int, shape: Shape, course: Course
) -> Weights:
    """The pre-trained encoder, and maps that know nothing yet."""
    random = np.random.default_rng(course.seed)
    learning = tuple(f"encoder.layer.{layer}." for layer in range(course.frozen, shape.layers))
    weights: Weights = {
        name: torch.from_numpy(array.copy()).requires_grad_(name.startswith(learning))
        for name, array in start.items()
        if name.startswith(("embeddings.", "encoder.", HEADS, TOPICS)) and not name.endswith("position_ids")
    }
    for name, rows in ((HEADS, WIDTH), (TOPICS, topic_width)):
        if f"{name}.weight" not in weights:
            fresh = random.normal(0, 0.02, (rows, shape.vector)).astype(np.float32)
            weights[f"{name}.weight"] = torch.from_numpy(fresh)
        weights[f"{name}.weight"].requires_grad_(True)
    if f"{HEADS}.bias" not in weights:
        weights[f"{HEADS}.bias"] = torch.zeros(WIDTH)
    weights[f"{HEADS}.bias"].requires_grad_(True)
    return weights


def _groups(weights: Weights, course: Course, shape: Shape) -> list[dict[str, Any]]:
    """What learns how fast: heads fastest, then the last layer, each below it slower."""
    groups: list[dict[str, Any]] = []
    for layer in range(course.frozen, shape.layers):
        rate = course.rate * course.layer_decay ** (shape.layers - 1 - layer)
        mine = {name: weight for name, weight in weights.items() if name.startswith(f"encoder.layer.{layer}.")}
        for plain in (False, True):
            chosen = [weight for weight in mine.values() if (weight.ndim == 1) == plain]
            groups.append({"params": chosen, "lr": rate, "weight_decay": 0.0 if plain else course.weight_decay})
    mapped = [weights[f"{HEADS}.weight"], weights[f"{HEADS}.bias"], weights[f"{TOPICS}.weight"]]
    groups.append({"params": mapped, "lr": course.head_rate, "weight_decay": course.weight_decay})
    return groups


def _keep(
    torch: Any, folder: Path, weights: Weights, optimizer: Any, *, course: Course, at: tuple[int, int], curve: Curve
) -> None:
    unfinished = folder / f"{CHECKPOINT}.part"
    state = {
        "weights": {name: weight.detach() for name, weight in weights.items() if weight.requires_grad},
        "optimizer": optimizer.state_dict(),
        "about": json.dumps({"course": repr(course), "at": at, "curve": curve.points}),
    }
    torch.save(state, unfinished)
    unfinished.replace(folder / CHECKPOINT)


def _resumed(torch: Any, folder: Path, weights: Weights, optimizer: Any, course: Course) -> tuple[int, int, Curve]:
    """Where the checkpoint in `folder` stopped; the beginning if there is none of this very course."""
    path = folder / CHECKPOINT
    if not path.is_file():
        return 0, 0, Curve()
    state = torch.load(path, weights_only=True)
    about = json.loads(state["about"])
    if about["course"] != repr(course):
        return 0, 0, Curve()
    with torch.no_grad():
        for name, weight in state["weights"].items():
            weights[name].copy_(weight)
    optimizer.load_state_dict(state["optimizer"])
    number, batch = about["at"]
    return int(number), int(batch), Curve([(float(done), float(loss)) for done, loss in about["curve"]])
