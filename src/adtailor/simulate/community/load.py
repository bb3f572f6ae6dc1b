"""Turns the community's files into domain values, dated relative to the clock that is handed in."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path

from adtailor.domain.buying import Ad, AdSet, Advertiser, Bid, Campaign, Inventory, Organization
from adtailor.domain.creative import Creative
from adtailor.domain.ids import (
    AdId,
    AdSetId,
    AdvertiserId,
    CampaignId,
    CreativeId,
    OrganizationId,
    PersonId,
    PostId,
    ProductId,
    TopicId,
)
from adtailor.domain.money import micros
from adtailor.domain.person import Consents, Person
from adtailor.domain.post import Photo, Post
from adtailor.domain.targeting import Targeting
from adtailor.errors import InvalidInput
from adtailor.simulate.community import files

HERE = Path(__file__).parent
_AGO = re.compile(r"(\d)d (\d\d):([0-5]\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Someone of the community: their choices, and how they introduce themselves."""

    person: Person
    name: str
    zone: str
    language: str
    bio: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """Everything the demo starts from. Images of creatives are paths under `media`."""

    people: tuple[Member, ...]
    posts: tuple[Post, ...]
    """Oldest first."""
    inventory: Inventory
    media: Path


def load_community(now: datetime) -> Community:
    """Larkwater as it stands at `now`: the same for the same clock, every post in the past.

    >>> from datetime import UTC
    >>> larkwater = load_community(datetime(2026, 11, 20, 12, tzinfo=UTC))
    >>> larkwater.posts[-1].created_at.isoformat()
    '2026-11-20T11:20:00+00:00'
    """
    people = files.read(HERE / "people.toml", files.PeopleFile).members
    posts = files.read(HERE / "posts.toml", files.PostsFile).posts
    organizations = files.read(HERE / "organizations.toml", files.OrganizationsFile).organizations
    shops = [files.read(path, files.AdvertiserFile) for path in sorted((HERE / "advertisers").glob("*.toml"))]
    return Community(
        people=tuple(_member(row) for row in people),
        posts=_posts(posts, now, HERE / "media"),
        inventory=_inventory(organizations, shops),
        media=HERE / "media",
    )


def before(now: datetime, ago: str) -> datetime:
    """The moment `ago` before now, where `2d 09:15` is two days, nine hours and a quarter.

    >>> from datetime import UTC
    >>> before(datetime(2026, 11, 20, 12, tzinfo=UTC), "2d 09:15").isoformat()
    '2026-11-18T02:45:00+00:00'
    """
    match = _AGO.fullmatch(ago)
    if match is None:
        raise InvalidInput(f"{ago!r} is no time ago", hint="write days, hours and minutes as 2d 09:15", field="ago")
    days, hours, minutes = map(int, match.groups())
    return now - timedelta(days=days, hours=hours, minutes=minutes)


def _member(row: files.MemberRow) -> Member:
    known = {f.name for f in fields(Consents)}
    if unknown := set(row.consents) - known:
        raise InvalidInput(
            f"{sorted(unknown)} are no consents", hint=f"use {sorted(known)}", field=f"{row.id}.consents"
        )
    return Member(
        person=Person(
            person_id=PersonId(row.id),
            consents=Consents(**dict.fromkeys(row.consents, True)),
            objected=row.objected,
            country=row.country,
            age=row.age,
        ),
        name=row.name,
        zone=row.zone,
        language=row.language,
        bio=row.bio,
    )


def _posts(rows: Mapping[str, Iterable[files.PostRow]], now: datetime, media: Path) -> tuple[Post, ...]:
    posts = [
        Post(
            id=PostId(row.id),
            author_id=PersonId(author),
            created_at=before(now, row.ago),
            text=row.text,
            language=row.language,
            photos=() if row.photo is None else (Photo(path=media / row.photo, alt=row.alt),),
            place="Larkwater",
            reply_to=None if row.reply_to is None else PostId(row.reply_to),
            is_repost=row.is_repost,
        )
        for author, written in rows.items()
        for row in written
    ]
    return tuple(sorted(posts, key=lambda post: (post.created_at, post.id)))


