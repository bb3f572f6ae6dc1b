"""How many people saw an ad, told to everybody: with noise by OpenDP, and each figure drawn once.

Whoever is told of is one person on one day: the hashes by which viewers are counted end with the day's key, so nobody
can be followed from one day to the next, not even here. One person's day changes a day's figures of one breakdown by at
most `2 * most` in all: of the things (ads, advertisers, sites) that somebody saw, `most` count, and where two people
share a hash, leaving one out may put as many others in. Laplace noise of scale `2 * most / epsilon` then makes the day
epsilon-differentially private (Dwork, McSherry, Nissim, Smith 2006). Days are apart, so their budgets do not add up;
breakdowns of one day do (`EPSILONS`). An hour in which a place showed an ad to more people than the store tells apart
counts as that many: of the rest of them, k-anonymity alone is promised.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import blake2b
from importlib import import_module
from typing import Any, Literal, get_args

from adtailor.domain.exhibit import Band
from adtailor.domain.ledger import Reach
from adtailor.errors import InvalidInput

Published = Literal["ad", "advertiser", "site"]
PUBLISHED: tuple[Published, ...] = get_args(Published)
EPSILONS: Mapping[Published, float] = {"ad": 0.5, "advertiser": 0.25, "site": 0.25}
"""What each breakdown of a day costs of the day's budget."""
BUDGET = 1.0
"""Epsilon for one person's day, over all that is published of it."""
MOST: Mapping[Published, int] = {"ad": 4, "advertiser": 3, "site": 1}
"""How many of each count of what one person saw on a day."""
STEPS = (1, 2, 4, 10)
"""Bands begin at k times these, and at ten times those, and so on."""
Noise = Callable[[Sequence[int], float, int], list[int]]


def people_by(reach: Iterable[Reach], key: Callable[[Reach], str | None], *, most: int) -> dict[str, int]:
    """People of one day by ad, advertiser or site, of whom each counts for at most `most` of them.

    Which ones is drawn by a hash of both, so that nobody's choice depends on anybody else.
    """
    seen: defaultdict[int, set[str]] = defaultdict(set)
    for one in reach:
        if (name := key(one)) is not None:
            for viewer in one.people:
                seen[viewer].add(name)
    counts: defaultdict[str, int] = defaultdict(int)
    for viewer, names in seen.items():
        for name in sorted(names, key=lambda name, viewer=viewer: _drawn(viewer, name))[:most]:
            counts[name] += 1
    return dict(counts)


def with_noise(counts: Mapping[str, int], names: Collection[str], by: Published, noise: Noise) -> dict[str, int]:
    """A figure for each of these names, whether anybody was counted or not: their number is known anyway."""
    asked = sorted(names)
    sensitivity = 2 * MOST[by]
    drawn = noise([counts.get(name, 0) for name in asked], EPSILONS[by], sensitivity)
    return dict(zip(asked, drawn, strict=True))


def laplace(counts: Sequence[int], epsilon: float, sensitivity: int) -> list[int]:
    """Integers with discrete Laplace noise of OpenDP, whose randomness is the system's and cannot be seeded.

    The library itself is asked whether the scale keeps the budget.
    """
    try:
        dp: Any = import_module("opendp.prelude")
    except ImportError:
        raise InvalidInput(
            "figures for everybody need OpenDP", hint='pip install "adtailor[public]"', field="public"
        ) from None
    dp.enable_features("contrib")
    measure = dp.m.make_laplace(
        dp.vector_domain(dp.atom_domain(T=int)), dp.l1_distance(T=int), scale=sensitivity / epsilon
    )
    spent = measure.map(sensitivity)
    if spent > epsilon * (1.0 + 1e-9):
        raise InvalidInput(f"the noise would cost {spent} of {epsilon}", hint="a larger scale", field="epsilon")
    return [int(count) for count in measure(list(counts))]


def band(days: Sequence[int], *, least: int) -> Band | None:
    """About how many people the days of something come to; None unless some day had at least k.

    >>> band([60, 70, 20], least=50)
    Band(least=100, below=200)
    >>> band([49, 49], least=50) is None
    True
    """
    if max(days, default=0) < least:
        return None
    total, scale = sum(max(0, day) for day in days), least
    while total >= scale * STEPS[-1]:
        scale *= STEPS[-1]
    below = next(scale * step for step in STEPS if total < scale * step)
    lower = max(scale * step for step in STEPS if total >= scale * step)
    return Band(least=lower, below=below)


def _drawn(viewer: int, name: str) -> bytes:
    return blake2b(f"{viewer}:{name}".encode(), digest_size=8).digest()
