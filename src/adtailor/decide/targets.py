"""What ads ask for and exclude, beyond what nearly every page is asked about, as columns; one set of them a catalogue.

Most ads name nothing of a kind. So each kind is kept as lists of the ads that do, and a kind that no ad names costs a
decision nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from adtailor.decide.bits import BIT
from adtailor.decide.words import Vocabulary, vocabulary
from adtailor.domain.buying import HOURS_A_WEEK, AdSet
from adtailor.domain.ids import AdSetId, SegmentId, TopicId
from adtailor.domain.targeting import Circle, Device, PageTone, Targeting
from adtailor.maths.geography import DEGREE_KM, great_circle_km

Key = TypeVar("Key", bound=Hashable)
QUARTER_HOUR = 900
"""Every zone's clock is a whole number of these away from UTC, so the hour of the week changes nowhere in between."""
_Sets = Sequence[tuple[NDArray[np.int32], AdSet]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Generic[Key]):
    """The ads that name values of one kind: all of them, and by value."""

    naming: NDArray[np.bool_]
    ads: Mapping[Key, NDArray[np.int32]]

    def __bool__(self) -> bool:
        return bool(self.ads)

    def of(self, values: Iterable[Key]) -> NDArray[np.int32]:
        """The ads that name any of these; some perhaps more than once."""
        found = [ads for value in values if (ads := self.ads.get(value)) is not None]
        return np.concatenate(found) if found else np.empty(0, dtype=np.int32)

    def met(self, values: Iterable[Key]) -> NDArray[np.bool_] | None:
        """True for ads that name one of these, or none at all; None where no ad names any."""
        if not self.ads:
            return None
        stays = ~self.naming
        stays[self.of(values)] = True
        return stays

    def unmet(self, values: Iterable[Key] | None) -> NDArray[np.bool_] | None:
        """True for ads that name none of these; where it is not known (None), for those that name none at all."""
        if not self.ads:
            return None
        if values is None:
            return ~self.naming
        if not len(out := self.of(values)):
            return None
        stays = np.ones(len(self.naming), dtype=np.bool_)
        stays[out] = False
        return stays


