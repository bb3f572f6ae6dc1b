"""Ethical Ad Server: `manage.py dumpdata adserver` becomes organizations, advertisers, campaigns, ad sets and ads.

A flight there has the price, the dates, the targeting and what was sold, so it becomes a campaign of its own with one
ad set; the campaign above it lends its name and its type. Everything arrives in review.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from adtailor.domain.buying import Ad, AdSet, Advertiser, Bid, Campaign, Organization, Tier
from adtailor.domain.creative import Creative
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, CreativeId, OrganizationId
from adtailor.domain.money import Micros
from adtailor.domain.targeting import Targeting
from adtailor.errors import InvalidInput
from adtailor.journeys.import_fields import (
    LONGEST_BODY,
    LONGEST_CALL,
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
    words,
)
from adtailor.journeys.import_plan import Found, spread

HOUSE_TYPES = frozenset({"house", "community", "publisher-house"})
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NOT_TAKEN = {
    "include_metro_codes": "metro areas are not known here",
    "include_publishers": "sites are not targeted here: make a campaign for each installation",
    "exclude_publishers": "sites are not targeted here",
    "include_domains": "domains are not targeted here",
    "exclude_domains": "domains are not targeted here",
    "niche_targeting": "similarity to the landing page is not targeted here: topics say what an ad is about",
}
READ = ("advertiser", "campaign", "flight", "advertisement", "topic", "keyword", "region", "countryregion")


class Export:
    """The rows of a dump by model and key."""

    def __init__(self, raw: bytes) -> None:
        try:
            rows = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            rows = None
        if not isinstance(rows, list) or not all(isinstance(row, dict) and "model" in row for row in rows):
            raise InvalidInput(
                "no dump of Ethical Ad Server", hint="made by: manage.py dumpdata adserver > FILE.json", field="FILE"
            )
        self.tables: dict[str, dict[Any, Row]] = {name: {} for name in READ}
        for row in rows:
            app, _, name = str(row["model"]).partition(".")
            if app == "adserver" and name in self.tables and isinstance(row.get("fields"), dict):
                self.tables[name][row.get("pk")] = row["fields"]
        if not self.tables["advertiser"]:
            raise InvalidInput(
                "the dump holds no advertiser", hint="dump the whole app: manage.py dumpdata adserver", field="FILE"
            )


def read_ethical(raw: bytes, *, now: datetime) -> Found:
    """What a dump holds; flights that are over and not live are left where they are."""
    export, found = Export(raw), Found()
    for key, row in export.tables["advertiser"].items():
        name = text(row.get("name"))[:LONGEST_NAME] or f"advertiser {key}"
        found.organizations.append(Organization(id=OrganizationId(f"eas-organization-{key}"), name=name))
        found.advertisers.append(
            Advertiser(
                id=AdvertiserId(f"eas-advertiser-{key}"),
                organization_id=OrganizationId(f"eas-organization-{key}"),
                name=name,
                payer=name,
            )
        )
        found.leave(f"advertiser {key}", "payer", "who pays is not said there: the advertiser's own name stands for it")
    taken = {key for key, row in export.tables["flight"].items() if _flight(export, found, key, row, now)}
    for key, row in export.tables["advertisement"].items():
        if row.get("flight") in taken:
            _advertisement(export, found, key, row)
    return found


def _flight(export: Export, found: Found, key: Any, row: Row, now: datetime) -> bool:
    where = f"flight {key}"
    above = export.tables["campaign"].get(row.get("campaign"))
    if above is None or above.get("advertiser") not in export.tables["advertiser"]:
        found.leave(where, "campaign", "left out: its campaign or advertiser is not in the dump")
        return False
    ends_at = moment(row.get("end_date"), ends=True)
    if not row.get("live") and ends_at is not None and ends_at <= now:
        found.leave(where, "end_date", "left out: it is over, and not live")
        return False
    cpc, cpm = money(row.get("cpc")), money(row.get("cpm"))
    is_house = str(above.get("campaign_type")) in HOUSE_TYPES or not (cpc or cpm)
    tier: Tier = "house" if is_house else "auction"
    if cpc and cpm:
        found.leave(where, "cpm", "it has a price for clicks and one for impressions: that for clicks was taken")
    left = _left(row)
    days = 30 if ends_at is None else (ends_at - now).days + 1
    starts_at, stops_at = moment(row.get("start_date")), moment(row.get("hard_stop_date"))
    if stops_at is None and ends_at is not None:
        found.leave(where, "end_date", "a target there, not an end: none was set, the budget ends it")
    if whole(row.get("priority_multiplier")) > 1:
        found.leave(where, "priority_multiplier", "here the bid decides, and the tier of a campaign")
    if row.get("traffic_cap"):
        found.leave(where, "traffic_cap", "shares of traffic per site or country are not capped here")
    found.campaigns.append(
        Campaign(
            id=CampaignId(f"eas-flight-{key}"),
            advertiser_id=AdvertiserId(f"eas-advertiser-{above.get('advertiser')}"),
            name=f"{text(above.get('name'))}: {text(row.get('name'))}"[:LONGEST_NAME],
            status="in_review",
            objective="clicks" if cpc else "reach",
            daily_budget=spread(left, days),
            lifetime_budget=None if is_house else left,
            starts_at=starts_at,
            ends_at=stops_at if stops_at and (starts_at is None or stops_at > starts_at) else None,
            tier=tier,
        )
    )
    targeting, exclusions, hours = _targeting(export, found, where, row.get("targeting_parameters") or {})
    found.adsets.append(
        AdSet(
            id=AdSetId(f"eas-flight-{key}"),
            campaign_id=CampaignId(f"eas-flight-{key}"),
            name=text(row.get("name"))[:LONGEST_NAME] or where,
            bid=Bid(kind="cpc" if cpc else "cpm", amount=cpc or cpm),
            status="in_review",
            targeting=targeting,
            exclusions=exclusions,
            hours=hours,
        )
    )
    return True


def _left(row: Row) -> Micros:
    """What was sold and not yet delivered, in money."""
    clicks = max(0, whole(row.get("sold_clicks")) - whole(row.get("total_clicks")))
    views = max(0, whole(row.get("sold_impressions")) - whole(row.get("total_views")))
    return Micros(times(row.get("cpc"), clicks) + times(row.get("cpm"), views) // 1000)


def _targeting(export: Export, found: Found, where: str, asked: Row) -> tuple[Targeting, Targeting, frozenset[int]]:
    for name, says in NOT_TAKEN.items():
        if asked.get(name):
            found.leave(where, name, says)
    inside, outside = countries(asked.get("include_countries")), countries(asked.get("exclude_countries"))
    for name, into in (("include_regions", "in"), ("exclude_regions", "out")):
        grouped = _region_countries(export, asked.get(name) or [])
        if asked.get(name) and grouped is None:
            found.leave(where, name, "groups of countries that the dump does not hold")
        elif grouped and into == "in" and inside:
            inside &= grouped  # both have to be met there
            if not inside:
                found.leave(where, name, "meets none of its countries: nothing was asked for")
        elif grouped:
            inside, outside = (grouped, outside) if into == "in" else (inside, outside | grouped)
    states = [str(one).upper() for one in asked.get("include_state_provinces") or []]
    regions = frozenset(f"{next(iter(inside))}-{one}" for one in states) if len(inside) == 1 else frozenset[str]()
    if states and not regions:
        found.leave(where, "include_state_provinces", "a state needs its one country beside it")
    keywords, by_topic = words(asked.get("include_keywords")), _topic_words(export, asked.get("include_topics") or [])
    if asked.get("include_topics") and by_topic is None:
        found.leave(where, "include_topics", "topics whose keywords the dump does not hold")
    elif keywords and by_topic:
        found.leave(where, "include_topics", "there topics and keywords have both to be met: the keywords were taken")
    mobile = asked.get("mobile_traffic")
    days = [DAYS.index(day) for day in asked.get("days") or [] if day in DAYS]
    return (
        Targeting(
            # A state says its country: with both, any of the two would do here.
            countries=frozenset() if regions else inside,
            regions=regions,
            keywords=keywords or by_topic or frozenset(),
            devices=frozenset({"mobile"}) if mobile == "only" else frozenset(),
        ),
        Targeting(
            countries=outside,
            keywords=words(asked.get("exclude_keywords")),
            devices=frozenset({"mobile"}) if mobile == "exclude" else frozenset(),
        ),
        frozenset(day * 24 + hour for day in days for hour in range(24)),
    )


def _region_countries(export: Export, slugs: Sequence[str]) -> frozenset[str] | None:
    """The countries of some groups; None unless all groups are there."""
    keys = {row.get("slug"): key for key, row in export.tables["region"].items()}
    if not slugs or not all(slug in keys for slug in slugs):
        return None
    wanted = {keys[slug] for slug in slugs}
    rows = export.tables["countryregion"].values()
    return countries([row.get("country") for row in rows if row.get("region") in wanted]) or None


def _topic_words(export: Export, slugs: Sequence[str]) -> frozenset[str] | None:
    """The keywords of some topics; None unless all topics are there."""
    keys = {row.get("slug"): key for key, row in export.tables["topic"].items()}
    if not slugs or not all(slug in keys for slug in slugs):
        return None
    wanted = {keys[slug] for slug in slugs}
    rows = export.tables["keyword"].values()
    return words([row.get("slug") for row in rows if wanted.intersection(row.get("topics") or [])]) or None


def _advertisement(export: Export, found: Found, key: Any, row: Row) -> None:
    where = f"advertisement {key}"
    url, said = landing(row.get("link"))
    if said:
        found.leave(where, "link", f"left out: {said}" if url is None else said)
    if url is None:
        return
    headline = text(row.get("headline")) or text(row.get("name"))
    body = text(row.get("content")) or text(row.get("text"))
    picture = image(row.get("image"))
    if row.get("image") and picture is None:
        found.leave(where, "image", "no path that can lie under media/")
    elif picture:
        found.leave(where, "image", f"copy it to media/{picture} in the data folder")
    flight = export.tables["flight"][row.get("flight")]
    advertiser = export.tables["campaign"][flight.get("campaign")].get("advertiser")
    found.creatives.append(
        Creative(
            id=CreativeId(f"eas-advertisement-{key}"),
            advertiser_id=AdvertiserId(f"eas-advertiser-{advertiser}"),
            status="in_review",
            headline=headline[:LONGEST_NAME] or where,
            body=body[:LONGEST_BODY],
            image=picture,
            call_to_action=text(row.get("cta"))[:LONGEST_CALL] or "Learn more",
            landing_url=url,
        )
    )
    found.ads.append(
        Ad(
            id=AdId(f"eas-advertisement-{key}"),
            adset_id=AdSetId(f"eas-flight-{row.get('flight')}"),
            creative_id=CreativeId(f"eas-advertisement-{key}"),
            status="in_review" if row.get("live") else "draft",
        )
    )
