"""From a bid request to a decision request: the page, who looks, and what the law says of both."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from adtailor.config.countries import in_two
from adtailor.config.taxonomy import CONTENT_1_0, content_topics
from adtailor.domain.decision import Context, DecisionRequest, Regulations, Viewer
from adtailor.domain.ids import AdId, PersonId, PlacementId, PostId, RequestId, SiteId, TopicId
from adtailor.domain.person import Age
from adtailor.domain.reading import Topic
from adtailor.domain.targeting import Device as DeviceKind
from adtailor.profiles.consent_strings.gpp import TCF_EU, read_gpp, us_privacy
from adtailor.service.openrtb.places import Place
from adtailor.service.wire.openrtb import BidRequest, Content, Device, Eid, Geo, Regs, RegsExt, Site, User
from adtailor.service.wire.requests import MOST_KEYWORDS, MOST_TOPICS

_ID = re.compile(r"[A-Za-z0-9._:\-]{1,64}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_DEVICES: Mapping[int, DeviceKind] = {1: "mobile", 2: "desktop", 4: "mobile", 5: "tablet"}
"""Device types of AdCOM; of a television or a wall nothing is known here."""
OWN_TAXONOMIES = frozenset({7, 9})
"""Content Taxonomy 3.0 and 3.1: an id that both have means the same."""
OLDER_TAXONOMIES = frozenset({5, 6})
"""Content Taxonomy 2.1 and 2.2."""
OTHER_SINCE_2_2 = frozenset({
    "43", "51", "150", "156", "177", "325", "326", "331", "332", "335", "336", "338", "388", "641", "642", "643", "645",
    "646", "647", "648", "649", "650", "652",
})  # fmt: skip
"""Ids whose name is another since 3.0: what a page meant by them in 2.2 is not what they mean now."""
PAGE, SECTION, WHOLE_SITE = 1.0, 0.7, 0.4
"""How surely a page is about what it, its section, or its whole site is said to be about."""
GROWN_UP = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends the request: a browser on a partner's page may claim to be anyone, and so is nobody."""

    may_name_people: bool
    says_gpc: bool
    person_source: str
    site_id: SiteId | None = None
    """The site whose token was sent: exchanges call it by ids of their own."""


def decision_request(
    bid_request: BidRequest,
    places: Mapping[PlacementId, Place],
    *,
    barred: frozenset[AdId],
    sender: Sender,
    now: datetime,
) -> DecisionRequest:
    """What is decided on. Nothing of the request adds a consent; much of it takes profiling away."""
    page = bid_request.site or bid_request.app or Site()
    user, regs, device = bid_request.user or User(), bid_request.regs or Regs(), bid_request.device or Device()
    age = age_of(user, regs, now)
    return DecisionRequest(
        request_id=RequestId(plain_id(bid_request.id or "")),
        site_id=sender.site_id or SiteId(plain_id(page.id or page.domain or page.bundle or "openrtb")),
        placements=tuple(place.placement for place in places.values()),
        context=context_of(page, device, knows_place=age != "minor"),
        viewer=Viewer(person_id=person_of(user, sender) if age != "minor" else None, age=age),
        regs=regulations_of(user, regs, device, says_gpc=sender.says_gpc),
        barred=barred,
    )


def plain_id(given: str) -> str:
    """An id as it stands if it can be one here, else one made of it.

    >>> plain_id("162059897743978051070"), plain_id("/1234/header")
    ('162059897743978051070', 'f0441426279129ed5b8592c9201140b2')
    """
    return given if _ID.fullmatch(given) else hashlib.sha256(given.encode()).hexdigest()[:32]


def context_of(page: Site, device: Device, *, knows_place: bool) -> Context:
    """The page and the device; a post of our own keeps what was read in it, which is more than any label says."""
    content, geo = page.content or Content(), device.geo or Geo()
    country = in_two(geo.country)
    has_point = knows_place and geo.lat is not None and geo.lon is not None
    return Context(
        post_id=PostId(content.id) if content.id and _ID.fullmatch(content.id) else None,
        topics=topics_of(page),
        language=_language(content.language, content.langb, device.language, device.langb),
        country=country,
        region=_region(geo.region, country),
        lat=_rounded(geo.lat, 90.0) if has_point else None,
        lon=_rounded(geo.lon, 180.0) if has_point else None,
        device=_DEVICES.get(device.devicetype or 0),
        zone=zone_of(geo.utcoffset),
        keywords=keywords_of(page),
    )


def topics_of(page: Site) -> tuple[Topic, ...] | None:
    """What page, section and site are about, as far as their categories are exactly ours; None if none is.

    >>> [topic.name for topic in topics_of(Site(pagecat=("483", "647"), cattax=6)) or ()]
    ['Sports']
    """
    content = page.content or Content()
    found: dict[str, float] = {}
    for ids, taxonomy, sureness in (
        (content.cat, content.cattax, PAGE),
        (page.pagecat, page.cattax, PAGE),
        (page.sectioncat, page.cattax, SECTION),
        (page.cat, page.cattax, WHOLE_SITE),
    ):
        for topic in exact_topics(ids or (), taxonomy or CONTENT_1_0):
            found.setdefault(topic, sureness)
    names = content_topics().names
    topics = [Topic(id=TopicId(one), name=names[TopicId(one)], confidence=share) for one, share in found.items()]
    return tuple(topics[:MOST_TOPICS]) or None


