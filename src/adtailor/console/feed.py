"""The feed as one member sees it: posts, ads that say they are ads, and the choices that steer them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery

from adtailor.config.taxonomy import content_topics
from adtailor.console import words
from adtailor.console.render import page
from adtailor.console.rooms import Picture, Rooms, Visitor
from adtailor.domain.buying import Advertiser
from adtailor.domain.creative import Creative
from adtailor.domain.decision import Context, DecisionRequest, Filled, Placement, Regulations
from adtailor.domain.decision import Viewer as Viewing
from adtailor.domain.events import ClaimKind
from adtailor.domain.ids import AdId, PlacementId, RequestId, SiteId, uuid7
from adtailor.domain.person import Age
from adtailor.domain.post import Post
from adtailor.domain.signals import SIGNALS
from adtailor.domain.wellbeing import RestSuggestion, State
from adtailor.journeys.fill_page import Page
from adtailor.journeys.items import muted_names

POSTS_SHOWN = 40
FIRST_AD_AFTER = 0
POSTS_PER_AD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAd:
    """An ad as it stands in the feed."""

    creative: Creative
    advertiser: Advertiser | None
    filled: Filled
    tokens: Mapping[ClaimKind, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A post, and the ad below it, if one stands there."""

    post: Post
    name: str
    ago: str
    picture: Picture | None
    ad: ShownAd | None = None


@get("/", sync_to_thread=True)
def feed(
    request: Request[Any, Any, Any],
    rooms: NamedDependency[Rooms],
    viewer: FromQuery[str | None] = None,
    done: FromQuery[str | None] = None,
) -> Response[str]:
    """The feed, through the eyes of `viewer`, or of someone nobody knows."""
    now = rooms.clock.now()
    visitor = _visitor(rooms, viewer)
    posts = rooms.posts.recent(POSTS_SHOWN)
    items, suggestion = fill(rooms, posts, visitor, now, gpc=_says_gpc(request.headers))
    known = rooms.people.known_about(visitor.person_id, now=now) if visitor else None
    return page(
        "feed.html",
        rooms=rooms,
        visitor=visitor,
        items=items,
        suggestion=suggestion,
        known=known,
        fewer=visitor is not None and _shows_fewer(rooms, visitor, now),
        done=words.DONE_WORDS.get(done or "") if visitor else None,
        topic_names=content_topics().names,
        consent_words=words.CONSENT_WORDS,
        mood_words=words.MOOD_WORDS,
        signals=SIGNALS,
        advertisers=muted_names(rooms.source, known.profile if known else None),
    )


def fill(
    rooms: Rooms, posts: Sequence[Post], visitor: Visitor | None, now: datetime, *, gpc: bool = False
) -> tuple[list[Item], RestSuggestion | None]:
    """The posts with an ad after every fourth, each chosen beside the post above it, and the card that is due."""
    random = rooms.new_random()
    seen: Counter[AdId] = Counter()
    suggestion: RestSuggestion | None = None
    items: list[Item] = []
    for index, post in enumerate(posts):
        item = Item(
            post=post,
            name=rooms.name_of(post.author_id),
            ago=words.ago(post.created_at, now),
            picture=rooms.pictures.get(post.id),
        )
        if index % POSTS_PER_AD == FIRST_AD_AFTER:
            placement = Placement(id=PlacementId(f"feed-{index}"), position=index)
            filled_page = rooms.fill_page.fill(
                _request(
                    RequestId(uuid7(now, random)), post=post, placement=placement, visitor=visitor, seen=seen, gpc=gpc
                ),
                now=now,
                random=random,
                in_words=True,
            )
            suggestion = suggestion or filled_page.decision.rest_suggestion
            item = replace(item, ad=_shown(filled_page, placement.id))
            if item.ad is not None and item.ad.filled.won is not None:
                seen[item.ad.filled.won.ad_id] += 1
        items.append(item)
    return items, suggestion


def _request(
    request_id: RequestId,
    *,
    post: Post,
    placement: Placement,
    visitor: Visitor | None,
    seen: Counter[AdId],
    gpc: bool,
) -> DecisionRequest:
    return DecisionRequest(
        request_id=request_id,
        site_id=SiteId("feed"),
        placements=(placement,),
        context=Context(
            post_id=post.id,
            language=visitor.language if visitor else None,
            country=visitor.country if visitor else None,
            zone=visitor.zone if visitor else "UTC",
        ),
        viewer=Viewing(
            person_id=visitor.person_id if visitor else None,
            age=cast("Age", visitor.age) if visitor else "unknown",
            session_ads_seen=dict(seen),
        ),
        regs=Regulations(gpc=gpc),
    )


def _shown(filled_page: Page, placement_id: PlacementId) -> ShownAd | None:
    filled = next(f for f in filled_page.decision.placements if f.placement_id == placement_id)
    if filled.won is None or placement_id not in filled_page.creatives:
        return None
    return ShownAd(
        creative=filled_page.creatives[placement_id],
        advertiser=filled_page.advertisers.get(placement_id),
        filled=filled,
        tokens=filled_page.tokens[placement_id],
    )


def _visitor(rooms: Rooms, viewer: str | None) -> Visitor | None:
    if not viewer:
        return None
    for visitor in rooms.visitors:
        if visitor.person_id == viewer:
            return visitor
    raise NotFoundException("nobody of that name is here")


def _shows_fewer(rooms: Rooms, visitor: Visitor, now: datetime) -> bool:
    """Whether ads step back for this member now, which they alone are told."""
    care = rooms.people.care(visitor.person_id, now=now, zone=visitor.zone, language=visitor.language)
    return care.quiet or care.state > State.NEUTRAL


def _says_gpc(headers: Mapping[str, str]) -> bool:
    """Whether the browser objects to profiling (W3C, Global Privacy Control)."""
    return any(value.strip() == "1" for value in headers.get("sec-gpc", "").split(","))
