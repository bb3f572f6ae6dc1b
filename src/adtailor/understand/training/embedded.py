"""Vectors of many texts, kept in a folder while training, so that a run that was stopped goes on where it was."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adtailor.ports import Encoder
from adtailor.understand.cleaning import clean

AT_ONCE = 1000
Progress = Callable[[int], None]
"""Told how many texts more are done."""


def embedded(
    encoder: Encoder, texts: Sequence[str], *, cache: Path, progress: Progress = lambda _: None
) -> NDArray[np.float32]:
    """Vectors of the cleaned texts, shape (texts, width)."""
    cache.mkdir(parents=True, exist_ok=True)
    (cache / ".gitignore").write_text("*\n", encoding="utf-8")
    parts = [np.empty((0, encoder.width), dtype=np.float32)]
    for start in range(0, len(texts), AT_ONCE):
        cleaned = [clean(text) for text in texts[start : start + AT_ONCE]]
        path = cache / f"{key(encoder.name, cleaned)}.npy"
        if path.exists():
            part = np.asarray(np.load(path, allow_pickle=False), dtype=np.float32)
        else:
            part = encoder.encode(cleaned)
            unfinished = path.with_suffix(".part")
            with unfinished.open("wb") as file:
                np.save(file, part)
            unfinished.replace(path)
        parts.append(part)
        progress(len(cleaned))
    return np.vstack(parts)


def key(encoder: str, texts: Sequence[str]) -> str:
    """A name for the vectors of these texts by this encoder."""
    return hashlib.sha256("\x00".join((encoder, *texts)).encode("utf-8", "replace")).hexdigest()[:32]
