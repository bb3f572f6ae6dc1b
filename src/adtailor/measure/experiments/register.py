"""The registration of a trial is a file: read strictly, kept word for word, known by its hash."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

import msgspec

from adtailor.domain.ids import CampaignId, TrialId
from adtailor.domain.signals import SIGNALS, Signal
from adtailor.domain.trial import (
    WHOLE,
    Arm,
    Design,
    Measured,
    MetricName,
    Registration,
    Role,
    Trial,
)
from adtailor.errors import InvalidInput, StaleVersion


class _Arm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    share: float
    signals_off: tuple[Signal | Literal["all"], ...] = ()
    ranker: str | None = None


class _Measured(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    metric: MetricName
    role: Role = "secondary"
    margin: float | None = None


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    question: str
    design: Design = "budget split"
    people: int
    effect: float
    alpha: float = 0.05
    power: float = 0.8
    looks: int = 14
    days: int = 14
    before_days: int = 14
    salt: str = ""
    period_minutes: int | None = None
    campaign: str | None = None
    arms: tuple[_Arm, ...]
    metrics: tuple[_Measured, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What was said, and the hash of the words."""

    registration: Registration
    text: str
    hash: str


def registered(text: str) -> Registered:
    """The registration in a TOML file; InvalidInput names what does not fit, and where."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"it is no TOML: {error}", hint="`adtailor trial plan` writes one", field="file") from None
    try:
        file = msgspec.convert(told, _File)
    except msgspec.ValidationError as error:
        says, _, where = str(error).partition(" - at `$.")
        raise InvalidInput(
            says, hint="docs/trials.md lists what a registration holds", field=where.rstrip("`") or "file"
        ) from None
    return Registered(registration=_registration(file), text=text, hash=hash_of(text))


def hash_of(text: str) -> str:
    """SHA-256 of the file as it was handed in, as sha256sum prints it.

    >>> hash_of("")[:8]
    'e3b0c442'
    """
    return sha256(text.encode()).hexdigest()


def trial_of(told: Registered, before: Trial | None, *, now: datetime) -> Trial:
    """The trial to keep; StaleVersion once it has begun, unless not one letter differs."""
    if before is not None and before.status != "registered":
        if before.hash == told.hash:
            return before
        raise StaleVersion(
            f"{before.registration.id} has begun as {before.hash[:12]}, and this is {told.hash[:12]}",
            hint="what was registered holds to the end: stop it, and register another under another id",
            field="id",
        )
    return Trial(registration=told.registration, text=told.text, hash=told.hash, registered_at=now)


def _registration(file: _File) -> Registration:
    return Registration(
        id=TrialId(file.id),
        question=file.question,
        design=file.design,
        arms=tuple(
            Arm(
                name=arm.name,
                parts=_parts(arm.share, f"arms[{n}].share"),
                signals_off=frozenset(SIGNALS)
                if "all" in arm.signals_off
                else frozenset(signal for signal in arm.signals_off if signal != "all"),
                ranker=arm.ranker,
            )
            for n, arm in enumerate(file.arms)
        ),
        metrics=tuple(Measured(metric=one.metric, role=one.role, margin=one.margin) for one in file.metrics),
        people=file.people,
        effect=file.effect,
        alpha=file.alpha,
        power=file.power,
        looks=file.looks,
        days=file.days,
        before_days=file.before_days,
        salt=file.salt,
        period_minutes=file.period_minutes,
        campaign=None if file.campaign is None else CampaignId(file.campaign),
    )


def _parts(share: float, field: str) -> int:
    parts = round(share * WHOLE)
    if abs(parts - share * WHOLE) > 1e-6:
        raise InvalidInput(f"{share}", hint="a share in whole ten-thousandths, as 0.5 or 0.015", field=field)
    return parts
