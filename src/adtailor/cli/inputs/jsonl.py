"""Posts from JSON lines: one object a line, in the shape of the wire."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from adtailor.cli.inputs.item import Broken, Item, Source
from adtailor.errors import AdtailorError, InvalidInput
from adtailor.service.wire import decode_post

LONGEST_LINE = 64 * 2**20
"""Bytes: a post with its photos inside, as base64."""
_BOM = b"\xef\xbb\xbf"
_SNIFFED = 2**16


@contextmanager
def open_jsonl(path: Path) -> Generator[Source]:
    """The posts of a file; paths of photos in it are taken from its folder."""
    with path.open("rb") as file:
        _refuse_other_json(file.read(_SNIFFED), str(path))
        file.seek(0)
        total = _count(file)
        file.seek(0)
        yield Source(
            file=str(path), kind="JSON lines", total=total, items=read_lines(file, file=str(path), root=path.parent)
        )


@contextmanager
def open_stream(stream: BinaryIO) -> Generator[Source]:
    """The posts of standard input; paths of photos are taken from the working directory."""
    yield Source(
        file="standard input",
        kind="JSON lines",
        total=None,
        items=read_lines(stream, file="standard input", root=Path.cwd()),
    )


def read_lines(stream: BinaryIO, *, file: str, root: Path) -> Iterator[Item | Broken]:
    """One item per line that is not blank; a line that does not fit is named, the rest is read."""
    for number, line in enumerate(_lines(stream), start=1):
        position = f"line {number}"
        if line is None:
            hint = f"at most {LONGEST_LINE // 2**20} MiB; give photos as paths"
            yield Broken(file=file, position=position, reason="the line is too long", hint=hint)
        elif words := (line.removeprefix(_BOM) if number == 1 else line).strip():
            try:
                yield Item(post=decode_post(words, root), file=file, position=position)
            except AdtailorError as error:
                yield Broken.of(error, file=file, position=position)


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Lines; None for one that is too long, of which only a piece at a time is ever held."""
    while line := stream.readline(LONGEST_LINE):
        if len(line) < LONGEST_LINE or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE)
        yield None


def _count(stream: BinaryIO) -> int:
    """Lines that are not blank, near enough to show how far it has come."""
    return sum(1 for line in _lines(stream) if line is None or line.strip())


def _refuse_other_json(start: bytes, file: str) -> None:
    """A file in which no line so far begins an object is something else: say so once, not once per line."""
    lines = [line.strip() for line in start.removeprefix(_BOM).splitlines() if line.strip()]
    if not lines:
        raise InvalidInput(f"{file} holds nothing but blank space", hint="one post a line, as JSON", field="PATH")
    if lines[0].startswith(b"["):
        raise InvalidInput(
            f"{file} is one JSON list",
            hint=f"one post a line: jq -c '.[]' {file} > posts.jsonl; or --format instagram, --format facebook",
            field="PATH",
        )
    if lines[0] == b"{":
        raise InvalidInput(
            f"{file} is JSON over several lines", hint=f"one post a line: jq -c . {file} > posts.jsonl", field="PATH"
        )
    if not any(line.startswith(b"{") for line in lines):
        raise InvalidInput(
            f"{file} is neither JSON lines nor a picture nor an archive nor a feed",
            hint="give a JSONL file of posts; an archive of Mastodon, Instagram or Facebook (folder, .zip, .tar.gz); "
            "an RSS or Atom file; or a folder of photos",
            field="PATH",
        )
