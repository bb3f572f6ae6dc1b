"""The operator's account of a decision on the wire."""

from datetime import datetime

from msgspec import Struct

from adtailor.domain.decision import Decision


class RankedWire(Struct, frozen=True, kw_only=True):
    """An ad that was ranked: value is bid x click rate + quality, in micros an impression."""

    ad_id: str
    value: float
    click_rate: float
    quality: float


class PlacedWire(Struct, frozen=True, kw_only=True):
    """A placement: the ad that won it, or why there is none."""

    placement_id: str
    ad_id: str | None
    price_micros: int | None
    bid_micros: int | None
    bid_kind: str | None
    value: float | None
    runner_up: str | None
    runner_up_value: float | None
    propensity: float | None
    signals: tuple[str, ...]
    no_fill: str | None


class TurnedAwayWire(Struct, frozen=True, kw_only=True):
    """A reason, how many ads it turned away, and the first of them."""

    reason: str
    count: int
    first: tuple[str, ...]


class AssignedWire(Struct, frozen=True, kw_only=True):
    """A trial that the page was served in: the place of its arm, and whether another arm would have differed."""

    trial_id: str
    arm: int
    differs: bool | None


class AccountWire(Struct, frozen=True, kw_only=True):
    """Who was turned away, ranked, placed and priced; and what would have won each placement without each signal."""

    decision_id: str
    decided_at: datetime
    site_id: str
    policy: str
    ranker: str
    catalogue_version: int
    turned_away: tuple[TurnedAwayWire, ...]
    ranked: tuple[RankedWire, ...]
    placements: tuple[PlacedWire, ...]
    without: dict[str, dict[str, str | None]]
    trials: tuple[AssignedWire, ...] = ()


def account_to_wire(decision: Decision) -> AccountWire:
    """Onto the wire."""
    account = decision.account
    return AccountWire(
        decision_id=decision.decision_id,
        decided_at=decision.decided_at,
        site_id=decision.site_id,
        policy=decision.policy,
        ranker=decision.ranker,
        catalogue_version=decision.catalogue_version,
        turned_away=tuple(
            TurnedAwayWire(reason=reason, count=count, first=account.first_turned_away.get(reason, ()))
            for reason, count in sorted(account.turned_away_counts.items(), key=lambda item: -item[1])
        ),
        ranked=tuple(
            RankedWire(ad_id=one.ad_id, value=one.value, click_rate=one.click_rate, quality=one.quality)
            for one in account.ranked
        ),
        placements=tuple(
            PlacedWire(
                placement_id=filled.placement_id,
                ad_id=won.ad_id if (won := filled.won) else None,
                price_micros=won.price if won else None,
                bid_micros=won.bid if won else None,
                bid_kind=won.bid_kind if won else None,
                value=won.value if won else None,
                runner_up=won.runner_up if won else None,
                runner_up_value=won.runner_up_value if won else None,
                propensity=won.propensity if won else None,
                signals=filled.why.signals if filled.why else (),
                no_fill=filled.no_fill.code if filled.no_fill else None,
            )
            for filled in decision.placements
        ),
        without={signal: {**winners} for signal, winners in account.without.items()},
        trials=tuple(AssignedWire(trial_id=one.trial_id, arm=one.arm, differs=one.differs) for one in decision.trials),
    )
