"""Illustrations for the clothes workshop."""

import math

from adtailor.simulate.community.drawing.canvas import Canvas
from adtailor.simulate.community.drawing.paths import Point, box, mirrored, outline
from adtailor.simulate.community.drawing.props import lit_table, spark

_STITCHES = ("#ead7d9", "#7fa7d0", "#5f7f4a", "#8c9099", "#c33c3c")
_DARK, _CREAM = "#3a2b33", "#fbf3ec"


def thread() -> Canvas:
    """Needle, thread and a button: mending."""
    rose, blue, moss, _, red = _STITCHES
    c = lit_table(rose, "#f4e6e7", "#d6b8bb")
    for x, colour, deep in ((150, red, "#982b2e"), (250, blue, "#5f86b0")):
        c.box(x - 42, 118, 84, 20, "#b5814f", 6)
        c.box(x - 34, 134, 68, 126, colour)
        c.box(x + 8, 134, 26, 126, deep)
        for n in range(9):
            c.line(f"M {x - 34} {144 + 13 * n} L {x + 34} {138 + 13 * n}", deep, 2)
        c.box(x - 42, 258, 84, 22, "#b5814f", 6)
        c.box(x - 42, 270, 84, 10, "#8f6136", 4)
    cloth = box(340, 122, 206, 150, radius=10)
    with c.moved(26, -8, turn=2):
        c.shape(cloth, moss)
        with c.within(cloth):
            for n in range(12):
                c.line(f"M {340 + 18 * n} 110 L {340 + 18 * n} 290", "#567342", 3)
        heart = outline(
            "M 444 232 C 396 200 394 164 420 160 C 434 158 442 170 444 178 C 446 170 454 158 468 160 "
            "C 494 164 492 200 444 232 Z"
        )
        c.shape(heart, _CREAM)
        for n in range(0, len(heart) - 4, 7):
            c.stroke([heart[n], heart[n + 4]], red, 3.5)
    c.line("M 184 196 C 250 40 420 40 486 150", red, 3.5)
    c.line("M 470 104 L 540 216", "#8d93a6", 6)
    c.line("M 470 104 L 478 117", "#eef0f5", 2.5)
    _button(c, 306, 262, 24, blue)
    _button(c, 352, 292, 17, "#e7b75f")
    return c


def shirt() -> Canvas:
    """Linen shirts in many blues on a rail."""
    _, blue, _, _, _ = _STITCHES
    c = lit_table("#e6ecf4", "#f4f7fb", "#c3d0e0")
    c.line("M 60 70 L 580 70", "#8a5729", 9)
    for x, colour, deep in ((136, "#9cc0e2", "#7fa7d0"), (504, "#2f5488", "#24426d"), (320, blue, "#5f89b8")):
        with c.moved(x, 0, scale=1.0):
            c.line("M 0 96 Q 0 84 8 82 Q 16 74 6 66 Q -4 62 -8 70", "#8d93a6", 4)
            for side in (1, -1):
                c.shape(_turned("M 44 112 Q 74 120 80 150 L 92 246 L 62 250 L 46 168 Z", side), deep)
            body = mirrored(outline("M 0 104 L 18 96 Q 44 104 56 116 Q 60 190 60 272 Q 30 284 0 280"), 0)
            c.shape(body, colour)
            with c.within(body):
                c.box(30, 90, 40, 200, deep)
            for side in (1, -1):
                c.shape(
                    _turned("M 0 112 L 18 92 L 32 100 L 18 128 Z", side),
                    "#d7e6f5" if colour != "#2f5488" else "#4670a8",
                )
            c.line("M 0 114 L 0 278", deep, 3)
            for n in range(6):
                c.circle(0, 132 + 26 * n, 3.4, _CREAM)
            c.shape(_turned("M 18 150 L 44 150 L 44 176 L 31 184 L 18 176 Z", 1), deep)
    return c


