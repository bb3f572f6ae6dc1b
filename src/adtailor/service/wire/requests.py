"""A decision request on the wire: what POST /v1/decisions and `adtailor decide REQUEST.json` take."""

from typing import Annotated

from msgspec import UNSET, Meta, Raw, UnsetType, field

from adtailor.domain.checks import checked_id, is_id, share
from adtailor.domain.creative import Format
from adtailor.domain.decision import (
    MOST_PLACEMENTS,
    Context,
    DecisionRequest,
    Placement,
    Regulations,
    Viewer,
)
from adtailor.domain.ids import AdId, PersonId, PlacementId, PostId, RequestId, SegmentId, SiteId
from adtailor.domain.money import Micros
from adtailor.domain.person import Age
from adtailor.domain.post import LONGEST_TEXT
from adtailor.domain.reading import Topic
from adtailor.domain.targeting import Device
from adtailor.errors import InvalidInput
from adtailor.service.wire.decoding import MOST_MICROS, Wire, checked_zone, decode, id_or_none, under
from adtailor.service.wire.people import ConsentsWire, consents_from_wire, consents_to_wire
from adtailor.service.wire.posts import LanguageTag
from adtailor.service.wire.readings import TopicWire, topic_from_wire

MicrosWire = Annotated[int, Meta(ge=0, le=MOST_MICROS)]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", description="two capitals after ISO 3166-1, as in DE")]
MOST_TOPICS = 50
MOST_KEYWORDS = 1000
MOST_SEGMENTS = 100
MOST_ADS_SEEN = 1000


class PlacementWire(Wire, frozen=True, kw_only=True):
    """A position in a feed that asks for an ad."""

    id: str
    position: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    formats: tuple[Format, ...] = ("native",)
    floor_micros: MicrosWire = 0
    ext: Raw | UnsetType = UNSET


