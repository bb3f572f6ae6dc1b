"""A catalogue over the arrays that `layout.py` makes: nothing is copied, so processes may share them from a file."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar, cast
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from adtailor.decide.answers import KeptAnswers
from adtailor.decide.budgets import Budgets, Flights
from adtailor.decide.caps import SharedCaps
from adtailor.decide.catalogue import Catalogue, Choices, Postings
from adtailor.decide.layout import About
from adtailor.decide.lines import StoredLines
from adtailor.decide.stock import NO_CAP
from adtailor.decide.targets import Circles, Hours, Named, Targets
from adtailor.decide.tiers import Labels, Tiers
from adtailor.decide.words import vocabulary
from adtailor.domain.ids import AdId, AdvertiserId, CampaignId, TopicId
from adtailor.domain.managed import BuyingKind, Item
from adtailor.maths.names import NameIndex, Names
from adtailor.maths.scoring import COARSE, AdColumns, Coarse

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Sliced(Mapping[Key, NDArray[np.int32]], Generic[Key]):
    """For each key some of the ads, as slices of one array."""

    index: Mapping[Key, int]
    starts: NDArray[np.int64]
    ads: NDArray[np.int32]

    def __getitem__(self, key: Key) -> NDArray[np.int32]:
        at = self.index[key]
        return self.ads[self.starts[at] : self.starts[at + 1]]

    def __iter__(self) -> Iterator[Key]:
        return iter(self.index)

    def __len__(self) -> int:
        return len(self.index)


def opened(
    about: About,
    arrays: Mapping[str, NDArray[Any]],
    *,
    decoded: Callable[[BuyingKind, bytes], Item],
    parents: Mapping[TopicId, TopicId],
    topic_names: Mapping[TopicId, str] | None = None,
    before: Catalogue | None = None,
) -> Catalogue:
    """The catalogue of these arrays. Where campaigns are as in the one `before`, it shares their index with it.

    Whoever keeps account by campaign tells by the index whether there is anything new of any of them.
    """
    reads = _Reads(about, arrays)
    ids = reads.names("ids")
    scoring = reads.scoring()
    bids = arrays["bids"]
    budgets = reads.budgets()
    if before is not None and _same(before.budgets, budgets):
        budgets = replace(budgets, index=before.budgets.index)
    return Catalogue(
        version=about["version"],
        ranker=about["ranker"],
        lines=StoredLines(
            ad_ids=ids,
            statuses=arrays["lines.statuses"],
            adsets=arrays["sets"],
            creatives=arrays["lines.creatives"],
            campaigns=arrays["lines.campaigns"],
            advertisers=arrays["lines.advertisers"],
            bodies={
                kind: reads.names(f"bodies.{kind}")
                for kind in cast("tuple[BuyingKind, ...]", ("advertisers", "campaigns", "adsets", "creatives"))
            },
            decoded=decoded,
        ),
        ad_ids=cast("Any", ids),
        index=cast(
            "Mapping[AdId, int]",
            NameIndex(names=ids, hashes=arrays["index.hashes"], places=arrays["index.places"]),
        ),
        scoring=scoring,
        in_full=scoring,
        bids=bids,
        amounts=bids,
        targeted=arrays["targeted"].tolist(),
        tiers=Tiers(
            **{name: arrays[f"tiers.{name}"] for name in ("scale", "is_house", "is_guaranteed", "takes_floors")},
            is_mixed=about["tiers.is_mixed"],
        ),
        labels=Labels(starts=arrays["labels.starts"], labels=arrays["labels.labels"]),
        behind=np.ones(len(bids), dtype=np.bool_),
        advertiser_index={AdvertiserId(one): n for n, one in enumerate(reads.names("advertiser_ids"))},
        conversion_rate=about["conversion_rate"],
        budgets=budgets,
        budget_open=budgets.whole(),
        countries=reads.choices("countries"),
        languages=reads.choices("languages"),
        devices=reads.choices("devices"),
        targets=reads.targets(),
        set_caps=_caps(arrays["sets"], arrays["set_most"]),
        campaign_caps=_caps(arrays["budgets.campaigns"], arrays["campaign_most"]),
        advertiser_caps=_caps(arrays["advertisers"], arrays["advertiser_most"]),
        topics=Postings(reads.sliced("topics")),
        excluded_topics=Postings(reads.sliced("excluded_topics")),
        interests=Postings(reads.sliced("interests")),
        look=Postings(reads.sliced("look")),
        about=Postings(reads.sliced("about")),
        parents=parents,
        topic_names=topic_names or {},
        kept=KeptAnswers(ads=len(bids)),
        reaches_enough=np.ones(len(bids), dtype=np.bool_),
        **{name: arrays[name] for name in _PLAIN},
    )


_SUMS = ("daily", "lifetime", "least")
_FLIGHTS = ("starts_at", "ends_at", "zone", "is_paced", "goals", "has_ads")
_PLAIN = (
    *("advertisers", "formats", "pays_conversions", "active", "starts_at", "ends_at", "changes_at"),
    *("daily_caps", "session_caps", "for_adults", "is_sensitive", "is_urgent", "is_personal"),
    *("asks_topics", "excludes_topics", "asks_interests", "asks_look", "fails_without"),
)


@dataclass(frozen=True, slots=True)
class _Reads:
    about: About
    arrays: Mapping[str, NDArray[Any]]

    def names(self, name: str) -> Names:
        return Names(self.arrays[f"{name}.data"], self.arrays[f"{name}.starts"])

    def sliced(self, name: str) -> Sliced[Any]:
        return Sliced(
            {word: n for n, word in enumerate(self.about[f"{name}.words"])},
            self.arrays[f"{name}.starts"],
            self.arrays[f"{name}.ads"],
        )

    def named(self, name: str) -> Named[Any]:
        return Named(naming=self.arrays[f"{name}.naming"], ads=self.sliced(name))

    def choices(self, name: str) -> Choices[str]:
        words = self.about[f"{name}.words"]
        return Choices({word: n for n, word in enumerate(words, start=1)}, self.arrays[f"{name}.masks"])

    def circles(self, name: str) -> Circles:
        parts = ("naming", "lat", "lon", "km", "ads", "south", "north")
        return Circles(**{part: self.arrays[f"{name}.{part}"] for part in parts})

    def scoring(self) -> AdColumns:
        told = self.about["scoring"]
        return AdColumns(
            width=told["width"],
            coarse=Coarse(
                **{name: self.arrays[f"coarse.{name}"] for name in COARSE},
                largest=told["largest"],
            ),
            **{
                name: self.arrays[f"scoring.{name}"]
                for name in (
                    *("bias", "dense", "dense_dims", "sparse_starts", "sparse_dims", "sparse_values"),
                    *("per_impression", "per_click", "tones", "affect_may_move", "name_hashes"),
                )
            },
        )

    def budgets(self) -> Budgets:
        return Budgets(
            index={CampaignId(one): n for n, one in enumerate(self.names("campaign_ids"))},
            flights=Flights(
                zones=tuple(self.about["flights.zones"]),
                **{name: self.arrays[f"flights.{name}"] for name in _FLIGHTS},
            ),
            **{name: self.arrays[f"budgets.{name}"] for name in (*_SUMS, "campaigns", "next_charge")},
        )

    def targets(self) -> Targets:
        keywords, no_keywords = self.named("keywords"), self.named("no_keywords")
        named = {
            name: self.named(name)
            for name in (
                *("regions", "tones", "segments", "no_countries", "no_regions", "no_regions_of", "no_languages"),
                *("no_devices", "no_tones", "no_interests", "no_look", "no_segments"),
            )
        }
        no_circles = self.circles("no_circles")
        return Targets(
            keywords=keywords,
            no_keywords=no_keywords,
            circles=self.circles("circles"),
            no_circles=no_circles,
            excludes_places=bool(named["no_countries"] or named["no_regions"] or no_circles),
            hours=Hours(
                schedule=self.arrays["hours.schedule"],
                runs=self.arrays["hours.runs"],
                zones=tuple(ZoneInfo(zone) for zone in self.about["hours.zones"]),
                zone=self.arrays["hours.zone"],
            ),
            words=vocabulary((*keywords.ads, *no_keywords.ads)),
            fails_without=self.arrays["targets.fails_without"],
            **named,
        )


def _same(one: Budgets, other: Budgets) -> bool:
    """Whether they are of the same campaigns, with the same budgets, days and promises."""
    return (
        one.index == other.index
        and one.flights.zones == other.flights.zones
        and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in _SUMS)
        and all(np.array_equal(getattr(one.flights, name), getattr(other.flights, name)) for name in _FLIGHTS)
    )


def _caps(of: NDArray[np.int32], most: NDArray[np.int64]) -> SharedCaps:
    return SharedCaps(
        of=of, most=most, never=tuple(np.flatnonzero(most == 0).tolist()), any_=bool((most != NO_CAP).any())
    )
