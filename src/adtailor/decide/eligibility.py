"""Who may stand here at all: rules over columns, each owning one bit of a reason code."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from adtailor.decide.answers import UNKEPT, Answer, Standing, answer
from adtailor.decide.bits import BIT
from adtailor.decide.caps import SharedCaps
from adtailor.decide.catalogue import FORMATS, Catalogue
from adtailor.decide.lines import inactive_part
from adtailor.decide.targets import QUARTER_HOUR
from adtailor.domain.decision import DecisionRequest, Evidence, Limits, Place
from adtailor.domain.ids import AdId, TopicId
from adtailor.domain.signals import Signal
from adtailor.domain.targeting import PAGE_TONES, PageTone, Targeting
from adtailor.maths.scoring import Eligibility

Key = TypeVar("Key", bound=str)
LEAST_INTEREST = 0.05
"""A faded interest, or trait of clothes, below this no longer answers a targeting."""
SOUNDS = 0.5
"""A page has a tone from this share on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What rules look at, beside the ads: one request, with evidence that consents were applied to."""

    request: DecisionRequest
    evidence: Evidence
    limits: Limits
    at: float
    """Seconds since 1970."""


Stays = Callable[[Asked, Catalogue], NDArray[np.bool_] | None]
"""True where an ad may stay; None when all may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One reason to turn an ad away; `signal` is what it needs to know, if it needs a signal."""

    says: str
    stays: Stays
    signal: Signal | None = None
    hangs_on: Callable[[Asked, Catalogue], Hashable] | None = None
    """What the answer depends on beside the catalogue, where that is little: it is then given once and kept."""
    concerns: Callable[[Catalogue], bool] | None = None
    """Whether it could turn any ad of a catalogue away, whatever is asked; None where it always could."""
    precisely: Callable[[Asked, Catalogue, int], str] | None = None
    """The same about one ad, in full: only called when somebody asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """What every rule said of every ad. Codes and words are made of it for the few ads that somebody asks about."""

    answers: tuple[Answer | None, ...]
    """Per rule; None where all may stay."""
    eligibility: Eligibility

    def codes(self, ads: Iterable[int]) -> list[int]:
        """Reason codes of some ads, 0 for those that stay: bit r is set when rule r turned the ad away."""
        strict = [(1 << r, said.as_bytes) for r, said in enumerate(self.answers) if said is not None]
        return [sum([bit for bit, stays in strict if not stays[ad]]) for ad in ads]

    @property
    def any_stays(self) -> bool:
        """Whether any ad may stand here."""
        return bool((self.eligibility.may & (self.eligibility.fails_with == 0)).any())


def sift(asked: Asked, ads: Catalogue) -> Sifted:
    """Judge every ad by every rule.

    The rules are asked with the signals that are there. What would hold without a signal needs no second run: it is a
    column of the catalogue, for an ad that asks for what is not known is turned away. What hangs on little is asked
    once for all requests that are alike in it.
    """
    kept: list[tuple[int, Rule, Hashable]] = []
    anew: list[tuple[int, Rule]] = []
    for r in _at_work(ads):
        rule = RULES[r]
        key = UNKEPT if rule.hangs_on is None else rule.hangs_on(asked, ads)
        if key is UNKEPT:
            anew.append((r, rule))
        else:
            kept.append((r, rule, key))
    alike = tuple([(r, key) for r, _, key in kept])
    standing = ads.kept.together(alike, (ads.budget_open, ads.behind), lambda: _standing(kept, asked, ads))
    if not anew:
        return Sifted(answers=standing.answers, eligibility=_eligibility(standing.may, standing.fails_with, ads))
    answers, may, fails_with = list(standing.answers), standing.may, standing.fails_with
    for r, rule in anew:
        answers[r] = said = answer(rule.stays(asked, ads))
        if said is None:
            continue
        if rule.signal is None:
            may = may & said.stays
        else:
            fails_with = fails_with | _failing(rule.signal, said)
    return Sifted(answers=tuple(answers), eligibility=_eligibility(may, fails_with, ads))


def _at_work(ads: Catalogue) -> tuple[int, ...]:
    if ads.kept.at_work is None:
        ads.kept.at_work = tuple(r for r, rule in enumerate(RULES) if rule.concerns is None or rule.concerns(ads))
    return ads.kept.at_work


