"""Illustrations for the ads of the shops on Harbour Street: bicycles, books, bread, tea, music, cameras."""

import math

from adtailor.simulate.community.drawing.canvas import Canvas
from adtailor.simulate.community.drawing.paths import box, outline
from adtailor.simulate.community.drawing.props import flower, lit_table, note, spark

_SPOKE = ("#f6c453", "#0f6e6e", "#123b3f", "#fff4dc", "#e4572e")
_HERON = ("#3b2a4a", "#f7e9d2", "#e9724c", "#8c6fb0", "#e7b75f")
_CRUMB = ("#f3d9b1", "#c7792b", "#8a4b1f", "#fff3df", "#d2523b")
_KETTLE = ("#cfe3d0", "#2f6b4f", "#1d4031", "#fbf6e6", "#e9a23b")
_STRINGS = ("#1f2a44", "#e8a13a", "#b5642b", "#fbe8c8", "#e76f8a")
_APERTURE = ("#d9dce8", "#2b2d3a", "#b8bdcb", "#f0785a", "#ffffff")


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
    _mug(c, 132, 238, 0.62, cream, coral, plum)
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


def bread() -> Canvas:
    """A country loaf, cut."""
    sand, crust, brown, cream, red = _CRUMB
    c = lit_table(sand, "#f8e6c8", "#e3bf88")
    c.box(138, 262, 368, 22, "#a9713c", 11)
    c.box(138, 274, 368, 10, "#8a5729", 5)
    loaf = outline("M 164 262 C 132 170 220 106 318 108 C 420 106 500 168 470 262 Z")
    c.shape(loaf, crust)
    with c.within(loaf):
        c.shape(outline("M 390 90 C 470 130 520 220 470 300 L 400 300 C 450 220 440 140 390 90 Z"), "#a85f1e")
        c.shape(outline("M 170 240 C 170 160 240 124 300 122 C 240 140 200 180 196 262 Z"), "#dd9a4c")
        for n, (x, lean) in enumerate(((232, -8), (300, -4), (368, 2))):
            c.path(
                f"M {x} 128 C {x + 26} 150 {x + 30 + lean} 210 {x + 8} 248 C {x + 4} 210 {x - 6} 160 {x} 128 Z",
                "#f2cf95" if n != 2 else "#eabf7e",
            )
        for x, y in ((210, 190), (262, 160), (286, 226), (340, 182), (352, 232), (420, 196), (440, 240), (246, 240)):
            c.oval(x, y, 5, 3, "#fff3df")
    for x, y, turn in ((508, 180, 20), (540, 200, 42)):
        _wheat(c, x, y, turn, crust)
    with c.moved(112, 238, turn=-14):
        slice_ = outline("M -34 40 L -34 -14 C -60 -40 -20 -62 4 -54 C 40 -60 58 -30 36 -10 L 36 40 Z")
        c.shape(slice_, crust)
        with c.moved(1, -2, scale=0.84):
            c.shape(slice_, cream)
        for x, y in ((-12, -24), (10, -34), (14, 0), (-14, 10), (2, 22)):
            c.oval(x, y, 4, 3, "#ecd3a7")
    c.circle(544, 74, 30, "#f6c96a")
    _ = brown, red
    return c


def cake() -> Canvas:
    """A cake in the shape of a canal boat."""
    _, crust, brown, cream, red = _CRUMB
    c = lit_table("#f7c9c0", "#fadcd5", "#eeb0a4")
    c.oval(320, 284, 220, 20, "#ffffff")
    c.oval(320, 280, 220, 18, "#fdf0ea")
    hull = outline("M 128 214 L 512 214 Q 500 276 460 280 L 180 280 Q 140 276 128 214 Z")
    c.shape(hull, "#2f6b8f")
    with c.within(hull):
        c.box(120, 246, 400, 40, brown)
        c.box(120, 240, 400, 8, cream)
    c.path(
        "M 128 214 Q 148 240 160 216 Q 176 246 194 216 Q 214 250 230 216 Q 250 240 264 216 Q 284 250 300 216 Q 320 242 336 216 Q 352 250 372 216 Q 392 240 404 216 Q 424 250 440 216 Q 460 242 474 216 Q 494 240 512 214 L 512 206 L 128 206 Z",
        cream,
    )
    c.box(196, 158, 240, 52, red, 8)
    c.box(186, 146, 260, 18, "#f6c453", 8)
    for x in (218, 264, 310, 356):
        c.circle(x + 14, 184, 14, cream)
        c.circle(x + 14, 184, 9, "#5fb0c9")
    c.box(402, 168, 22, 42, brown, 3)
    c.box(232, 118, 16, 30, brown, 3)
    for x, y, r in ((242, 104, 9), (256, 86, 12), (276, 66, 15)):
        c.circle(x, y, r, "#fffaf4")
    for x, colour in ((312, "#2f6b8f"), (346, "#4b8b3b"), (380, crust)):
        c.box(x, 112, 7, 36, colour, 3)
        c.path(f"M {x + 3.5} 88 Q {x + 13} 104 {x + 3.5} 111 Q {x - 6} 104 {x + 3.5} 88 Z", "#f6a623")
    for x, y in ((92, 92), (136, 140), (540, 86), (520, 150), (566, 190), (80, 190)):
        spark(c, x, y, 9, red)
    return c


