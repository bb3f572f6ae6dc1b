"""What was charged, what was given back, and the sums that reports are made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from adtailor.domain.checks import aware_utc
from adtailor.domain.events import EventKind, Validity
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, DecisionId, PlacementId, SiteId
from adtailor.domain.money import Micros
from adtailor.errors import InvalidInput

EntryKind = Literal["charge", "reversal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger; entries are only ever added."""

    kind: EntryKind
    decision_id: DecisionId
    placement_id: PlacementId
    event: EventKind
    campaign_id: CampaignId
    day: str
    """The day whose budget paid, in the campaign's zone; a reversal returns the money to it."""
    amount: int
    """Micros: a charge is positive, a reversal negative."""
    at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Events that all of these hold of; one that names nothing selects nothing."""

    decision_id: DecisionId | None = None
    campaign_id: CampaignId | None = None
    ad_id: AdId | None = None
    site_id: SiteId | None = None
    placement_id: PlacementId | None = None
    kind: EventKind | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Up to, and not at, this moment."""

    def __post_init__(self) -> None:
        for name in ("since", "until"):
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, aware_utc(value, name))
        if not any((self.decision_id, self.campaign_id, self.ad_id, self.site_id, self.placement_id)):
            raise InvalidInput(
                "nothing says which events are meant",
                hint="name a decision, campaign, ad, site or placement, with or without a time",
                field="selection",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversed:
    """What a reversal came to; the same one again comes to nothing."""

    events: int
    """Marked as invalid now, charged or not."""
    amount: Micros
    """Returned to budgets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Events alike in all that a report may ask about, within one quarter of an hour: every zone's hours begin at one.

    Fields that a report does not ask about are None, and what differs in them is summed.
    """

    advertiser_id: AdvertiserId
    campaign_id: CampaignId
    quarter: int | None = None
    """Quarters of an hour since 1970."""
    adset_id: AdSetId | None = None
    ad_id: AdId | None = None
    site_id: SiteId | None = None
    placement_id: PlacementId | None = None
    kind: EventKind
    validity: Validity
    is_reversed: bool = False
    over_delivered: bool = False
    events: int = 0
    charged: Micros = Micros(0)
    value: Micros = Micros(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom an ad reached in an hour, as far as privacy permits to say: hashes of 16 bits under a key that is gone.

    The number of different ones is never more than the number of people.
    """

    hour: int
    """Hours since 1970."""
    campaign_id: CampaignId
    adset_id: AdSetId | None
    ad_id: AdId
    site_id: SiteId | None
    placement_id: PlacementId
    people: frozenset[int]
