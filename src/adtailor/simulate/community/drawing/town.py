"""Illustrations for gardens, dogs, trains, lessons, the feed's own notices, and the sensitive advertisers."""

import math

from adtailor.simulate.community.drawing.canvas import Canvas
from adtailor.simulate.community.drawing.paths import box, mirrored, outline
from adtailor.simulate.community.drawing.props import flower, lit_table, spark

_MARIGOLD = ("#fce4a8", "#f08a24", "#4b8b3b", "#2d4a22", "#c65d3b")
_MUDDY = ("#bfe0e8", "#a8652f", "#d9a566", "#d2523b", "#3a2b22")
_LARKWATER = ("#bfdde6", "#3f7f93", "#4b8b3b", "#c4552d", "#fbf3e2")
_CREAM = "#fff6e0"


def seeds() -> Canvas:
    """Packets of seeds and what comes of them."""
    sand, orange, leaf, dark, clay = _MARIGOLD
    c = lit_table(sand, "#fdf0cc", "#b98a53")
    for x, y, turn, colour, petal in (
        (206, 178, -9, leaf, "#e76f8a"),
        (430, 178, 8, clay, "#f6c453"),
        (318, 168, 0, orange, "#ffffff"),
    ):
        with c.moved(x, y, turn=turn):
            c.box(-56, -78, 120, 168, "#00000022", 6)
            c.box(-60, -84, 120, 168, _CREAM, 6)
            c.box(-60, -84, 120, 30, colour, 6)
            c.box(-36, -74, 72, 9, _CREAM, 4)
            c.line("M 0 56 Q 4 20 0 -4", leaf, 6)
            c.path("M 0 44 C 18 18 40 22 44 26 C 38 46 18 52 0 44 Z", leaf)
            c.path("M 0 52 C -18 26 -40 30 -44 34 C -38 54 -18 60 0 52 Z", dark)
            flower(c, 0, -14, 27, petal if petal != "#ffffff" else clay, "#f6c453" if petal != "#f6c453" else orange)
            c.box(-32, 64, 64, 7, "#d9cba5", 3)
    for n in range(22):
        c.oval(150 + (n * 61) % 350, 296 + (n * 17) % 26, 5, 3, "#6b4520")
    for x in (96, 548):
        c.line(f"M {x} 288 Q {x + 2} 258 {x} 244", leaf, 5)
        c.path(f"M {x} 250 C {x + 8} 222 {x + 32} 226 {x + 36} 230 C {x + 30} 250 {x + 14} 256 {x} 250 Z", leaf)
        c.path(f"M {x} 250 C {x - 8} 222 {x - 32} 226 {x - 36} 230 C {x - 30} 250 {x - 14} 256 {x} 250 Z", "#6aa856")
    return c


def watering_can() -> Canvas:
    """A watering can, tulips, and a squirrel that takes notes."""
    _, orange, leaf, dark, clay = _MARIGOLD
    c = lit_table("#d6ead0", "#e8f4e2", "#8a5a34")
    c.line("M 196 136 C 150 70 60 140 130 214", "#3f7f93", 13)
    can = box(132, 150, 156, 136, radius=16)
    c.shape(can, "#5aa0b5")
    with c.within(can):
        c.box(236, 140, 70, 160, "#478aa0")
        c.box(120, 180, 190, 10, "#7fbccd")
    c.path("M 280 226 L 380 140 L 394 158 L 284 264 Z", "#478aa0")
    c.path("M 364 126 L 386 112 L 418 156 L 398 172 Z", "#3f7f93")
    for n, (x, y) in enumerate(((424, 152), (438, 172), (430, 196), (452, 200), (444, 226), (424, 224))):
        c.path(
            f"M {x} {y} Q {x + 7} {y + 13} {x} {y + 16} Q {x - 7} {y + 13} {x} {y} Z", "#7fbccd" if n % 2 else "#5aa0b5"
        )
    for x, height, colour in ((424, 250, "#e76f8a"), (462, 232, "#f6c453"), (500, 246, clay)):
        c.line(f"M {x} 292 L {x} {height + 6}", leaf, 5)
        c.path(f"M {x} 292 Q {x + 22} 270 {x + 18} 252 Q {x + 2} 268 {x} 292 Z", leaf)
        c.path(
            f"M {x - 15} {height - 20} L {x - 7} {height - 8} L {x} {height - 24} L {x + 7} {height - 8} L {x + 15} {height - 20} Q {x + 19} {height + 12} {x} {height + 12} Q {x - 19} {height + 12} {x - 15} {height - 20} Z",
            colour,
        )
    c.path("M 574 286 C 640 262 636 170 586 180 C 556 190 590 222 570 262 Z", "#b5642b")
    c.path("M 540 288 C 524 250 540 226 562 226 C 586 230 588 270 580 288 Z", "#c9783a")
    c.circle(548, 214, 20, "#c9783a")
    c.path("M 550 198 L 558 180 L 564 202 Z", "#c9783a")
    c.circle(542, 210, 3.4, "#2b1a10")
    c.circle(529, 217, 3, "#2b1a10")
    c.box(514, 244, 26, 20, _CREAM, 3)
    for n in range(3):
        c.line(f"M 518 {249 + 5 * n} L 534 {249 + 5 * n}", "#8d93a6", 1.5)
    c.line("M 532 240 L 546 252", orange, 3)
    _ = dark
    return c


