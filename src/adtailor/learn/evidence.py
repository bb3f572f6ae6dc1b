"""What was believed of rows before their labels were seen, kept until it has been judged."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """Rows of one part, first axis: rows."""

    rows: NDArray[np.int64]
    """Their places in the log."""
    labels: Floats
    logits: Floats
    groups: NDArray[np.uint64]
    """Raw values of the group column; each row its own where none was named."""
    raws: dict[str, NDArray[np.uint64]]
    """Raw values of the columns to report by and to calibrate by."""
    weights: Floats

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, places: NDArray[np.int64]) -> "Believed":
        """Some of the rows."""
        return Believed(
            rows=self.rows[places],
            labels=self.labels[places],
            logits=self.logits[places],
            groups=self.groups[places],
            raws={name: raw[places] for name, raw in self.raws.items()},
            weights=self.weights[places],
        )

    def head(self, place: int) -> "Believed":
        """Of several heads, one."""
        return replace(self, labels=self.labels[:, place], logits=self.logits[:, place])


@dataclass(slots=True)
class Collector:
    """Gathers believed rows block by block."""

    parts: list[Believed] = field(default_factory=list)

    def add(self, part: Believed) -> None:
        """One more block."""
        if len(part):
            self.parts.append(part)

    def joined(self) -> Believed:
        """All of them."""
        parts = self.parts
        names = parts[0].raws if parts else {}
        return Believed(
            rows=_cat([p.rows for p in parts], np.int64),
            labels=_cat([p.labels for p in parts], np.float64),
            logits=_cat([p.logits for p in parts], np.float64),
            groups=_cat([p.groups for p in parts], np.uint64),
            raws={name: _cat([p.raws[name] for p in parts], np.uint64) for name in names},
            weights=_cat([p.weights for p in parts], np.float64),
        )


def _cat(parts: list[NDArray[Any]], kind: type) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=kind)
