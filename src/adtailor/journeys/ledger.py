"""The ledger of an installation: what its trials found, what its models took, and what an hour costs by declaration."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from adtailor.domain.ids import TrialId
from adtailor.domain.money import Micros
from adtailor.domain.trial import Trial
from adtailor.domain.worth import Earned
from adtailor.errors import InvalidInput
from adtailor.journeys.reports import ReportRequest, Reports
from adtailor.measure.ledger import LedgerRow, Prices, ledger
from adtailor.ports import ReadingCosts, TrialStore

DAYS = 28
"""Over which cost, impressions and the revenue of now are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All rows, and what they rest on."""

    rows: Sequence[LedgerRow]
    hour: Micros
    """What an hour of one processor costs, as declared."""
    days: int
    posts: int
    impressions: int
    revenue: Micros
    unread: Sequence[tuple[TrialId, str]]
    """Trials that could not be read, and why."""
    made_at: datetime

    @property
    def revenue_per_mille(self) -> float | None:
        """What 1000 impressions earn now."""
        return 1000.0 * self.revenue / self.impressions if self.impressions else None


class Ledgers:
    """Makes the ledger."""

    def __init__(
        self,
        *,
        trials: TrialStore,
        costs: ReadingCosts,
        reports: Reports,
        hour: Micros,
        simulated: Callable[[], Iterable[Earned]] = tuple,
    ) -> None:
        self._trials = trials
        self._costs = costs
        self._reports = reports
        self._hour = hour
        self._simulated = simulated

    def ledger(self, now: datetime, *, days: int = DAYS) -> Ledger:
        """Every signal and model, by the last days; InvalidInput for a time of no days."""
        if not 1 <= days <= 365:
            raise InvalidInput(f"{days} days", hint="1 to 365", field="days")
        return self.between((now - timedelta(days=days)).date(), now.date(), now=now)

    def between(self, since: date, until: date, *, now: datetime) -> Ledger:
        """Every signal and model, with all evidence that there is, and what was read and shown between two days."""
        total = self._reports.report(ReportRequest(since=since, until=until)).total
        costs = self._costs.reading_costs(since, until)
        evidence, unread = self._evidence()
        prices = Prices(hour=float(self._hour), impressions=total.impressions)
        per_mille = 1000.0 * total.net / total.impressions if total.impressions else None
        return Ledger(
            rows=ledger([*evidence, *self._simulated()], costs, prices, baseline=per_mille),
            hour=self._hour,
            days=(until - since).days + 1,
            posts=sum(cost.posts for cost in costs if cost.reader == "text"),
            impressions=total.impressions,
            revenue=total.net,
            unread=unread,
            made_at=now,
        )

    def _evidence(self) -> tuple[list[Earned], list[tuple[TrialId, str]]]:
        """What the last look at each trial found; the ledger looks at none itself, for every look counts."""
        told: list[Earned] = []
        unread: list[tuple[TrialId, str]] = []
        for trial in self._trials.trials():
            if trial.started_at is None or not _is_of_signals(trial):
                continue
            looks = self._trials.looks(trial.registration.id)
            if not looks:
                unread.append((trial.registration.id, "nobody has read it"))
            elif looks[-1].findings.evidence == "broken":
                unread.append((trial.registration.id, "its arms have not the numbers of people that they should"))
            else:
                told.extend(looks[-1].earned)
        return told, unread


def _is_of_signals(trial: Trial) -> bool:
    return len({arm.signals_off for arm in trial.registration.arms}) > 1