def pumpkin() -> Canvas:
    """Herr Direktor himself."""
    sand, orange, leaf, dark, _ = _MARIGOLD
    c = lit_table("#cfe0ea", "#e6f0f5", "#8a5a34")
    for rx, colour, dx in (
        (150, "#d9721a", 0),
        (112, "#e57f1f", -70),
        (112, "#cf6a17", 70),
        (84, "#f2953a", -32),
        (84, "#e0791d", 34),
        (46, "#f5a24d", 0),
    ):
        c.oval(320 + dx, 206, rx * 0.82 if dx else rx, 88, colour)
    c.path("M 302 126 C 304 96 290 84 276 78 L 296 64 C 324 78 334 98 336 126 Z", leaf)
    c.path("M 302 126 C 304 96 290 84 276 78 L 284 72 C 308 84 316 104 318 126 Z", dark)
    c.path("M 336 122 C 372 84 430 90 446 112 C 424 140 366 142 336 122 Z", leaf)
    c.line("M 342 122 Q 390 104 436 112", dark, 3)
    c.line("M 330 116 C 380 60 470 60 486 90 C 492 110 470 112 470 98", leaf, 4)
    with c.moved(180, 236, turn=-10):
        c.line("M 0 54 L 0 0", "#8a5729", 7)
        c.box(-66, -44, 132, 54, _CREAM, 6)
        c.line("M -46 -26 L 46 -26", dark, 5)
        c.line("M -46 -10 L 22 -10", dark, 5)
    for x in (506, 548):
        c.oval(x, 276, 30, 20, orange)
        c.oval(x, 276, 14, 20, "#f5a24d")
        c.line(f"M {x} 258 L {x + 4} 248", leaf, 5)
    _ = sand
    return c


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


