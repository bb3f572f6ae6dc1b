"""Garments have two sides alike: outlines drawn once, and mirrored."""

from adtailor.simulate.community.drawing.paths import Point, mirrored, outline

MIDDLE = 240.0


def both(half: str) -> list[Point]:
    """A whole outline from its right half, drawn from top to bottom."""
    return mirrored(outline(half), MIDDLE)


def on_side(d: str, side: int) -> list[Point]:
    """An outline drawn for the right side (1), or its mirror image on the left (-1)."""
    points = outline(d)
    return points if side > 0 else [(2 * MIDDLE - x, y) for x, y in points]


def on_sides(drawn: list[str], side: int) -> list[list[Point]]:
    """The same for several lines."""
    return [on_side(d, side) for d in drawn]


def lines(*drawn: str) -> list[list[Point]]:
    """Lines as they were drawn."""
    return [outline(d) for d in drawn]
