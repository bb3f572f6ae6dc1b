"""The auction of one page: sifted, weighed, ranked and allocated, and ready to be held again without some signals."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from adtailor.decide.allocate import Allocation, Draw, Slots, allocate, propensities
from adtailor.decide.bits import BIT
from adtailor.decide.catalogue import Catalogue
from adtailor.decide.eligibility import Asked, Sifted, sift
from adtailor.decide.quality import affect_weights, tone_weights
from adtailor.decide.vcg import allocate_by_worth, propensities_by_worth
from adtailor.domain.decision import Evidence, Pricing
from adtailor.domain.signals import SIGNALS, Signal
from adtailor.errors import ModelUnavailable
from adtailor.maths.names import stable_hash
from adtailor.maths.scoring import BEST, Query, Ranking
from adtailor.maths.screening import Contest
from adtailor.ports import Ranker, RequestSide

_WITH_ALL = np.zeros(1, dtype=np.uint8)
FIRST, FOR_EACH = 16, 8
"""How many of the best are looked at first: these, and as many for each slot."""
DEEPER = 32
"""How many times as many are looked at next, and so on to all of them: one advertiser may hold all the best."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Auction:
    """What one page's auction came to, and all it takes to hold it again on the same snapshot and the same chance."""

    asked: Asked
    catalogue: Catalogue
    slots: Slots
    drawn: Draw
    pricing: Pricing
    signals: tuple[Signal, ...]
    """The signals in play."""
    sifted: Sifted
    contest: Contest
    ranking: Ranking
    """First with all signals; if more rows, then without each signal in play."""
    allocation: Allocation
    propensities: NDArray[np.float64]

    @property
    def winners(self) -> NDArray[np.int32]:
        """The ad in each slot, by its place in the catalogue; -1 for none."""
        return self.allocation.ads[0]

    def winners_without(self, sets: Sequence[int]) -> NDArray[np.int32]:
        """The same had some signals not been there: a row for each set, given as bits; shape (sets, slots)."""
        left_out, best = np.array(sets, dtype=np.uint8), 4 * len(self.slots) + 4
        return self._certain(self._allocated(left_out, best), left_out, best)

    @property
    def winners_without_each(self) -> NDArray[np.int32]:
        """The same without each of the signals in play, one at a time; shape (signals, slots)."""
        allocation = self.allocation
        if len(allocation.ads) <= len(self.signals):
            return self.winners_without([BIT[signal] for signal in self.signals])
        left_out = np.array([0, *(BIT[signal] for signal in self.signals)], dtype=np.uint8)
        return self._certain(allocation, left_out, _depth(self.slots), first=1)[1:]

    def _certain(
        self, allocation: Allocation, left_out: NDArray[np.uint8], best: int, *, first: int = 0
    ) -> NDArray[np.int32]:
        """The winners, looked for deeper in those rows whose list was too short."""
        winners = allocation.ads
        for row in np.flatnonzero(allocation.dry).tolist():
            for deeper in _deeper(best, self.contest) if row >= first else ():
                deep = self._allocated(left_out[row : row + 1], deeper)
                winners[row] = deep.ads[0]
                if not deep.dry[0]:
                    break
        return winners

    def _allocated(self, left_out: NDArray[np.uint8], best: int) -> Allocation:
        ranking = self.contest.rank(left_out, best=best)
        return _allocated(ranking, self.slots, self.drawn, self.catalogue, self.pricing, in_full=0)


def hold(
    asked: Asked,
    slots: Slots,
    drawn: Draw,
    *,
    catalogue: Catalogue,
    ranker: Ranker,
    pricing: Pricing = "gsp",
    explains: bool = True,
) -> Auction:
    """Sift, weigh, rank and allocate; exact, however many ads a format or an advertiser takes out of the best.

    Where it is going to be explained, the page without each signal comes along: it takes little more.
    """
    if ranker.name != catalogue.ranker:
        raise ModelUnavailable(
            f"the catalogue was built for {catalogue.ranker}, not {ranker.name}", hint="build it again for this ranker"
        )
    sifted = sift(asked, catalogue)
    query = _query(asked, _checked(ranker.request_side(asked.evidence), ranker.name, catalogue))
    signals = in_play(asked.evidence)
    foreseen = np.array([0, *(BIT[signal] for signal in signals)], dtype=np.uint8) if explains else _WITH_ALL
    best = _depth(slots)
    contest = Contest(catalogue.scoring, query, sifted.eligibility, foreseen=foreseen, best=best)
    page = _filled(contest, foreseen, slots, drawn, catalogue, pricing=pricing, best=best)
    for deeper in _deeper(best, contest) if page.is_short else ():
        page = _filled(contest, _WITH_ALL, slots, drawn, catalogue, pricing=pricing, best=deeper)
        if not page.is_short:
            break
    return Auction(
        asked=asked,
        catalogue=catalogue,
        slots=slots,
        drawn=drawn,
        pricing=pricing,
        signals=signals,
        sifted=sifted,
        contest=contest,
        ranking=_in_micros(page.ranking, catalogue),
        allocation=page.allocation,
        propensities=page.propensities,
    )


