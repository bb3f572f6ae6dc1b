"""The prices of the operator's own products, handed to the look reader whenever the buying side changes."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from adtailor.domain.creative import Creative
from adtailor.domain.post import Photo
from adtailor.ports import CatalogueSource, LookReader, PricedProduct

MOST_PRODUCTS = 5_000
"""More products than this tell little more, and each takes a hundredth of a second to look at."""


class PriceTags:
    """Keeps the look reader's products up to date: asked before photos are read, it does nothing while nothing changed.

    Pictures are files of the operator's under `media`; nothing is ever fetched.
    """

    def __init__(self, source: CatalogueSource, look_reader: LookReader, *, media: Path) -> None:
        self._source = source
        self._look_reader = look_reader
        self._media = media
        self._seen: tuple[PricedProduct, ...] = ()
        self._version = -1

    def look_in(self, media: Path) -> None:
        """Take the products' pictures from this folder instead."""
        self._media = media
        self._version = -1

    def refresh(self) -> None:
        """Look at the products again if the catalogue has changed what they show or cost."""
        version = self._source.version()
        if version == self._version:
            return
        products = tuple(islice(priced(self._source.inventory().creatives, self._media), MOST_PRODUCTS))
        if products != self._seen:  # most changes are of budgets and bids, and leave the products alone
            self._look_reader.compare_prices(products)
            self._seen = products
        self._version = version


def priced(creatives: Iterable[Creative], media: Path) -> Iterable[PricedProduct]:
    """Each product once, by picture and price: the creatives that have both, and whose picture lies under `media`."""
    root = media.resolve()
    seen: set[tuple[Path, int]] = set()
    for creative in creatives:
        if creative.image is None or creative.price is None:
            continue
        path = (root / creative.image).resolve()
        if (path, creative.price) in seen or not path.is_relative_to(root) or not path.is_file():
            continue
        seen.add((path, creative.price))
        yield PricedProduct(photo=Photo(path=path), price=creative.price)
