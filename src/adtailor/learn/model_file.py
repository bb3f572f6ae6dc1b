"""One file for a model: a header that says everything, then arrays at page boundaries, mapped and not read.

Layout: 8 bytes `ADTLEARN`, format (u32), length of the header (u32), sha256 of the header (32 bytes), the header as
JSON, then each part at a multiple of 4096. Every part has a sha256; numbers are little-endian. A file is written beside
its name, synced, and moved there: readers see the old one or the new one.
"""

import hashlib
import mmap
import os
import struct
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from adtailor.errors import ModelUnavailable

FORMAT = 1
_MAGIC = b"ADTLEARN"
_START = struct.Struct("<8sII32s")
_PAGE = 4096
_HINT = "train it again, or roll back to the version before"


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an array lies in the file, and what it must hash to."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    offset: int
    sha256: str


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`about` is the caller's: what kind of model, its features, its evidence."""

    about: msgspec.Raw
    parts: tuple[Part, ...]


def write_model(path: Path, about: Any, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Writes a file atomically; long runs of zeros take no space where the file system allows it."""
    if sys.byteorder != "little":
        raise ModelUnavailable("a big-endian machine", hint="model files are little-endian")
    path.parent.mkdir(parents=True, exist_ok=True)
    contents = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    about_bytes = msgspec.Raw(msgspec.json.encode(about))

    def header(first: int) -> bytes:
        parts: list[Part] = []
        at = first
        for name, array in contents.items():
            parts.append(Part(name=name, dtype=array.dtype.str, shape=array.shape, offset=at, sha256=digests[name]))
            at = _up(at + array.nbytes)
        return msgspec.json.encode(Header(about=about_bytes, parts=tuple(parts)))

    digests = {name: hashlib.sha256(_bytes_of(array)).hexdigest()
               for name, array in contents.items()}  # fmt: skip
    first = _up(_START.size + len(header(1 << 40)) + 64)
    head = header(first)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_START.pack(_MAGIC, FORMAT, len(head), hashlib.sha256(head).digest()))
            file.write(head)
            at = first
            for array in contents.values():
                file.seek(at)
                _write_sparse(file, array)
                at = _up(at + array.nbytes)
            file.truncate(at)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_model(path: Path, *, verify: bool = True, private: bool = False) -> tuple[bytes, dict[str, NDArray[Any]]]:
    """`about` as JSON, and the arrays, mapped read-only. With `verify` every byte is compared with its sha256.

    With `private` the arrays may be changed: the pages that are become this process's own, the file stays as it is.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            start = file.read(_START.size)
            if len(start) < _START.size or start[:8] != _MAGIC:
                raise ModelUnavailable(f"{path} is no model file", hint="give a file that Model.save wrote")
            _, version, length, digest = cast("tuple[bytes, int, int, bytes]", _START.unpack(start))
            if version != FORMAT:
                raise ModelUnavailable(
                    f"{path} has format {version}, and this version of adtailor reads {FORMAT}",
                    hint="upgrade adtailor, or train the model again",
                )
            head = file.read(min(length, size))
            if hashlib.sha256(head).digest() != digest:
                raise ModelUnavailable(f"the header of {path} is damaged", hint=_HINT)
            header = msgspec.json.decode(head, type=Header)
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY if private else mmap.ACCESS_READ)
    except OSError as error:
        raise ModelUnavailable(f"{path}: {error.strerror}", hint="check the path") from error
    arrays: dict[str, NDArray[Any]] = {}
    for part in header.parts:
        kind = np.dtype(part.dtype)
        count = int(np.prod(part.shape, dtype=np.int64))
        if part.offset + count * kind.itemsize > size:
            raise ModelUnavailable(f"{path} was cut short in {part.name}", hint=_HINT)
        array = np.frombuffer(mapped, dtype=kind, count=count, offset=part.offset).reshape(part.shape)
        if verify and hashlib.sha256(_bytes_of(array)).hexdigest() != part.sha256:
            raise ModelUnavailable(f"{path} is damaged in {part.name}", hint=_HINT)
        arrays[part.name] = array
    return bytes(header.about), arrays


def identity_of(path: Path) -> str:
    """What the file is known by: the sha256 of its header, which holds those of all its parts."""
    try:
        with path.open("rb") as file:
            start = file.read(_START.size)
    except OSError as error:
        raise ModelUnavailable(f"{path}: {error.strerror}", hint="check the path") from error
    if len(start) < _START.size or start[:8] != _MAGIC:
        raise ModelUnavailable(f"{path} is no model file", hint="give a file that Model.save wrote")
    return start[-32:].hex()


def _write_sparse(file: BinaryIO, array: NDArray[Any]) -> None:
    # Only stretches of pages that hold something: a table of a million rows is mostly zeros at first.
    content = _bytes_of(array)
    whole = len(content) // _PAGE * _PAGE
    full = content[:whole].view(np.uint64).reshape(-1, _PAGE // 8).any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], full, [False])))) * _PAGE
    start = file.tell()
    for first, last in edges.reshape(-1, 2).tolist():
        file.seek(start + first)
        file.write(content[first:last].data)
    file.seek(start + whole)
    file.write(content[whole:].data)


def _bytes_of(array: NDArray[Any]) -> Any:
    return array.reshape(-1).view(np.uint8)


def _up(at: int) -> int:
    return -(-at // _PAGE) * _PAGE
