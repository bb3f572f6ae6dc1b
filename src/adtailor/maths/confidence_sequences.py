r"""Intervals that hold at all times at once: whoever looks always, and stops when it suits, errs at rate alpha at most.

For the mean of $n$ people with standard error $s_n$ (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, 2024), for large
$n$ and any number $r > 0$ of people at which it is to be narrowest,

$$\hat\mu_n \pm s_n \sqrt{\frac{n\rho^2 + 1}{n\rho^2}\,\log\frac{n\rho^2 + 1}{\alpha^2}}, \qquad
  \rho^2 = \frac{-2\log\alpha + \log(1 - 2\log\alpha)}{r}$$

It is the mixture over effects $N(0, \rho^2)$ of likelihood ratios, a martingale, with Ville's inequality. At 5 % and
$n = r$ it is about 1.5 times as wide as an interval for one look.
"""

import math


def always_bound(people: float, alpha: float, *, narrowest_at: float) -> float:
    """How many standard errors wide, to each side, an interval is that always holds.

    >>> round(always_bound(1000, 0.05, narrowest_at=1000), 3), round(always_bound(10, 0.05, narrowest_at=1000), 2)
    (3.035, 9.08)
    """
    mixed = people * _mixture(alpha, narrowest_at)
    return math.sqrt((mixed + 1.0) / mixed * (math.log1p(mixed) - 2.0 * math.log(alpha)))


def always_p_value(statistic: float, people: float, alpha: float, *, narrowest_at: float) -> float:
    r"""The smallest level at which 0 lies outside, with the mixture that is made for `alpha`; good at any time.

    >>> bound = always_bound(500, 0.05, narrowest_at=1000)
    >>> round(always_p_value(bound, 500, 0.05, narrowest_at=1000), 12), always_p_value(0.0, 9, 0.05, narrowest_at=9)
    (0.05, 1.0)
    """
    mixed = people * _mixture(alpha, narrowest_at)
    evidence = statistic * statistic * mixed / (mixed + 1.0) - math.log1p(mixed)
    return min(1.0, math.exp(-0.5 * evidence))


def _mixture(alpha: float, narrowest_at: float) -> float:
    return (-2.0 * math.log(alpha) + math.log(1.0 - 2.0 * math.log(alpha))) / narrowest_at
