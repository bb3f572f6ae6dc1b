"""Illustrations for the bicycle workshop and the bookshop."""

import math

from adtailor.simulate.community.drawing.canvas import Canvas
from adtailor.simulate.community.drawing.paths import box, outline
from adtailor.simulate.community.drawing.props import flower, lit_table, spark

_SPOKE = ("#f6c453", "#0f6e6e", "#123b3f", "#fff4dc", "#e4572e")
_HERON = ("#3b2a4a", "#f7e9d2", "#e9724c", "#8c6fb0", "#e7b75f")


def bike() -> Canvas:
    """A touring bicycle with its basket."""
    yellow, teal, dark, cream, orange = _SPOKE
    c = lit_table(yellow, "#f9d684", "#e9b23c")
    for x in (210, 430):
        c.ring(x, 232, 66, dark, 9)
        c.ring(x, 232, 58, cream, 2.5)
        for n in range(9):
            turn = math.pi * n / 9
            dx, dy = 58 * math.cos(turn), 58 * math.sin(turn)
            c.stroke([(x - dx, 232 - dy), (x + dx, 232 + dy)], "#fbe7b4", 1.2)
        c.circle(x, 232, 8, dark)
    c.line("M 140 196 Q 170 150 218 154", orange, 7)
    c.line("M 368 200 Q 396 152 448 156", orange, 7)
    c.line("M 210 232 L 318 236 L 276 138 L 210 232", teal, 9)
    c.line("M 284 158 L 398 150 L 318 236", teal, 9)
    c.line("M 398 150 L 430 232", teal, 9)
    c.line("M 390 110 L 400 152", dark, 8)
    c.line("M 372 104 Q 402 100 412 112 Q 418 126 404 132", dark, 8)
    c.line("M 276 138 L 268 116", dark, 7)
    c.path("M 236 106 Q 268 98 300 108 Q 300 118 274 118 Q 244 122 236 106 Z", dark)
    c.ring(318, 236, 17, orange, 6)
    c.line("M 318 236 L 334 262", dark, 6)
    c.line("M 322 264 L 348 262", dark, 7)
    c.path("M 412 92 L 482 92 L 472 138 L 420 138 Z", "#b5752c")
    for y in (103, 115, 127):
        c.line(f"M 417 {y} L 478 {y}", "#8a5520", 2)
    for x, y, colour in ((428, 84, "#e76f8a"), (446, 76, orange), (464, 84, "#ffffff")):
        c.line(f"M {x} {y} L {x} 96", "#4b8b3b", 3)
        flower(c, x, y, 9, colour, cream)
    return c


def bell() -> Canvas:
    """A brass bell that has just been rung."""
    yellow, teal, dark, cream, orange = _SPOKE
    c = lit_table(teal, "#1b8080", "#0b5a5a")
    c.line("M 60 262 Q 320 232 580 262", dark, 20)
    c.box(288, 226, 64, 34, dark, 8)
    for n, width in ((1, 5), (2, 4), (3, 3)):
        for side in (-1, 1):
            x = 320 + side * (112 + 30 * n)
            c.line(f"M {x} {120 - 6 * n} Q {x + side * 22} 168 {x} {212 + 4 * n}", cream, width)
    dome = outline("M 216 222 C 216 120 268 92 320 92 C 372 92 424 120 424 222 Z")
    c.shape(dome, "#e9a92f")
    with c.within(dome):
        c.shape(outline("M 350 80 C 440 120 440 200 424 230 L 330 230 C 380 200 390 140 350 80 Z"), "#c98718")
        c.oval(268, 142, 16, 34, "#ffe39a")
    c.box(204, 212, 232, 20, "#c98718", 10)
    c.circle(320, 88, 13, yellow)
    c.line("M 424 206 L 476 186", dark, 10)
    c.circle(482, 184, 14, orange)
    return c


def panniers() -> Canvas:
    """Two bags on a rack, ready for rain."""
    yellow, teal, dark, cream, orange = _SPOKE
    c = lit_table("#f9e3b0", yellow, "#eec566")
    c.line("M 150 122 L 490 122", dark, 9)
    for x, main, deep in ((168, orange, "#b8401c"), (338, teal, "#0a5050")):
        bag = box(x, 132, 134, 156, radius=18)
        c.shape(bag, main)
        with c.within(bag):
            c.box(x + 96, 120, 60, 180, deep)
        c.box(x - 6, 118, 146, 52, deep, 14)
        c.box(x + 20, 206, 94, 62, deep, 12)
        c.box(x + 26, 212, 82, 50, main, 9)
        for dx in (34, 90):
            c.box(x + dx, 150, 12, 48, dark, 3)
            c.box(x + dx - 4, 184, 20, 12, cream, 3)
        c.box(x + 56, 228, 22, 7, yellow, 3)
    for x, y in ((120, 70), (214, 46), (320, 78), (430, 52), (540, 86), (90, 190), (556, 210)):
        c.path(f"M {x} {y} Q {x + 10} {y + 18} {x} {y + 22} Q {x - 10} {y + 18} {x} {y} Z", "#5fb0c9")
    return c


