"""A log of choices with their propensities says what another policy would have earned: grade D, by four estimates."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.maths.off_policy import METHODS, SWITCH, Estimate, Method, NoOverlap, off_policy

Floats = NDArray[np.float64]
GRADE = "D"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedChoices:
    """A log, one row a choice, with what a new policy would do in the same place."""

    rewards: Floats
    propensities: Floats
    """The chance with which the log chose what it chose."""
    chances: Floats
    """The new policy's chance of the same choice."""
    guesses: Floats | None = None
    """A model's reward of the logged choice, learned from other rows."""
    values: Floats | None = None
    """The model's mean reward of the new policy there."""
    groups: NDArray[np.int64] | None = None
    """Whose choice it was, numbered from 0: rows of one person are drawn together."""

    @property
    def has_model(self) -> bool:
        """Whether doubly robust estimates can be made."""
        return self.guesses is not None and self.values is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the log paid, and what each estimate says of the new policy; or why it says nothing."""

    rows: int
    clicks: int
    logged: float
    """The mean reward of the log itself."""
    estimates: tuple[Estimate, ...]
    refused: str | None
    hint: str | None = None
    seed: int = 0
    grade: str = GRADE


def judged(
    log: LoggedChoices,
    *,
    seed: int,
    methods: Sequence[Method] | None = None,
    switch_at: float = SWITCH,
    rounds: int = 500,
) -> Judgement:
    """Every estimate that the log allows; all of them or none, for one that stands alone looks surer than it is."""
    rows = len(log.rewards)
    if rows == 0:
        raise InvalidInput("a log without rows", hint="give at least one choice", field="FILE")
    asked = tuple(methods) if methods else METHODS if log.has_model else ("ips", "snips")
    clicks = int((log.rewards > 0.0).sum())
    estimates: list[Estimate] = []
    refused = hint = None
    try:
        estimates = [
            off_policy(
                log.rewards,
                log.propensities,
                log.chances,
                random=np.random.default_rng(seed),
                method=method,
                guesses=log.guesses,
                values=log.values,
                groups=log.groups,
                switch_at=switch_at,
                rounds=rounds,
            )
            for method in asked
        ]
    except NoOverlap as error:
        estimates, refused, hint = [], error.message, error.hint
    return Judgement(
        rows=rows,
        clicks=clicks,
        logged=float(log.rewards.mean()),
        estimates=tuple(estimates),
        refused=refused,
        hint=hint,
        seed=seed,
    )
