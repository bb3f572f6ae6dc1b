"""Ads as they were shown, when they were, and the figures that were published of them: nothing of any viewer."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.sqlite import insert

from adtailor.domain.exhibit import Exhibit, KeptExhibit, Ran
from adtailor.domain.ids import AdId, AdvertiserId, CampaignId
from adtailor.errors import InvalidInput
from adtailor.storage import tables
from adtailor.storage.codec import Codec
from adtailor.storage.database import Database
from adtailor.storage.moments import day_number, moment, numbered_day, ticks

_EXHIBITS, _PICTURES, _SHOWN = tables.exhibits, tables.exhibit_pictures, tables.ad_days
_PUBLISHED, _SPENT = tables.published, tables.privacy_spent
_EXHIBIT = Codec(Exhibit)


class SqliteExhibits:
    """`ports.ExhibitStore` in one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, exhibits: Mapping[bytes, Exhibit], now: datetime) -> None:
        """Keep versions of ads that are about to be shown, or note that they still are.

        Not waited for: whatever an impression is durable by, this was written before it, in the same log.
        """
        rows = [
            {
                "ad_id": exhibit.ad_id,
                "version": version,
                "first_at": ticks(now),
                "last_at": ticks(now),
                "body": _EXHIBIT.encode(exhibit),
            }
            for version, exhibit in exhibits.items()
        ]
        if not rows:
            return
        statement = insert(_EXHIBITS)
        again = statement.on_conflict_do_update(
            index_elements=["ad_id", "version"],
            set_={"last_at": func.max(_EXHIBITS.c.last_at, statement.excluded.last_at)},
        )
        with self._database.writing(durably=False) as connection:
            connection.execute(again, rows)

    def versions(self, ads: Sequence[AdId]) -> Mapping[AdId, Sequence[KeptExhibit]]:
        """What was kept of these ads, the newest version first."""
        found: dict[AdId, list[KeptExhibit]] = {ad_id: [] for ad_id in ads}
        query = (
            select(_EXHIBITS)
            .where(_EXHIBITS.c.ad_id.in_(ads))
            .order_by(_EXHIBITS.c.last_at.desc(), _EXHIBITS.c.version)
        )
        with self._database.reading() as connection:
            for row in connection.execute(query):
                found[AdId(row.ad_id)].append(
                    KeptExhibit(
                        exhibit=_EXHIBIT.decode(row.body), first_at=moment(row.first_at), last_at=moment(row.last_at)
                    )
                )
        return found

    def ran(self, *, since: date, after: str = "", limit: int = 100, ad_id: AdId | None = None) -> Sequence[Ran]:
        """The ads that were shown on this day or later, in the order of their ids, behind one of them."""
        query = (
            select(
                _SHOWN.c.ad_id,
                func.max(_SHOWN.c.advertiser_id),
                func.min(_SHOWN.c.day),
                func.max(_SHOWN.c.day).label("last"),
                func.sum(_SHOWN.c.shown),
                func.sum(_SHOWN.c.valid),
                func.group_concat(_SHOWN.c.campaign_id.distinct()),
            )
            .where(_SHOWN.c.ad_id > after)
            .group_by(_SHOWN.c.ad_id)
            .having(func.max(_SHOWN.c.day) >= day_number(since))
            .order_by(_SHOWN.c.ad_id)
            .limit(limit)
        )
        if ad_id is not None:
            query = query.where(_SHOWN.c.ad_id == ad_id)
        with self._database.reading() as connection:
            return [
                Ran(
                    ad_id=AdId(ad),
                    advertiser_id=AdvertiserId(advertiser),
                    campaigns=tuple(CampaignId(one) for one in sorted(campaigns.split(","))),
                    first_day=numbered_day(first),
                    last_day=numbered_day(last),
                    shown=shown,
                    valid=valid,
                )
                for ad, advertiser, first, last, shown, valid, campaigns in connection.execute(query)
            ]

    def without_version(self) -> Sequence[AdId]:
        """The ads that were shown, and of which nothing is kept."""
        query = (
            select(_SHOWN.c.ad_id)
            .distinct()
            .where(~select(_EXHIBITS.c.ad_id).where(_EXHIBITS.c.ad_id == _SHOWN.c.ad_id).exists())
        )
        with self._database.reading() as connection:
            return [AdId(ad) for ad in connection.execute(query).scalars()]

    def keep_picture(self, hash_: str, kind: str, body: bytes) -> None:
        """Keep the bytes of a picture, once."""
        with self._database.writing(durably=False) as connection:
            connection.execute(insert(_PICTURES).values(hash=hash_, kind=kind, body=body).on_conflict_do_nothing())

    def picture(self, hash_: str) -> tuple[str, bytes] | None:
        """Its media type and bytes."""
        query = select(_PICTURES.c.kind, _PICTURES.c.body).where(_PICTURES.c.hash == hash_)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.kind, row.body)

    def has_picture(self, hash_: str) -> bool:
        """Whether it is kept already."""
        query = select(_PICTURES.c.hash).where(_PICTURES.c.hash == hash_)
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def shown_on(self, day: date) -> Mapping[AdId, AdvertiserId]:
        """The ads of a day, and whose they are."""
        query = select(_SHOWN.c.ad_id, _SHOWN.c.advertiser_id).where(_SHOWN.c.day == day_number(day))
        with self._database.reading() as connection:
            return {AdId(ad): AdvertiserId(whose) for ad, whose in connection.execute(query)}

    def unpublished(self, breakdown: str, before: date) -> Sequence[date]:
        """The days before this one on which ads were shown, and nothing is published of."""
        done = select(_SPENT.c.day).where(_SPENT.c.breakdown == breakdown)
        query = (
            select(_SHOWN.c.day)
            .distinct()
            .where(_SHOWN.c.day < day_number(before), _SHOWN.c.day.not_in(done))
            .order_by(_SHOWN.c.day)
        )
        with self._database.reading() as connection:
            return [numbered_day(day) for day in connection.execute(query).scalars()]

    def publish(self, breakdown: str, day: date, figures: Mapping[str, int], *, epsilon: float, budget: float) -> bool:
        """Publish a day's figures for good; False, and nothing changes, where there are some already.

        InvalidInput if the day's budget does not cover them.
        """
        number = day_number(day)
        with self._database.writing() as connection:
            spent = {
                row.breakdown: row.epsilon for row in connection.execute(select(_SPENT).where(_SPENT.c.day == number))
            }
            if breakdown in spent:
                return False
            checked_budget(sum(spent.values()), epsilon, budget=budget, day=day)
            connection.execute(insert(_SPENT).values(day=number, breakdown=breakdown, epsilon=epsilon))
            rows = [{"breakdown": breakdown, "day": number, "key": key, "people": n} for key, n in figures.items()]
            if rows:
                connection.execute(insert(_PUBLISHED), rows)
        return True

    def published(
        self, breakdown: str, *, keys: Sequence[str] | None = None, since: date | None = None, until: date | None = None
    ) -> Mapping[str, Mapping[date, int]]:
        """What was published: for each name its days."""
        query = select(_PUBLISHED).where(_PUBLISHED.c.breakdown == breakdown)
        if keys is not None:
            query = query.where(_PUBLISHED.c.key.in_(keys))
        if since is not None:
            query = query.where(_PUBLISHED.c.day >= day_number(since))
        if until is not None:
            query = query.where(_PUBLISHED.c.day <= day_number(until))
        found: dict[str, dict[date, int]] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query):
                found.setdefault(row.key, {})[numbered_day(row.day)] = row.people
        return found

    def spent(self, day: date) -> float:
        """What of a day's budget is spent."""
        query = select(func.coalesce(func.sum(_SPENT.c.epsilon), 0.0)).where(_SPENT.c.day == day_number(day))
        with self._database.reading() as connection:
            return float(connection.execute(query).scalar_one())

    def purge(self, before: datetime) -> int:
        """Delete versions that were last chosen before this, and pictures that none of the others shows; how many."""
        with self._database.writing() as connection:
            gone = connection.execute(delete(_EXHIBITS).where(_EXHIBITS.c.last_at < ticks(before))).rowcount
            if gone:
                bodies = connection.execute(select(_EXHIBITS.c.body)).scalars()
                kept = {name for body in bodies for name in hashes_of(_EXHIBIT.decode(body))}
                stored = set(connection.execute(select(_PICTURES.c.hash)).scalars())
                for name in stored - kept:
                    connection.execute(delete(_PICTURES).where(_PICTURES.c.hash == name))
        return gone


def checked_budget(spent: float, epsilon: float, *, budget: float, day: date) -> None:
    """Raises InvalidInput for what would cost more of a day than its budget has left."""
    if spent + epsilon > budget + 1e-9:
        raise InvalidInput(
            f"{epsilon} more of {day}, of whose budget of {budget} {spent} are spent",
            hint="what was published of a day stands; publish no more of it",
            field="epsilon",
        )


def hashes_of(exhibit: Exhibit) -> set[str]:
    """The pictures that a version shows."""
    shown = [exhibit.picture, *(card.picture for card in exhibit.cards)]
    return {picture.hash for picture in shown if picture is not None and picture.hash is not None}