def books() -> Canvas:
    """A stack of books under a lamp."""
    plum, cream, coral, lilac, gold = _HERON
    c = lit_table(plum, "#4a375c", "#2d1f3a")
    c.shape(outline("M 470 92 L 150 288 L 470 288 Z"), "#f7e9d222")
    stack = (
        (206, 252, 230, 36, coral),
        (222, 218, 200, 34, cream),
        (198, 180, 226, 38, lilac),
        (226, 148, 180, 32, gold),
        (214, 118, 204, 30, "#4f9d92"),
    )
    for x, y, width, height, colour in stack:
        c.box(x, y, width, height, colour, 5)
        c.box(x + width - 26, y + 4, 24, height - 8, "#fffaf0", 2)
        for n in range(1, 4):
            c.line(
                f"M {x + width - 24} {y + 4 + (height - 8) * n / 4} L {x + width - 4} {y + 4 + (height - 8) * n / 4}",
                "#d9cbb5",
                1,
            )
        c.box(x + 18, y + height / 2 - 3, 70, 6, "#00000026", 3)
        c.box(x, y + height - 6, width - 26, 6, "#00000022", 3)
    c.path("M 236 114 Q 262 88 312 106 Q 360 88 390 114 Q 356 104 312 118 Q 264 104 236 114 Z", "#c9b48f")
    c.path("M 236 108 Q 262 82 312 102 Q 360 82 390 108 Q 356 96 312 114 Q 264 96 236 108 Z", "#fffaf0")
    c.line("M 528 284 L 528 150 Q 528 84 478 80", gold, 8)
    c.box(490, 278, 76, 12, gold, 6)
    c.circle(446, 108, 12, "#fff2c4")
    with c.moved(470, 88, turn=-38):
        c.path("M -18 -30 L 14 -30 Q 44 0 44 24 L -44 24 Q -44 0 -18 -30 Z", coral)
    _mug(c, 132, 238, size=0.62, colours=(cream, coral, plum))
    return c


def parcel() -> Canvas:
    """A novel wrapped in brown paper, with three clues."""
    plum, cream, coral, lilac, gold = _HERON
    c = lit_table(lilac, "#a289c2", "#7a5ea0")
    with c.moved(320, 176, turn=-7):
        c.box(-96, -112, 196, 240, "#00000033", 6)
        paper = box(-104, -122, 196, 240, radius=5)
        c.shape(paper, "#c79a63")
        with c.within(paper):
            c.shape([(40, -130), (110, -130), (110, 130), (-10, 130)], "#b98a53")
            c.line("M -104 -60 L 92 -70", "#b98a53", 2)
            c.line("M -60 118 L -40 -122", "#d6ad79", 2)
        c.line("M -104 20 L 92 20", coral, 6)
        c.line("M -6 -122 L -6 118", coral, 6)
        c.path("M -6 20 C -50 -20 -70 10 -6 20 C 44 -22 60 10 -6 20 Z", coral)
        c.line("M -6 20 L -36 58", coral, 5)
        c.line("M -6 20 L 26 56", coral, 5)
        with c.moved(44, -70, turn=8):
            c.box(-40, -30, 84, 64, cream, 4)
            c.circle(-30, -20, 4, lilac)
            for n, width in enumerate((52, 40, 58)):
                c.box(-28, -8 + 13 * n, width, 5, plum, 2)
    for x, y, r in ((110, 90, 7), (150, 250, 5), (520, 90, 6), (548, 240, 8), (478, 292, 4)):
        spark(c, x, y, r * 1.6, gold)
    return c


def headphones() -> Canvas:
    """Headphones around an open book."""
    plum, cream, coral, _, gold = _HERON
    c = lit_table(coral, "#f08a68", "#d45f3a")
    c.path("M 180 250 Q 250 216 320 246 Q 390 216 460 250 L 460 290 Q 390 258 320 288 Q 250 258 180 290 Z", plum)
    c.path("M 188 238 Q 252 208 320 238 L 320 276 Q 252 248 188 276 Z", cream)
    c.path("M 452 238 Q 388 208 320 238 L 320 276 Q 388 248 452 276 Z", "#fffaf0")
    for n in range(3):
        c.line(f"M 214 {236 + 10 * n} Q 258 {220 + 10 * n} 304 {238 + 10 * n}", "#cdb99a", 2.5)
        c.line(f"M 426 {236 + 10 * n} Q 382 {220 + 10 * n} 336 {238 + 10 * n}", "#cdb99a", 2.5)
    c.line("M 222 190 C 214 60 426 60 418 190", plum, 16)
    for x, side in ((222, -1), (418, 1)):
        c.box(x - 21, 152, 42, 78, gold, 20)
        c.box(x - 21 - 8 * side, 160, 26, 62, plum, 12)
    for n, tall in enumerate((18, 40, 26, 54, 32, 46, 20)):
        c.box(266 + 16 * n, 160 - tall / 2, 8, tall, cream, 4)
    return c


def _mug(c: Canvas, x: float, y: float, *, size: float, colours: tuple[str, str, str]) -> None:
    body, stripe, drink = colours
    with c.moved(x, y, scale=size):
        c.line("M 34 -8 Q 70 -10 64 18 Q 58 38 30 34", body, 11)
        c.box(-48, -32, 88, 92, body, 12)
        c.box(-48, 6, 88, 12, stripe)
        c.oval(-4, -30, 44, 9, drink)
