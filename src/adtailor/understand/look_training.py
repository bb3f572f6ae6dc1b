"""Train the garment head and the clothes gate from photos of clothes, and measure both on senders it has not seen."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from adtailor.domain.post import Photo
from adtailor.errors import InvalidInput
from adtailor.ports import ImageEncoder
from adtailor.understand.garments import ClothesGate, GarmentHead, GarmentModel, Splits, rooted
from adtailor.understand.look_extras import Effort, ExtrasReport, LookSample, fit_extras
from adtailor.understand.look_negatives import SCENES, draw_scene
from adtailor.understand.patterns import PATTERNS, PatternHead
from adtailor.understand.photos import decode
from adtailor.understand.training.packages import needed

Vectors = NDArray[np.float32]
Values = NDArray[np.float64]
Strings = NDArray[np.str_]
Progress = Callable[[str, int, int], None]
"""Told the stage, the steps done and the steps in all."""

FOLDS = 5
VIEWS = 3
SCENES_PER_KIND = 25
SAMPLE = 600
COMMON = 10
"""The score that others report on this set is on its ten most common types."""
REFUSED_CLOTHES = 0.01
"""The gate is set so that it takes this share of real clothes for something else."""

# Labels of the set that name no type; of its other labels three are spelled out, the rest written small.
NO_TYPE = frozenset({"Not sure", "Other", "Skip"})
SPELLED = {"Body": "bodysuit"}


NO_PATTERNS = PatternHead(
    names=PATTERNS,
    weights=np.zeros((len(PATTERNS), 1), dtype=np.float32),
    bias=np.zeros(len(PATTERNS), dtype=np.float32),
    least=1.0,
)
"""Until patterns are fitted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookSet:
    """Vectors of the photos, with type and sender of each."""

    vectors: Vectors
    varied: tuple[Vectors, ...]
    """The same photos seen otherwise (in a mirror, from closer), to fit with and never to score on."""
    types: Strings
    """Empty where the label names no type; such photos are of clothes all the same."""
    senders: NDArray[np.int64]
    sample: LookSample
    """The first photos of known type, as pictures, for what is fitted on pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookReport:
    """What training measured: every figure on photos is on senders kept from the fit."""

    photos: int
    senders: int
    common: tuple[str, ...]
    accuracy_common: float
    """Photos of the ten most common types, told apart among those ten."""
    accuracy_all: float
    recall: dict[str, float]
    calibration_error: float
    clothes_refused: float
    """Share of photos of clothes that the gate took for something else."""
    scenes_refused: float
    """Share of drawn pictures without clothes that the gate refused; it was not fitted to them."""
    scenes_refused_by_kind: dict[str, float]
    threshold: float
    temperature: float
    extras: ExtrasReport
    seconds: float


def read_look_set(table: Path, encoder: ImageEncoder, *, progress: Progress) -> LookSet:
    """Encode every photo of a Parquet table with the columns `jpg`, `label` and `sender_id`, as `views` shows it."""
    if not table.is_file():
        raise InvalidInput(
            f"{table} is missing", hint="name the folder that holds clothing/dev_224px.parquet", field="--data"
        )
    query = "select jpg, label, sender_id from read_parquet(?) order by sha256(jpg)"
    with needed("duckdb").connect() as connection:
        rows = connection.execute(query, [str(table)]).fetchall()
    vectors = np.empty((VIEWS, len(rows), encoder.width), dtype=np.float32)
    for i, (jpg, _, _) in enumerate(rows):
        vectors[:, i] = vectors_of(views(decode(Photo(data=jpg), side=encoder.side)), encoder)
        progress("encoding photos", i + 1, len(rows))
    types = np.array(["" if label in NO_TYPE else SPELLED.get(label, label.lower()) for _, label, _ in rows])
    senders = np.array([sender for _, _, sender in rows], dtype=np.int64)
    some = np.flatnonzero(types != "")[:SAMPLE]
    return LookSet(
        vectors=vectors[0],
        varied=tuple(vectors[1:]),
        types=types,
        senders=senders,
        sample=LookSample(
            pictures=np.stack([decode(Photo(data=rows[i][0]), side=encoder.side) for i in some]),
            types=types[some],
            senders=senders[some],
        ),
    )


def vectors_of(pictures: NDArray[np.uint8], encoder: ImageEncoder) -> Vectors:
    """The vector of each picture: the mean of its cells."""
    return np.stack([encoder.encode(picture).cells.mean(axis=(0, 1)) for picture in pictures])


def train_look(
    data: LookSet,
    encoder: ImageEncoder,
    classifier: tuple[Vectors, Vectors],
    *,
    seed: int,
    version: str = "2",
    penalty: float = 0.002,
    scenes_per_kind: int = SCENES_PER_KIND,
    effort: Effort | None = None,
    progress: Progress,
) -> tuple[GarmentModel, LookReport]:
    """A model fitted to all photos, and the scores of five that each were fitted without a fifth of the senders.

    `penalty` is C of scikit-learn: smaller is simpler. `classifier` is the encoder's own, for the gate.
    """
    started = time.perf_counter()
    types, truth, logits = seen_by_others(data, seed=seed, penalty=penalty, progress=progress)
    known = data.types != ""
    fold = sender_folds(data.senders, seed=seed)
    # The temperature, one number, is fitted to the same left-out scores that the calibration error is measured on.
    temperature = best_temperature(logits, truth)
    chances = _softmax(logits / temperature)

    gate = ClothesGate(weights=classifier[0], bias=classifier[1], threshold=0.0)
    clothes = gate.scores(data.vectors)
    refused = np.zeros(len(clothes), dtype=np.bool_)
    for k in range(FOLDS):
        refused[fold == k] = clothes[fold == k] < np.quantile(clothes[fold != k], REFUSED_CLOTHES)
    threshold = float(np.quantile(clothes, REFUSED_CLOTHES))
    scenes = _scene_scores(gate, encoder, scenes_per_kind, seed=seed, progress=progress)

    weights, bias = _fit(data, known, types, penalty=penalty)
    progress("fitting", FOLDS + 1, FOLDS + 1)
    model = GarmentModel(
        version=version,
        gate=ClothesGate(weights=classifier[0], bias=classifier[1], threshold=threshold),
        head=GarmentHead(
            types=tuple(types.tolist()),
            weights=(weights / temperature).astype(np.float32),
            bias=(bias / temperature).astype(np.float32),
        ),
        splits=Splits(least=1.0, gain=float("inf")),
        patterns=NO_PATTERNS,
    )
    model, extras = fit_extras(model, data.sample, encoder, seed=seed, effort=effort or Effort(), progress=progress)
    told = chances.argmax(axis=1)
    common = np.array([place for place, _ in Counter(truth.tolist()).most_common(COMMON)])
    is_common = np.isin(truth, common)
    told_common = common[chances[:, common].argmax(axis=1)]
    return model, LookReport(
        photos=len(data.senders),
        senders=len(np.unique(data.senders)),
        common=tuple(types[common].tolist()),
        accuracy_common=float((told_common == truth)[is_common].mean()),
        accuracy_all=float((told == truth).mean()),
        recall={str(name): float((told == truth)[truth == i].mean()) for i, name in enumerate(types)},
        calibration_error=calibration_error(chances.max(axis=1), told == truth),
        clothes_refused=float(refused.mean()),
        scenes_refused=float(np.mean([(scores < threshold).mean() for scores in scenes.values()])),
        scenes_refused_by_kind={kind: float((scores < threshold).mean()) for kind, scores in scenes.items()},
        threshold=threshold,
        temperature=temperature,
        extras=extras,
        seconds=time.perf_counter() - started,
    )


def seen_by_others(
    data: LookSet, *, seed: int, penalty: float = 0.002, progress: Progress
) -> tuple[Strings, NDArray[np.intp], Values]:
    """The types, the place of each photo's own among them, and its logits by heads that saw none of its sender.

    Shapes (types,), (photos,) and (photos, types), of the photos whose type is known.
    """
    types = np.array(sorted({*data.types.tolist()} - {""}))
    known = data.types != ""
    fold = sender_folds(data.senders, seed=seed)
    logits = np.zeros((int(known.sum()), len(types)))
    for k in range(FOLDS):
        weights, bias = _fit(data, known & (fold != k), types, penalty=penalty)
        logits[fold[known] == k] = rooted(data.vectors[known & (fold == k)]) @ weights.T + bias
        progress("fitting", k + 1, FOLDS + 1)
    return types, np.searchsorted(types, data.types[known]), logits


def views(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture as it is, in a mirror, and from a little closer: shape (3, side, side, 3)."""
    side = picture.shape[0]
    edge = side * 0.09
    closer = Image.fromarray(picture).resize(
        (side, side), Image.Resampling.BILINEAR, box=(edge, edge, side - edge, side - edge)
    )
    return np.stack([picture, picture[:, ::-1], np.asarray(closer)])


