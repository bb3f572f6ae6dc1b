r"""Whether arms have as many people as chance gives them: if not, something is lost, and no figure can be believed.

For one look Pearson's chi-square. For any number of looks a Bayes factor of all shares, spread about the planned ones
$p$ by a Dirichlet distribution with $c p$, against just those (Lindon and Malek, 2022),

$$B_n = \frac{\Gamma(c)\, \prod_j \Gamma(c p_j + n_j)}{\Gamma(c + n)\, \prod_j \Gamma(c p_j)\, \prod_j p_j^{n_j}}$$

a martingale under the planned shares, so that $1 / B_n$ is a p-value at every time.
"""

import math
from collections.abc import Sequence

from adtailor.maths.distributions import chi_square_tail

CONCENTRATION = 1000.0
"""Shares are thought to be off by one to two points where they are off: what lost logs and filters do."""


def chi_square(counts: Sequence[int], shares: Sequence[float]) -> float:
    """The p-value of these counts where these shares are planned, for one look.

    >>> round(chi_square((5100, 4900), (0.5, 0.5)), 4)
    0.0455
    """
    total, whole = sum(counts), sum(shares)
    if total == 0:
        return 1.0
    expected = [total * share / whole for share in shares]
    x = sum((count - mean) ** 2 / mean for count, mean in zip(counts, expected, strict=True))
    return chi_square_tail(x, len(counts) - 1)


def always(counts: Sequence[int], shares: Sequence[float]) -> float:
    """The same at any time, however often somebody looks.

    >>> always((50_100, 49_900), (0.5, 0.5)), always((51_000, 49_000), (0.5, 0.5)) < 1e-6
    (1.0, True)
    """
    whole, total = sum(shares), sum(counts)
    log = math.lgamma(CONCENTRATION) - math.lgamma(CONCENTRATION + total)
    for count, share in zip(counts, shares, strict=True):
        planned = share / whole
        log += math.lgamma(CONCENTRATION * planned + count) - math.lgamma(CONCENTRATION * planned)
        log -= count * math.log(planned)
    return min(1.0, math.exp(min(0.0, -log)))
