"""Found against true effects of simulated worlds as a PNG, drawn with Pillow, which is installed anyway."""

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from adtailor.domain.worth import PLACEBO_WORDS
from adtailor.journeys.run_simulation import Cell
from adtailor.journeys.simulation_report import Report

SCALE = 2
"""Drawn this many times larger and then made smaller, so that lines are smooth."""
WIDTH, HEIGHT, LEFT, TOP, SIDE = 1120, 760, 110, 130, 560
INK, SOFT, FAINT, GROUND = (32, 37, 43), (108, 117, 125), (222, 226, 230), (255, 255, 255)
HOLDS, MISSES = (25, 113, 94), (201, 104, 16)


def draw_recovered(report: Report, cells: Sequence[Cell]) -> Image.Image:
    """A dot a world with its interval; what stands on the dotted line was found exactly."""
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), GROUND)
    pen = ImageDraw.Draw(image)
    most = max(0.01, 1.15 * max((abs(v) for c in cells for v in (c.truth, c.value) if math.isfinite(v)), default=0.0))

    def at(true: float, found: float) -> tuple[float, float]:
        x = LEFT + (true + most) / (2 * most) * SIDE
        y = TOP + (1 - (min(most, max(-most, found)) + most) / (2 * most)) * SIDE
        return x * SCALE, y * SCALE

    sweep = report.sweep
    _words(pen, LEFT, 34, "Simulated: found against true change of revenue", 28, INK)
    about = f"grade {report.grade}, treatment {sweep.treatment}, {sweep.design}, {len(cells)} worlds"
    _words(pen, LEFT, 76, f"{about}, seeds {report.seeds[0]} to {report.seeds[-1]}, none left out", 16, SOFT)
    for step in range(5):
        value = -most + 2 * most * step / 4
        pen.line([at(value, -most), at(value, most)], fill=FAINT, width=SCALE)
        pen.line([at(-most, value), at(most, value)], fill=FAINT, width=SCALE)
        _words(pen, LEFT + SIDE * step / 4 - 22, TOP + SIDE + 10, f"{100 * value:+.1f} %", 13, SOFT)
        _words(pen, LEFT - 70, TOP + SIDE * (1 - step / 4) - 8, f"{100 * value:+.1f} %", 13, SOFT)
    for step in range(81):
        value = -most + 2 * most * step / 80
        x, y = at(value, value)
        pen.ellipse([x - SCALE, y - SCALE, x + SCALE, y + SCALE], fill=SOFT)
    for cell in cells:
        if not math.isfinite(cell.value):
            continue
        colour = HOLDS if cell.covers else MISSES
        x, y = at(cell.truth, cell.value)
        pen.line([(x, at(0, cell.high)[1]), (x, at(0, cell.low)[1])], fill=colour, width=SCALE)
        pen.ellipse([x - 4 * SCALE, y - 4 * SCALE, x + 4 * SCALE, y + 4 * SCALE], fill=colour)
    _words(pen, LEFT + SIDE / 2 - 20, TOP + SIDE + 34, "true", 14, SOFT)
    _words(pen, LEFT - 70, TOP - 26, "found", 14, SOFT)
    total, left = report.total, LEFT + SIDE + 50
    told = (
        (f"{total.covered} of {total.worlds} intervals hold the truth", HOLDS),
        (f"{total.worlds - total.covered} do not", MISSES),
        (f"{total.claimed_wrongly} claim an effect that is not there", INK),
        (f"mean error {100 * total.error:+.2f} points", INK),
        *_placebo(report),
        *((mark, SOFT) for mark in report.marks),
    )
    for line, (words, colour) in enumerate(told):
        _words(pen, left, TOP + 30 * line, words, 16, colour)
    return image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def _placebo(report: Report) -> list[tuple[str, tuple[int, int, int]]]:
    placebo = report.placebo
    if placebo is None:
        return []
    value, low, high = (f"{100 * one:+.2f}" for one in (placebo.value, placebo.low, placebo.high))
    colour = MISSES if placebo.says == "earns" else INK
    return [(f"placebo {value} % ({low} to {high})", colour), (f"which {PLACEBO_WORDS[placebo.says]}", colour)]


def _words(  # noqa: PLR0917  # where, what, how large
    pen: ImageDraw.ImageDraw, x: float, y: float, said: str, size: int, colour: tuple[int, int, int]
) -> None:
    pen.text((x * SCALE, y * SCALE), said, font=ImageFont.load_default(size * SCALE), fill=colour)
