"""A trial: who is served how, what is measured of it, and what was promised before it began."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Literal, NewType, get_args

from adtailor.domain.checks import aware_utc, checked_id
from adtailor.domain.ids import CampaignId, TrialId
from adtailor.domain.signals import Signal
from adtailor.errors import InvalidInput, under

Design = Literal["budget split", "switchback", "user split", "ghost ads", "hold-out"]
DESIGNS: tuple[Design, ...] = get_args(Design)
Grade = Literal["A", "B", "C"]
"""How good the evidence is. Only A and B may say "lift"."""
GRADES: Mapping[Design, Grade] = {
    "budget split": "A",
    "switchback": "B",
    "user split": "C",
    "ghost ads": "C",
    "hold-out": "C",
}
KEPT_DAYS = 29
"""Of decision records, that can be counted on. A hold-out goes on for longer, and is read over its last days."""
WHOLE = 10_000
"""Shares are whole ten-thousandths, so that budgets divide to the micro and nobody's arm hangs on a rounding."""

MetricName = Literal[
    "revenue",
    "advertiser value",
    "click rate",
    "conversion rate",
    "hide rate",
    "fits rate",
    "time on site",
    "rest accepted",
    "rest switched off",
    "leaving",
]
"""What a trial may measure. Nothing here says how anybody feels: rests, hides and leaving are things that people do."""
METRICS: tuple[MetricName, ...] = get_args(MetricName)
Column = Literal[
    "revenue",
    "value",
    "impressions",
    "clicks",
    "conversions",
    "hides",
    "fits",
    "judged",
    "seconds",
    "rests_shown",
    "rests_accepted",
    "rests_off",
    "left",
]
"""What is summed for each person; money in micros."""
COLUMNS: tuple[Column, ...] = get_args(Column)
OVER: Mapping[MetricName, tuple[Column, Column | None]] = {
    "revenue": ("revenue", None),
    "advertiser value": ("value", None),
    "click rate": ("clicks", "impressions"),
    "conversion rate": ("conversions", "clicks"),
    "hide rate": ("hides", "impressions"),
    "fits rate": ("fits", "judged"),
    "time on site": ("seconds", None),
    "rest accepted": ("rests_accepted", "rests_shown"),
    "rest switched off": ("rests_off", None),
    "leaving": ("left", None),
}
"""What each metric divides by what; by the number of people where there is no second column."""
Direction = Literal["up", "down"]
GOOD: Mapping[MetricName, Direction] = {
    name: "down" if name in {"hide rate", "rest switched off", "leaving"} else "up" for name in METRICS
}
"""Which way is better for people and site. A rest that somebody takes is never a loss (T26)."""
Account = NewType("Account", str)
"""The part of every campaign's budget that one arm draws on, where budgets are split."""
Role = Literal["primary", "secondary", "guardrail"]
Status = Literal["registered", "running", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One way of being served. An arm may take signals away, never add one that a consent does not cover."""

    name: str
    parts: int
    """Of 10,000 people; and of each campaign's budget, where budgets are split."""
    signals_off: frozenset[Signal] = frozenset()
    ranker: str | None = None
    """The click model: `priors`, a version on the shelf as `clicks@3`, or None for what serves."""

    def __post_init__(self) -> None:
        checked_id(self.name, "name")
        if not 1 <= self.parts <= WHOLE:
            raise InvalidInput(
                f"{self.parts} parts", hint=f"1 to {WHOLE}: a share from 0.0001 to 1 of the people", field="share"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One metric of a trial. A guardrail must not get worse by more than its margin, set beforehand."""

    metric: MetricName
    role: Role = "secondary"
    margin: float | None = None
    """Of a guardrail: relative to the control, 0.02 for at most two percent worse."""

    def __post_init__(self) -> None:
        if (self.role == "guardrail") != (self.margin is not None):
            raise InvalidInput(
                f"{self.metric} is {self.role} with margin {self.margin}",
                hint="a guardrail has a margin, set before the trial; other metrics have none",
                field="margin",
            )
        if self.margin is not None and not 0.0 < self.margin < 1.0:
            raise InvalidInput(f"a margin of {self.margin}", hint="above 0 and below 1, as 0.02", field="margin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """All that was said before a trial began; what is not in it is exploratory. The first arm is the control."""

    id: TrialId
    question: str
    design: Design = "budget split"
    arms: tuple[Arm, ...]
    metrics: tuple[Measured, ...]
    people: int
    """How many are to be read at the end, in all arms together."""
    effect: float
    """The relative change of the primary metric that the trial is to find, 0.01 for one percent."""
    alpha: float = 0.05
    power: float = 0.8
    looks: int = 14
    """How often it may be read before it decides, the last time included; 1 for once, at the end."""
    days: int = 14
    before_days: int = 14
    """How far the covariate reaches back from the start."""
    salt: str = ""
    """With another one, other people are in each arm."""
    period_minutes: int | None = None
    """Of a switchback: how long everybody is served by one arm."""
    campaign: CampaignId | None = None
    """Of ghost ads: whose ads the control does not see."""

    def __post_init__(self) -> None:  # noqa: PLR0912 - one check after the other
        checked_id(self.id, "id")
        if not self.question.strip():
            raise InvalidInput("no question", hint="say in a sentence what the trial is to find out", field="question")
        names = [arm.name for arm in self.arms]
        if len(names) < 2 or len(set(names)) < len(names):
            raise InvalidInput(
                f"arms {', '.join(names) or 'none'}", hint="two or more, each with its own name", field="arms"
            )
        total = sum(arm.parts for arm in self.arms)
        if total > WHOLE or (self.design in {"budget split", "switchback"} and total != WHOLE):
            exactly = "exactly 1 where budgets or times are split" if total <= WHOLE else "at most 1"
            raise InvalidInput(f"shares that make {total / WHOLE}", hint=f"together {exactly}", field="arms.share")
        if [measured.role for measured in self.metrics].count("primary") != 1:
            raise InvalidInput("not one primary metric", hint="name exactly one: it decides", field="metrics")
        measured = [one.metric for one in self.metrics]
        if len(set(measured)) < len(measured):
            raise InvalidInput("a metric is named twice", hint="give each one role", field="metrics")
        if self.people < 2 * len(self.arms):
            raise InvalidInput(f"{self.people} people", hint="`adtailor trial plan` says how many", field="people")
        for name, low, high in (("effect", 0.0, 10.0), ("alpha", 0.0, 0.5), ("power", 0.0, 1.0)):
            if not low < (value := getattr(self, name)) < high:
                raise InvalidInput(f"{value}", hint=f"above {low} and below {high}", field=name)
        for name, low, high in (("looks", 1, 365), ("days", 1, 730), ("before_days", 0, 28)):
            if not low <= (value := getattr(self, name)) <= high:
                raise InvalidInput(f"{value}", hint=f"{low} to {high}", field=name)
        if self.design != "hold-out" and self.days + self.before_days > KEPT_DAYS:
            raise InvalidInput(
                f"{self.before_days} days before and {self.days} days of trial",
                hint=f"together at most {KEPT_DAYS}: decisions are kept 30 days",
                field="days",
            )
        if (self.design == "switchback") != (self.period_minutes is not None):
            raise InvalidInput(
                f"{self.period_minutes}", hint="a switchback has a period, others have none", field="period_minutes"
            )
        if self.period_minutes is not None and not 5 <= self.period_minutes <= 7 * 1440:
            raise InvalidInput(f"{self.period_minutes}", hint="5 minutes to 7 days", field="period_minutes")
        if (self.design == "ghost ads") != (self.campaign is not None):
            raise InvalidInput(
                f"{self.campaign}", hint="ghost ads are those of one campaign; others have none", field="campaign"
            )

    @property
    def control(self) -> Arm:
        """What the others are compared with."""
        return self.arms[0]

    @property
    def primary(self) -> Measured:
        """The metric that decides."""
        return next(measured for measured in self.metrics if measured.role == "primary")

    @property
    def grade(self) -> Grade:
        """How good its evidence can be."""
        return GRADES[self.design]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A registration, word for word, and how far it has come."""

    registration: Registration
    text: str
    """The file as it was registered."""
    hash: str
    """SHA-256 of the file, so that anybody can check it with sha256sum."""
    registered_at: datetime
    status: Status = "registered"
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    stopped_because: str | None = None

    @property
    def splits_budgets(self) -> bool:
        """Whether each arm has its own part of every budget."""
        return self.registration.design == "budget split"

    def __post_init__(self) -> None:
        with under(self.registration.id):
            for name in ("registered_at", "started_at", "stopped_at"):
                if (value := getattr(self, name)) is not None:
                    object.__setattr__(self, name, aware_utc(value, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """What a decision record says of one trial: which arm served, and whether another would have served otherwise."""

    trial_id: TrialId
    arm: int
    """The place of the arm in the registration."""
    account: Account | None = None
    """Whose part of the budgets pays; None where budgets are not split."""
    differs: bool | None = None
    """Whether any placement would have had another ad, or another price, in another arm; None where nobody looked."""
    period: int | None = None
    """Of a switchback: which of its periods."""


def arm_of(registration: Registration, unit: str) -> int | None:
    """The arm of a person (or of a period): always the same, independent of every other trial; None outside of it.

    A hash of trial, salt and unit is a number from 0 to below 10,000; the arms have the numbers in their order.

    >>> even = Registration(id=TrialId("t"), question="?", arms=(Arm(name="a", parts=5000), Arm(name="b", parts=5000)),
    ...     metrics=(Measured(metric="revenue", role="primary"),), people=100, effect=0.01)
    >>> sum(arm_of(even, f"p{n}") for n in range(1000))
    517
    """
    drawn = _number(f"{registration.id}\0{registration.salt}\0{unit}") * WHOLE >> 64
    for place, arm in enumerate(registration.arms):
        drawn -= arm.parts
        if drawn < 0:
            return place
    return None


def account_of(trial_id: TrialId, arm: int) -> Account:
    """The account of an arm.

    >>> account_of(TrialId("look"), 1)
    'look/1'
    """
    return Account(f"{trial_id}/{arm}")


def part_of(whole: int, parts: int) -> int:
    """An arm's part of an amount, rounded down: all parts together are never more than the whole.

    >>> part_of(1001, 5000)
    500
    """
    return whole * parts // WHOLE


def period_of(registration: Registration, at: datetime) -> int:
    """The period of a switchback that a time falls in, counted from 1970."""
    assert registration.period_minutes is not None  # noqa: S101 - a switchback has one
    return int(at.timestamp()) // (60 * registration.period_minutes)


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8, person=b"trial").digest(), "big")
