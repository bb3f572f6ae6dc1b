"""The buying side as columns: frozen, swapped whole, and read by every rule and the scoring pass."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from adtailor.decide.answers import KeptAnswers
from adtailor.decide.bits import BIT
from adtailor.decide.budgets import Budgets, budgets_of
from adtailor.decide.caps import SharedCaps, shared_caps
from adtailor.decide.lines import Line, inactive_part
from adtailor.decide.quality import AD_TONES, tone_column
from adtailor.decide.targets import Targets, targets_of
from adtailor.decide.tiers import Labels, Tiers, labels_of, tiers_of
from adtailor.domain.buying import Inventory
from adtailor.domain.creative import Format
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, ProductId, TopicId
from adtailor.domain.money import Micros
from adtailor.domain.targeting import Targeting
from adtailor.errors import ModelUnavailable
from adtailor.maths.names import stable_hash
from adtailor.maths.scoring import AdColumns, ad_columns, click_rate, with_worth
from adtailor.ports import AdSide, Ranker

FORMATS: tuple[Format, ...] = ("native", "image", "carousel")
CONVERSION_RATE = 0.02
"""Conversions per click before any were seen: about what shops report of paid traffic; a trained model replaces it."""

_ANYWHERE: frozenset[str] = frozenset()
ELSEWHERE = "by region or circle"
"""Stands for countries where an ad asks for other kinds of places only: no page is in it."""

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Postings(Generic[Key]):
    """For each key, the ads it concerns."""

    ads: Mapping[Key, NDArray[np.int32]]

    def of(self, keys: Iterable[Key]) -> NDArray[np.int32]:
        """The ads of any of these keys; some perhaps more than once."""
        found = [ads for key in keys if (ads := self.ads.get(key)) is not None]
        return np.concatenate(found) if found else np.empty(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Choices(Generic[Key]):
    """Which of many values each ad asks for, as bits: row 0 of `masks` has the first 64 values, and so on.

    A few values take a narrower word. Bit 0 stands for every value that no ad names, so whoever asks for nothing has
    all bits set.
    """

    bits: Mapping[Key, int]
    masks: NDArray[np.unsignedinteger]

    def allow(self, value: Key | None) -> NDArray[np.bool_]:
        """True for the ads that ask for this value, or for none."""
        word, bit = divmod(self.bits.get(value, 0) if value is not None else 0, 64)
        return (self.masks[word] & self.masks.dtype.type(1 << bit)) != 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """One moment of the buying side. Arrays have one entry per ad, the likely best first; they are never written to."""

    version: int
    ranker: str
    lines: Sequence[Line | None]
    """None where an ad set, campaign, advertiser or creative is missing; such an ad never stands."""
    ad_ids: Sequence[AdId]
    index: Mapping[AdId, int]
    scoring: AdColumns
    """What the pass reads: what each ad is worth by its bid here, in the scale of its tier."""
    in_full: AdColumns
    """The same by the full bids."""
    bids: NDArray[np.float64]
    """What each ad bids here: the most it pays, or less where its pace or a target cost asks for it."""
    amounts: NDArray[np.float64]
    """The most it pays."""
    targeted: Sequence[int]
    """The ads that bid after a target cost."""
    tiers: Tiers
    labels: Labels
    behind: NDArray[np.bool_]
    """False for ads of a guaranteed campaign that has by now what it was promised."""
    advertisers: NDArray[np.int32]
    advertiser_index: Mapping[AdvertiserId, int]
    formats: NDArray[np.uint8]
    """One bit each, in the order of `FORMATS`."""
    pays_conversions: NDArray[np.bool_]
    conversion_rate: float

    active: NDArray[np.bool_]
    starts_at: NDArray[np.float64]
    ends_at: NDArray[np.float64]
    """Seconds since 1970."""
    changes_at: NDArray[np.float64]
    """Every time at which some campaign or ad set begins or ends, in order."""
    budgets: Budgets
    budget_open: NDArray[np.bool_]
    countries: Choices[str]
    languages: Choices[str]
    devices: Choices[str]
    daily_caps: NDArray[np.int32]
    session_caps: NDArray[np.int32]
    for_adults: NDArray[np.bool_]
    is_sensitive: NDArray[np.bool_]
    is_urgent: NDArray[np.bool_]
    is_personal: NDArray[np.bool_]
    reaches_enough: NDArray[np.bool_]
    """False where a profile targeting is known to reach few people, or nobody has counted yet."""
    asks_topics: NDArray[np.bool_]
    excludes_topics: NDArray[np.bool_]
    asks_interests: NDArray[np.bool_]
    asks_look: NDArray[np.bool_]
    fails_without: NDArray[np.uint8]
    """Which signals' absence turns an ad away: it asks for what would then not be known. See `bits.BIT`."""
    targets: Targets
    """What else they ask for and exclude."""
    set_caps: SharedCaps
    campaign_caps: SharedCaps
    advertiser_caps: SharedCaps
    topics: Postings[TopicId]
    excluded_topics: Postings[TopicId]
    interests: Postings[TopicId]
    look: Postings[str]
    about: Postings[TopicId]
    """What the creatives are about, with all topics above."""
    parents: Mapping[TopicId, TopicId]
    topic_names: Mapping[TopicId, str]
    kept: KeptAnswers
    """What rules said that does not depend on budgets."""

    def __len__(self) -> int:
        return len(self.ad_ids)

    def line(self, ad: int) -> Line:
        """An ad that may be ranked, by its place in the columns."""
        line = self.lines[ad]
        if line is None:
            raise KeyError(self.ad_ids[ad])
        return line

    def lineage(self, topics: Iterable[TopicId]) -> set[TopicId]:
        """These topics and all above them."""
        return lineage(topics, self.parents)

    def with_spent(self, spent: Mapping[CampaignId, tuple[Micros, Micros]]) -> "Catalogue":
        """The same with budgets as they stand: per campaign, what this day and its whole life have been charged.

        A campaign that cannot pay one more event of an ad at its full bid is closed to that ad. The other columns are
        shared, so this is cheap enough to do at every charge; the old catalogue stays as it was.
        """
        return replace(self, budget_open=self.budgets.left(spent))

    def with_bids(self, shares: NDArray[np.float64]) -> "Catalogue":
        """The same where each ad bids this share of the most it pays, from 0 to 1; house ads bid nothing anyhow."""
        bids = np.floor(self.amounts * np.where(self.tiers.takes_floors, shares, 1.0))
        exact = np.divide(bids, self.amounts, out=np.ones(len(bids)), where=self.amounts > 0.0)
        scoring = with_worth(
            self.in_full,
            per_impression=self.in_full.per_impression * exact,
            per_click=self.in_full.per_click * exact,
        )
        return replace(self, bids=bids, scoring=scoring)

    def with_behind(self, campaigns: Iterable[CampaignId]) -> "Catalogue":
        """The same where of all guaranteed campaigns only these are behind what they were promised by now."""
        behind = np.zeros(len(self.budgets.daily), dtype=np.bool_)
        behind[[n for name in campaigns if (n := self.budgets.index.get(name)) is not None]] = True
        return replace(self, behind=~self.tiers.is_guaranteed | behind[self.budgets.campaigns])

    def without(self, ads: Iterable[AdId], campaigns: Iterable[CampaignId]) -> "Catalogue":
        """The same without some ads, and without all of some campaigns."""
        stopped = self._of(campaigns)
        stopped[[place for ad in ads if (place := self.index.get(ad)) is not None]] = True
        if not (stopped & self.active).any():
            return self
        return replace(self, active=self.active & ~stopped, kept=KeptAnswers(ads=len(self)))

    def ads_of(self, campaigns: Iterable[CampaignId]) -> frozenset[AdId]:
        """The ads of some campaigns."""
        return frozenset([self.ad_ids[place] for place in np.flatnonzero(self._of(campaigns)).tolist()])

    def _of(self, campaigns: Iterable[CampaignId]) -> NDArray[np.bool_]:
        numbers = [n for name in campaigns if (n := self.budgets.index.get(name)) is not None]
        return np.isin(self.budgets.campaigns, numbers)

    def house_only(self) -> "Catalogue":
        """The same where nothing runs but the operator's own ads."""
        return replace(self, active=self.active & self.tiers.is_house, kept=KeptAnswers(ads=len(self)))

    def with_room(self, left: NDArray[np.int64], headroom: NDArray[np.float64]) -> "Catalogue":
        """The same with what may be promised of each campaign's budget, in the order of `budgets.index`.

        An ad stands where one more event at its full bid fits what is left, and half of it may still be promised.
        """
        of, next_charge = self.budgets.campaigns, self.budgets.next_charge
        return replace(self, budget_open=(left[of] >= next_charge) & (2.0 * headroom[of] >= next_charge))


