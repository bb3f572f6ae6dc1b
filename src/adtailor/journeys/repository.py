"""The public repository of ads: every ad that ran within a year, as it was shown (DSA, Art. 39).

A version of an ad is frozen before it is shown for the first time, so that what is told later depends on nothing that
can still be changed, archived or deleted. When an ad ran is told by the ledger's events.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import msgspec

from adtailor.decide.catalogue import Line
from adtailor.domain.buying import AdSet, Advertiser
from adtailor.domain.creative import Creative
from adtailor.domain.exhibit import Band, Exhibit, PublicAd, Ran, ShownPicture, exhibit_of
from adtailor.domain.ids import AdId, AdvertiserId
from adtailor.domain.ledger import Reach
from adtailor.domain.reach import LEAST_PEOPLE
from adtailor.errors import InvalidInput
from adtailor.measure.public import BUDGET, EPSILONS, MOST, Noise, Published, band, laplace, people_by, with_noise
from adtailor.ports import CatalogueSource, ExhibitStore, LedgerStore

KEPT = timedelta(days=366)
"""How long an ad stays after the day on which it last ran: a year, leap day included."""
MOST_LISTED = 100
MOST_LOOKED_AT = 2_000
"""Ads that one search looks through, before it hands over how far it came."""
LARGEST_PICTURE = 10 * 2**20
PICTURES: Mapping[str, str] = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What somebody looks for; nothing is everything."""

    advertiser: str | None = None
    """An id, or a part of a name or of a payer."""
    words: str | None = None
    since: date | None = None
    """Ads that ran on this day of UTC or later."""
    until: date | None = None
    after: str = ""
    limit: int = MOST_LISTED

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MOST_LISTED:
            raise InvalidInput(f"a limit of {self.limit}", hint=f"1 to {MOST_LISTED}", field="limit")
        if self.since is not None and self.until is not None and self.until < self.since:
            raise InvalidInput(
                f"until {self.until} ends before {self.since}", hint="a day at or after the first", field="until"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The ads that a search came upon, and the id to go on behind, if there are more."""

    ads: tuple[PublicAd, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frozen:
    """What a version was made of: whoever meets the very same objects on the same day need not look again."""

    advertiser: Advertiser
    adset: AdSet
    creative: Creative
    day: date


class Repository:
    """Freezes what is shown, finds it again, and publishes how many people saw it. Safe from several threads."""

    def __init__(
        self,
        *,
        store: ExhibitStore,
        source: CatalogueSource,
        ledger: LedgerStore,
        media: Path | None = None,
        least: int = LEAST_PEOPLE,
        noise: Noise = laplace,
    ) -> None:
        self._store = store
        self._source = source
        self._ledger = ledger
        self._media = media
        self._least = least
        self._noise = noise
        self._frozen: dict[AdId, _Frozen] = {}

    @property
    def least(self) -> int:
        """k."""
        return self._least

    def freeze(self, lines: Iterable[Line], now: datetime) -> None:
        """Keep what these ads show, before they are shown. Nothing has to be done, for most pages."""
        day = now.astimezone(UTC).date()
        fresh: dict[AdId, _Frozen] = {}
        versions: dict[bytes, Exhibit] = {}
        for line in lines:
            known = self._frozen.get(line.ad.id)
            if (
                known is not None
                and known.creative is line.creative
                and known.adset is line.adset
                and known.advertiser is line.advertiser
                and known.day == day
            ):
                continue
            fresh[line.ad.id] = _Frozen(advertiser=line.advertiser, adset=line.adset, creative=line.creative, day=day)
            exhibit = exhibit_of(line.ad.id, line.advertiser, line.adset, line.creative, picture_of=self._picture)
            versions[_version(exhibit)] = exhibit
        if versions:
            self._store.keep(versions, now)
            self._frozen.update(fresh)

    def search(self, search: Search, *, now: datetime) -> Found:
        """The ads that ran within a year and that are looked for, in the order of their ids."""
        oldest = now.astimezone(UTC).date() - KEPT
        names = {one.id: one.name for one in self._source.inventory().advertisers}
        since = max(oldest, search.since or oldest)
        found: list[PublicAd] = []
        after = search.after
        for _ in range(0, MOST_LOOKED_AT, MOST_LISTED):
            some = self._store.ran(since=since, after=after, limit=MOST_LISTED)
            for ad in self._public(some, names):
                if len(found) == search.limit:
                    return Found(ads=tuple(found), next=after)
                after = ad.ran.ad_id
                if _is_meant(ad, search):
                    found.append(ad)
            if len(some) < MOST_LISTED:
                return Found(ads=tuple(found), next=None)
        return Found(ads=tuple(found), next=after)

    def one(self, ad_id: str, *, now: datetime) -> PublicAd | None:
        """One ad, as long as it is public."""
        since = now.astimezone(UTC).date() - KEPT
        names = {one.id: one.name for one in self._source.inventory().advertisers}
        return next(iter(self._public(self._store.ran(since=since, ad_id=AdId(ad_id)), names)), None)

    def picture(self, hash_: str) -> tuple[str, bytes] | None:
        """A picture that was shown: its media type and bytes."""
        return self._store.picture(hash_)

    def figures(self, by: Published, *, since: date | None, until: date | None) -> Mapping[str, Band | None]:
        """People by ad, advertiser or site, as published: the same whenever it is asked."""
        told = self._store.published(by, since=since, until=until)
        return {name: band([*days.values()], least=self._least) for name, days in sorted(told.items())}

    def close_days(self, *, now: datetime) -> int:
        """Publish the figures of the days that are over, once and for good; how many days times breakdowns."""
        today, done = now.astimezone(UTC).date(), 0
        for by, epsilon in EPSILONS.items():
            for day in self._store.unpublished(by, today):
                shown = self._store.shown_on(day)
                start = datetime.combine(day, time(), UTC)
                reach = self._ledger.reach(start, start + timedelta(days=1))
                key = _named(by, shown)
                counts = people_by(reach, key, most=MOST[by])
                names = {name for one in reach if (name := key(one)) is not None}
                names |= set(shown) if by == "ad" else set(shown.values()) if by == "advertiser" else set()
                figures = with_noise(counts, names, by, self._noise)
                done += self._store.publish(by, day, figures, epsilon=epsilon, budget=BUDGET)
        return done

    def catch_up(self, *, now: datetime) -> int:
        """Freeze what ran before versions were kept, as far as it is still there; how many ads."""
        missing = set(self._store.without_version())
        if not missing:
            return 0
        inventory = self._source.inventory()
        creatives = {one.id: one for one in inventory.creatives}
        adsets = {one.id: one for one in inventory.adsets}
        campaigns = {one.id: one for one in inventory.campaigns}
        advertisers = {one.id: one for one in inventory.advertisers}
        versions: dict[bytes, Exhibit] = {}
        for ad in inventory.ads:
            adset, creative = adsets.get(ad.adset_id), creatives.get(ad.creative_id)
            campaign = campaigns.get(adset.campaign_id) if adset else None
            advertiser = advertisers.get(campaign.advertiser_id) if campaign else None
            if ad.id in missing and adset and creative and advertiser:
                exhibit = exhibit_of(ad.id, advertiser, adset, creative, picture_of=self._picture)
                versions[_version(exhibit)] = exhibit
        self._store.keep(versions, now)
        return len(versions)

    def gaps(self) -> Sequence[str]:
        """Where the repository and the ledger do not agree about what ran; nothing where all is well."""
        counted: dict[tuple[str, str], int] = {}
        for cell in self._ledger.cells(["ad_id"]):
            if cell.kind == "impression":
                key = cell.ad_id or "", cell.validity
                counted[key] = counted.get(key, 0) + cell.events
        wrong: list[str] = []
        after = ""
        while some := self._store.ran(since=date.min.replace(year=1970), after=after, limit=MOST_LISTED):
            for ran in some:
                after = ran.ad_id
                parts = {kind: counted.pop((ran.ad_id, kind), 0) for kind in ("valid", "givt", "sivt")}
                if (ran.shown, ran.valid) != (sum(parts.values()), parts["valid"]):
                    wrong.append(
                        f"ad {ran.ad_id} was shown {sum(parts.values())} times, {parts['valid']} of them validly, "
                        f"and the repository has {ran.shown} and {ran.valid}"
                    )
        wrong += [
            f"ad {ad} was shown {count} times, and is not in the repository" for (ad, _), count in counted.items()
        ]
        return [*wrong, *(f"nothing is kept of what ad {ad} showed" for ad in self._store.without_version())]

    def _public(self, some: Sequence[Ran], names: Mapping[AdvertiserId, str]) -> list[PublicAd]:
        ads = [ran.ad_id for ran in some]
        versions = self._store.versions(ads)
        told = self._store.published("ad", keys=ads)
        return [
            PublicAd(
                ran=ran,
                advertiser=(
                    versions[ran.ad_id][0].exhibit.advertiser
                    if versions[ran.ad_id]
                    else names.get(ran.advertiser_id, ran.advertiser_id)
                ),
                versions=versions[ran.ad_id],
                recipients=band([*told.get(ran.ad_id, {}).values()], least=self._least),
            )
            for ran in some
        ]

    def _picture(self, name: str) -> ShownPicture:
        """Kept by its content, if there is such a picture."""
        nothing = ShownPicture(hash=None, name=name)
        kind = PICTURES.get(Path(name).suffix.casefold())
        if self._media is None or kind is None:
            return nothing
        path = (self._media / name).resolve()
        if not path.is_relative_to(self._media.resolve()) or not path.is_file():
            return nothing
        if path.stat().st_size > LARGEST_PICTURE:
            return nothing
        body = path.read_bytes()
        hash_ = hashlib.sha256(body).hexdigest()
        if not self._store.has_picture(hash_):
            self._store.keep_picture(hash_, kind, body)
        return ShownPicture(hash=hash_, name=name)


def _version(exhibit: Exhibit) -> bytes:
    said = msgspec.json.encode(exhibit, order="deterministic")
    return hashlib.blake2b(said, digest_size=16).digest()


def _is_meant(ad: PublicAd, search: Search) -> bool:
    if search.until is not None and ad.ran.first_day > search.until:
        return False
    if search.advertiser is not None and search.advertiser != ad.ran.advertiser_id:
        wanted = search.advertiser.casefold()
        named = [ad.advertiser, *(part for one in ad.versions for part in (one.exhibit.advertiser, one.exhibit.payer))]
        if not any(wanted in name.casefold() for name in named):
            return False
    if search.words is None:
        return True
    words = search.words.casefold().split()
    return any(all(word in one.exhibit.text for word in words) for one in ad.versions)


def _named(by: Published, shown: Mapping[AdId, str]) -> Callable[[Reach], str | None]:
    if by == "ad":
        return lambda one: one.ad_id if one.ad_id in shown else None
    if by == "advertiser":
        return lambda one: shown.get(one.ad_id)
    return lambda one: one.site_id
