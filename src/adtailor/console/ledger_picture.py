"""The ledger as a picture: each net with its interval, and the grade of its evidence. Drawn with Pillow."""

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from adtailor.domain.money import about
from adtailor.domain.worth import GRADE_WORDS, Earned
from adtailor.journeys.ledger import Ledger
from adtailor.measure.ledger import LedgerRow

SCALE = 2
"""Drawn this many times larger and then made smaller, so that lines are smooth."""
WIDTH, LEFT, RIGHT, ROW, TOP = 1080, 330, 190, 44, 128
INK, SOFT, FAINT, GROUND = (32, 37, 43), (108, 117, 125), (222, 226, 230), (255, 255, 255)
COLOURS = {"earns": (25, 113, 94), "costs": (176, 58, 46), "insufficient data": (150, 150, 150)}


def draw_ledger(made: Ledger, currency: str) -> Image.Image:
    """One line for each row that has evidence; the others are named below, without a number."""
    rows = [row for row in made.rows if row.net is not None]
    untold = sorted({row.name for row in made.rows if row.net is None})
    height = TOP + ROW * max(len(rows), 1) + 126
    image = Image.new("RGB", (WIDTH * SCALE, height * SCALE), GROUND)
    pen = ImageDraw.Draw(image)
    _words(pen, 40, 28, "What each signal and model earned, less what it cost", 25, INK)
    below = f"{currency} per 1000 impressions, {made.made_at.date()}; grades of evidence are never added up"
    _words(pen, 40, 66, below, 15, SOFT)
    low, high = _reach(rows)
    zero = _x(0.0, low, high)
    bottom = TOP + ROW * max(len(rows), 1)
    _line(pen, (zero, TOP - 8), (zero, bottom), FAINT, 2)
    for place, row in enumerate(rows):
        _row(pen, row, TOP + ROW * place + ROW / 2, low, high)
    if not rows:
        _words(pen, 40, TOP + 8, "No trial and no simulation says anything yet.", 17, SOFT)
    for value in (low, 0.0, high):
        _words(pen, _x(value, low, high) - 18, bottom + 8, about(value), 13, SOFT)
    if any("placebo" in row.beside for row in rows):
        told = "Thin, with a ring: revenue by somebody else's signal, cost not off, where 0 is expected"
        _words(pen, 40, bottom + 40, told, 13, SOFT)
    if untold:
        _words(pen, 40, bottom + 62, f"Without evidence: {', '.join(untold)}", 14, SOFT)
    legend = "; ".join(f"{grade} {words}" for grade, words in GRADE_WORDS.items())
    _words(pen, 40, bottom + 86, legend, 13, SOFT)
    return image.resize((WIDTH, height), Image.Resampling.LANCZOS)


def _row(pen: ImageDraw.ImageDraw, row: LedgerRow, y: float, low: float, high: float) -> None:
    assert row.net is not None  # noqa: S101 - only such rows are drawn
    assert row.interval is not None  # noqa: S101
    colour = COLOURS.get(row.says, SOFT)
    name = row.name if len(row.name) <= 27 else f"{row.name[:26]}…"
    _words(pen, 40, y - 11, name, 16, INK)
    _words(pen, LEFT - 44, y - 11, row.grade or "", 16, SOFT)
    ends = [max(low, min(high, end)) for end in row.interval]
    _line(pen, (_x(ends[0], low, high), y), (_x(ends[1], low, high), y), colour, 3)
    x = _x(max(low, min(high, row.net.value)), low, high)
    pen.ellipse([(x - 5) * SCALE, (y - 5) * SCALE, (x + 5) * SCALE, (y + 5) * SCALE], fill=colour)
    _words(pen, WIDTH - RIGHT + 22, y - 11, f"{about(row.net.value)}  {row.said}", 15, colour)
    if (placebo := row.beside.get("placebo")) is not None:
        _placebo(pen, placebo, y + 13, low, high)


def _placebo(pen: ImageDraw.ImageDraw, placebo: Earned, y: float, low: float, high: float) -> None:
    """Below its row: revenue alone, for its cost is that of the row."""
    left, right = (max(low, min(high, end)) for end in placebo.revenue.interval(placebo.bound))
    _line(pen, (_x(left, low, high), y), (_x(right, low, high), y), SOFT, 1)
    x = _x(max(low, min(high, placebo.revenue.value)), low, high)
    box = ((x - 3) * SCALE, (y - 3) * SCALE, (x + 3) * SCALE, (y + 3) * SCALE)
    pen.ellipse(box, fill=GROUND, outline=SOFT, width=SCALE)
    _words(pen, WIDTH - RIGHT + 22, y - 7, f"{about(placebo.revenue.value)}  placebo", 12, SOFT)


def _reach(rows: Sequence[LedgerRow]) -> tuple[float, float]:
    """What the axis spans: every finite end, and 0."""
    reached = [row.interval or () for row in rows]
    placebos = [row.beside["placebo"] for row in rows if "placebo" in row.beside]
    reached += [one.revenue.interval(one.bound) for one in placebos]
    ends = [end for interval in reached for end in interval if math.isfinite(end)]
    values = [*ends, *(row.net.value for row in rows if row.net is not None), 0.0]
    values += [one.revenue.value for one in placebos]
    low, high = min(values), max(values)
    room = (high - low) * 0.06 or 1.0
    return low - room, high + room


def _x(value: float, low: float, high: float) -> float:
    return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)


def _line(
    pen: ImageDraw.ImageDraw,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: tuple[int, int, int],
    width: int,
) -> None:
    pen.line([(start[0] * SCALE, start[1] * SCALE), (end[0] * SCALE, end[1] * SCALE)], fill=colour, width=width * SCALE)


def _words(  # noqa: PLR0917 - where, what, how
    pen: ImageDraw.ImageDraw, x: float, y: float, said: str, size: int, colour: tuple[int, int, int]
) -> None:
    pen.text((x * SCALE, y * SCALE), said, fill=colour, font=ImageFont.load_default(size * SCALE))
