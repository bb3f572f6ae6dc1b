r"""The two laws of a world: who clicks, and who leaves.

$$\mathrm{logit}\,p = l_{ua} + m\,k_{ta} + c\,s_{ua} + g\,r_u\,f_{za} - d \ln(1 + place) - f \ln(1 + seen) + h$$

with liking $l$, kinship $k$ of page and ad, likeness $s$ of clothes, receptivity $r$, and how the ad suits the state
$f$. A load of ads is got used to slowly, $\dot a = (load - a) / \tau$, and someone leaves on a day with the chance
$h_0 \exp(\kappa\, i_u (a - a_0))$: what a week does not show, a season does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.simulate.worlds.latents import Latents, Strengths

Floats = NDArray[np.float64]
EVENING = 18
USUAL_LOAD = 2.0
"""Ads a page that people are used to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """The truth of one world, at some strengths."""

    latents: Latents
    strengths: Strengths

    def click_rates(
        self,
        people: NDArray[np.int32],
        ads: NDArray[np.int32],
        *,
        topics: NDArray[np.int32],
        places: NDArray[np.int64],
        day: int,
        hour: int,
        seen: NDArray[np.int32],
    ) -> Floats:
        """The chance of a click on each ad that was shown; all of shape (shown,)."""
        truth, strengths = self.latents, self.strengths
        logit = truth.liking[people, ads] + strengths.page * truth.kinship[topics, ads]
        if strengths.look:
            logit += strengths.look * truth.alike[people, ads]
        if strengths.mood:
            logit += strengths.mood * truth.receptive[people] * truth.suits[truth.states[day, people], ads]
        logit -= strengths.position * np.log1p(places)
        logit -= strengths.fatigue * np.log1p(seen[people, ads])
        if hour >= EVENING:
            logit += strengths.evening
        return 1.0 / (1.0 + np.exp(-logit))

    def used_to(self, loads: Floats, used: Floats) -> Floats:
        """The load that each person is used to, a day later."""
        return used + (loads - used) / self.strengths.patience_days

    def leaves(self, used: Floats, luck: Floats) -> NDArray[np.bool_]:
        """Who leaves on a day."""
        truth, strengths = self.latents, self.strengths
        more = strengths.annoyance * truth.impatient * (used - USUAL_LOAD)
        return luck < np.minimum(strengths.leaving * np.exp(more), 1.0)
