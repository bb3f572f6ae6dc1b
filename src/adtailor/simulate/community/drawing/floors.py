"""What garments are laid on: wood, a blanket, a bed sheet, a carpet."""

import numpy as np

from adtailor.simulate.community.drawing.cloth import Field, Rgb, blurred, shaded, smooth_noise

_PIXELS = 960


def wood(seed: int, colour: Rgb, *, planks: int = 5, turn: bool = False) -> Field:
    """Boards side by side, each with its own grain and tone."""
    rng = np.random.default_rng(seed)
    grain = smooth_noise(rng, 2.0, 140) * 0.5 + smooth_noise(rng, 5.0, 260) * 0.8 + smooth_noise(rng, 1.0, 40) * 0.25
    light = 1.0 + 0.055 * grain
    columns = np.arange(_PIXELS)
    width = _PIXELS / planks
    for plank in range(planks):
        inside = (columns >= plank * width) & (columns < (plank + 1) * width)
        light[:, inside] *= 1.0 + rng.normal() * 0.07
        shift = int(rng.integers(_PIXELS))
        light[:, inside] = np.roll(light[:, inside], shift, axis=0)
        seam = np.exp(-(((columns - (plank + 0.02) * width) / 2.2) ** 2))
        light *= 1.0 - 0.5 * seam[None, :]
        end = int(rng.integers(_PIXELS))
        light[end : end + 3, inside] *= 0.6
    if turn:
        light = light.T
    return _coloured(colour, light)


def blanket(seed: int, colour: Rgb, *, soft: float = 1.0) -> Field:
    """A sheet or a blanket with the creases of use."""
    rng = np.random.default_rng(seed)
    height = 5 * smooth_noise(rng, 30, 160, turn=35) + 3 * smooth_noise(rng, 18, 80, turn=-50)
    height += -3 * np.abs(smooth_noise(rng, 24, 110, turn=70))
    dy, dx = np.gradient(height * soft)
    light = 1.0 - 0.55 * (0.6 * dx + 0.55 * dy)
    weave = blurred(rng.normal(size=(_PIXELS, _PIXELS)), 0.8) * 0.06
    return _coloured(colour, np.clip(light + weave, 0.5, 1.3))


def carpet(seed: int, colour: Rgb) -> Field:
    """Short pile: speckles of light."""
    rng = np.random.default_rng(seed)
    speckles = blurred(rng.normal(size=(_PIXELS, _PIXELS)), 1.6) * 0.5 + smooth_noise(rng, 3, 6, turn=30) * 0.06
    return _coloured(colour, np.clip(1.0 + speckles + 0.05 * smooth_noise(rng, 80, 80), 0.5, 1.4))


def _coloured(colour: Rgb, light: Field) -> Field:
    base = np.ones((*light.shape, 3)) * np.array(colour) / 255.0
    return np.clip(shaded(base, light), 0, 1)
