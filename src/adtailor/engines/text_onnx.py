"""The embedded text encoder: the student that adtailor trains, int8, on ONNX Runtime."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from adtailor.engines.model_files import ModelFile, find_model_file
from adtailor.engines.onnx_session import session
from adtailor.engines.tokens import encodable, read_tokenizer
from adtailor.errors import InvalidInput

NAME = "adtailor-student-int8@3"
WIDTH = 768
MOST_TOGETHER = 48
"""Texts in one run: more of them are no faster, and only cost memory."""

MODEL = ModelFile(
    package="adtailor_weights",
    path="text/student-int8.onnx",
    sha256="6ba3d4c678fc4785b84c840671e8bb4c038d281f42f10475a859654c8b5bd8f7",
)
TOKENIZER = ModelFile(
    package="adtailor_weights",
    path="text/tokenizer.json",
    sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)


class OnnxTextEncoder:
    """Port `Encoder`: means over the tokens of a text, of the middle layer and of the last.

    Every scale of the quantised network was fixed when it was made, and texts run together only if they have the same
    number of tokens, so none is padded: a text always gives the same bits, whatever else is read beside it. More
    `threads` read several groups at a time, each on its own thread, to the same bits. No product of 8 bits saturates,
    on any processor (`understand/training/rounding.py`).
    """

    def __init__(
        self,
        *,
        folder: Path | None = None,
        threads: int = 1,
        providers: Sequence[str] = ("CPUExecutionProvider",),
        files: tuple[Path, Path] | None = None,
    ) -> None:
        """Load the files from `folder`, else from their package; ModelUnavailable if they are others.

        Unless `files`, a network and a tokenizer, are given: those are taken as they are.
        """
        if threads < 1:
            raise InvalidInput(f"{threads} threads", hint="at least 1", field="threads")
        model, tokenizer = files or (find_model_file(MODEL, folder=folder), find_model_file(TOKENIZER, folder=folder))
        self._tokenizer = read_tokenizer(tokenizer)
        # The graph is fused by hand as far as it pays: what the runtime would fuse further is slower.
        self._session = session(model, providers, fused=False)
        self._threads = threads

    @classmethod
    def unsealed(cls, model: Path, tokenizer: Path, *, threads: int = 1) -> "OnnxTextEncoder":
        """An encoder that was just trained and has no expected sha256 yet."""
        return cls(threads=threads, files=(model, tokenizer))

    @property
    def name(self) -> str:
        """Name and version."""
        return NAME

    @property
    def width(self) -> int:
        """Length of a vector."""
        return WIDTH

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors, shape (texts, width), in the order of the texts; each depends on its text alone."""
        vectors = np.empty((len(texts), WIDTH), dtype=np.float32)
        tokens = [self._tokens(text) for text in texts]
        groups = list(_of_one_length(tokens))

        def read(rows: list[int]) -> NDArray[np.float32]:
            return _run(self._session, np.array([tokens[row] for row in rows], dtype=np.int64))

        if self._threads == 1 or len(groups) == 1:
            for rows in groups:
                vectors[rows] = read(rows)
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                for rows, found in zip(groups, pool.map(read, groups), strict=True):
                    vectors[rows] = found
        return vectors

    def count_tokens(self, text: str) -> int:
        """How many tokens of the text are read, the two that mark its ends included."""
        return len(self._tokens(text))

    def _tokens(self, text: str) -> list[int]:
        return self._tokenizer.encode(encodable(text)).ids


def read_tokens(path: Path) -> Callable[[Sequence[str]], list[list[int]]]:
    """The tokenizer in this file, as the encoder uses it: texts to token ids."""
    tokenizer = read_tokenizer(path)
    return lambda texts: [list(found.ids) for found in tokenizer.encode_batch([encodable(text) for text in texts])]


def _of_one_length(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Rows that may run together, few enough at a time."""
    order = sorted(range(len(tokens)), key=lambda row: len(tokens[row]))
    for _, same in groupby(order, key=lambda row: len(tokens[row])):
        rows = list(same)
        for start in range(0, len(rows), MOST_TOGETHER):
            yield rows[start : start + MOST_TOGETHER]


def _run(model: ort.InferenceSession, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.asarray(model.run(["vectors"], {"ids": ids})[0], dtype=np.float32)
