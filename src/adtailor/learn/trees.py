"""The baseline in every report: gradient-boosted trees, on the same rows, because on small vocabularies they win."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.learn.columns import Columns
from adtailor.learn.features import Encoder
from adtailor.learn.fields import Cross, MultiValue, Number, Sequence, Vector
from adtailor.learn.parts import TEST, TRAIN, VALIDATION
from adtailor.maths.hashing import mixed_all

MOST_ROWS = 200_000
"""Rows of each part that the trees see."""
MOST_CATEGORIES = 250
ROUNDS = 400
PATIENCE = 30
MISSING = "no trees to compare with: LightGBM is not installed (pip install 'adtailor[train]')"

Floats = NDArray[np.float64]


@dataclass(slots=True, kw_only=True)
class TreeRows:
    """Rows as trees read them, gathered during the pass."""

    encoder: Encoder
    parts: list[NDArray[np.int8]] = field(default_factory=list)
    places: list[NDArray[np.int64]] = field(default_factory=list)
    labels: list[NDArray[np.float32]] = field(default_factory=list)
    columns: list[dict[str, NDArray[Any]]] = field(default_factory=list)

    def add(
        self, first: int, columns: Columns, parts: NDArray[np.int8], labels: NDArray[np.float32], sizes: list[float]
    ) -> None:
        """Some rows of a block, drawn by their place, so that each part has about as many as the trees can see."""
        places = np.arange(first, first + len(parts), dtype=np.int64)
        with np.errstate(over="ignore"):
            drawn = mixed_all(places.view(np.uint64), np.uint64(31)) / 2.0**64
        rates = np.array([min(1.0, MOST_ROWS / size) if size else 0.0 for size in sizes])
        kept = np.flatnonzero(drawn < rates[parts])
        self.parts.append(parts[kept])
        self.places.append(places[kept])
        self.labels.append(labels[kept])
        self.columns.append(self._read(columns, kept))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything gathered so far, for a checkpoint."""
        if not self.parts:
            return {}
        found: dict[str, NDArray[Any]] = {
            "parts": np.concatenate(self.parts),
            "places": np.concatenate(self.places),
            "labels": np.concatenate(self.labels),
        }
        return found | {f"column.{n}": np.concatenate([b[n] for b in self.columns]) for n in self.columns[0]}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """What a checkpoint held."""
        if arrays:
            self.parts, self.places, self.labels = [arrays["parts"]], [arrays["places"]], [arrays["labels"]]
            named = {n.removeprefix("column."): array for n, array in arrays.items() if n.startswith("column.")}
            self.columns = [named]

    def _read(self, columns: Columns, kept: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        found: dict[str, NDArray[Any]] = {}
        for one in self.encoder.fields:
            if isinstance(one, Number):
                column = columns[one.column].take(kept)
                values = column.values.astype(np.float64)
                found[one.name] = values if column.valid is None else np.where(column.valid, values, np.nan)
            elif isinstance(one, Vector):
                column = columns[one.column].take(kept)
                matrix = np.full((len(kept), one.dim), np.nan)
                if column.lists is not None:
                    matrix[np.diff(column.lists) > 0] = column.values.reshape(-1, one.dim)
                found |= {f"{one.name}.{d}": matrix[:, d] for d in range(one.dim)}
            elif isinstance(one, (MultiValue, Sequence)):
                lists = columns[one.column].take(kept).lists
                found[f"{one.name} (how many)"] = (
                    np.zeros(len(kept)) if lists is None else np.diff(lists).astype(np.float64)
                )
            elif isinstance(one, Cross):
                continue  # trees make their own
            else:
                found[one.name] = self.encoder.raw(one.column, {one.column: columns[one.column].take(kept)})
        return found

    def fit(self, *, seed: int) -> tuple[NDArray[np.int64], Floats, int] | None:
        """Places of the test rows, what the trees believe of them, and how many rows taught; None without LightGBM."""
        try:
            import lightgbm
        except ImportError:
            return None
        parts, places = np.concatenate(self.parts), np.concatenate(self.places)
        labels = np.concatenate(self.labels).astype(np.float64)
        named = {name: np.concatenate([block[name] for block in self.columns]) for name in self.columns[0]}
        matrix, categorical = _matrix(named, parts == TRAIN)
        settings = {"objective": "binary", "learning_rate": 0.05, "num_leaves": 31, "min_data_per_group": 20,
                    "num_threads": 1, "deterministic": True, "force_row_wise": True, "seed": seed,
                    "verbosity": -1}  # fmt: skip

        def rows_of(some: NDArray[np.bool_]) -> Any:
            return lightgbm.Dataset(matrix[some], labels[some].clip(0, 1), categorical_feature=categorical)

        rounds, checked = ROUNDS // 4, parts == VALIDATION
        if checked.any():
            taught = rows_of(parts == TRAIN)
            stopping = taught.create_valid(matrix[checked], labels[checked].clip(0, 1))
            callbacks: list[Any] = [lightgbm.early_stopping(PATIENCE, verbose=False)]
            found = lightgbm.train(settings, taught, ROUNDS, valid_sets=[stopping], callbacks=callbacks)
            rounds = max(found.best_iteration, 1)
        # Then from both parts, as the model they are compared with.
        teaching = (parts == TRAIN) | checked
        booster = lightgbm.train(settings, rows_of(teaching), rounds)
        chances = np.asarray(booster.predict(matrix[parts == TEST]), dtype=np.float64)
        return places[parts == TEST], chances, int(teaching.sum())


def _matrix(named: dict[str, NDArray[Any]], teach: NDArray[np.bool_]) -> tuple[Floats, list[int]]:
    # An id is its rank by frequency among the rows that teach, and how frequent it is; rare ones share a category.
    columns: list[Floats] = []
    categorical: list[int] = []
    for values in named.values():
        if values.dtype != np.uint64:
            columns.append(values)
            continue
        known, counts = np.unique(values[teach], return_counts=True)
        order = np.argsort(-counts, kind="stable")
        rank = np.empty(len(known))
        rank[order] = np.arange(len(known))
        at = np.searchsorted(known, values).clip(0, max(len(known) - 1, 0))
        found = known[at] == values if len(known) else np.zeros(len(values), dtype=np.bool_)
        codes = np.where(found, rank[at], MOST_CATEGORIES).clip(0, MOST_CATEGORIES)
        categorical.append(len(columns))
        columns.append(codes)
        if len(known) > MOST_CATEGORIES:
            columns.append(np.where(found, counts[at], 0).astype(np.float64))
    return np.column_stack(columns), categorical
