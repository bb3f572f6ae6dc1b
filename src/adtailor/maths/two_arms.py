r"""Two arms compared from their sums: ratios by the delta method, covariates taken out, the relative change by Fieller.

Every person is one row. An arm is known by the means $m_a$ and covariances $S_a$ of its columns, and all that is asked
for is a smooth function of both arms' means, so that its variance is $\sum_a g_a^\top S_a\, g_a / n_a$ with the
gradients $g_a$. A mean over people is $R = \bar y$; a ratio is $R = \bar y / \bar d$, whose gradient is
$(1, -R) / \bar d$ (Deng, Knoblich and Lu, 2018). What was so before the trial, $x$, is taken out of it (CUPED; Deng,
Xu, Kohavi and Walker, 2013):

$$\Delta = R_1 - R_0 - \theta^\top (\bar x_1 - \bar x_0), \qquad \theta = \mathrm{Var}(x)^{-1}\, \mathrm{Cov}(x, R)$$

Where both arms would have served the same, they differ by chance alone. Let $w$ be what $y$ comes to on the other
pages: $\bar w_1 - \bar w_0$ estimates the same difference of means with less noise (divergence triggering).

The relative change $\rho = \Delta / R_0$ has the interval of all $\rho$ with
$(\Delta - \rho R_0)^2 \le c^2\, \mathrm{Var}(\Delta - \rho R_0)$ (Fieller, 1954), which is unbounded where $R_0$ itself
may be zero.
"""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from adtailor.maths.distributions import t_quantile_above, t_tail

Floats = NDArray[np.float64]
_NOTHING = 1e-12
"""A share of a column's variance that is rounding."""
_BLOCK = 32_768
"""Rows at once: a few columns of them stay in the cache."""
_THREADS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """One arm: people, and the means (columns,) and covariances (columns, columns) of its rows."""

    people: int
    means: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which column is what; covariates are those from `covariates` on, and each is divided by nothing."""

    numerator: int = 0
    denominator: int | None = None
    differing: int | None = None
    """The numerator over the pages on which arms differ; only of a mean."""
    covariates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The difference of two arms, with what its intervals are made of."""

    control: float
    difference: float
    difference_variance: float
    control_variance: float
    covariance: float
    """Of the difference and the control."""
    freedom: float
    """Welch and Satterthwaite's degrees of freedom."""

    @property
    def error(self) -> float:
        """The standard error of the difference."""
        return math.sqrt(self.difference_variance)

    @property
    def statistic(self) -> float:
        """The difference in standard errors; 0 where nothing varies and nothing differs."""
        if self.difference_variance <= 0.0:
            return 0.0 if self.difference == 0.0 else math.copysign(math.inf, self.difference)
        return self.difference / self.error

    @property
    def p_value(self) -> float:
        """Two-sided, of Welch's t-test."""
        return min(1.0, 2.0 * t_tail(abs(self.statistic), self.freedom))

    @property
    def relative(self) -> float:
        """The difference as a share of the control; nan where the control is 0."""
        return self.difference / self.control if self.control != 0.0 else math.nan

    def bound(self, alpha: float) -> float:
        """How many standard errors to each side make an interval, for one look."""
        return t_quantile_above(alpha / 2.0, self.freedom)

    def relative_interval(self, bound: float) -> tuple[float, float]:
        """By Fieller's theorem; infinite at both ends where the control is not clearly other than zero."""
        return fieller(
            self.difference,
            self.control,
            self.difference_variance,
            self.control_variance,
            self.covariance,
            bound=bound,
        )


def moments(columns: Floats) -> Moments:
    """Of columns, shape (columns, people); two people at least.

    >>> two = moments(np.array([[1.0, 3.0]]))
    >>> two.people, two.means.tolist(), two.covariance.tolist()
    (2, [2.0], [[2.0]])
    """
    return moments_of(tuple(columns), None)


def moments_of(columns: Sequence[Floats], rows: NDArray[np.intp] | None) -> Moments:
    """Of some rows of columns, or of all; in blocks, so that no copy of all of them is made.

    >>> moments_of((np.array([1.0, 7.0, 3.0]),), np.array([0, 2])).means.tolist()
    [2.0]
    """
    people = len(columns[0]) if rows is None else len(rows)
    totals, scatter = np.zeros(len(columns)), np.zeros((len(columns), len(columns)))
    for block in _blocks(columns, rows, people):
        totals += block.sum(axis=1)
    means = totals / people
    for block in _blocks(columns, rows, people):
        np.subtract(block, means[:, None], out=block)
        scatter += block @ block.T
    return Moments(people=people, means=means, covariance=scatter / (people - 1))


def moments_of_arms(columns: Sequence[Floats], arms: Sequence[NDArray[np.intp]]) -> list[Moments]:
    """Of each arm's rows; arms of many people side by side, which changes no figure.

    >>> both = moments_of_arms((np.array([1.0, 7.0, 3.0, 9.0]),), (np.array([0, 2]), np.array([1, 3])))
    >>> [arm.means.tolist() for arm in both]
    [[2.0], [8.0]]
    """
    if max(map(len, arms)) <= _BLOCK:
        return [moments_of(columns, rows) for rows in arms]
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(partial(moments_of, columns), arms))


