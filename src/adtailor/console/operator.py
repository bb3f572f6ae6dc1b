"""The operator's page: what the models read in each post, and how each decision went."""

from dataclasses import dataclass
from datetime import datetime

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adtailor.console.render import page
from adtailor.console.rooms import Rooms
from adtailor.domain.access import OWNER
from adtailor.domain.buying import Campaign
from adtailor.domain.creative import Creative
from adtailor.domain.ids import AdId, DecisionId
from adtailor.domain.money import Micros
from adtailor.domain.post import Post
from adtailor.domain.reading import Reading
from adtailor.domain.wellbeing import State
from adtailor.journeys.fill_page import Page

READINGS_SHOWN = 60
STATE_WORDS = {
    State.NEUTRAL: "as usual",
    State.ELEVATED: "elevated: fewer ads",
    State.HIGH: "high: half the ads, a rest is suggested",
    State.SUSTAINED: "sustained: no ads, a rest is suggested",
    State.CRISIS: "crisis: no ads, the support card",
}
QUIET_WORDS = "quiet: no ads for now"
"""A rest taken, or crisis language some time ago: which of them is not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A campaign's spending against its daily budget."""

    campaign: Campaign
    advertiser: str
    today: Micros
    total: Micros

    @property
    def share(self) -> float:
        """Part of the day's budget that is spent, 0 to 1."""
        return min(self.today / self.campaign.daily_budget, 1.0) if self.campaign.daily_budget else 0.0


@get("/operator", sync_to_thread=True)
def operator(rooms: NamedDependency[Rooms]) -> Response[str]:
    """Readings, decisions and delivery on one page."""
    now = rooms.clock.now()
    posts = rooms.posts.recent(READINGS_SHOWN)
    return page(
        "operator.html",
        rooms=rooms,
        readings=[_read(rooms, post, now) for post in posts],
        pages=rooms.fill_page.recent()[:READINGS_SHOWN],
        creatives=_creatives(rooms),
        delivery=_delivery(rooms, now),
        reaches=rooms.reaches.told(OWNER, now=now),
        rest=rooms.people.rest_report(),
        states=_states(rooms, now) if rooms.is_demo else [],
        now=now,
    )


@get("/operator/decisions/{decision_id:str}", sync_to_thread=True)
def decision(rooms: NamedDependency[Rooms], decision_id: FromPath[str]) -> Response[str]:
    """One decision: who was ranked, who fell out and why, and what would have won without each signal."""
    filled: Page | None = next((p for p in rooms.fill_page.recent() if p.decision.decision_id == decision_id), None)
    record = rooms.events.find(DecisionId(decision_id)) if filled is None else None
    if filled is None and record is None:
        raise NotFoundException("that decision is not on file")
    beside = filled.request.context.post_id if filled is not None else None
    return page(
        "decision.html",
        rooms=rooms,
        decision=filled.decision if filled is not None else record.decision if record is not None else None,
        # A record may outlive the consent to be named, so whose it is stands only beside what is fresh.
        viewer=filled.request.viewer.person_id if filled is not None else None,
        creatives=_creatives(rooms),
        adjacent=rooms.posts.post(beside) if beside else None,
    )


def _read(rooms: Rooms, post: Post, now: datetime) -> tuple[Post, str, Reading | None]:
    return post, rooms.name_of(post.author_id), rooms.posts.reading(post.id, now)


def _creatives(rooms: Rooms) -> dict[AdId, Creative]:
    inventory = rooms.source.inventory()
    by_id = {creative.id: creative for creative in inventory.creatives}
    return {ad.id: by_id[ad.creative_id] for ad in inventory.ads if ad.creative_id in by_id}


def _delivery(rooms: Rooms, now: datetime) -> list[Delivery]:
    inventory = rooms.source.inventory()
    names = {advertiser.id: advertiser.name for advertiser in inventory.advertisers}
    spent = rooms.events.spent(now)
    nothing = (Micros(0), Micros(0))
    rows = [
        Delivery(
            campaign=campaign,
            advertiser=names.get(campaign.advertiser_id, campaign.advertiser_id),
            today=spent.get(campaign.id, nothing)[0],
            total=spent.get(campaign.id, nothing)[1],
        )
        for campaign in inventory.campaigns
    ]
    return sorted(rows, key=lambda row: (-row.total, row.advertiser))


def _states(rooms: Rooms, now: datetime) -> list[tuple[str, str]]:
    """Only in the demo, whose people are invented: on a real installation nobody but the person may see this."""
    shown: list[tuple[str, str]] = []
    for visitor in rooms.visitors:
        care = rooms.people.care(visitor.person_id, now=now, zone=visitor.zone, language=visitor.language)
        if care.quiet:
            shown.append((visitor.name, QUIET_WORDS))
        elif care.state is not State.NEUTRAL:
            shown.append((visitor.name, STATE_WORDS[care.state]))
    return shown