@dataclass(frozen=True, slots=True, kw_only=True)
class Circles:
    """All circles that ads name, each with its ad; `south` and `north` are the latitudes that it ends at."""

    naming: NDArray[np.bool_]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    km: NDArray[np.float64]
    ads: NDArray[np.int32]
    south: NDArray[np.float64]
    north: NDArray[np.float64]

    def __bool__(self) -> bool:
        return len(self.ads) > 0

    def around(self, lat: float, lon: float) -> NDArray[np.int32]:
        """The ads with a circle around this point; distances are taken only to circles of about this latitude."""
        near = np.flatnonzero((self.south <= lat) & (lat <= self.north))
        inside = great_circle_km(lat, lon, self.lat[near], self.lon[near]) <= self.km[near]
        return self.ads[near[inside]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """At which hours of the week each ad runs, in its campaign's zone."""

    schedule: NDArray[np.int32]
    """For each ad its row of `runs`; row 0 runs always."""
    runs: NDArray[np.bool_]
    """(schedules, 168)."""
    zones: tuple[ZoneInfo, ...]
    zone: NDArray[np.int32]
    """For each schedule its place in `zones`."""

    def __bool__(self) -> bool:
        return len(self.runs) > 1

    def running(self, at: float) -> NDArray[np.bool_]:
        """True for the ads that run at a time; a repeated hour runs twice, a skipped one never."""
        hours = np.array([hour_of_week(at, zone) for zone in self.zones], dtype=np.int64)
        return self.runs[np.arange(len(self.runs)), hours[self.zone]][self.schedule]


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What ads ask for (first), and what they exclude (`no_`)."""

    regions: Named[str]
    circles: Circles
    keywords: Named[str]
    tones: Named[PageTone]
    segments: Named[SegmentId]
    excludes_places: bool
    """Whether any ad does."""
    no_countries: Named[str]
    no_regions: Named[str]
    no_regions_of: Named[str]
    """By country: the ads that exclude some region of it."""
    no_circles: Circles
    no_languages: Named[str]
    no_devices: Named[Device]
    no_keywords: Named[str]
    no_tones: Named[PageTone]
    no_interests: Named[TopicId]
    no_look: Named[str]
    no_segments: Named[SegmentId]
    hours: Hours
    words: Vocabulary
    """What to look for in the text of a page."""
    fails_without: NDArray[np.uint8]
    """Which signals' absence turns an ad away for what is named here."""


def targets_of(adsets: Sequence[AdSet | None], zones: Sequence[str]) -> Targets:
    """Columns of what each ad's set asks for and excludes; `zones` are the campaigns'."""
    ads = len(adsets)
    sets = _by_set(adsets)

    def asked(kind: Callable[[Targeting], Iterable[Key]]) -> Named[Key]:
        return _named(ads, ((of, kind(adset.targeting)) for of, adset in sets))

    def excluded(kind: Callable[[Targeting], Iterable[Key]]) -> Named[Key]:
        return _named(ads, ((of, kind(adset.exclusions)) for of, adset in sets))

    keywords, no_keywords = asked(lambda t: t.keywords), excluded(lambda t: t.keywords)
    tones, no_tones = asked(lambda t: t.tones), excluded(lambda t: t.tones)
    regions, no_regions = asked(lambda t: t.regions), excluded(lambda t: t.regions)
    circles = _circles(ads, ((of, adset.targeting.circles) for of, adset in sets))
    no_circles = _circles(ads, ((of, adset.exclusions.circles) for of, adset in sets))
    no_countries = excluded(lambda t: t.countries)
    segments = asked(lambda t: t.segments)
    places = regions.naming | circles.naming | no_countries.naming | no_regions.naming | no_circles.naming
    return Targets(
        regions=regions,
        circles=circles,
        keywords=keywords,
        tones=tones,
        segments=segments,
        excludes_places=bool(no_countries or no_regions or no_circles),
        no_countries=no_countries,
        no_regions=no_regions,
        no_regions_of=excluded(lambda t: {region.partition("-")[0] for region in t.regions}),
        no_circles=no_circles,
        no_languages=excluded(lambda t: t.languages),
        no_devices=excluded(lambda t: t.devices),
        no_keywords=no_keywords,
        no_tones=no_tones,
        no_interests=excluded(lambda t: t.interests),
        no_look=excluded(lambda t: t.look),
        no_segments=excluded(lambda t: t.segments),
        hours=_hours(ads, sets, zones),
        words=vocabulary((*keywords.ads, *no_keywords.ads)),
        fails_without=(
            np.where(keywords.naming | no_keywords.naming, BIT["context topics"], 0)
            | np.where(tones.naming | no_tones.naming, BIT["context tone"], 0)
            | np.where(segments.naming, BIT["interests"], 0)
            | np.where(places, BIT["place"], 0)
        ).astype(np.uint8),
    )


def hour_of_week(at: float, zone: ZoneInfo) -> int:
    """0 for Monday 0:00 to 1:00 there, to 167.

    >>> hour_of_week(0.0, ZoneInfo("UTC"))  # a Thursday
    72
    """
    there = datetime.fromtimestamp(at, zone)
    return there.weekday() * 24 + there.hour


def _by_set(adsets: Sequence[AdSet | None]) -> _Sets:
    """Each ad set once, with its ads: sets are fewer than ads, and say the same for all of theirs."""
    ads: defaultdict[AdSetId, list[int]] = defaultdict(list)
    sets: dict[AdSetId, AdSet] = {}
    for ad, adset in enumerate(adsets):
        if adset is not None:
            ads[adset.id].append(ad)
            sets[adset.id] = adset
    return [(np.array(of, dtype=np.int32), sets[name]) for name, of in ads.items()]


def _named(ads: int, sets: Iterable[tuple[NDArray[np.int32], Iterable[Key]]]) -> Named[Key]:
    found: defaultdict[Key, list[NDArray[np.int32]]] = defaultdict(list)
    naming = np.zeros(ads, dtype=np.bool_)
    for of, values in sets:
        for value in values:
            found[value].append(of)
            naming[of] = True
    return Named(naming=naming, ads={value: np.concatenate(some) for value, some in found.items()})


def _circles(ads: int, sets: Iterable[tuple[NDArray[np.int32], tuple[Circle, ...]]]) -> Circles:
    found = [(ad, c.lat, c.lon, c.km) for of, circles in sets for c in circles for ad in of.tolist()]
    columns = np.array(found, dtype=np.float64).reshape(len(found), 4)
    of, lat, lon, km = columns.T.copy()
    naming = np.zeros(ads, dtype=np.bool_)
    naming[of.astype(np.int32)] = True
    # A hair wider than the circle: what is rounded here is decided by the distance.
    reach = km / DEGREE_KM + 1e-6
    return Circles(
        naming=naming, lat=lat, lon=lon, km=km, ads=of.astype(np.int32), south=lat - reach, north=lat + reach
    )


def _hours(ads: int, sets: _Sets, zones: Sequence[str]) -> Hours:
    rows: dict[tuple[str, frozenset[int]], int] = {}
    schedule = np.zeros(ads, dtype=np.int32)
    for of, adset in sets:
        if adset.hours:
            schedule[of] = rows.setdefault((zones[int(of[0])], adset.hours), len(rows) + 1)
    names = tuple(sorted({zone for zone, _ in rows})) or ("UTC",)
    runs = np.zeros((len(rows) + 1, HOURS_A_WEEK), dtype=np.bool_)
    runs[0] = True
    for (_, hours), row in rows.items():
        runs[row, sorted(hours)] = True
    zone = np.array([0, *(names.index(zone) for zone, _ in rows)], dtype=np.int32)
    return Hours(schedule=schedule, runs=runs, zones=tuple(map(ZoneInfo, names)), zone=zone)