def _standing(kept: Iterable[tuple[int, Rule, Hashable]], asked: Asked, ads: Catalogue) -> Standing:
    may, fails_with = np.ones(len(ads), dtype=np.bool_), np.zeros(len(ads), dtype=np.uint8)
    answers: list[Answer | None] = [None] * len(RULES)
    for r, rule, key in kept:
        said = answers[r] = _asked(r, rule, key, asked, ads)
        if said is None:
            continue
        if rule.signal is None:
            may &= said.stays
        else:
            fails_with |= _failing(rule.signal, said)
    made_of = (ads.budget_open, ads.behind)
    return Standing(answers=tuple(answers), may=may, fails_with=fails_with, made_of=made_of)


def _failing(signal: Signal, said: Answer) -> NDArray[np.uint8]:
    return (~said.stays).view(np.uint8) * np.uint8(BIT[signal])


def _eligibility(may: NDArray[np.bool_], fails_with: NDArray[np.uint8], ads: Catalogue) -> Eligibility:
    return Eligibility(may=may, fails_with=fails_with, fails_without=ads.fails_without)


def reasons(code: int) -> tuple[str, ...]:
    """A reason code in words.

    >>> reasons(0b110)
    ('outside its schedule', 'budget spent')
    """
    return tuple(rule.says for r, rule in enumerate(RULES) if code >> r & 1)


def why_not(asked: Asked, ads: Catalogue, ad: int, code: int) -> tuple[str, ...]:
    """The same for one ad, with what exactly stood in its way."""
    has_line = ads.lines[ad] is not None
    words: list[str] = []
    while code:
        rule = RULES[(code & -code).bit_length() - 1]
        words.append(rule.precisely(asked, ads, ad) if rule.precisely and has_line else rule.says)
        code &= code - 1
    return tuple(words)


