"""Photos without any clothes: a sunset, and a child's drawing of a dog."""

import numpy as np
from PIL import Image

from adtailor.simulate.community.drawing.cloth import Rgb, Still, blurred, smooth_noise
from adtailor.simulate.community.drawing.paths import Point, outline, oval


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
    glow = sky.clip(0, 1)
    sky = np.where((sun < 0.043)[..., None], np.array([1.0, 0.95, 0.78]), sky)
    horizon = 0.54
    mirror = np.clip(2 * horizon - y, 0, 1)
    rows = np.clip(
        (mirror * 960 + 7 * smooth_noise(rng, 3, 44, turn=90) * (y - horizon).clip(0.02)).astype(int), 0, 959
    )
    columns = np.clip((x * 959 + 22 * smooth_noise(rng, 3, 50, turn=90) * (y - horizon).clip(0)).astype(int), 0, 959)
    water = glow[rows, columns] * np.array([0.86, 0.74, 0.78])
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
    crayon(oval(398, 82, 40, 40), (246, 196, 40), scribble=1)
    for n in range(8):
        c, s = float(np.cos(n * 0.785)), float(np.sin(n * 0.785))
        line(f"M {398 + 50 * c:.0f} {82 + 50 * s:.0f} L {398 + 68 * c:.0f} {82 + 68 * s:.0f}", (246, 186, 30), 6)
    for x in (150, 192, 270, 312):
        crayon(outline(f"M {x} 300 L {x + 26} 300 L {x + 28} 400 L {x - 2} 402 Z"), brown, scribble=1)
    crayon(
        outline(
            "M 130 260 C 130 210 190 206 240 210 C 310 206 350 220 348 268 C 350 320 300 330 240 328 "
            "C 170 332 128 318 130 260 Z"
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
        crayon(oval(x, 186, 13, 15), (250, 250, 246))
        crayon(oval(x + 3, 189, 6, 7), (20, 20, 20))
    crayon(oval(134, 222, 15, 11), (24, 20, 20))
    line("M 134 232 Q 130 252 110 248", dark, 5)
    line("M 134 232 Q 140 252 160 246", dark, 5)
    crayon(outline("M 130 250 Q 144 250 148 250 Q 152 280 140 282 Q 128 280 130 250 Z"), (232, 90, 110), scribble=1)
    line("M 128 274 Q 170 296 208 262", (208, 40, 44), 12)
    return still.photographed()
