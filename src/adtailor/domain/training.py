"""What a click model may learn from: the page as it was ranked, and one row for each ad that was seen on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from adtailor.domain.creative import Format
from adtailor.domain.decision import Moment
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, DecisionId, PlacementId, TopicId


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What the click model saw of one page when it ranked: what is served is what is logged is what is learned from.

    There is no field for a mood, a tone, a sign of stress, or a vector of anybody's words. Personal fields are None
    unless the person's consents covered them then.
    """

    context_topics: Mapping[TopicId, float] | None = None
    interests: Mapping[TopicId, float] | None = None
    look: Mapping[str, float] | None = None
    history: Mapping[AdvertiserId, float] | None = None
    country: str | None = None
    moment: Moment = Moment()
    positions: tuple[int, ...] = ()
    """Of the placements, in the order of the decision's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRow:
    """One billable impression, and what came of it; the unit that a click model learns from.

    `group` stands for the viewer: the same in all rows of one hand-out, another in the next, None for nobody in
    particular.
    """

    decision_id: DecisionId
    placement_id: PlacementId
    decided_at: datetime
    group: str | None
    ad_id: AdId
    adset_id: AdSetId
    campaign_id: CampaignId
    advertiser_id: AdvertiserId
    format: Format
    position: int
    served: Served
    ad_topics: Mapping[TopicId, float] = field(default_factory=dict[TopicId, float])
    ad_look: Mapping[str, float] = field(default_factory=dict[str, float])
    click_rate: float
    """What the model of that time expected."""
    propensity: float
    clicked: bool
    clicked_at: datetime | None = None
    converted_at: datetime | None = None
