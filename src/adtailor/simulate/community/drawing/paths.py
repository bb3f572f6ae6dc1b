"""Outlines written as SVG path data (M L H V C Q Z, absolute), flattened into points."""

import math
import re
from collections.abc import Iterable
from itertools import pairwise

Point = tuple[float, float]

_TOKEN = re.compile(r"[MLHVCQZ]|-?\d+(?:\.\d+)?")
_STEPS = 24


def outlines(d: str) -> list[list[Point]]:
    """The sub-paths of `d`, curves cut into short lines.

    >>> outlines("M 0 0 L 4 0 V 3 Z")
    [[(0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 0.0)]]
    """
    tokens = _TOKEN.findall(d)
    found: list[list[Point]] = []
    command, at = "M", 0
    while at < len(tokens):
        if tokens[at].isalpha():
            command, at = tokens[at], at + 1
        if command == "Z":
            found[-1].append(found[-1][0])
            continue
        count = {"M": 2, "L": 2, "H": 1, "V": 1, "Q": 4, "C": 6}[command]
        numbers = [float(token) for token in tokens[at : at + count]]
        at += count
        if command == "M":
            found.append([(numbers[0], numbers[1])])
            command = "L"
        else:
            found[-1] += _piece(command, numbers, found[-1][-1])
    return found


def outline(d: str) -> list[Point]:
    """The only sub-path of `d`."""
    (points,) = outlines(d)
    return points


def mirrored(points: Iterable[Point], axis: float) -> list[Point]:
    """Half an outline, from top to bottom, and its mirror image back up."""
    half = list(points)
    return half + [(2 * axis - x, y) for x, y in reversed(half)]


def dense(points: Iterable[Point], *, step: float) -> list[Point]:
    """The same line with a point at least every `step`."""
    listed = list(points)
    found = listed[:1]
    for (x0, y0), (x1, y1) in pairwise(listed):
        pieces = max(1, math.ceil(math.hypot(x1 - x0, y1 - y0) / step))
        found += [(x0 + (x1 - x0) * n / pieces, y0 + (y1 - y0) * n / pieces) for n in range(1, pieces + 1)]
    return found


def oval(x: float, y: float, rx: float, ry: float) -> list[Point]:
    """An ellipse about (x, y)."""
    turns = (2 * math.pi * n / 96 for n in range(96))
    return [(x + rx * math.cos(turn), y + ry * math.sin(turn)) for turn in turns]


def box(x: float, y: float, width: float, height: float, *, radius: float = 0.0) -> list[Point]:
    """A rectangle, its corners rounded."""
    if radius <= 0:
        return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    r = min(radius, width / 2, height / 2)
    corners = [
        (x + width - r, y + r, -90),
        (x + width - r, y + height - r, 0),
        (x + r, y + height - r, 90),
        (x + r, y + r, 180),
    ]
    return [
        (cx + r * math.cos(math.radians(start + 6 * n)), cy + r * math.sin(math.radians(start + 6 * n)))
        for cx, cy, start in corners
        for n in range(16)
    ]


def _piece(command: str, n: list[float], start: Point) -> list[Point]:
    x0, y0 = start
    match command:
        case "L":
            return [(n[0], n[1])]
        case "H":
            return [(n[0], y0)]
        case "V":
            return [(x0, n[0])]
        case "Q":
            return [_bezier(step / _STEPS, start, (n[0], n[1]), (n[2], n[3])) for step in range(1, _STEPS + 1)]
        case _:
            return [
                _bezier(step / _STEPS, start, (n[0], n[1]), (n[2], n[3]), (n[4], n[5])) for step in range(1, _STEPS + 1)
            ]


def _bezier(t: float, *points: Point) -> Point:
    """De Casteljau's construction."""
    if len(points) == 1:
        return points[0]
    return _bezier(t, *((x0 + (x1 - x0) * t, y0 + (y1 - y0) * t) for (x0, y0), (x1, y1) in pairwise(points)))