def tea() -> Canvas:
    """A teapot that does not dribble, and its cup."""
    mint, green, dark, cream, amber = _KETTLE
    c = lit_table(mint, "#dcecdb", "#b3d1b6")
    c.box(112, 276, 416, 14, "#a9713c", 7)
    c.line("M 344 190 C 400 196 384 252 340 248", green, 15)
    c.path("M 196 206 Q 146 204 132 150 L 154 144 Q 168 180 206 178 Z", green)
    pot = outline("M 186 274 C 150 200 200 148 270 148 C 340 148 388 200 352 274 Z")
    c.shape(pot, green)
    with c.within(pot):
        c.shape(outline("M 300 140 C 390 160 390 240 352 290 L 290 290 C 350 240 350 180 300 140 Z"), "#25573f")
        c.oval(220, 196, 12, 26, "#5b9a79")
        for x in (206, 238, 270, 302, 334):
            c.circle(x, 236, 8, cream)
            c.circle(x, 236, 4, amber)
    c.oval(270, 150, 56, 11, dark)
    c.path("M 222 148 Q 270 112 318 148 Z", green)
    c.circle(270, 122, 11, amber)
    cup = outline("M 412 206 L 512 206 Q 508 268 484 274 L 440 274 Q 416 268 412 206 Z")
    c.line("M 506 218 Q 546 216 536 244 Q 526 260 500 256", cream, 9)
    c.shape(cup, cream)
    with c.within(cup):
        c.box(480, 200, 60, 80, "#eadfc4")
        c.box(400, 234, 120, 9, amber)
    c.oval(462, 206, 50, 10, "#eadfc4")
    c.oval(462, 207, 43, 7, "#b5642b")
    for x in (444, 462, 480):
        c.line(f"M {x} 190 C {x - 16} 168 {x + 16} 152 {x} 128", "#f4faf2", 5)
    c.path("M 84 250 C 96 210 130 206 150 220 C 140 246 112 258 84 250 Z", "#5b9a4a")
    c.line("M 88 250 Q 116 236 146 222", "#3c6f33", 3)
    return c


def mug() -> Canvas:
    """Strong enough to hold up a spoon."""
    mint, green, dark, cream, amber = _KETTLE
    c = lit_table(amber, "#f0b75f", "#d68c25")
    c.box(150, 280, 340, 12, dark, 6)
    c.line("M 410 158 Q 478 152 470 208 Q 462 246 400 240", cream, 20)
    body = box(226, 128, 190, 156, radius=20)
    c.shape(body, cream)
    with c.within(body):
        c.box(360, 120, 80, 180, "#e9ddc0")
        for n in range(3):
            c.box(220, 168 + 32 * n, 210, 15, green if n % 2 == 0 else mint)
    c.oval(321, 130, 95, 18, "#e9ddc0")
    c.oval(321, 132, 84, 13, "#8a3f14")
    c.path("M 236 137 L 247 128 L 252 141 Z", amber)
    c.line("M 330 132 L 366 34", "#b8bdcb", 9)
    with c.moved(369, 28, turn=20):
        c.oval(0, 0, 12, 20, "#d5d9e3")
        c.oval(-3, -3, 6, 12, "#eef0f5")
    for x in (250, 282):
        c.line(f"M {x} 104 C {x - 14} 82 {x + 14} 66 {x} 42", "#fbe2b5", 6)
    return c


