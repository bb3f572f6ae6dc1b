"""Illustrations for the bakery and the tea merchant."""

from adtailor.simulate.community.drawing.canvas import Canvas
from adtailor.simulate.community.drawing.paths import box, outline
from adtailor.simulate.community.drawing.props import lit_table, spark

_CRUMB = ("#f3d9b1", "#c7792b", "#8a4b1f", "#fff3df", "#d2523b")
_KETTLE = ("#cfe3d0", "#2f6b4f", "#1d4031", "#fbf6e6", "#e9a23b")


def bread() -> Canvas:
    """A country loaf, cut."""
    sand, crust, _, cream, _ = _CRUMB
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
        "M 128 214 Q 148 240 160 216 Q 176 246 194 216 Q 214 250 230 216 Q 250 240 264 216 "
        "Q 284 250 300 216 Q 320 242 336 216 Q 352 250 372 216 Q 392 240 404 216 Q 424 250 440 216 "
        "Q 460 242 474 216 Q 494 240 512 214 L 512 206 L 128 206 Z",
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


def _wheat(c: Canvas, x: float, y: float, turn: float, colour: str) -> None:
    with c.moved(x, y, turn=turn):
        c.line("M 0 90 L 0 -40", colour, 4)
        for n in range(5):
            for side in (-1, 1):
                with c.moved(side * 8, -34 + 17 * n, turn=side * 28):
                    c.oval(0, 0, 6, 12, colour)
        c.oval(0, -52, 6, 13, colour)