def build_catalogue(
    inventory: Inventory,
    *,
    ranker: Ranker,
    parents: Mapping[TopicId, TopicId],
    adult_products: frozenset[ProductId],
    sensitive_products: frozenset[ProductId] = frozenset(),
    product_parents: Mapping[ProductId, ProductId] | None = None,
    topic_names: Mapping[TopicId, str] | None = None,
    spent: Mapping[CampaignId, tuple[Micros, Micros]] | None = None,
    conversion_rate: float = CONVERSION_RATE,
    narrow: Collection[AdSetId] = frozenset(),
) -> Catalogue:
    """Columns of an inventory at one version.

    `parents` maps a topic to the one above it, `product_parents` a product. `adult_products` never reach minors;
    `sensitive_products` are never moved by affect and never stand beside hardship. What lies below either counts too,
    as far as its parents are given. `narrow` ad sets reach too few people by their profile.
    """
    lines = _lines(inventory)
    side = checked_side(ranker.ad_side(inventory), ranker.name, len(inventory.ads))
    bids = np.array([line.adset.bid.amount if line else 0 for line in lines], dtype=np.float64)
    kinds = np.array([line.adset.bid.kind if line else "cpm" for line in lines], dtype="U3")
    tiers = tiers_of([line.campaign.tier if line else "auction" for line in lines])
    # Outside the auction a bid only orders the ads of a tier among themselves.
    worth = np.where(tiers.takes_floors, bids, np.clip(bids, 1.0, 1e9)) * tiers.scale
    per_impression = np.where(kinds == "cpm", worth / 1000.0, 0.0)
    per_click = np.where(kinds == "cpc", worth, np.where(kinds == "cpa", worth * conversion_rate, 0.0))
    # The likely best first: the pass then rarely moves what it keeps, and accounts name the losers that mattered.
    likely = per_impression + per_click * click_rate(side.bias.astype(np.float64))
    order = np.lexsort((np.arange(len(lines)), -likely))

    ads = [inventory.ads[i] for i in order]
    sorted_lines = tuple(lines[i] for i in order)
    targeting = [line.adset.targeting if line else Targeting() for line in sorted_lines]
    exclusions = [line.adset.exclusions if line else Targeting() for line in sorted_lines]
    products = [lineage(line.creative.products, product_parents or {}) if line else set() for line in sorted_lines]
    advertiser_index = {advertiser.id: n for n, advertiser in enumerate(inventory.advertisers)}
    budgets = budgets_of(inventory, sorted_lines)
    asks_topics = _flags(bool(t.topics) for t in targeting)
    excludes_topics = _flags(bool(t.topics) for t in exclusions)
    asks_interests = _flags(bool(t.interests) for t in targeting)
    asks_look = _flags(bool(t.look) for t in targeting)
    elsewhere = frozenset({ELSEWHERE})
    asks_country = _flags(bool(t.countries) for t in targeting)
    targets = targets_of(
        [line.adset if line else None for line in sorted_lines],
        [line.campaign.zone if line else "UTC" for line in sorted_lines],
    )
    advertisers = np.array([advertiser_index[line.advertiser.id] if line else -1 for line in sorted_lines], np.int32)
    adset_index = {adset.id: n for n, adset in enumerate(inventory.adsets)}

    scoring = ad_columns(
        bias=side.bias[order],
        vectors=side.vectors[order],
        per_impression=per_impression[order],
        per_click=per_click[order],
        tones=np.array(
            [tone_column(line.creative.tone) if line else [0.0] * len(AD_TONES) for line in sorted_lines],
            dtype=np.float32,
        ).reshape(len(ads), len(AD_TONES)),
        affect_may_move=_flags(not (p & sensitive_products or p & adult_products) for p in products),
        name_hashes=np.array([stable_hash(ad.id) for ad in ads], dtype=np.uint64),
    )
    return Catalogue(
        version=inventory.version,
        ranker=ranker.name,
        lines=sorted_lines,
        ad_ids=tuple(ad.id for ad in ads),
        index={line.ad.id: n for n, line in enumerate(sorted_lines) if line},
        scoring=scoring,
        in_full=scoring,
        bids=bids[order],
        amounts=bids[order],
        targeted=tuple(n for n, line in enumerate(sorted_lines) if line and line.adset.bid.target is not None),
        tiers=tiers_of([line.campaign.tier if line else "auction" for line in sorted_lines]),
        labels=labels_of(line.campaign.separation if line else frozenset() for line in sorted_lines),
        behind=np.ones(len(ads), dtype=np.bool_),
        advertisers=advertisers,
        advertiser_index=advertiser_index,
        formats=np.array([1 << FORMATS.index(line.creative.format) if line else 0 for line in sorted_lines], np.uint8),
        pays_conversions=(kinds == "cpa")[order],
        conversion_rate=conversion_rate,
        active=_flags(line is not None and inactive_part(line) is None for line in sorted_lines),
        starts_at=np.maximum(
            _seconds((line.campaign.starts_at if line else None for line in sorted_lines), -np.inf),
            _seconds((line.adset.starts_at if line else None for line in sorted_lines), -np.inf),
        ),
        ends_at=np.minimum(
            _seconds((line.campaign.ends_at if line else None for line in sorted_lines), np.inf),
            _seconds((line.adset.ends_at if line else None for line in sorted_lines), np.inf),
        ),
        changes_at=np.array(
            sorted(
                {
                    at.timestamp()
                    for runs in (*inventory.campaigns, *inventory.adsets)
                    for at in (runs.starts_at, runs.ends_at)
                    if at is not None
                }
            ),
            dtype=np.float64,
        ),
        budgets=budgets,
        budget_open=budgets.left(spent or {}),
        countries=_choices([t.countries or (elsewhere if t.regions or t.circles else _ANYWHERE) for t in targeting]),
        languages=_choices([t.languages for t in targeting]),
        devices=_choices([t.devices for t in targeting]),
        daily_caps=np.array([line.adset.daily_cap if line else 0 for line in sorted_lines], dtype=np.int32),
        session_caps=np.array([line.adset.session_cap if line else 0 for line in sorted_lines], dtype=np.int32),
        for_adults=_flags(bool(p & adult_products) for p in products),
        is_sensitive=_flags(bool(p & sensitive_products) for p in products),
        is_urgent=_flags(line is not None and line.creative.is_urgent for line in sorted_lines),
        is_personal=_flags(t.is_personal for t in targeting),
        reaches_enough=_flags(line is None or line.adset.id not in narrow for line in sorted_lines),
        asks_topics=asks_topics,
        excludes_topics=excludes_topics,
        asks_interests=asks_interests,
        asks_look=asks_look,
        fails_without=(
            np.where(asks_topics | excludes_topics, BIT["context topics"], 0)
            | np.where(asks_interests, BIT["interests"], 0)
            | np.where(asks_look, BIT["look"], 0)
            | np.where(asks_country, BIT["place"], 0)
        ).astype(np.uint8)
        | targets.fails_without,
        targets=targets,
        set_caps=shared_caps(
            np.array([adset_index[line.adset.id] if line else -1 for line in sorted_lines], np.int32),
            (adset.daily_set_cap for adset in inventory.adsets),
        ),
        campaign_caps=shared_caps(budgets.campaigns, (campaign.daily_cap for campaign in inventory.campaigns)),
        advertiser_caps=shared_caps(advertisers, (advertiser.daily_cap for advertiser in inventory.advertisers)),
        topics=_postings(t.topics for t in targeting),
        excluded_topics=_postings(t.topics for t in exclusions),
        interests=_postings(t.interests for t in targeting),
        look=_postings(t.look for t in targeting),
        about=_postings(
            lineage((t for t, share in line.creative.topics.items() if share > 0.0), parents) if line else set()
            for line in sorted_lines
        ),
        parents=parents,
        topic_names=topic_names or {},
        kept=KeptAnswers(ads=len(ads)),
    )


