"""What `adtailor distil` reads: posts to label, and texts that people labelled."""

from pathlib import Path

import msgspec

from adtailor.cli.inputs.item import Broken
from adtailor.cli.inputs.jsonl import open_jsonl
from adtailor.domain.post import Post
from adtailor.domain.reading import Part
from adtailor.errors import AdtailorError, InvalidInput
from adtailor.service.wire import decode
from adtailor.understand.distil.targets import Human


class _Labelled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`{"text": "...", "sentiment": "positive", "emotions": ["joy"], "sarcastic": false, "playful": true}`."""

    text: str
    id: str | None = None
    sentiment: str | None = None
    emotions: list[str] | None = None
    sarcastic: bool | None = None
    playful: bool | None = None
    stress: bool | None = None


def read_posts_file(path: Path) -> list[Post]:
    """The posts of a JSONL file; the first one that is broken is an error, since a sample is drawn from all."""
    _there(path)
    with open_jsonl(path) as source:
        found: list[Post] = []
        for item in source.items:
            if isinstance(item, Broken):
                raise InvalidInput(
                    f"{item.file}, {item.position}: {item.reason}", hint=item.hint or "mend the line", field="--posts"
                )
            found.append(item.post)
    return found


def read_humans(path: Path) -> list[Human]:
    """The labelled texts of a JSONL file; InvalidInput names the first line that does not fit."""
    _there(path)
    found: list[Human] = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(_human(decode(line, _Labelled)))
        except AdtailorError as error:
            where = f"{error.field}: " if error.field else ""
            raise InvalidInput(
                f"{path}, line {number}: {where}{error.message}", hint=error.hint, field="--human"
            ) from None
    return found


def _human(wire: _Labelled) -> Human:
    labels: dict[Part, frozenset[str]] = {}
    if wire.sentiment is not None:
        labels["sentiment"] = frozenset({wire.sentiment})
    if wire.emotions is not None:
        labels["emotions"] = frozenset(wire.emotions)
    if wire.sarcastic is not None and wire.playful is not None:
        told = {"sarcastic": wire.sarcastic, "playful": wire.playful}
        labels["tone"] = frozenset(name for name, is_told in told.items() if is_told)
    if wire.stress is not None:
        labels["stress"] = frozenset({"stress"} if wire.stress else ())
    return Human(text=wire.text, labels=labels)


def _there(path: Path) -> None:
    if not path.is_file():
        raise InvalidInput(f"{path} is no file", hint="name a JSONL file, one object a line")
