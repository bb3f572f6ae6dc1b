"""Illustrations for trains, lessons and the feed's own notices."""

import math

from adtailor.simulate.community.drawing.canvas import Canvas
from adtailor.simulate.community.drawing.paths import mirrored, outline
from adtailor.simulate.community.drawing.props import lit_table

_LARKWATER = ("#bfdde6", "#3f7f93", "#4b8b3b", "#c4552d", "#fbf3e2")
_CREAM = "#fff6e0"


def train() -> Canvas:
    """A night train along the coast."""
    c = Canvas("#2e3a6b")
    c.sky("#2e3a6b", "#f2a07b", until=240)
    c.circle(456, 188, 42, "#ffe0a8")
    for n in range(22):
        c.circle((n * n * 41 + n * 17) % 640, (n * 53) % 96, 1.6, "#fdf0d8")
    c.path("M 0 208 Q 90 120 170 180 Q 240 110 318 206 Q 340 226 380 232 L 0 240 Z", "#5a4a82")
    c.path("M 0 226 Q 130 170 250 232 L 0 240 Z", "#473c70")
    c.box(0, 222, 640, 70, "#4d6fa5")
    for x, y, width in ((392, 236, 130), (412, 250, 92), (430, 264, 54), (60, 246, 70), (200, 262, 60), (560, 258, 60)):
        c.box(x, y, width, 4, "#f7c79a" if x > 380 and x < 500 else "#6c8cc0", 2)
    c.box(0, 282, 640, 78, "#2a2f52")
    c.box(0, 296, 640, 5, "#8d93a6")
    for n in range(24):
        c.box(6 + 27 * n, 301, 15, 8, "#5c4632", 2)
    c.box(-20, 214, 268, 74, "#8f2f3a", 8)
    c.box(-20, 214, 268, 14, "#f6e7cd", 6)
    c.path("M 262 288 L 262 214 L 430 214 Q 504 218 532 272 Q 534 288 520 288 Z", "#a93843")
    c.path("M 262 228 L 262 214 L 430 214 Q 452 215 470 222 L 476 228 Z", "#f6e7cd")
    c.box(246, 226, 18, 56, "#1d2140")
    for x in (6, 66, 126, 186, 282, 342):
        c.box(x, 238, 44, 28, "#ffe29a", 6)
        c.box(x, 238, 44, 9, "#fff3cf", 5)
    c.path("M 408 238 L 444 238 Q 476 240 494 264 L 408 264 Z", "#cfe6f2")
    c.box(-20, 272, 540, 5, "#f6c453")
    for x in (20, 66, 170, 216, 296, 342, 430, 478):
        c.circle(x, 290, 12, "#1d2140")
        c.circle(x, 290, 5, "#8d93a6")
    c.circle(520, 274, 6, "#fff3cf")
    c.shape([(524, 270), (640, 250), (640, 306), (524, 280)], "#fff3cf40")
    return c


def speech() -> Canvas:
    """A conversation over bread and cheese."""
    c = lit_table("#f2b5a7", "#f7ccc2", "#d98f7e")
    blue, yellow = "#3556a6", "#f6c453"
    c.path(
        "M 128 60 L 308 60 Q 330 60 330 82 L 330 158 Q 330 180 308 180 L 200 180 L 158 216 L 166 180 "
        "L 128 180 Q 106 180 106 158 L 106 82 Q 106 60 128 60 Z",
        blue,
    )
    c.path(
        "M 348 104 L 512 104 Q 534 104 534 126 L 534 194 Q 534 216 512 216 L 486 216 L 494 250 "
        "L 450 216 L 348 216 Q 326 216 326 194 L 326 126 Q 326 104 348 104 Z",
        _CREAM,
    )
    for n, width in enumerate((150, 110, 132)):
        c.box(140, 88 + 26 * n, width, 11, "#f2d7d0", 5)
    for n, x in enumerate((388, 430, 472)):
        c.circle(x, 160, 13, (blue, yellow, "#e4572e")[n])
    c.oval(244, 290, 84, 12, _CREAM)
    c.path("M 194 286 L 194 254 L 286 240 L 292 286 Z", yellow)
    c.path("M 194 254 L 286 240 L 292 256 L 194 270 Z", "#fbe08a")
    for x, y, r in ((216, 276, 6), (246, 266, 8), (270, 278, 5)):
        c.circle(x, y, r, "#d9a52f")
    with c.moved(400, 270, turn=-5):
        c.box(-84, -18, 168, 36, "#c7792b", 18)
        for x in (-54, -22, 10, 42):
            c.line(f"M {x} -12 L {x + 18} 10", "#f2cf95", 6)
    c.path("M 536 226 L 580 226 L 575 288 L 541 288 Z", "#cfe6f2")
    c.path("M 538 246 L 578 246 L 575 288 L 541 288 Z", "#a9d3e6")
    return c