def dog() -> Canvas:
    """A good dog, sitting for a biscuit."""
    sky, brown, tan, red, dark = _MUDDY
    c = lit_table(sky, "#dcf0f4", "#8fb96f")
    c.path("M 400 270 C 470 262 480 200 452 184 C 448 226 420 238 390 240 Z", brown)
    c.path("M 238 288 C 226 200 270 160 326 168 C 400 176 424 236 412 288 Z", tan)
    c.path("M 350 288 C 340 240 372 216 400 232 C 424 250 420 276 414 288 Z", brown)
    for x in (262, 306):
        c.box(x, 208, 34, 80, tan, 16)
        c.oval(x + 15, 284, 23, 11, _CREAM)
    c.path("M 282 186 C 272 214 286 250 304 262 C 322 246 330 214 320 186 Z", _CREAM)
    head = outline(
        "M 222 120 C 222 70 262 54 300 56 C 342 56 378 74 378 122 C 378 166 344 190 300 190 C 256 190 222 166 222 120 Z"
    )
    c.shape(head, tan)
    c.path("M 300 56 C 346 56 378 76 378 122 C 376 150 350 150 334 128 C 318 108 306 80 300 56 Z", brown)
    c.path("M 232 84 C 182 70 170 150 194 180 C 224 184 238 130 244 96 Z", brown)
    c.path("M 368 84 C 418 70 430 150 406 180 C 376 184 362 130 356 96 Z", "#8a4f26")
    c.path(
        "M 258 152 C 258 128 280 122 300 122 C 320 122 342 128 342 152 C 342 176 322 186 300 186 C 278 186 258 176 258 152 Z",
        _CREAM,
    )
    for x in (266, 336):
        c.circle(x, 112, 10, dark)
        c.circle(x + 3, 109, 3.4, "#ffffff")
    c.oval(300, 136, 17, 12, dark)
    c.oval(295, 132, 5, 3, "#7d6a5c")
    c.line("M 300 148 L 300 158", dark, 4)
    c.line("M 278 160 Q 290 170 300 158 Q 310 170 322 160", dark, 4)
    c.path("M 292 165 L 310 165 Q 314 188 301 190 Q 288 188 292 165 Z", "#e76f8a")
    c.path("M 250 184 Q 300 214 350 184 L 352 200 Q 300 228 248 200 Z", red)
    c.circle(300, 216, 11, "#f6c453")
    with c.moved(506, 206, turn=-22):
        for x, y in ((-36, -11), (-36, 11), (36, -11), (36, 11)):
            c.circle(x, y, 14, "#c9894a")
        c.box(-38, -14, 76, 28, "#c9894a", 6)
        for x in (-18, 0, 18):
            c.circle(x, 0, 3, "#a06a34")
    spark(c, 470, 158, 10, _CREAM)
    spark(c, 556, 178, 8, _CREAM)
    return c


def lead() -> Canvas:
    """Six leads, one walker's boots."""
    sky, brown, tan, red, dark = _MUDDY
    c = lit_table("#f3d6a2", "#f9e7c6", "#9fc07c")
    for n, (x, size, colour, ear) in enumerate(
        ((92, 0.8, brown, dark), (196, 1.0, tan, brown), (300, 0.66, "#ffffff", dark), (392, 0.9, dark, "#5a463a"))
    ):
        c.line(
            f"M {x + 50 * size} {250 - 40 * size} Q {(x + 540) / 2} {150 + 12 * n} 534 150",
            (red, "#3f7f93", "#4b8b3b", "#e9a23b")[n],
            4,
        )
        with c.moved(x, 288, scale=size):
            c.line("M -40 -52 Q -66 -70 -58 -92", colour, 9)
            c.box(-44, -64, 88, 36, colour, 17)
            for leg in (-38, -18, 16, 34):
                c.box(leg - 5, -40, 11, 40, colour, 5)
            c.circle(48, -72, 23, colour)
            c.box(52, -72, 36, 20, colour, 10)
            c.path("M 34 -88 C 20 -84 18 -58 28 -48 C 42 -52 46 -74 44 -88 Z", ear)
            c.circle(86, -66, 5, "#2b1a10" if colour != dark else "#8d7a6c")
            c.circle(56, -78, 3.4, "#2b1a10" if colour != dark else _CREAM)
            c.box(28, -56, 22, 7, red, 3)
    c.box(548, 60, 34, 150, "#3556a6", 12)
    c.path("M 514 -10 L 614 -10 L 606 150 L 526 150 Z", "#4b8b3b")
    c.line("M 528 30 Q 512 100 534 148", "#3f7831", 20)
    c.circle(534, 152, 10, tan)
    c.box(546, 138, 22, 140, "#3556a6", 6)
    c.box(574, 138, 22, 140, "#2c4889", 6)
    for x in (540, 568):
        c.path(f"M {x} 250 L {x + 28} 250 L {x + 28} 290 L {x - 14} 290 Q {x - 12} 274 {x} 274 Z", "#e0b92f")
    _ = sky
    return c


