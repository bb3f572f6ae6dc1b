"""Readings as rows: what lasts in one sealed column, what fades (emotions, stress) apart in another, with its end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select, update

from adtailor.domain.person import Consents
from adtailor.domain.reading import Reading, Stress, Taught
from adtailor.storage import tables
from adtailor.storage.codec import Codec
from adtailor.storage.keyring import PersonKey
from adtailor.storage.moments import AFFECT_KEPT, ticks
from adtailor.storage.permitted import permitted_reading, without_affect
from adtailor.storage.sealing import Sealer, place


@dataclass(frozen=True, slots=True, kw_only=True)
class Affect:
    """What of a reading must be gone within 72 h."""

    emotions: Mapping[str, float] | None = None
    stress: Stress | None = None
    taught_at: datetime | None = None
    """As of when a mood was learned."""


@dataclass(frozen=True, slots=True)
class SealedReading:
    """A row of `readings`, without its number."""

    body: bytes
    affect: bytes | None
    affect_expires_at: int | None


_READING = Codec(Reading)
_AFFECT = Codec(Affect)


def affect_end(read_at: datetime) -> int:
    """When emotions and stress read now must be gone."""
    return ticks(read_at + AFFECT_KEPT)


def sealed_reading(
    reading: Reading, consents: Consents, sealer: Sealer, post: bytes, *, affect_expires_at: int
) -> SealedReading:
    """What consent permits of a reading, as a row."""
    kept = permitted_reading(reading, consents)
    taught_at = kept.taught.at if kept.taught is not None and kept.taught.affect else None
    affect = Affect(emotions=kept.emotions, stress=kept.stress, taught_at=taught_at)
    body = sealer.seal(_READING.encode(without_affect(kept)), place("readings", post))
    if affect == Affect():
        return SealedReading(body, None, None)
    sealed = sealer.seal(_AFFECT.encode(affect), place("readings.affect", post))
    return SealedReading(body, sealed, affect_expires_at)


def opened_reading(row: SealedReading, sealer: Sealer, post: bytes, now: datetime | None) -> Reading:
    """The reading with what has not expired of it by `now`; all that is there for None."""
    reading = _READING.decode(sealer.open(row.body, place("readings", post)))
    if row.affect is None or row.affect_expires_at is None:
        return reading
    if now is not None and row.affect_expires_at <= ticks(now):
        return reading
    affect = _AFFECT.decode(sealer.open(row.affect, place("readings.affect", post)))
    taught = reading.taught
    if affect.taught_at is not None:
        taught = replace(taught or Taught(at=affect.taught_at), affect=True)
    return replace(reading, emotions=affect.emotions, stress=affect.stress, taught=taught)


def limit_readings(connection: Connection, key: PersonKey, consents: Consents) -> None:
    """Take out of all of a person's stored readings what consent no longer covers."""
    readings = tables.readings
    rows = connection.execute(
        select(readings.c.seq, tables.posts.c.post, readings.c.body, readings.c.affect, readings.c.affect_expires_at)
        .join(tables.posts, tables.posts.c.seq == readings.c.seq)
        .where(tables.posts.c.ref == key.ref)
    ).all()
    for seq, post, body, affect, expires_at in rows:
        before = opened_reading(SealedReading(body, affect, expires_at), key.sealer, post, None)
        after = permitted_reading(before, consents)
        if after == before:
            continue
        sealed = sealed_reading(after, consents, key.sealer, post, affect_expires_at=expires_at or 0)
        connection.execute(
            update(readings)
            .where(readings.c.seq == seq)
            .values(body=sealed.body, affect=sealed.affect, affect_expires_at=sealed.affect_expires_at)
        )
