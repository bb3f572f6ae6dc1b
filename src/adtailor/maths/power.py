r"""How many people a trial needs.

With $\sigma / \mu$ the coefficient of variation $C$ of a person's sum, shares $f_1, f_0$ of the people in two arms, and
a relative effect $e$ to be found with a given power (Cohen, 1988),

$$N = \Big(\frac{1}{f_1} + \frac{1}{f_0}\Big)\, \frac{(z_{1-\alpha/2} + z_{power})^2\, C^2 v}{e^2}$$

where $v$ is the share of the variance that is left after covariates (CUPED: $1 - r^2$) and after pages on which the
arms serve the same are left out.
"""

import math

from adtailor.maths.distributions import normal_quantile
from adtailor.maths.group_sequential import inflation


def people_needed(
    effect: float,
    *,
    variation: float,
    shares: tuple[float, float] = (0.5, 0.5),
    alpha: float = 0.05,
    power: float = 0.8,
    looks: int = 1,
    variance_left: float = 1.0,
) -> int:
    """People in both arms together.

    One percent where a person's revenue varies 3.3 times its mean takes 3.4 million:

    >>> people_needed(0.01, variation=3.3)
    3418973
    """
    z = normal_quantile(1.0 - alpha / 2.0) + normal_quantile(power)
    people = (1.0 / shares[0] + 1.0 / shares[1]) * (z * variation / effect) ** 2 * variance_left
    return math.ceil(people * inflation(looks, alpha, power))


def people_for(people: int, error: float, effect: float, *, alpha: float, power: float, looks: int) -> int:
    """People for an absolute effect, where so many gave a difference with this standard error.

    >>> people_for(1000, 0.5, 1.0, alpha=0.05, power=0.8, looks=1)
    1963
    """
    z = normal_quantile(1.0 - alpha / 2.0) + normal_quantile(power)
    return math.ceil(people * (z * error / effect) ** 2 * inflation(looks, alpha, power))


def effect_found(
    people: int,
    *,
    variation: float,
    shares: tuple[float, float] = (0.5, 0.5),
    alpha: float = 0.05,
    power: float = 0.8,
    looks: int = 1,
    variance_left: float = 1.0,
) -> float:
    """The smallest relative effect that so many people find.

    >>> round(effect_found(3_418_973, variation=3.3), 6)
    0.01
    """
    z = normal_quantile(1.0 - alpha / 2.0) + normal_quantile(power)
    spread = (1.0 / shares[0] + 1.0 / shares[1]) * inflation(looks, alpha, power) * variance_left
    return z * variation * math.sqrt(spread / people)
