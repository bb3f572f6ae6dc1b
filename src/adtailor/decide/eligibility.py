"""Who may stand here at all: rules over columns, each owning one bit of a reason code."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from adtailor.decide.answers import Answer, answer
from adtailor.decide.bits import BIT
from adtailor.decide.catalogue import FORMATS, Catalogue
from adtailor.domain.decision import DecisionRequest, Evidence, Limits
from adtailor.domain.ids import AdId, TopicId
from adtailor.domain.signals import Signal
from adtailor.maths.scoring import Eligibility

Key = TypeVar("Key", bound=str)
LEAST_INTEREST = 0.05
"""A faded interest, or trait of clothes, below this no longer answers a targeting."""


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
    column of the catalogue, for an ad that asks for what is not known is turned away.
    """
    may = np.ones(len(ads), dtype=np.bool_)
    fails_with = np.zeros(len(ads), dtype=np.uint8)
    answers = tuple([_asked(r, rule, asked, ads) for r, rule in enumerate(RULES)])
    for rule, said in zip(RULES, answers, strict=True):
        if said is None:
            continue
        if rule.signal is None:
            may &= said.stays
        else:
            fails_with |= (~said.stays).view(np.uint8) * np.uint8(BIT[rule.signal])
    return Sifted(
        answers=answers, eligibility=Eligibility(may=may, fails_with=fails_with, fails_without=ads.fails_without)
    )


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
    """The ad and its campaign are active, and nothing it hangs on is missing."""
    return ads.active


def in_schedule(asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """The campaign has begun, and has not ended."""
    return (ads.starts_at <= asked.at) & (asked.at < ads.ends_at)


def has_budget(_asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """One more event, at the full bid, fits what is left of the day's and the whole budget."""
    return ads.budget_open


def fits_format(asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """Some placement of the page takes the ad's format."""
    wanted = 0
    for placement in asked.request.placements:
        wanted |= format_bits(placement.formats)
    return (ads.formats & np.uint8(wanted)) != 0


def in_country(asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """The ad asks for the page's country, or for none."""
    return ads.countries.allow(place.country if (place := asked.evidence.place) else None)


def in_language(asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """The ad asks for the page's language, or for none."""
    return ads.languages.allow(asked.request.context.language)


def on_device(asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """The ad asks for the page's device, or for none."""
    return ads.devices.allow(asked.request.context.device)


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


def under_session_cap(asked: Asked, ads: Catalogue) -> NDArray[np.bool_]:
    """The same in this session, by the client's own count."""
    return _under(ads.session_caps, asked.limits.session_seen, ads)


def format_bits(formats: Iterable[str]) -> int:
    """Formats as bits, in the order of `FORMATS`."""
    return sum(1 << n for n, name in enumerate(FORMATS) if name in formats)


def _asked(r: int, rule: Rule, asked: Asked, ads: Catalogue) -> Answer | None:
    if rule.hangs_on is None:
        return answer(rule.stays(asked, ads))
    return ads.kept.of((r, rule.hangs_on(asked, ads)), lambda: answer(rule.stays(asked, ads)))


def _nothing(_asked: Asked, _ads: Catalogue) -> Hashable:
    return None


def _time(asked: Asked, ads: Catalogue) -> Hashable:
    return bisect_right(ads.changes_at, asked.at)


def _formats(asked: Asked, _ads: Catalogue) -> Hashable:
    return frozenset(chain.from_iterable(placement.formats for placement in asked.request.placements))


def _country(asked: Asked, _ads: Catalogue) -> Hashable:
    return place.country if (place := asked.evidence.place) else None


def _language(asked: Asked, _ads: Catalogue) -> Hashable:
    return asked.request.context.language


def _device(asked: Asked, _ads: Catalogue) -> Hashable:
    return asked.request.context.device


def _schedule_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    campaign = ads.line(ad).campaign
    if ads.starts_at[ad] > asked.at and campaign.starts_at:
        return f"starts at {campaign.starts_at:%Y-%m-%d %H:%M} UTC"
    return f"ended at {campaign.ends_at:%Y-%m-%d %H:%M} UTC"


def _status_of(_asked: Asked, ads: Catalogue, ad: int) -> str:
    line = ads.line(ad)
    return f"the ad is {line.ad.status}" if line.ad.status != "active" else f"the campaign is {line.campaign.status}"


def _format_of(_asked: Asked, ads: Catalogue, ad: int) -> str:
    return f"no placement takes {ads.line(ad).creative.format}"


def _country_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    place = asked.evidence.place
    return _asks("country", ads.line(ad).adset.targeting.countries, place.country if place else None)


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


def _session_of(asked: Asked, ads: Catalogue, ad: int) -> str:
    return f"seen {asked.limits.session_seen.get(ads.ad_ids[ad], 0)} times this session, cap {ads.session_caps[ad]}"


RULES: tuple[Rule, ...] = (
    Rule(says="not active", stays=is_active, hangs_on=_nothing, precisely=_status_of),
    Rule(says="outside its schedule", stays=in_schedule, hangs_on=_time, precisely=_schedule_of),
    Rule(says="budget spent", stays=has_budget),
    Rule(says="format not asked for", stays=fits_format, hangs_on=_formats, precisely=_format_of),
    Rule(says="other countries only", stays=in_country, signal="place", hangs_on=_country, precisely=_country_of),
    Rule(says="other languages only", stays=in_language, hangs_on=_language, precisely=_language_of),
    Rule(says="other devices only", stays=on_device, hangs_on=_device, precisely=_device_of),
    Rule(says="page about other topics", stays=on_topic, signal="context topics", precisely=_topics_of),
    Rule(says="page topic excluded", stays=off_excluded_topics, signal="context topics", precisely=_excluded_of),
    # What the viewer likes or wears is not repeated here: whoever reads the account need not know it.
    Rule(says="viewer's interests do not match", stays=of_interest, signal="interests"),
    Rule(says="viewer's look does not match", stays=of_look, signal="look"),
    Rule(says="no ad belongs beside this content", stays=beside_suitable),
    Rule(says="sensitive or urgent, beside hardship", stays=not_beside_hardship),
    Rule(says="not for minors, or where the age is not known", stays=for_all_ages),
    Rule(says="reaches people by their profile, never minors", stays=impersonal_for_protected),
    Rule(says="viewer muted its topic", stays=not_muted_topic, precisely=_muted_of),
    Rule(says="viewer muted the advertiser", stays=not_muted_advertiser, precisely=_muted_advertiser_of),
    Rule(says="viewer hid it", stays=not_hidden),
    Rule(says="daily cap reached", stays=under_daily_cap, precisely=_day_of),
    Rule(says="session cap reached", stays=under_session_cap, precisely=_session_of),
    Rule(says="blocked by the page", stays=not_barred),
)


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


def _named(topics: Iterable[TopicId], ads: Catalogue) -> str:
    names = ads.topic_names
    return _listed(frozenset(names.get(topic, topic) for topic in topics) if names else frozenset(topics))


@lru_cache(maxsize=4096)
def _listed(names: frozenset[str]) -> str:
    some = sorted(names)
    return ", ".join(some[:3]) + (f" and {len(some) - 3} more" if len(some) > 3 else "")
