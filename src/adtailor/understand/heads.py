"""Trained heads: linear maps of an encoder's vectors, loaded only with the encoder they are made for."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import ModelUnavailable
from adtailor.ports import Encoder

FORMAT = 1
MANIFEST = "manifest.json"
REMEDY = "run `make install`, or train them again with `adtailor train heads`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Scores = vectors @ weights.T + bias, one column per label; calibration is folded into both."""

    name: str
    labels: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    thresholds: tuple[float, ...]
    """From where a label counts as present; chosen on rows that were kept from the fit."""

    def scores(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Shape (texts, labels)."""
        return vectors.astype(np.float64) @ self.weights.T.astype(np.float64) + self.bias

    def probabilities(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Shape (texts, labels), each column calibrated by itself: they need not add up to one."""
        return sigmoid(self.scores(vectors))

    def shares(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Shape (texts, labels), rows that add up to one: of labels of which exactly one is true."""
        scores = self.scores(vectors)
        return np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """All heads of one training run, by name."""

    version: str
    encoder: str
    heads: Mapping[str, Head]

    def __getitem__(self, name: str) -> Head:
        return self.heads[name]


def sigmoid(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + exp(-score)), without overflow.

    >>> sigmoid(np.array([0.0, -1000.0])).tolist()
    [0.5, 0.0]
    """
    return np.exp(-np.logaddexp(0.0, -scores))


def load_heads(folder: Path, *, encoder: Encoder) -> Heads:
    """The heads in `folder`; ModelUnavailable if a file is missing or changed, or they belong to another encoder."""
    manifest = load_manifest(folder, encoder=encoder)
    described: Mapping[str, Mapping[str, Any]] = manifest["heads"]
    heads: dict[str, Head] = {}
    with np.load(folder / "heads.npz", allow_pickle=False) as arrays:
        for name, about in described.items():
            weights = np.asarray(arrays[f"{name}.weights"], dtype=np.float32)
            labels = tuple(str(label) for label in about["labels"])
            if weights.shape != (len(labels), encoder.width):
                raise ModelUnavailable(
                    f"head {name!r} has weights of shape {weights.shape}, expected {(len(labels), encoder.width)}",
                    hint=REMEDY,
                )
            heads[name] = Head(
                name=name,
                labels=labels,
                weights=weights,
                bias=np.asarray(arrays[f"{name}.bias"], dtype=np.float32),
                thresholds=tuple(float(value) for value in about["thresholds"]),
            )
    return Heads(version=str(manifest["version"]), encoder=encoder.name, heads=heads)


def load_manifest(folder: Path, *, encoder: Encoder) -> Mapping[str, Any]:
    """What the training wrote about its files, after checking them and the encoder."""
    path = folder / MANIFEST
    try:
        manifest: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelUnavailable(f"{path} is missing: the trained heads are not there", hint=REMEDY) from None
    except ValueError:
        raise ModelUnavailable(f"{path} is no JSON", hint=REMEDY) from None
    if manifest.get("format") != FORMAT:
        raise ModelUnavailable(f"{path} has format {manifest.get('format')!r}, expected {FORMAT}", hint=REMEDY)
    made_for = manifest["encoder"]["name"]
    if made_for != encoder.name:
        raise ModelUnavailable(
            f"the heads in {folder} were trained on {made_for!r}, and the encoder is {encoder.name!r}",
            hint=f"configure the encoder {made_for!r}, or train heads for this one with `adtailor train heads`",
        )
    for name, sha256 in manifest["files"].items():
        _verify(folder / name, sha256)
    return manifest


def save_heads(
    folder: Path,
    heads: Sequence[Head],
    *,
    others: Sequence[Path],
    version: str,
    about: Mapping[str, Any],
) -> None:
    """Write `heads.npz` and the manifest that seals it together with the `others`, files already in `folder`."""
    arrays = {
        f"{head.name}.{part}": np.asarray(getattr(head, part), dtype=np.float32)
        for head in heads
        for part in ("weights", "bias")
    }
    np.savez(folder / "heads.npz", allow_pickle=False, **arrays)
    files = [folder / "heads.npz", *others]
    manifest = {
        "format": FORMAT,
        "version": version,
        **about,
        "files": {path.name: _digest(path) for path in files},
        "heads": {head.name: {"labels": head.labels, "thresholds": head.thresholds} for head in heads},
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verify(path: Path, sha256: str) -> None:
    try:
        found = _digest(path)
    except FileNotFoundError:
        raise ModelUnavailable(f"{path} is missing: expected sha256 {sha256}, found no file", hint=REMEDY) from None
    if found != sha256:
        raise ModelUnavailable(f"{path} is another file: expected sha256 {sha256}, found {found}", hint=REMEDY)
