r"""A learned model as the ranker of the decision engine: `ports.Ranker`, from what it learned of the engine's own log.

A `Matching` model factorises as the port asks. With $m_s$ what a missing signal $s$ says (its vector and weight are
learned like any other), an ad's vector is $[\sum_{j \in A} v_j x_j,\ 1]$, its bias its own weights and
$\sum_s m_s$ met with it, and the part of a signal is $[v_s - m_s,\ w_s - w_{m_s}]$. Leaving the part out is then
exactly a request without the signal, and the sum of all parts is exactly the model's logit.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.buying import Inventory
from adtailor.domain.decision import Evidence
from adtailor.domain.signals import Signal
from adtailor.errors import ModelUnavailable
from adtailor.learn.ad_log import (
    AD_FIELDS,
    FEATURES,
    MOMENT_FIELDS,
    SIGNAL_FIELDS,
    ad_columns,
    fact_columns,
    moment_values,
    request_values,
    served,
)
from adtailor.learn.calibrating import Platt, Uncalibrated
from adtailor.learn.columns import column
from adtailor.learn.features import Batch
from adtailor.learn.fields import MultiValue
from adtailor.learn.matched import Matched
from adtailor.learn.model import Model
from adtailor.ports import AdFacts, AdSide, RequestSide

_REMEMBERED = 65_536
"""Values whose vectors are kept at hand."""


class AdRanker:
    """`ports.Ranker`: hands out what a `Matching` model learned, exactly, a part for each signal."""

    def __init__(self, model: Model, *, name: str) -> None:
        learner, calibration = model.learner, model.about.calibration
        declared = tuple(field.name for field in model.encoder.fields)
        if not isinstance(learner, Matched) or declared != tuple(field.name for field in FEATURES.fields):
            raise ModelUnavailable(
                f"{name} is no model of this engine's log", hint="train one with `adtailor train clicks`"
            )
        if calibration.by_field or not isinstance(calibration.whole, (Platt, Uncalibrated)):
            raise ModelUnavailable(
                f"{name} is calibrated by {calibration}", hint="one that serves is calibrated by Platt, or not at all"
            )
        self._name = name
        self._model = model
        self._learner = learner
        self._k = learner.model.k
        self._places = {field.name: place for place, field in enumerate(model.encoder.fields)}
        whole = calibration.whole
        self._slope, self._shift = (whole.slope, whole.shift) if isinstance(whole, Platt) else (1.0, 0.0)
        self._shift += calibration.level
        arrays = learner.serving()
        self._vectors, self._weights = arrays["vectors"], arrays["weights"]
        self._value = lru_cache(maxsize=_REMEMBERED)(self._learned)
        self._missing = {signal: self._sum(fields, dict.fromkeys(fields)) for signal, fields in SIGNAL_FIELDS.items()}
        self._unasked = np.sum(list(self._missing.values()), axis=0, dtype=np.float64)

    @property
    def name(self) -> str:
        """Name and version."""
        return self._name

    def ad_side(self, inventory: Inventory) -> AdSide:
        """One row for each of `inventory.ads`, in their order."""
        return self._side(ad_columns(inventory), len(inventory.ads))

    def side_of(self, facts: AdFacts) -> AdSide:
        """The same of their facts alone."""
        return self._side(fact_columns(facts), len(facts.ad_ids))

    def acquainted(self, advertiser_ids: Sequence[str]) -> "AdRanker":  # noqa: ARG002  # the port's shape
        """Itself: what it learned of an advertiser does not depend on who else there is."""
        return self

    def _side(self, columns: Mapping[str, list[Any]], count: int) -> AdSide:
        vectors = np.zeros((count, self._k + 1), dtype=np.float32)
        vectors[:, -1] = 1.0
        own = np.zeros(count)
        if count:
            only = [self._places[field] for field in AD_FIELDS]
            batch = self._model.encoder.encode({field: column(field, columns[field]) for field in AD_FIELDS}, only=only)
            rows = self._places_of(batch)
            owner = np.repeat(np.arange(count), np.diff(batch.starts))
            np.add.at(vectors[:, :-1], owner, self._vectors[rows] * batch.values[:, None])
            np.add.at(own, owner, self._weights[rows] * batch.values)
        # What requests say by saying nothing is the same for all of them: it is the ad's own.
        bias = own + vectors.astype(np.float64) @ self._unasked
        return AdSide(
            bias=(self._slope * (bias + self._learner.bias) + self._shift).astype(np.float32),
            vectors=(vectors * np.float32(self._slope)).astype(np.float32),
        )

    def request_side(self, evidence: Evidence) -> RequestSide:
        """A row for each signal that says something; affect and tone are not looked at."""
        said = request_values(served(evidence))
        signals: list[Signal] = []
        parts: list[NDArray[np.float64]] = []
        for signal, fields in SIGNAL_FIELDS.items():
            if any(said[field] for field in fields):
                signals.append(signal)
                parts.append(self._sum(fields, said) - self._missing[signal])
        moment = self._sum(MOMENT_FIELDS, moment_values(evidence.moment))
        return RequestSide(
            bias=self._slope * float(moment[-1]),
            signals=tuple(signals),
            parts=np.array(parts, dtype=np.float32).reshape(len(parts), self._k + 1),
        )

    def _sum(self, fields: Sequence[str], values: Mapping[str, Any]) -> NDArray[np.float64]:
        total = np.zeros(self._k + 1)
        for field in fields:
            value = values[field]
            if isinstance(value, tuple):
                shares = sorted(set(value)) or [None]
                for one in shares:
                    total += self._value(field, one) / len(shares)
            else:
                total += self._value(field, value)
        return total

    def _learned(self, field: str, value: str | None) -> NDArray[np.float64]:
        """Vector and weight of one value of a field; None is the value that stands for none."""
        place = self._places[field]
        is_list = isinstance(self._model.encoder.fields[place], MultiValue)
        given = [([value] if value is not None else None) if is_list else value]
        batch = self._model.encoder.encode({field: column(field, given)}, only=[place])
        row = int(self._places_of(batch)[0])
        return np.concatenate((self._vectors[row], self._weights[row : row + 1])).astype(np.float64)

    def _places_of(self, batch: Batch) -> NDArray[np.int32]:
        return self._learner.places.of(batch.keys, batch.fields)
