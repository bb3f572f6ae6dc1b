"""Illustrations for the sensitive advertisers: plain, and no more tempting than the others."""

from adtailor.simulate.community.drawing.canvas import Canvas
from adtailor.simulate.community.drawing.paths import outline
from adtailor.simulate.community.drawing.props import lit_table

_CREAM = "#fff6e0"


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
        "M 238 170 C 220 130 262 112 292 130 C 304 108 340 122 334 152 C 350 180 312 206 286 194 "
        "C 262 208 236 198 238 170 Z",
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
