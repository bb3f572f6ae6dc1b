"""Pictures without clothes, drawn by code, to teach and measure the answer "no clothes here"."""

from collections.abc import Callable
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Colour = tuple[int, int, int]
Random = np.random.Generator

_WORDS = ("the", "train", "to", "coast", "leaves", "at", "noon", "soup", "with", "leeks", "results", "on", "page", "4")


def draw_scene(kind: str, random: Random, *, side: int = 260) -> NDArray[np.uint8]:
    """One picture of a kind in `SCENES`, shape (side, side, 3)."""
    return np.array(SCENES[kind](random, side).resize((side, side)).convert("RGB"), dtype=np.uint8)


def _flat(random: Random, side: int) -> Image.Image:
    return Image.new("RGB", (side, side), _colour(random))


def _gradient(random: Random, side: int) -> Image.Image:
    start, end = np.array(_colour(random)), np.array(_colour(random))
    rise = np.linspace(0, 1, side)
    share = np.add.outer(rise * random.random(), rise * random.random())
    share /= max(float(share.max()), 1e-6)
    return Image.fromarray((start + share[..., None] * (end - start)).astype(np.uint8))


def _noise(random: Random, side: int) -> Image.Image:
    cells = int(random.choice([4, 8, 16, 40, side]))
    values = random.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
    return Image.fromarray(values).resize((side, side), Image.Resampling.BICUBIC)


def _stripes(random: Random, side: int) -> Image.Image:
    picture, pen = _paper(random, side)
    width = int(random.integers(6, 40))
    for start in range(-side, side * 2, width * 2):
        lean = int(random.choice([0, side]))
        pen.line([(start, 0), (start + lean, side)], fill=_colour(random), width=width)
    return picture


def _text(random: Random, side: int) -> Image.Image:
    picture, pen = _paper(random, side, light=True)
    size = int(random.integers(9, 34))
    font = ImageFont.load_default(size)
    ink = _colour(random, darkest=0, lightest=90)
    for y in range(6, side, int(size * 1.4)):
        pen.text((8, y), " ".join(random.choice(_WORDS, 12)), fill=ink, font=font)
    return picture


def _chart(random: Random, side: int) -> Image.Image:
    picture, pen = _paper(random, side, light=True)
    pen.line([(30, 20), (30, side - 30), (side - 15, side - 30)], fill=(40, 40, 40), width=2)
    ink, bars = _colour(random), int(random.integers(4, 11))
    step = (side - 60) // bars
    heights = random.integers(10, side - 60, bars)
    if random.random() < 0.5:
        for i, height in enumerate(heights):
            left = 38 + i * step
            pen.rectangle([left, side - 30 - int(height), left + step - 5, side - 31], fill=ink)
    else:
        points = [(38 + i * step, side - 30 - int(height)) for i, height in enumerate(heights)]
        pen.line(points, fill=ink, width=3)
    return picture


def _landscape(random: Random, side: int) -> Image.Image:
    picture = _gradient(random, side) if random.random() < 0.5 else Image.new("RGB", (side, side), (150, 200, 240))
    pen = ImageDraw.Draw(picture)
    x, y, r = (int(v) for v in random.integers(20, 90, 3))
    pen.ellipse([x, y, x + r, y + r], fill=(250, 220, 90))
    for _ in range(int(random.integers(1, 4))):
        across = np.linspace(0, side, 14)
        hills = side * random.uniform(0.5, 0.85) + random.uniform(5, 35) * np.sin(across / random.uniform(12, 60))
        outline = [(float(a), float(h)) for a, h in zip(across, hills, strict=True)]
        pen.polygon([*outline, (side, side), (0, side)], fill=_colour(random))
    for _ in range(int(random.integers(0, 4))):
        x = int(random.integers(20, side - 60))
        pen.rectangle([x + 14, side - 70, x + 20, side - 20], fill=(90, 60, 40))
        pen.ellipse([x, side - 110, x + 34, side - 60], fill=_colour(random))
    return picture