def speech() -> Canvas:
    """A conversation over bread and cheese."""
    c = lit_table("#f2b5a7", "#f7ccc2", "#d98f7e")
    blue, yellow = "#3556a6", "#f6c453"
    c.path(
        "M 128 60 L 308 60 Q 330 60 330 82 L 330 158 Q 330 180 308 180 L 200 180 L 158 216 L 166 180 L 128 180 Q 106 180 106 158 L 106 82 Q 106 60 128 60 Z",
        blue,
    )
    c.path(
        "M 348 104 L 512 104 Q 534 104 534 126 L 534 194 Q 534 216 512 216 L 486 216 L 494 250 L 450 216 L 348 216 Q 326 216 326 194 L 326 126 Q 326 104 348 104 Z",
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


def beer() -> Canvas:
    """Copper kettle, small glass."""
    c = lit_table("#f2dfb5", "#f8ecd0", "#a9713c")
    c.path("M 132 288 L 132 190 Q 132 130 208 126 L 208 70 L 236 70 L 236 126 Q 312 130 312 190 L 312 288 Z", "#c9703a")
    c.path("M 232 126 Q 312 130 312 190 L 312 288 L 250 288 L 250 180 Q 250 140 222 126 Z", "#a9562a")
    c.path("M 150 190 Q 152 150 186 144 Q 166 164 168 210 L 150 214 Z", "#e59a68")
    c.box(122, 196, 200, 11, "#8f4420", 5)
    c.box(122, 264, 200, 11, "#8f4420", 5)
    c.circle(222, 236, 17, _CREAM)
    c.line("M 222 236 L 232 226", "#8f4420", 3)
    c.line("M 222 70 Q 222 40 262 40 L 352 40", "#a9562a", 15)
    glass = outline("M 392 122 L 490 122 L 480 288 L 402 288 Z")
    c.shape(glass, "#fdf3dc")
    with c.within(glass):
        c.box(380, 156, 130, 140, "#e5a42a")
        c.box(456, 156, 40, 140, "#cf8d1b")
        for n in range(14):
            c.circle(408 + (n * 37) % 66, 172 + (n * 29) % 104, 3, "#f7d27a")
    for x, y, r in (
        (404, 124, 18),
        (430, 114, 22),
        (458, 118, 20),
        (480, 126, 15),
        (440, 134, 22),
        (418, 140, 14),
        (468, 140, 14),
    ):
        c.circle(x, y, r, "#fffaf0")
    for x, y, turn in ((556, 250, 20), (76, 250, -20)):
        with c.moved(x, y, turn=turn):
            c.line("M 0 40 L 0 -30", "#6f8f3f", 4)
            for row in range(4):
                for side in (-1, 0, 1):
                    c.oval(side * 11, -18 + 13 * row, 9, 12, ("#8fb04f", "#9dbf5c", "#7f9f45")[side + 1])
    return c


def coin() -> Canvas:
    """Coins in a row, and what they add up to."""
    c = lit_table("#e3e7f5", "#f2f4fb", "#bcc5e3")
    blue, gold, deep = "#2b4acb", "#f0bd3c", "#c9922a"
    for column, count in enumerate((2, 3, 4, 5)):
        x = 128 + 66 * column
        for n in range(count):
            y = 276 - 17 * n
            c.oval(x, y + 8, 29, 10, deep)
            c.oval(x, y, 29, 10, gold)
            c.oval(x, y, 20, 6, "#f7d67f")
    c.box(392, 96, 156, 192, "#ffffff", 10)
    c.box(392, 96, 156, 38, blue, 10)
    c.box(412, 110, 78, 10, "#ffffff", 5)
    for n, (width, amount) in enumerate(((60, 34), (74, 26), (52, 38))):
        c.box(412, 152 + 26 * n, width, 9, "#bcc5e3", 4)
        c.box(530 - amount, 152 + 26 * n, amount, 9, "#8d99cf", 4)
    c.line("M 412 232 L 528 232", "#8d99cf", 2)
    c.box(412, 248, 50, 14, blue, 5)
    c.box(486, 248, 44, 14, blue, 5)
    return c


def ticket() -> Canvas:
    """A fixture list and a whistle."""
    c = lit_table("#0f5b3c", "#17714c", "#0b4a30")
    c.ring(320, 172, 110, "#2c8a61", 4)
    c.line("M 320 0 L 320 284", "#2c8a61", 4)
    with c.moved(246, 168, turn=-8):
        c.box(-112, -88, 224, 184, "#00000033", 8)
        c.box(-118, -96, 224, 184, _CREAM, 8)
        c.box(-118, -96, 224, 36, "#e58a2c", 8)
        c.box(-98, -84, 110, 12, _CREAM, 5)
        for n in range(4):
            y = -42 + 31 * n
            c.circle(-92, y + 5, 8, ("#d2523b", "#3556a6", "#4b8b3b", "#8c6fb0")[n])
            c.box(-76, y, 66, 10, "#c9bfa2", 4)
            c.circle(4, y + 5, 8, ("#f6c453", "#2b2d3a", "#5fb0c9", "#e76f8a")[n])
            c.box(20, y, 62, 10, "#c9bfa2", 4)
    c.path("M 402 176 L 506 176 L 506 206 L 470 206 C 472 252 410 258 402 214 Z", "#d5d9e3")
    c.circle(436, 216, 34, "#d5d9e3")
    c.circle(436, 216, 15, "#8d93a6")
    c.box(448, 164, 24, 14, "#8d93a6", 3)
    c.line("M 404 206 C 372 220 392 282 466 284 C 540 284 568 250 560 206", "#d2523b", 6)
    for turn in (-24, 0, 24):
        with c.moved(524, 184, turn=turn):
            c.line("M 14 0 L 34 0", _CREAM, 4)
    return c


def plate() -> Canvas:
    """A plate, a plan."""
    c = lit_table("#e8f3dc", "#f5faee", "#c3d9a9")
    c.circle(286, 172, 112, "#ffffff")
    c.circle(286, 172, 112 * 0.74, "#eef3ea")
    c.path(
        "M 238 170 C 220 130 262 112 292 130 C 304 108 340 122 334 152 C 350 180 312 206 286 194 C 262 208 236 198 238 170 Z",
        "#5fa84a",
    )
    c.path("M 262 176 C 256 150 282 142 298 154 C 316 150 320 176 300 182 C 284 192 266 190 262 176 Z", "#8bcb6a")
    for x, y in ((252, 204), (318, 196), (330, 214)):
        c.circle(x, y, 15, "#d2523b")
        c.circle(x - 4, y - 5, 4, "#f0a090")
    for x in (274, 294):
        c.oval(x, 218, 11, 15, "#f6c453")
    c.line("M 138 92 L 138 256", "#8d93a6", 8)
    for x in (126, 138, 150):
        c.line(f"M {x} 92 L {x} 128", "#8d93a6", 4)
    c.path("M 426 92 Q 446 120 436 176 L 426 176 Z", "#8d93a6")
    c.line("M 429 170 L 429 256", "#8d93a6", 8)
    c.box(474, 96, 110, 174, "#3f8f5f", 12)
    c.box(484, 110, 90, 150, "#ffffff", 6)
    for n in range(5):
        c.box(494, 124 + 27 * n, 14, 14, "#5fa84a" if n < 3 else "#d5e3ca", 4)
        c.box(516, 127 + 27 * n, (46, 34, 50, 40, 30)[n], 8, "#c3d9a9", 4)
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
                    f"M {x} {y + 4} Q {x - 12} {y - 14} {x - 3} {y - 17} Q {x} {y - 24} {x + 5} {y - 17} Q {x + 13} {y - 12} {x} {y + 4} Z",
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
    sky, _, leaf, roof, cream = _LARKWATER
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
    sky, river, leaf, _, cream = _LARKWATER
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
        "M 200 274 C 184 262 188 252 194 254 C 198 255 200 258 200 260 C 200 258 202 255 206 254 C 212 252 216 262 200 274 Z",
        cream,
    )
    c.path(
        "M 426 216 C 420 200 440 192 446 206 L 458 238 L 506 246 C 528 252 534 270 528 292 L 516 340 L 452 340 C 440 316 428 304 416 290 C 406 276 420 266 432 276 L 444 286 Z",
        "#e8b48a",
    )
    c.path("M 452 330 L 522 330 L 530 360 L 446 360 Z", "#e4572e")
    for turn in (-60, -90, -120):
        dx, dy = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        c.stroke([(434 + 16 * dx, 192 + 16 * dy), (434 + 28 * dx, 192 + 28 * dy)], "#f6c453", 4)
    return c