def allotment() -> Canvas:
    """Allotments by the river."""
    sky, river, leaf, roof, cream = _LARKWATER
    c = Canvas(sky)
    c.sky("#9fcfe0", "#e6f2ea", until=220)
    c.circle(518, 76, 34, "#fbe08a")
    for x, y, size in ((130, 70, 1.0), (330, 48, 0.8)):
        for dx, r in ((-34, 18), (-8, 26), (24, 20), (46, 13)):
            c.circle(x + dx * size, y - r * size * 0.4, r * size, "#ffffff")
        c.box(x - 52 * size, y - 8 * size, 112 * size, 18 * size, "#ffffff", 9 * size)
    c.path("M 0 200 Q 140 130 300 188 Q 460 128 640 190 L 640 260 L 0 260 Z", "#8fc08a")
    c.path("M 420 186 Q 470 210 400 226 Q 330 244 470 262 L 640 262 L 640 216 Q 520 206 452 186 Z", river)
    c.box(0, 236, 640, 124, "#7fb069")
    for n in range(4):
        y = 256 + 26 * n
        c.box(210 - 16 * n, y, 300 + 30 * n, 15, "#7a4f2c", 7)
        for k in range(9):
            x = 228 - 16 * n + (32 + 3 * n) * k
            if n % 2 == 0:
                c.path(
                    f"M {x} {y + 4} Q {x - 12} {y - 14} {x - 3} {y - 17} Q {x} {y - 24} {x + 5} {y - 17} "
                    f"Q {x + 13} {y - 12} {x} {y + 4} Z",
                    leaf,
                )
            else:
                c.oval(x, y - 2, 11, 8, "#f08a24")
                c.oval(x, y - 2, 4, 8, "#f8b056")
    c.box(64, 170, 118, 106, "#b5814f", 2)
    for n in range(5):
        c.line(f"M {86 + 22 * n} 172 L {86 + 22 * n} 276", "#99683b", 2.5)
    c.shape([(52, 176), (123, 118), (194, 176)], roof)
    c.box(106, 208, 40, 68, "#4d7f8f", 3)
    c.circle(138, 244, 3.4, cream)
    c.line("M 540 286 L 540 190", "#8a5729", 7)
    c.line("M 502 216 L 578 216", "#8a5729", 7)
    c.path("M 512 208 L 568 208 L 576 262 L 504 262 Z", "#d2523b")
    c.circle(540, 184, 17, "#f0d7a6")
    c.path("M 514 176 L 566 176 L 552 158 L 528 158 Z", "#e9a23b")
    return c


