"""Illustrations for the outfitters."""

from adtailor.simulate.community.drawing.canvas import Canvas
from adtailor.simulate.community.drawing.paths import Point, mirrored, outline
from adtailor.simulate.community.drawing.props import lit_table

_THISTLE = ("#dce5e3", "#22504b", "#c4552d", "#f2b632", "#24375b")


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
    _, _, rust, gold, navy = _THISTLE
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
    _, _, rust, gold, _ = _THISTLE
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
    return c


def _side(d: str, side: int) -> list[Point]:
    points = outline(d)
    return points if side > 0 else [(640 - x, y) for x, y in points]
