"""What a GGUF file says of itself, read and checked before anything loads it.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from adtailor.engines.model_files import verified
from adtailor.errors import ModelUnavailable

REMEDY = "download the file again, and compare its sha256 with the one its maker published"
MAGIC: Final = b"GGUF"
VERSIONS = (2, 3)
MOST_VALUES = 100_000
MOST_TENSORS = 100_000
LONGEST = 64 * 2**20
"""Bytes of one text in the header: the longest is a chat template of some kilobytes."""

CHATTING: frozenset[str] = frozenset({
    "apertus", "baichuan", "bitnet", "cohere2", "command-r", "deepseek", "deepseek2", "ernie4_5", "ernie4_5-moe",
    "exaone", "exaone4", "falcon", "falcon-h1", "gemma", "gemma2", "gemma3", "gemma3n", "glm4", "glm4moe", "gpt-oss",
    "granite", "granitehybrid", "granitemoe", "hunyuan-dense", "hunyuan-moe", "internlm2", "jamba", "lfm2", "lfm2moe",
    "llama", "llama4", "mamba", "mamba2", "minicpm", "minicpm3", "mistral3", "nemotron", "nemotron_h", "olmo", "olmo2",
    "olmoe", "phi2", "phi3", "phimoe", "qwen2", "qwen2moe", "qwen2vl", "qwen3", "qwen35", "qwen35moe", "qwen3moe",
    "qwen3next", "qwen3vl", "qwen3vlmoe", "smollm3", "stablelm", "starcoder2",
})  # fmt: skip
"""Architectures that write text and that the locked llama.cpp names; encoders and image towers are others."""

# ggml's types by number: how many weights are in a block, and its bytes.
_BLOCKS: Mapping[int, tuple[int, int]] = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 30: (1, 2),
}  # fmt: skip
_SCALARS: Mapping[int, str] = {
    0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d",
}  # fmt: skip
_TEXT, _LIST = 8, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufHead:
    """What the header says."""

    architecture: str
    name: str
    context: int | None
    """The most tokens it was trained to see at a time."""
    tensors: int
    size: int
    """Bytes of the file."""


def checked_gguf(path: Path, *, sha256: str | None = None) -> GgufHead:
    """The header of a whole file that llama.cpp can chat with; ModelUnavailable says what is wrong with any other.

    Without a `sha256`, weights that were changed in place are not noticed.
    """
    head = read_head(path)
    if head.architecture not in CHATTING:
        raise ModelUnavailable(
            f"{path.name} is of the architecture {head.architecture[:40]!r}, which does not write text here",
            hint="choose a chat model, as of llama, qwen2, qwen3, gemma3, mistral3, phi3 or smollm3",
        )
    if sha256 is not None:
        verified(path, sha256=sha256, remedy=REMEDY)
    return head


def read_head(path: Path) -> GgufHead:
    """The header alone; ModelUnavailable if the file is no GGUF, damaged, or shorter than its tensors."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            return _Header(file, path.name, size).read()
    except FileNotFoundError:
        raise ModelUnavailable(f"{path} is missing", hint="set engine.gguf to a GGUF file") from None
    except OSError as error:
        raise ModelUnavailable(
            f"{path} cannot be read: {error.strerror}", hint="set engine.gguf to a GGUF file"
        ) from None


class _Header:
    """Reads forward, never further than the file goes."""

    def __init__(self, file: BinaryIO, name: str, size: int) -> None:
        self._file = file
        self._name = name
        self._size = size

    def read(self) -> GgufHead:
        if self._size < 24 or self._bytes(4) != MAGIC:
            raise ModelUnavailable(f"{self._name} is no GGUF file", hint="llama.cpp runs models in GGUF only")
        version = int(self._number("I"))
        if version not in VERSIONS:
            raise ModelUnavailable(
                f"{self._name} is GGUF of version {version}, expected {VERSIONS[0]} or {VERSIONS[1]}", hint=REMEDY
            )
        tensors, values = int(self._number("Q")), int(self._number("Q"))
        if tensors > MOST_TENSORS or values > MOST_VALUES:
            raise self._damaged("it announces more tensors than any model has")
        told = dict(self._value() for _ in range(values))
        needed = self._data_end(tensors, alignment=told.get("general.alignment", 32))
        if needed > self._size:
            raise ModelUnavailable(
                f"{self._name} ends too early: {self._size:,} bytes, its tensors need {needed:,}", hint=REMEDY
            )
        architecture = told.get("general.architecture")
        if not isinstance(architecture, str):
            raise self._damaged("it does not say of which architecture it is")
        context, name = told.get(f"{architecture}.context_length"), told.get("general.name")
        return GgufHead(
            architecture=architecture,
            name=name if isinstance(name, str) else Path(self._name).stem,
            context=context if isinstance(context, int) else None,
            tensors=tensors,
            size=self._size,
        )

    def _value(self) -> tuple[str, object]:
        key = self._text()
        return key, self._of(int(self._number("I")))

    def _of(self, kind: int) -> object:
        if kind == _TEXT:
            return self._text()
        if kind == _LIST:
            inner, count = int(self._number("I")), int(self._number("Q"))
            if inner == _LIST:
                raise self._damaged("it holds lists of lists")
            if (code := _SCALARS.get(inner)) is not None:
                self._skip(count * struct.calcsize("<" + code))
            elif inner == _TEXT:
                if count > self._size:
                    raise self._damaged("a list is longer than the file")
                for _ in range(count):
                    self._skip(int(self._number("Q")))
            else:
                raise self._damaged(f"it holds a value of the unknown type {inner}")
            return None  # vocabularies: nothing here asks for them
        if (code := _SCALARS.get(kind)) is None:
            raise self._damaged(f"it holds a value of the unknown type {kind}")
        return self._number(code)

    def _data_end(self, tensors: int, *, alignment: object) -> int:
        """How long the file has to be for all its tensors."""
        ends: list[int] = [0]
        for _ in range(tensors):
            self._text()
            count = int(self._number("I"))
            if count > 8:
                raise self._damaged(f"a tensor has {count} dimensions")
            weights = 1
            for _ in range(count):
                weights *= int(self._number("Q"))
            kind, offset = int(self._number("I")), int(self._number("Q"))
            per_block, size = _BLOCKS.get(kind, (1, 0))  # a type that is not known here says only where it begins
            ends.append(offset + weights // per_block * size)
        step = alignment if isinstance(alignment, int) and alignment > 0 else 32
        return -(-self._file.tell() // step) * step + max(ends) if tensors else self._file.tell()

    def _text(self) -> str:
        return self._bytes(int(self._number("Q"))).decode("utf-8", "replace")

    def _number(self, code: str) -> int | float | bool:
        return struct.unpack("<" + code, self._bytes(struct.calcsize("<" + code)))[0]

    def _bytes(self, count: int) -> bytes:
        if count > LONGEST:
            raise self._damaged("a text in its header is longer than any is")
        found = self._file.read(count)
        if len(found) < count:
            raise self._damaged("its header ends too early")
        return found

    def _skip(self, count: int) -> None:
        if self._file.tell() + count > self._size:
            raise self._damaged("its header ends too early")
        self._file.seek(count, 1)

    def _damaged(self, how: str) -> ModelUnavailable:
        return ModelUnavailable(f"{self._name} is damaged: {how}", hint=REMEDY)
