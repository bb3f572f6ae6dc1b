"""Clothes drawn in a few strokes, in known colours, for tests that need no photo."""

from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Points = list[tuple[float, float]]

# Outlines in a square of 100, mirrored at x = 50: only the left half is listed, from the collar down.
_TSHIRT: Points = [(42, 14), (33, 17), (10, 32), (17, 47), (29, 41), (28, 90)]
_LONGSLEEVE: Points = [(42, 12), (33, 15), (22, 24), (8, 80), (17, 83), (30, 46), (29, 90)]
_TROUSERS: Points = [(32, 8), (29, 40), (25, 94), (42, 94), (49, 38)]
_SHORTS: Points = [(28, 25), (20, 74), (45, 77), (49, 48)]
_DRESS: Points = [(41, 6), (36, 8), (33, 22), (38, 40), (20, 94)]
_SKIRT: Points = [(36, 20), (20, 84)]

KINDS: dict[str, Points] = {
    "T-Shirt": _TSHIRT,
    "Longsleeve": _LONGSLEEVE,
    "Pants": _TROUSERS,
    "Shorts": _SHORTS,
    "Dress": _DRESS,
    "Skirt": _SKIRT,
}


def draw_garment(
    kind: str,
    colour: Colour,
    *,
    background: Colour = (235, 232, 226),
    side: int = 260,
    print_colour: Colour | None = None,
) -> Image.Image:
    """A garment of a kind in `KINDS`, with folds a little darker and lighter than its colour.

    `print_colour` adds a block of a second colour across its middle.
    """
    scale = side * 2 / 100
    half = KINDS[kind]
    outline = [(x * scale, y * scale) for x, y in [*half, *((100 - x, y) for x, y in reversed(half))]]
    picture = Image.new("RGB", (side * 2, side * 2), background)
    shape = Image.new("L", picture.size, 0)
    ImageDraw.Draw(shape).polygon(outline, fill=255)
    cloth = Image.new("RGB", picture.size, colour)
    pen = ImageDraw.Draw(cloth)
    if print_colour is not None:
        pen.rectangle([0, 42 * scale, 100 * scale, 62 * scale], fill=print_colour)
    _folds(cloth, scale)
    shadow = shape.filter(ImageFilter.GaussianBlur(scale * 1.5))
    picture.paste(_shaded(background, 0.8), (round(scale), round(scale * 1.5)), shadow.point(_half))
    picture.paste(cloth, (0, 0), shape)
    ImageDraw.Draw(picture).line([*outline, outline[0]], fill=_shaded(colour, 0.75), width=round(scale * 0.5))
    return picture.resize((side, side), Image.Resampling.LANCZOS)


def _folds(cloth: Image.Image, scale: float) -> None:
    light = Image.new("L", cloth.size, 128)
    pen = ImageDraw.Draw(light)
    for x, tone in ((34, 108), (41, 148), (57, 104), (65, 146)):
        pen.line([(x * scale, 25 * scale), ((x - 3) * scale, 92 * scale)], fill=tone, width=round(scale * 2))
    light = light.filter(ImageFilter.GaussianBlur(scale * 2))
    darker = light.point([max(0, 128 - v) * 2 for v in range(256)])
    lighter = light.point([max(0, v - 128) * 2 for v in range(256)])
    cloth.paste((0, 0, 0), (0, 0), darker)
    cloth.paste((255, 255, 255), (0, 0), lighter)


def _shaded(colour: Colour, factor: float) -> Colour:
    red, green, blue = (min(255, int(v * factor)) for v in colour)
    return red, green, blue


_half: Callable[[float], float] = lambda v: v * 0.5  # noqa: E731
