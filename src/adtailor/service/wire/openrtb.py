"""OpenRTB 2.6 on the wire: what an exchange or Prebid asks, and what it is answered (IAB Tech Lab, 2022).

Unknown fields are ignored here, as the standard wants it, and numbers in quotes are taken as numbers. Of a person's
data only an id, and whether they are a child, is read: what else an exchange says (gender, segments, addresses, ids of
the device) has no field.
"""

from typing import Any, TypeAlias

import msgspec

from adtailor.service.wire.decoding import Malformed

Flag: TypeAlias = int | bool | None
Texts: TypeAlias = tuple[str, ...] | None
Numbers: TypeAlias = tuple[int, ...] | None


class OpenRtb(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An object of OpenRTB: unknown fields are ignored, and what has its default is left out."""


class Size(OpenRtb, frozen=True, kw_only=True):
    """A size that a banner may have."""

    w: int | None = None
    h: int | None = None


class Banner(OpenRtb, frozen=True, kw_only=True):
    """A place for HTML."""

    w: int | None = None
    h: int | None = None
    format: tuple[Size, ...] | None = None
    btype: Numbers = None
    battr: Numbers = None
    mimes: Texts = None


class Native(OpenRtb, frozen=True, kw_only=True):
    """A place for parts that the page puts together; `request` is an object of Native 1.2, or JSON in a string."""

    request: str | dict[str, Any] = ""
    ver: str | None = None
    battr: Numbers = None


class NativeTitle(OpenRtb, frozen=True, kw_only=True):
    """Asks for a headline."""

    len: int | None = None


class NativeImage(OpenRtb, frozen=True, kw_only=True):
    """Asks for a picture: 1 an icon, 3 the main one."""

    type: int | None = None
    w: int | None = None
    h: int | None = None


class NativeData(OpenRtb, frozen=True, kw_only=True):
    """Asks for a text: 1 in whose name, 2 the body, 11 where it leads, 12 the call to action."""

    type: int
    len: int | None = None


class NativeAsset(OpenRtb, frozen=True, kw_only=True):
    """One part."""

    id: int
    required: Flag = None
    title: NativeTitle | None = None
    img: NativeImage | None = None
    data: NativeData | None = None
    video: dict[str, Any] | None = None


class NativeTracker(OpenRtb, frozen=True, kw_only=True):
    """An event of which the page can tell, and how: 1 an impression, 2 half of it seen for a second; by 1 a picture."""

    event: int
    methods: Numbers = None


class NativeRequest(OpenRtb, frozen=True, kw_only=True):
    """The parts that a page asks for."""

    ver: str | None = None
    assets: tuple[NativeAsset, ...] = ()
    eventtrackers: tuple[NativeTracker, ...] | None = None
    privacy: Flag = None


class Pmp(OpenRtb, frozen=True, kw_only=True):
    """Deals; 1 means that nobody else may bid."""

    private_auction: Flag = None


class Quantity(OpenRtb, frozen=True, kw_only=True):
    """How many people see it at once, as on a wall."""

    multiplier: float = 1.0


class ImpPrebid(OpenRtb, frozen=True, kw_only=True):
    """What Prebid adds: the codes under which bids are wanted, each with its parameters."""

    bidder: dict[str, Any] | None = None


class ImpExt(OpenRtb, frozen=True, kw_only=True):
    """Extensions of an impression."""

    prebid: ImpPrebid | None = None


class Imp(OpenRtb, frozen=True, kw_only=True):
    """One place that asks for an ad."""

    id: str
    banner: Banner | None = None
    native: Native | None = None
    tagid: str | None = None
    pmp: Pmp | None = None
    qty: Quantity | None = None
    bidfloor: float | None = None
    bidfloorcur: str | None = None
    exp: int | None = None
    ext: ImpExt | None = None


class Content(OpenRtb, frozen=True, kw_only=True):
    """What is read, seen or heard beside the ad."""

    id: str | None = None
    cat: Texts = None
    cattax: int | None = None
    keywords: str | None = None
    kwarray: Texts = None
    language: str | None = None
    langb: str | None = None


class Publisher(OpenRtb, frozen=True, kw_only=True):
    """Whose page it is."""

    id: str | None = None


class Site(OpenRtb, frozen=True, kw_only=True):
    """A site or an app."""

    id: str | None = None
    domain: str | None = None
    bundle: str | None = None
    cattax: int | None = None
    cat: Texts = None
    sectioncat: Texts = None
    pagecat: Texts = None
    keywords: str | None = None
    kwarray: Texts = None
    publisher: Publisher | None = None
    content: Content | None = None


class Geo(OpenRtb, frozen=True, kw_only=True):
    """Where the device is."""

    lat: float | None = None
    lon: float | None = None
    country: str | None = None
    region: str | None = None
    utcoffset: int | None = None


class Device(OpenRtb, frozen=True, kw_only=True):
    """On what it is shown."""

    ua: str | None = None
    devicetype: int | None = None
    language: str | None = None
    langb: str | None = None
    geo: Geo | None = None
    dnt: Flag = None
    lmt: Flag = None


class Uid(OpenRtb, frozen=True, kw_only=True):
    """One id."""

    id: str | None = None


class Eid(OpenRtb, frozen=True, kw_only=True):
    """Ids from one source."""

    source: str | None = None
    uids: tuple[Uid, ...] | None = None


class UserExt(OpenRtb, frozen=True, kw_only=True):
    """Where OpenRTB 2.5 had the consent string and the ids."""

    consent: str | None = None
    eids: tuple[Eid, ...] | None = None


class User(OpenRtb, frozen=True, kw_only=True):
    """Who looks."""

    id: str | None = None
    yob: int | None = None
    consent: str | None = None
    eids: tuple[Eid, ...] | None = None
    ext: UserExt | None = None


class RegsExt(OpenRtb, frozen=True, kw_only=True):
    """Where OpenRTB 2.5 had the signals of law."""

    gdpr: Flag = None
    us_privacy: str | None = None
    gpc: str | int | bool | None = None
    gpp: str | None = None
    gpp_sid: Numbers = None


class Regs(OpenRtb, frozen=True, kw_only=True):
    """Signals of law."""

    coppa: Flag = None
    gdpr: Flag = None
    us_privacy: str | None = None
    gpp: str | None = None
    gpp_sid: Numbers = None
    ext: RegsExt | None = None


class BidRequest(OpenRtb, frozen=True, kw_only=True):
    """What an exchange asks."""

    id: str | None = None
    imp: tuple[Imp, ...] = ()
    site: Site | None = None
    app: Site | None = None
    dooh: dict[str, Any] | None = None
    device: Device | None = None
    user: User | None = None
    regs: Regs | None = None
    test: Flag = None
    at: int | None = None
    tmax: float | None = None
    cur: Texts = None
    wseat: Texts = None
    bseat: Texts = None
    wlang: Texts = None
    acat: Texts = None
    bcat: Texts = None
    cattax: int | None = None
    badv: Texts = None
    bapp: Texts = None
    ext: dict[str, Any] | None = None


class Dsa(OpenRtb, frozen=True, kw_only=True):
    """In whose name, and who paid (DSA, Art. 26); `adrender` 1: the markup says it."""

    behalf: str
    paid: str
    adrender: int


class PrebidMeta(OpenRtb, frozen=True, kw_only=True):
    """What Prebid tells the page of the advertiser."""

    advertiserDomains: tuple[str, ...]  # noqa: N815  # Prebid's name
    advertiserName: str | None = None  # noqa: N815


class BidPrebid(OpenRtb, frozen=True, kw_only=True):
    """What Prebid wants to know of a bid."""

    type: str
    meta: PrebidMeta | None = None


class BidExt(OpenRtb, frozen=True, kw_only=True):
    """Extensions of a bid."""

    prebid: BidPrebid | None = None
    dsa: Dsa | None = None


class Bid(OpenRtb, frozen=True, kw_only=True):
    """An offer for one place; `price` for a thousand impressions, in the currency of the answer."""

    id: str
    impid: str
    price: float
    adm: str
    nurl: str | None = None
    burl: str | None = None
    lurl: str | None = None
    adomain: tuple[str, ...] = ()
    cid: str | None = None
    crid: str | None = None
    cat: Texts = None
    cattax: int | None = None
    attr: Numbers = None
    language: str | None = None
    w: int | None = None
    h: int | None = None
    exp: int | None = None
    mtype: int | None = None
    ext: BidExt | None = None


class SeatBid(OpenRtb, frozen=True, kw_only=True):
    """The offers of one bidder."""

    bid: tuple[Bid, ...]
    seat: str


class RequestProblem(OpenRtb, frozen=True, kw_only=True):
    """What was wrong with a request, in words."""

    problem: str
    hint: str


class BidResponse(OpenRtb, frozen=True, kw_only=True):
    """What an exchange is answered; without offers `nbr` says why, where there is a code for it."""

    id: str
    seatbid: tuple[SeatBid, ...] = ()
    cur: str | None = None
    nbr: int | None = None
    ext: RequestProblem | None = None


_REQUEST = msgspec.json.Decoder(BidRequest, strict=False)


class Misfit(Malformed):
    """A request that OpenRTB does not know: 400, as the standard wants it."""


def decode_bid_request(raw: bytes) -> BidRequest:
    """One request from JSON; Misfit says what does not fit.

    >>> decode_bid_request(b'{"id": "1", "tmax": "200", "imp": [{"id": "a"}], "new": {}}').tmax
    200.0
    """
    try:
        return _REQUEST.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Misfit(_said(error), hint="see OpenRTB 2.6 for the shape") from None


def native_request(request: str | dict[str, Any]) -> NativeRequest | None:
    """The parts that are asked for, from an object or from JSON, wrapped in `native` or not; None if it is neither.

    >>> native_request('{"native": {"assets": [{"id": 1, "title": {"len": 90}}]}}').assets[0].title.len
    90
    """
    try:
        plain = msgspec.json.decode(request) if isinstance(request, str) else request
        if isinstance(plain, dict) and isinstance(plain.get("native"), dict):
            plain = plain["native"]
        return msgspec.convert(plain, NativeRequest, strict=False)
    except (msgspec.DecodeError, RecursionError):
        return None


def _said(error: Exception) -> str:
    """What did not fit, and where; never a value: it could be somebody's id."""
    if isinstance(error, msgspec.ValidationError):
        return str(error)[:200]
    return "no JSON in UTF-8, or nested too deeply"
