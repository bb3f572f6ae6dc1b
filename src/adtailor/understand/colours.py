"""Which colours a garment has, in words, from the pixels that stand out from the edge of the photo."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float64]
"""Colours in CIE Lab, shape (pixels, 3): lightness 0 to 100, green to red, blue to yellow."""

MOST_COLOURS = 3
LEAST_SHARE = 0.15
"""Of the garment's pixels; a smaller patch is trimming, print or shadow."""

# How each name tends to look in photos, in sRGB; a colour takes the name of the nearest of these in Lab.
PROTOTYPES: dict[str, tuple[tuple[int, int, int], ...]] = {
    "black": ((12, 12, 12), (34, 34, 37)),
    "white": ((253, 253, 253), (228, 228, 228)),
    "grey": ((68, 68, 70), (120, 120, 122), (170, 170, 172)),
    "navy": ((22, 30, 68), (34, 46, 92), (10, 20, 60)),
    "blue": ((30, 80, 200), (60, 105, 170), (84, 110, 150), (0, 110, 190)),
    "light blue": ((150, 190, 230), (120, 170, 220), (185, 215, 235), (100, 190, 210)),
    "green": ((30, 140, 60), (90, 185, 95), (20, 85, 50), (0, 120, 110), (165, 215, 170)),
    "olive": ((110, 110, 50), (82, 86, 48), (135, 132, 80)),
    "red": ((200, 25, 40), (230, 60, 55)),
    "burgundy": ((112, 20, 42), (85, 20, 32)),
    "pink": ((240, 150, 180), (230, 80, 150), (248, 200, 210), (210, 140, 155)),
    "purple": ((120, 50, 150), (85, 45, 115), (170, 130, 205), (150, 60, 130)),
    "yellow": ((245, 215, 60), (240, 230, 135), (215, 175, 40)),
    "orange": ((240, 130, 40), (225, 95, 30), (250, 165, 90)),
    "brown": ((110, 70, 40), (78, 50, 36), (150, 105, 65), (60, 38, 28)),
    "beige": ((225, 205, 175), (200, 180, 150), (240, 225, 200)),
}
NAMES: tuple[str, ...] = tuple(PROTOTYPES)

GRID = 52
"""Pixels along a side that are looked at."""
_GRID = GRID
_FAR = 0.5
"""A cell with less of a garment than this share of the best is none of it, where colour does not tell."""
_MOST_SKIN = 0.4
"""Where more of the garment than this has a colour of skin, that is the garment's own: brown, tan or salmon cloth."""
_EDGE = 4
"""Width of the frame that is taken to show the background."""
_NEAREST_UNLIKE = 5.0
_FARTHEST_ALIKE = 18.0
"""How far, in Lab, a pixel has to be from the background to be none of it: 5 is just seen, 18 is seen at a glance."""
_ONE_DYE = 8.0
"""Colours nearer than this are not told apart."""
_LEAST_GARMENT = 0.12
"""When less than this share of where a garment is stands out, it has the background's colour, or fills the photo."""


def colours_of(picture: NDArray[np.uint8], where: NDArray[np.float64] | None = None) -> tuple[str, ...]:
    """Up to three names of colours, the largest share first, of an RGB picture of shape (height, width, 3).

    `where` says how much of a garment each cell of the picture shows, (rows, columns); without it, the middle counts.

    >>> import numpy as np
    >>> picture = np.full((260, 260, 3), 245, dtype=np.uint8)
    >>> picture[60:200, 60:200] = (20, 30, 70)
    >>> colours_of(picture)
    ('navy',)
    """
    cloth = Cloth(picture)
    return cloth.colours(cloth.weights(where))