def in_play(evidence: Evidence) -> tuple[Signal, ...]:
    """The signals for which there is something to go by; that a page was read, and is about nothing, is something.

    >>> in_play(Evidence(context_topics={}, interests={}))
    ('context topics',)
    """
    known: dict[Signal, bool] = {
        "context topics": evidence.context_topics is not None or evidence.context_keywords is not None,
        "context tone": evidence.context_tone is not None,
        "interests": bool(evidence.interests or evidence.segments),
    }
    return tuple(signal for signal in SIGNALS if known.get(signal) or (signal not in known and _says(evidence, signal)))


def _says(evidence: Evidence, signal: Signal) -> bool:
    return bool(getattr(evidence, signal))


def _deeper(best: int, contest: Contest) -> Generator[int]:
    while best < len(contest):
        best = min(best * DEEPER, len(contest))
        yield best


def _depth(slots: Slots) -> int:
    return min(BEST, FIRST + FOR_EACH * len(slots))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    ranking: Ranking
    allocation: Allocation
    propensities: NDArray[np.float64]
    is_short: bool
    """Whether the list of the first row ended before its answer was certain."""


def _filled(
    contest: Contest,
    left_out: NDArray[np.uint8],
    slots: Slots,
    drawn: Draw,
    catalogue: Catalogue,
    *,
    pricing: Pricing,
    best: int,
) -> _Page:
    """The page, first with all signals, then without those of the other rows of `left_out`."""
    ranking = contest.rank(left_out, best=best)
    allocation = _allocated(ranking, slots, drawn, catalogue, pricing, in_full=1)
    if pricing == "vcg":
        chances, is_short = propensities_by_worth(allocation, drawn), False
    else:
        chances, is_short = propensities(ranking, allocation, slots, drawn, catalogue)
    return _Page(
        ranking=ranking,
        allocation=allocation,
        propensities=chances,
        is_short=bool(allocation.dry[0]) or is_short,
    )


def _allocated(
    ranking: Ranking, slots: Slots, drawn: Draw, catalogue: Catalogue, pricing: Pricing, *, in_full: int
) -> Allocation:
    by = allocate_by_worth if pricing == "vcg" else allocate
    return by(ranking, slots, drawn, catalogue, in_full=in_full)


def _in_micros(ranking: Ranking, catalogue: Catalogue) -> Ranking:
    """Without the scale of the tiers; powers of two come and go without a trace."""
    if not catalogue.tiers.is_mixed:
        return ranking
    kept = np.arange(ranking.ads.shape[1]) < ranking.kept[:, None]
    scale = catalogue.tiers.scale[np.where(kept, ranking.ads, 0)]
    values, qualities = np.where(kept, ranking.values, 0.0), np.where(kept, ranking.qualities, 0.0)
    return replace(ranking, values=values / scale, qualities=qualities / scale)


def _query(asked: Asked, side: RequestSide) -> Query:
    return Query(
        bias=side.bias,
        parts=side.parts,
        part_bits=np.array([BIT[signal] for signal in side.signals], dtype=np.uint8),
        tone=tone_weights(asked.evidence.context_tone),
        affect=affect_weights(asked.evidence.affect),
        tone_bit=BIT["context tone"],
        affect_bit=BIT["affect"],
        tie_hash=stable_hash(asked.request.request_id),
    )


def _checked(side: RequestSide, ranker: str, catalogue: Catalogue) -> RequestSide:
    parts = np.ascontiguousarray(side.parts, dtype=np.float32)
    expected = (len(side.signals), catalogue.scoring.width)
    if parts.shape != expected:
        raise ModelUnavailable(f"{ranker} gave parts of shape {parts.shape}", hint=f"request_side gives {expected}")
    if not (np.isfinite(side.bias) and np.isfinite(parts).all()):
        raise ModelUnavailable(f"{ranker} gave a number that is not finite", hint="train it again, or use another")
    if barred := {"affect", "context tone"} & set(side.signals):
        raise ModelUnavailable(f"{ranker} used {sorted(barred)}", hint="a click model sees neither affect nor tone")
    return RequestSide(bias=side.bias, signals=side.signals, parts=parts)
