"""The embedded text encoder: the student that adtailor trains, int8, on ONNX Runtime."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

from adtailor.engines.model_files import REMEDY, ModelFile, find_model_file
from adtailor.errors import InvalidInput, ModelUnavailable

NAME = "adtailor-student-int8@1"
WIDTH = 768
MOST_TOKENS = 128
"""A post is rarely longer; the rest of a longer one is not read."""
MOST_CHARACTERS = 4_000
"""Cut before tokenising: 128 tokens are some 600 characters of English."""
MOST_TOGETHER = 48
"""Texts in one run: more of them are no faster, and only cost memory."""

MODEL = ModelFile(
    package="adtailor_weights",
    path="text/student-int8.onnx",
    sha256="737885561f42694e0fccdf2d8fe55037eae4e6c1c5e7f83e7185d78c568c3c29",
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
    `threads` read several groups at a time, each on its own thread, to the same bits.
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
        self._tokenizer = _tokenizer(tokenizer)
        self._session = _faithful_session(model, providers)
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
        return self._tokenizer.encode(_encodable(text)).ids


def read_tokens(path: Path) -> Callable[[Sequence[str]], list[list[int]]]:
    """The tokenizer in this file, as the encoder uses it: texts to token ids."""
    tokenizer = _tokenizer(path)
    return lambda texts: [list(found.ids) for found in tokenizer.encode_batch([_encodable(text) for text in texts])]


def _of_one_length(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Rows that may run together, few enough at a time."""
    order = sorted(range(len(tokens)), key=lambda row: len(tokens[row]))
    for _, same in groupby(order, key=lambda row: len(tokens[row])):
        rows = list(same)
        for start in range(0, len(rows), MOST_TOGETHER):
            yield rows[start : start + MOST_TOGETHER]


def _encodable(text: str) -> str:
    """Half of a surrogate pair and NUL have no place in UTF-8 text; a space takes theirs."""
    return text[:MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8").replace("\0", " ")


def _tokenizer(path: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    return tokenizer


def _faithful_session(path: Path, providers: Sequence[str]) -> ort.InferenceSession:
    """The fast session, if it is right on this processor; else the slow one.

    The fast kernels of x86 processors without VNNI add products of 8 bits in 16, where sums saturate and vectors drift.
    The precise mode never does; where both give the same bits, nothing saturates.
    """
    fast = _session(path, providers, precise=False)
    precise = _session(path, providers, precise=True)
    probe = np.random.default_rng(0).integers(1_000, 30_000, (4, 32))
    return fast if np.array_equal(_run(fast, probe), _run(precise, probe)) else precise


def _run(session: ort.InferenceSession, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.asarray(session.run(["vectors"], {"ids": ids})[0], dtype=np.float32)


def _session(path: Path, providers: Sequence[str], *, precise: bool) -> ort.InferenceSession:
    available = ort.get_available_providers()
    if missing := [provider for provider in providers if provider not in available]:
        raise ModelUnavailable(
            f"ONNX Runtime has no provider {missing[0]!r} here, only {', '.join(available)}",
            hint="name one of those, or install the build of onnxruntime that has it",
        )
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # The graph is fused by hand as far as it pays: what the runtime would fuse further is slower.
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    if precise:
        options.add_session_config_entry("session.x64quantprecision", "1")
    try:
        return ort.InferenceSession(str(path), options, providers=list(providers))
    except Exception as error:
        raise ModelUnavailable(f"ONNX Runtime cannot load {path.name}: {type(error).__name__}", hint=REMEDY) from error
