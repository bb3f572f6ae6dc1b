"""Which garments a picture shows, from its map of cells: is there clothing at all, and if so, of which types."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import ModelUnavailable
from adtailor.understand.patterns import PatternHead

Vectors = NDArray[np.float32]
Part = tuple[int, int, int, int]
"""First row and the row after the last, first column and the column after the last, of a map."""

HEADS = "heads.npz"
CLASSIFIER = "imagenet-classifier.npz"
MANIFEST = "manifest.json"
REMEDY = "run `make install`, or train it again with `adtailor train look`"

# Classes of ImageNet (ILSVRC 2012) that are worn, by their place in its list.
CLOTHES: Mapping[int, str] = {
    399: "abaya", 400: "academic gown", 411: "apron", 433: "bathing cap", 439: "bearskin", 445: "bikini",
    451: "bolo tie", 452: "bonnet", 457: "bow tie", 459: "brassiere", 465: "bulletproof vest", 474: "cardigan",
    496: "Christmas stocking", 501: "cloak", 502: "clog", 514: "cowboy boot", 515: "cowboy hat", 529: "diaper",
    568: "fur coat", 578: "gown", 601: "hoopskirt", 608: "jean", 610: "jersey", 614: "kimono", 617: "lab coat",
    630: "loafer", 638: "maillot", 639: "tank suit", 652: "military uniform", 655: "miniskirt", 658: "mitten",
    667: "mortarboard", 689: "overskirt", 697: "pajama", 735: "poncho", 770: "running shoe", 774: "sandal",
    775: "sarong", 793: "shower cap", 796: "ski mask", 806: "sock", 808: "sombrero", 824: "stole", 834: "suit",
    841: "sweatshirt", 842: "swimming trunks", 869: "trench coat", 887: "vestment", 906: "Windsor tie",
}  # fmt: skip

# Cloth that people lay clothes on, and what folded clothes are mistaken for: it speaks neither for nor against.
CLOTH: Mapping[int, str] = {
    434: "bath towel", 533: "dishrag", 591: "handkerchief", 721: "pillow", 728: "plastic bag", 750: "quilt",
    797: "sleeping bag", 885: "velvet", 911: "wool",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ClothesGate:
    """Tells clothes from everything else, by the classifier that the encoder was once trained with on ImageNet.

    Score = log P(something worn) - log P(anything else but cloth): a million photos of a thousand things taught it
    what is not clothing; only `threshold` is learned here.
    """

    weights: Vectors
    """(classes, width)."""
    bias: Vectors
    threshold: float

    def scores(self, vectors: Vectors) -> NDArray[np.float64]:
        """One per row of `vectors`."""
        logits = (products(vectors, self.weights) + self.bias).astype(np.float64)
        rest = [place for place in range(logits.shape[1]) if place not in CLOTHES and place not in CLOTH]
        return np.logaddexp.reduce(logits[:, list(CLOTHES)], axis=1) - np.logaddexp.reduce(logits[:, rest], axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class GarmentHead:
    """P(type) = softmax(sqrt(vector) @ weights.T + bias), calibration folded in.

    The square root tames the few large features of a pooled network.
    """

    types: tuple[str, ...]
    weights: Vectors
    """(types, width)."""
    bias: Vectors

    def probabilities(self, vectors: Vectors) -> NDArray[np.float64]:
        """Shape (pictures, types); each row adds up to 1."""
        scores = (products(rooted(vectors), self.weights) + self.bias).astype(np.float64)
        return np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))

    def shown(self, cells: Vectors, vector: Vectors, place: int) -> NDArray[np.float64]:
        """How much each of `cells` (cells, width) speaks for a type against the likeliest others, as `vector` is.

        To first order in a cell's share of the mean: sqrt(v) changes by cell / (2 sqrt(v)).
        """
        rest = [other for other in np.argsort(-self.probabilities(vector[None])[0]) if other != place][:3]
        against = self.weights[place] - self.weights[rest].mean(axis=0)
        return np.einsum("nd,d->n", cells, against / (2 * np.sqrt(np.maximum(vector, 0.01)))).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A garment in a picture: type, calibrated probability, and how much of it each cell shows."""

    type: str
    confidence: float
    where: NDArray[np.float64]
    """(rows, columns), 0 to 1."""
    vector: Vectors
    """(width,): the mean cell of its part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """When a picture is taken apart: each part has to be this sure, and the parts this much surer than the whole."""

    least: float
    gain: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GarmentModel:
    """Gate and head of one training run."""

    version: str
    gate: ClothesGate
    head: GarmentHead
    splits: Splits
    patterns: PatternHead

    def find(self, cells: NDArray[np.float32]) -> list[Found]:
        """The garments of a picture from its map (rows, columns, width), the surest first; none where none are worn.

        One garment, unless a cut gives parts that each show clothes, of different types that can be seen together, and
        tell more together than the whole: then one for each part.
        """
        rows, columns = cells.shape[:2]
        whole: Part = (0, rows, 0, columns)
        parts = [whole, *dict.fromkeys(part for cut in cuts(rows, columns) for part in cut)]
        vectors = np.stack([within(cells, part).mean(axis=(0, 1), dtype=np.float32) for part in parts])
        if self.gate.scores(vectors[:1])[0] < self.gate.threshold:
            return []
        chances = self.head.probabilities(vectors)
        told = {
            part: _Told(kind=self.head.types[int(row.argmax())], confidence=float(row.max()), row=n)
            for n, (part, row) in enumerate(zip(parts, chances, strict=True))
        }
        chosen, most = (whole,), self.splits.gain + float(np.log(told[whole].confidence))
        for cut in cuts(rows, columns):
            sure = float(np.mean([np.log(told[part].confidence) for part in cut]))
            if sure > most and self._stand_together([told[part] for part in cut], stacked=cut[0][2:] == cut[1][2:]):
                chosen, most = cut, sure
        if len(chosen) > 1:
            clothes = self.gate.scores(vectors[[told[part].row for part in chosen]])
            chosen = chosen if clothes.min() >= self.gate.threshold else (whole,)
        found = [self._found(cells, part, told[part], vectors[told[part].row]) for part in chosen]
        return sorted(found, key=lambda one: -one.confidence)

    def _found(self, cells: NDArray[np.float32], part: Part, told: "_Told", vector: Vectors) -> Found:
        inside = within(cells, part)
        says = self.head.shown(inside.reshape(-1, inside.shape[2]), vector, self.head.types.index(told.kind))
        low, high = np.quantile(says, (0.1, 0.95))
        where = np.zeros(cells.shape[:2])
        within(where, part)[:] = np.clip((says - low) / max(float(high - low), 1e-6), 0.0, 1.0).reshape(
            inside.shape[:2]
        )
        return Found(type=told.kind, confidence=told.confidence, where=where, vector=vector)

    def _stand_together(self, parts: list["_Told"], *, stacked: bool) -> bool:
        if min(part.confidence for part in parts) < self.splits.least:
            return False
        if not stacked:
            return len({part.kind for part in parts}) == len(parts)
        heights = [HEIGHT[part.kind] for part in parts]
        return all(upper < lower for upper, lower in pairwise(heights))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What the head says of a part, and the row of its vector."""

    kind: str
    confidence: float
    row: int


