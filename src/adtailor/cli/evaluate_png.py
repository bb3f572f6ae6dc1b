"""Reliability diagrams as a PNG, drawn with Pillow, which is installed anyway: a plotting library would weigh 40 MB."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from adtailor.cli.shown import shown
from adtailor.journeys.evaluate_scores import ALL, Evaluation
from adtailor.maths.reliability import Bin

SCALE = 2
"""Drawn this many times larger and then made smaller, so that slanted lines are smooth."""
WIDTH = 1120
MARGIN = 56
COLUMNS = 4
TILE = 252
"""A tile with its gap; four of them fill the width between the margins."""
MOST_TILES = 60
INK, SOFT, FAINT, GROUND = (32, 37, 43), (108, 117, 125), (222, 226, 230), (255, 255, 255)
GOOD, OFF, BAR = (25, 113, 94), (201, 104, 16), (190, 208, 226)


@dataclass(frozen=True, slots=True)
class _Box:
    """A square plot: its corner and side, in final pixels."""

    left: float
    top: float
    side: float

    def at(self, said: float, seen: float) -> tuple[float, float]:
        return (self.left + said * self.side) * SCALE, (self.top + (1 - seen) * self.side) * SCALE


def draw_calibration(found: Evaluation, *, file: str) -> Image.Image:
    """One large diagram, and where there are several labels a small one for each, best F1 first."""
    order = sorted(found.labels, key=lambda row: -row.f1.value)
    names = [row.label for row in order if row.label in found.curves][:MOST_TILES] if len(found.curves) > 1 else []
    main = ALL if ALL in found.curves else next(iter(found.curves))
    rows = math.ceil(len(names) / COLUMNS)
    height = 650 + rows * (TILE + 34) + (40 if names else 0)
    image = Image.new("RGB", (WIDTH * SCALE, height * SCALE), GROUND)
    pen = _Pen(ImageDraw.Draw(image))
    pen.words(MARGIN, 34, f"Calibration of {found.part}", 30, INK, bold=True)
    about = f"{shown(file, 60)}: {found.read:,} of {found.posts:,} posts read"
    pen.words(MARGIN, 74, about, 16, SOFT)
    box = _Box(MARGIN + 44, 140, 400)
    pen.frame(box, large=True)
    pen.curve(box, found.curves[main], large=True)
    pen.histogram(box, found.curves[main])
    _legend(pen, found, main)
    for place, name in enumerate(names):
        left = MARGIN + (place % COLUMNS) * TILE
        top = 690 + (place // COLUMNS) * (TILE + 34)
        row = next(row for row in order if row.label == name)
        small = _Box(left + 8, top + 26, TILE - 44)
        error = "" if row.calibration_error is None else f"ECE {row.calibration_error.value:.3f}"
        pen.words(left + 8, top, shown(name, 18), 15, INK, bold=True)
        pen.words(left + 8 + small.side, top + 2, f"n {row.true:,}  {error}", 12, SOFT, right=True)
        pen.frame(small, large=False)
        pen.curve(small, found.curves[name], large=False)
    return image.resize((WIDTH, height), Image.Resampling.LANCZOS)


def _legend(pen: "_Pen", found: Evaluation, main: str) -> None:
    left, top = MARGIN + 520, 134
    pen.words(left, top, shown(main, 40), 20, INK, bold=True)
    for number, score in enumerate(found.scores):
        one = score.estimate
        line = top + 42 + number * 30
        pen.words(left, line, score.name, 16, INK)
        if math.isnan(one.value):
            continue
        pen.words(left + 250, line, f"{one.value:.3f}", 16, INK, bold=True, right=True)
        if not math.isnan(one.low):
            pen.words(left + 270, line, f"{one.low:.3f} to {one.high:.3f}", 16, SOFT)
    line = top + 42 + len(found.scores) * 30 + 22
    for colour, words in (
        (GOOD, "a share that agrees with its chance, within 95 %"),
        (OFF, "one that does not"),
    ):
        pen.dot(left + 7, line + 10, colour, 6)
        pen.words(left + 24, line, words, 14, SOFT)
        line += 26
    pen.words(left, line, "On the dotted line, chances come true as often as they say.", 14, SOFT)
    pen.words(left, line + 24, f"Intervals: 95 %, {found.rounds:,} draws of the posts, seed {found.seed}.", 14, SOFT)


class _Pen:
    """Draws in final pixels on an image that is SCALE times larger."""

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self._draw = draw

    def words(
        self, x: float, y: float, said: str, size: int, colour: tuple[int, int, int], *, bold: bool = False,
        right: bool = False, middle: bool = False,
    ) -> None:  # fmt: skip
        font = ImageFont.load_default(size * SCALE)
        wide = self._draw.textlength(said, font=font)
        x = x * SCALE - (wide if right else wide / 2 if middle else 0)
        stroke = 1 if bold else 0
        self._draw.text((x, y * SCALE), said, font=font, fill=colour, stroke_width=stroke, stroke_fill=colour)

    def dot(self, x: float, y: float, colour: tuple[int, int, int], radius: float) -> None:
        self._draw.ellipse(
            [(x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE], fill=colour
        )

    def frame(self, box: _Box, *, large: bool) -> None:
        """Axes, a faint grid, and the dotted diagonal."""
        for number in range(0, 11, 2 if large else 5):
            value = number / 10
            self._draw.line([box.at(value, 0), box.at(value, 1)], fill=FAINT, width=SCALE)
            self._draw.line([box.at(0, value), box.at(1, value)], fill=FAINT, width=SCALE)
            if large:
                x, y = (part / SCALE for part in box.at(value, 0))
                self.words(x, box.top + box.side + 68, f"{value:.1f}", 13, SOFT, middle=True)
                x, y = (part / SCALE for part in box.at(0, value))
                self.words(x - 10, y - 8, f"{value:.1f}", 13, SOFT, right=True)
        if large:
            self.words(box.left + box.side / 2, box.top + box.side + 92, "chance as said", 14, SOFT, middle=True)
            self.words(box.left - 36, box.top - 26, "share that was true", 14, SOFT)
        steps = 60 if large else 30
        for step in range(steps + 1):
            x, y = (part / SCALE for part in box.at(step / steps, step / steps))
            self.dot(x, y, SOFT, 1.0)

    def curve(self, box: _Box, bins: Sequence[Bin], *, large: bool) -> None:
        """A line through the bins, an interval and a dot for each; larger dots hold more."""
        most = max((one.rows for one in bins), default=1)
        points = [box.at(one.said, one.seen) for one in bins]
        if len(points) > 1:
            self._draw.line(points, fill=SOFT, width=SCALE, joint="curve")
        for one, (x, y) in zip(bins, points, strict=True):
            colour = GOOD if one.seen_low <= one.said <= one.seen_high else OFF
            top, bottom = box.at(one.said, one.seen_high)[1], box.at(one.said, one.seen_low)[1]
            self._draw.line([(x, top), (x, bottom)], fill=colour, width=(3 if large else 2) * SCALE // 2)
            radius = (4 + 4 * (one.rows / most) ** 0.5) if large else (2.5 + 2 * (one.rows / most) ** 0.5)
            self.dot(x / SCALE, y / SCALE, colour, radius)

    def histogram(self, box: _Box, bins: Sequence[Bin]) -> None:
        """How many chances each bin holds, by the square root, under the diagram."""
        most = max((one.rows for one in bins), default=1)
        floor = box.top + box.side + 62
        for one in bins:
            left, right = box.left + one.low * box.side + 2, box.left + one.high * box.side - 2
            tall = max(2.0, 46 * (one.rows / most) ** 0.5)
            self._draw.rectangle([left * SCALE, (floor - tall) * SCALE, right * SCALE, floor * SCALE], fill=BAR)
            self.words((left + right) / 2, floor - 15, f"{one.rows:,}", 10, SOFT, middle=True)
