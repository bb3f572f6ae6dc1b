"""The embedded image encoder: EfficientNet-Lite2, int8, on ONNX Runtime."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from adtailor.engines.model_files import REMEDY, ModelFile, find_model_file
from adtailor.errors import InvalidInput, ModelUnavailable

NAME = "efficientnet-lite2-int8@1"
WIDTH = 1280
SIDE = 260

MODEL = ModelFile(
    package="adtailor_weights",
    path="look/efficientnet-lite2-int8.onnx",
    sha256="cb432f657849ecbec88ef5d54137c9797c3a445bbb0ddd7adee4c00e021cac10",
)


class OnnxImageEncoder:
    """Port `ImageEncoder`: the pooled features that stand before the classifier of a network trained on ImageNet.

    Every scale of the quantised network was fixed when it was converted, so a picture gives the same vector whatever
    else is in the batch. Pictures run one at a time: on one core a batch is no faster, and only costs memory.
    """

    def __init__(
        self,
        *,
        folder: Path | None = None,
        providers: Sequence[str] = ("CPUExecutionProvider",),
    ) -> None:
        """Load the file from `folder`, else from its package; ModelUnavailable if it is not that very file."""
        self._session = _faithful_session(find_model_file(MODEL, folder=folder), providers)

    @property
    def name(self) -> str:
        """Name and version."""
        return NAME

    @property
    def width(self) -> int:
        """Length of a vector."""
        return WIDTH

    @property
    def side(self) -> int:
        """Height and width in pixels of the square it takes."""
        return SIDE

    def encode(self, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Vectors, shape (pictures, 1280), of RGB pictures of shape (pictures, 260, 260, 3)."""
        if pictures.dtype != np.uint8 or pictures.shape[1:] != (SIDE, SIDE, 3):
            raise InvalidInput(
                f"pictures of shape {pictures.shape} and type {pictures.dtype}",
                hint=f"uint8 of shape (pictures, {SIDE}, {SIDE}, 3)",
                field="pictures",
            )
        vectors = np.empty((len(pictures), WIDTH), dtype=np.float32)
        for row in range(len(pictures)):
            vectors[row] = _run(self._session, pictures[row : row + 1])[0]
        return vectors


def _faithful_session(path: Path, providers: Sequence[str]) -> ort.InferenceSession:
    """The fast session, if it is right on this processor; else the slow one.

    The fast kernels of x86 processors without VNNI add products of 8 bits in 16, where sums saturate and vectors drift.
    The precise mode never does, at half the speed; where both give the same bits, nothing saturates.
    """
    fast = _session(path, providers, precise=False)
    precise = _session(path, providers, precise=True)
    probe = np.random.default_rng(0).integers(0, 256, (1, SIDE, SIDE, 3), dtype=np.uint8)
    return fast if np.array_equal(_run(fast, probe), _run(precise, probe)) else precise


def _run(session: ort.InferenceSession, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(session.run(["features"], {"pictures": pictures})[0], dtype=np.float32)


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
    if precise:
        options.add_session_config_entry("session.x64quantprecision", "1")
    try:
        return ort.InferenceSession(str(path), options, providers=list(providers))
    except Exception as error:
        raise ModelUnavailable(f"ONNX Runtime cannot load {path.name}: {type(error).__name__}", hint=REMEDY) from error
