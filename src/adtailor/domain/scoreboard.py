"""What the proofs of the promises came to, as the statement and the published page tell it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One promise: what it says, how many cases were tried, and whether it held in each."""

    number: int
    says: str
    cases: int
    is_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoreboard:
    """All promises, from one run."""

    made_at: datetime
    version: str
    seed: int
    rows: tuple[Kept, ...]

    @property
    def kept(self) -> int:
        """How many held."""
        return sum(row.is_kept for row in self.rows)
