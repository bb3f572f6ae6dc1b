"""Fits when a picture is taken apart, and what tells patterns, beside the head for types; and measures both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from adtailor.ports import ImageEncoder
from adtailor.understand.colours import GRID, Cloth
from adtailor.understand.garments import HEIGHT, GarmentModel, Splits
from adtailor.understand.look_bystanders import SKIN, bystander
from adtailor.understand.look_patterns import printed
from adtailor.understand.patterns import PATTERNS, PatternHead, fitted, traits
from adtailor.understand.training.packages import needed

Progress = Callable[[str, int, int], None]
"""Told the stage, the steps done and the steps in all."""
Pictures = NDArray[np.uint8]

MOST_TORN = 0.03
"""The most photos of one garment that may be taken for several."""
LEAST_PATTERN = 0.5
PLAIN = 0.6
"""Share of garments without a pattern, as counted by eye in 120 photos: the rendered ones have another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookSample:
    """Some photos as pictures (photos, side, side, 3), with type and sender of each; all of known type."""

    pictures: Pictures
    types: NDArray[np.str_]
    senders: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoScores:
    """On canvases of two photos whose types are known, and on photos of one garment."""

    precision: float
    """Of the types told on canvases, those that are there."""
    recall: float
    """Of the types that are there, those told."""
    both: float
    """Canvases with exactly the two types that are there."""
    torn: float
    """Photos of one garment that were taken for several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How many pictures are made to fit and to measure with."""

    canvases: int = 120
    prints: int = 360
    faces: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtrasReport:
    """What was measured on the half of the sample's senders that nothing here was fitted to."""

    two: TwoScores
    patterns: dict[str, float]
    """Share of each rendered pattern that is found."""
    same_with_bystander: float
    """Photos whose types and colours stay the same whatever skin and hair a head drawn over them has."""
    photos: int


