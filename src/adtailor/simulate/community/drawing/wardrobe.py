"""Illustrations for the outfitters and the clothes workshop."""

import math

from adtailor.simulate.community.drawing.canvas import Canvas
from adtailor.simulate.community.drawing.paths import Point, box, mirrored, outline
from adtailor.simulate.community.drawing.props import lit_table, spark

_THISTLE = ("#dce5e3", "#22504b", "#c4552d", "#f2b632", "#24375b")
_STITCHES = ("#ead7d9", "#7fa7d0", "#5f7f4a", "#8c9099", "#c33c3c")
_DARK, _CREAM = "#3a2b33", "#fbf3ec"


def boots() -> Canvas:
    """A pair of walking boots."""
    pale, pine, rust, gold, _ = _THISTLE
    c = lit_table(pale, "#edf3f1", "#b9cbc6")
    c.path("M 0 286 L 120 150 L 196 230 L 262 168 L 360 286 Z", "#c6d6d1")
    c.path("M 330 286 L 470 128 L 552 220 L 600 178 L 640 220 L 640 286 Z", "#c6d6d1")
    c.path("M 470 128 L 500 162 L 478 172 L 462 160 L 444 170 Z", "#ffffff")
    for dx, dy, light, deep in ((118, -12, "#8a4f26", "#6f3d1b"), (0, 6, "#a8652f", "#8a4f26")):
        with c.moved(dx - 36, dy):
            boot = outline(
                "M 206 92 L 300 92 Q 304 160 316 190 Q 352 206 400 214 Q 436 224 436 262 L 202 262 Q 192 180 206 92 Z"
            )
            c.shape(boot, light)
            with c.within(boot):
                c.path("M 196 80 L 240 80 L 232 280 L 190 280 Z", deep)
                c.path("M 380 206 Q 350 230 352 270 L 450 270 L 450 210 Z", deep)
            c.box(196, 84, 112, 22, pine, 9)
            c.box(196, 256, 246, 20, "#2e2320", 6)
            for n in range(8):
                c.box(202 + 30 * n, 272, 20, 11, "#2e2320", 3)
            for n in range(5):
                x, y = 296 + 5 * n, 122 + 20 * n
                c.line(f"M {x - 34} {y + 4} L {x + 8} {y - 4}", gold if n % 2 == 0 else rust, 5)
            c.circle(262, 200, 12, deep)
    return c


def jacket() -> Canvas:
    """A yellow rain jacket in the rain."""
    _, pine, rust, gold, navy = _THISTLE
    c = lit_table(navy, "#2f4670", "#1b2a47")
    for n in range(26):
        x, y = (n * 97) % 640, (n * 61) % 270
        c.line(f"M {x} {y} L {x - 7} {y + 20}", "#6f8fc0", 2.5)
    for side in (1, -1):
        arm = _side("M 372 122 Q 410 132 424 172 L 446 262 L 404 272 L 376 196 Z", side)
        c.shape(arm, "#dba01f")
        c.shape(_side("M 436 236 L 449 276 L 402 284 L 398 246 Z", side), rust)
    body = mirrored(outline("M 320 106 Q 362 108 382 126 Q 390 200 388 290 L 320 294"), 320)
    c.shape(body, gold)
    with c.within(body):
        c.box(322, 90, 90, 220, "#e0a626")
        c.box(230, 268, 180, 30, rust)
    c.shape(mirrored(outline("M 320 50 C 366 50 380 92 372 120 Q 350 136 320 138"), 320), gold)
    c.shape(mirrored(outline("M 320 72 C 346 72 354 98 350 116 Q 338 128 320 132"), 320), "#7d5a12")
    c.line("M 320 134 L 320 290", "#9a6f14", 4)
    c.box(314, 148, 12, 20, navy, 4)
    for side in (1, -1):
        c.shape(_side("M 334 206 L 374 202 L 376 240 L 334 242 Z", side), "#e8b43f" if side < 0 else "#d2981a")
        c.stroke(_side("M 332 206 L 376 202", side), "#9a6f14", 4)
    _ = pine
    return c


def jumper() -> Canvas:
    """A navy layer on a chair's worth of hanger."""
    pale, _, rust, gold, navy = _THISTLE
    c = lit_table("#f0dcc4", "#f7eada", "#dfc29d")
    c.line("M 90 62 L 550 62", "#8a5729", 9)
    c.line("M 320 88 Q 320 76 330 74 Q 342 66 330 56 Q 318 50 312 60", "#8d93a6", 4)
    c.line("M 242 120 L 320 88 L 398 120", "#8a5729", 8)
    for side in (1, -1):
        c.shape(_side("M 372 112 Q 408 124 418 164 L 440 270 L 404 278 L 374 190 Z", side), "#1c2c4a")
        c.shape(_side("M 435 252 L 442 280 L 404 288 L 399 260 Z", side), "#16233c")
    body = mirrored(outline("M 320 122 Q 346 120 352 104 Q 372 108 386 122 Q 392 190 388 286 L 320 290"), 320)
    c.shape(body, navy)
    with c.within(body):
        c.box(336, 90, 80, 220, "#1f3050")
        c.box(230, 266, 180, 30, "#16233c")
        for row, colour in ((156, pale), (176, rust), (196, pale)):
            for n in range(14):
                c.shape(
                    [(238 + 13 * n, row), (245 + 13 * n, row - 8), (252 + 13 * n, row), (245 + 13 * n, row + 8)], colour
                )
    c.stroke(outline("M 288 104 Q 296 128 320 128 Q 344 128 352 104"), "#16233c", 9)
    for x, colour in ((132, gold), (508, rust)):
        c.line(f"M {x} 84 Q {x} 72 {x + 8} 70 Q {x + 14} 62 {x + 4} 56", "#8d93a6", 4)
        c.line(f"M {x - 46} 112 L {x} 84 L {x + 46} 112", "#8a5729", 7)
        c.path(f"M {x - 48} 112 Q {x} 92 {x + 48} 112 L {x + 42} 250 L {x - 42} 250 Z", colour)
        c.path(f"M {x - 12} 102 Q {x} 118 {x + 12} 102 Q {x} 96 {x - 12} 102 Z", "#00000040")
    return c


