"""What learns, and what a file of arrays becomes: the one place that knows which model is learned by what."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from adtailor.learn.features import Batch
from adtailor.learn.models import Blend, DeepCross, Factorization, FieldAware, Logistic, Matching, ModelKind, Trees

Arrays = Mapping[str, NDArray[Any]]


class Learner(Protocol):
    """A model that learns online, or that was loaded to score."""

    def learn(self, batch: Batch, labels: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """The logits before each row's label was seen; a row of weight 0 teaches nothing."""
        ...

    def score(self, batch: Batch) -> NDArray[np.float64]:
        """Logits; nothing changes."""
        ...

    def serving(self) -> Arrays:
        """What scoring needs."""
        ...

    def training(self) -> Arrays:
        """What learning on needs besides; nothing where it was loaded to score."""
        ...


def make_learner(
    model: ModelKind, *, fields: int, seed: int, arrays: Arrays | None = None, scoring: bool = False
) -> Learner:
    """A learner that knows nothing yet, or that goes on from arrays; with `scoring`, one that only scores them."""
    from adtailor.learn.blended import BlendLearner
    from adtailor.learn.boosted import TreesLearner
    from adtailor.learn.deep_cross import DeepCrossLearner
    from adtailor.learn.factorized import Factorized
    from adtailor.learn.field_aware import FieldAwareLearner
    from adtailor.learn.logistic import LogisticLearner
    from adtailor.learn.matched import Matched
    from adtailor.learn.two_heads import TwoHeadsLearner

    match model:
        case Factorization():
            return Factorized(model, fields=fields, seed=seed, arrays=arrays, scoring=scoring)
        case Matching():
            return Matched(model, fields=fields, seed=seed, arrays=arrays, scoring=scoring)
        case Logistic():
            return LogisticLearner(model, fields=fields, arrays=arrays, scoring=scoring)
        case FieldAware():
            return FieldAwareLearner(model, fields=fields, seed=seed, arrays=arrays, scoring=scoring)
        case DeepCross():
            return DeepCrossLearner(model, fields=fields, seed=seed, arrays=arrays, scoring=scoring)
        case Trees():
            return TreesLearner(model, fields=fields, seed=seed, arrays=arrays, scoring=scoring)
        case Blend():
            return BlendLearner(model, fields=fields, seed=seed, arrays=arrays, scoring=scoring)
        case _:
            return TwoHeadsLearner(model, fields=fields, seed=seed, arrays=arrays, scoring=scoring)


def copied(learner: Learner, model: ModelKind, *, fields: int, seed: int) -> Learner:
    """The same, to be learned on by itself."""
    arrays = {**learner.serving(), **learner.training()}
    return make_learner(model, fields=fields, seed=seed, arrays=arrays)


def settle(learner: Learner) -> None:
    """Does what a learner has put off: trees grow from all rows so far. Before it is judged, copied or handed out."""
    from adtailor.learn.blended import BlendLearner
    from adtailor.learn.boosted import TreesLearner

    if isinstance(learner, (BlendLearner, TreesLearner)):
        learner.settle()
