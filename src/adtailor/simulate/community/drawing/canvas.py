"""A canvas for flat illustrations: drawn large, then shrunk, so that edges are smooth."""

import math
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from PIL import Image, ImageColor, ImageDraw

from adtailor.simulate.community.drawing.paths import Point, box, outlines, oval

WIDTH, HEIGHT = 640, 360
_LARGER = 3


class Canvas:
    """640 x 360 units; colours are `#rrggbb`, or `#rrggbbaa` to let through what lies below."""

    def __init__(self, background: str) -> None:
        self._image = Image.new("RGB", (WIDTH * _LARGER, HEIGHT * _LARGER), background)
        self._place = (1.0, 0.0, 0.0, 0.0)  # scale x cos, scale x sin, dx, dy

    def finished(self) -> Image.Image:
        """The picture at its final size."""
        return self._image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)

    def shape(self, points: Sequence[Point], fill: str) -> None:
        """A filled polygon."""
        ImageDraw.Draw(self._image, "RGBA").polygon(self._placed(points), fill=ImageColor.getrgb(fill))

    def path(self, d: str, fill: str) -> None:
        """A filled outline, each sub-path by itself."""
        for points in outlines(d):
            self.shape(points, fill)

    def circle(self, x: float, y: float, r: float, fill: str) -> None:
        """A disc."""
        self.shape(oval(x, y, r, r), fill)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: str) -> None:
        """A filled ellipse."""
        self.shape(oval(x, y, rx, ry), fill)

    def box(self, x: float, y: float, width: float, height: float, fill: str, radius: float = 0.0) -> None:  # noqa: PLR0917 as SVG orders them
        """A filled rectangle."""
        self.shape(box(x, y, width, height, radius=radius), fill)

    def line(self, d: str, colour: str, width: float) -> None:
        """A stroke with round ends."""
        for points in outlines(d):
            self.stroke(points, colour, width)

    def stroke(self, points: Sequence[Point], colour: str, width: float) -> None:
        """A stroke with round ends through these points. Opaque colours only: its pieces overlap."""
        draw = ImageDraw.Draw(self._image)
        placed = self._placed(points)
        thick = width * math.hypot(self._place[0], self._place[1]) * _LARGER
        draw.line(placed, fill=colour, width=max(1, round(thick)), joint="curve")
        for x, y in (placed[0], placed[-1]):
            draw.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=colour)

    def ring(self, x: float, y: float, r: float, colour: str, width: float) -> None:
        """A circle's line."""
        points = oval(x, y, r, r)
        self.stroke([*points, points[0], points[1]], colour, width)

    @contextmanager
    def moved(self, dx: float, dy: float, *, scale: float = 1.0, turn: float = 0.0) -> Generator[None]:
        """Within it the origin lies at (dx, dy), everything is `scale` times as large and turned by degrees."""
        before = self._place
        (px, py), c, s = self._moved((dx, dy)), before[0], before[1]
        tc, ts = scale * math.cos(math.radians(turn)), scale * math.sin(math.radians(turn))
        self._place = (c * tc - s * ts, c * ts + s * tc, px, py)
        try:
            yield
        finally:
            self._place = before

    @contextmanager
    def within(self, points: Sequence[Point]) -> Generator[None]:
        """What is drawn in it shows only inside this polygon."""
        mask = Image.new("L", self._image.size, 0)
        ImageDraw.Draw(mask).polygon(self._placed(points), fill=255)
        below, self._image = self._image, self._image.copy()
        try:
            yield
        finally:
            self._image = Image.composite(self._image, below, mask)

    def sky(self, top: str, bottom: str, *, until: float = HEIGHT) -> None:
        """A gradient from the top edge down to `until`."""
        a, b = ImageColor.getrgb(top), ImageColor.getrgb(bottom)
        draw = ImageDraw.Draw(self._image)
        rows = round(until * _LARGER)
        for y in range(rows):
            colour = tuple(round(a[n] + (b[n] - a[n]) * y / rows) for n in range(3))
            draw.line((0, y, WIDTH * _LARGER, y), fill=colour)

    def _moved(self, point: Point) -> Point:
        c, s, dx, dy = self._place
        return (c * point[0] - s * point[1] + dx, s * point[0] + c * point[1] + dy)

    def _placed(self, points: Sequence[Point]) -> list[Point]:
        return [(x * _LARGER, y * _LARGER) for x, y in map(self._moved, points)]
