"""Photos of trousers, shorts and skirts, drawn piece by piece."""

import numpy as np
from PIL import Image

from adtailor.simulate.community.drawing.cloth import Field, Piece, Still, blurred
from adtailor.simulate.community.drawing.floors import blanket, carpet, wood
from adtailor.simulate.community.drawing.paths import outline
from adtailor.simulate.community.drawing.sides import both, lines, on_side, on_sides


def trousers() -> Image.Image:
    """Brown garden trousers, one knee patched, on pale boards."""
    still = Still(seed=41, floor=wood(21, (214, 196, 166), planks=5), sway=4)
    colour = (112, 76, 46)
    for side in (1, -1):
        leg = on_side("M 238 96 L 318 82 Q 330 150 330 220 L 338 436 Q 312 444 284 440 L 252 206 L 238 190 Z", side)
        still.lay(
            Piece(
                points=leg,
                colour=colour,
                puff=1.1,
                grain=1.5,
                crumple=1.1,
                along=92 if side > 0 else 88,
                folds=on_sides(
                    [
                        "M 250 196 Q 282 200 304 182",
                        "M 274 290 Q 300 300 322 288",
                        "M 280 306 Q 302 318 324 312",
                        "M 286 410 Q 306 416 330 406",
                    ],
                    side,
                ),
                stitches=on_sides(["M 326 130 L 329 220 L 334 436", "M 286 432 Q 312 436 338 428"], side),
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
            folds=lines("M 250 190 Q 270 170 296 164", "M 230 190 Q 208 170 186 164"),
            stitches=lines(
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
            stitches=lines("M 167 67 Q 240 83 313 67", "M 165 85 Q 240 100 315 85"),
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
            stitches=lines("M 154 272 L 200 268 L 202 318 L 156 322 Z"),
        )
    )
    still.button(240, 82, (54, 40, 28), r=5)
    return still.photographed(closer=1.18)


def shorts() -> Image.Image:
    """Navy football shorts with a white stripe on a grey carpet."""
    still = Still(seed=71, floor=carpet(4, (168, 166, 160)), sway=4)
    colour = (30, 42, 82)
    for side in (1, -1):
        leg = on_side("M 238 130 L 332 122 Q 354 220 382 344 Q 330 368 262 362 L 242 262 L 238 250 Z", side)
        still.lay(
            Piece(
                points=leg,
                colour=colour,
                puff=1.1,
                grain=0.6,
                sheen=0.12,
                along=96 if side > 0 else 84,
                folds=on_sides(
                    ["M 252 262 Q 290 262 312 236", "M 262 300 Q 300 310 340 296", "M 290 160 Q 300 220 296 280"], side
                ),
                stitches=on_sides(["M 264 353 Q 330 358 378 336"], side),
            )
        )
        stripe = on_side("M 334 132 L 345 131 Q 366 230 389 340 L 375 347 Q 352 230 334 132 Z", side)
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
            folds=lines("M 246 250 Q 270 220 300 210", "M 234 250 Q 210 220 180 210"),
            stitches=lines("M 240 142 L 240 262"),
        )
    )
    band = outline("M 146 102 Q 240 116 334 102 L 337 134 Q 240 148 143 134 Z")
    still.lay(Piece(points=band, colour=(26, 37, 74), puff=0.9, grain=0.7, rib=5, crumple=0.5))
    for side in (1, -1):
        still.mark(on_side("M 244 126 Q 262 160 252 206", side), (236, 236, 236), 3.2)
    return still.photographed(closer=1.3)


def skirt() -> Image.Image:
    """A flared skirt of old curtains, with flowers."""
    still = Still(seed=61, floor=blanket(19, (232, 228, 220), soft=0.8))
    shape = both("M 240 108 L 306 104 C 340 190 382 290 408 380 Q 330 416 240 414")
    folds = [f"M {240 + 13 * n} 124 Q {240 + 24 * n} 260 {240 + 38 * n} 404" for n in (-4, -3, -2, -1, 0, 1, 2, 3, 4)]
    still.lay(
        Piece(
            points=shape,
            colour=(172, 44, 52),
            puff=1.0,
            crumple=1.1,
            folds=lines(*folds),
            print=_flowers(61),
            print_colour=(240, 214, 178),
            stitches=lines("M 76 374 Q 160 404 240 405 Q 320 404 404 374"),
        )
    )
    band = outline("M 172 84 Q 240 96 308 84 L 311 112 Q 240 124 169 112 Z")
    still.lay(
        Piece(
            points=band,
            colour=(150, 36, 46),
            puff=0.6,
            crumple=0.4,
            stitches=lines("M 173 89 Q 240 101 307 89", "M 171 108 Q 240 119 309 108"),
        )
    )
    still.button(286, 100, (232, 214, 190), r=4.5)
    return still.photographed(closer=1.2)


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
