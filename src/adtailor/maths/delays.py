r"""Labels that come late: what share of them has come by now, and targets that make up for the rest.

Of a conversion within the horizon $H$ it is known at age $a$ only if its delay $d \le a$. With $F(a) = P(d \le a)$ from
rows older than $H$, the target $y_{seen} / F(\min(a, H))$ has the mean of the true label, whatever the age, where the
delay does not depend on the row (it may: then look at the report by age). The slope of the log-loss is linear in the
target, so learning from it is learning from the truth, with more noise the younger the rows are; those younger than a
waiting window are left out (weight 0).
"""

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput

Floats = NDArray[np.float64]
FEWEST = 50
KNOTS = 200


def delay_curve(delays: Floats, *, horizon: float) -> tuple[Floats, Floats]:
    """Ages and the share of labels that have come by then, from delays of rows older than the horizon.

    Raises where fewer than 50 labels are known: a curve from fewer would be made up.
    """
    known = np.sort(delays[(delays >= 0.0) & (delays <= horizon)])
    if len(known) < FEWEST:
        raise InvalidInput(
            f"{len(known)} labels with a known delay in rows older than {horizon}",
            hint=f"at least {FEWEST} are needed: give a longer log, or a shorter horizon",
        )
    shares = np.linspace(0.0, 1.0, min(KNOTS, len(known)) + 1)
    ages = np.concatenate(([0.0], np.quantile(known, shares[1:])))
    ages[-1] = horizon
    return ages, shares


def seen_share(ages: Floats, curve: tuple[Floats, Floats]) -> Floats:
    """F at each age."""
    return np.interp(ages, curve[0], curve[1])


def targets(
    seen: NDArray[np.bool_], ages: Floats, curve: tuple[Floats, Floats], *, wait: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Targets and weights of rows; `wait` must be an age by which some labels have come."""
    least = float(seen_share(np.array([wait]), curve)[0])
    if least < 0.02:
        raise InvalidInput(
            f"by the age of {wait} only {least:.1%} of labels have come",
            hint="wait longer: one label would count as many",
        )
    share = np.maximum(seen_share(ages, curve), least)
    return np.where(seen, 1.0 / share, 0.0).astype(np.float32), (ages >= wait).astype(np.float32)
