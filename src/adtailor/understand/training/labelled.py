"""Labelled rows to train from: public sets in Parquet, read with DuckDB where they lie; none is copied."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.reading import EMOTIONS
from adtailor.errors import InvalidInput
from adtailor.understand.training.packages import needed

_LONGEST_SNIPPET = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Texts and what people said about each: `values` has a row per text."""

    name: str
    source: str
    licence: str
    texts: tuple[str, ...]
    values: NDArray[np.float64]
    """(texts, columns)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Everything that the heads learn from."""

    emotions: Rows
    """Columns: the 28 labels, 0 or 1."""
    emotions_dev: Rows
    stressors: Rows
    """Columns: is a stressor, severity 0 to 1."""
    sarcasm: Rows
    offence: Rows
    """Columns: hate speech, offensive or hateful."""
    valence: Rows
    """Columns: valence -1 to 1, and which of the four sets it is from."""

    def all(self) -> tuple[Rows, ...]:
        """In the order they are encoded."""
        return (self.emotions, self.emotions_dev, self.stressors, self.sarcasm, self.offence, self.valence)


VALENCE_SETS = ("tweets", "amazonReviewSnippets", "movieReviewSnippets", "nytEditorialSnippets")


def read_labelled(folder: Path) -> Labelled:
    """All sets under `folder`; InvalidInput names the first one missing."""
    return Labelled(
        emotions=_emotions(folder, "train"),
        emotions_dev=_emotions(folder, "dev"),
        stressors=_stressors(folder),
        sarcasm=_sarcasm(folder),
        offence=_offence(folder),
        valence=_valence(folder),
    )


def _emotions(folder: Path, part: str) -> Rows:
    rows = _read(folder / "goemotions" / f"{part}.parquet", ("text", "labels"))
    values = np.zeros((len(rows), len(EMOTIONS)))
    for row, (_, labels) in enumerate(rows):
        values[row, [int(label) for label in str(labels).split(",")]] = 1.0
    return Rows(
        name=f"goemotions/{part}",
        source="GoEmotions (Demszky et al., 2020): Reddit comments",
        licence="Apache-2.0",
        texts=_texts(rows),
        values=values,
    )


def _stressors(folder: Path) -> Rows:
    rows = _read(folder / "sad_stressors" / "dev.parquet", ("sentence", "is_stressor", "avg_severity"))
    return Rows(
        name="sad_stressors/dev",
        source="SAD, a stress annotated dataset (Mauriello et al., 2021): short texts on everyday stressors",
        licence="MIT",
        texts=_texts(rows),
        values=np.array([(float(told), float(severity) / 10) for _, told, severity in rows]),
    )


def _sarcasm(folder: Path) -> Rows:
    rows = _read(folder / "isarcasmeval" / "train_en.parquet", ("tweet", "sarcastic"))
    return Rows(
        name="isarcasmeval/train_en",
        source="iSarcasmEval (Abu Farha et al., 2022): tweets labelled by their authors",
        licence="MIT",
        texts=_texts(rows),
        values=np.array([(float(told),) for _, told in rows]),
    )


def rephrased_sarcasm(folder: Path) -> tuple[str, ...]:
    """For each row of the sarcasm set how its author would say it plainly, empty where nothing is told."""
    rows = _read(folder / "isarcasmeval" / "train_en.parquet", ("rephrase",))
    return _texts(rows)


def _offence(folder: Path) -> Rows:
    rows = _read(folder / "davidson_offensive" / "dev.parquet", ("tweet", "class"))
    # 0 hate speech, 1 offensive, 2 neither.
    return Rows(
        name="davidson_offensive/dev",
        source="Hate speech and offensive language (Davidson et al., 2017): tweets",
        licence="MIT",
        texts=_texts(rows),
        values=np.array([(float(kind == 0), float(kind in (0, 1))) for _, kind in rows]),
    )


def _valence(folder: Path) -> Rows:
    texts: list[str] = []
    values: list[tuple[float, float]] = []
    for number, name in enumerate(VALENCE_SETS):
        rows = _read(folder / "vader_sentiment" / f"{name}.parquet", ("text", "mean_valence"))
        texts += _texts(rows)
        values += [(float(mean) / 4, float(number)) for _, mean in rows]
    return Rows(
        name="vader_sentiment",
        source="VADER (Hutto and Gilbert, 2014): mean human sentiment of tweets, product and film reviews, editorials",
        licence="MIT",
        texts=tuple(texts),
        values=np.array(values),
    )


def _texts(rows: Sequence[tuple[Any, ...]]) -> tuple[str, ...]:
    return tuple(str(row[0] or "")[:_LONGEST_SNIPPET] for row in rows)


def _read(path: Path, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    if not path.is_file():
        raise InvalidInput(
            f"{path} is missing",
            hint="point --data, or ADTAILOR_TEST_DATA, to the folder that holds goemotions, sad_stressors, "
            "isarcasmeval, davidson_offensive and vader_sentiment",
            field="data",
        )
    duckdb = needed("duckdb")
    with duckdb.connect() as connection:
        listed = ", ".join(f'"{column}"' for column in columns)
        return connection.execute(f"SELECT {listed} FROM read_parquet(?)", [str(path)]).fetchall()  # noqa: S608  # names from this file
