"""A reliability diagram in a terminal: chances as said against the share that was true, within 80 columns."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from adtailor.maths.reliability import BINS, Bin

STEP = 6
"""Columns per bin."""
WIDTH = BINS * STEP + 1
HEIGHT = 17
_BARS = " ▁▂▃▄▅▆▇█"


def print_curve(console: Console, name: str, bins: Sequence[Bin]) -> None:
    """The diagram with its histogram underneath."""
    told = f" of {name}: the share that was true (● with its 95 % interval) of what was said"
    console.print(Text.assemble(("calibration", "bold"), told))
    for line in curve(bins):
        console.print(line, no_wrap=True, crop=False)


def curve(bins: Sequence[Bin]) -> list[Text]:
    """Lines of at most 72 columns: the diagonal is where chances come true as often as they say."""
    grid = [[(" ", "")] * WIDTH for _ in range(HEIGHT)]
    for column in range(WIDTH):
        grid[_row(column / (WIDTH - 1))][column] = ("·", "dim")
    for one in bins:
        column = round(one.said * (WIDTH - 1))
        for row in range(_row(one.seen_high), _row(one.seen_low) + 1):
            grid[row][column] = ("│", "cyan")
    for one in bins:
        fits = one.seen_low <= one.said <= one.seen_high
        grid[_row(one.seen)][round(one.said * (WIDTH - 1))] = ("●", "bold green" if fits else "bold yellow")
    lines: list[Text] = []
    for number, cells in enumerate(grid):
        value = 1 - number / (HEIGHT - 1)
        label = f"{value:4.2f} ┤" if number % 4 == 0 else "     │"
        lines.append(Text.assemble((label, "dim"), *cells))
    lines.append(Text("     └" + "─" * WIDTH, style="dim"))
    ticks = "".join(f"{place / BINS:<{STEP}.1f}" for place in range(BINS)) + "1.0"
    lines.append(Text("      " + ticks + " said", style="dim"))
    return [*lines, *_histogram(bins)]


def _histogram(bins: Sequence[Bin]) -> list[Text]:
    """How many chances each bin holds: bars by the square root, so that small ones are seen beside large ones."""
    most = max((one.rows for one in bins), default=1)
    bars, counts = [" " * STEP] * BINS, [" " * STEP] * BINS
    for one in bins:
        place = round(one.low * BINS)
        height = max(1, round((one.rows / most) ** 0.5 * (len(_BARS) - 1)))
        bars[place] = _BARS[height] * (STEP - 1) + " "
        counts[place] = f"{_short(one.rows):<{STEP}}"
    return [Text("      " + "".join(bars), style="blue"), Text("   n  " + "".join(counts), style="dim")]


def _row(value: float) -> int:
    return round((1 - min(1.0, max(0.0, value))) * (HEIGHT - 1))


def _short(count: int) -> str:
    """At most five characters: 950, 1.2k, 31k, 2.1M.

    >>> [_short(count) for count in (950, 1_234, 31_400, 2_100_000)]
    ['950', '1.2k', '31k', '2.1M']
    """
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if count >= size:
            return f"{count / size:.1f}{unit}" if count < 10 * size else f"{count / size:.0f}{unit}"
    return str(count)
