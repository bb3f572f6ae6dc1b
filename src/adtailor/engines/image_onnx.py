"""The embedded image encoder: EfficientNet-Lite2, int8, on ONNX Runtime."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from adtailor.engines.model_files import ModelFile, find_model_file
from adtailor.engines.onnx_session import session
from adtailor.errors import InvalidInput
from adtailor.ports import SeenPicture

NAME = "efficientnet-lite2-int8@2"
WIDTH = 1280
SIDE = 260

MODEL = ModelFile(
    package="adtailor_weights",
    path="look/efficientnet-lite2-int8.onnx",
    sha256="511bda81ca5d800b0ceba20f7368932076696b4eaffbe62d21b0243491cb1932",
)


class OnnxImageEncoder:
    """Port `ImageEncoder`: the last map of a network trained on ImageNet, and a finer, earlier one.

    Pictures run one at a time: on one core a batch is no faster, and only costs memory. No product of 8 bits saturates,
    on any processor (`understand/training/rounding.py`).
    """

    def __init__(
        self,
        *,
        folder: Path | None = None,
        providers: Sequence[str] = ("CPUExecutionProvider",),
    ) -> None:
        """Load the file from `folder`, else from its package; ModelUnavailable if it is not that very file."""
        self._session = session(find_model_file(MODEL, folder=folder), providers)

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

    def encode(self, picture: NDArray[np.uint8]) -> SeenPicture:
        """What the network makes of one RGB picture of shape (260, 260, 3)."""
        if picture.dtype != np.uint8 or picture.shape != (SIDE, SIDE, 3):
            raise InvalidInput(
                f"a picture of shape {picture.shape} and type {picture.dtype}",
                hint=f"uint8 of shape ({SIDE}, {SIDE}, 3)",
                field="picture",
            )
        cells, texture = _run(self._session, picture[None])
        return SeenPicture(cells=cells[0], texture=texture[0])


def _run(model: ort.InferenceSession, pictures: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    cells, texture = model.run(["cells", "texture"], {"pictures": pictures})
    return np.asarray(cells, dtype=np.float32), np.asarray(texture, dtype=np.float32)
