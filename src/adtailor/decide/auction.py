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
    """One row: with all signals."""
    allocation: Allocation
    propensities: NDArray[np.float64]

    @property
    def winners(self) -> NDArray[np.int32]:
        """The ad in each slot, by its place in the catalogue; -1 for none."""
        return self.allocation.ads[0]

    def winners_without(self, sets: Sequence[int]) -> NDArray[np.int32]:
        """The same had some signals not been there: a row for each set, given as bits; shape (sets, slots)."""
        left_out = np.array(sets, dtype=np.uint8)
        ranking = self.contest.rank(left_out, best=_depth_without(self.slots))
        allocation = _allocated(ranking, self.slots, self.drawn, self.catalogue, self.pricing, in_full=False)
        winners = allocation.ads
        for row in np.flatnonzero(allocation.dry).tolist():
            for best in _deeper(_depth_without(self.slots), self.contest):
                again = self.contest.rank(left_out[row : row + 1], best=best)
                deep = _allocated(again, self.slots, self.drawn, self.catalogue, self.pricing, in_full=False)
                winners[row] = deep.ads[0]
                if not deep.dry[0]:
                    break
        return winners


def hold(
    asked: Asked, slots: Slots, drawn: Draw, *, catalogue: Catalogue, ranker: Ranker, pricing: Pricing = "gsp"
) -> Auction:
    """Sift, weigh, rank and allocate; exact, however many ads a format or an advertiser takes out of the best 64."""
    if ranker.name != catalogue.ranker:
        raise ModelUnavailable(
            f"the catalogue was built for {catalogue.ranker}, not {ranker.name}", hint="build it again for this ranker"
        )
    sifted = sift(asked, catalogue)
    query = _query(asked, _checked(ranker.request_side(asked.evidence), ranker.name, catalogue))
    signals = in_play(asked.evidence)
    foreseen = np.array([0, *(BIT[signal] for signal in signals)], dtype=np.uint8)
    best = min(BEST, FIRST + FOR_EACH * len(slots))
    depth = [best, *[_depth_without(slots)] * len(signals)]
    contest = Contest(catalogue.scoring, query, sifted.eligibility, foreseen=foreseen, best=depth)
    ranking, allocation, chances, is_short = _filled(contest, slots, drawn, catalogue, pricing=pricing, best=best)
    for deeper in _deeper(best, contest) if is_short else ():
        ranking, allocation, chances, is_short = _filled(contest, slots, drawn, catalogue, pricing=pricing, best=deeper)
        if not is_short:
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
        ranking=_in_micros(ranking, catalogue),
        allocation=allocation,
        propensities=chances,
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


def _depth_without(slots: Slots) -> int:
    return 4 * len(slots) + 4


def _filled(
    contest: Contest, slots: Slots, drawn: Draw, catalogue: Catalogue, *, pricing: Pricing, best: int
) -> tuple[Ranking, Allocation, NDArray[np.float64], bool]:
    ranking = contest.rank(_WITH_ALL, best=best)
    allocation = _allocated(ranking, slots, drawn, catalogue, pricing, in_full=True)
    if pricing == "vcg":
        return ranking, allocation, propensities_by_worth(allocation, drawn), bool(allocation.dry[0])
    chances, is_short = propensities(ranking, allocation, slots, drawn, catalogue)
    return ranking, allocation, chances, bool(allocation.dry[0]) or is_short


def _allocated(
    ranking: Ranking, slots: Slots, drawn: Draw, catalogue: Catalogue, pricing: Pricing, *, in_full: bool
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
