"""Things that stand in many of the illustrations."""

import math

from adtailor.simulate.community.drawing.canvas import HEIGHT, WIDTH, Canvas
from adtailor.simulate.community.drawing.paths import oval


def lit_table(background: str, glow: str, ground: str) -> Canvas:
    """The set that all these pictures share: a wall, a disc of light, a table."""
    c = Canvas(background)
    c.circle(WIDTH / 2, 172, 158, glow)
    c.box(0, 286, WIDTH, HEIGHT - 286, ground)
    c.oval(WIDTH / 2, 292, 210, 9, "#00000018")
    return c


def flower(c: Canvas, x: float, y: float, r: float, petals: str, heart: str) -> None:  # noqa: PLR0917 as SVG orders them
    """Five petals."""
    for n in range(5):
        turn = 2 * math.pi * n / 5 - math.pi / 2
        c.circle(x + r * 0.62 * math.cos(turn), y + r * 0.62 * math.sin(turn), r * 0.52, petals)
    c.circle(x, y, r * 0.36, heart)


def spark(c: Canvas, x: float, y: float, r: float, colour: str) -> None:
    """A four-pointed glint."""
    points = [
        (
            x + (r if n % 2 == 0 else r * 0.34) * math.cos(math.pi * n / 4),
            y + (r if n % 2 == 0 else r * 0.34) * math.sin(math.pi * n / 4),
        )
        for n in range(8)
    ]
    c.shape(points, colour)


def note(c: Canvas, x: float, y: float, size: float, colour: str) -> None:
    """Two quavers."""
    with c.moved(x, y, scale=size, turn=-6):
        c.line("M 12 0 L 12 -52", colour, 5)
        c.line("M 52 -8 L 52 -60", colour, 5)
        c.shape([(10, -54), (54, -64), (54, -52), (10, -42)], colour)
        c.shape(oval(0, 0, 14, 10), colour)
        c.shape(oval(40, -8, 14, 10), colour)
