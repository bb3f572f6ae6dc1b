"""The photos that members post of their clothes, drawn piece by piece."""

from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image

from adtailor.simulate.community.drawing.cloth import Field, Piece, Rgb, Still, blurred, smooth_noise
from adtailor.simulate.community.drawing.floors import blanket, carpet, wood
from adtailor.simulate.community.drawing.paths import Point, mirrored, outline

MIDDLE = 240.0


def shirt() -> Image.Image:
    """A light blue button-up shirt on dark boards."""
    still = Still(seed=11, floor=wood(3, (112, 78, 52), planks=5))
    colour, dark = (126, 168, 214), (84, 122, 168)
    still.lay(Piece(points=_both("M 240 84 L 272 78 Q 285 92 276 112 L 240 118"), colour=dark, puff=0.3))
    for side in (1, -1):
        sleeve = _side("M 316 92 C 352 100 370 128 380 170 L 418 352 L 374 364 L 338 196 Z", side)
        cuff = _side("M 374 346 L 422 333 L 428 366 L 380 378 Z", side)
        still.lay(
            Piece(
                points=sleeve,
                colour=colour,
                along=78 if side > 0 else 102,
                folds=_sides(["M 344 170 Q 362 196 368 230", "M 356 250 Q 376 262 392 258"], side),
            )
        )
        still.lay(
            Piece(
                points=cuff,
                colour=colour,
                puff=0.6,
                crumple=0.4,
                stitches=_sides(["M 376 352 L 424 339", "M 382 373 L 426 361"], side),
            )
        )
    body = _both(
        "M 240 104 L 262 86 Q 300 84 322 94 Q 342 118 336 172 Q 346 300 344 402 Q 316 424 288 426 Q 260 424 240 420"
    )
    still.lay(
        Piece(
            points=body,
            colour=colour,
            folds=_lines(
                "M 150 190 Q 190 214 204 260",
                "M 330 190 Q 296 220 282 268",
                "M 180 330 Q 196 370 190 410",
                "M 300 310 Q 290 360 296 404",
            ),
            stitches=_lines("M 262 90 Q 300 96 326 118", "M 218 90 Q 180 96 154 118", "M 138 404 Q 240 424 342 404"),
        )
    )
    placket = outline("M 231 112 L 249 112 L 250 422 L 230 422 Z")
    still.lay(
        Piece(
            points=placket,
            colour=(136, 177, 220),
            puff=0.35,
            crumple=0.3,
            stitches=_lines("M 234 116 L 233 420", "M 246 116 L 247 420"),
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
            stitches=_lines("M 274 176 L 315 174", "M 275 172 L 275 210 Q 295 220 315 208 L 314 170"),
        )
    )
    for side in (1, -1):
        collar = _side("M 238 112 L 266 76 Q 290 82 296 92 L 276 138 Z", side)
        still.lay(
            Piece(
                points=collar,
                colour=(138, 180, 223),
                puff=0.6,
                crumple=0.35,
                stitches=_sides(["M 243 113 L 274 132 L 291 93"], side),
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
        Piece(points=_both("M 240 94 Q 266 92 286 85 L 290 118 Q 268 140 240 142"), colour=(150, 112, 20), puff=0.2)
    )
    for side in (1, -1):
        sleeve = _side("M 318 92 C 356 104 386 140 412 186 L 366 220 L 334 184 Z", side)
        still.lay(
            Piece(
                points=sleeve,
                colour=colour,
                along=55 if side > 0 else 125,
                stitches=_sides(["M 405 181 L 361 213"], side),
                folds=_sides(["M 338 172 Q 356 160 372 152"], side),
            )
        )
    body = _both("M 240 132 Q 272 128 286 84 Q 312 88 332 98 Q 344 140 338 184 Q 346 300 345 408 Q 300 418 240 418")
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
            folds=_lines(
                "M 146 190 Q 184 210 200 250",
                "M 334 190 Q 300 212 290 250",
                "M 170 340 Q 210 372 216 412",
                "M 318 330 Q 292 372 300 410",
            ),
            stitches=_lines("M 136 400 Q 240 411 344 400", "M 314 90 Q 330 130 330 182", "M 166 90 Q 150 130 150 182"),
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
        sleeve = _side("M 312 150 C 352 152 372 184 380 220 L 424 372 Q 402 394 372 390 L 326 240 Z", side)
        cuff = _side("M 370 372 L 422 358 Q 430 380 428 398 Q 404 410 380 406 Z", side)
        still.lay(
            Piece(
                points=sleeve,
                colour=colour,
                puff=1.5,
                grain=1.5,
                along=75 if side > 0 else 105,
                folds=_sides(
                    ["M 336 214 Q 360 236 366 262", "M 362 290 Q 384 300 402 292", "M 366 330 Q 388 340 408 334"], side
                ),
            )
        )
        still.lay(Piece(points=cuff, colour=(116, 118, 122), puff=1.0, rib=2.6, crumple=0.5))
    hood = _both("M 240 40 C 300 38 326 80 322 138 Q 300 170 268 182 L 240 176")
    still.lay(
        Piece(
            points=hood,
            colour=colour,
            puff=1.7,
            grain=1.5,
            along=90,
            folds=_lines("M 190 80 Q 172 110 178 150", "M 290 80 Q 308 110 302 150"),
        )
    )
    inside = _both("M 240 72 C 274 72 290 98 286 132 Q 268 160 240 170")
    still.lay(Piece(points=inside, colour=(74, 75, 80), puff=0.6, grain=1.4, crumple=1.2, shadow=0.3))
    body = _both("M 240 172 Q 272 164 292 136 Q 318 144 334 166 Q 346 220 344 384 Q 300 392 240 392")
    still.lay(
        Piece(
            points=body,
            colour=colour,
            puff=1.5,
            grain=1.5,
            folds=_lines("M 146 222 Q 182 236 198 268", "M 334 222 Q 300 238 286 268", "M 160 300 Q 168 330 164 360"),
            stitches=_lines("M 322 152 Q 330 190 330 232", "M 158 152 Q 150 190 150 232"),
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
            stitches=_lines("M 194 288 L 164 346", "M 286 288 L 316 346", "M 192 287 L 288 287"),
        )
    )
    hem = outline("M 134 378 Q 240 392 346 378 L 342 416 Q 240 428 138 416 Z")
    still.lay(Piece(points=hem, colour=(116, 118, 122), puff=1.0, rib=2.8, crumple=0.5))
    for side in (1, -1):
        still.mark(_side("M 254 166 Q 262 210 256 262", side), (225, 222, 214), 3.4)
    return still.photographed(closer=1.16)


def trousers() -> Image.Image:
    """Brown garden trousers, one knee patched, on pale boards."""
    still = Still(seed=41, floor=wood(21, (214, 196, 166), planks=5), sway=4)
    colour = (112, 76, 46)
    for side in (1, -1):
        leg = _side("M 238 96 L 318 82 Q 330 150 330 220 L 338 436 Q 312 444 284 440 L 252 206 L 238 190 Z", side)
        still.lay(
            Piece(
                points=leg,
                colour=colour,
                puff=1.1,
                grain=1.5,
                crumple=1.1,
                along=92 if side > 0 else 88,
                folds=_sides(
                    [
                        "M 250 196 Q 282 200 304 182",
                        "M 274 290 Q 300 300 322 288",
                        "M 280 306 Q 302 318 324 312",
                        "M 286 410 Q 306 416 330 406",
                    ],
                    side,
                ),
                stitches=_sides(["M 326 130 L 329 220 L 334 436", "M 286 432 Q 312 436 338 428"], side),
            )
        )
    front = outline("M 170 82 Q 240 98 310 82 L 316 150 Q 280 196 246 206 Q 240 214 234 206 Q 200 196 164 150 Z")
    still.lay(
        Piece(
            points=front,
            colour=colour,
            puff=0.8,
            grain=1.5,
            shadow=0.15,
            folds=_lines("M 250 190 Q 270 170 296 164", "M 230 190 Q 208 170 186 164"),
            stitches=_lines(
                "M 240 96 L 240 204",
                "M 250 98 L 250 168 Q 249 186 241 192",
                "M 300 92 Q 296 126 318 138",
                "M 180 92 Q 184 126 162 138",
            ),
        )
    )
    band = outline("M 166 62 Q 240 78 314 62 L 317 88 Q 240 104 163 88 Z")
    still.lay(
        Piece(
            points=band,
            colour=(104, 70, 42),
            puff=0.7,
            grain=1.4,
            crumple=0.4,
            stitches=_lines("M 167 67 Q 240 83 313 67", "M 165 85 Q 240 100 315 85"),
        )
    )
    for x in (186, 294):
        still.lay(
            Piece(
                points=outline(f"M {x - 4} 64 L {x + 4} 64 L {x + 4} 98 L {x - 4} 98 Z"),
                colour=(108, 72, 44),
                puff=0.5,
                crumple=0.1,
            )
        )
    patch = outline("M 150 268 L 204 264 L 206 322 L 152 326 Z")
    still.lay(
        Piece(
            points=patch,
            colour=(150, 124, 84),
            puff=0.5,
            grain=1.4,
            shadow=0.5,
            stitches=_lines("M 154 272 L 200 268 L 202 318 L 156 322 Z"),
        )
    )
    still.button(240, 82, (54, 40, 28), r=5)
    return still.photographed(closer=1.18)


def dress() -> Image.Image:
    """A moss green summer dress on a pale blanket."""
    still = Still(seed=53, floor=blanket(14, (222, 214, 200)))
    colour = (62, 108, 62)
    still.lay(Piece(points=_both("M 240 54 Q 262 52 284 42 L 286 80 Q 266 104 240 104"), colour=(40, 72, 42), puff=0.2))
    for side in (1, -1):
        sleeve = _side("M 302 50 C 328 62 340 84 352 112 L 314 130 L 300 112 Z", side)
        still.lay(
            Piece(
                points=sleeve,
                colour=colour,
                puff=0.9,
                along=60 if side > 0 else 120,
                stitches=_sides(["M 348 108 L 312 125"], side),
            )
        )
    skirt = _both("M 240 206 L 284 204 C 310 270 344 350 366 428 Q 300 452 240 450")
    pleats = [f"M {240 + 8 * n} 214 Q {240 + 14 * n} 320 {240 + 24 * n} 440" for n in (-4, -3, -2, -1, 1, 2, 3, 4)]
    still.lay(
        Piece(
            points=skirt,
            colour=colour,
            puff=1.0,
            crumple=1.2,
            folds=_lines(*pleats),
            stitches=_lines("M 118 421 Q 180 442 240 441 Q 300 442 362 421"),
        )
    )
    bodice = _both("M 240 96 Q 272 92 280 42 L 306 50 Q 314 90 306 116 Q 296 160 288 210 Q 262 216 240 216")
    still.lay(
        Piece(
            points=bodice,
            colour=colour,
            puff=0.9,
            folds=_lines("M 180 120 Q 208 140 214 180", "M 300 120 Q 272 140 266 180", "M 200 196 Q 214 180 218 160"),
            stitches=_lines("M 296 48 Q 304 90 298 116", "M 184 48 Q 176 90 182 116"),
        )
    )
    waist = outline("M 192 198 Q 240 208 288 198 L 290 218 Q 240 228 190 218 Z")
    still.lay(
        Piece(
            points=waist,
            colour=(54, 96, 56),
            puff=0.5,
            crumple=0.4,
            stitches=_lines("M 194 202 Q 240 212 286 202", "M 192 215 Q 240 224 288 215"),
        )
    )
    for y in (118, 144, 170):
        still.button(240, y, (206, 196, 160), r=3.4)
    return still.photographed(closer=1.12)


def skirt() -> Image.Image:
    """A flared skirt of old curtains, with flowers."""
    still = Still(seed=61, floor=blanket(19, (232, 228, 220), soft=0.8))
    shape = _both("M 240 108 L 306 104 C 340 190 382 290 408 380 Q 330 416 240 414")
    folds = [f"M {240 + 13 * n} 124 Q {240 + 24 * n} 260 {240 + 38 * n} 404" for n in (-4, -3, -2, -1, 0, 1, 2, 3, 4)]
    still.lay(
        Piece(
            points=shape,
            colour=(172, 44, 52),
            puff=1.0,
            crumple=1.1,
            folds=_lines(*folds),
            print=_flowers(61),
            print_colour=(240, 214, 178),
            stitches=_lines("M 76 374 Q 160 404 240 405 Q 320 404 404 374"),
        )
    )
    band = outline("M 172 84 Q 240 96 308 84 L 311 112 Q 240 124 169 112 Z")
    still.lay(
        Piece(
            points=band,
            colour=(150, 36, 46),
            puff=0.6,
            crumple=0.4,
            stitches=_lines("M 173 89 Q 240 101 307 89", "M 171 108 Q 240 119 309 108"),
        )
    )
    still.button(286, 100, (232, 214, 190), r=4.5)
    return still.photographed(closer=1.2)


def shorts() -> Image.Image:
    """Navy football shorts with a white stripe on a grey carpet."""
    still = Still(seed=71, floor=carpet(4, (168, 166, 160)), sway=4)
    colour = (30, 42, 82)
    for side in (1, -1):
        leg = _side("M 238 130 L 332 122 Q 354 220 382 344 Q 330 368 262 362 L 242 262 L 238 250 Z", side)
        still.lay(
            Piece(
                points=leg,
                colour=colour,
                puff=1.1,
                grain=0.6,
                sheen=0.12,
                along=96 if side > 0 else 84,
                folds=_sides(
                    ["M 252 262 Q 290 262 312 236", "M 262 300 Q 300 310 340 296", "M 290 160 Q 300 220 296 280"], side
                ),
                stitches=_sides(["M 264 353 Q 330 358 378 336"], side),
            )
        )
        stripe = _side("M 334 132 L 345 131 Q 366 230 389 340 L 375 347 Q 352 230 334 132 Z", side)
        still.lay(Piece(points=stripe, colour=(226, 228, 232), puff=0.3, grain=0.6, crumple=0.8, shadow=0.2))
    front = outline("M 160 126 Q 240 140 320 126 L 318 200 Q 270 250 246 262 Q 240 268 234 262 Q 210 250 162 200 Z")
    still.lay(
        Piece(
            points=front,
            colour=colour,
            puff=0.7,
            grain=0.6,
            sheen=0.12,
            shadow=0.12,
            folds=_lines("M 246 250 Q 270 220 300 210", "M 234 250 Q 210 220 180 210"),
            stitches=_lines("M 240 142 L 240 262"),
        )
    )
    band = outline("M 146 102 Q 240 116 334 102 L 337 134 Q 240 148 143 134 Z")
    still.lay(Piece(points=band, colour=(26, 37, 74), puff=0.9, grain=0.7, rib=5, crumple=0.5))
    for side in (1, -1):
        still.mark(_side("M 244 126 Q 262 160 252 206", side), (236, 236, 236), 3.2)
    return still.photographed(closer=1.3)


def shoes() -> Image.Image:
    """A pair of red shoes, seen from the side and a little from above."""
    still = Still(seed=83, floor=wood(33, (132, 92, 60), planks=4, turn=True), sway=1.5)
    for dx, dy in ((36, -78), (0, 56)):
        _shoe(still, dx, dy)
    return still.photographed(closer=1.16)


def hat() -> Image.Image:
    """A red knitted hat on a shelf."""
    still = Still(seed=97, floor=wood(44, (186, 148, 104), planks=4, turn=True), sway=2.5)
    crown = outline("M 112 330 C 92 210 140 104 240 98 C 340 104 388 210 368 330 Q 240 352 112 330 Z")
    still.lay(
        Piece(
            points=crown,
            colour=(176, 30, 40),
            puff=2.6,
            grain=2.2,
            rib=6.5,
            crumple=0.9,
            folds=_lines("M 240 104 Q 238 160 240 220", "M 200 116 Q 180 180 176 250", "M 284 116 Q 302 180 306 250"),
        )
    )
    brim = outline("M 100 312 Q 240 342 380 312 Q 392 350 382 390 Q 240 422 98 390 Q 88 350 100 312 Z")
    still.lay(Piece(points=brim, colour=(186, 34, 44), puff=2.2, grain=2.2, rib=7.5, crumple=0.6))
    return still.photographed(closer=1.2)


def sunset() -> Image.Image:
    """The sun going down behind the weir; nothing to wear in sight."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[0:1:960j, 0:1:960j]
    stops = np.array([0.0, 0.25, 0.45, 0.56])
    sky = np.stack(
        [
            np.interp(y, stops, tones)
            for tones in ((0.20, 0.62, 0.96, 1.0), (0.22, 0.38, 0.60, 0.80), (0.44, 0.50, 0.42, 0.50))
        ],
        axis=-1,
    )
    clouds = np.clip(smooth_noise(rng, 26, 150, turn=90) * 0.5 + smooth_noise(rng, 12, 60, turn=90) * 0.3 - 0.15, 0, 1)
    clouds *= np.clip(1.5 - np.abs(y - 0.3) * 5, 0, 1)
    sky += clouds[..., None] * (np.array([0.98, 0.58, 0.46]) - sky) * 0.7
    sun = np.hypot(x - 0.58, (y - 0.49))
    sky += np.exp(-((sun / 0.16) ** 2))[..., None] * np.array([0.42, 0.30, 0.10])
    sky = np.where((sun < 0.043)[..., None], np.array([1.0, 0.95, 0.78]), sky)
    horizon = 0.54
    mirror = np.clip(2 * horizon - y, 0, 1)
    rows = np.clip(
        (mirror * 960 + 7 * smooth_noise(rng, 3, 44, turn=90) * (y - horizon).clip(0.02)).astype(int), 0, 959
    )
    columns = np.clip((x * 959 + 22 * smooth_noise(rng, 3, 50, turn=90) * (y - horizon).clip(0)).astype(int), 0, 959)
    water = sky[rows, columns] * np.array([0.86, 0.74, 0.78])
    water += (np.clip(smooth_noise(rng, 2.5, 34, turn=90) - 1.5, 0, 1) * np.exp(-(((x - 0.58) / 0.10) ** 2)))[
        ..., None
    ] * 0.6
    scene = np.where((y > horizon)[..., None], water, sky)
    ridge = (
        horizon
        - 0.045
        - 0.018 * np.sin(x * 9)
        - 0.012 * np.sin(x * 23 + 1)
        - 0.006 * np.interp(x[0], x[0], rng.normal(size=960).cumsum() / 12)
    )
    hills = (y > ridge) & (y <= horizon)
    scene = np.where(hills[..., None], np.array([0.20, 0.16, 0.24]) + 0.10 * (y - 0.48)[..., None], scene)
    reeds = np.zeros((960, 960))
    for _ in range(130):
        foot, lean, tall = rng.uniform(0, 0.34) ** 1.2, rng.normal() * 0.05, rng.uniform(0.1, 0.34)
        up = np.linspace(0, 1, 200)
        xs = ((foot + lean * up**2) * 959).clip(0, 956).astype(int)
        ys = ((1 - tall * up) * 959).astype(int)
        for w in range(3):
            reeds[ys, xs + w] = 1
    scene = (
        scene * (1 - blurred(reeds, 0.8).clip(0, 1)[..., None])
        + np.array([0.09, 0.08, 0.10]) * blurred(reeds, 0.8).clip(0, 1)[..., None]
    )
    still = Still(seed=7, floor=np.clip(scene, 0, 1))
    return still.photographed()


def dog() -> Image.Image:
    """Biscuit in crayon, by a six-year-old."""
    rng = np.random.default_rng(5)
    paper = np.ones((960, 960, 3)) * np.array([0.97, 0.955, 0.92])
    tooth = 0.5 + 0.5 * np.clip(smooth_noise(rng, 1.3, 1.3) * 0.8 + 0.2, -1, 1)
    still = Still(seed=5, floor=paper * (1 + 0.02 * blurred(rng.normal(size=(960, 960)), 1.0)[..., None]), sway=4)

    def crayon(points: list[Point], colour: Rgb, *, scribble: float = 0.0) -> None:
        mask = blurred(still.mask(points), 1.2)
        strokes = 0.5 + 0.5 * np.sin(
            (np.mgrid[0:960, 0:960][0] * 0.8 + np.mgrid[0:960, 0:960][1]) * 0.34 + 2.2 * smooth_noise(rng, 40, 40)
        )
        cover = mask * np.clip(tooth * (0.55 + 0.7 * strokes) if scribble else 0.35 + tooth, 0, 1)
        still.floor += (np.array(colour) / 255.0 - still.floor) * cover[..., None] * 0.92

    def line(d: str, colour: Rgb, width: float) -> None:
        points = outline(d)
        for n in range(len(points) - 1):
            (x0, y0), (x1, y1) = points[n], points[n + 1]
            away = float(np.hypot(x1 - x0, y1 - y0)) or 1.0
            ox, oy = -(y1 - y0) / away * width / 2, (x1 - x0) / away * width / 2
            crayon([(x0 + ox, y0 + oy), (x1 + ox, y1 + oy), (x1 - ox, y1 - oy), (x0 - ox, y0 - oy)], colour)

    brown, dark = (158, 98, 48), (70, 42, 26)
    crayon(outline("M 10 400 Q 120 380 240 396 Q 360 410 470 388 L 470 452 L 10 452 Z"), (92, 160, 70), scribble=1)
    crayon(_oval(398, 82, 40, 40), (246, 196, 40), scribble=1)
    for n in range(8):
        c, s = float(np.cos(n * 0.785)), float(np.sin(n * 0.785))
        line(f"M {398 + 50 * c:.0f} {82 + 50 * s:.0f} L {398 + 68 * c:.0f} {82 + 68 * s:.0f}", (246, 186, 30), 6)
    for x in (150, 192, 270, 312):
        crayon(outline(f"M {x} 300 L {x + 26} 300 L {x + 28} 400 L {x - 2} 402 Z"), brown, scribble=1)
    crayon(
        outline(
            "M 130 260 C 130 210 190 206 240 210 C 310 206 350 220 348 268 C 350 320 300 330 240 328 C 170 332 128 318 130 260 Z"
        ),
        brown,
        scribble=1,
    )
    line("M 344 240 Q 384 220 392 176", brown, 15)
    crayon(
        outline("M 66 190 C 70 130 190 120 202 190 C 206 250 170 270 134 268 C 90 266 64 240 66 190 Z"),
        brown,
        scribble=1,
    )
    crayon(outline("M 78 160 C 30 150 20 230 40 268 C 62 280 84 220 90 180 Z"), dark, scribble=1)
    crayon(outline("M 186 156 C 232 140 248 220 232 262 C 210 276 190 220 180 182 Z"), dark, scribble=1)
    for x in (112, 158):
        crayon(_oval(x, 186, 13, 15), (250, 250, 246))
        crayon(_oval(x + 3, 189, 6, 7), (20, 20, 20))
    crayon(_oval(134, 222, 15, 11), (24, 20, 20))
    line("M 134 232 Q 130 252 110 248", dark, 5)
    line("M 134 232 Q 140 252 160 246", dark, 5)
    crayon(outline("M 130 250 Q 144 250 148 250 Q 152 280 140 282 Q 128 280 130 250 Z"), (232, 90, 110), scribble=1)
    line("M 128 274 Q 170 296 208 262", (208, 40, 44), 12)
    return still.photographed()


PHOTOS: Mapping[str, Callable[[], Image.Image]] = {
    "shirt": shirt,
    "t-shirt": t_shirt,
    "hoodie": hoodie,
    "trousers": trousers,
    "dress": dress,
    "skirt": skirt,
    "shorts": shorts,
    "shoes": shoes,
    "hat": hat,
    "sunset": sunset,
    "dog": dog,
}


def _shoe(still: Still, dx: float, dy: float) -> None:
    def at(d: str) -> list[Point]:
        return [(x + dx, y + dy) for x, y in outline(d)]

    red = (178, 22, 34)
    still.lay(
        Piece(
            points=at("M 96 246 L 122 246 L 116 306 L 98 306 Z"),
            colour=(54, 30, 24),
            puff=0.4,
            crumple=0.1,
            grain=0.4,
            sheen=0.3,
        )
    )
    still.lay(
        Piece(
            points=at(
                "M 92 252 C 150 262 180 288 240 298 C 300 304 360 302 392 292 L 392 306 C 350 316 290 314 236 310 C 180 304 140 276 92 268 Z"
            ),
            colour=(60, 36, 28),
            puff=0.3,
            crumple=0.1,
            grain=0.4,
        )
    )
    upper = "M 90 180 Q 84 220 92 258 C 150 264 184 292 240 300 C 310 306 372 306 392 292 C 398 262 352 250 300 238 C 270 230 250 214 236 196 C 200 214 140 204 122 172 Q 104 164 90 180 Z"
    still.lay(
        Piece(
            points=at("M 92 178 C 120 160 220 170 240 196 C 210 226 130 216 92 178 Z"),
            colour=(206, 172, 140),
            puff=0.2,
            crumple=0.3,
            grain=0.6,
        )
    )
    still.lay(
        Piece(
            points=at(upper),
            colour=red,
            puff=2.2,
            crumple=0.22,
            grain=0.35,
            sheen=0.8,
            along=10,
            folds=[at("M 268 246 Q 280 262 276 280"), at("M 284 248 Q 298 264 294 284")],
            stitches=[at("M 94 186 Q 104 174 120 180 C 142 212 204 222 236 204"), at("M 150 214 Q 150 244 168 270")],
        )
    )
    still.lay(
        Piece(
            points=at("M 226 208 C 244 196 262 206 268 224 C 258 238 240 236 228 226 Z"),
            colour=(150, 18, 30),
            puff=1.4,
            crumple=0.2,
            grain=0.3,
            sheen=0.6,
            shadow=0.5,
        )
    )


def _flowers(seed: int) -> Field:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:960, 0:960] / 2.0
    found = np.zeros((960, 960))
    for _ in range(95):
        cx, cy, size, phase = rng.uniform(60, 420), rng.uniform(110, 420), rng.uniform(7, 13), rng.uniform(0, 6.28)
        away, turn = np.hypot(x - cx, y - cy), np.arctan2(y - cy, x - cx)
        petals = size * (0.72 + 0.28 * np.cos(5 * turn + phase))
        found = np.maximum(found, ((away < petals) & (away > size * 0.24)).astype(np.float64))
    return blurred(found, 1.0).clip(0, 1) * 0.9


def _oval(x: float, y: float, rx: float, ry: float) -> list[Point]:
    turns = np.linspace(0, 2 * np.pi, 60)
    return [(x + rx * float(np.cos(t)), y + ry * float(np.sin(t))) for t in turns]


def _both(half: str) -> list[Point]:
    return mirrored(outline(half), MIDDLE)


def _side(d: str, side: int) -> list[Point]:
    points = outline(d)
    return points if side > 0 else [(2 * MIDDLE - x, y) for x, y in points]


def _sides(lines: list[str], side: int) -> list[list[Point]]:
    return [_side(d, side) for d in lines]


def _lines(*lines: str) -> list[list[Point]]:
    return [outline(d) for d in lines]