def _blocks(columns: Sequence[Floats], rows: NDArray[np.intp] | None, people: int) -> Iterator[Floats]:
    """The same few rows of memory again and again: what is yielded may be written to, and lasts until the next."""
    room = np.empty((len(columns), min(people, _BLOCK)))
    for start in range(0, people, _BLOCK):
        stop = min(start + _BLOCK, people)
        block = room[:, : stop - start]
        for n, column in enumerate(columns):
            block[n] = column[start:stop] if rows is None else column[rows[start:stop]]
        yield block


def together(one: Moments, other: Moments) -> Moments:
    """The moments of both arms' people as one."""
    people = one.people + other.people
    share = other.people / people
    step = other.means - one.means
    scatter = (one.people - 1) * one.covariance + (other.people - 1) * other.covariance
    scatter = scatter + np.outer(step, step) * one.people * share
    return Moments(people=people, means=one.means + share * step, covariance=scatter / (people - 1))


def compare(control: Moments, treated: Moments, layout: Layout) -> Comparison:
    """The treated arm against the control."""
    whole = together(control, treated)
    used = list(layout.covariates)
    base_slope = _slope(whole, _gradient(whole, layout), used)
    differing = layout.differing
    slope = base_slope if differing is None else _slope(whole, _unit(len(whole.means), differing), used)
    level = _level(control, layout)
    shift = treated.means[used] - control.means[used]
    plain = (
        _level(treated, layout) - level
        if differing is None
        else float(treated.means[differing] - control.means[differing])
    )
    variances, freedom_terms, control_variance, covariance = 0.0, 0.0, 0.0, 0.0
    for arm, sign in ((control, -1.0), (treated, 1.0)):
        of_difference = sign * (_gradient(arm, layout) if differing is None else _unit(len(arm.means), differing))
        of_difference[used] -= sign * slope
        of_control = _gradient(arm, layout) if sign < 0 else np.zeros(len(arm.means))
        of_control[used] += base_slope * (arm.people / whole.people - (1.0 if sign < 0 else 0.0))
        spread = arm.covariance / arm.people
        mine = float(of_difference @ spread @ of_difference)
        variances += mine
        freedom_terms += mine * mine / (arm.people - 1)
        control_variance += float(of_control @ spread @ of_control)
        covariance += float(of_difference @ spread @ of_control)
    return Comparison(
        control=level - float(base_slope @ (control.means[used] - whole.means[used])),
        difference=plain - float(slope @ shift),
        difference_variance=max(0.0, variances),
        control_variance=max(0.0, control_variance),
        covariance=covariance,
        freedom=variances * variances / freedom_terms if freedom_terms > 0.0 else float(whole.people - 2),
    )


def fieller(
    above: float, below: float, above_variance: float, below_variance: float, covariance: float, *, bound: float
) -> tuple[float, float]:
    """All values of `above / below` that the data do not rule out at this many standard errors.

    Ten of a hundred, both with a standard error of 1, by two standard errors:

    >>> [round(end, 5) for end in fieller(10.0, 100.0, 1.0, 1.0, 0.0, bound=2.0)]
    [0.07994, 0.12014]
    >>> fieller(10.0, 1.0, 1.0, 1.0, 0.0, bound=2.0)
    (-inf, inf)
    """
    square = bound * bound
    a = below * below - square * below_variance
    if not a > 0.0 or math.isinf(square):
        return -math.inf, math.inf
    b = above * below - square * covariance
    c = above * above - square * above_variance
    root = math.sqrt(max(0.0, b * b - a * c))
    return (b - root) / a, (b + root) / a


def _level(arm: Moments, layout: Layout) -> float:
    top = float(arm.means[layout.numerator])
    if layout.denominator is None:
        return top
    below = float(arm.means[layout.denominator])
    return top / below if below != 0.0 else math.nan


def _gradient(arm: Moments, layout: Layout) -> Floats:
    gradient = _unit(len(arm.means), layout.numerator)
    if layout.denominator is not None:
        below = float(arm.means[layout.denominator])
        gradient[layout.denominator] = -_level(arm, layout)
        gradient /= below if below != 0.0 else math.nan
    return gradient


def _unit(width: int, place: int) -> Floats:
    unit = np.zeros(width)
    unit[place] = 1.0
    return unit


def _slope(whole: Moments, gradient: Floats, covariates: list[int]) -> Floats:
    """What one unit of each covariate goes with; 0 for those that do not vary, or repeat another."""
    if not covariates:
        return np.zeros(0)
    spread = whole.covariance[np.ix_(covariates, covariates)]
    if len(covariates) == 1:
        variance, scale = float(spread[0, 0]), float(whole.means[covariates[0]]) ** 2
        together_with = float(whole.covariance[covariates[0]] @ gradient)
        return np.array([together_with / variance if variance > _NOTHING * scale else 0.0])
    found, *_ = np.linalg.lstsq(spread, whole.covariance[covariates] @ gradient, rcond=1e-10)
    return np.asarray(found, dtype=np.float64)