def _inventory(organizations: Mapping[str, str], shops: Iterable[files.AdvertiserFile]) -> Inventory:
    advertisers: list[Advertiser] = []
    campaigns: list[Campaign] = []
    adsets: list[AdSet] = []
    creatives: list[Creative] = []
    ads: list[Ad] = []
    for shop in shops:
        advertisers.append(_advertiser(shop))
        creatives += (_creative(shop, name, row) for name, row in shop.creatives.items())
        for campaign in shop.campaigns:
            campaigns.append(_campaign(shop, campaign))
            for adset in campaign.adsets:
                adsets.append(_adset(campaign, adset))
                ads += _ads(shop, adset)
    return Inventory(
        organizations=tuple(Organization(id=OrganizationId(key), name=name) for key, name in organizations.items()),
        advertisers=tuple(advertisers),
        campaigns=tuple(campaigns),
        adsets=tuple(adsets),
        creatives=tuple(creatives),
        ads=tuple(ads),
        version=1,
    )


def _advertiser(shop: files.AdvertiserFile) -> Advertiser:
    return Advertiser(
        id=AdvertiserId(shop.id),
        organization_id=OrganizationId(shop.organization),
        name=shop.name,
        payer=shop.payer,
        landing_domains=(shop.domain,),
    )


def _campaign(shop: files.AdvertiserFile, row: files.CampaignRow) -> Campaign:
    return Campaign(
        id=CampaignId(row.id),
        advertiser_id=AdvertiserId(shop.id),
        name=row.name,
        objective=row.objective,
        daily_budget=micros(row.daily_budget),
        lifetime_budget=None if row.lifetime_budget is None else micros(row.lifetime_budget),
        zone=row.zone,
    )


def _adset(campaign: files.CampaignRow, row: files.AdSetRow) -> AdSet:
    return AdSet(
        id=AdSetId(row.id),
        campaign_id=CampaignId(campaign.id),
        name=row.name,
        bid=Bid(kind=row.bid.kind, amount=micros(row.bid.amount)),
        targeting=_targeting(row.targeting),
        exclusions=_targeting(row.exclusions),
        daily_cap=row.daily_cap,
        session_cap=row.session_cap,
    )


def _targeting(row: files.TargetingRow) -> Targeting:
    return Targeting(
        countries=frozenset(row.countries),
        languages=frozenset(row.languages),
        devices=frozenset(row.devices),
        topics=_topics(row.topics),
        interests=_topics(row.interests),
        look=frozenset(row.look),
    )


def _creative(shop: files.AdvertiserFile, name: str, row: files.CreativeRow) -> Creative:
    return Creative(
        id=CreativeId(f"{shop.id}.{name}"),
        advertiser_id=AdvertiserId(shop.id),
        format=row.format,
        headline=row.headline,
        body=row.body,
        image=f"ads/{row.image}",
        call_to_action=row.call_to_action,
        landing_url=f"https://{shop.domain}{row.page}",
        language=row.language,
        topics={TopicId(_id(topic)): share for topic, share in row.topics.items()},
        products=frozenset(ProductId(_id(product)) for product in row.products),
        look=row.look,
        tone=row.tone,
        is_urgent=row.is_urgent,
        price=None if row.price is None else micros(row.price),
    )


def _ads(shop: files.AdvertiserFile, row: files.AdSetRow) -> Iterable[Ad]:
    for name in row.ads:
        if name not in shop.creatives:
            raise InvalidInput(
                f"{name!r} is no creative of {shop.id}", hint=f"one of {sorted(shop.creatives)}", field=f"{row.id}.ads"
            )
        yield Ad(id=AdId(f"{row.id}.{name}"), adset_id=AdSetId(row.id), creative_id=CreativeId(f"{shop.id}.{name}"))


def _topics(written: Iterable[str]) -> frozenset[TopicId]:
    return frozenset(TopicId(_id(topic)) for topic in written)


def _id(written: str) -> str:
    """`492` of `492 Cycling`: the name is there for who reads the file, and a test holds it to the taxonomy."""
    return written.partition(" ")[0]
