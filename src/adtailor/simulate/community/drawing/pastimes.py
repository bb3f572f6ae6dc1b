"""Illustrations for the guitar shop and the camera exchange."""

from adtailor.simulate.community.drawing.canvas import Canvas
from adtailor.simulate.community.drawing.paths import box, outline
from adtailor.simulate.community.drawing.props import lit_table, note

_STRINGS = ("#1f2a44", "#e8a13a", "#b5642b", "#fbe8c8", "#e76f8a")
_APERTURE = ("#d9dce8", "#2b2d3a", "#b8bdcb", "#f0785a", "#ffffff")


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
            "M 60 -62 C 30 -78 6 -52 -24 -54 C -70 -118 -214 -100 -214 0 C -214 100 -70 118 -24 54 "
            "C 6 52 30 78 60 62 C 96 44 96 -44 60 -62 Z"
        )
        c.shape(body, "#8a4b1f")
        with c.moved(-1, 0, scale=0.95):
            c.shape(body, amber)
        with c.within(body):
            c.shape(
                outline(
                    "M -214 20 C -180 110 -70 110 -24 54 C 6 52 30 78 60 62 L 80 40 C 20 40 0 30 -30 34 "
                    "C -90 90 -170 70 -214 20 Z"
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
    _, amber, wood, cream, pink = _STRINGS
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
    _, dark, _, coral, white = _APERTURE
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
    return c