def sender_folds(senders: NDArray[np.int64], *, seed: int) -> NDArray[np.int64]:
    """The fold of each photo: all photos of one sender are in the same.

    >>> folds = sender_folds(np.array([7, 7, 8, 9]), seed=0)
    >>> bool(folds[0] == folds[1])
    True
    """
    unique, place = np.unique(senders, return_inverse=True)
    return (np.random.default_rng(seed).permutation(len(unique)) % FOLDS)[place]


def best_temperature(logits: Values, truth: NDArray[np.integer[Any]]) -> float:
    """The divisor of the logits under which the truth is likeliest (Guo et al., 2017), to 2 %."""
    candidates = np.geomspace(0.3, 4.0, 130)
    losses = [-np.log(_softmax(logits / t)[np.arange(len(truth)), truth] + 1e-12).mean() for t in candidates]
    return float(candidates[int(np.argmin(losses))])


def calibration_error(confidence: Values, right: NDArray[np.bool_], *, bins: int = 15) -> float:
    """Expected calibration error: |mean confidence - accuracy| over bins of equal width, weighted by their size.

    >>> round(calibration_error(np.array([0.9, 0.9]), np.array([True, False])), 6)
    0.4
    """
    place = np.minimum((confidence * bins).astype(np.intp), bins - 1)
    gaps = np.bincount(place, confidence - right, minlength=bins)
    return float(np.abs(gaps).sum() / len(confidence))


