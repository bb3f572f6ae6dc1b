"""How well a small language model labels posts without training, as JSON and by the likelihood of its words.

Needs the extras llm and train, and the labelled sets: `python -m benchmarks.asked`.
"""

import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from adtailor import assemble
from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import Post
from adtailor.domain.reading import EMOTIONS, PARTS, Part, Reading
from adtailor.engines.known_gguf import SMOLLM2, find_gguf
from adtailor.engines.llama_cpp import LlamaCpp
from adtailor.maths.classification import area_under_roc
from adtailor.ports import TextReader
from adtailor.understand.asked import AskedReader

ROWS = 150
SEED = 7
LABELS = ("negative", "neutral", "positive")
Rows = list[tuple[str, Any]]


def main() -> None:
    """One line per reader and part."""
    found = find_gguf(SMOLLM2, sha256=None)
    model = LlamaCpp(found.path, sha256=found.sha256)
    default = assemble.text_reader()
    sets = _sets(Path(os.environ["ADTAILOR_TEST_DATA"]))
    readers: dict[str, Callable[[Part], TextReader]] = {
        "embedded (has seen these sets)": lambda _: default,
        "asked for JSON": lambda part: AskedReader(default, model, parts=(part,), method="json"),
        "asked for words": lambda part: AskedReader(default, model, parts=(part,), method="words"),
    }
    for name, made in readers.items():
        for part, rows in sets.items():
            started = time.process_time()
            read = _read(made(part), rows)
            each = (time.process_time() - started) / len(rows)
            failed = sum(bool(reading.errors) for reading in read)
            print(f"{name:32} {part:10} {_score(part, read, rows):38} failed {failed:3} {each:.3f} CPU s a post")
    model.close()


def _sets(folder: Path) -> dict[Part, Rows]:
    rng = np.random.default_rng(SEED)

    def some(file: str, columns: str) -> Rows:
        import duckdb

        rows = duckdb.sql(f"SELECT {columns} FROM read_parquet('{folder / file}')").fetchall()
        rows = [row for row in rows if row[0]]
        return [rows[n] for n in rng.permutation(len(rows))[:ROWS]]

    return {
        "sentiment": some("vader_sentiment/tweets.parquet", "text, mean_valence"),
        "stress": some("sad_stressors/dev.parquet", "sentence, is_stressor"),
        "tone": some("isarcasmeval/train_en.parquet", "tweet, sarcastic"),
        "emotions": some("goemotions/dev.parquet", "text, labels"),
    }


def _read(reader: TextReader, rows: Rows) -> list[Reading]:
    at = datetime(2026, 11, 25, tzinfo=UTC)
    posts = [
        Post(id=PostId(f"p{n}"), author_id=PersonId("nobody"), created_at=at, text=text, language="en")
        for n, (text, _) in enumerate(rows)
    ]
    return reader.read(posts, [frozenset(PARTS)] * len(posts))


def _score(part: Part, read: Sequence[Reading], rows: Rows) -> str:
    if part == "sentiment":
        truth = ["positive" if v > 0.5 else "negative" if v < -0.5 else "neutral" for _, v in rows]
        told = [reading.sentiment.label if reading.sentiment else "" for reading in read]
        recalls = [np.mean([t == label for t, y in zip(told, truth, strict=True) if y == label]) for label in LABELS]
        valence = [reading.sentiment.valence if reading.sentiment else 0.0 for reading in read]
        close = np.corrcoef(valence, [v for _, v in rows])[0, 1]
        return f"macro-recall {np.mean(recalls):.3f}, correlation {close:.3f}"
    if part == "emotions":
        chances = np.array([[(reading.emotions or {}).get(name, 0.0) for name in EMOTIONS] for reading in read])
        truth = [{int(one) for one in str(labels).split(",")} for _, labels in rows]
        areas = [
            _area(chances[:, n], [n in one for one in truth])
            for n in range(len(EMOTIONS))
            if sum(n in one for one in truth) >= 5
        ]
        top = np.mean([int(row.argmax()) in one for row, one in zip(chances, truth, strict=True)])
        return f"mean AUC {np.mean(areas):.3f}, top one right {top:.3f}"
    values = [
        (reading.stress.probability if reading.stress else 0.0)
        if part == "stress"
        else (reading.tone or {})["sarcastic"]
        for reading in read
    ]
    return f"AUC {_area(np.array(values), [bool(told) for _, told in rows]):.3f}"


def _area(scores: Any, truth: Sequence[bool]) -> float:
    return float(area_under_roc(scores, np.array(truth), np.ones((1, len(truth))))[0])


if __name__ == "__main__":
    main()
