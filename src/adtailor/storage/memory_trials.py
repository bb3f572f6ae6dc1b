"""Trials in dictionaries, and what the accounts of their arms have left."""

from collections.abc import Sequence
from datetime import date, datetime

from adtailor.domain.findings import Look
from adtailor.domain.ids import CampaignId, TrialId
from adtailor.domain.trial import Account, Trial, account_of, part_of
from adtailor.errors import StaleVersion
from adtailor.storage.memory_rows import Held
from adtailor.storage.trials import NEARLY_SPENT

NO_END = 2**62
"""What a life without a budget of its own has left."""


class MemoryTrials:
    """`ports.TrialStore` in dictionaries."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def version(self) -> int:
        """Grows with every change."""
        return max((changed for changed, _ in self._held.trials.values()), default=0)

    def trials(self) -> Sequence[Trial]:
        """All of them, in the order of their registration."""
        found = [trial for _, trial in self._held.trials.values()]
        return sorted(found, key=lambda trial: (trial.registered_at, trial.registration.id))

    def trial(self, trial_id: TrialId) -> Trial | None:
        """One trial."""
        found = self._held.trials.get(trial_id)
        return None if found is None else found[1]

    def put(self, trial: Trial) -> None:
        """Keep it."""
        with self._held.lock:
            if trial.splits_budgets and trial.status == "running":
                for _, other in self._held.trials.values():
                    is_other = other.registration.id != trial.registration.id
                    if is_other and other.splits_budgets and other.status == "running":
                        raise StaleVersion(
                            f"{other.registration.id} splits the budgets already",
                            hint="stop it first: a budget is split once",
                            field="design",
                        )
            self._held.trials[trial.registration.id] = (self.version() + 1, trial)

    def looks(self, trial_id: TrialId) -> Sequence[Look]:
        """The looks at a trial, in their order."""
        return [look for (of, _), look in sorted(self._held.looks.items()) if of == trial_id]

    def add_look(self, look: Look) -> None:
        """Keep what a look found."""
        if (look.trial_id, look.number) in self._held.looks:
            raise StaleVersion(
                f"look {look.number} at {look.trial_id} is there already", hint="read the trial again", field="look"
            )
        self._held.looks[look.trial_id, look.number] = look

    def bound_share(self, since: datetime, until: datetime) -> float | None:
        """The share of charges on days on which a campaign's budget ran out, or nearly."""
        bound = total = 0
        for (campaign, day), spent in self._held.spent_days.items():
            if since.date() <= day <= until.date():
                total += spent
                bound += spent if spent >= NEARLY_SPENT * self._held.budgets[campaign][1] else 0
        return bound / total if total else None


def is_account(held: Held, account: Account) -> bool:
    """Whether a trial with this account ever began."""
    found = held.trials.get(TrialId(account.rpartition("/")[0]))
    return found is not None and found[1].splits_budgets and found[1].status != "registered"


def parts_of(held: Held, account: Account) -> int | None:
    """Of 10,000; None for an account that is closed, or never was."""
    for _, trial in held.trials.values():
        if trial.splits_budgets and trial.status == "running":
            for place, arm in enumerate(trial.registration.arms):
                if account_of(trial.registration.id, place) == account:
                    return arm.parts
    return None


def account_left(held: Held, account: Account, campaign: CampaignId, day: date) -> tuple[int, int]:
    """What an open account has left of a campaign's day, and of its life."""
    trial_of = account.rpartition("/")[0]
    parts = parts_of(held, account) or 0
    _, daily, lifetime = held.budgets[campaign]
    rows = {
        (who, when): spent
        for (who, what, when), spent in held.account_days.items()
        if what == campaign and who.rpartition("/")[0] == trial_of
    }
    today = {who: spent for (who, when), spent in rows.items() if when == day}
    outside = held.spent_days.get((campaign, day), 0) - sum(today.values())
    of_day = part_of(daily - outside, parts) - today.get(account, 0)
    if lifetime is None:
        return max(0, of_day), NO_END
    outside = held.spent.get(campaign, 0) - sum(rows.values())
    mine = sum(spent for (who, _), spent in rows.items() if who == account)
    return max(0, of_day), max(0, part_of(lifetime - outside, parts) - mine)
