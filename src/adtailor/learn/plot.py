"""The calibration and the learning curve as one picture, with Pillow: a plotting library is 100 MB for two lines."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adtailor.learn.report import Report

_WIDTH, _HEIGHT, _EDGE = 520, 420, 64
_INK, _GRID, _LINE, _IDEAL = "#1c1c1e", "#d8d8dc", "#1f5fbf", "#9a9aa0"
_TICKS = 5

Pairs = list[tuple[float, float]]


def draw(report: "Report", path: str | None = None) -> Any:
    """A picture of both curves; written to `path` as PNG if given, and returned."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (2 * _WIDTH, _HEIGHT), "white")
    pen = ImageDraw.Draw(picture)
    points = [(one.predicted, one.observed) for one in report.curve]
    top = max([max(pair) for pair in points], default=1.0) * 1.05
    _panel(pen, 0, "predicted chance", f"observed: {report.model} on {report.held_out:,} rows", (0.0, top), (0.0, top),
           points, ideal=[(0.0, 0.0), (top, top)], dots=True)  # fmt: skip
    learned = [(float(p.rows), p.normalised_entropy) for p in report.learning if p.normalised_entropy is not None]
    low, high = min((y for _, y in learned), default=0.0), max((y for _, y in learned), default=1.0)
    margin = max(high - low, 0.02) * 0.1
    last = max((x for x, _ in learned), default=1.0)
    _panel(pen, _WIDTH, "rows seen", "normalised entropy before learning from them", (0.0, last),
           (low - margin, high + margin), learned, ideal=[(0.0, 1.0), (last, 1.0)], dots=False)  # fmt: skip
    if path is not None:
        picture.save(path, format="PNG")
    return picture


def _panel(  # noqa: PLR0917 - one picture
    pen: Any,
    left: int,
    across: str,
    title: str,
    xs: tuple[float, float],
    ys: tuple[float, float],
    points: Pairs,
    *,
    ideal: Pairs,
    dots: bool,
) -> None:
    from PIL import ImageFont

    font = ImageFont.load_default(13)
    x0, x1, y0, y1 = left + _EDGE, left + _WIDTH - 24, _HEIGHT - _EDGE, 48

    def place(point: tuple[float, float]) -> tuple[float, float]:
        x = x0 + (point[0] - xs[0]) / ((xs[1] - xs[0]) or 1.0) * (x1 - x0)
        y = y0 - (point[1] - ys[0]) / ((ys[1] - ys[0]) or 1.0) * (y0 - y1)
        return x, min(max(y, y1), y0)

    for n in range(_TICKS + 1):
        at_x, at_y = xs[0] + (xs[1] - xs[0]) * n / _TICKS, ys[0] + (ys[1] - ys[0]) * n / _TICKS
        x, y = place((at_x, at_y))
        pen.line([(x0, y), (x1, y)], fill=_GRID)
        pen.text((x0 - 8, y), _short(at_y), fill=_INK, font=font, anchor="rm")
        pen.text((x, y0 + 8), _short(at_x), fill=_INK, font=font, anchor="mt")
    pen.line([(x0, y1), (x0, y0), (x1, y0)], fill=_INK)
    pen.text((left + _EDGE, 18), title, fill=_INK, font=ImageFont.load_default(14))
    pen.text(((x0 + x1) / 2, y0 + 30), across, fill=_INK, font=font, anchor="mt")
    if all(ys[0] <= y <= ys[1] for _, y in ideal):
        pen.line([place(point) for point in ideal], fill=_IDEAL)
    placed = [place(point) for point in points]
    if len(placed) > 1:
        pen.line(placed, fill=_LINE, width=2, joint="curve")
    for x, y in placed if dots else ():
        pen.ellipse([x - 3, y - 3, x + 3, y + 3], fill=_LINE)


def _short(value: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.4g}{letter}"
    return f"{value:.3g}"
