"""What would have been shown where another server decided: weighed beside it, and changing nothing.

No budget, cap, record or click model learns of it. What is told is an estimate and is marked as one: grade D where it
rests on bids alone, E where it rests on the click model's own expectation. Neither may be called a lift: nobody has
seen these ads, and nobody has clicked on them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.decision import DecisionRequest, Filled
from adtailor.domain.ids import AdId, PlacementId
from adtailor.domain.money import Micros
from adtailor.journeys.fill_page import FillPage
from adtailor.maths.bootstrap import Estimate, Weights, draw

Verdict = Literal["same ad", "another ad", "would fill", "would not fill", "both empty"]
VERDICTS: tuple[Verdict, ...] = ("same ad", "another ad", "would fill", "would not fill", "both empty")
Grade = Literal["D", "E"]
GRADES: Mapping[Grade, str] = {
    "D": "computed from bids alone; no auction was held with it, and no click observed",
    "E": "expected by our own click model, of clicks that nobody observed",
}
LEAST_REQUESTS = 30
"""With fewer a mean says nothing, and no interval is told."""
ROUNDS, LEVEL = 1000, 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the other server showed in one place, and what a thousand such impressions brought it, if it is known."""

    ad_id: AdId | None = None
    price: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One decision of another server; `at` is when, or None for now."""

    request: DecisionRequest
    shown: Mapping[PlacementId, Shown]
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One place: what was shown, and what would have been."""

    placement_id: PlacementId
    verdict: Verdict
    shown: Shown
    would: AdId | None
    would_bring: Micros
    """What a thousand impressions would be expected to bring, by its price; 0 where nothing would stand."""
    no_fill: str | None
    grade: Grade

    @property
    def difference(self) -> int | None:
        """What would have been brought, less what was, for a thousand impressions; None where that is not known."""
        return None if self.shown.price is None else self.would_bring - self.shown.price


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All places together. The interval is that of chance in the requests alone: it knows nothing of a wrong model."""

    requests: int
    places: int
    verdicts: Mapping[Verdict, int]
    grade: Grade
    priced: int
    """Places of which it is known what was brought."""
    brought: float | None
    """Per thousand impressions, in micros, where it is known."""
    would_bring: float | None
    difference: Estimate | None


class Shadow:
    """Weighs another server's decisions."""

    def __init__(self, fill_page: FillPage) -> None:
        self._fill_page = fill_page

    def compare(self, entry: Entry, *, now: datetime, random: Random) -> tuple[Compared, ...]:
        """One decision: by today's catalogue and budgets, and what is known today of page and person."""
        page = self._fill_page.would(entry.request, now=entry.at or now, random=random, explores=False)
        return tuple(
            _compared(filled, entry.shown.get(filled.placement_id, Shown())) for filled in page.decision.placements
        )


def summary(compared: Iterable[Sequence[Compared]], *, seed: int = 7) -> Summary:
    """The counts, and the mean difference with its interval; requests are drawn again, not places."""
    requests = [tuple(one) for one in compared]
    places = [place for request in requests for place in request]
    verdicts = Counter(place.verdict for place in places)
    priced = [place for place in places if place.shown.price is not None]
    known = [[place.difference for place in request if place.difference is not None] for request in requests]
    totals = np.array([(sum(some), len(some)) for some in known if some], dtype=np.float64).reshape(-1, 2)
    return Summary(
        requests=len(requests),
        places=len(places),
        verdicts={verdict: verdicts[verdict] for verdict in VERDICTS},
        grade="E" if any(place.grade == "E" for place in places) else "D",
        priced=len(priced),
        brought=_mean([place.shown.price or 0 for place in priced]),
        would_bring=_mean([place.would_bring for place in priced]),
        difference=_interval(totals, seed) if len(totals) >= LEAST_REQUESTS else None,
    )


def _compared(filled: Filled, shown: Shown) -> Compared:
    won = filled.won
    verdict: Verdict
    if won is None:
        verdict = "both empty" if shown.ad_id is None else "would not fill"
    elif shown.ad_id is None:
        verdict = "would fill"
    else:
        verdict = "same ad" if won.ad_id == shown.ad_id else "another ad"
    return Compared(
        placement_id=filled.placement_id,
        verdict=verdict,
        shown=shown,
        would=None if won is None else won.ad_id,
        would_bring=Micros(0) if won is None else won.thousand_worth,
        no_fill=None if filled.no_fill is None else filled.no_fill.code,
        grade="E" if won is not None and won.bid_kind != "cpm" else "D",
    )


def _mean(values: Sequence[int]) -> float | None:
    return sum(values) / len(values) if values else None


def _interval(totals: NDArray[np.float64], seed: int) -> Estimate:
    def mean(weights: Weights) -> NDArray[np.float64]:
        return (weights @ totals[:, 0]) / (weights @ totals[:, 1])

    drawn = draw(mean, len(totals), rounds=ROUNDS, rng=np.random.default_rng(seed))
    return drawn.estimates(level=LEVEL)[0]
