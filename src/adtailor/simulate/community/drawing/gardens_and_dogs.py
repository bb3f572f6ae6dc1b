"""Illustrations for the seedsmen and for dogs."""

from adtailor.simulate.community.drawing.canvas import Canvas
from adtailor.simulate.community.drawing.paths import box, outline
from adtailor.simulate.community.drawing.props import flower, lit_table, spark

_MARIGOLD = ("#fce4a8", "#f08a24", "#4b8b3b", "#2d4a22", "#c65d3b")
_MUDDY = ("#bfe0e8", "#a8652f", "#d9a566", "#d2523b", "#3a2b22")
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
    _, orange, leaf, _, clay = _MARIGOLD
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
            f"M {x - 15} {height - 20} L {x - 7} {height - 8} L {x} {height - 24} L {x + 7} {height - 8} "
            f"L {x + 15} {height - 20} Q {x + 19} {height + 12} {x} {height + 12} "
            f"Q {x - 19} {height + 12} {x - 15} {height - 20} Z",
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
    return c


def pumpkin() -> Canvas:
    """Herr Direktor himself."""
    _, orange, leaf, dark, _ = _MARIGOLD
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
        "M 258 152 C 258 128 280 122 300 122 C 320 122 342 128 342 152 C 342 176 322 186 300 186 "
        "C 278 186 258 176 258 152 Z",
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
    _, brown, tan, red, dark = _MUDDY
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
    return c
