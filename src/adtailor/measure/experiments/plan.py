"""A trial is planned from what the site itself looks like: how people differ, and what of it was so before."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.trial import Design
from adtailor.errors import InvalidInput
from adtailor.maths.power import effect_found, people_needed

LEAST_PEOPLE = 100
"""With fewer, a variance says nothing of the next people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteVariance:
    """What is known of a metric per person, from some days of the site's own log."""

    people: int
    days: float
    mean: float
    variation: float
    """Coefficient of variation: the standard deviation divided by the mean."""
    correlation: float
    """Of the first half of these days with the second, person by person: what CUPED takes out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many people a design needs, beside a plain t-test."""

    design: Design
    effect: float
    people: int
    people_plain: int
    """By a t-test read once, without covariates."""
    variance_left: float
    days: float | None
    """That it takes at the site's number of people a day; None where more people are needed than the site has."""
    found_at_site: float
    """The smallest effect that all people of the site would show."""


def site_variance(before: NDArray[np.float64], during: NDArray[np.float64], *, days: float) -> SiteVariance:
    """From each person's sums over two halves of a time; InvalidInput for too few people, or nothing earned."""
    if len(during) < LEAST_PEOPLE:
        raise InvalidInput(
            f"{len(during)} people in the log", hint=f"wait for {LEAST_PEOPLE}, or tell --variation", field="people"
        )
    mean, deviation = float(during.mean()), float(during.std(ddof=1))
    if not mean > 0.0:
        raise InvalidInput("nothing was earned", hint="wait for revenue, or tell --variation", field="revenue")
    spread = deviation * float(before.std(ddof=1))
    correlation = float(np.cov(before, during)[0, 1]) / spread if spread > 0.0 else 0.0
    return SiteVariance(people=len(during), days=days, mean=mean, variation=deviation / mean, correlation=correlation)


def plan(
    site: SiteVariance,
    *,
    effect: float,
    designs: Sequence[Design] = ("budget split", "user split", "hold-out"),
    shares: tuple[float, float] = (0.5, 0.5),
    alpha: float = 0.05,
    power: float = 0.8,
    looks: int = 28,
    differs: float = 1.0,
    hold_out: float = 0.02,
) -> tuple[Plan, ...]:
    """One plan for each design.

    `differs` is the share of pages on which arms would serve differently; only a user split and ghost ads may leave the
    others out. Where budgets are split every page counts: what one arm spends changes what it bids on all pages.
    """
    found: list[Plan] = []
    for design in designs:
        left = (1.0 - site.correlation**2) * (differs if design in {"user split", "ghost ads"} else 1.0)
        split = (hold_out, 1.0 - hold_out) if design == "hold-out" else shares
        people = people_needed(
            effect,
            variation=site.variation,
            shares=split,
            alpha=alpha,
            power=power,
            looks=looks,
            variance_left=left,
        )
        found.append(
            Plan(
                design=design,
                effect=effect,
                people=people,
                people_plain=people_needed(effect, variation=site.variation, shares=split, alpha=alpha, power=power),
                variance_left=left,
                days=site.days if people <= site.people else None,
                found_at_site=effect_found(
                    site.people,
                    variation=site.variation,
                    shares=split,
                    alpha=alpha,
                    power=power,
                    looks=looks,
                    variance_left=left,
                ),
            )
        )
    return tuple(found)
