"""Trials in SQLite: registrations word for word, the looks at them, and the accounts that open and close with them."""

from datetime import datetime

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.dialects.sqlite import insert

from adtailor.domain.findings import Look
from adtailor.domain.ids import TrialId
from adtailor.domain.trial import Trial, account_of
from adtailor.errors import StaleVersion
from adtailor.storage import tables
from adtailor.storage.codec import Codec
from adtailor.storage.database import Database

_TRIALS, _LOOKS, _ACCOUNTS = tables.trials, tables.trial_looks, tables.accounts
_TRIAL, _LOOK = Codec(Trial), Codec(Look)
NEARLY_SPENT = 0.9
"""A campaign that paid this share of its day's budget would probably have paid more, had there been more."""
_BOUND = text(
    "SELECT coalesce(sum(CASE WHEN d.spent >= :nearly * b.daily_budget THEN d.spent ELSE 0 END), 0), "
    "coalesce(sum(d.spent), 0) FROM spent_days d JOIN budgets b USING (campaign_id) "
    "WHERE d.day >= :since AND d.day <= :until"
)


class SqliteTrials:
    """`ports.TrialStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def version(self) -> int:
        """Grows with every change."""
        return int(self._database.ask("SELECT coalesce(max(changed), 0) FROM trials")[0][0])

    def trials(self) -> list[Trial]:
        """All of them, in the order of their registration."""
        with self._database.reading() as connection:
            found = [_TRIAL.decode(row.body) for row in connection.execute(select(_TRIALS.c.body))]
        return sorted(found, key=lambda trial: (trial.registered_at, trial.registration.id))

    def trial(self, trial_id: TrialId) -> Trial | None:
        """One trial."""
        with self._database.reading() as connection:
            body = connection.execute(select(_TRIALS.c.body).where(_TRIALS.c.id == trial_id)).scalar_one_or_none()
        return None if body is None else _TRIAL.decode(body)

    def put(self, trial: Trial) -> None:
        """Keep it, and open or close the accounts of its arms with it."""
        with self._database.writing() as connection:
            changed = connection.execute(select(func.coalesce(func.max(_TRIALS.c.changed), 0) + 1)).scalar_one()
            row = insert(_TRIALS).values(id=trial.registration.id, changed=changed, body=_TRIAL.encode(trial))
            kept = {"changed": row.excluded.changed, "body": row.excluded.body}
            connection.execute(row.on_conflict_do_update(index_elements=["id"], set_=kept))
            if trial.splits_budgets:
                self._accounts(connection, trial)

    def looks(self, trial_id: TrialId) -> list[Look]:
        """The looks at a trial, in their order."""
        query = select(_LOOKS.c.body).where(_LOOKS.c.trial_id == trial_id).order_by(_LOOKS.c.number)
        with self._database.reading() as connection:
            return [_LOOK.decode(row.body) for row in connection.execute(query)]

    def add_look(self, look: Look) -> None:
        """Keep what a look found."""
        row = insert(_LOOKS).values(trial_id=look.trial_id, number=look.number, body=_LOOK.encode(look))
        with self._database.writing() as connection:
            if connection.execute(row.on_conflict_do_nothing()).rowcount != 1:
                raise StaleVersion(
                    f"look {look.number} at {look.trial_id} is there already", hint="read the trial again", field="look"
                )

    def bound_share(self, since: datetime, until: datetime) -> float | None:
        """The share of charges on days on which a campaign's budget ran out, or nearly."""
        days = {"since": since.date().isoformat(), "until": until.date().isoformat(), "nearly": NEARLY_SPENT}
        with self._database.reading() as connection:
            bound, all_of_it = connection.execute(_BOUND, days).one()
        return bound / all_of_it if all_of_it else None

    def _accounts(self, connection: Connection, trial: Trial) -> None:
        is_open = int(trial.status == "running")
        if is_open:
            others = select(_ACCOUNTS.c.trial_id).where(
                _ACCOUNTS.c.is_open == 1, _ACCOUNTS.c.trial_id != trial.registration.id
            )
            if (other := connection.execute(others.limit(1)).scalar_one_or_none()) is not None:
                raise StaleVersion(
                    f"{other} splits the budgets already", hint="stop it first: a budget is split once", field="design"
                )
            connection.execute(
                insert(_ACCOUNTS).on_conflict_do_nothing(),
                [
                    {
                        "account": account_of(trial.registration.id, place),
                        "trial_id": trial.registration.id,
                        "parts": arm.parts,
                        "is_open": 1,
                    }
                    for place, arm in enumerate(trial.registration.arms)
                ],
            )
        connection.execute(
            update(_ACCOUNTS).where(_ACCOUNTS.c.trial_id == trial.registration.id).values(is_open=is_open)
        )