def lineage(topics: Iterable[Key], parents: Mapping[Key, Key]) -> set[Key]:
    """These topics, or products, and all above them.

    >>> running, sports = TopicId("running"), TopicId("sports")
    >>> sorted(lineage([running], {running: sports}))
    ['running', 'sports']
    """
    found: set[Key] = set()
    for topic in topics:
        above: Key | None = topic
        while above is not None and above not in found:
            found.add(above)
            above = parents.get(above)
    return found


def checked_side(side: AdSide, ranker: str, ads: int) -> AdSide:
    """What a ranker says of so many ads, in single precision; ModelUnavailable if that cannot be meant."""
    bias = np.asarray(side.bias, dtype=np.float32)
    vectors = np.asarray(side.vectors, dtype=np.float32)
    if bias.shape != (ads,) or vectors.ndim != 2 or vectors.shape[0] != ads:
        raise ModelUnavailable(
            f"{ranker} gave shapes {bias.shape} and {vectors.shape} for {ads} ads",
            hint="ad_side answers with shapes (ads,) and (ads, width)",
        )
    if not (np.isfinite(bias).all() and np.isfinite(vectors).all()):
        raise ModelUnavailable(f"{ranker} gave a number that is not finite", hint="train it again, or use another")
    return AdSide(bias=bias, vectors=vectors)


