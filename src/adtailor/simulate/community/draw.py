"""Draws all pictures of the community into `media/`: `python -m adtailor.simulate.community.draw`."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from PIL import Image

from adtailor.simulate.community.drawing import (
    bikes_and_books,
    bottoms,
    bread_and_tea,
    extras,
    gardens_and_dogs,
    outdoors,
    pastimes,
    sensitive,
    tops,
    town,
    views,
    workshop,
)
from adtailor.simulate.community.drawing.canvas import Canvas

MEDIA = Path(__file__).parent / "media"
_PHOTOS: tuple[tuple[ModuleType, str], ...] = (
    (tops, "shirt t_shirt hoodie dress"),
    (bottoms, "trousers shorts skirt"),
    (extras, "shoes hat"),
    (views, "sunset dog"),
)
_SCENES: tuple[tuple[ModuleType, str], ...] = (
    (bikes_and_books, "bike bell panniers books parcel headphones"),
    (bread_and_tea, "bread cake tea mug"),
    (pastimes, "guitar stage camera album"),
    (outdoors, "boots jacket jumper tent lantern"),
    (workshop, "thread shirt dress hoodie hat skirt cobbler"),
    (gardens_and_dogs, "seeds watering_can pumpkin dog lead"),
    (town, "train speech allotment library switches"),
    (sensitive, "beer coin ticket plate"),
)


def photos() -> Mapping[str, Callable[[], Image.Image]]:
    """What draws the members' photos, by the name of the file."""
    return _named(_PHOTOS)


def scenes() -> Mapping[str, Callable[[], Canvas]]:
    """What draws the illustrations for ads, by the name of the file."""
    return _named(_SCENES)


def draw(folder: Path) -> Iterator[Path]:
    """Every picture, written as WebP below `folder`; each path as it is done."""
    for name, photo in photos().items():
        yield _saved(photo(), folder / "posts" / f"{name}.webp", quality=86)
    for name, scene in scenes().items():
        yield _saved(scene().finished(), folder / "ads" / f"{name}.webp", quality=88)


def _named(rooms: tuple[tuple[ModuleType, str], ...]) -> dict[str, Callable[[], Any]]:
    return {name.replace("_", "-"): getattr(room, name) for room, names in rooms for name in names.split()}


def _saved(image: Image.Image, path: Path, *, quality: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, "WEBP", quality=quality, method=6)
    return path


if __name__ == "__main__":
    for drawn in draw(Path(sys.argv[1]) if sys.argv[1:] else MEDIA):
        sys.stdout.write(f"{drawn} {drawn.stat().st_size:,} bytes\n")