def fit_extras(
    model: GarmentModel,
    sample: LookSample,
    encoder: ImageEncoder,
    *,
    seed: int,
    effort: Effort,
    progress: Progress,
) -> tuple[GarmentModel, ExtrasReport]:
    """The model with splits and patterns fitted to half of the senders, and what it does on the other half.

    The head for types may have been fitted to all of them: canvases of photos that it has not seen are harder.
    """
    random = np.random.default_rng(seed)
    unique = np.unique(sample.senders)
    first = np.isin(sample.senders, random.permutation(unique)[: len(unique) // 2])
    halves = [np.flatnonzero(first), np.flatnonzero(~first)]
    pairs = [canvases(sample, half, effort.canvases // 2, seed=seed + n) for n, half in enumerate(halves)]
    seen = [[(encoder.encode(picture).cells, kinds) for picture, kinds in made] for made in pairs]
    progress("looking for two garments", 1, 2)
    ones = [[encoder.encode(sample.pictures[row]).cells for row in half[: effort.canvases]] for half in halves]
    model = replace(model, splits=fit_splits(model, seen[0], ones[0]))
    two = two_scores(model, seen[1], ones[1])
    progress("looking for two garments", 2, 2)
    found, truth = pattern_examples(sample, halves[0], encoder, count=effort.prints, seed=seed, progress=progress)
    model = replace(model, patterns=fit_patterns(found, truth))
    found, truth = pattern_examples(
        sample, halves[1], encoder, count=effort.prints // 2, seed=seed + 1, progress=progress
    )
    names = model.patterns.names
    told = np.array([names[place] for place in model.patterns.probabilities(found).argmax(axis=1)])
    same = same_with_bystanders(
        model, sample.pictures[halves[1][: effort.faces]], encoder, seed=seed, progress=progress
    )
    return model, ExtrasReport(
        two=two,
        patterns={
            name: float((told == name)[truth == n].mean()) for n, name in enumerate(PATTERNS) if (truth == n).any()
        },
        same_with_bystander=same,
        photos=len(halves[1]),
    )


def canvases(
    sample: LookSample, rows: NDArray[np.intp], count: int, *, seed: int
) -> list[tuple[Pictures, tuple[str, str]]]:
    """Two photos of different types in one canvas each, the upper above the lower, or side by side."""
    random = np.random.default_rng(seed)
    side = sample.pictures.shape[1]
    made: list[tuple[Pictures, tuple[str, str]]] = []
    while len(made) < count:
        first, second = (int(v) for v in random.choice(rows, 2, replace=False))
        kinds = str(sample.types[first]), str(sample.types[second])
        stacked = len(made) % 2 == 0
        if kinds[0] == kinds[1]:
            continue
        if stacked and HEIGHT[kinds[0]] > HEIGHT[kinds[1]]:
            first, second, kinds = second, first, kinds[::-1]
        if stacked and HEIGHT[kinds[0]] == HEIGHT[kinds[1]]:
            continue
        cut = int(side * random.uniform(0.4, 0.6))
        red, green, blue = (int(v) for v in random.integers(120, 250, 3))
        canvas = Image.new("RGB", (side, side), (red, green, blue))
        for row, start, length in ((first, 0, cut), (second, cut, side - cut)):
            across = int(min(side, length * random.uniform(1.0, 1.9)))
            at = int(random.integers(0, side - across + 1))
            picture = Image.fromarray(sample.pictures[row])
            picture = picture.resize((across, length) if stacked else (length, across), Image.Resampling.BILINEAR)
            canvas.paste(picture, (at, start) if stacked else (start, at))
        made.append((np.asarray(canvas), (kinds[0], kinds[1])))
    return made


def two_scores(
    model: GarmentModel,
    pairs: Sequence[tuple[NDArray[np.float32], tuple[str, str]]],
    singles: Sequence[NDArray[np.float32]],
) -> TwoScores:
    """How well several garments are told, from maps of canvases and of photos of one garment."""
    told = right = both = 0
    for cells, kinds in pairs:
        found = [one.type for one in model.find(cells)]
        told += len(found)
        right += len(set(found) & set(kinds))
        both += len(found) == 2 and set(found) == set(kinds)
    torn = sum(len(model.find(cells)) > 1 for cells in singles)
    return TwoScores(
        precision=right / max(told, 1),
        recall=right / (2 * len(pairs)),
        both=both / len(pairs),
        torn=torn / max(len(singles), 1),
    )


def fit_splits(
    model: GarmentModel,
    pairs: Sequence[tuple[NDArray[np.float32], tuple[str, str]]],
    singles: Sequence[NDArray[np.float32]],
) -> Splits:
    """The splits that tell most canvases exactly, among those that tear at most 3 % of the photos of one garment."""
    best, most = Splits(least=1.0, gain=9.0), -1.0
    for least in (0.35, 0.5, 0.65):
        for gain in (0.0, 0.15, 0.35):
            splits = Splits(least=least, gain=gain)
            scores = two_scores(replace(model, splits=splits), pairs, singles)
            if scores.torn <= MOST_TORN and scores.both > most:
                best, most = splits, scores.both
    return best


def pattern_examples(
    sample: LookSample, rows: NDArray[np.intp], encoder: ImageEncoder, *, count: int, seed: int, progress: Progress
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Traits of cloth with rendered patterns, and which: on photos whose garment is nearly of one colour."""
    random = np.random.default_rng(seed)
    found: list[NDArray[np.float32]] = []
    truth: list[int] = []
    for row in random.permutation(rows):
        if len(found) >= count:
            break
        picture = sample.pictures[row]
        cloth = Cloth(picture)
        inside = cloth.weights() > 0
        scatter = cloth.scatter(inside)
        if not 0.1 < inside.mean() < 0.75 or scatter[0] > 14 or np.hypot(scatter[1], scatter[2]) > 7:
            continue
        grid = inside.reshape(GRID, GRID).astype(np.float64)
        mask = Image.fromarray((grid * 255).astype(np.uint8)).resize(picture.shape[:2], Image.Resampling.BILINEAR)
        for place in (0, *random.choice(np.arange(1, len(PATTERNS)), 2, replace=False)):
            shown = printed(picture, np.asarray(mask) / 255.0, PATTERNS[place], random)
            texture = encoder.encode(shown).texture
            # Where the cloth is seen is read off the printed picture, as it will be off a real one.
            weights = Cloth(shown).weights().reshape(GRID, GRID)
            found.append(traits(texture, fitted(weights, texture.shape[0], texture.shape[1])))
            truth.append(int(place))
        progress("printing patterns", min(len(found), count), count)
    return np.stack(found), np.array(truth)


def fit_patterns(found: NDArray[np.float32], truth: NDArray[np.intp]) -> PatternHead:
    """Multinomial logistic regression on standardised traits; folded back."""
    x = found.astype(np.float64)
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
    model = needed("sklearn.linear_model").LogisticRegression(C=0.02, max_iter=400, class_weight="balanced")
    model.fit((x - mean) / scale, truth)
    weights = model.coef_ / scale
    asked = np.array(
        [PLAIN if PATTERNS[place] == "plain" else (1 - PLAIN) / (len(PATTERNS) - 1) for place in model.classes_]
    )
    model.intercept_ = model.intercept_ + np.log(asked * len(PATTERNS))
    return PatternHead(
        names=tuple(PATTERNS[place] for place in model.classes_),
        weights=weights.astype(np.float32),
        bias=(model.intercept_ - weights @ mean).astype(np.float32),
        least=LEAST_PATTERN,
    )


def same_with_bystanders(
    model: GarmentModel, pictures: Pictures, encoder: ImageEncoder, *, seed: int, progress: Progress
) -> float:
    """Share of pictures whose types and colours are the same with the same head over it in four tones of skin."""
    same = 0
    for i, picture in enumerate(pictures):
        answers = set[tuple[tuple[str, tuple[str, ...]], ...]]()
        for tone in (1, 4, 6, 9):
            figure, cover = bystander(np.random.default_rng([seed, i]), side=picture.shape[0], skin=SKIN[tone])
            shown = (picture * (1 - cover[..., None]) + figure * cover[..., None]).astype(np.uint8)
            cloth = Cloth(shown)
            found = model.find(encoder.encode(shown).cells)
            answers.add(tuple((one.type, cloth.colours(cloth.weights(one.where))) for one in found))
        same += len(answers) == 1
        progress("changing faces", i + 1, len(pictures))
    return same / len(pictures)