def _lines(inventory: Inventory) -> list[Line | None]:
    adsets = {adset.id: adset for adset in inventory.adsets}
    campaigns = {campaign.id: campaign for campaign in inventory.campaigns}
    advertisers = {advertiser.id: advertiser for advertiser in inventory.advertisers}
    creatives = {creative.id: creative for creative in inventory.creatives}
    lines: list[Line | None] = []
    seen: set[AdId] = set()
    for ad in inventory.ads:
        adset, creative = adsets.get(ad.adset_id), creatives.get(ad.creative_id)
        campaign = campaigns.get(adset.campaign_id) if adset else None
        advertiser = advertisers.get(campaign.advertiser_id) if campaign else None
        if adset is None or creative is None or campaign is None or advertiser is None or ad.id in seen:
            lines.append(None)
        else:
            lines.append(Line(ad=ad, adset=adset, campaign=campaign, advertiser=advertiser, creative=creative))
        seen.add(ad.id)
    return lines


def _flags(values: Iterable[bool]) -> NDArray[np.bool_]:
    return np.fromiter(values, dtype=np.bool_)


def _seconds(times: Iterable[datetime | None], absent: float) -> NDArray[np.float64]:
    return np.fromiter((absent if at is None else at.timestamp() for at in times), dtype=np.float64)


def _postings(keys_of_ads: Iterable[Iterable[Key]]) -> Postings[Key]:
    ads: defaultdict[Key, list[int]] = defaultdict(list)
    for ad, keys in enumerate(keys_of_ads):
        for key in keys:
            ads[key].append(ad)
    return Postings({key: np.array(found, dtype=np.int32) for key, found in ads.items()})


def _choices(asked: Sequence[frozenset[Key]]) -> Choices[Key]:
    bits = {value: n for n, value in enumerate(sorted(set(chain.from_iterable(asked)), key=str), start=1)}
    masks = np.zeros((1 + len(bits) // 64, len(asked)), dtype=np.uint64)
    for ad, values in enumerate(asked):
        if not values:
            masks[:, ad] = ~np.uint64(0)
        for value in values:
            word, bit = divmod(bits[value], 64)
            masks[word, ad] |= np.uint64(1 << bit)
    narrow = next((kind for kind in (np.uint8, np.uint16, np.uint32) if len(bits) < np.iinfo(kind).bits), np.uint64)
    return Choices(bits, masks.astype(narrow))