def guitar() -> Canvas:
    """A guitar and what comes out of it."""
    night, amber, wood, cream, pink = _STRINGS
    c = lit_table(night, "#2a3757", "#16203a")
    with c.moved(312, 196, turn=-22, scale=0.86):
        c.box(40, -13, 240, 26, "#6b3a17", 4)
        for n in range(9):
            c.line(f"M {70 + 22 * n} -13 L {70 + 22 * n} 13", "#d9b98a", 2)
        c.path("M 276 -18 L 330 -22 Q 340 0 330 22 L 276 18 Z", "#4a2610")
        for x in (288, 304, 320):
            c.circle(x, -27, 6, cream)
            c.circle(x, 27, 6, cream)
        body = outline(
            "M 60 -62 C 30 -78 6 -52 -24 -54 C -70 -118 -214 -100 -214 0 C -214 100 -70 118 -24 54 C 6 52 30 78 60 62 C 96 44 96 -44 60 -62 Z"
        )
        c.shape(body, "#8a4b1f")
        with c.moved(-1, 0, scale=0.95):
            c.shape(body, amber)
        with c.within(body):
            c.shape(
                outline(
                    "M -214 20 C -180 110 -70 110 -24 54 C 6 52 30 78 60 62 L 80 40 C 20 40 0 30 -30 34 C -90 90 -170 70 -214 20 Z"
                ),
                wood,
            )
        c.circle(10, 0, 34, "#4a2610")
        c.ring(10, 0, 39, cream, 3)
        c.box(-128, -34, 20, 68, "#4a2610", 5)
        for n in range(6):
            y = -8.5 + 3.4 * n
            c.line(f"M -118 {y * 1.6} L 300 {y}", "#fbf0da", 1.3)
    for x, y, size, colour in (
        (104, 110, 1.0, pink),
        (500, 250, 0.9, amber),
        (572, 190, 0.7, cream),
        (196, 84, 0.7, cream),
    ):
        note(c, x, y, size, colour)
    return c


def stage() -> Canvas:
    """An open stage with bunting."""
    night, amber, wood, cream, pink = _STRINGS
    c = Canvas("#3a2140")
    c.shape([(320, -40), (120, 300), (520, 300)], "#fbe8c82c")
    c.shape([(320, -40), (210, 300), (430, 300)], "#fbe8c82c")
    for x, side in ((0, 1), (640, -1)):
        c.path(
            f"M {x} 0 L {x + side * 120} 0 Q {x + side * 96} 120 {x + side * 40} 200 L {x + side * 66} 300 L {x} 300 Z",
            "#a52f45",
        )
        for n in (26, 56, 86):
            c.line(f"M {x + side * n} 0 Q {x + side * n * 0.9} 140 {x + side * n * 0.45} 210", "#842337", 4)
    c.box(0, 292, 640, 68, wood)
    for y in (312, 334):
        c.box(0, y, 640, 3, "#8f4d1e")
    c.oval(320, 300, 130, 15, "#d98f4a")
    c.line("M 320 298 L 320 152", "#d5d9e3", 6)
    c.line("M 286 300 L 354 300", "#d5d9e3", 7)
    with c.moved(320, 138, turn=28):
        c.box(-10, -4, 20, 44, "#2b2d3a", 8)
        c.circle(0, -12, 17, "#b8bdcb")
        for n in (-8, 0, 8):
            c.line(f"M -14 {n - 12} L 14 {n - 12}", "#8d93a6", 1.6)
    c.box(412, 232, 66, 8, amber, 3)
    for x in (420, 468):
        c.line(f"M {x} 240 L {x + (x - 444) / 4} 298", amber, 6)
    c.line("M 96 46 Q 320 118 544 46", cream, 3)
    for n in range(9):
        x = 122 + 49.5 * n
        y = 82 - ((x - 320) / 224) ** 2 * 34
        c.shape([(x - 15, y - 3), (x + 15, y - 3), (x, y + 30)], (amber, pink, cream, "#5fb0c9")[n % 4])
    for x, y in ((206, 190), (452, 176), (250, 236)):
        note(c, x, y, 0.7, cream)
    _ = night
    return c