class Cloth:
    """The pixels of a picture that stand out from its background, to be asked about one garment after the other."""

    def __init__(self, picture: NDArray[np.uint8]) -> None:
        self._lab = to_lab(_shrunk(picture).reshape(-1, 3))
        self._unlike = _unlike_background(self._lab)
        self._skin = _could_be_skin(self._lab)

    def colours(self, weights: NDArray[np.float64]) -> tuple[str, ...]:
        """The names of the colours of the garment that `weights` covers, the largest share first."""
        chosen = weights > 0
        centres, shares = _merged(*_clusters(self._lab[chosen], weights[chosen], most=6))
        found: dict[str, float] = {}
        for centre, share in zip(centres, shares, strict=True):
            name = name_of(centre)
            found[name] = found.get(name, 0.0) + float(share)
        ranked = sorted(found.items(), key=lambda item: -item[1])
        kept = [name for name, share in ranked if share >= LEAST_SHARE][:MOST_COLOURS]
        return tuple(kept or [ranked[0][0]])

    def scatter(self, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
        """How far the colours of some pixels scatter, in Lab, shape (3,)."""
        return self._lab[inside].std(axis=0)

    def weights(self, where: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """How much each pixel of the grid, row by row, counts as a garment; `where` as in `colours_of`.

        It is 0 on the background, and on skin beside cloth.
        """
        near = _CENTRE_PRIOR if where is None else np.sqrt(_spread(where))
        weights = np.where(self._unlike, near, 0.0)
        if weights.sum() < _LEAST_GARMENT * near.sum():  # it has the background's colour, or fills the photo
            weights = np.where(near > _FAR * near.max(), near, 0.0)
        of_skin = float(weights[self._skin].sum() / weights.sum())
        if 0.0 < of_skin < _MOST_SKIN:
            weights = np.where(self._skin, 0.0, weights)
        return weights


def name_of(lab: Pixels) -> str:
    """The name of one colour in Lab: that of the nearest prototype."""
    distances = ((_PROTOTYPES_LAB - lab) ** 2).sum(axis=1)
    return _PROTOTYPE_NAMES[int(distances.argmin())]


def to_lab(rgb: NDArray[np.floating] | NDArray[np.uint8]) -> Pixels:
    """CIE Lab (D65) of sRGB values 0 to 255, shape (pixels, 3).

    >>> [round(float(v)) for v in to_lab(np.array([[255, 0, 0]]))[0]]
    [53, 80, 67]
    """
    linear = _LINEAR[np.asarray(rgb, dtype=np.uint8)]
    xyz = linear @ _TO_XYZ.T
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack(
        [116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])],
        axis=1,
    )