class ContextWire(Wire, frozen=True, kw_only=True):
    """The page: the post beside the placements, and where and on what it is read."""

    post_id: str | None = None
    text: str | None = None
    topics: tuple[TopicWire, ...] | None = None
    language: LanguageTag | None = None
    country: Country | None = None
    region: Annotated[str, Meta(max_length=64)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    device: Device | None = None
    zone: Annotated[str, Meta(max_length=64)] = "UTC"
    keywords: Annotated[tuple[Annotated[str, Meta(max_length=100)], ...], Meta(max_length=MOST_KEYWORDS)] | None = None
    ext: Raw | UnsetType = UNSET


class ViewerWire(Wire, frozen=True, kw_only=True):
    """Who looks. `consents` can only narrow those on file; what it leaves out is no."""

    person_id: str | None = None
    age: Age = "unknown"
    session_ads_seen: dict[str, Annotated[int, Meta(ge=0, le=1_000_000)]] = field(default_factory=dict[str, int])
    consents: ConsentsWire | None = None
    segments: Annotated[tuple[str, ...], Meta(max_length=MOST_SEGMENTS)] = ()
    ext: Raw | UnsetType = UNSET


class RegulationsWire(Wire, frozen=True, kw_only=True):
    """Signals of law. The header `Sec-GPC: 1` sets `gpc` as well."""

    gpc: bool = False
    tcf: Annotated[str, Meta(max_length=10_000)] | None = None
    gpp: Annotated[str, Meta(max_length=10_000)] | None = None
    ext: Raw | UnsetType = UNSET


class RequestWire(Wire, frozen=True, kw_only=True):
    """Placements, context, viewer and regulations of one page."""

    request_id: str
    site_id: str
    placements: tuple[PlacementWire, ...]
    context: ContextWire = ContextWire()
    viewer: ViewerWire = ViewerWire()
    regs: RegulationsWire = RegulationsWire()
    ext: Raw | UnsetType = UNSET


def decode_request(raw: bytes, *, gpc: bool = False) -> DecisionRequest:
    """One decision request from JSON; `gpc` is what the request's header said."""
    return request_from_wire(decode(raw, RequestWire), gpc=gpc)


def request_from_wire(wire: RequestWire, *, gpc: bool = False) -> DecisionRequest:
    """The domain's request; InvalidInput names the field."""
    if len(wire.placements) > MOST_PLACEMENTS:
        raise InvalidInput(
            f"{len(wire.placements)} placements", hint=f"ask for 1 to {MOST_PLACEMENTS}", field="placements"
        )
    return DecisionRequest(
        request_id=RequestId(wire.request_id),
        site_id=SiteId(wire.site_id),
        placements=tuple([_placement(placement, index) for index, placement in enumerate(wire.placements)]),
        context=_context(wire.context),
        viewer=_viewer(wire.viewer),
        regs=Regulations(gpc=wire.regs.gpc or gpc, tcf=wire.regs.tcf, gpp=wire.regs.gpp),
    )


def request_to_wire(request: DecisionRequest) -> RequestWire:
    """The request as it would have been sent."""
    context, viewer = request.context, request.viewer
    return RequestWire(
        request_id=request.request_id,
        site_id=request.site_id,
        placements=tuple(
            PlacementWire(id=p.id, position=p.position, formats=tuple(sorted(p.formats)), floor_micros=p.floor)
            for p in request.placements
        ),
        context=ContextWire(
            post_id=context.post_id,
            text=context.text,
            topics=None
            if context.topics is None
            else tuple(TopicWire(id=t.id, name=t.name, confidence=t.confidence) for t in context.topics),
            language=context.language,
            country=context.country,
            region=context.region,
            lat=context.lat,
            lon=context.lon,
            device=context.device,
            zone=context.zone,
            keywords=None if context.keywords is None else tuple(sorted(context.keywords)),
        ),
        viewer=ViewerWire(
            person_id=viewer.person_id,
            age=viewer.age,
            session_ads_seen={str(ad_id): seen for ad_id, seen in viewer.session_ads_seen.items()},
            consents=None if viewer.consents is None else consents_to_wire(viewer.consents),
            segments=tuple(sorted(viewer.segments)),
        ),
        regs=RegulationsWire(gpc=request.regs.gpc, tcf=request.regs.tcf, gpp=request.regs.gpp),
    )


def _placement(wire: PlacementWire, index: int) -> Placement:
    if not is_id(wire.id):
        checked_id(wire.id, f"placements[{index}].id")
    if not wire.formats:
        raise InvalidInput("no format", hint="name at least one, or leave it out", field=f"placements[{index}].formats")
    return Placement(
        id=PlacementId(wire.id),
        position=wire.position,
        formats=frozenset(wire.formats),
        floor=Micros(wire.floor_micros),
    )


def _context(wire: ContextWire) -> Context:
    post_id = id_or_none(wire.post_id, "context.post_id")
    if wire.text is not None and len(wire.text) > LONGEST_TEXT:
        raise InvalidInput(
            f"the text has {len(wire.text):,} characters", hint=f"at most {LONGEST_TEXT:,}", field="context.text"
        )
    return Context(
        post_id=None if post_id is None else PostId(post_id),
        text=wire.text,
        topics=None if wire.topics is None else _topics(wire.topics),
        language=wire.language,
        country=wire.country,
        region=wire.region,
        lat=wire.lat,
        lon=wire.lon,
        device=wire.device,
        zone=checked_zone(wire.zone, "context.zone"),
        keywords=None if wire.keywords is None else frozenset(wire.keywords),
    )


def _topics(wires: tuple[TopicWire, ...]) -> tuple[Topic, ...]:
    if len(wires) > MOST_TOPICS:
        raise InvalidInput(f"{len(wires)} topics", hint=f"at most {MOST_TOPICS}", field="context.topics")
    for index, wire in enumerate(wires):
        if not (is_id(wire.id) and 0.0 <= wire.confidence <= 1.0):
            with under(f"context.topics[{index}]"):
                checked_id(wire.id, "id")
                share(wire.confidence, "confidence")
    return tuple([topic_from_wire(wire) for wire in wires])


def _viewer(wire: ViewerWire) -> Viewer:
    person_id = id_or_none(wire.person_id, "viewer.person_id")
    if len(wire.session_ads_seen) > MOST_ADS_SEEN:
        raise InvalidInput(
            f"{len(wire.session_ads_seen)} ads seen", hint=f"at most {MOST_ADS_SEEN}", field="viewer.session_ads_seen"
        )
    return Viewer(
        person_id=None if person_id is None else PersonId(person_id),
        age=wire.age,
        session_ads_seen={
            AdId(checked_id(ad_id, "viewer.session_ads_seen")): seen for ad_id, seen in wire.session_ads_seen.items()
        },
        consents=None if wire.consents is None else consents_from_wire(wire.consents),
        segments=frozenset([SegmentId(checked_id(segment, "viewer.segments")) for segment in wire.segments]),
    )
