"""Revive Adserver: its tables as JSON, or banners joined with campaigns and clients as CSV, become the buying side.

Revive keeps limits with each banner; here they belong to the ad set, so the banners of a campaign are put into one
ad set for each set of limits that they share. Everything arrives in review.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import msgspec

from adtailor.domain.buying import Ad, AdSet, Advertiser, Bid, BidKind, Campaign, Objective, Organization, Tier
from adtailor.domain.creative import Creative
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, CreativeId, OrganizationId
from adtailor.domain.money import Micros
from adtailor.domain.targeting import Targeting
from adtailor.errors import InvalidInput
from adtailor.journeys.import_fields import (
    LONGEST_BODY,
    LONGEST_NAME,
    Row,
    countries,
    image,
    landing,
    moment,
    money,
    text,
    times,
    whole,
)
from adtailor.journeys.import_plan import Found, spread

TABLES = ("clients", "campaigns", "banners", "acls", "zones")
PAYS: Mapping[int, BidKind] = {1: "cpm", 2: "cpc", 3: "cpa"}
"""`revenue_type`; 4 is a monthly tenancy."""
OBJECTIVES: Mapping[BidKind, Objective] = {"cpm": "reach", "cpc": "clicks", "cpa": "conversions"}
BOOKED: Mapping[BidKind, str] = {"cpm": "views", "cpc": "clicks", "cpa": "conversions"}
REMNANT = frozenset({0, -2})
"""`priority` of what runs where nothing was promised; 1 to 10 are contracts, -1 shuts everybody else out."""
PAUSED = 1
A_DAY = 86_400
HTML_LEFT = "left out: its HTML is not taken over, ads here are words and a picture"
INCLUDE, EXCLUDE = frozenset({"=~", "=="}), frozenset({"!~", "!="})
SUNDAY_FIRST = 7
_PREFIX = re.compile(r"^(?:[a-z]{2,4}_)?(clients|campaigns|banners|acls|zones)$")
Limit = tuple[str, str, str]
"""What is limited, how it is compared, and with what."""


def read_revive(raw: bytes, *, now: datetime, daily_budget: Micros) -> Found:
    """What an export holds; `daily_budget` is for campaigns, as Revive has no budgets in money."""
    tables, found = tables_of(raw), Found()
    clients = {whole(row.get("clientid")): row for row in tables["clients"]}
    campaigns = {whole(row.get("campaignid")): row for row in tables["campaigns"]}
    for key, row in clients.items():
        name = text(row.get("clientname"))[:LONGEST_NAME] or f"client {key}"
        organization = OrganizationId(f"revive-organization-{key}")
        found.organizations.append(Organization(id=organization, name=name))
        found.advertisers.append(
            Advertiser(id=AdvertiserId(f"revive-client-{key}"), organization_id=organization, name=name, payer=name)
        )
        found.leave(f"client {key}", "payer", "who pays is not said there: the advertiser's own name stands for it")
    for key, row in campaigns.items():
        if whole(row.get("clientid")) not in clients:
            found.leave(f"campaign {key}", "clientid", "left out: its client is not in the export")
            continue
        banners = [one for one in tables["banners"] if whole(one.get("campaignid")) == key]
        _campaign(found, key, row, banners, _limits(tables["acls"]), now=now, daily_budget=daily_budget)
    for row in tables["zones"]:
        size = f"{whole(row.get('width'))} x {whole(row.get('height'))}"
        found.leave(
            f"zone {row.get('zoneid')}",
            text(row.get("zonename")),
            f"a place on a page, {size}: ask for it with a decision or a bid request, see docs/openrtb.md",
        )
    return found


def tables_of(raw: bytes) -> dict[str, list[Row]]:
    """The tables of an export, whatever their prefix: a JSON object of tables, phpMyAdmin's JSON, or one joined CSV."""
    try:
        given = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _no_export() from None
    if given.lstrip()[:1] not in {"{", "["}:
        return _from_csv(given)
    try:
        document = msgspec.json.decode(given)
    except (msgspec.DecodeError, RecursionError):
        raise _no_export() from None
    if isinstance(document, list):
        parts = [part for part in cast("list[Any]", document) if isinstance(part, dict) and part.get("type") == "table"]
        document = {part.get("name"): part.get("data") for part in parts}
    tables: dict[str, list[Row]] = {name: [] for name in TABLES}
    for name, rows in cast("dict[Any, Any]", document).items():
        known = _PREFIX.match(str(name))
        if known and isinstance(rows, list):
            tables[known.group(1)] += [row for row in cast("list[Any]", rows) if isinstance(row, dict)]
    return _checked(tables)


