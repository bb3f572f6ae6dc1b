"""Photos of shirts, T-shirts, hoodies and dresses, drawn piece by piece."""

import numpy as np
from PIL import Image

from adtailor.simulate.community.drawing.cloth import Piece, Still, blurred
from adtailor.simulate.community.drawing.floors import blanket, wood
from adtailor.simulate.community.drawing.paths import outline
from adtailor.simulate.community.drawing.sides import both, lines, on_side, on_sides


def shirt() -> Image.Image:
    """A light blue summer shirt on dark boards."""
    still = Still(seed=11, floor=wood(3, (112, 78, 52), planks=5))
    colour, dark = (126, 168, 214), (84, 122, 168)
    still.lay(Piece(points=both("M 240 84 L 272 78 Q 285 92 276 112 L 240 118"), colour=dark, puff=0.3))
    for side in (1, -1):
        sleeve = on_side("M 312 92 C 352 100 384 136 414 184 L 360 226 L 330 190 Z", side)
        still.lay(
            Piece(
                points=sleeve,
                colour=colour,
                puff=0.7,
                crumple=0.8,
                along=55 if side > 0 else 125,
                stitches=on_sides(["M 405 180 L 354 218"], side),
            )
        )
    body = both(
        "M 240 104 L 262 86 Q 300 84 322 94 Q 342 118 336 172 Q 346 300 344 402 Q 316 424 288 426 Q 260 424 240 420"
    )
    still.lay(
        Piece(
            points=body,
            colour=colour,
            puff=0.8,
            crumple=0.85,
            folds=lines(
                "M 150 190 Q 190 214 204 260",
                "M 330 190 Q 296 220 282 268",
                "M 180 330 Q 196 370 190 410",
                "M 300 310 Q 290 360 296 404",
            ),
            stitches=lines("M 262 90 Q 300 96 326 118", "M 218 90 Q 180 96 154 118", "M 138 404 Q 240 424 342 404"),
        )
    )
    placket = outline("M 231 112 L 249 112 L 250 422 L 230 422 Z")
    still.lay(
        Piece(
            points=placket,
            colour=(136, 177, 220),
            puff=0.35,
            crumple=0.3,
            stitches=lines("M 234 116 L 233 420", "M 246 116 L 247 420"),
            shadow=0.6,
        )
    )
    pocket = outline("M 272 168 L 316 166 L 317 210 Q 295 224 273 212 Z")
    still.lay(
        Piece(
            points=pocket,
            colour=(130, 172, 216),
            puff=0.25,
            crumple=0.5,
            shadow=0.55,
            stitches=lines("M 274 176 L 315 174", "M 275 172 L 275 210 Q 295 220 315 208 L 314 170"),
        )
    )
    for side in (1, -1):
        collar = on_side("M 238 112 L 266 76 Q 290 82 296 92 L 276 138 Z", side)
        still.lay(
            Piece(
                points=collar,
                colour=(138, 180, 223),
                puff=0.6,
                crumple=0.35,
                stitches=on_sides(["M 243 113 L 274 132 L 291 93"], side),
            )
        )
    for y in (122, 166, 212, 258, 304, 350, 394):
        still.button(240, y, (236, 238, 240))
    return still.photographed(closer=1.18)


def t_shirt() -> Image.Image:
    """A mustard T-shirt with a club's print on a pale table."""
    still = Still(seed=23, floor=wood(8, (208, 182, 146), planks=6, turn=True))
    colour = (214, 166, 34)
    still.lay(
        Piece(points=both("M 240 94 Q 266 92 286 85 L 290 118 Q 268 140 240 142"), colour=(150, 112, 20), puff=0.2)
    )
    for side in (1, -1):
        sleeve = on_side("M 318 92 C 356 104 386 140 412 186 L 366 220 L 334 184 Z", side)
        still.lay(
            Piece(
                points=sleeve,
                colour=colour,
                along=55 if side > 0 else 125,
                stitches=on_sides(["M 405 181 L 361 213"], side),
                folds=on_sides(["M 338 172 Q 356 160 372 152"], side),
            )
        )
    body = both("M 240 132 Q 272 128 286 84 Q 312 88 332 98 Q 344 140 338 184 Q 346 300 345 408 Q 300 418 240 418")
    wheel = np.zeros((960, 960))
    y, x = np.mgrid[0:960, 0:960] / 2.0
    away = np.hypot(x - 240, y - 226)
    wheel[(away > 44) & (away < 51)] = 1
    wheel[(away < 8)] = 1
    turns = np.arctan2(y - 226, x - 240)
    wheel[(away < 46) & (np.abs(np.sin(turns * 6)) * away < 1.3)] = 1
    wheel[(np.abs(y - 294) < 4) & (np.abs(x - 240) < 62)] = 1
    wheel[(np.abs(y - 308) < 3) & (np.abs(x - 240) < 40)] = 1
    still.lay(
        Piece(
            points=body,
            colour=colour,
            print=blurred(wheel, 0.8) * 0.88,
            print_colour=(60, 48, 34),
            folds=lines(
                "M 146 190 Q 184 210 200 250",
                "M 334 190 Q 300 212 290 250",
                "M 170 340 Q 210 372 216 412",
                "M 318 330 Q 292 372 300 410",
            ),
            stitches=lines("M 136 400 Q 240 411 344 400", "M 314 90 Q 330 130 330 182", "M 166 90 Q 150 130 150 182"),
        )
    )
    band = [
        *outline("M 196 84 Q 208 130 240 132 Q 272 130 284 84"),
        *reversed(outline("M 189 86 Q 202 142 240 142 Q 278 142 291 86")),
    ]
    still.lay(Piece(points=band, colour=colour, puff=0.3, crumple=0.2, rib=1.6, shadow=0.5))
    return still.photographed(closer=1.2)