def camera() -> Canvas:
    """An old camera, cleaned and loaded."""
    pale, dark, silver, coral, white = _APERTURE
    c = lit_table(pale, "#e8eaf2", "#bfc5d6")
    c.box(212, 92, 84, 34, silver, 8)
    c.box(228, 80, 40, 18, dark, 5)
    c.path("M 268 124 L 286 76 L 362 76 L 380 124 Z", silver)
    c.box(300, 88, 48, 24, dark, 5)
    c.circle(418, 104, 21, dark)
    c.circle(418, 98, 21, silver)
    body = box(152, 116, 336, 168, radius=22)
    c.shape(body, dark)
    with c.within(body):
        c.box(140, 110, 360, 42, silver)
        c.box(140, 148, 360, 5, "#8d93a6")
        c.box(140, 258, 360, 30, silver)
        for n in range(60):
            c.circle(160 + (n * 37) % 330, 164 + (n * 53) % 90, 1.6, "#454857")
    c.circle(320, 206, 84, silver)
    c.circle(320, 206, 74, dark)
    c.circle(320, 206, 58, "#3f4358")
    c.circle(320, 206, 44, "#26354f")
    c.circle(320, 206, 30, "#3c5a86")
    c.circle(304, 188, 13, "#a9c3e6")
    c.circle(340, 222, 6, "#7fa0cf")
    c.circle(454, 134, 9, coral)
    c.box(178, 126, 44, 15, white, 4)
    c.line("M 152 140 Q 96 150 88 232", coral, 9)
    c.line("M 488 140 Q 548 150 552 232", coral, 9)
    return c


def album() -> Canvas:
    """A book of photos."""
    _, dark, silver, coral, white = _APERTURE
    c = lit_table("#f6cfc2", "#fae0d8", "#ecb7a6")
    c.path("M 120 112 Q 220 84 320 112 Q 420 84 520 112 L 520 282 Q 420 256 320 284 Q 220 256 120 282 Z", dark)
    c.path("M 130 106 Q 226 80 320 108 L 320 274 Q 226 246 130 272 Z", white)
    c.path("M 510 106 Q 414 80 320 108 L 320 274 Q 414 246 510 272 Z", "#f3f3f7")
    with c.moved(222, 176, turn=-4):
        frame = box(-66, -52, 132, 104, radius=4)
        c.shape(frame, "#8fc4dd")
        with c.within(frame):
            c.circle(34, -20, 15, "#f6c453")
            c.path("M -80 60 L -80 20 L -36 -18 L 0 24 L 26 2 L 80 50 L 80 60 Z", "#4b8b6b")
            c.box(-80, 30, 160, 40, "#5fa0c0")
    with c.moved(414, 152, turn=5):
        frame = box(-52, -36, 104, 72, radius=4)
        c.shape(frame, "#f6c453")
        with c.within(frame):
            c.circle(-14, 6, 20, coral)
            c.circle(22, 10, 16, "#3556a6")
            c.box(-60, 20, 120, 30, "#e9a23b")
    with c.moved(430, 220, turn=-3):
        frame = box(-46, -26, 92, 52, radius=4)
        c.shape(frame, "#7aa06a")
        with c.within(frame):
            c.oval(0, 12, 22, 12, white)
            c.circle(18, -2, 10, white)
            c.path("M 26 -4 L 38 0 L 26 4 Z", "#e9a23b")
            c.circle(21, -4, 1.8, dark)
            c.box(-60, 18, 120, 20, "#5fa0c0")
    for x in (158, 286, 364, 466):
        c.box(x - 12, 112 if x < 320 else 110, 26, 9, "#e7b75f", 2)
    _ = silver
    return c


def _mug(c: Canvas, x: float, y: float, size: float, body: str, stripe: str, drink: str) -> None:
    with c.moved(x, y, scale=size):
        c.line("M 34 -8 Q 70 -10 64 18 Q 58 38 30 34", body, 11)
        c.box(-48, -32, 88, 92, body, 12)
        c.box(-48, 6, 88, 12, stripe)
        c.oval(-4, -30, 44, 9, drink)


def _wheat(c: Canvas, x: float, y: float, turn: float, colour: str) -> None:
    with c.moved(x, y, turn=turn):
        c.line("M 0 90 L 0 -40", colour, 4)
        for n in range(5):
            for side in (-1, 1):
                with c.moved(side * 8, -34 + 17 * n, turn=side * 28):
                    c.oval(0, 0, 6, 12, colour)
        c.oval(0, -52, 6, 13, colour)
