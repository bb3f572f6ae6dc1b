"""The buying side: Organization > Advertiser > Campaign > AdSet > Ad > Creative."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adtailor.domain.checks import aware_utc, checked_id, not_negative
from adtailor.domain.creative import Creative
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, CreativeId, OrganizationId
from adtailor.domain.money import Micros
from adtailor.domain.status import Status
from adtailor.domain.targeting import Targeting
from adtailor.errors import InvalidInput

Objective = Literal["reach", "clicks", "conversions"]
BidKind = Literal["cpm", "cpc", "cpa"]
Tier = Literal["guaranteed", "auction", "house"]
"""A page is filled in this order: what was promised, what bids, and where nothing else stands the operator's own."""
Pacing = Literal["even", "asap"]
"""Along the site's traffic over the budget's day, or as soon as it can be spent."""
HOURS_A_WEEK = 168
LONGEST_WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """Who signs in: an agency or a company; the border of what its members may see."""

    id: OrganizationId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertiser:
    """Whose ad it is, and who pays for it; both stand on every ad (DSA, Art. 26)."""

    id: AdvertiserId
    organization_id: OrganizationId
    name: str
    payer: str
    landing_domains: tuple[str, ...] = ()
    daily_cap: int | None = None
    """Impressions of all its ads per person and day."""

    def __post_init__(self) -> None:
        checked_id(self.id, "id")
        _cap(self.daily_cap, "daily_cap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """An objective with a budget; days begin at midnight in `zone`."""

    id: CampaignId
    advertiser_id: AdvertiserId
    name: str
    status: Status = "active"
    objective: Objective = "clicks"
    daily_budget: Micros
    lifetime_budget: Micros | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    zone: str = "UTC"
    tier: Tier = "auction"
    goal_impressions: int | None = None
    """What a guaranteed campaign was promised between `starts_at` and `ends_at`."""
    pacing: Pacing = "even"
    daily_cap: int | None = None
    """Impressions of all its ads per person and day."""
    separation: frozenset[str] = frozenset()
    """Labels, as `airlines`: no two campaigns that share one stand on one page."""
    click_window: timedelta = timedelta(days=7)
    """How long after a click a conversion is put down to it."""
    view_window: timedelta = timedelta(days=1)
    """The same after a viewable impression that nobody clicked; 0 for never."""
    version: int = 0

    def __post_init__(self) -> None:
        checked_id(self.id, "id")
        not_negative(self.daily_budget, "daily_budget_micros")
        if self.lifetime_budget is not None:
            not_negative(self.lifetime_budget, "lifetime_budget_micros")
        _period(self)
        _cap(self.daily_cap, "daily_cap")
        if self.tier == "guaranteed" and (not self.goal_impressions or self.starts_at is None or self.ends_at is None):
            raise InvalidInput(
                "a guaranteed campaign without a goal, a start or an end",
                hint="say how many impressions were promised, from when until when",
                field="goal_impressions",
            )
        if self.tier != "guaranteed" and self.goal_impressions is not None:
            raise InvalidInput(
                f"a goal of {self.goal_impressions} impressions in tier {self.tier}",
                hint="only a guaranteed campaign has a goal",
                field="goal_impressions",
            )
        for name in ("click_window", "view_window"):
            window: timedelta = getattr(self, name)
            if not timedelta(0) <= window <= LONGEST_WINDOW:
                raise InvalidInput(f"a window of {window}", hint=f"from 0 to {LONGEST_WINDOW.days} days", field=name)
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidInput(
                f"{self.zone!r} is no time zone", hint="an IANA name such as Europe/Berlin", field="zone"
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """The most an advertiser pays: per 1000 impressions (cpm), per click (cpc) or per conversion (cpa)."""

    kind: BidKind
    amount: Micros
    target: Micros | None = None
    """What it should cost on average; the bid follows, and never exceeds `amount`."""

    def __post_init__(self) -> None:
        not_negative(self.amount, "bid.amount_micros")
        if self.target is not None and not 0 < self.target <= self.amount:
            raise InvalidInput(
                f"a target cost of {self.target} with a bid of at most {self.amount}",
                hint="more than 0, and at most the bid",
                field="bid.target_micros",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class AdSet:
    """Targeting, bid and caps that its ads share."""

    id: AdSetId
    campaign_id: CampaignId
    name: str
    bid: Bid
    status: Status = "active"
    targeting: Targeting = Targeting()
    """What it asks for."""
    exclusions: Targeting = Targeting()
    """Where it must not stand."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    hours: frozenset[int] = frozenset()
    """Hours of the week at which it runs, 0 for Monday 0:00 to 1:00 in the campaign's zone; none for all."""
    daily_cap: int = 3
    """Impressions of one ad of the set per person and day."""
    daily_set_cap: int | None = None
    """Impressions of all its ads per person and day."""
    session_cap: int = 2
    """Impressions of one ad per session, from a counter that the client holds: needs no consent."""

    def __post_init__(self) -> None:
        checked_id(self.id, "id")
        not_negative(self.daily_cap, "daily_cap")
        not_negative(self.session_cap, "session_cap")
        _cap(self.daily_set_cap, "daily_set_cap")
        _period(self)
        for hour in self.hours:
            if not 0 <= hour < HOURS_A_WEEK:
                raise InvalidInput(f"{hour} is no hour of the week", hint=f"0 to {HOURS_A_WEEK - 1}", field="hours")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ad:
    """A creative in an ad set."""

    id: AdId
    adset_id: AdSetId
    creative_id: CreativeId
    status: Status = "active"

    def __post_init__(self) -> None:
        checked_id(self.id, "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The whole buying side at one moment; `version` grows with every change."""

    organizations: tuple[Organization, ...] = ()
    advertisers: tuple[Advertiser, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    adsets: tuple[AdSet, ...] = ()
    creatives: tuple[Creative, ...] = ()
    ads: tuple[Ad, ...] = ()
    version: int = 0


def _cap(value: int | None, field: str) -> None:
    if value is not None:
        not_negative(value, field)


def _period(runs: Campaign | AdSet) -> None:
    """Both ends in UTC, and in order."""
    for name in ("starts_at", "ends_at"):
        if (value := getattr(runs, name)) is not None:
            object.__setattr__(runs, name, aware_utc(value, name))
    if runs.starts_at is not None and runs.ends_at is not None and runs.ends_at <= runs.starts_at:
        raise InvalidInput(
            f"it ends at {runs.ends_at.isoformat()}, before it starts", hint="an end after the start", field="ends_at"
        )