# Where on a body it is worn, from the head down: what stands below in a picture has to be worn below. A whole body's
# garment has its place between the hat and the shoes, with nothing beside it.
HEIGHT: Mapping[str, float] = {
    "hat": 0, "blazer": 1, "blouse": 1, "hoodie": 1, "longsleeve": 1, "outwear": 1, "polo": 1, "shirt": 1, "t-shirt": 1,
    "top": 1, "undershirt": 1, "bodysuit": 1, "dress": 1, "pants": 2, "shorts": 2, "skirt": 2, "shoes": 3,
}  # fmt: skip


def cuts(rows: int, columns: int) -> list[tuple[Part, ...]]:
    """Ways to take a picture apart: in two or three from top to bottom, in two from left to right.

    >>> len(cuts(7, 7))
    9
    """
    across = [(2,), (3,), (4,), (5,), (2, 5), (2, 4), (3, 5)]
    found: list[tuple[Part, ...]] = []
    for places in across:
        edges = [0, *(round(place * rows / 7) for place in places), rows]
        found.append(tuple((a, b, 0, columns) for a, b in pairwise(edges)))
    for place in (3, 4):
        middle = round(place * columns / 7)
        found.append(((0, rows, 0, middle), (0, rows, middle, columns)))
    return found


def within(cells: NDArray[Any], part: Part) -> NDArray[Any]:
    """The cells of a part; writing to them writes to `cells`."""
    top, bottom, left, right = part
    return cells[top:bottom, left:right]


