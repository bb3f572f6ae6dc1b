"""What was charged and given back: sums for reports, reversals, and the proof that all of it agrees."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.sqlite import insert

from adtailor.domain.events import Validity
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, DecisionId, PlacementId, SiteId
from adtailor.domain.ledger import Cell, Entry, Reach, Reversed, Selection
from adtailor.domain.money import Micros
from adtailor.storage import tables
from adtailor.storage.charging import QUARTER, unpacked
from adtailor.storage.database import Database
from adtailor.storage.moments import moment, ticks

_EVENTS, _LEDGER, _BUDGETS, _DAYS, _REACH, _ACCOUNTS = (
    tables.events,
    tables.ledger,
    tables.budgets,
    tables.spent_days,
    tables.reach,
    tables.account_days,
)
_HOUR = 4 * QUARTER
_CHARGE, _REVERSAL = "charge", "reversal"
_WRONGS = {
    "charges without an entry, or with another amount": (
        "SELECT count(*) FROM events e LEFT JOIN ledger l ON l.event = e.seq AND l.kind = 'charge' "
        "WHERE e.charged != coalesce(l.amount, 0)"
    ),
    "reversals that do not return what was charged": (
        "SELECT count(*) FROM events e LEFT JOIN ledger l ON l.event = e.seq AND l.kind = 'reversal' "
        "WHERE coalesce(-l.amount, 0) != e.charged * e.reversed"
    ),
    "entries of events that are not there": (
        "SELECT count(*) FROM ledger l LEFT JOIN events e ON e.seq = l.event WHERE e.seq IS NULL"
    ),
    "campaigns whose budget was not debited by the sum of their entries": (
        "SELECT count(*) FROM budgets b LEFT JOIN (SELECT campaign_id, sum(amount) AS total FROM ledger "
        "GROUP BY campaign_id) l USING (campaign_id) WHERE b.spent != coalesce(l.total, 0)"
    ),
    "days whose budget was not debited by the sum of their entries": (
        "SELECT count(*) FROM spent_days d LEFT JOIN (SELECT campaign_id, day, sum(amount) AS total FROM ledger "
        "GROUP BY campaign_id, day) l USING (campaign_id, day) WHERE d.spent != coalesce(l.total, 0)"
    ),
    "days of accounts that did not pay the sum of their entries": (
        "SELECT count(*) FROM account_days d LEFT JOIN (SELECT e.account, l.campaign_id, l.day, sum(l.amount) AS total "
        "FROM ledger l JOIN events e ON e.seq = l.event WHERE e.account IS NOT NULL "
        "GROUP BY e.account, l.campaign_id, l.day) p USING (account, campaign_id, day) "
        "WHERE d.spent != coalesce(p.total, 0)"
    ),
    "budgets that are overdrawn, by themselves": "SELECT count(*) FROM spent_days WHERE spent < 0",
}


class Ledger:
    """The half of `ports.EventStore` that tells what all of it came to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cells(self, dims: Collection[str], since: datetime | None = None, until: datetime | None = None) -> list[Cell]:
        """Events of a time, summed over all but campaign, kind, validity and these fields of `Cell`."""
        quarter = (_EVENTS.c.at // QUARTER).label("quarter")
        keys: dict[str, ColumnElement[object]] = {
            "advertiser_id": _EVENTS.c.advertiser_id,
            "campaign_id": _EVENTS.c.campaign_id,
            "kind": _EVENTS.c.kind,
            "validity": _EVENTS.c.validity,
            "is_reversed": _EVENTS.c.reversed.label("is_reversed"),
            "over_delivered": _EVENTS.c.over_delivered,
            **{dim: quarter if dim == "quarter" else _EVENTS.c[dim] for dim in dims},
        }
        query = select(
            *keys.values(),
            func.count(),
            func.sum(_EVENTS.c.charged),
            func.coalesce(func.sum(_EVENTS.c.value), 0),
        ).group_by(*keys.values())
        if since is not None:
            query = query.where(_EVENTS.c.at >= ticks(since))
        if until is not None:
            query = query.where(_EVENTS.c.at < ticks(until))
        with self._database.reading() as connection:
            found = connection.execute(query).all()
        return [_cell(dict(zip(keys, row, strict=False)), *row[len(keys) :]) for row in found]

    def reach(self, since: datetime | None = None, until: datetime | None = None) -> list[Reach]:
        """Whom ads reached, by the hour, from the hour of `since` on."""
        query = select(_REACH)
        if since is not None:
            query = query.where(_REACH.c.hour >= ticks(since) // _HOUR)
        if until is not None:
            query = query.where(_REACH.c.hour * _HOUR < ticks(until))
        with self._database.reading() as connection:
            return [
                Reach(
                    hour=row.hour,
                    campaign_id=CampaignId(row.campaign_id),
                    adset_id=None if row.adset_id is None else AdSetId(row.adset_id),
                    ad_id=AdId(row.ad_id),
                    site_id=SiteId(row.site_id) or None,
                    placement_id=PlacementId(row.placement_id),
                    people=frozenset(unpacked(row.people)),
                )
                for row in connection.execute(query)
            ]

    def entries(self, campaign_id: CampaignId | None = None) -> list[Entry]:
        """Every entry, in the order of events, a reversal after its charge."""
        query = (
            select(_LEDGER, _EVENTS.c.decision_id, _EVENTS.c.placement_id, _EVENTS.c.kind.label("event_kind"))
            .join(_EVENTS, _EVENTS.c.seq == _LEDGER.c.event)
            .order_by(_LEDGER.c.event, _LEDGER.c.kind)
        )
        if campaign_id is not None:
            query = query.where(_LEDGER.c.campaign_id == campaign_id)
        with self._database.reading() as connection:
            return [
                Entry(
                    kind=row.kind,
                    decision_id=DecisionId(row.decision_id),
                    placement_id=PlacementId(row.placement_id),
                    event=row.event_kind,
                    campaign_id=CampaignId(row.campaign_id),
                    day=row.day,
                    amount=row.amount,
                    at=moment(row.at),
                    reason=row.reason,
                )
                for row in connection.execute(query)
            ]

    def reverse(self, which: Selection, *, validity: Validity, reason: str, now: datetime) -> Reversed:
        """Mark valid events as invalid and return what they cost to the budgets that paid, all of it or nothing."""
        meant = [_EVENTS.c.validity == "valid", *_meant(which)]
        paid = (
            select(_EVENTS.c.seq, _EVENTS.c.account, _LEDGER.c.campaign_id, _LEDGER.c.day, _LEDGER.c.amount)
            .join(_LEDGER, (_LEDGER.c.event == _EVENTS.c.seq) & (_LEDGER.c.kind == _CHARGE))
            .where(*meant)
        )
        with self._database.writing() as connection:
            charges = connection.execute(paid).all()
            if charges:
                entries = [
                    {
                        "event": row.seq,
                        "kind": _REVERSAL,
                        "campaign_id": row.campaign_id,
                        "day": row.day,
                        "amount": -row.amount,
                        "at": ticks(now),
                        "reason": reason,
                    }
                    for row in charges
                ]
                connection.execute(insert(_LEDGER), entries)
            of_account: dict[tuple[str, str, str], int] = {}
            for row in charges:
                if row.account is not None:
                    key = (row.account, row.campaign_id, row.day)
                    of_account[key] = of_account.get(key, 0) + row.amount
            for (account, campaign, day), amount in of_account.items():
                connection.execute(
                    update(_ACCOUNTS)
                    .where(_ACCOUNTS.c.account == account, _ACCOUNTS.c.campaign_id == campaign, _ACCOUNTS.c.day == day)
                    .values(spent=_ACCOUNTS.c.spent - amount)
                )
            of_day: dict[tuple[str, str], int] = {}
            for row in charges:
                of_day[row.campaign_id, row.day] = of_day.get((row.campaign_id, row.day), 0) + row.amount
            for (campaign, day), amount in of_day.items():
                connection.execute(
                    update(_DAYS)
                    .where(_DAYS.c.campaign_id == campaign, _DAYS.c.day == day)
                    .values(spent=_DAYS.c.spent - amount)
                )
                connection.execute(
                    update(_BUDGETS).where(_BUDGETS.c.campaign_id == campaign).values(spent=_BUDGETS.c.spent - amount)
                )
            marked = connection.execute(update(_EVENTS).where(*meant).values(validity=validity, reversed=1))
        return Reversed(events=marked.rowcount, amount=Micros(sum(row.amount for row in charges)))

    def disagreements(self) -> list[str]:
        """Where events, entries and budgets do not agree to the micro: nothing, unless something is broken."""
        with self._database.reading() as connection:
            counts = {says: connection.exec_driver_sql(query).scalar_one() for says, query in _WRONGS.items()}
        return [f"{count} {says}" for says, count in counts.items() if count]


def _meant(which: Selection) -> Sequence[ColumnElement[bool]]:
    names = ("decision_id", "campaign_id", "ad_id", "site_id", "placement_id", "kind")
    found = [_EVENTS.c[name] == value for name in names if (value := getattr(which, name)) is not None]
    if which.since is not None:
        found.append(_EVENTS.c.at >= ticks(which.since))
    if which.until is not None:
        found.append(_EVENTS.c.at < ticks(which.until))
    return found


def _cell(keys: dict[str, object], events: int, charged: int, value: int) -> Cell:
    return Cell(
        advertiser_id=AdvertiserId(str(keys["advertiser_id"])),
        campaign_id=CampaignId(str(keys["campaign_id"])),
        quarter=keys.get("quarter"),  # pyright: ignore[reportArgumentType]  # what the columns hold
        adset_id=keys.get("adset_id"),  # pyright: ignore[reportArgumentType]
        ad_id=keys.get("ad_id"),  # pyright: ignore[reportArgumentType]
        site_id=keys.get("site_id"),  # pyright: ignore[reportArgumentType]
        placement_id=keys.get("placement_id"),  # pyright: ignore[reportArgumentType]
        kind=keys["kind"],  # pyright: ignore[reportArgumentType]
        validity=keys["validity"],  # pyright: ignore[reportArgumentType]
        is_reversed=bool(keys["is_reversed"]),
        over_delivered=bool(keys["over_delivered"]),
        events=events,
        charged=Micros(charged),
        value=Micros(value),
    )
