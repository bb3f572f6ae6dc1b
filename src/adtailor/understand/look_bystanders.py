"""Heads and arms drawn over photos of clothes, in any tone of skin and hair: what the look must not depend on."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Random = np.random.Generator
Colour = tuple[int, int, int]

# From the lightest to the darkest of the Monk Skin Tone Scale (E. Monk, 2022; CC BY 4.0).
SKIN: tuple[Colour, ...] = (
    (246, 237, 228), (243, 231, 219), (247, 234, 208), (234, 218, 186), (215, 189, 150),
    (160, 126, 86), (130, 92, 67), (96, 65, 52), (58, 49, 42), (41, 36, 32),
)  # fmt: skip
_HAIR: tuple[Colour, ...] = ((20, 16, 14), (60, 40, 28), (110, 72, 40), (190, 150, 90), (150, 60, 30), (170, 170, 170))


def bystander(
    random: Random, *, side: int, skin: Colour | None = None, hair: Colour | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A head with hair, eyes and a mouth, mostly near the top, and often arms: RGB (side, side, 3) and how much covers.

    The same `random` with another `skin` and `hair` gives the same figure in other tones.
    """
    tones = random.integers(0, len(SKIN)), random.integers(0, len(_HAIR))
    skin, hair = skin or SKIN[tones[0]], hair or _HAIR[tones[1]]
    picture, cover = Image.new("RGB", (side, side), skin), Image.new("L", (side, side), 0)
    pen, mask = ImageDraw.Draw(picture), ImageDraw.Draw(cover)
    radius = side * random.uniform(0.05, 0.12)
    x, y = side * random.uniform(0.2, 0.8), side * min(abs(random.normal(0, 0.22)) + 0.03, 0.95)
    head = [x - radius, y - radius * 1.3, x + radius, y + radius * 1.3]
    locks = [
        head[0] - radius * 0.15,
        head[1] - radius * 0.3,
        head[2] + radius * 0.15,
        y + radius * random.uniform(-0.3, 1.2),
    ]
    neck = [x - radius * 0.35, y + radius, x + radius * 0.35, y + radius * 1.7]
    mask.ellipse(locks, fill=255)
    mask.rectangle(neck, fill=255)
    mask.ellipse(head, fill=255)
    pen.ellipse(locks, fill=hair)
    pen.ellipse(head, fill=skin)
    pen.rectangle(neck, fill=skin)
    for eye in (-0.4, 0.4):
        at = x + eye * radius
        pen.ellipse([at - radius * 0.14, y - radius * 0.2, at + radius * 0.14, y], fill=(30, 30, 30))
    pen.arc(
        [x - radius * 0.4, y + radius * 0.2, x + radius * 0.4, y + radius * 0.8], 20, 160, fill=(150, 60, 60), width=2
    )
    if random.random() < 0.5:
        thick = int(radius * random.uniform(0.4, 0.8))
        for towards in (-1, 1):
            start = (x + towards * side * 0.18, y + radius * 2.2)
            end = (start[0] + towards * side * random.uniform(0.0, 0.15), start[1] + side * random.uniform(0.15, 0.35))
            for d, c in ((pen, skin), (mask, 255)):
                d.line([start, end], fill=c, width=thick)
    cover = cover.filter(ImageFilter.GaussianBlur(1))
    return np.asarray(picture, dtype=np.float32), np.asarray(cover, dtype=np.float32) / np.float32(255)
