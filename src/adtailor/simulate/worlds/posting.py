"""Posts written from people's state, wardrobe and interests, and what the reader as measured takes them for."""

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.person import Mood
from adtailor.simulate.worlds.confusion import Reader
from adtailor.simulate.worlds.latents import STATES, Latents
from adtailor.simulate.worlds.public import Signals

POSTS_BEFORE = 15
"""Posts of each person that were read before the first day."""
PHOTO = 0.4
"""Share of posts with a photo of clothes."""
WRITES = 0.5
"""The chance of a post on a day."""
NONE = "none"


def posted(
    random: np.random.Generator, latents: Latents, reader: Reader, *, moods: tuple[Mood, ...], garments: tuple[str, ...]
) -> Signals:
    """What is read of everybody's posts, before the first day and on each."""
    topics = latents.interests.shape[1]
    about = _drawn(random, latents.interests, POSTS_BEFORE)
    taken = misread(about, reader.topic_right, topics, random)
    worn = _drawn(random, latents.wardrobe, POSTS_BEFORE)
    rows = np.array([reader.garments.truths.index(name) for name in garments])
    told = reader.garments.read(rows[worn], random.random(worn.shape))
    columns = {name: n for n, name in enumerate(garments)}
    back = np.array([columns[name] for name in reader.garments.told])
    shown = random.random(worn.shape) < PHOTO

    felt = np.array([reader.moods.truths.index(name) for name in STATES])[latents.states]
    read = reader.moods.read(felt, random.random(felt.shape))
    places = np.array([-1 if name == NONE else moods.index(_mood(name, moods)) for name in reader.moods.told])
    wrote = random.random(felt.shape) < WRITES
    return Signals(
        interests=_counted(taken, np.ones_like(shown), topics),
        look=_counted(back[told], shown, len(garments)),
        moods=np.where(wrote, places[read], -1).astype(np.int8),
        posts=POSTS_BEFORE + wrote.sum(axis=0),
        photos=shown.sum(axis=1),
    )


def misread(topics: NDArray[np.int64], right: float, count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Each topic as it is read: itself, or any other, all alike likely."""
    others = (topics + random.integers(1, count, topics.shape)) % count
    return np.where(random.random(topics.shape) < right, topics, others)


def _mood(name: str, moods: tuple[Mood, ...]) -> Mood:
    return next(mood for mood in moods if mood == name)


def _drawn(random: np.random.Generator, shares: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Some draws of each row's own shares; shape (rows, count)."""
    edges = np.cumsum(shares, axis=1)
    found = (random.random((len(shares), count))[..., None] >= edges[:, None, :]).sum(axis=-1)
    return np.minimum(found, shares.shape[1] - 1)


def _counted(places: NDArray[np.int64], counts: NDArray[np.bool_], kinds: int) -> NDArray[np.int64]:
    found = np.zeros((len(places), kinds), dtype=np.int64)
    owners = np.broadcast_to(np.arange(len(places))[:, None], places.shape)
    np.add.at(found, (owners[counts], places[counts]), 1)
    return found