def tent() -> Canvas:
    """A tent under the stars."""
    _, pine, rust, gold, _ = _THISTLE
    c = Canvas("#1d2b4f")
    c.sky("#1a2547", "#4d5f95", until=270)
    for n in range(46):
        c.circle((n * n * 37 + n * 11) % 640, (n * 83 + n * n * 7) % 180, 1.0 + (n % 3) * 0.6, "#f8f2d8")
    c.circle(524, 66, 30, "#f8edc4")
    c.circle(512, 58, 26, "#25335c")
    c.path("M 0 250 L 96 130 L 168 206 L 236 120 L 330 250 Z", "#2b3a66")
    c.path("M 300 250 L 420 110 L 492 190 L 560 130 L 640 220 L 640 250 Z", "#2b3a66")
    for x, size in ((48, 1.0), (98, 0.75), (566, 1.1), (610, 0.8)):
        for n in range(3):
            w, y = 34 * size - 7 * n * size, 268 - 34 * n * size
            c.shape([(x - w, y), (x + w, y), (x, y - 52 * size)], "#173a37")
    c.box(0, 262, 640, 98, pine)
    c.oval(320, 300, 220, 16, "#183c38")
    c.shape([(320, 104), (158, 300), (482, 300)], rust)
    c.shape([(320, 104), (482, 300), (402, 300)], "#a54422")
    c.shape([(320, 104), (244, 300), (396, 300)], gold)
    c.shape([(320, 122), (318, 300), (258, 300)], "#ffe29a")
    c.shape([(320, 122), (396, 300), (352, 300)], "#d99518")
    c.line("M 320 104 L 320 90", "#f8f2d8", 4)
    c.line("M 158 300 L 128 312", "#f8f2d8", 2)
    c.line("M 482 300 L 512 312", "#f8f2d8", 2)
    for x, turn in ((540, 14), (556, -14)):
        with c.moved(x, 312, turn=turn):
            c.box(-26, -5, 52, 10, "#5a3216", 5)
    c.path("M 548 306 C 520 290 540 274 546 254 C 566 272 574 292 548 306 Z", "#f08a24")
    c.path("M 548 306 C 536 296 546 286 548 276 C 560 288 558 298 548 306 Z", "#ffe29a")
    return c


def lantern() -> Canvas:
    """A hand-crank lantern on a post."""
    _, pine, rust, gold, _ = _THISTLE
    c = Canvas("#22504b")
    c.sky("#173a38", "#2d655e", until=360)
    c.box(0, 292, 640, 68, "#132f2d")
    for r, alpha in ((168, "1c"), (120, "2e"), (78, "4c")):
        c.circle(320, 182, r, f"#ffe29a{alpha}")
    c.line("M 282 96 Q 320 36 358 96", "#e8efe9", 6)
    c.path("M 270 120 L 288 88 L 352 88 L 370 120 Z", rust)
    c.box(280, 120, 80, 122, "#ffedb8", 10)
    c.box(304, 150, 32, 62, "#fff8e1", 15)
    c.path("M 320 146 C 338 168 336 196 320 206 C 304 196 302 168 320 146 Z", gold)
    for x in (280, 306, 328, 354):
        c.box(x, 118, 6, 126, "#8f3b1d")
    c.box(262, 240, 116, 52, rust, 10)
    c.box(262, 240, 116, 14, "#a54422", 7)
    c.line("M 378 266 L 408 266 L 408 240", "#e8efe9", 7)
    c.circle(408, 234, 10, gold)
    for x, y in ((150, 120), (500, 104), (460, 220), (190, 226), (112, 190), (548, 190)):
        c.circle(x, y, 3, "#ffe29a")
        c.circle(x, y, 8, "#ffe29a30")
    for x, size in ((70, 1.2), (122, 0.8), (560, 1.0), (610, 1.3)):
        for n in range(3):
            w, y = 36 * size - 8 * n * size, 300 - 36 * n * size
            c.shape([(x - w, y), (x + w, y), (x, y - 54 * size)], "#122c2a")
    _ = pine
    return c


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
            "M 444 232 C 396 200 394 164 420 160 C 434 158 442 170 444 178 C 446 170 454 158 468 160 C 494 164 492 200 444 232 Z"
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
        "M 282 92 L 358 92 Q 420 170 520 250 Q 486 306 424 278 Q 380 318 322 284 Q 266 318 216 280 Q 154 300 124 252 Q 222 172 282 92 Z"
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
        "M 196 150 Q 186 196 206 216 C 262 218 300 250 352 254 L 474 254 Q 492 222 452 206 Q 392 196 350 160 Q 290 196 244 146 Q 214 134 196 150 Z"
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
