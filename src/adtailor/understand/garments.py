"""What a garment is, from a picture's vector: is there clothing at all, and if so, of which type."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import ModelUnavailable

Vectors = NDArray[np.float32]

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
        logits = (_products(vectors, self.weights) + self.bias).astype(np.float64)
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
        scores = (_products(rooted(vectors), self.weights) + self.bias).astype(np.float64)
        return np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class GarmentModel:
    """Gate and head of one training run."""

    version: str
    gate: ClothesGate
    head: GarmentHead

    def best(self, vectors: Vectors) -> list[tuple[str, float] | None]:
        """Per picture the likeliest type with its probability, or None where there are no clothes."""
        worn = self.gate.scores(vectors) >= self.gate.threshold
        chances = self.head.probabilities(vectors)
        best = chances.argmax(axis=1)
        return [
            (self.head.types[place], float(chances[row, place])) if worn[row] else None
            for row, place in enumerate(best)
        ]


def rooted(vectors: Vectors) -> Vectors:
    """Square roots of what is positive; pooled features never are below 0."""
    return np.sqrt(np.maximum(vectors, 0.0, dtype=np.float32))


def _products(vectors: Vectors, weights: Vectors) -> Vectors:
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
