"""The look of a post: which garments its photos show, in which colours. Of clothes only, never of who wears them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import adtailor_weights
from adtailor.domain.post import Photo
from adtailor.domain.reading import Garment, PhotoLook
from adtailor.errors import InvalidInput
from adtailor.ports import ImageEncoder
from adtailor.understand.colours import colours_of
from adtailor.understand.garments import load_garment_model
from adtailor.understand.photos import MOST_PIXELS, decode

WEIGHTS = adtailor_weights.FOLDER / "look"


class LookUnderstanding:
    """Port `LookReader`: one garment per photo, the most prominent; none where there are no clothes.

    Photos are read one by one, so that a post of twenty large ones needs no more memory than one.
    """

    def __init__(self, encoder: ImageEncoder, *, weights: Path = WEIGHTS, most_pixels: int = MOST_PIXELS) -> None:
        """Load the garment model in `weights`; ModelUnavailable if it is damaged or made for another encoder."""
        self._encoder = encoder
        self._model = load_garment_model(weights, encoder=encoder.name, width=encoder.width)
        self._most_pixels = most_pixels

    @property
    def models(self) -> Mapping[str, str]:
        """Slot to model name and version."""
        return {"look": f"garments@{self._model.version} on {self._encoder.name}"}

    def read(self, photos: Sequence[Photo]) -> list[PhotoLook | str]:
        """One answer per photo, in order: its garments and their colours, or why it could not be read."""
        return [self._read(place, photo) for place, photo in enumerate(photos)]

    def _read(self, place: int, photo: Photo) -> PhotoLook | str:
        try:
            picture = decode(photo, side=self._encoder.side, most_pixels=self._most_pixels)
        except InvalidInput as error:
            return f"{error.message} ({error.hint})"
        (best,) = self._model.best(self._encoder.encode(picture[None]))
        if best is None:
            return PhotoLook(photo=place)
        kind, confidence = best
        return PhotoLook(
            photo=place, garments=(Garment(type=kind, confidence=confidence, colours=colours_of(picture)),)
        )
