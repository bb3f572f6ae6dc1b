"""Choosing under uncertainty, with the chance of each choice for the log."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.learn.columns import column
from adtailor.learn.factorized import Factorized
from adtailor.learn.places import rows_for
from adtailor.maths.exploration import Chosen, choose, deviations

if TYPE_CHECKING:
    from adtailor.learn.model import Model


def explore(
    model: "Model", candidates: Mapping[str, Any], *, random: np.random.Generator, rounds: int = 1000
) -> Chosen:
    """Thompson's choice among candidates, given as `Model.score` takes rows: its place, and its chance.

    Needs a factorisation machine loaded to learn on: the optimiser's counters are its uncertainty.
    """
    logits = model.logits(candidates)
    return choose(logits, spreads(model, candidates), random=random, rounds=rounds)


def spreads(model: "Model", rows: Mapping[str, Any]) -> NDArray[np.float64]:
    """The standard deviation of each row's logit."""
    learner = model.learner
    if not isinstance(learner, Factorized) or learner.linear.shape[1] < 2:
        raise InvalidInput("a model without counters", hint="fit learn.Factorization, or load it with trainable=True")
    columns = {name: column(name, rows[name]) for name in model.encoder.columns if name in rows}
    batch = model.encoder.encode(columns)
    return deviations(batch.starts, rows_for(learner.places, batch), batch.values, learner.uncertainty())