def exact_topics(ids: Iterable[str], taxonomy: int) -> list[TopicId]:
    """Those of the ids that mean the same in the Content Taxonomy 3.1."""
    names = content_topics().names
    if taxonomy in OWN_TAXONOMIES:
        return [TopicId(one) for one in ids if one in names]
    if taxonomy in OLDER_TAXONOMIES:
        return [TopicId(one) for one in ids if one in names and one not in OTHER_SINCE_2_2]
    return []


def keywords_of(page: Site) -> frozenset[str] | None:
    """Words of page and site, lower case; None if there are none."""
    content = page.content or Content()
    words: list[str] = [*(content.kwarray or ()), *(page.kwarray or ())]
    for listed in (content.keywords, page.keywords):
        words += (listed or "").split(",")
    plain = [" ".join(word.casefold().split()) for word in words]
    return frozenset([word for word in plain if word and len(word) <= 100][:MOST_KEYWORDS]) or None


def zone_of(offset: int | None) -> str:
    """A zone of whole hours from minutes east of UTC.

    >>> zone_of(120), zone_of(-300), zone_of(330), zone_of(None)
    ('Etc/GMT-2', 'Etc/GMT+5', 'UTC', 'UTC')
    """
    if not offset or offset % 60 or not -12 <= offset // 60 <= 14:
        return "UTC"
    return f"Etc/GMT{-(offset // 60):+d}"


def age_of(user: User, regs: Regs, now: datetime) -> Age:
    """A minor where the law or the year of birth says so; nobody is an adult by their own word.

    Who may turn 18 this year counts as a minor.
    """
    is_young = user.yob is not None and now.year - user.yob <= GROWN_UP
    return "minor" if regs.coppa or is_young else "unknown"


def person_of(user: User, sender: Sender) -> PersonId | None:
    """The person, if the sender may name one: an id of ours among `eids`, else `user.id`.

    What may be used of them is settled by the consents on file, which nothing in a request adds to.
    """
    if not sender.may_name_people:
        return None
    eids: tuple[Eid, ...] = (*(user.eids or ()), *((user.ext.eids if user.ext else None) or ()))
    own = [uid.id for eid in eids if eid.source == sender.person_source for uid in eid.uids or ()]
    for given in (*own, user.id):
        if given and _ID.fullmatch(given):
            return PersonId(given)
    return None


def regulations_of(user: User, regs: Regs, device: Device, *, says_gpc: bool) -> Regulations:
    """Signals of law from both places that OpenRTB has had for them.

    `dnt`, `lmt` and an opt-out of sale mean no as GPC does. Where GDPR or a GPP section applies and no string says
    yes, an empty one stands for it: it does not parse, and so means no.
    """
    ext = regs.ext or RegsExt()
    gdpr = regs.gdpr if regs.gdpr is not None else ext.gdpr
    privacy = regs.us_privacy if regs.us_privacy is not None else ext.us_privacy
    consent = user.consent if user.consent is not None else user.ext.consent if user.ext else None
    gpp = regs.gpp if regs.gpp is not None else ext.gpp
    sections = regs.gpp_sid if regs.gpp_sid is not None else ext.gpp_sid
    applying = [section for section in sections or () if section > 0]
    if gdpr and consent is None and not (gpp is not None and has_tcf(gpp) and (sections is None or TCF_EU in sections)):
        consent = ""
    return Regulations(
        gpc=says_gpc
        or str(ext.gpc).lower() in {"1", "true"}
        or bool(device.dnt)
        or bool(device.lmt)
        or opts_out(privacy),
        tcf=consent,
        gpp=gpp if gpp is not None else "" if applying else None,
        gpp_sections=None if sections is None else tuple(sections),
    )


def has_tcf(gpp: str) -> bool:
    """Whether a GPP string brings the TC string itself."""
    found = read_gpp(gpp)
    return found is not None and TCF_EU in found.sections


def opts_out(privacy: str | None) -> bool:
    """Whether a US Privacy string opts out of sale; one that cannot be read does (CCPA framework, version 1).

    >>> opts_out("1YNN"), opts_out("1YYN"), opts_out("1---"), opts_out(None), opts_out("yes")
    (False, True, False, False, True)
    """
    if not privacy:
        return False
    found = us_privacy(privacy)
    return found is None or found.opts_out


def _language(*given: str | None) -> str | None:
    return next((language for language in given if language and _LANGUAGE.fullmatch(language)), None)


def _region(region: str | None, country: str | None) -> str | None:
    if not region or not re.fullmatch(r"([A-Z]{2}-)?[A-Z0-9]{1,3}", region):
        return None
    if "-" in region:
        return region
    return None if country is None else f"{country}-{region}"


def _rounded(degrees: float | None, most: float) -> float | None:
    """To about a kilometre: enough for a town, not for a house."""
    return None if degrees is None or not -most <= degrees <= most else round(degrees, 2)
