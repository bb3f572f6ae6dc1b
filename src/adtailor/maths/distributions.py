r"""The few distributions that a test needs, to about 12 digits, without SciPy's forty megabytes.

Normal from the standard library; Student's t by the continued fraction of the incomplete beta function (Lentz's method;
Press et al., 2007); chi-square by its finite sums, which hold for whole degrees of freedom.
"""

import math
from functools import lru_cache
from statistics import NormalDist

_NORMAL = NormalDist()
_MOST_TERMS = 500
_TINY = 1e-300
_ENOUGH = 1e-15
NORMAL_FROM = 1e7
"""Degrees of freedom from which on Student's t is the normal distribution to seven digits of its quantiles."""


def normal_cdf(z: float) -> float:
    r"""$\Phi(z)$, exact in both tails.

    >>> normal_cdf(0.0), round(normal_cdf(1.959964), 6)
    (0.5, 0.975)
    """
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def normal_quantile(p: float) -> float:
    r"""$\Phi^{-1}(p)$; infinite at 0 and 1.

    >>> round(normal_quantile(0.975), 6), normal_quantile(0.0)
    (1.959964, -inf)
    """
    if p <= 0.0 or p >= 1.0:
        return math.inf if p >= 1.0 else -math.inf
    # The lower half has the finer numbers.
    return _NORMAL.inv_cdf(p) if p <= 0.5 else -_NORMAL.inv_cdf(1.0 - p)


def t_tail(t: float, freedom: float) -> float:
    """The chance of a value above `t` by Student's t.

    >>> round(t_tail(2.228139, 10.0), 6), t_tail(0.0, 3.0)
    (0.025, 0.5)
    """
    if math.isinf(t):
        return 0.0 if t > 0 else 1.0
    if freedom >= NORMAL_FROM:
        return normal_cdf(-t)
    half = 0.5 * _incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t))
    return half if t >= 0.0 else 1.0 - half


@lru_cache(maxsize=4096)
def t_quantile_above(tail: float, freedom: float) -> float:
    """The value that Student's t exceeds with chance `tail`, which is at most a half.

    >>> round(t_quantile_above(0.025, 10.0), 6)
    2.228139
    """
    if tail <= 0.0:
        return math.inf
    if freedom >= NORMAL_FROM:
        return -normal_quantile(tail)
    if tail >= 0.5:
        return 0.0
    # Newton's method on the logarithm of the tail, which is close to straight far out.
    found = -normal_quantile(tail)
    for _ in range(100):  # pragma: no branch - a few steps are enough
        here = t_tail(found, freedom)
        step = here / _t_density(found, freedom) * math.log(here / tail)
        found = max(found + step, found / 2.0)
        if abs(step) <= 1e-14 * found:
            break
    return found


def chi_square_tail(x: float, freedom: int) -> float:
    """The chance of a value above `x` by chi-square.

    >>> round(chi_square_tail(3.841459, 1), 6), round(chi_square_tail(5.991465, 2), 6)
    (0.05, 0.05)
    """
    if x <= 0.0:
        return 1.0
    half = x / 2.0
    if freedom % 2 == 0:
        total = sum(math.exp(k * math.log(half) - half - math.lgamma(k + 1)) for k in range(freedom // 2))
    else:
        total = math.erfc(math.sqrt(half)) + sum(
            math.exp((k + 0.5) * math.log(half) - half - math.lgamma(k + 1.5)) for k in range(freedom // 2)
        )
    return min(total, 1.0)


def _t_density(t: float, freedom: float) -> float:
    log = math.lgamma((freedom + 1.0) / 2.0) - math.lgamma(freedom / 2.0) - 0.5 * math.log(freedom * math.pi)
    return math.exp(log - (freedom + 1.0) / 2.0 * math.log1p(t * t / freedom))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, 1.0 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > _TINY else _TINY)
    total = d
    for m in range(1, _MOST_TERMS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 + term * d
            d = 1.0 / (d if abs(d) > _TINY else _TINY)
            c = 1.0 + term / c
            c = c if abs(c) > _TINY else _TINY
            total *= c * d
        if abs(c * d - 1.0) < _ENOUGH:
            break
    return total
