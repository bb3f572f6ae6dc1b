"""What people said of each row: lists, comma lists, numbers, or one column per label, as labels that are offered."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import numpy as np

from adtailor.cli.evaluate_inputs import Table
from adtailor.cli.shown import shown
from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import LONGEST_TEXT, Photo, Post
from adtailor.domain.reading import EMOTIONS
from adtailor.errors import InvalidInput
from adtailor.journeys.evaluate import FEELINGS, ONE_OF, Judged, Labelled

TEXTS = ("text", "tweet", "sentence", "comment", "post", "content", "body", "message")
PHOTOS = ("jpg", "photo", "image", "picture", "path", "file")
LANGUAGES = ("language", "lang")
LABELS: Mapping[Judged, tuple[str, ...]] = {
    "emotions": ("emotions", "emotion", "labels", "label", "label_names"),
    "sentiment": ("sentiment", "polarity", "label", "labels"),
    "stress": ("stress", "stressed", "is_stressor", "label"),
    "tone": ("tone", "tones", "labels", "label"),
    "crisis": ("crisis", "label"),
    "garments": ("garment", "garments", "label", "type"),
}
YES = frozenset({"1", "1.0", "true", "yes", "y", "t"})
NO = frozenset({"0", "0.0", "false", "no", "n", "f", "none"})
NOTHING = frozenset({"none", "plain", "neutral", "other"})
"""Of tone: no label at all."""
_FEELING = {
    "neg": "negative", "-1": "negative", "-1.0": "negative", "neu": "neutral", "0": "neutral", "0.0": "neutral",
    "pos": "positive", "1": "positive", "1.0": "positive",
}  # fmt: skip
_SEPARATOR = re.compile(r"[,;|]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The labelled posts, and how many rows were left out for want of a label or of anything to read."""

    labelled: Labelled
    unlabelled: int
    empty: int
    absent: tuple[str, ...]
    """Labels that the models offer and that no row has."""


def part_of(table: Table, tones: Sequence[str]) -> Judged:
    """What the file is labelled with, by the names of its columns; InvalidInput where that is not plain."""
    there = {column.casefold() for column in table.columns}
    found: list[Judged] = []
    for part in LABELS:
        offered = {"emotions": EMOTIONS, "tone": tones}.get(part, ())
        if there & {part, part.removesuffix("s")} or len(there & set(offered)) > (4 if part == "emotions" else 0):
            found.append(part)
    if not found and (column := next((one for one in table.columns if one.casefold() in {"label", "labels"}), None)):
        values = {name for row in table.rows for name in _names(row.get(column))}
        if values and values <= {*FEELINGS, *_FEELING}:
            found.append("sentiment")
        elif values and values <= {*EMOTIONS, *(str(n) for n in range(len(EMOTIONS)))}:
            found.append("emotions")
    if len(found) == 1:
        return found[0]
    which = f"may be labelled with {' or '.join(found)}" if found else "does not say what it is labelled with"
    raise InvalidInput(
        f"{table.file} {which} (columns: {table.named()})", hint=f"--part {'|'.join(LABELS)}", field="--part"
    )


def read_labels(
    table: Table,
    part: Judged,
    *,
    offered: Sequence[str],
    text_column: str | None = None,
    label_column: str | None = None,
    language: str | None = None,
    ignore: Sequence[str] = (),
) -> Read:
    """Every row with its labels; those in `ignore` count as no label. InvalidInput names what does not fit."""
    text = _column(table, text_column, PHOTOS if part == "garments" else TEXTS, "--text-column")
    spoken = next((column for column in table.columns if column.casefold() in LANGUAGES), None)
    judge = _Judge(table, part, offered=offered, label_column=label_column, ignore=ignore)
    posts: list[Post] = []
    given: list[frozenset[str]] = []
    unlabelled = empty = 0
    for number, row in enumerate(table.rows):
        labels = judge.labels(row)
        if labels is None:
            unlabelled += 1
        elif (post := _post(table, number, text, part, language or _word(row.get(spoken) if spoken else None))) is None:
            empty += 1
        else:
            posts.append(post)
            given.append(labels)
    judge.refuse_unknown()
    judged = judge.judged(given)
    if not posts or not judged:
        raise InvalidInput(
            f"none of the {len(table.rows):,} rows of {table.file} has both something to read and a label",
            hint=f"{text!r} is read, and {judge.where} is the label: name others with --text-column, --label-column",
            field="--label-column",
        )
    truth = np.array([[label in labels for label in judged] for labels in given], dtype=np.bool_)
    return Read(
        labelled=Labelled(part=part, labels=judged, posts=tuple(posts), truth=truth),
        unlabelled=unlabelled,
        empty=empty,
        absent=tuple(label for label in offered if label not in judged),
    )


