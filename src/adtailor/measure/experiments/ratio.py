"""Whether the arms of a trial have as many people as they should, in all and among those whom it may have touched."""

import numpy as np

from adtailor.domain.findings import SampleRatio
from adtailor.domain.person_table import PersonTable
from adtailor.domain.trial import Registration
from adtailor.maths.sample_ratio import always, chi_square

SURE = 0.01
"""A trial is called broken where chance would do the same in one of a hundred trials, however often they are read."""


def sample_ratio(people: PersonTable, registration: Registration) -> SampleRatio:
    """The counts of people in each arm against their shares; of periods, in a switchback.

    Who met a page on which arms differ is decided before any arm is served, so that these people too must be as many
    in each arm as planned.
    """
    shares = [float(arm.parts) for arm in registration.arms]
    groups = [_counts(people, registration)]
    if people.differing is not None and "impressions" in people.differing and people.period is None:
        met = people.differing["impressions"] > 0.0
        groups.append(tuple(np.bincount(people.arm[met], minlength=len(shares)).tolist()))
    found = [
        SampleRatio(
            counts=counts,
            expected=tuple(sum(counts) * share / sum(shares) for share in shares),
            p_value=chi_square(counts, shares),
            always_p_value=(p_value := always(counts, shares)),
            is_broken=p_value < SURE,
        )
        for counts in groups
    ]
    return min(found, key=lambda one: one.always_p_value)


def _counts(people: PersonTable, registration: Registration) -> tuple[int, ...]:
    arms = len(registration.arms)
    if people.period is None:
        return tuple(np.bincount(people.arm, minlength=arms).tolist())
    first = np.unique(people.period, return_index=True)[1]
    return tuple(np.bincount(people.arm[first], minlength=arms).tolist())
