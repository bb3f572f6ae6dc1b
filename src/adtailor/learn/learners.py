"""What learns: arrays that a kernel changes row by row, and that a file can hold."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.learn.features import Batch
from adtailor.learn.models import Factorization, Logistic, ModelKind, Table
from adtailor.maths.factorization import fm_learn, fm_score
from adtailor.maths.ftrl import ftrl_learn, linear_score
from adtailor.maths.hashing import rows_of

Arrays = Mapping[str, NDArray[Any]]
_LINE = 64


class Learner(Protocol):
    """A model that learns online."""

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
        """What learning on needs besides."""
        ...

    def copy(self) -> "Learner":
        """The same, to be learned on by itself."""
        ...


def make_learner(model: ModelKind, *, fields: int, seed: int) -> Learner:
    """A learner that knows nothing yet."""
    if isinstance(model, Factorization):
        return FactorizationLearner(model, fields=fields, seed=seed)
    if isinstance(model, Logistic):
        return LogisticLearner(model, fields=fields)
    raise InvalidInput(f"a model of type {type(model).__name__}", hint="learn.Factorization, learn.Logistic, ...")


def restore_learner(model: ModelKind, arrays: Arrays, *, fields: int, seed: int) -> Learner:
    """The learner whose `serving` and `training` arrays these are."""
    if isinstance(model, Factorization):
        return FactorizationLearner(model, fields=fields, seed=seed, arrays=arrays)
    if isinstance(model, Logistic):
        return LogisticLearner(model, fields=fields, arrays=arrays)
    raise InvalidInput(f"a model of type {type(model).__name__}", hint="learn.Factorization, learn.Logistic, ...")


def aligned(rows: int, width: int) -> NDArray[np.float32]:
    """Zeros of shape (rows, width) that start at a cache line; pages that nobody touches take no memory."""
    raw = np.zeros(rows * width + _LINE // 4, dtype=np.float32)
    skip = (-raw.ctypes.data % _LINE) // 4
    return raw[skip : skip + rows * width].reshape(rows, width)


def table_rows(table: Table, batch: Batch) -> NDArray[np.int32]:
    """The rows of a batch's entries, `~row` where only the vector counts."""
    rows = np.empty(len(batch.keys), dtype=np.int32)
    rows_of(batch.keys, table.bits, rows)
    if batch.bare is not None:
        bare = batch.bare[batch.fields]
        rows[bare] = ~rows[bare]
    return rows


