"""What the reader takes each thing for: measured on labelled rows, and kept for the simulated worlds.

`python -m benchmarks.quality.confusion` writes `src/adtailor/simulate/worlds/confusion.toml`; `--check` only prints it.
Moods are read from GoEmotions' development part by the reader as installed, and taken as a profile takes them. Garments
are told by heads that saw no photo of the same sender, since those that ship have seen them all. Topics are the first
tier of posts of our own writing. What reading costs is measured in the same run, in seconds of one processor.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from benchmarks.quality.rows import Missing
from benchmarks.quality.sets import labelled, public
from benchmarks.quality.words import TOPIC_POSTS, offers
from numpy.typing import NDArray
from rich.console import Console

import adtailor.simulate.worlds
from adtailor import assemble
from adtailor.domain.reading import EMOTIONS, PARTS, Reading
from adtailor.profiles.affect import LEAST_FELT, MOODS

OUT = Path(adtailor.simulate.worlds.__file__).parent / "confusion.toml"
VERSION = 1
READ = (*dict.fromkeys(MOODS.values()), "none")
LOW = frozenset({
    "anger", "annoyance", "disappointment", "disapproval", "disgust", "embarrassment", "fear", "grief", "nervousness",
    "remorse", "sadness",
})  # fmt: skip
BATCH = 32
COMMAND = "python -m benchmarks.quality.confusion"
PHOTOS_TIMED = 300


def main(arguments: Sequence[str]) -> int:
    """Measure, and write the file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.confusion", description=__doc__)
    parser.add_argument("--check", action="store_true", help="print it, and write nothing")
    given = parser.parse_args(arguments)
    talk = Console(stderr=True)
    try:
        with talk.status("measuring"):
            said = "\n".join(_lines())
    except Missing as missing:
        print(f"nothing is written: {missing}", file=sys.stderr)
        return 2
    sys.stdout.write(said) if given.check else OUT.write_text(said, encoding="utf-8")
    return 0


def _lines() -> Iterator[str]:
    text, look = offers().text, assemble.look_reader()
    assert text is not None
    yield f"# What the installed reader takes each thing for. Written by `{COMMAND}`, never by hand."
    yield f"version = {VERSION}"
    yield f'measured_on = "{datetime.now(UTC).date().isoformat()}"'
    models = {**text.models, **look.models}
    yield "models = { " + ", ".join(f'{slot} = "{name}"' for slot, name in sorted(models.items())) + " }"
    yield ""
    counts, seconds, posts = moods()
    yield from table("moods", "goemotions/dev, posts of one mood", (*READ[:-1], "low", "plain"), READ, counts)
    types, told, photo_seconds = garments()
    yield from table("garments", "clothing/dev, by heads that saw none of the sender", types, types, told)
    right, of = topics()
    yield "[topics]"
    yield 'on = "posts of our own writing, first tier at the first place"'
    yield f"right = {right / of:.4f}"
    yield f"posts = {of}"
    yield ""
    yield "[cost]"
    yield 'on = "seconds of one processor, every part of a post; photos at 224 px with decoding"'
    yield f"post_seconds = {seconds / posts:.6f}"
    yield f"photo_seconds = {photo_seconds:.6f}"
    yield ""


def moods() -> tuple[NDArray[np.int64], float, int]:
    """Posts by the mood that people saw (rows, with low moods and none) and the mood that a profile would take."""
    rows = public("goemotions/dev", "text", "labels")
    named = {EMOTIONS.index(label): mood for label, mood in MOODS.items()}
    low = {EMOTIONS.index(label) for label in LOW}
    texts, truths = [], []
    for words, labels in rows:
        felt = {int(label) for label in labels.split(",")}
        seen = {named[label] for label in felt if label in named}
        if len(seen) > 1 or (seen and felt & low):
            continue
        texts.append(words)
        truths.append(READ.index(seen.pop()) if seen else len(READ) - 1 if felt & low else len(READ))
    posts = labelled("emotions", EMOTIONS, texts, np.zeros((len(texts), len(EMOTIONS)))).posts
    reader = offers().text
    assert reader is not None
    started, said = time.process_time(), []
    for start in range(0, len(posts), BATCH):
        some = posts[start : start + BATCH]
        said += reader.read(some, [frozenset(PARTS)] * len(some))
    seconds = time.process_time() - started
    counts = np.zeros((len(READ) + 1, len(READ)), dtype=np.int64)
    for truth, reading in zip(truths, said, strict=True):
        counts[truth, taken_for(reading)] += 1
    return counts, seconds, len(posts)


def taken_for(reading: Reading) -> int:
    """The strongest mood that a profile would take from it, by its place in `READ`."""
    shares = [(reading.emotions or {}).get(label, 0.0) for label in MOODS]
    best = int(np.argmax(shares))
    return READ.index(MOODS[list(MOODS)[best]]) if shares[best] >= LEAST_FELT else len(READ) - 1


def garments() -> tuple[tuple[str, ...], NDArray[np.int64], float]:
    """Photos by their type and the type told, and seconds of a processor for each photo."""
    from adtailor.domain.post import Photo
    from adtailor.engines.image_onnx import OnnxImageEncoder
    from adtailor.understand.look_training import read_look_set, seen_by_others

    folder = os.environ.get("ADTAILOR_TEST_DATA", "")
    file = Path(folder) / "clothing" / "dev_224px.parquet"
    if not file.is_file():
        raise Missing("clothing/dev_224px.parquet is not in ADTAILOR_TEST_DATA")
    data = read_look_set(file, OnnxImageEncoder(), progress=lambda *_: None)
    types, truth, logits = seen_by_others(data, seed=0, progress=lambda *_: None)
    counts = np.zeros((len(types), len(types)), dtype=np.int64)
    np.add.at(counts, (truth, logits.argmax(axis=1)), 1)
    look = assemble.look_reader()
    photos = [Photo(data=jpg) for (jpg,) in public("clothing/dev_224px", "jpg")[:PHOTOS_TIMED]]
    started = time.process_time()
    look.read(photos)
    return tuple(types.tolist()), counts, (time.process_time() - started) / len(photos)


def topics() -> tuple[int, int]:
    """How many posts with a topic have its first tier at the first place, of how many."""
    from adtailor.understand.cleaning import clean
    from adtailor.understand.training.topic_training import example_posts, judged

    if not TOPIC_POSTS.is_file():
        raise Missing(f"{TOPIC_POSTS.name} comes with a checkout alone")
    reader = assemble.text_reader()
    posts, about = example_posts(TOPIC_POSTS)
    right = judged(reader.topics, reader.encoder.encode([clean(post) for post in posts]), about)[1]
    mine = np.array([topic is not None for topic in about])
    return int(right[mine, 0].sum()), int(mine.sum())


def table(name: str, on: str, truths: Sequence[str], told: Sequence[str], counts: NDArray[np.int64]) -> Iterator[str]:
    """A matrix of counts: a line for what it was, a column for what it was taken for."""
    yield f"[{name}]"
    yield f'on = "{on}"'
    yield f"truths = [{', '.join(map(repr, truths))}]".replace("'", '"')
    yield f"told = [{', '.join(map(repr, told))}]".replace("'", '"')
    yield "counts = ["
    for row, label in zip(counts.tolist(), truths, strict=True):
        yield f"  [{', '.join(map(str, row))}],  # {label}"
    yield "]"
    yield ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