def rooted(vectors: Vectors) -> Vectors:
    """Square roots of what is positive; pooled features never are below 0."""
    return np.sqrt(np.maximum(vectors, 0.0, dtype=np.float32))


def products(vectors: Vectors, weights: Vectors) -> Vectors:
    """vectors @ weights.T, without BLAS: a row gives the same bits in any batch, and no thread spins for one row."""
    return np.einsum("nd,cd->nc", vectors, weights)


def load_garment_model(folder: Path, *, encoder: str, width: int) -> GarmentModel:
    """The model in `folder`; ModelUnavailable if a file is missing or changed, or it belongs to another encoder."""
    manifest = read_manifest(folder)
    if manifest.get("encoder") != encoder:
        raise ModelUnavailable(
            f"the garment head in {folder} was trained on {manifest.get('encoder')!r}, and the encoder is {encoder!r}",
            hint=f"use the encoder {manifest.get('encoder')!r}, or train for this one with `adtailor train look`",
        )
    weights, bias = load_classifier(folder)
    with np.load(_verified(folder, HEADS, manifest), allow_pickle=False) as arrays:
        model = GarmentModel(
            version=str(manifest["version"]),
            gate=ClothesGate(weights=weights, bias=bias, threshold=float(arrays["threshold"])),
            head=GarmentHead(
                types=tuple(str(name) for name in arrays["types"]),
                weights=arrays["weights"].astype(np.float32),
                bias=arrays["bias"].astype(np.float32),
            ),
            splits=Splits(least=float(arrays["split_least"]), gain=float(arrays["split_gain"])),
            patterns=PatternHead(
                names=tuple(str(name) for name in arrays["patterns"]),
                weights=arrays["pattern_weights"].astype(np.float32),
                bias=arrays["pattern_bias"].astype(np.float32),
                least=float(arrays["pattern_least"]),
            ),
        )
    expected = (len(model.head.types), width)
    if model.head.weights.shape != expected:
        raise ModelUnavailable(
            f"the garment head has weights of shape {model.head.weights.shape}, expected {expected}", hint=REMEDY
        )
    return model


def load_classifier(folder: Path) -> tuple[Vectors, Vectors]:
    """Weights (1000, width) and bias of the encoder's own classifier."""
    with np.load(_verified(folder, CLASSIFIER, read_manifest(folder)), allow_pickle=False) as arrays:
        return arrays["weights"].astype(np.float32), arrays["bias"].astype(np.float32)


def read_manifest(folder: Path) -> Mapping[str, Any]:
    """`manifest.json`: the encoder, the version of the head, and each file with sha256, source and licence."""
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise ModelUnavailable(f"{path} is missing: the look's weights are not there", hint=REMEDY) from None
    except ValueError:
        raise ModelUnavailable(f"{path} is no JSON", hint=REMEDY) from None
    if not isinstance(manifest, dict) or "files" not in manifest:
        raise ModelUnavailable(f"{path} lists no files", hint=REMEDY)
    return manifest


def seal(folder: Path, name: str, **about: str) -> None:
    """Enter a file of `folder` in its manifest, with its sha256 and what is said `about` it."""
    data = (folder / name).read_bytes()
    entry = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), **about}
    files = read_manifest(folder)["files"] if (folder / MANIFEST).exists() else {}
    enter(folder, files=dict(sorted({**files, name: entry}.items())))


def enter(folder: Path, **entries: object) -> None:
    """Set entries of the manifest of `folder`, and leave its others."""
    path = folder / MANIFEST
    manifest = dict(read_manifest(folder)) if path.exists() else {}
    path.write_text(json.dumps({**manifest, **entries}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _verified(folder: Path, name: str, manifest: Mapping[str, Any]) -> Path:
    path = folder / name
    expected = manifest["files"].get(name, {}).get("sha256")
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        raise ModelUnavailable(f"{path} is missing: expected sha256 {expected}, found no file", hint=REMEDY) from None
    if found != expected:
        raise ModelUnavailable(f"{path} is another file: expected sha256 {expected}, found {found}", hint=REMEDY)
    return path