def hoodie() -> Image.Image:
    """A grey hoodie on a checked cloth."""
    floor = blanket(5, (226, 220, 212), soft=0.7)
    y, x = np.mgrid[0:960, 0:960]
    checks = ((x // 60 % 2) + (y // 60 % 2))[..., None] / 2.0
    still = Still(seed=37, floor=floor * (1 - 0.75 * checks * (1 - np.array([178, 34, 40]) / 226.0)))
    colour = (128, 130, 134)
    for side in (1, -1):
        sleeve = on_side("M 312 150 C 352 152 372 184 380 220 L 424 372 Q 402 394 372 390 L 326 240 Z", side)
        cuff = on_side("M 370 372 L 422 358 Q 430 380 428 398 Q 404 410 380 406 Z", side)
        still.lay(
            Piece(
                points=sleeve,
                colour=colour,
                puff=1.5,
                grain=1.5,
                along=75 if side > 0 else 105,
                folds=on_sides(
                    ["M 336 214 Q 360 236 366 262", "M 362 290 Q 384 300 402 292", "M 366 330 Q 388 340 408 334"], side
                ),
            )
        )
        still.lay(Piece(points=cuff, colour=(116, 118, 122), puff=1.0, rib=2.6, crumple=0.5))
    hood = both("M 240 40 C 300 38 326 80 322 138 Q 300 170 268 182 L 240 176")
    still.lay(
        Piece(
            points=hood,
            colour=colour,
            puff=1.7,
            grain=1.5,
            along=90,
            folds=lines("M 190 80 Q 172 110 178 150", "M 290 80 Q 308 110 302 150"),
        )
    )
    inside = both("M 240 72 C 274 72 290 98 286 132 Q 268 160 240 170")
    still.lay(Piece(points=inside, colour=(74, 75, 80), puff=0.6, grain=1.4, crumple=1.2, shadow=0.3))
    body = both("M 240 172 Q 272 164 292 136 Q 318 144 334 166 Q 346 220 344 384 Q 300 392 240 392")
    still.lay(
        Piece(
            points=body,
            colour=colour,
            puff=1.5,
            grain=1.5,
            folds=lines("M 146 222 Q 182 236 198 268", "M 334 222 Q 300 238 286 268", "M 160 300 Q 168 330 164 360"),
            stitches=lines("M 322 152 Q 330 190 330 232", "M 158 152 Q 150 190 150 232"),
        )
    )
    pocket = outline("M 190 282 L 290 282 L 322 344 L 322 384 L 158 384 L 158 344 Z")
    still.lay(
        Piece(
            points=pocket,
            colour=(132, 134, 138),
            puff=0.9,
            grain=1.5,
            shadow=0.7,
            stitches=lines("M 194 288 L 164 346", "M 286 288 L 316 346", "M 192 287 L 288 287"),
        )
    )
    hem = outline("M 134 378 Q 240 392 346 378 L 342 416 Q 240 428 138 416 Z")
    still.lay(Piece(points=hem, colour=(116, 118, 122), puff=1.0, rib=2.8, crumple=0.5))
    for side in (1, -1):
        still.mark(on_side("M 254 166 Q 262 210 256 262", side), (225, 222, 214), 3.4)
    return still.photographed(closer=1.16)


def dress() -> Image.Image:
    """A moss green summer dress on a pale blanket."""
    still = Still(seed=53, floor=blanket(14, (222, 214, 200)))
    colour = (62, 108, 62)
    still.lay(Piece(points=both("M 240 54 Q 262 52 284 42 L 286 80 Q 266 104 240 104"), colour=(40, 72, 42), puff=0.2))
    for side in (1, -1):
        sleeve = on_side("M 302 50 C 328 62 340 84 352 112 L 314 130 L 300 112 Z", side)
        still.lay(
            Piece(
                points=sleeve,
                colour=colour,
                puff=0.9,
                along=60 if side > 0 else 120,
                stitches=on_sides(["M 348 108 L 312 125"], side),
            )
        )
    skirt = both("M 240 206 L 284 204 C 310 270 344 350 366 428 Q 300 452 240 450")
    pleats = [f"M {240 + 8 * n} 214 Q {240 + 14 * n} 320 {240 + 24 * n} 440" for n in (-4, -3, -2, -1, 1, 2, 3, 4)]
    still.lay(
        Piece(
            points=skirt,
            colour=colour,
            puff=1.0,
            crumple=1.2,
            folds=lines(*pleats),
            stitches=lines("M 118 421 Q 180 442 240 441 Q 300 442 362 421"),
        )
    )
    bodice = both("M 240 96 Q 272 92 280 42 L 306 50 Q 314 90 306 116 Q 296 160 288 210 Q 262 216 240 216")
    still.lay(
        Piece(
            points=bodice,
            colour=colour,
            puff=0.9,
            folds=lines("M 180 120 Q 208 140 214 180", "M 300 120 Q 272 140 266 180", "M 200 196 Q 214 180 218 160"),
            stitches=lines("M 296 48 Q 304 90 298 116", "M 184 48 Q 176 90 182 116"),
        )
    )
    waist = outline("M 192 198 Q 240 208 288 198 L 290 218 Q 240 228 190 218 Z")
    still.lay(
        Piece(
            points=waist,
            colour=(54, 96, 56),
            puff=0.5,
            crumple=0.4,
            stitches=lines("M 194 202 Q 240 212 286 202", "M 192 215 Q 240 224 288 215"),
        )
    )
    for y in (118, 144, 170):
        still.button(240, y, (206, 196, 160), r=3.4)
    return still.photographed(closer=1.12)