def dress() -> Canvas:
    """A green dress with a paperback in its pocket."""
    _, _, moss, _, red = _STITCHES
    c = lit_table("#f3e5cf", "#faf1e2", "#e2cba6")
    for x, y, turn in ((120, 210, -20), (150, 160, 14), (520, 210, 20), (492, 150, -12)):
        with c.moved(x, y, turn=turn):
            c.line("M 0 70 L 0 -30", "#8fa876", 4)
            for n in range(4):
                c.oval(-13, -20 + 22 * n, 13, 6, "#a5bd8c")
                c.oval(13, -10 + 22 * n, 13, 6, "#8fa876")
    skirt_shape = mirrored(outline("M 320 160 L 352 160 Q 386 230 404 298 Q 360 314 320 314"), 320)
    c.shape(skirt_shape, moss)
    with c.within(skirt_shape):
        for n in range(-3, 4):
            c.line(f"M {320 + 9 * n} 166 L {320 + 26 * n} 320", "#4e6b3b", 4)
    for side in (1, -1):
        c.shape(_side("M 348 60 Q 384 70 392 106 L 364 116 L 350 96 Z", side), "#4e6b3b")
    bodice = mirrored(outline("M 320 92 Q 336 88 342 56 L 358 60 Q 364 90 360 112 Q 354 136 354 164 L 320 168"), 320)
    c.shape(bodice, moss)
    c.box(285, 156, 70, 14, "#4e6b3b", 4)
    with c.moved(376, 214, turn=-14):
        c.box(-13, -24, 30, 34, red, 3)
        c.box(-7, -18, 16, 5, _CREAM, 1)
    c.path("M 350 214 L 398 202 L 404 240 Q 380 254 358 246 Z", "#4e6b3b")
    c.line("M 350 215 L 398 203", "#7d9d66", 4)
    for n in range(3):
        c.circle(320, 106 + 17 * n, 4, "#e7cf8f")
    return c


def hoodie() -> Canvas:
    """The hoodie that goes to work."""
    _, _, _, grey, red = _STITCHES
    c = lit_table("#f2c14e", "#f7d47f", "#dfa72f")
    for side in (1, -1):
        c.shape(_side("M 366 128 Q 406 138 418 178 L 442 262 L 404 276 L 376 204 Z", side), "#747882")
        c.shape(_side("M 434 248 L 446 276 L 408 290 L 400 262 Z", side), "#62666f")
    c.shape(mirrored(outline("M 320 40 C 372 40 388 92 378 124 Q 350 148 320 150"), 320), "#7f838d")
    c.shape(mirrored(outline("M 320 66 C 348 66 356 98 350 118 Q 336 134 320 136"), 320), "#4c4f57")
    body = mirrored(outline("M 320 140 Q 350 134 360 118 Q 378 122 388 136 Q 394 200 390 290 L 320 294"), 320)
    c.shape(body, grey)
    with c.within(body):
        c.box(340, 110, 80, 200, "#80848e")
        c.box(230, 270, 180, 30, "#6c7079")
    c.path("M 288 208 L 352 208 L 378 246 L 378 268 L 262 268 L 262 246 Z", "#777b85")
    for x in (300, 340):
        c.line(f"M {x} 136 L {x - (x - 320) / 5} 186", _CREAM, 5)
        c.circle(x - (x - 320) / 5, 190, 5, red)
    with c.moved(366, 166):
        c.ring(0, 0, 12, _DARK, 3.5)
        for n in range(4):
            turn = math.pi * n / 4
            c.stroke(
                [(-12 * math.cos(turn), -12 * math.sin(turn)), (12 * math.cos(turn), 12 * math.sin(turn))], _DARK, 1.5
            )
    for x, y in ((132, 112), (170, 222), (512, 96), (486, 236)):
        spark(c, x, y, 11, _CREAM)
    return c


def hat() -> Canvas:
    """A knitted hat, its wool still attached."""
    _, blue, _, _, red = _STITCHES
    c = lit_table("#d8e4ea", "#ebf2f5", "#b6c9d3")
    crown = outline("M 210 236 C 200 130 250 84 320 82 C 390 84 440 130 430 236 Z")
    c.shape(crown, red)
    with c.within(crown):
        c.path("M 360 70 C 440 110 450 180 440 250 L 380 250 C 404 180 396 120 360 70 Z", "#a82f33")
        for row in range(3):
            for n in range(9):
                x, y = 216 + 26 * n, 140 + 34 * row
                c.shape([(x, y), (x + 13, y - 11), (x + 26, y), (x + 13, y + 11)], _CREAM if row != 1 else "#f2b8a8")
    c.box(196, 222, 248, 56, red, 26)
    for n in range(15):
        c.line(f"M {212 + 15.5 * n} 228 L {212 + 15.5 * n} 272", "#a82f33", 4)
    c.circle(320, 76, 26, _CREAM)
    for n in range(16):
        turn = math.pi * n / 8
        c.stroke(
            [
                (320 + 18 * math.cos(turn), 76 + 18 * math.sin(turn)),
                (320 + 31 * math.cos(turn), 76 + 31 * math.sin(turn)),
            ],
            _CREAM,
            5,
        )
    c.line("M 440 270 C 500 300 470 210 520 236", blue, 4)
    c.circle(544, 252, 38, blue)
    for n in (-22, -8, 8, 22):
        c.line(f"M {514} {252 + n} Q {544} {252 + n * 1.7 - 8} {574} {252 + n}", "#5f89b8", 4)
    c.line("M 496 160 L 566 268", "#b5814f", 6)
    c.line("M 592 160 L 524 268", "#b5814f", 6)
    c.circle(495, 157, 7, _DARK)
    c.circle(593, 157, 7, _DARK)
    return c


