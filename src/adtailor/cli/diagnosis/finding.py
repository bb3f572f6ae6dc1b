"""One thing that was looked at."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

State = Literal["ok", "missing", "damaged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What it is, what was found, and what to do if it is not well."""

    section: str
    name: str
    state: State
    found: str
    hint: str | None = None
    is_required: bool = True
    details: dict[str, Any] = field(default_factory=dict[str, Any])
    """More, for machines."""

    @property
    def is_fatal(self) -> bool:
        """Whether adtailor cannot do its work like this."""
        return self.is_required and self.state != "ok"

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        plain = asdict(self)
        return plain | plain.pop("details")