class FactorizationLearner:
    """A factorisation machine."""

    def __init__(self, model: Factorization, *, fields: int, seed: int, arrays: Arrays | None = None) -> None:
        self._model = model
        self._fields = fields
        self._seed = seed
        self._rates = np.array(
            [model.vector_rate, model.weight_rate, model.first, model.scale, model.vector_l2, model.weight_l2],
            dtype=np.float32,
        )
        self._sums = np.zeros((2, model.k), dtype=np.float32)
        rows = 1 << model.table.bits
        self.table = aligned(rows, 2 * model.k)
        self.linear = aligned(rows, 2)
        self.bias = np.zeros(2, dtype=np.float64)
        if arrays is not None:
            self.table[:, : model.k] = arrays["vectors"]
            self.table[:, model.k :] = arrays["vector_squares"]
            self.linear[:, 0] = arrays["weights"]
            self.linear[:, 1] = arrays["weight_squares"]
            self.bias[:] = arrays["bias"][0], arrays["bias_squares"][0]

    def learn(self, batch: Batch, labels: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """The logits before each row's label was seen."""
        logits = np.empty(len(batch), dtype=np.float64)
        with np.errstate(over="ignore"):  # hashes wrap around; heard of only where kernels run uncompiled
            rows = table_rows(self._model.table, batch)
            fm_learn(batch.starts, rows, batch.values, labels, weights, self.table, self.linear, self.bias,
                     self._rates, np.uint64(self._seed), self._sums, logits)  # fmt: skip
        return logits

    def score(self, batch: Batch) -> NDArray[np.float64]:
        """Logits."""
        logits = np.empty(len(batch), dtype=np.float64)
        rows = table_rows(self._model.table, batch)
        fm_score(batch.starts, rows, batch.values, self.table, self.linear, self.bias[0], self._sums, logits)
        return logits

    def serving(self) -> Arrays:
        """Vectors, weights, bias."""
        k = self._model.k
        return {"vectors": self.table[:, :k], "weights": self.linear[:, 0], "bias": self.bias[:1]}

    def training(self) -> Arrays:
        """The accumulators."""
        k = self._model.k
        return {
            "vector_squares": self.table[:, k:],
            "weight_squares": self.linear[:, 1],
            "bias_squares": self.bias[1:],
        }

    def copy(self) -> "FactorizationLearner":
        """The same, to be learned on by itself."""
        return FactorizationLearner(
            self._model, fields=self._fields, seed=self._seed, arrays={**self.serving(), **self.training()}
        )


class LogisticLearner:
    """Logistic regression by FTRL-Proximal."""

    def __init__(self, model: Logistic, *, fields: int, arrays: Arrays | None = None) -> None:
        self._model = model
        self._fields = fields
        self._rates = np.array([model.alpha, model.beta, model.l1, model.l2], dtype=np.float32)
        self.state = aligned(1 << model.table.bits, 4)
        self.bias = np.zeros(2, dtype=np.float64)
        if arrays is not None:
            self.state[:, 0] = arrays["weights"]
            self.state[:, 1:] = arrays["followed"]
            self.bias[:] = arrays["bias"][0], arrays["bias_squares"][0]

    def learn(self, batch: Batch, labels: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """The logits before each row's label was seen."""
        logits = np.empty(len(batch), dtype=np.float64)
        rows = table_rows(self._model.table, batch)
        ftrl_learn(batch.starts, rows, batch.values, labels, weights, self.state, self.bias, self._rates, logits)
        return logits

    def score(self, batch: Batch) -> NDArray[np.float64]:
        """Logits."""
        logits = np.empty(len(batch), dtype=np.float64)
        rows = table_rows(self._model.table, batch)
        linear_score(batch.starts, rows, batch.values, self.state[:, 0], self.bias[0], logits)
        return logits

    def serving(self) -> Arrays:
        """Weights and bias."""
        return {"weights": self.state[:, 0], "bias": self.bias[:1]}

    def training(self) -> Arrays:
        """FTRL's z, sum of squares and root."""
        return {"followed": self.state[:, 1:], "bias_squares": self.bias[1:]}

    def copy(self) -> "LogisticLearner":
        """The same, to be learned on by itself."""
        return LogisticLearner(self._model, fields=self._fields, arrays={**self.serving(), **self.training()})


def make_scorer(model: ModelKind, arrays: Arrays, *, fields: int) -> Learner:
    """What only scores, straight from mapped arrays."""
    if isinstance(model, Factorization):
        return FactorizationScorer(model, arrays)
    if isinstance(model, Logistic):
        return LogisticScorer(model, arrays)
    del fields
    raise InvalidInput(f"a model of type {type(model).__name__}", hint="learn.Factorization, learn.Logistic, ...")


class _Scorer:
    def learn(self, batch: Batch, labels: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """Refused: this one was loaded to score."""
        del batch, labels, weights
        raise InvalidInput("a model that was loaded to score", hint="learn.load(path, trainable=True)")

    def training(self) -> Arrays:
        """Nothing."""
        return {}


class FactorizationScorer(_Scorer):
    """A factorisation machine that only scores."""

    def __init__(self, model: Factorization, arrays: Arrays) -> None:
        self._model = model
        self._arrays = {name: arrays[name] for name in ("vectors", "weights", "bias")}
        self.table, self.linear = arrays["vectors"], arrays["weights"].reshape(-1, 1)
        self.bias = float(arrays["bias"][0])
        self._sums = np.zeros((2, model.k), dtype=np.float32)

    def score(self, batch: Batch) -> NDArray[np.float64]:
        """Logits."""
        logits = np.empty(len(batch), dtype=np.float64)
        rows = table_rows(self._model.table, batch)
        fm_score(batch.starts, rows, batch.values, self.table, self.linear, self.bias, self._sums, logits)
        return logits

    def serving(self) -> Arrays:
        """Vectors, weights, bias."""
        return self._arrays

    def copy(self) -> "FactorizationScorer":
        """Itself: it does not change."""
        return self


class LogisticScorer(_Scorer):
    """Logistic regression that only scores."""

    def __init__(self, model: Logistic, arrays: Arrays) -> None:
        self._model = model
        self._arrays = {name: arrays[name] for name in ("weights", "bias")}

    def score(self, batch: Batch) -> NDArray[np.float64]:
        """Logits."""
        logits = np.empty(len(batch), dtype=np.float64)
        rows = table_rows(self._model.table, batch)
        linear_score(batch.starts, rows, batch.values, self._arrays["weights"], float(self._arrays["bias"][0]), logits)
        return logits

    def serving(self) -> Arrays:
        """Weights and bias."""
        return self._arrays

    def copy(self) -> "LogisticScorer":
        """Itself: it does not change."""
        return self
