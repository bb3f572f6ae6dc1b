"""The labelled rows that are here: public sets where $ADTAILOR_TEST_DATA points, and posts of our own writing."""

import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.quality.rows import Missing
from numpy.typing import NDArray

import adtailor.understand
from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import Post
from adtailor.journeys.evaluate import Judged, Labelled
from adtailor.understand.training.parting import split
from adtailor.understand.training.schooling import HELD, TUNE
from adtailor_weights import FOLDER

EXAMPLES = Path(adtailor.understand.__file__).parent / "examples"
OWN = "own writing"
"""Said of every figure on posts that we wrote ourselves: they are no sample of any feed."""


def public(name: str, *columns: str) -> list[tuple[Any, ...]]:
    """Those columns of a public set; Missing where it is not there."""
    folder = os.environ.get("ADTAILOR_TEST_DATA")
    if not folder:
        raise Missing("ADTAILOR_TEST_DATA is not set")
    file = Path(folder) / f"{name}.parquet"
    if not file.is_file():
        raise Missing(f"{name}.parquet is not in ADTAILOR_TEST_DATA")
    import duckdb

    listed = ", ".join(f'"{column}"' for column in columns)
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT {listed} FROM read_parquet(?)", [str(file)]).fetchall()


def own(name: str, part: str = "check") -> Mapping[str, Any]:
    """[check], or another part, of a file of examples: posts of our own writing that nothing learned from."""
    file = EXAMPLES / f"{name}.toml"
    if not file.is_file():
        raise Missing(f"{file.name} is not here yet")
    return tomllib.loads(file.read_text(encoding="utf-8"))[part]


def labelled(
    part: Judged, labels: Sequence[str], texts: Sequence[str], truth: Any, *, language: str | None = "en"
) -> Labelled:
    """Posts with the labels of each, `truth` of shape (texts, labels)."""
    posts = tuple(
        Post(
            id=PostId(f"row-{number}"),
            author_id=PersonId("nobody"),
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
            text=text,
            language=language,
        )
        for number, text in enumerate(texts)
    )
    return Labelled(
        part=part, labels=tuple(labels), posts=posts, truth=np.asarray(truth, dtype=np.bool_).reshape(-1, len(labels))
    )


def unseen(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Which rows of a training set the installed heads were not fitted to, by the split that training makes."""
    seed = int(json.loads((FOLDER / "text" / "manifest.json").read_text(encoding="utf-8"))["seed"])
    return split(texts, seed, tune=TUNE, held=HELD).held
