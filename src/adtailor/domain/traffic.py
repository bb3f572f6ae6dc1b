"""How many of one person's events may be worth money, and whose traffic never is."""

from dataclasses import dataclass

from adtailor.domain.events import EventKind
from adtailor.errors import InvalidInput

RateLimit = tuple[int, int]
"""Seconds, and how many events may fall into that many."""
COUNTED: frozenset[EventKind] = frozenset({"impression", "viewable", "click", "conversion"})
"""What is counted; hiding and reporting are nobody's gain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Per viewer, ad and kind of event; and per network, campaign and kind within a minute."""

    rates: tuple[RateLimit, ...] = ((60, 1), (600, 3), (3_600, 10), (86_400, 25))
    impression_burst: int = 600
    click_burst: int = 30
    conversion_burst: int = 10

    def __post_init__(self) -> None:
        if any(seconds < 1 or most < 1 for seconds, most in self.rates) or self.rates != tuple(sorted(self.rates)):
            raise InvalidInput(
                f"rates of {self.rates}", hint="pairs of seconds and a number, shortest first", field="traffic.rates"
            )
        for name in ("impression_burst", "click_burst", "conversion_burst"):
            if getattr(self, name) < 1:
                raise InvalidInput(f"{getattr(self, name)} is too few", hint="1 or more", field=f"traffic.{name}")

    def burst(self, kind: EventKind) -> int | None:
        """How many events of a kind one network may cause of one campaign within a minute; None for any number."""
        return {
            "impression": self.impression_burst,
            "viewable": self.impression_burst,
            "click": self.click_burst,
            "conversion": self.conversion_burst,
        }.get(kind)
