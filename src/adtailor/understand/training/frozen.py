"""Fits all heads and the topic index on an encoder as it is, measures them on rows kept from the fit, seals them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from adtailor.ports import Encoder
from adtailor.understand.training.corpora import corpora
from adtailor.understand.training.embedded import embedded
from adtailor.understand.training.finishing import Raw
from adtailor.understand.training.fitting import Vectors, fit_soft
from adtailor.understand.training.labelled import read_labelled, rephrased_sarcasm
from adtailor.understand.training.packages import needed
from adtailor.understand.training.schooling import School
from adtailor.understand.training.sealing import seal, texts_to_judge
from adtailor.understand.training.targets import WIDTH, Taught

SEED = 7
PENALTY = 0.003


def train(
    data: Path,
    out: Path,
    *,
    encoder: Encoder,
    encoder_sha256: str,
    seed: int = SEED,
    threads: int = 1,
    started: Callable[[int], Callable[[int], None]] = lambda _: lambda _: None,
) -> Path:
    """Write heads.npz, topics.npz, card.md and manifest.json into `out`; the path of the card.

    `started` is told how many texts there are to encode, and answers with what is told how many more are done.
    Vectors are kept in `out/.cache`. Raises InvalidInput where data is missing, ExtraMissing where a package is.
    """
    limits = needed("threadpoolctl").threadpool_limits
    needed("sklearn")
    school = School(
        labelled=read_labelled(data), rephrased=rephrased_sarcasm(data), corpora=corpora(), seed=seed,
        sarcasm_repeats=1, corpus_repeats=1,
    )  # fmt: skip
    taught = school.epoch(0)
    progress = started(len(taught) + len(texts_to_judge(school)))
    out.mkdir(parents=True, exist_ok=True)

    def vectors(texts: Sequence[str]) -> Vectors:
        return embedded(encoder, texts, cache=out / ".cache", progress=progress)

    with limits(threads):
        raw = _fitted(vectors(taught.texts), taught)
        return seal(
            out,
            raw,
            school,
            encoder=encoder,
            vectors=vectors,
            about={"encoder": {"name": encoder.name, "sha256": encoder_sha256}, "seed": seed},
            made_by=f"small linear models on the vectors of `{encoder.name}`, made by `adtailor train heads`, "
            f"seed {seed}; the encoder's sha256 is `{encoder_sha256}`",
        )


def _fitted(x: Vectors, taught: Taught) -> Raw:
    """A logistic model per column, on the rows that know it."""
    weights = np.zeros((WIDTH, x.shape[1]), dtype=np.float32)
    bias = np.zeros(WIDTH, dtype=np.float32)
    for column in range(WIDTH):
        known = taught.weights[:, column] > 0
        model = fit_soft(
            x[known],
            taught.targets[known, column].astype(np.float64),
            penalty=PENALTY,
            weights=taught.weights[known, column].astype(np.float64),
        )
        weights[column], bias[column] = model.weights, model.bias
    return Raw(weights, bias)
