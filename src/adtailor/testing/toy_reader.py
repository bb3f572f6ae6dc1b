"""A reader for toy worlds: a few garments and moods, misread as often as a test says."""

import numpy as np

from adtailor.simulate.worlds.confusion import Confusion, Reader

GARMENTS = ("dress", "hat", "pants", "shirt", "shoes", "t-shirt")
MOODS = ("joy", "excitement", "amusement", "curiosity", "calm")


def toy_reader(right: float = 0.8, *, post_seconds: float = 0.002, photo_seconds: float = 0.01) -> Reader:
    """Each thing is read right with this chance, and else as any other alike.

    >>> toy_reader(1.0).garments.chances.diagonal().min()
    np.float64(1.0)
    """
    told = (*MOODS, "none")
    return Reader(
        version=0,
        measured_on="never",
        models={},
        moods=Confusion(
            on="a toy",
            truths=(*MOODS, "low", "plain"),
            told=told,
            counts=np.vstack([_mixed(len(told), right), _mixed(len(told), right)[-1:]]),
        ),
        garments=Confusion(on="a toy", truths=GARMENTS, told=GARMENTS, counts=_mixed(len(GARMENTS), right)),
        topic_right=right,
        post_seconds=post_seconds,
        photo_seconds=photo_seconds,
    )


def _mixed(size: int, right: float) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    counts = np.full((size, size), round(10_000 * (1.0 - right) / (size - 1)), dtype=np.int64)
    np.fill_diagonal(counts, round(10_000 * right))
    return counts
