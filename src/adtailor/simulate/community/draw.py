"""Draws all pictures of the community into `media/`: `python -m adtailor.simulate.community.draw`."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

from PIL import Image

from adtailor.simulate.community.drawing import shops, town, wardrobe
from adtailor.simulate.community.drawing.canvas import Canvas
from adtailor.simulate.community.drawing.garments import PHOTOS

MEDIA = Path(__file__).parent / "media"
_SHOPS = "bike bell panniers books parcel headphones bread cake tea mug guitar stage camera album"
_WARDROBE = "boots jacket jumper tent lantern thread shirt dress hoodie hat skirt cobbler"
_TOWN = "seeds watering_can pumpkin train dog lead speech beer coin ticket plate allotment library switches"


def scenes() -> Mapping[str, Callable[[], Canvas]]:
    """The illustrations for ads, by the name of their file."""
    rooms: tuple[tuple[ModuleType, str], ...] = ((shops, _SHOPS), (wardrobe, _WARDROBE), (town, _TOWN))
    return {name.replace("_", "-"): getattr(room, name) for room, names in rooms for name in names.split()}


def draw(folder: Path) -> Iterator[Path]:
    """Every picture, written as WebP below `folder`; each path as it is done."""
    for name, photo in PHOTOS.items():
        yield _saved(photo(), folder / "posts" / f"{name}.webp", quality=78)
    for name, scene in scenes().items():
        yield _saved(scene().finished(), folder / "ads" / f"{name}.webp", quality=82)


def _saved(image: Image.Image, path: Path, *, quality: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, "WEBP", quality=quality, method=6)
    return path


if __name__ == "__main__":
    for drawn in draw(Path(sys.argv[1]) if sys.argv[1:] else MEDIA):
        sys.stdout.write(f"{drawn} {drawn.stat().st_size:,} bytes\n")