def skirt() -> Canvas:
    """A skirt that knows how to dance."""
    _, _, _, _, red = _STITCHES
    c = lit_table("#f6d7a7", "#fbe8c9", "#e6bd80")
    shape = outline(
        "M 282 92 L 358 92 Q 420 170 520 250 Q 486 306 424 278 Q 380 318 322 284 Q 266 318 216 280 "
        "Q 154 300 124 252 Q 222 172 282 92 Z"
    )
    c.shape(shape, red)
    with c.within(shape):
        for d in ("M 300 100 Q 250 200 216 290", "M 320 100 Q 322 200 322 300", "M 340 100 Q 390 200 424 290"):
            c.line(d, "#9b2d2f", 6)
        for n in range(34):
            x, y = 130 + (n * 73) % 390, 120 + (n * 47) % 180
            for k in range(5):
                turn = 2 * math.pi * k / 5
                c.circle(x + 6 * math.cos(turn), y + 6 * math.sin(turn), 4.6, "#f7d9a8")
            c.circle(x, y, 3.6, "#e9a23b")
    c.path("M 278 78 Q 320 88 362 78 L 366 102 Q 320 112 274 102 Z", "#9b2d2f")
    for d in (
        "M 100 212 Q 84 232 92 262",
        "M 540 212 Q 556 232 548 262",
        "M 82 196 Q 60 232 72 272",
        "M 558 196 Q 580 232 568 272",
    ):
        c.line(d, "#d98f4a", 4)
    return c


def cobbler() -> Canvas:
    """A red shoe on the cobbler's bench."""
    _, blue, _, _, red = _STITCHES
    c = lit_table("#cfdfe2", "#e3edef", "#a9c0c5")
    c.box(120, 270, 400, 18, "#8a5729", 8)
    shoe = outline(
        "M 196 150 Q 186 196 206 216 C 262 218 300 250 352 254 L 474 254 Q 492 222 452 206 "
        "Q 392 196 350 160 Q 290 196 244 146 Q 214 134 196 150 Z"
    )
    c.shape(shoe, red)
    with c.within(shoe):
        c.path("M 180 190 C 270 190 300 240 360 236 L 500 236 L 500 270 L 180 270 Z", "#a82f33")
        c.oval(446, 218, 26, 7, "#e58079")
    c.path("M 200 208 L 228 212 L 222 270 L 206 270 Z", _DARK)
    c.path("M 228 212 C 280 222 300 256 352 262 L 474 262 L 474 254 L 352 252 C 300 248 268 220 206 212 Z", _DARK)
    c.circle(352, 172, 11, "#e7b75f")
    with c.moved(470, 150, turn=32):
        c.box(-7, -20, 14, 120, "#b5814f", 6)
        c.box(-40, -44, 80, 30, "#6f7686", 8)
        c.box(24, -44, 22, 30, "#565c6a", 6)
    for x, y in ((150, 250), (166, 258), (138, 262), (520, 252)):
        c.line(f"M {x} {y} L {x + 8} {y + 12}", "#6f7686", 3)
        c.circle(x, y, 3.4, "#6f7686")
    spark(c, 396, 150, 14, _CREAM)
    spark(c, 150, 130, 10, blue)
    return c


def _side(d: str, side: int) -> list[Point]:
    points = outline(d)
    return points if side > 0 else [(640 - x, y) for x, y in points]


def _turned(d: str, side: int) -> list[Point]:
    return [(side * x, y) for x, y in outline(d)]


def _button(c: Canvas, x: float, y: float, r: float, colour: str) -> None:
    c.circle(x + 2, y + 3, r, "#00000030")
    c.circle(x, y, r, colour)
    c.ring(x, y, r * 0.74, "#fbf3ec", 2)
    for dx, dy in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
        c.circle(x + dx * r * 0.24, y + dy * r * 0.24, r * 0.13, _DARK)