def _from_csv(given: str) -> dict[str, list[Row]]:
    rows = list(csv.DictReader(io.StringIO(given)))
    if not rows or "bannerid" not in rows[0]:
        raise _no_export()
    tables: dict[str, list[Row]] = {name: [] for name in TABLES}
    tables["clients"] = list({row.get("clientid"): row for row in rows}.values())
    tables["campaigns"] = list({row.get("campaignid"): row for row in rows}.values())
    # What both tables call alike is told apart by a prefix in the query; without one it is the campaign's.
    tables["banners"] = [
        {**row, **{name: row.get(f"banner_{name}", "") for name in ("status", "capping", "session_capping", "block")}}
        for row in rows
    ]
    return _checked(tables)


def _checked(tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    if not (tables["clients"] and tables["campaigns"]):
        raise _no_export()
    return tables


def _no_export() -> InvalidInput:
    return InvalidInput(
        "no export of Revive Adserver",
        hint="its tables clients, campaigns, banners, acls and zones as JSON, or one CSV: see docs/moving.md",
        field="FILE",
    )


def _limits(acls: Sequence[Row]) -> dict[int, tuple[Limit, ...] | None]:
    """Per banner its limits, sorted; None where they are joined by "or", which an ad set cannot say."""
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in acls:
        found[whole(row.get("bannerid"))].append(row)
    return {
        banner: None
        if any(str(row.get("logical")) == "or" for row in rows)
        else tuple(sorted((str(row.get("type")), str(row.get("comparison")), str(row.get("data"))) for row in rows))
        for banner, rows in found.items()
    }


def _campaign(
    found: Found,
    key: int,
    row: Row,
    banners: Sequence[Row],
    limits: Mapping[int, tuple[Limit, ...] | None],
    *,
    now: datetime,
    daily_budget: Micros,
) -> None:
    where = f"campaign {key}"
    starts_at = moment(row.get("activate_time") or row.get("activate"))
    ends_at = moment(row.get("expire_time") or row.get("expire"), ends=True)
    if ends_at is not None and ends_at <= now:
        found.leave(where, "expire", "left out: it is over")
        return
    bid = _bid(found, where, row)
    views = whole(row.get("views"))
    tier: Tier = "auction" if bid.amount else "house"
    if whole(row.get("priority")) not in REMNANT:
        if views > 0 and starts_at and ends_at:
            tier = "guaranteed"
        else:
            found.leave(where, "priority", "a contract without impressions, start and end bids like any other here")
    booked = _booked(row, bid)
    days = 30 if ends_at is None else (ends_at - max(now, starts_at or now)).days + 1
    if booked is None:
        found.leave(where, "budget", "nothing in money was booked: the daily budget is the one that you gave")
    found.campaigns.append(
        Campaign(
            id=CampaignId(f"revive-campaign-{key}"),
            advertiser_id=AdvertiserId(f"revive-client-{whole(row.get('clientid'))}"),
            name=text(row.get("campaignname"))[:LONGEST_NAME] or where,
            status="in_review",
            objective=OBJECTIVES[bid.kind],
            daily_budget=daily_budget if booked is None else spread(booked, days),
            lifetime_budget=booked,
            starts_at=starts_at,
            ends_at=ends_at,
            tier=tier,
            goal_impressions=views if tier == "guaranteed" else None,
        )
    )
    shared: defaultdict[tuple[Limit, ...], list[Row]] = defaultdict(list)
    for banner in banners:
        own = limits.get(whole(banner.get("bannerid")), ())
        if own is None:
            found.leave(f"banner {banner.get('bannerid')}", "acls", "left out: its limits are joined by or")
        else:
            shared[own].append(banner)
    for number, (asked, group) in enumerate(sorted(shared.items())):
        adset = _adset(found, row, f"revive-campaign-{key}" + (f"-{number}" if number else ""), asked, bid)
        found.adsets.append(adset)
        for banner in group:
            _banner(found, banner, adset.id, AdvertiserId(f"revive-client-{whole(row.get('clientid'))}"))


def _bid(found: Found, where: str, row: Row) -> Bid:
    kind = PAYS.get(whole(row.get("revenue_type")))
    if kind is None:
        found.leave(where, "revenue_type", "a monthly fee is no bid: it runs as the operator's own, for nothing")
        return Bid(kind="cpm", amount=Micros(0))
    return Bid(kind=kind, amount=money(row.get("revenue")))


def _booked(row: Row, bid: Bid) -> Micros | None:
    """What was booked, in money: of the events that are paid for, if their number is limited."""
    count = whole(row.get(BOOKED[bid.kind]))
    if count <= 0 or not bid.amount:
        return None
    return Micros(times(row.get("revenue"), count) // (1000 if bid.kind == "cpm" else 1))


def _adset(found: Found, row: Row, key: str, asked: Iterable[Limit], bid: Bid) -> AdSet:
    where = f"campaign {whole(row.get('campaignid'))}"
    targeting, exclusions, hours = _targeting(found, where, asked)
    made = AdSet(
        id=AdSetId(key),
        campaign_id=CampaignId(f"revive-campaign-{whole(row.get('campaignid'))}"),
        name=text(row.get("campaignname"))[:LONGEST_NAME] or where,
        bid=bid,
        status="in_review",
        targeting=targeting,
        exclusions=exclusions,
        hours=hours,
    )
    if (session := whole(row.get("session_capping"))) > 0:
        made = replace(made, session_cap=session)
    capping = whole(row.get("capping"))
    if capping > 0 and whole(row.get("block")) == A_DAY:
        return replace(made, daily_cap=capping)
    if capping > 0:
        found.leave(where, "capping", "a cap for a whole life is none here: caps are per day and session")
    return made


def _targeting(found: Found, where: str, limits: Iterable[Limit]) -> tuple[Targeting, Targeting, frozenset[int]]:
    """Countries, languages and days; any other limit is told, for without it an ad may stand where it was not meant."""
    inside: dict[str, frozenset[str]] = {}
    outside: dict[str, frozenset[str]] = {}
    hours: frozenset[int] = frozenset()
    for kind, comparison, data in limits:
        what = kind.removeprefix("deliveryLimitations:")
        given = [one.strip() for one in data.split(",") if one.strip()]
        side = inside if comparison in INCLUDE else outside if comparison in EXCLUDE else None
        if what == "Geo:Country" and side is not None:
            side["countries"] = countries(given)
        elif what == "Client:Language" and side is not None:
            side["languages"] = frozenset(one.lower() for one in given if re.fullmatch(r"[A-Za-z]{2,3}", one))
        elif what == "Time:Day" and side is not None:
            days = {(whole(one) - 1) % SUNDAY_FIRST for one in given}  # 0 is Sunday there, Monday here
            chosen = days if side is inside else set(range(SUNDAY_FIRST)) - days
            hours = frozenset(day * 24 + hour for day in chosen for hour in range(24))
        else:
            found.leave(where, what, "a limit that is not taken over: see to it before you approve its ads")
    return Targeting(**cast("Any", inside)), Targeting(**cast("Any", outside)), hours


def _banner(found: Found, row: Row, ad_set: AdSetId, advertiser: AdvertiserId) -> None:
    key = whole(row.get("bannerid"))
    where = f"banner {key}"
    stored = str(row.get("storagetype") or "")
    if stored == "html":
        found.leave(where, "htmltemplate", HTML_LEFT)
        return
    url, said = landing(row.get("url"))
    if said:
        found.leave(where, "url", f"left out: {said}" if url is None else said)
    if url is None:
        return
    picture = image(row.get("filename")) if stored in {"web", "sql"} else None
    if picture is not None:
        found.leave(where, "filename", f"copy it to media/{picture} in the data folder")
    elif stored in {"web", "sql", "url"}:
        found.leave(where, "image", "a picture elsewhere, or under a name that will not do: put it under media/")
    body = text(row.get("bannertext"))
    headline = next((one for name in ("alt", "statustext", "description") if (one := text(row.get(name)))), body)
    if not headline:
        found.leave(where, "alt", "left out: it has no words, and every ad here has a headline")
        return
    found.creatives.append(
        Creative(
            id=CreativeId(f"revive-banner-{key}"),
            advertiser_id=advertiser,
            status="in_review",
            format="image" if picture and not body else "native",
            headline=headline[:LONGEST_NAME],
            body=body[:LONGEST_BODY],
            image=picture,
            landing_url=url,
        )
    )
    found.ads.append(
        Ad(id=AdId(f"revive-banner-{key}"), adset_id=ad_set, creative_id=CreativeId(f"revive-banner-{key}"),
           status="draft" if whole(row.get("status")) == PAUSED else "in_review")
    )  # fmt: skip