def _fit(data: LookSet, rows: NDArray[np.bool_], types: Strings, *, penalty: float) -> tuple[Values, Values]:
    """Multinomial logistic regression on standardised roots of the vectors of all views; folded back."""
    x = rooted(np.vstack([vectors[rows] for vectors in (data.vectors, *data.varied)])).astype(np.float64)
    y = np.searchsorted(types, np.tile(data.types[rows], 1 + len(data.varied)))
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    model = needed("sklearn.linear_model").LogisticRegression(C=penalty, max_iter=1000)
    model.fit((x - mean) / scale, y)
    weights, bias = np.full((len(types), x.shape[1]), 0.0), np.full(len(types), -30.0)
    weights[model.classes_] = model.coef_ / scale
    bias[model.classes_] = model.intercept_ - weights[model.classes_] @ mean
    return weights, bias


def _scene_scores(
    gate: ClothesGate, encoder: ImageEncoder, count: int, *, seed: int, progress: Progress
) -> dict[str, Values]:
    random = np.random.default_rng(seed)
    scores: dict[str, Values] = {}
    for done, kind in enumerate(SCENES):
        pictures = np.stack([draw_scene(kind, random, side=encoder.side) for _ in range(count)])
        scores[kind] = gate.scores(vectors_of(pictures, encoder))
        progress("drawing pictures without clothes", done + 1, len(SCENES))
    return scores


def _softmax(logits: Values) -> Values:
    return np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
