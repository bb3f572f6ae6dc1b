"""Two public logs of real conversions, bank_marketing and online_shoppers (UCI, CC-BY 4.0)."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.learn.worlds.rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicLog:
    """Rows in the order of the file, one per person; the files do not tell the time, so the order is chance's."""

    name: str
    numbers: tuple[str, ...]
    ids: tuple[str, ...]
    by: str
    table: dict[str, NDArray[np.generic]]
    label: NDArray[np.uint8]

    @property
    def rows(self) -> int:
        return len(self.label)

    def blocks(self) -> Iterator[Rows]:
        place = np.arange(self.rows)
        yield Rows(
            time=place,
            user=place,
            numbers=np.stack([self.table[name].astype(np.float32) for name in self.numbers], axis=1),
            ids=np.stack([_named(self.table[name]) for name in self.ids], axis=1),
            clicked=self.label,
            chance=None,
        )


def bank() -> PublicLog:
    """Who signed up for a deposit after a bank's call: 20 columns."""
    table = _read("bank_marketing")
    label = (table.pop("y") == "yes").astype(np.uint8)
    table.pop("duration")  # known only once the call is over, and with it the answer
    ids = ("job", "marital", "education", "default", "housing", "loan", "contact", "month", "day_of_week", "poutcome")
    return PublicLog(name="bank", numbers=_others(table, ids), ids=ids, by="job", table=table, label=label)


def shoppers() -> PublicLog:
    """Which visits to a shop ended in a purchase: 17 columns."""
    table = _read("online_shoppers")
    label = table.pop("Revenue").astype(np.uint8)
    ids = ("Month", "OperatingSystems", "Browser", "Region", "TrafficType", "VisitorType", "Weekend")
    return PublicLog(name="shoppers", numbers=_others(table, ids), ids=ids, by="TrafficType", table=table, label=label)


def _others(table: dict[str, NDArray[np.generic]], ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in table if name not in ids)


def _read(folder: str) -> dict[str, NDArray[np.generic]]:
    import duckdb

    kept = os.environ.get("ADTAILOR_TEST_DATA")
    if kept is None:
        raise SystemExit(
            f"the log {folder} is read from $ADTAILOR_TEST_DATA/{folder}/dev.parquet: set ADTAILOR_TEST_DATA"
        )
    found = duckdb.execute("select * from read_parquet(?)", [str(Path(kept) / folder / "dev.parquet")]).fetchnumpy()
    return {name: np.asarray(values) for name, values in found.items()}


def _named(values: NDArray[np.generic]) -> NDArray[np.int64]:
    """A 63-bit id per value, as a log of hashed ids would hold it."""
    known, inverse = np.unique(values.astype(str), return_inverse=True)
    names = [int.from_bytes(blake2b(value.encode(), digest_size=8).digest(), "big") >> 1 for value in known]
    return np.array(names, dtype=np.int64)[inverse]
