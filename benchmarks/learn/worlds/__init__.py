"""The logs the learners are compared on, by name."""

from benchmarks.learn.worlds.criteo import CriteoShaped
from benchmarks.learn.worlds.public import bank, shoppers
from benchmarks.learn.worlds.rows import World
from benchmarks.learn.worlds.truths import crosses, factorised, trees

WORLDS = ("criteo", "trees", "crosses", "bank", "shoppers")
TRUTHS = {"criteo": factorised, "trees": trees, "crosses": crosses}
PUBLIC = {"bank": bank, "shoppers": shoppers}


def world(name: str, *, rows: int, seed: int) -> World:
    """The log of that name; the public ones have the rows and the order they have."""
    if name in TRUTHS:
        return CriteoShaped(name=name, rows=rows, seed=seed, truth=TRUTHS[name])
    return PUBLIC[name]()
