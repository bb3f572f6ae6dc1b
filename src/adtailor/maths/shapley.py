"""Each signal's fair share of what all of them earn together, when they were tried in every combination."""

from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations
from math import factorial
from typing import TypeVar

Player = TypeVar("Player", bound=Hashable)


def shapley_weights(players: Sequence[Player], player: Player) -> Mapping[frozenset[Player], float]:
    r"""The weight of each coalition's worth in the Shapley value of one player (Shapley 1953).

    $$\phi_i = \sum_{S \not\ni i} \frac{|S|!\,(n - |S| - 1)!}{n!} \bigl(v(S \cup \{i\}) - v(S)\bigr)$$

    The value is linear in the worths, so its error follows from theirs: $\sum w_S^2 \sigma_S^2$.

    >>> {"".join(sorted(who)): weight for who, weight in shapley_weights("ab", "a").items()}
    {'': -0.5, 'a': 0.5, 'b': -0.5, 'ab': 0.5}
    """
    others = [other for other in players if other != player]
    n = len(players)
    weights: dict[frozenset[Player], float] = {}
    for size in range(n):
        weight = factorial(size) * factorial(n - size - 1) / factorial(n)
        for coalition in combinations(others, size):
            weights[frozenset(coalition)] = -weight
            weights[frozenset((*coalition, player))] = weight
    return weights
