"""Cloth that looks photographed: outlines become soft heights, heights become light and shadow."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from adtailor.simulate.community.drawing.paths import Point, dense

Field = NDArray[np.float64]
"""One number per pixel, shape (side, side)."""
Rgb = tuple[int, int, int]

SIDE = 480
_LARGER = 2
_PIXELS = SIDE * _LARGER
_LIGHT = (-0.62, -0.55)
"""Where the window is: above, to the left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of a garment, as it lies on the others."""

    points: Sequence[Point]
    colour: Rgb
    puff: float = 1.0
    """How thick it lies."""
    folds: Sequence[Sequence[Point]] = ()
    """Creases, drawn as lines."""
    crumple: float = 1.0
    """How uneven it lies."""
    grain: float = 1.0
    """How coarse its weave is."""
    along: float = 90.0
    """The direction of its long soft folds, in degrees; 90 is up and down."""
    stitches: Sequence[Sequence[Point]] = ()
    """Seams, drawn as lines."""
    print: Field | None = None
    """0 to 1: where `print_colour` takes the place of `colour`."""
    print_colour: Rgb = (255, 255, 255)
    sheen: float = 0.0
    """How much it shines, as leather does."""
    rib: float = 0.0
    """Knitted ribs, this many pixels apart; 0 for none."""
    shadow: float = 1.0


@dataclass(slots=True)
class Still:
    """A picture in the making: something laid out on a floor, a blanket or a table."""

    seed: int
    floor: Field
    """Shape (side, side, 3), 0 to 1."""
    sway: float = 3.0
    """How far outlines stray from the drawing, in units of a picture of 480."""
    _rng: np.random.Generator = field(init=False)
    _waves: Field = field(init=False)

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng(self.seed)
        self._waves = self._rng.uniform(0.0, 1.0, size=(4, 6))

    def lay(self, piece: Piece) -> None:
        """Put a piece on top of what is there, with the shadow it throws."""
        mask = self.mask(piece.points)
        depth = blurred(mask, 9.0 * _LARGER / 2)
        cast = (
            np.roll(blurred(mask, 7.0), (9, 8), axis=(0, 1)) * 0.55
            + np.roll(blurred(mask, 3.0), (3, 3), axis=(0, 1)) * 0.35
        )
        self.floor *= (1.0 - piece.shadow * 0.62 * np.clip(cast, 0, 1))[..., None]
        height = piece.puff * 11.0 * np.sqrt(np.clip(depth * 2 - 1.0, 0, 1)) + piece.crumple * self._folds(piece.along)
        for fold in piece.folds:
            height += self._crease(fold)
        if piece.rib:
            columns = np.arange(_PIXELS)[None, :] + 4 * blurred(self._rng.normal(size=mask.shape), 30) * 30
            height += 0.9 * np.sin(2 * np.pi * columns / (piece.rib * _LARGER))
        light = _lit(height)
        weave = blurred(self._rng.normal(size=mask.shape), 0.9) * 0.085 * piece.grain
        light = light * (1 + weave) * (1 + 0.10 * smooth_noise(self._rng, 60, 60))
        for seam in piece.stitches:
            light *= 1.0 - 0.26 * self._line(seam, 1.5) + 0.10 * np.roll(self._line(seam, 2.2), (3, 3), axis=(0, 1))
        rim = np.clip(blurred(mask, 2.2) * 2 - 1.0, 0, 1)
        light *= 0.80 + 0.20 * rim
        base = np.empty((*mask.shape, 3))
        base[:] = np.array(piece.colour) / 255.0
        if piece.print is not None:
            base += (np.array(piece.print_colour) / 255.0 - base) * piece.print[..., None]
        cloth = shaded(base, light)
        if piece.sheen:
            cloth += piece.sheen * np.clip(light - 1.12, 0, 0.6)[..., None] * 1.6
        edge = blurred(mask, 0.8)[..., None]
        self.floor = self.floor * (1 - edge) + np.clip(cloth, 0, 1) * edge

    def mark(self, points: Sequence[Point], colour: Rgb, width: float, *, strength: float = 1.0) -> None:
        """A thin line on top: a drawstring, a stitch, a lace."""
        line = self._line(points, width * _LARGER)
        cast = np.roll(blurred(line, 2.0), (4, 3), axis=(0, 1))
        self.floor *= (1.0 - 0.45 * strength * cast)[..., None]
        along = np.clip(1.0 + 0.35 * _lit(6 * blurred(line, 1.5)) - 0.35, 0.5, 1.4)
        ink = np.array(colour) / 255.0 * along[..., None]
        self.floor = self.floor * (1 - strength * line[..., None]) + ink * strength * line[..., None]

    def button(self, x: float, y: float, colour: Rgb, r: float = 4.0) -> None:
        """A small round button with its shadow and its shine."""
        turns = np.linspace(0, 2 * np.pi, 40)
        points = [(x + r * float(np.cos(t)), y + r * float(np.sin(t))) for t in turns]
        mask = blurred(self.mask(points), 0.8)
        self.floor *= (1.0 - 0.5 * np.roll(blurred(mask, 2.0), (3, 3), axis=(0, 1)))[..., None]
        light = _lit(5 * blurred(mask, 2.0))
        self.floor = (
            self.floor * (1 - mask[..., None])
            + shaded(np.array(colour) / 255.0 * np.ones((*mask.shape, 3)), light) * mask[..., None]
        )

    def mask(self, points: Sequence[Point]) -> Field:
        """1 inside the outline, 0 outside."""
        image = Image.new("L", (_PIXELS, _PIXELS), 0)
        ImageDraw.Draw(image).polygon(self._strayed(points), fill=255)
        return np.asarray(image, dtype=np.float64) / 255.0

    def photographed(self, *, closer: float = 1.0) -> Image.Image:
        """The finished picture: uneven window light, a lens that is not quite sharp, a grain."""
        y, x = np.mgrid[0 : 1 : _PIXELS * 1j, 0 : 1 : _PIXELS * 1j]
        window = 1.10 - 0.24 * (0.55 * x + 0.75 * y) - 0.20 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
        lit = self.floor * window[..., None] * np.array([1.03, 1.0, 0.95])
        image = Image.fromarray((np.clip(lit, 0, 1) * 255).astype(np.uint8))
        trim = _PIXELS * (1 - 1 / closer) / 2
        seen = (trim, trim, _PIXELS - trim, _PIXELS - trim)
        image = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS, box=seen)
        pixels = np.asarray(image, dtype=np.float64)
        pixels = pixels + self._rng.normal(size=(SIDE, SIDE, 1)) * 2.2 + self._rng.normal(size=pixels.shape) * 1.2
        return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))

    def _strayed(self, points: Sequence[Point]) -> list[Point]:
        """No outline is as straight as it was drawn."""
        w = self._waves
        found: list[Point] = []
        for px, py in dense(points, step=4):
            dx = dy = 0.0
            for n in range(4):
                turn = (w[n, 0] - 0.5) * px / 28 + (w[n, 1] - 0.5) * py / 28 + 6.28 * w[n, 2]
                dx += float(np.sin(turn)) * w[n, 3]
                dy += float(np.cos(turn * 1.1)) * w[n, 4]
            found.append(((px + self.sway * dx) * _LARGER, (py + self.sway * dy) * _LARGER))
        return found

    def _folds(self, along: float) -> Field:
        """Long soft folds, shorter ones across them, and a few sharp creases, as heights in pixels."""
        long = smooth_noise(self._rng, 16, 90, turn=along - 90)
        short = smooth_noise(self._rng, 9, 26, turn=along - 62)
        across = smooth_noise(self._rng, 8, 30, turn=along - 125)
        sharp = -np.abs(smooth_noise(self._rng, 14, 60, turn=along - 100))
        return 4.2 * long + 1.5 * short + 1.2 * across + 2.2 * sharp

    def _crease(self, points: Sequence[Point]) -> Field:
        line = self._line(points, 3.0)
        return 30.0 * blurred(line, 7.0) - 20.0 * np.roll(blurred(line, 6.0), (10, 8), axis=(0, 1))

    def _line(self, points: Sequence[Point], width: float) -> Field:
        image = Image.new("L", (_PIXELS, _PIXELS), 0)
        ImageDraw.Draw(image).line(self._strayed(points), fill=255, width=max(1, round(width)), joint="curve")
        return np.clip(blurred(np.asarray(image, dtype=np.float64) / 255.0, 0.7), 0, 1)


def shaded(base: Field, light: Field) -> Field:
    """Colours under that light: shadows grow deeper in colour, highlights paler."""
    lit = base * np.clip(light, 0.0, 1.25)[..., None] ** 1.15
    return lit + (1 - lit) * np.clip(light - 1.08, 0, 0.5)[..., None] * 0.35


def blurred(values: Field, sigma: float) -> Field:
    """A Gaussian blur, made in the frequencies; the edges of the picture wrap around."""
    rows, columns = np.fft.fftfreq(values.shape[0])[:, None], np.fft.rfftfreq(values.shape[1])[None, :]
    transfer = np.exp(-2 * (np.pi * sigma) ** 2 * (rows**2 + columns**2))
    return np.fft.irfft2(np.fft.rfft2(values) * transfer, s=values.shape)


def smooth_noise(rng: np.random.Generator, across: float, along: float, *, turn: float = 0.0) -> Field:
    """Noise of unit variance, `across` pixels fine in one direction and `along` in the other, turned by degrees."""
    rows, columns = np.fft.fftfreq(_PIXELS)[:, None], np.fft.rfftfreq(_PIXELS)[None, :]
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    u, v = columns * c + rows * s, rows * c - columns * s
    transfer = np.exp(-2 * np.pi**2 * ((across * u) ** 2 + (along * v) ** 2))
    noise = np.fft.irfft2(np.fft.rfft2(rng.normal(size=(_PIXELS, _PIXELS))) * transfer, s=(_PIXELS, _PIXELS))
    return noise / max(float(noise.std()), 1e-12)


def _lit(height: Field) -> Field:
    """How bright a surface of these heights is, 1 where it lies flat."""
    dy, dx = np.gradient(height)
    x, y = _LIGHT
    return np.clip(1.0 + 0.55 * (x * dx + y * dy) / np.sqrt(1 + 0.25 * (dx**2 + dy**2)), 0.25, 1.7)