def _house(random: Random, side: int) -> Image.Image:
    picture, pen = _paper(random, side)
    left, top, right = int(random.integers(20, 80)), int(random.integers(90, 140)), int(random.integers(170, 240))
    pen.rectangle([left, top, right, side - 20], fill=_colour(random))
    pen.polygon([(left - 12, top), (right + 12, top), ((left + right) // 2, top - 70)], fill=_colour(random))
    for x in range(left + 12, right - 24, 36):
        pen.rectangle([x, top + 18, x + 20, top + 42], fill=_colour(random), outline=(30, 30, 30))
    return picture


def _still_life(random: Random, side: int) -> Image.Image:
    picture, pen = _paper(random, side)
    pen.rectangle([0, side * 2 // 3, side, side], fill=_colour(random))
    for _ in range(int(random.integers(1, 4))):
        x, y = int(random.integers(20, 150)), int(random.integers(60, 130))
        wide, high, ink = int(random.integers(40, 90)), int(random.integers(40, 100)), _colour(random)
        if random.random() < 0.5:  # a cup
            pen.arc([x + wide - 14, y + 10, x + wide + 22, y + high - 10], -90, 90, fill=ink, width=8)
            pen.rounded_rectangle([x, y, x + wide, y + high], 12, fill=ink)
        else:  # fruit, or a plate
            pen.ellipse([x, y, x + wide, y + wide], fill=ink, outline=_colour(random), width=3)
    return picture


def _shapes(random: Random, side: int) -> Image.Image:
    picture, pen = _paper(random, side)
    for _ in range(int(random.integers(2, 30))):
        x, y = (int(v) for v in random.integers(-20, side, 2))
        size = int(random.integers(8, 120))
        draw = cast("Callable[..., None]", pen.ellipse if random.random() < 0.5 else pen.rectangle)
        draw([x, y, x + size, y + int(size * random.uniform(0.5, 1.5))], fill=_colour(random))
    return picture


def _car(random: Random, side: int) -> Image.Image:
    picture, pen = _paper(random, side)
    ink, y = _colour(random), int(random.integers(110, 160))
    pen.rectangle([0, y + 60, side, side], fill=(100, 100, 105))
    pen.polygon([(70, y), (95, y - 40), (165, y - 40), (195, y)], fill=ink)
    pen.rounded_rectangle([25, y, 235, y + 45], 14, fill=ink)
    pen.polygon([(85, y), (101, y - 30), (128, y - 30), (128, y)], fill=(200, 225, 240))
    for x in (60, 165):
        pen.ellipse([x, y + 25, x + 42, y + 67], fill=(25, 25, 25), outline=(160, 160, 160), width=5)
    return picture


def _plant(random: Random, side: int) -> Image.Image:
    picture, pen = _paper(random, side)
    pen.polygon([(95, 180), (165, 180), (152, 245), (108, 245)], fill=_colour(random))
    for _ in range(int(random.integers(5, 14))):
        x, y = int(random.integers(40, 220)), int(random.integers(20, 140))
        pen.line([(130, 180), (x, y)], fill=(50, 110, 50), width=4)
        pen.ellipse([x - 20, y - 11, x + 20, y + 11], fill=(int(random.integers(20, 120)), 150, 60))
    return picture.filter(ImageFilter.GaussianBlur(float(random.uniform(0, 2))))


SCENES: dict[str, Callable[[Random, int], Image.Image]] = {
    "flat": _flat,
    "gradient": _gradient,
    "noise": _noise,
    "stripes": _stripes,
    "text": _text,
    "chart": _chart,
    "landscape": _landscape,
    "house": _house,
    "still life": _still_life,
    "shapes": _shapes,
    "car": _car,
    "plant": _plant,
}


def _paper(random: Random, side: int, *, light: bool = False) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    paper = _colour(random, darkest=200, lightest=255) if light else _colour(random)
    picture = Image.new("RGB", (side, side), paper)
    return picture, ImageDraw.Draw(picture)


def _colour(random: Random, *, darkest: int = 10, lightest: int = 250) -> Colour:
    red, green, blue = (int(v) for v in random.integers(darkest, lightest + 1, 3))
    return red, green, blue