def library() -> Canvas:
    """A shelf that lends more than books."""
    _, _, leaf, roof, cream = _LARKWATER
    c = Canvas("#f3e3c7")
    c.circle(320, 170, 170, "#f9efda")
    c.box(80, 44, 480, 282, "#9a6436", 8)
    for y in (56, 190):
        c.box(92, y, 456, 122, "#6f4422")
        c.box(80, y + 122, 480, 12, "#b5814f")
    colours = (roof, "#3f7f93", "#e7b75f", leaf, "#8c6fb0", cream, "#e76f8a", "#24375b")
    x = 104.0
    for n in range(9):
        width, tall = 20 + (n * 7) % 13, 84 + (n * 17) % 30
        c.box(x, 178 - tall, width, tall, colours[n % 8], 3)
        c.box(x, 178 - tall + 14, width, 7, "#ffffff55")
        x += width + 3
    with c.moved(452, 132, turn=-24):
        c.box(-76, -17, 96, 34, "#3f7f93", 6)
        c.box(14, -22, 34, 44, "#2c5f70", 6)
        c.box(-92, -11, 22, 22, "#e7b75f", 4)
    for end in ("M 446 142 L 414 178", "M 446 142 L 478 178", "M 446 142 L 448 178"):
        c.line(end, "#e7b75f", 5)
    with c.moved(168, 252, turn=-62):
        c.box(20, -6, 62, 12, "#5a3216", 2)
        c.oval(-24, 0, 30, 25, "#d98f4a")
        c.oval(8, 0, 21, 18, "#d98f4a")
        c.circle(-6, 0, 9, "#5a3216")
        for y in (-3, 0, 3):
            c.line(f"M -34 {y} L 80 {y}", cream, 1)
    c.path("M 248 234 L 318 234 L 318 264 L 288 264 L 280 310 L 254 310 Z", roof)
    c.box(318, 242, 20, 14, "#2b2d3a", 2)
    c.line("M 338 249 L 366 249", "#b8bdcb", 5)
    c.box(250, 302, 36, 10, "#2b2d3a", 3)
    c.oval(460, 296, 66, 14, "#b8bdcb")
    c.path("M 400 266 Q 404 292 394 300 L 526 300 Q 516 292 520 266 Z", "#d5d9e3")
    c.oval(460, 266, 60, 13, "#eef0f5")
    c.oval(460, 266, 18, 5, "#8d93a6")
    return c


def switches() -> Canvas:
    """Four switches, and a hand that decides."""
    _, _, leaf, _, cream = _LARKWATER
    c = Canvas("#2c5f70")
    c.circle(320, 180, 172, "#35707f")
    c.box(166, 42, 308, 280, "#00000030", 24)
    c.box(160, 34, 308, 280, cream, 24)
    for n, on in enumerate((True, False, True, False)):
        y = 62 + 60 * n
        c.circle(200, y + 21, 17, ("#f6c453", "#e76f8a", "#8c6fb0", leaf)[n])
        c.box(232, y + 14, (104, 84, 116, 96)[n], 14, "#d9cba5", 7)
        c.box(372, y, 74, 42, leaf if on else "#cfc6ac", 21)
        c.circle(425 if on else 393, y + 21, 17, "#ffffff")
    c.path("M 200 73 L 204 80 L 212 81 L 206 87 L 208 95 L 200 91 L 192 95 L 194 87 L 188 81 L 196 80 Z", cream)
    c.shape(mirrored(outline("M 200 136 L 206 133 L 212 139 L 208 143 L 206 152 L 200 152"), 200), cream)
    c.circle(194, 200, 2.6, cream)
    c.circle(206, 200, 2.6, cream)
    c.line("M 192 206 Q 200 213 208 206", cream, 3)
    c.path(
        "M 200 274 C 184 262 188 252 194 254 C 198 255 200 258 200 260 C 200 258 202 255 206 254 "
        "C 212 252 216 262 200 274 Z",
        cream,
    )
    c.path(
        "M 426 216 C 420 200 440 192 446 206 L 458 238 L 506 246 C 528 252 534 270 528 292 L 516 340 "
        "L 452 340 C 440 316 428 304 416 290 C 406 276 420 266 432 276 L 444 286 Z",
        "#e8b48a",
    )
    c.path("M 452 330 L 522 330 L 530 360 L 446 360 Z", "#e4572e")
    for turn in (-60, -90, -120):
        dx, dy = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        c.stroke([(434 + 16 * dx, 192 + 16 * dy), (434 + 28 * dx, 192 + 28 * dy)], "#f6c453", 4)
    return c