class _Judge:
    """Reads the label cells of one file, and remembers what it did not know."""

    def __init__(
        self, table: Table, part: Judged, *, offered: Sequence[str], label_column: str | None, ignore: Sequence[str]
    ) -> None:
        self._table, self._part = table, part
        self._offered = {label.casefold(): label for label in offered}
        self._ignored = {label.strip().casefold() for label in ignore}
        self._unknown: Counter[str] = Counter()
        self._columns: dict[str, str] = {}
        if label_column is None and part in {"emotions", "tone"}:
            self._columns = {c: self._offered[c.casefold()] for c in table.columns if c.casefold() in self._offered}
        self._label = None if self._columns else _column(table, label_column, LABELS[part], "--label-column")

    @property
    def where(self) -> str:
        return f"column {self._label!r}" if self._label else f"each of {', '.join(self._columns)}"

    def labels(self, row: Mapping[str, object]) -> frozenset[str] | None:
        """The labels of a row; None where it has not been labelled."""
        if self._label is None:
            cells = {label: self._is_yes(row.get(column)) for column, label in self._columns.items()}
            if all(cell is None for cell in cells.values()):
                return None
            return frozenset(label for label, cell in cells.items() if cell)
        value = row.get(self._label)
        if self._part in {"stress", "crisis"}:
            return self._of_two(value)
        if (
            self._part == "tone"
            and self._label.casefold() in self._offered
            and (yes := self._is_yes(value)) is not None
        ):
            return frozenset({self._offered[self._label.casefold()]} if yes else ())
        return self._of_many(value)

    def judged(self, given: Sequence[frozenset[str]]) -> tuple[str, ...]:
        """The labels that this file can say something of, in the order they are offered."""
        if self._part in {"stress", "crisis"}:
            return (self._part,) if given else ()
        if self._columns:
            return tuple(dict.fromkeys(self._columns.values()))
        there = frozenset[str]().union(*given)
        if self._part == "tone" and self._label is not None and self._label.casefold() in self._offered:
            there |= {self._offered[self._label.casefold()]}
        known = tuple(label for label in self._offered.values() if label in there)
        return (*known, *sorted(there - set(known)))

    def refuse_unknown(self) -> None:
        if not self._unknown:
            return
        named = ", ".join(f"{shown(name, 30)!r} ({count:,})" for name, count in self._unknown.most_common(5))
        expected = ", ".join(self._offered.values()) or "yes, no, 1 or 0"
        names = ",".join(shown(name, 30) for name, _ in self._unknown.most_common(5))
        raise InvalidInput(
            f"labels that are unknown here: {named}",
            hint=f"expected {expected}; to leave rows with such labels out: --ignore '{names}'",
            field=str(self._label),
        )

    def _of_many(self, value: object) -> frozenset[str] | None:
        names = _names(value)
        if not names:
            return frozenset() if isinstance(value, (list, tuple)) and self._part not in ONE_OF else None
        kept = [name for name in names if name not in self._ignored]
        if not kept:
            return None
        found: set[str] = set()
        for name in kept:
            if self._part == "tone" and name in NOTHING and name not in self._offered:
                continue
            label = self._known(name)
            if label is None:
                self._unknown[name] += 1
            else:
                found.add(label)
        if self._part in ONE_OF and len(found) > 1:
            raise InvalidInput(
                f"{self._table.file}: a row has {len(found)} labels ({', '.join(sorted(found))})",
                hint=f"{self._part} has exactly one for each post",
                field=str(self._label),
            )
        return frozenset(found)

    def _known(self, name: str) -> str | None:
        if self._part == "sentiment":
            return _FEELING.get(name, name if name in FEELINGS else None)
        if self._part == "emotions" and name.isdecimal() and int(name) < len(EMOTIONS):
            return EMOTIONS[int(name)]
        if self._part == "garments" and not self._offered:
            return name
        return self._offered.get(name)

    def _of_two(self, value: object) -> frozenset[str] | None:
        yes = self._is_yes(value)
        return None if yes is None else frozenset({str(self._part)} if yes else ())

    def _is_yes(self, value: object) -> bool | None:
        """A cell of yes or no; None where it is empty, or says neither (which is noted as unknown)."""
        word = _word(value)
        if word is None or word.casefold() in self._ignored:
            return None
        word = word.casefold()
        if word in YES or word in {self._part, "stressed"}:
            return True
        if word in NO or word.startswith(("not ", "no ")):
            return False
        if self._part != "tone":
            self._unknown[word] += 1
        return None


def _column(table: Table, wanted: str | None, usual: Sequence[str], option: str) -> str:
    if wanted is not None:
        return table.column(wanted, option)
    there = {column.casefold(): column for column in table.columns}
    for name in usual:
        if name in there:
            return there[name]
    raise InvalidInput(
        f"{table.file} has none of the columns {', '.join(usual)}",
        hint=f"it has {table.named()}: name one of them with {option}",
        field=option,
    )


def _names(value: object) -> list[str]:
    """The labels in a cell, small, without blanks: of a list, or of words between commas, semicolons or bars."""
    if value is None:
        return []
    if isinstance(value, (list, tuple)):
        items = [str(item) for item in cast("Sequence[object]", value)]
    else:
        items = _SEPARATOR.split(str(value).strip().strip("[]"))
    return [name for item in items if (name := item.strip().strip("'\"").strip().casefold())]


def _word(value: object) -> str | None:
    if value is None or (word := str(value).strip()) == "":
        return None
    return word


def _post(table: Table, number: int, column: str, part: Judged, language: str | None) -> Post | None:
    """The post of a row; None where there is nothing to read."""
    value = table.rows[number].get(column)
    if value is None or value in ("", b""):
        return None
    photos: tuple[Photo, ...] = ()
    text = ""
    if part != "garments":
        text = str(value)[:LONGEST_TEXT]
    elif isinstance(value, (bytes, bytearray, memoryview)):
        photos = (Photo(data=bytes(value)),)
    else:
        photos = (Photo(path=table.file.parent / Path(str(value))),)
    return Post(
        id=PostId(f"row-{number + 1}"),
        author_id=PersonId("file"),
        created_at=datetime(2000, 1, 1, tzinfo=UTC),
        text=text,
        language=language,
        photos=photos,
    )