def is_active(_asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """The ad and all it hangs on are active, and nothing of it is missing."""
    return ads.active


def in_schedule(asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """Campaign and ad set have begun, and neither has ended."""
    return (ads.starts_at <= asked.at) & (asked.at < ads.ends_at)


def in_hours(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """It is an hour of the week at which the ad set runs, by the campaign's clock."""
    return ads.targets.hours.running(asked.at) if ads.targets.hours else None


def has_budget(_asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """One more event, at the full bid, fits what is left of the day's and the whole budget."""
    return ads.budget_open


def is_behind(_asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """What a guaranteed campaign was promised by now, it does not have yet."""
    return ads.behind if ads.tiers.is_mixed else None


def fits_format(asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """Some placement of the page takes the ad's format."""
    wanted = 0
    for placement in asked.request.placements:
        wanted |= format_bits(placement.formats)
    return (ads.formats & np.uint8(wanted)) != 0


def in_place(asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """The page is read in a country, a region or a circle that the ad asks for, or the ad asks for no place."""
    place, targets = asked.evidence.place or Place(), ads.targets
    stays = ads.countries.allow(_country(place))
    if targets.regions and (region := _region(place)) is not None:
        stays[targets.regions.of((region,))] = True
    if targets.circles and place.lat is not None and place.lon is not None:
        stays[targets.circles.around(place.lat, place.lon)] = True
    return stays


def off_excluded_places(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """The page is read in no place that the ad excludes; where that cannot be told, the ad does not stand."""
    if not ads.targets.excludes_places:
        return None
    place, targets = asked.evidence.place or Place(), ads.targets
    country, region = _country(place), _region(place)
    of_regions = targets.no_regions.unmet(None if region is None else (region,))
    if region is None and country is not None:
        # Somewhere in this country: only the regions of it may be meant.
        of_regions = targets.no_regions_of.unmet((country,))
    of_circles = ~targets.no_circles.naming if targets.no_circles else None
    if of_circles is not None and place.lat is not None and place.lon is not None:
        of_circles = _without(len(ads), targets.no_circles.around(place.lat, place.lon))
    return _all(targets.no_countries.unmet(None if country is None else (country,)), of_regions, of_circles)


def in_language(asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """The ad asks for the page's language, or for none."""
    return ads.languages.allow(asked.request.context.language)


def on_device(asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """The ad asks for the page's device, or for none."""
    return ads.devices.allow(asked.request.context.device)


def off_excluded_languages(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """The page is in a language, and in none that the ad excludes."""
    language = asked.request.context.language
    return ads.targets.no_languages.unmet(None if language is None else (language,))


def off_excluded_devices(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """The page is read on a device, and on none that the ad excludes."""
    device = asked.request.context.device
    return ads.targets.no_devices.unmet(None if device is None else (device,))


def on_keywords(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """One of the words that the ad asks for stands on the page, or the ad asks for none."""
    return ads.targets.keywords.met(asked.evidence.context_keywords or ())


def off_excluded_keywords(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """None of the words that the ad excludes stands on the page; of words that nobody read, that cannot be said."""
    return ads.targets.no_keywords.unmet(asked.evidence.context_keywords)


def in_tone(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """The page sounds in one of the ways that the ad asks for, or the ad asks for none."""
    return ads.targets.tones.met(_sounds(asked.evidence) or ()) if ads.targets.tones else None


def off_excluded_tones(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """The page sounds in no way that the ad excludes; of a page that nobody read, that cannot be said."""
    return ads.targets.no_tones.unmet(_sounds(asked.evidence)) if ads.targets.no_tones else None


def on_topic(asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """A topic of the page, or one above it, is among those that the ad asks for."""
    return _found(ads.asks_topics, ads.topics.of(_page_topics(asked, ads)))


def off_excluded_topics(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """No topic of the page is excluded; of a page that nobody read, that cannot be said."""
    if asked.evidence.context_topics is None:
        return ~ads.excludes_topics
    return _without(len(ads), ads.excluded_topics.of(_page_topics(asked, ads)))


def of_interest(asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """The viewer has an interest that the ad asks for, or the ad asks for none."""
    return _found(ads.asks_interests, ads.interests.of(ads.lineage(_strong(asked.evidence.interests or {}))))


def of_look(asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """The viewer's clothes have a trait that the ad asks for, or the ad asks for none."""
    return _found(ads.asks_look, ads.look.of(_strong(asked.evidence.look or {})))


def in_segment(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """The viewer is in a group that the ad asks for, or the ad asks for none."""
    return ads.targets.segments.met(asked.evidence.segments or ())


def off_excluded_interests(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """The viewer is known to have no interest that the ad excludes; whoever is not known is not excluded."""
    excluded = ads.targets.no_interests
    return excluded.unmet(ads.lineage(_strong(asked.evidence.interests or {}))) if excluded else None


def off_excluded_look(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """The same of traits of clothes."""
    return ads.targets.no_look.unmet(_strong(asked.evidence.look or {})) if ads.targets.no_look else None


def off_excluded_segments(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """The same of the site's groups."""
    return ads.targets.no_segments.unmet(asked.evidence.segments or ())


def beside_suitable(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """Some content is no place for any ad."""
    return np.zeros(len(ads), dtype=np.bool_) if asked.limits.page_is_unsuitable else None


def not_beside_hardship(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """A loan does not stand beside a debt, nor a last chance beside a loss, whoever looks and whatever it bids."""
    return ~(ads.is_sensitive | ads.is_urgent) if asked.limits.page_tells_of_hardship else None


def for_all_ages(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """A protected viewer sees no products for adults."""
    return ~ads.for_adults if asked.limits.protected else None


def impersonal_for_protected(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """A protected viewer is reached by no ad that picks people by their profile."""
    return ~ads.is_personal if asked.limits.protected else None


def not_muted_topic(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """What the ad is about, and all above it, is not muted."""
    muted = asked.limits.muted_topics
    return _without(len(ads), ads.about.of(muted)) if muted else None


def not_muted_advertiser(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """The viewer did not mute the advertiser."""
    muted = [n for one in asked.limits.muted_advertisers if (n := ads.advertiser_index.get(one)) is not None]
    if not muted:
        return None
    stays = ads.advertisers != muted[0]
    for advertiser in muted[1:]:
        stays &= ads.advertisers != advertiser
    return stays


def not_hidden(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """The viewer did not hide the ad."""
    hidden = _places(asked.limits.hidden_ads, ads)
    return _without(len(ads), np.array(hidden, dtype=np.int32)) if hidden else None


def not_barred(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """The page takes the ad: it blocks neither its advertiser nor what it advertises."""
    barred = _places(asked.request.barred, ads)
    return _without(len(ads), np.array(barred, dtype=np.int32)) if barred else None


def under_daily_cap(asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """The viewer has not yet seen the ad too often today."""
    return _under(ads.daily_caps, asked.limits.seen_today, ads)


def under_set_cap(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """The viewer has not yet seen the ads of this ad set too often today."""
    return ads.set_caps.under(asked.limits.seen_today, ads.index)


def under_campaign_cap(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """The same of all ads of the campaign."""
    return ads.campaign_caps.under(asked.limits.seen_today, ads.index)


def under_advertiser_cap(asked: Asked, ads: Catalogue) -> NDArray[np.bool_] | None:
    """The same of all ads of the advertiser."""
    return ads.advertiser_caps.under(asked.limits.seen_today, ads.index)


def under_session_cap(asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """The same in this session, by the client's own count."""
    return _under(ads.session_caps, asked.limits.session_seen, ads)


def reaches_enough(_asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """The ad goes by the page, or its profile targeting reached enough people when they were last counted."""
    return ads.reaches_enough


def format_bits(formats: Iterable[str]) -> int:
    """Formats as bits, in the order of `FORMATS`."""
    return sum(1 << n for n, name in enumerate(FORMATS) if name in formats)


def _asked(r: int, rule: Rule, key: Hashable, asked: Asked, ads: Catalogue) -> Answer | None:
    if key == _FOR_A_WHILE:
        return answer(rule.stays(asked, ads))
    return ads.kept.of((r, key), lambda: answer(rule.stays(asked, ads)))


def _nothing(_asked: Asked, _ads: Catalogue) -> Hashable:
    return None


_FOR_A_WHILE = "until budgets change"


def _until_budgets_change(_asked: Asked, _ads: Catalogue) -> Hashable:
    return _FOR_A_WHILE


def _unseen_today(asked: Asked, _ads: Catalogue) -> Hashable:
    return UNKEPT if asked.limits.seen_today else None


def _unseen_yet(asked: Asked, _ads: Catalogue) -> Hashable:
    return UNKEPT if asked.limits.session_seen else None


def _time(asked: Asked, ads: Catalogue) -> Hashable:
    return int(ads.changes_at.searchsorted(asked.at, side="right"))


def _formats(asked: Asked, _ads: Catalogue) -> Hashable:
    return frozenset(chain.from_iterable(placement.formats for placement in asked.request.placements))


def _hour(asked: Asked, _ads: Catalogue) -> Hashable:
    return int(asked.at // QUARTER_HOUR)


def _place(asked: Asked, ads: Catalogue) -> Hashable:
    place, targets = asked.evidence.place or Place(), ads.targets
    if (targets.circles or targets.no_circles) and place.lat is not None:
        return UNKEPT
    named = targets.regions or targets.no_regions
    return place.country, place.region if named or place.country is None else None


def _language(asked: Asked, _ads: Catalogue) -> Hashable:
    return asked.request.context.language


def _device(asked: Asked, _ads: Catalogue) -> Hashable:
    return asked.request.context.device


def _schedule_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    line = ads.line(ad)
    for runs in (line.campaign, line.adset):
        if runs.starts_at is not None and runs.starts_at.timestamp() > asked.at:
            return f"starts at {runs.starts_at:%Y-%m-%d %H:%M} UTC"
    ended = min(at for runs in (line.campaign, line.adset) if (at := runs.ends_at) is not None)
    return f"ended at {ended:%Y-%m-%d %H:%M} UTC"


def _hours_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    zone = ads.line(ad).campaign.zone
    return f"does not run on {datetime.fromtimestamp(asked.at, ZoneInfo(zone)):%A at %H:%M} in {zone}"


def _status_of(_asked: Asked, ads: Catalogue, ad: int) -> str:
    return inactive_part(ads.line(ad)) or "not active"


def _goal_of(_asked: Asked, ads: Catalogue, ad: int) -> str:
    return f"has what it was promised by now, of {ads.line(ad).campaign.goal_impressions:,} impressions in all"


def _format_of(_asked: Asked, ads: Catalogue, ad: int) -> str:
    return f"no placement takes {ads.line(ad).creative.format}"


def _place_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    targeting, place = ads.line(ad).adset.targeting, asked.evidence.place or Place()
    if not targeting.regions and not targeting.circles:
        return _asks("country", targeting.countries, place.country)
    asks = [f"country {_listed(targeting.countries)}"] if targeting.countries else []
    asks += [f"region {_listed(targeting.regions)}"] if targeting.regions else []
    asks += [_circled(targeting)] if targeting.circles else []
    return f"asks for {' or '.join(asks)}, this is {_where(place)}"


def _excluded_place_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    excluded, place = ads.line(ad).adset.exclusions, asked.evidence.place or Place()
    if (country := _country(place)) in excluded.countries:
        return f"excludes country {country}"
    if (region := _region(place)) in excluded.regions:
        return f"excludes region {region}"
    if excluded.circles and place.lat is not None and place.lon is not None:
        return "excludes a circle that this place lies in"
    return f"excludes places, and whether {_where(place)} is one cannot be told"


def _excluded_language_of(asked: Asked, _ads: Catalogue, _ad: int) -> str:
    return _excludes("language", asked.request.context.language)


def _excluded_device_of(asked: Asked, _ads: Catalogue, _ad: int) -> str:
    return _excludes("device", asked.request.context.device)


def _keywords_of(_asked: Asked, ads: Catalogue, ad: int) -> str:
    return f"the page has none of the words {_listed(ads.line(ad).adset.targeting.keywords)}"


def _excluded_keywords_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    if asked.evidence.context_keywords is None:
        return "excludes words, and those of the page are not known"
    return f"excludes pages with {_listed(ads.line(ad).adset.exclusions.keywords & asked.evidence.context_keywords)}"


def _tones_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    asks = _listed(ads.line(ad).adset.targeting.tones)
    if (sounds := _sounds(asked.evidence)) is None:
        return f"asks for a page that sounds {asks}, and how this one sounds is not known"
    return f"asks for a page that sounds {asks}, this one sounds {_listed(sounds) or 'like none in particular'}"


def _excluded_tones_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    if (sounds := _sounds(asked.evidence)) is None:
        return "excludes tones, and that of the page is not known"
    return f"excludes pages that sound {_listed(ads.line(ad).adset.exclusions.tones & sounds)}"


def _language_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    return _asks("language", ads.line(ad).adset.targeting.languages, asked.request.context.language)


def _device_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    return _asks("device", ads.line(ad).adset.targeting.devices, asked.request.context.device)


def _topics_of(_asked: Asked, ads: Catalogue, ad: int) -> str:
    return f"the page is not about {_named(ads.line(ad).adset.targeting.topics, ads)}"


def _excluded_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    if asked.evidence.context_topics is None:
        return "excludes topics, and those of the page are not known"
    hit = ads.line(ad).adset.exclusions.topics & _page_topics(asked, ads)
    return f"excludes pages about {_named(hit, ads)}"


def _muted_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    hit = ads.lineage(ads.line(ad).creative.topics) & asked.limits.muted_topics
    return f"viewer muted {_named(hit, ads)}"


def _muted_advertiser_of(_asked: Asked, ads: Catalogue, ad: int) -> str:
    return f"viewer muted {ads.line(ad).advertiser.name}"


def _day_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    return f"seen {asked.limits.seen_today.get(ads.ad_ids[ad], 0)} times today, cap {ads.daily_caps[ad]}"


def _set_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    return f"ads of its ad set {_together(ads.set_caps, asked, ads, ad)}"


def _campaign_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    return f"ads of its campaign {_together(ads.campaign_caps, asked, ads, ad)}"


def _advertiser_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    return f"ads of {ads.line(ad).advertiser.name} {_together(ads.advertiser_caps, asked, ads, ad)}"


def _together(caps: SharedCaps, asked: Asked, ads: Catalogue, ad: int) -> str:
    whose = int(caps.of[ad])
    times = caps.counts(asked.limits.seen_today, ads.index).get(whose, 0)
    return f"seen {times} times today, cap {caps.most[whose]}"


def _session_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    return f"seen {asked.limits.session_seen.get(ads.ad_ids[ad], 0)} times this session, cap {ads.session_caps[ad]}"


RULES: tuple[Rule, ...] = (
    Rule(says="not active", stays=is_active, hangs_on=_nothing, precisely=_status_of),
    Rule(says="outside its schedule", stays=in_schedule, hangs_on=_time, precisely=_schedule_of),
    Rule(says="budget spent", stays=has_budget, hangs_on=_until_budgets_change),
    Rule(
        says="has what it was promised by now",
        stays=is_behind,
        hangs_on=_until_budgets_change,
        concerns=lambda ads: ads.tiers.is_mixed,
        precisely=_goal_of,
    ),
    Rule(
        says="outside its hours",
        stays=in_hours,
        hangs_on=_hour,
        concerns=lambda ads: bool(ads.targets.hours),
        precisely=_hours_of,
    ),
    Rule(says="format not asked for", stays=fits_format, hangs_on=_formats, precisely=_format_of),
    Rule(says="other places only", stays=in_place, signal="place", hangs_on=_place, precisely=_place_of),
    Rule(
        says="place excluded",
        stays=off_excluded_places,
        signal="place",
        concerns=lambda ads: ads.targets.excludes_places,
        precisely=_excluded_place_of,
    ),
    Rule(says="other languages only", stays=in_language, hangs_on=_language, precisely=_language_of),
    Rule(
        says="language excluded",
        stays=off_excluded_languages,
        concerns=lambda ads: bool(ads.targets.no_languages),
        precisely=_excluded_language_of,
    ),
    Rule(says="other devices only", stays=on_device, hangs_on=_device, precisely=_device_of),
    Rule(
        says="device excluded",
        stays=off_excluded_devices,
        concerns=lambda ads: bool(ads.targets.no_devices),
        precisely=_excluded_device_of,
    ),
    Rule(
        says="page about other topics",
        stays=on_topic,
        signal="context topics",
        concerns=lambda ads: bool(ads.asks_topics.any()),
        precisely=_topics_of,
    ),
    Rule(
        says="page topic excluded",
        stays=off_excluded_topics,
        signal="context topics",
        concerns=lambda ads: bool(ads.excludes_topics.any()),
        precisely=_excluded_of,
    ),
    Rule(
        says="page without its keywords",
        stays=on_keywords,
        signal="context topics",
        concerns=lambda ads: bool(ads.targets.keywords),
        precisely=_keywords_of,
    ),
    Rule(
        says="keyword of the page excluded",
        stays=off_excluded_keywords,
        signal="context topics",
        concerns=lambda ads: bool(ads.targets.no_keywords),
        precisely=_excluded_keywords_of,
    ),
    Rule(
        says="page of another tone",
        stays=in_tone,
        signal="context tone",
        concerns=lambda ads: bool(ads.targets.tones),
        precisely=_tones_of,
    ),
    Rule(
        says="tone of the page excluded",
        stays=off_excluded_tones,
        signal="context tone",
        concerns=lambda ads: bool(ads.targets.no_tones),
        precisely=_excluded_tones_of,
    ),
    # What the viewer likes, wears or belongs to is not repeated here: whoever reads the account need not know it.
    Rule(
        says="viewer's interests do not match",
        stays=of_interest,
        signal="interests",
        concerns=lambda ads: bool(ads.asks_interests.any()),
    ),
    Rule(
        says="viewer's interests excluded",
        stays=off_excluded_interests,
        signal="interests",
        concerns=lambda ads: bool(ads.targets.no_interests),
    ),
    Rule(
        says="viewer's look does not match",
        stays=of_look,
        signal="look",
        concerns=lambda ads: bool(ads.asks_look.any()),
    ),
    Rule(
        says="viewer's look excluded",
        stays=off_excluded_look,
        signal="look",
        concerns=lambda ads: bool(ads.targets.no_look),
    ),
    Rule(
        says="viewer's groups do not match",
        stays=in_segment,
        signal="interests",
        concerns=lambda ads: bool(ads.targets.segments),
    ),
    Rule(
        says="viewer's groups excluded",
        stays=off_excluded_segments,
        signal="interests",
        concerns=lambda ads: bool(ads.targets.no_segments),
    ),
    Rule(says="no ad belongs beside this content", stays=beside_suitable),
    Rule(says="sensitive or urgent, beside hardship", stays=not_beside_hardship),
    Rule(says="not for minors, or where the age is not known", stays=for_all_ages),
    Rule(says="reaches people by their profile, never minors", stays=impersonal_for_protected),
    Rule(says="viewer muted its topic", stays=not_muted_topic, precisely=_muted_of),
    Rule(says="viewer muted the advertiser", stays=not_muted_advertiser, precisely=_muted_advertiser_of),
    Rule(says="viewer hid it", stays=not_hidden),
    Rule(says="daily cap reached", stays=under_daily_cap, hangs_on=_unseen_today, precisely=_day_of),
    Rule(
        says="daily cap of its ad set reached",
        stays=under_set_cap,
        hangs_on=_unseen_today,
        concerns=lambda ads: ads.set_caps.any_,
        precisely=_set_of,
    ),
    Rule(
        says="daily cap of its campaign reached",
        stays=under_campaign_cap,
        hangs_on=_unseen_today,
        concerns=lambda ads: ads.campaign_caps.any_,
        precisely=_campaign_of,
    ),
    Rule(
        says="daily cap of its advertiser reached",
        stays=under_advertiser_cap,
        hangs_on=_unseen_today,
        concerns=lambda ads: ads.advertiser_caps.any_,
        precisely=_advertiser_of,
    ),
    Rule(says="session cap reached", stays=under_session_cap, hangs_on=_unseen_yet, precisely=_session_of),
    Rule(says="blocked by the page", stays=not_barred),
    # How many it reaches, and by what, is not repeated here either.
    Rule(says="reaches too few people by their profile", stays=reaches_enough, hangs_on=_nothing),
)


def _country(place: Place) -> str | None:
    """As the site says, or as the region tells: DE-BE lies in DE."""
    if place.country is None and place.region is not None and "-" in place.region:
        return place.region.partition("-")[0]
    return place.country


def _region(place: Place) -> str | None:
    """After ISO 3166-2, also where the site gives country and region apart."""
    if place.region is None or "-" in place.region:
        return place.region
    return f"{place.country}-{place.region}" if place.country is not None else None


def _where(place: Place) -> str:
    return _region(place) or place.country or "not known"


def _sounds(evidence: Evidence) -> frozenset[PageTone] | None:
    """The tones that the page has; None where it was not read."""
    if (tone := evidence.context_tone) is None:
        return None
    return frozenset(name for name in PAGE_TONES if tone.get(name, 0.0) >= SOUNDS)


def _all(*stays: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    met = [one for one in stays if one is not None]
    return np.logical_and.reduce(met) if met else None


def _page_topics(asked: Asked, ads: Catalogue) -> set[TopicId]:
    topics = asked.evidence.context_topics or {}
    return ads.lineage(topic for topic, weight in topics.items() if weight > 0.0)


def _strong(weights: Mapping[Key, float]) -> list[Key]:
    return [key for key, weight in weights.items() if weight >= LEAST_INTEREST]


def _found(asking: NDArray[np.bool_], answered: NDArray[np.int32]) -> NDArray[np.bool_]:
    stays = ~asking
    stays[answered] = True
    return stays


def _without(ads: int, out: NDArray[np.int32]) -> NDArray[np.bool_] | None:
    if not len(out):
        return None
    stays = np.ones(ads, dtype=np.bool_)
    stays[out] = False
    return stays


def _places(ad_ids: Iterable[AdId], ads: Catalogue) -> list[int]:
    return [place for ad_id in ad_ids if (place := ads.index.get(ad_id)) is not None]


def _under(caps: NDArray[np.int32], seen: Mapping[AdId, int], ads: Catalogue) -> NDArray[np.bool_]:
    stays = caps > 0
    for ad_id, times in seen.items():
        if (ad := ads.index.get(ad_id)) is not None and times >= caps[ad]:
            stays[ad] = False
    return stays


# The same few targetings turn ads away from page after page: their words are kept.
@lru_cache(maxsize=4096)
def _asks(what: str, asked_for: frozenset[str], is_: str | None) -> str:
    return f"asks for {what} {_listed(asked_for)}, this is {is_ or 'not known'}"


def _excludes(what: str, is_: str | None) -> str:
    return f"excludes {what} {is_}" if is_ else f"excludes {what}s, and that of the page is not known"


def _circled(targeting: Targeting) -> str:
    return f"a circle ({len(targeting.circles)} in all)" if len(targeting.circles) > 1 else "a circle"


def _named(topics: Iterable[TopicId], ads: Catalogue) -> str:
    names = ads.topic_names
    return _listed(frozenset(names.get(topic, topic) for topic in topics) if names else frozenset(topics))


@lru_cache(maxsize=4096)
def _listed(names: frozenset[str]) -> str:
    some = sorted(names)
    return ", ".join(some[:3]) + (f" and {len(some) - 3} more" if len(some) > 3 else "")
