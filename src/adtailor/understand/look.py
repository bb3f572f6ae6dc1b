"""The look of a post: which garments its photos show, and what they are like. Of clothes only, never of a person."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import adtailor_weights
from adtailor.domain.post import Photo
from adtailor.domain.reading import Garment, PhotoLook
from adtailor.errors import InvalidInput
from adtailor.ports import ImageEncoder, PricedProduct, SeenPicture
from adtailor.understand.colours import GRID, Cloth
from adtailor.understand.garments import Found, load_garment_model
from adtailor.understand.patterns import fitted
from adtailor.understand.photos import MOST_PIXELS, decode
from adtailor.understand.prices import PriceBook, Product
from adtailor.understand.styles import suggested

WEIGHTS = adtailor_weights.FOLDER / "look"


class LookUnderstanding:
    """Port `LookReader`: the garments of each photo, several where several are worn; none where there are no clothes.

    Photos are read one by one, so that a post of twenty large ones needs no more memory than one.
    """

    def __init__(self, encoder: ImageEncoder, *, weights: Path = WEIGHTS, most_pixels: int = MOST_PIXELS) -> None:
        """Load the garment model in `weights`; ModelUnavailable if it is damaged or made for another encoder."""
        self._encoder = encoder
        self._model = load_garment_model(weights, encoder=encoder.name, width=encoder.width)
        self._most_pixels = most_pixels
        self._prices = PriceBook()

    @property
    def models(self) -> Mapping[str, str]:
        """Slot to model name and version."""
        return {"look": f"garments@{self._model.version} on {self._encoder.name}"}

    def read(self, photos: Sequence[Photo]) -> list[PhotoLook | str]:
        """One answer per photo, in order: its garments and what they are like, or why it could not be read."""
        prices = self._prices
        return [self._read(place, photo, prices) for place, photo in enumerate(photos)]

    def compare_prices(self, products: Sequence[PricedProduct]) -> int:
        """From now on tell price tiers by these products; how many of them show a garment.

        The picture of a product may show several garments; its price is then taken for the surest of them.
        """
        found: list[Product] = []
        for product in products:
            try:
                picture = decode(product.photo, side=self._encoder.side, most_pixels=self._most_pixels)
            except InvalidInput:
                continue
            garments = self._model.find(self._encoder.encode(picture).cells)
            found += [Product(type=one.type, vector=one.vector, price=product.price) for one in garments[:1]]
        self._prices = PriceBook(found)
        return len(found)

    def _read(self, place: int, photo: Photo, prices: PriceBook) -> PhotoLook | str:
        try:
            picture = decode(photo, side=self._encoder.side, most_pixels=self._most_pixels)
        except InvalidInput as error:
            return f"{error.message} ({error.hint})"
        seen = self._encoder.encode(picture)
        garments = self._model.find(seen.cells)
        if not garments:
            return PhotoLook(photo=place)
        cloth = Cloth(picture)
        return PhotoLook(photo=place, garments=tuple(self._garment(found, seen, cloth, prices) for found in garments))

    def _garment(self, found: Found, seen: SeenPicture, cloth: Cloth, prices: PriceBook) -> Garment:
        weights = cloth.weights(found.where)
        colours = cloth.colours(weights)
        rows, columns = seen.texture.shape[:2]
        pattern = self._model.patterns.tell(seen.texture, fitted(weights.reshape(GRID, GRID), rows, columns))
        suggestion = suggested(found.type, colours, pattern)
        return Garment(
            type=found.type,
            confidence=found.confidence,
            colours=colours,
            pattern=pattern,
            style=suggestion.style,
            occasion=suggestion.occasion,
            price_tier=prices.tier(found.type, found.vector),
        )
