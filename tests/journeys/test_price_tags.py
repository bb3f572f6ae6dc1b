"""The operator's own products reach the look reader when they change, and only then; nothing outside their folder."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from adtailor.domain.buying import Inventory
from adtailor.domain.creative import Creative
from adtailor.domain.ids import AdvertiserId, CreativeId
from adtailor.domain.money import Micros, micros
from adtailor.domain.post import Photo
from adtailor.domain.reading import PhotoLook
from adtailor.errors import InvalidInput
from adtailor.journeys.price_tags import PriceTags, priced
from adtailor.ports import PricedProduct


class Shelf:
    """A catalogue in memory."""

    def __init__(self, *creatives: Creative) -> None:
        self.stock = Inventory(creatives=creatives, version=1)

    def version(self) -> int:
        return self.stock.version

    def inventory(self) -> Inventory:
        return self.stock

    def replace(self, inventory: Inventory, *, builds_on: int | None = None) -> int:
        assert builds_on in {None, self.stock.version}
        self.stock = replace(inventory, version=self.stock.version + 1)
        return self.stock.version


class Reader:
    """Keeps what it was told to compare with."""

    def __init__(self) -> None:
        self.told: list[tuple[PricedProduct, ...]] = []

    @property
    def models(self) -> Mapping[str, str]:
        return {}

    def read(self, photos: Sequence[Photo]) -> list[PhotoLook | str]:
        return []

    def compare_prices(self, products: Sequence[PricedProduct]) -> int:
        self.told.append(tuple(products))
        return len(products)


def creative(name: str, *, image: str | None = "a.png", price: str | None = "20.00") -> Creative:
    return Creative(
        id=CreativeId(name),
        advertiser_id=AdvertiserId("shop"),
        headline="A shirt",
        body="It fits.",
        image=image,
        landing_url="https://shop.example/",
        price=None if price is None else micros(price),
    )


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        Image.new("RGB", (8, 8)).save(folder / name)
    Image.new("RGB", (8, 8)).save(tmp_path / "private.png")
    return folder


def test_products_are_those_with_a_picture_and_a_price_each_once(media: Path) -> None:
    found = list(
        priced(
            [
                creative("c1"),
                creative("c2"),
                creative("c3", price="25.00"),
                creative("c4", image="b.png"),
                creative("c5", image=None),
                creative("c6", price=None),
                creative("c7", image="gone.png"),
            ],
            media,
        )
    )

    assert [(product.photo.path, product.price) for product in found] == [
        (media.resolve() / "a.png", 20_000_000),
        (media.resolve() / "a.png", 25_000_000),
        (media.resolve() / "b.png", 20_000_000),
    ]


@pytest.mark.parametrize("image", ["../private.png", "https://shop.example/a.png", "/etc/hostname"])
def test_nothing_outside_the_folder_is_opened_or_fetched(media: Path, image: str) -> None:
    assert list(priced([creative("c1", image=image)], media)) == []


def test_the_reader_is_told_once_and_again_when_products_change(media: Path) -> None:
    shelf, reader = Shelf(creative("c1")), Reader()
    tags = PriceTags(shelf, reader, media=media)

    tags.refresh()
    tags.refresh()
    assert [len(told) for told in reader.told] == [1]

    shelf.replace(replace(shelf.stock, creatives=(*shelf.stock.creatives, creative("c2", image="b.png"))))
    tags.refresh()
    assert [len(told) for told in reader.told] == [1, 2]


def test_a_change_that_leaves_the_products_alone_is_not_looked_at_again(media: Path) -> None:
    shelf, reader = Shelf(creative("c1")), Reader()
    tags = PriceTags(shelf, reader, media=media)
    tags.refresh()

    shelf.replace(shelf.stock)  # as when a budget or a bid changes
    tags.refresh()

    assert len(reader.told) == 1


def test_without_a_folder_of_media_there_are_no_products(tmp_path: Path) -> None:
    reader = Reader()

    PriceTags(Shelf(creative("c1")), reader, media=tmp_path / "none").refresh()

    assert reader.told == []


def test_a_price_below_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match="price_micros"):
        replace(creative("c1"), price=Micros(-1))
