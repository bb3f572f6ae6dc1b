"""Trains all heads and the topic index on a frozen encoder, measures them on rows kept from the fit, and seals them."""

from collections.abc import Callable, Sequence
from importlib.metadata import version as installed
from pathlib import Path

from adtailor.ports import Encoder
from adtailor.understand.card import card
from adtailor.understand.embedded import embedded
from adtailor.understand.fit_emotions import fit_emotions, fit_tone
from adtailor.understand.fit_offence import fit_offence
from adtailor.understand.fit_stress import fit_stress, own_examples
from adtailor.understand.fit_valence import fit_valence
from adtailor.understand.fitting import Vectors
from adtailor.understand.heads import save_heads
from adtailor.understand.labelled import needed, read_labelled
from adtailor.understand.names import name_check, name_texts
from adtailor.understand.topic_training import train_topics
from adtailor.understand.topics import save_topics

VERSION = "1"
SEED = 7


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
    labelled = read_labelled(data)
    own = own_examples()
    learned, checked = name_texts()
    others = (*own[0], *learned, *checked)
    progress = started(sum(len(rows.texts) for rows in labelled.all()) + len(others))
    out.mkdir(parents=True, exist_ok=True)

    def vectors(texts: Sequence[str]) -> Vectors:
        return embedded(encoder, texts, cache=out / ".cache", progress=progress)

    seen = {rows.name: vectors(rows.texts) for rows in labelled.all()}
    own_seen = vectors(own[0])
    names = name_check(vectors(learned), vectors(checked), everyday=seen[labelled.emotions_dev.name])
    with limits(threads):
        trained = [
            fit_emotions(labelled, seen, seed),
            fit_stress(labelled, seen, own=own_seen, own_stressed=own[1], names=names, seed=seed),
            fit_valence(labelled, seen, seed),
            fit_tone(labelled, seen, seed),
            fit_offence(labelled, seen, seed),
        ]
        index, topic_report = train_topics(encoder, everyday=seen[labelled.emotions_dev.name])
    save_topics(out / "topics.npz", index)
    reports = [report for part in trained for report in part.reports] + [topic_report]
    about = {
        "encoder": {"name": encoder.name, "sha256": encoder_sha256},
        "seed": seed,
        "made_with": {name: installed(name) for name in ("numpy", "scikit-learn", "duckdb", "onnxruntime")},
    }
    path = out / "card.md"
    path.write_text(
        card(reports, encoder=encoder.name, encoder_sha256=encoder_sha256, seed=seed, sets=labelled.all()),
        encoding="utf-8",
    )
    save_heads(
        out,
        [head for part in trained for head in part.heads],
        others=(out / "topics.npz", path),
        version=VERSION,
        about=about,
    )
    return path
