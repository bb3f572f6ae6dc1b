"""The end of every training: heads calibrated and measured, the topic index, the card, and a manifest over all."""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import numpy as np

from adtailor.ports import Encoder
from adtailor.understand.heads import save_heads
from adtailor.understand.topics import save_topics
from adtailor.understand.training.card import card
from adtailor.understand.training.finishing import Raw, finish
from adtailor.understand.training.fitting import Vectors
from adtailor.understand.training.judging import Court
from adtailor.understand.training.names import checked_texts, moving_texts, name_check
from adtailor.understand.training.schooling import School
from adtailor.understand.training.topic_training import train_topics

VERSION = "3"


def seal(
    out: Path,
    raw: Raw,
    school: School,
    *,
    encoder: Encoder,
    vectors: Callable[[Sequence[str]], Vectors],
    about: Mapping[str, Any],
    made_by: str,
    projection: Vectors | None = None,
    others: Sequence[Path] = (),
    curve: str = "",
) -> Path:
    """Write heads.npz, topics.npz, card.md and manifest.json into `out`; `others` are files already there."""
    court = Court(school, vectors)
    finished = finish(raw, court, name_check(vectors(checked_texts()), vectors(moving_texts())))
    index, topic_report = train_topics(encoder, everyday=court.emotions[0], projection=projection)
    save_topics(out / "topics.npz", index)
    path = out / "card.md"
    path.write_text(
        card(
            [*finished.reports, topic_report],
            made_by=made_by,
            sets=school.labelled.all(),
            own=school.corpora,
            curve=curve,
        ),
        encoding="utf-8",
    )
    made_with = {name: installed(name) for name in ("numpy", "scikit-learn", "duckdb", "onnxruntime")}
    save_heads(
        out,
        finished.heads,
        others=(out / "topics.npz", path, *others),
        version=VERSION,
        about={**about, "made_with": made_with},
    )
    return path


def texts_to_judge(school: School) -> tuple[str, ...]:
    """All that may be encoded to calibrate and measure, for a bar of progress."""
    known = school.labelled
    kept = [
        text
        for rows in (known.stressors, known.sarcasm, known.offence, known.valence)
        for text, mine in zip(rows.texts, ~school.parts[rows.name].fit, strict=True)
        if mine
    ]
    own = [text for corpus in school.corpora.values() for text, _ in corpus.labelled("check")]
    return (*known.emotions_dev.texts, *kept, *own, *checked_texts(), *moving_texts())


def sparkline(values: Sequence[float], width: int = 48) -> str:
    """A curve in one line of text, highest block for the highest value.

    >>> sparkline([3.0, 2.0, 1.0])
    '█▅▁'
    """
    places = np.linspace(0, len(values) - 1, min(width, len(values))).round().astype(int)
    chosen = np.asarray(values)[places]
    low, high = float(chosen.min()), float(chosen.max())
    return "".join("▁▂▃▄▅▆▇█"[round((float(value) - low) / max(high - low, 1e-9) * 7)] for value in chosen)
