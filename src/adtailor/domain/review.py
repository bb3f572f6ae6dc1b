"""What speaks against a creative, and what a person decided about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from adtailor.domain.checks import aware_utc
from adtailor.domain.ids import CreativeId

Verdict = Literal["approved", "rejected"]
Rule = Literal["landing", "macro", "personal", "hurry", "policy", "shouting", "marks", "image"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One objection of an automatic check. What `blocks` cannot be approved until it is mended."""

    rule: Rule
    field: str
    says: str
    blocks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The last decision about a creative."""

    creative_id: CreativeId
    verdict: Verdict
    by: str
    at: datetime
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", aware_utc(self.at, "at"))
