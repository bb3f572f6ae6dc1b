"""Many ads for one request: the request is summed once, each ad was summed when the catalogue changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.learn.columns import Columns, column
from adtailor.learn.factorized import Factorized
from adtailor.learn.features import Encoder
from adtailor.learn.fields import Cross
from adtailor.learn.models import Matching
from adtailor.learn.places import rows_for
from adtailor.maths.factorization import fm_joint, fm_meet, fm_sides
from adtailor.maths.hashing import crossed, salt_of, salted

if TYPE_CHECKING:
    from adtailor.learn.model import Model

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What the entries of one side add by themselves, and their summed vectors; `vectors` has shape (k, rows)."""

    biases: Floats
    vectors: NDArray[np.float32]


class Ads:
    """Ads as a factorisation machine sees them, cached. Made by `Model.ads`.

    A field belongs to the ads if all its columns were given with them, to the request if none was; a cross of both
    is looked up for every pair. Built from one state of the model: build it again for another.
    """

    def __init__(self, model: "Model", ads: Mapping[str, Any]) -> None:
        learner = model.learner
        if not isinstance(learner, Factorized) or isinstance(model.about.model, Matching):
            raise InvalidInput(
                f"cached ads of {type(model.about.model).__name__}",
                hint="learn.Factorization factorises and serves a million ads; others re-rank its best: Model.score",
            )
        self._model, self._learner = model, learner
        encoder = model.encoder
        self._columns: Columns = {name: column(name, ads[name]) for name in encoder.columns if name in ads}
        given = [sum(name in self._columns for name in field.columns) for field in encoder.fields]
        own = [n for n, field in enumerate(encoder.fields) if given[n] == len(field.columns)]
        self._joint = [n for n, field in enumerate(encoder.fields) if 0 < given[n] < len(field.columns)]
        self._request = [n for n, count in enumerate(given) if count == 0]
        if not own and not self._joint:
            raise InvalidInput(
                f"no feature of the model is among {', '.join(sorted(ads)) or 'nothing'}",
                hint="give the ads' columns under the names they were learned by",
            )
        self.size = len(next(iter(self._columns.values())))
        self.side = side_of(encoder, learner, self._columns, own, self.size)
        self._raws: list[tuple[Cross, bool, NDArray[np.uint64]]] = []
        for n in self._joint:
            field = encoder.fields[n]
            if isinstance(field, Cross):
                ours = field.left if field.left in self._columns else field.right
                self._raws.append((field, ours == field.left, encoder.raw(ours, self._columns)))

    @property
    def request_columns(self) -> tuple[str, ...]:
        """What a request has to bring."""
        names = [name for n in (*self._request, *self._joint) for name in self._model.encoder.fields[n].columns]
        return tuple(name for name in dict.fromkeys(names) if name not in self._columns)

    def logits(self, request: Mapping[str, Any]) -> Floats:
        """The logit of each ad for one request, given as one value for each column, before calibration."""
        columns = {name: column(name, [request[name]]) for name in self.request_columns if name in request}
        model, learner = self._model, self._learner
        side = side_of(model.encoder, learner, columns, self._request, 1)
        mine = np.ascontiguousarray(side.vectors[:, 0])
        logits = np.empty(self.size, dtype=np.float64)
        fm_meet(mine, float(learner.bias + side.biases[0]), self.side.vectors, self.side.biases, logits)
        if self._raws:
            rows = np.empty((self.size, len(self._raws)), dtype=np.int32)
            for n, (field, left, raw) in enumerate(self._raws):
                other = field.right if left else field.left
                if other not in columns:
                    raise InvalidInput(
                        f"no column {other!r} in the request", hint="give it, None for what is not known", field=other
                    )
                rows[:, n] = self._pair_rows(
                    self._joint[n], field, raw, model.encoder.raw(other, columns), ads_left=left
                )
            fm_joint(rows, learner.table, learner.linear, mine, self.side.vectors, logits)
        return logits

    def score(self, request: Mapping[str, Any]) -> Floats:
        """The calibrated chance of each ad for one request."""
        logits = self.logits(request)
        columns: dict[str, Any] = dict(self._columns)
        for name in self._model.about.calibration.columns:
            if name not in columns and name in request:
                columns[name] = column(name, [request[name]] * self.size)
        return self._model.calibrated(logits, columns)

    def _pair_rows(
        self, place: int, field: Cross, ads: NDArray[np.uint64], request: NDArray[np.uint64], *, ads_left: bool
    ) -> NDArray[np.int32]:
        theirs = np.full(self.size, request[0], dtype=np.uint64)
        pairs = np.empty(self.size, dtype=np.uint64)
        keys = np.empty(self.size, dtype=np.uint64)
        with np.errstate(over="ignore"):  # hashes wrap around; heard of only where kernels run uncompiled
            crossed(ads if ads_left else theirs, theirs if ads_left else ads, pairs)
            salted(pairs, salt_of(field.name), np.arange(self.size, dtype=np.int64), keys)
            return self._learner.places.of(keys, np.full(self.size, place, dtype=np.int16))


def side_of(encoder: Encoder, learner: Factorized, columns: Columns, places: list[int], rows: int) -> Side:
    """The sums of some fields, by place, for each row."""
    k = learner.model.k
    side = Side(biases=np.zeros(rows), vectors=np.zeros((k, rows), dtype=np.float32))
    if places:
        batch = encoder.encode(columns, places)
        fm_sides(
            batch.starts,
            rows_for(learner.places, batch),
            batch.values,
            learner.table,
            learner.linear,
            side.vectors,
            side.biases,
            np.zeros((2, k), dtype=np.float32),
        )
    return side