def _shrunk(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The mean of each block, so that weave, noise and JPEG grain do not count as colours."""
    step = max(1, min(picture.shape[:2]) // _GRID)
    height, width = picture.shape[0] // step * step, picture.shape[1] // step * step
    sums = np.zeros((height // step, width // step, 3), dtype=np.uint32)
    for i in range(step):  # a few large sums are faster than one mean over short axes
        for j in range(step):
            sums += picture[i:height:step, j:width:step]
    means = sums / step**2
    rows = np.linspace(0, means.shape[0] - 1, _GRID).astype(np.intp)
    columns = np.linspace(0, means.shape[1] - 1, _GRID).astype(np.intp)
    return np.round(means[rows][:, columns]).astype(np.uint8)


def _unlike_background(lab: Pixels) -> NDArray[np.bool_]:
    """Where a pixel is none of the background; everywhere, where the background has no colour of its own."""
    background, spread = _background(lab)
    if not len(background):
        return np.ones(len(lab), dtype=np.bool_)
    distance = np.sqrt(((lab[:, None] - background) ** 2).sum(axis=2)).min(axis=1)
    return distance > np.clip(2.5 * spread, _NEAREST_UNLIKE, _FARTHEST_ALIKE)


def _could_be_skin(lab: Pixels) -> NDArray[np.bool_]:
    """Whether a pixel has a colour that skin, of any tone, often has; tan leather and brown cloth have it too.

    It is only asked so that such pixels can be left out where they are the smaller part; nothing is told by it.
    """
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1]))
    return (hue > 30) & (hue < 75) & (chroma > 9) & (chroma < 42) & (lab[:, 0] > 12) & (lab[:, 0] < 92)


def _spread(where: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cells made as fine as the grid, with slopes between their middles."""
    rows, columns = (_slopes(count) for count in where.shape)
    return (rows @ where @ columns.T).ravel()


@cache
def _slopes(cells: int) -> NDArray[np.float64]:
    at = np.clip((np.arange(_GRID) + 0.5) * cells / _GRID - 0.5, 0, cells - 1)
    return np.maximum(0.0, 1.0 - np.abs(at[:, None] - np.arange(cells)))


def _background(lab: Pixels) -> tuple[Pixels, float]:
    """Colours of the frame, without those that the middle has more of, and how much they scatter."""
    frame = lab[_FRAME]
    centres, _ = _merged(*_clusters(frame, np.ones(len(frame)), most=4))
    of_frame = _nearest(frame, centres)
    distance = np.sqrt(((frame - centres[of_frame]) ** 2).sum(axis=1))
    middle = lab[_MIDDLE]
    of_middle = _nearest(middle, centres)
    near = np.sqrt(((middle - centres[of_middle]) ** 2).sum(axis=1)) < _FARTHEST_ALIKE
    in_frame = np.bincount(of_frame, minlength=len(centres)) / len(frame)
    in_middle = np.bincount(of_middle[near], minlength=len(centres)) / len(middle)
    # A garment that reaches the edge of the photo is in the frame too, but has more of the middle.
    kept = in_frame >= np.maximum(0.05, 0.8 * in_middle)
    return centres[kept], float(np.sqrt((distance**2).mean()))


def _clusters(points: Pixels, weights: NDArray[np.float64], *, most: int) -> tuple[Pixels, NDArray[np.float64]]:
    """Weighted k-means: centres and their shares. It starts from points far from each other: no chance is in it."""
    centres = (weights @ points / weights.sum())[None]
    gap = ((points - centres[0]) ** 2).sum(axis=1)
    centres = points[[int((gap * weights).argmin())]]
    gap = ((points - centres[0]) ** 2).sum(axis=1)
    while len(centres) < most and gap.max() > _ONE_DYE**2:
        centres = np.vstack([centres, points[int((gap * weights).argmax())]])
        gap = np.minimum(gap, ((points - centres[-1]) ** 2).sum(axis=1))
    shares = np.ones(1)
    for _ in range(5):
        member = _nearest(points, centres)
        shares = np.bincount(member, weights, minlength=len(centres))
        alive = shares > 0
        sums = np.stack([np.bincount(member, weights * points[:, i], minlength=len(centres)) for i in range(3)], axis=1)
        centres, shares = sums[alive] / shares[alive, None], shares[alive]
    return centres, shares / shares.sum()


def _nearest(points: Pixels, centres: Pixels) -> NDArray[np.intp]:
    # |p - c|^2 = |p|^2 - 2 p.c + |c|^2, and |p|^2 is the same for every c.
    return ((centres**2).sum(axis=1) - 2 * points @ centres.T).argmin(axis=1)


def _merged(centres: Pixels, shares: NDArray[np.float64]) -> tuple[Pixels, NDArray[np.float64]]:
    """One dye in light and shade is one colour: joins centres of one hue whose lightness is not far apart."""
    order = np.argsort(-shares)
    kept: list[Pixels] = []
    sizes: list[float] = []
    for centre, share in zip(centres[order], shares[order], strict=True):
        for i, other in enumerate(kept):
            if abs(centre[0] - other[0]) < 22 and np.hypot(*(centre[1:] - other[1:])) < 12:
                sizes[i] += float(share)
                break
        else:
            kept.append(centre)
            sizes.append(float(share))
    return np.array(kept), np.array(sizes)


_LINEAR = np.array([v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in np.arange(256) / 255])
# sRGB to XYZ, each row divided by the white point (IEC 61966-2-1).
_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) / np.array(
    [[0.95047], [1.0], [1.08883]]
)
_PROTOTYPE_NAMES = tuple(name for name, colours in PROTOTYPES.items() for _ in colours)
_PROTOTYPES_LAB = to_lab(np.array([colour for colours in PROTOTYPES.values() for colour in colours]))

_ACROSS = np.linspace(-1, 1, _GRID)
_DISTANCE2 = (_ACROSS[:, None] ** 2 + _ACROSS[None, :] ** 2).ravel()
_CENTRE_PRIOR = np.exp(-_DISTANCE2 / (2 * 0.45**2))
_MIDDLE = _DISTANCE2 < 0.45**2
_EDGE_1D = (np.arange(_GRID) < _EDGE) | (np.arange(_GRID) >= _GRID - _EDGE)
_FRAME = (_EDGE_1D[:, None] | _EDGE_1D[None, :]).ravel()
