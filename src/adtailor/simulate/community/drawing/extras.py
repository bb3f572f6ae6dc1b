"""Photos of what goes above and below: a hat and a pair of shoes."""

import numpy as np
from PIL import Image

from adtailor.simulate.community.drawing.cloth import Piece, Still
from adtailor.simulate.community.drawing.floors import wood
from adtailor.simulate.community.drawing.paths import Point, outline
from adtailor.simulate.community.drawing.sides import lines


def shoes() -> Image.Image:
    """A pair of red shoes, seen from the side and a little from above."""
    still = Still(seed=83, floor=wood(33, (132, 92, 60), planks=4, turn=True), sway=1.5)
    for dx, dy in ((36, -78), (0, 56)):
        _shoe(still, dx, dy)
    return still.photographed(closer=1.16)


def hat() -> Image.Image:
    """A red woollen hat with a pompom, on a shelf."""
    still = Still(seed=97, floor=wood(44, (186, 148, 104), planks=4, turn=True), sway=2.5)
    crown = outline("M 112 330 C 92 210 140 104 240 98 C 340 104 388 210 368 330 Q 240 352 112 330 Z")
    still.lay(
        Piece(
            points=crown,
            colour=(176, 30, 40),
            puff=2.6,
            grain=2.2,
            crumple=0.9,
            folds=lines("M 240 104 Q 238 160 240 220", "M 200 116 Q 180 180 176 250", "M 284 116 Q 302 180 306 250"),
        )
    )
    brim = outline("M 100 312 Q 240 342 380 312 Q 392 350 382 390 Q 240 422 98 390 Q 88 350 100 312 Z")
    still.lay(Piece(points=brim, colour=(186, 34, 44), puff=2.2, grain=2.2, rib=7.5, crumple=0.6))
    pompom = [
        (240 + 40 * (1 + ruff) * float(np.cos(turn)), 84 + 38 * (1 + ruff) * float(np.sin(turn)))
        for turn, ruff in zip(
            np.linspace(0, 2 * np.pi, 160), np.random.default_rng(9).normal(size=160) * 0.05, strict=True
        )
    ]
    still.lay(Piece(points=pompom, colour=(236, 228, 214), puff=2.4, grain=4.0, crumple=1.0))
    return still.photographed(closer=1.12)


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
                "M 92 252 C 150 262 180 288 240 298 C 300 304 360 302 392 292 L 392 306 "
                "C 350 316 290 314 236 310 C 180 304 140 276 92 268 Z"
            ),
            colour=(60, 36, 28),
            puff=0.3,
            crumple=0.1,
            grain=0.4,
        )
    )
    upper = (
        "M 90 180 Q 84 220 92 258 C 150 264 184 292 240 300 C 310 306 372 306 392 292 "
        "C 398 262 352 250 300 238 C 270 230 250 214 236 196 C 200 214 140 204 122 172 "
        "Q 104 164 90 180 Z"
    )
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
