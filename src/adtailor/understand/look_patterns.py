"""Patterns printed by code on the cloth of real photos, to teach what is striped, checked, dotted, floral or printed.

The photos have no labels for it. A garment that is nearly of one colour gets a rendered texture in its own light and
shade, so that the truth is known; that real cloth looks like it is an assumption, which the card measures by eye.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Random = np.random.Generator
Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]
"""Left, top, right and bottom of the garment, in pixels."""

_WORDS = ("LARKWATER", "NEW YORK", "ocean", "RUN", "1984", "hello", "club", "PARIS", "rock", "STAR", "wild & free")


def printed(picture: NDArray[np.uint8], cloth: NDArray[np.float64], pattern: str, random: Random) -> NDArray[np.uint8]:
    """The RGB picture with a pattern on its cloth; `cloth` says how much of each pixel is garment, 0 to 1."""
    if pattern == "plain":
        return picture
    side = picture.shape[0]
    light = picture.astype(np.float64).mean(axis=2)
    inside = cloth > 0.5
    middle = np.median(light[inside]) if inside.any() else 128.0
    red, green, blue = (int(v) for v in np.median(picture[inside] if inside.any() else picture[:1, 0], axis=0))
    texture, cover = _TEXTURES[pattern](random, side, (red, green, blue), _box(inside))
    bent = _bent(np.dstack([texture, cover * 255]).astype(np.uint8), random)
    shade = np.clip(light / max(middle, 20.0), 0.35, 1.8)[..., None]
    amount = (bent[..., 3:] / 255.0) * cloth[..., None]
    return np.clip(picture * (1 - amount) + bent[..., :3] * shade * amount, 0, 255).astype(np.uint8)


Texture = tuple[NDArray[np.uint8], NDArray[np.float64]]
"""RGB of shape (side, side, 3), and how much of the cloth it covers."""


def _striped(random: Random, side: int, base: Colour, _around: Box) -> Texture:
    angle = float(random.choice([0.0, 0.0, 90.0, 90.0, 45.0])) + random.normal(0, 6)
    along = _along(side, angle)
    period, share = side * random.uniform(0.025, 0.14), random.uniform(0.25, 0.6)
    on = (along / period) % 1.0 < share
    second = _other(base, random)
    picture = np.where(on[..., None], np.array(second), np.array(base)).astype(np.uint8)
    if random.random() < 0.35:
        thin = ((along / period + 0.5) % 1.0) < random.uniform(0.06, 0.15)
        picture[thin] = _other(base, random)
    return picture, np.ones((side, side))


def _checked(random: Random, side: int, base: Colour, _around: Box) -> Texture:
    angle = random.normal(0, 7) + (45.0 if random.random() < 0.1 else 0.0)
    period, share = side * random.uniform(0.03, 0.16), random.uniform(0.3, 0.6)
    picture = np.full((side, side, 3), base, dtype=np.float64)
    for n in range(int(random.integers(1, 3))):
        ink = np.array(_other(base, random), dtype=np.float64)
        width = share if n == 0 else random.uniform(0.04, 0.12)
        shift = random.random()
        for turn in (0.0, 90.0):
            on = (_along(side, angle + turn) / period + shift) % 1.0 < width
            picture[on] = 0.5 * picture[on] + 0.5 * ink
    return picture.astype(np.uint8), np.ones((side, side))


def _dotted(random: Random, side: int, base: Colour, _around: Box) -> Texture:
    angle = random.choice([0.0, 45.0]) + random.normal(0, 5)
    period = side * random.uniform(0.035, 0.14)
    u, v = _along(side, angle) / period, _along(side, angle + 90) / period
    if random.random() < 0.5:
        u = u + 0.5 * (np.floor(v) % 2)
    near = np.hypot(u % 1.0 - 0.5, v % 1.0 - 0.5) < random.uniform(0.17, 0.36)
    return np.where(near[..., None], np.array(_other(base, random)), np.array(base)).astype(np.uint8), np.ones(
        (side, side)
    )


def _floral(random: Random, side: int, base: Colour, _around: Box) -> Texture:
    picture = Image.new("RGB", (side, side), base if random.random() < 0.7 else _other(base, random))
    pen = ImageDraw.Draw(picture)
    inks = [_other(base, random) for _ in range(int(random.integers(1, 4)))]
    size = side * random.uniform(0.02, 0.09)
    for _ in range(int(min(260, 0.45 * side * side / size**2 / 9))):
        x, y = random.uniform(0, side, 2)
        reach, ink, petals = (
            size * random.uniform(0.6, 1.3),
            inks[int(random.integers(len(inks)))],
            int(random.integers(4, 8)),
        )
        if random.random() < 0.5:
            leaf = float(random.uniform(0, 2 * np.pi))
            far = (x + 2.2 * reach * np.cos(leaf), y + 2.2 * reach * np.sin(leaf))
            pen.line([(x, y), far], fill=(50, 110, 60), width=max(1, int(reach * 0.45)))
        for k in range(petals):
            turn = 2 * np.pi * k / petals + float(random.uniform(0, 0.3))
            px, py = x + reach * 0.65 * np.cos(turn), y + reach * 0.65 * np.sin(turn)
            pen.ellipse([px - reach * 0.5, py - reach * 0.5, px + reach * 0.5, py + reach * 0.5], fill=ink)
        pen.ellipse([x - reach * 0.3, y - reach * 0.3, x + reach * 0.3, y + reach * 0.3], fill=(235, 200, 80))
    return np.asarray(picture), np.ones((side, side))


def _graphic(random: Random, side: int, base: Colour, box: Box) -> Texture:
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    picture, cover = Image.new("RGB", (side, side), base), Image.new("L", (side, side), 0)
    pen, mask = ImageDraw.Draw(picture), ImageDraw.Draw(cover)
    x, y = left + wide * random.uniform(0.42, 0.58), top + high * random.uniform(0.28, 0.5)
    reach = min(wide, high) * random.uniform(0.14, 0.3)
    for _ in range(int(random.integers(1, 5))):
        ink = _other(base, random)
        cx, cy, r = (
            x + reach * random.normal(0, 0.4),
            y + reach * random.normal(0, 0.5),
            reach * random.uniform(0.25, 0.8),
        )
        shape = random.integers(0, 4)
        corners = [
            (cx + r * np.cos(t), cy + r * np.sin(t))
            for t in np.sort(random.uniform(0, 2 * np.pi, int(random.integers(3, 9))))
        ]
        for draw, fill in ((pen, ink), (mask, 255)):
            if shape == 0:
                draw.ellipse([cx - r, cy - r, cx + r, cy + r], fill=fill)
            elif shape == 1:
                draw.rectangle([cx - r, cy - r * 0.6, cx + r, cy + r * 0.6], fill=fill)
            elif shape == 2:
                draw.polygon(corners, fill=fill)
            else:
                word = _WORDS[int(random.integers(len(_WORDS)))]
                font = ImageFont.load_default(max(9, int(2.2 * reach / max(len(word), 4) * 1.6)))
                draw.text((x - reach, cy), word, font=font, fill=fill)
    return np.asarray(picture), np.asarray(cover, dtype=np.float64) / 255


_TEXTURES: dict[str, Callable[[Random, int, Colour, Box], Texture]] = {
    "striped": _striped,
    "checked": _checked,
    "dotted": _dotted,
    "floral": _floral,
    "graphic": _graphic,
}


def _along(side: int, degrees: float) -> NDArray[np.float64]:
    """How far each pixel lies in one direction; 0 degrees is downwards, so that stripes run across."""
    turn = np.deg2rad(degrees)
    y, x = np.mgrid[0:side, 0:side].astype(np.float64)
    return y * np.cos(turn) + x * np.sin(turn)


def _bent(texture: NDArray[np.uint8], random: Random) -> NDArray[np.uint8]:
    """As cloth lies: shifted by slow waves."""
    side = texture.shape[0]
    y, x = np.mgrid[0:side, 0:side].astype(np.float64)
    swing = side * random.uniform(0.0, 0.015, 2)
    wave = side * random.uniform(0.15, 0.5, 2)
    start = random.uniform(0, 2 * np.pi, 2)
    rows = np.clip(y + swing[0] * np.sin(2 * np.pi * x / wave[0] + start[0]), 0, side - 1).astype(np.intp)
    columns = np.clip(x + swing[1] * np.sin(2 * np.pi * y / wave[1] + start[1]), 0, side - 1).astype(np.intp)
    return texture[rows, columns]


def _other(base: Colour, random: Random) -> Colour:
    """A colour well apart from the cloth's."""
    while True:
        ink = tuple(int(v) for v in random.integers(0, 256, 3))
        if random.random() < 0.4:
            ink = (ink[0],) * 3
        if sum(abs(a - b) for a, b in zip(ink, base, strict=True)) > 150:
            return ink[0], ink[1], ink[2]


def _box(inside: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    side = inside.shape[0]
    if not inside.any():
        return side // 4, side // 4, 3 * side // 4, 3 * side // 4
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
