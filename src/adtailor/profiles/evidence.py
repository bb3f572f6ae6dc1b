"""What a decision may use of the page and the profile, once consents and switches are applied."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from adtailor.domain.decision import Context, Evidence, Limits, Place, Viewer
from adtailor.domain.ids import AdvertiserId, SegmentId, TopicId
from adtailor.domain.person import Consents
from adtailor.domain.profile import Profile
from adtailor.domain.reading import Reading
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.profiles import history, interests, look
from adtailor.profiles.affect import mood_of
from adtailor.profiles.burden import is_unsuitable, tells_of_hardship
from adtailor.profiles.consent import is_protected
from adtailor.profiles.fading import FAINT, faded, saturated
from adtailor.profiles.frequency import seen_today


def evidence_of(
    profile: Profile | None,
    consents: Consents,
    *,
    page: Reading | None,
    page_is_own: bool,
    context: Context,
    found_words: frozenset[str] | None = None,
    segments: frozenset[SegmentId] = frozenset(),
    policy: WellbeingPolicy,
    now: datetime,
) -> Evidence:
    """One field for each signal, None where page, consent or person does not give it, or a switch is off.

    The viewer's own post is never surrounding content: it would carry their words past their consents. `found_words`
    are those of the page's text that ads ask for; the words that the site gives stand in their place.
    """
    evidence = Evidence(
        context_topics=None if page_is_own else _topics(page, context),
        context_keywords=None if page_is_own else _keywords(page, context, found_words, policy),
        context_tone=None if page_is_own else _tone(page),
        place=_place(context),
    )
    if consents.interests:
        evidence = replace(evidence, segments=segments or None)
    if profile is None:
        return evidence
    if consents.interests:
        evidence = replace(
            evidence,
            interests=_keyed_by_topic(saturated(faded(profile.interests, now, interests.HALF_LIFE))),
            history=_keyed_by_advertiser(saturated(faded(profile.history, now, history.HALF_LIFE))),
        )
    if consents.look:
        evidence = replace(evidence, look=saturated(faded(profile.look, now, look.HALF_LIFE)) or None)
    if consents.affect:
        evidence = replace(evidence, affect=mood_of(profile, policy, now))
    for signal in profile.signals_off:
        evidence = evidence.without(signal)
    return evidence


def limits_of(
    profile: Profile | None,
    viewer: Viewer,
    consents: Consents,
    policy: WellbeingPolicy,
    *,
    page: Reading | None,
    now: datetime,
    zone: str,
) -> Limits:
    """What keeps ads away: age, caps, and what the person muted or hid, which holds without any consent.

    Counts per day are kept and used with the interests consent; the client's own counts need none.
    """
    limits = Limits(
        age=viewer.age,
        protected=is_protected(viewer.age, policy),
        session_seen=viewer.session_ads_seen,
        page_is_unsuitable=is_unsuitable(page),
        page_tells_of_hardship=tells_of_hardship(page, policy),
    )
    if profile is None:
        return limits
    return replace(
        limits,
        seen_today=seen_today(profile, now=now, zone=zone) if consents.interests else {},
        muted_topics=profile.muted_topics,
        muted_advertisers=profile.muted_advertisers,
        hidden_ads=profile.hidden_ads,
    )


def _place(context: Context) -> Place | None:
    place = Place(country=context.country, region=context.region, lat=context.lat, lon=context.lon)
    return None if place == Place() else place


def _topics(page: Reading | None, context: Context) -> dict[TopicId, float] | None:
    given = context.topics if context.topics is not None else page.topics if page is not None else ()
    return {topic.id: topic.confidence for topic in sorted(given, key=lambda topic: topic.confidence)} or None


def _keywords(
    page: Reading | None, context: Context, found: frozenset[str] | None, policy: WellbeingPolicy
) -> frozenset[str] | None:
    """Beside hardship no words are known: nobody asks for a page because of what somebody suffers there."""
    if tells_of_hardship(page, policy):
        return None
    if context.keywords is None:
        return found
    return frozenset(" ".join(word.casefold().split()) for word in context.keywords)


def _tone(page: Reading | None) -> dict[str, float] | None:
    """How the surrounding content sounds, in the words that creatives use, as shares.

    From tone and valence alone. An unpleasant page is `serious`: it asks for a quiet neighbour, and names no feeling.
    """
    if page is None or (page.tone is None and page.sentiment is None):
        return None
    tone = {name: share for name, share in (page.tone or {}).items() if name in {"playful", "sarcastic"}}
    if page.sentiment is not None:
        # Irony turns the words around, so a pleasant word says less of warmth.
        warm = max(0.0, page.sentiment.valence) * (1.0 - tone.get("sarcastic", 0.0))
        tone["warm"] = warm
        tone["serious"] = (1.0 - warm) * (1.0 - tone.get("playful", 0.0)) * (1.0 - tone.get("sarcastic", 0.0))
        if (arousal := page.sentiment.arousal) is not None:
            tone["energetic"] = warm * arousal
            tone["calm"] = warm * (1.0 - arousal)
    return {name: share for name, share in tone.items() if share >= FAINT}


def _keyed_by_topic(weights: Mapping[str, float]) -> dict[TopicId, float] | None:
    return {TopicId(name): weight for name, weight in weights.items()} or None


def _keyed_by_advertiser(weights: Mapping[str, float]) -> dict[AdvertiserId, float] | None:
    return {AdvertiserId(name): weight for name, weight in weights.items()} or None
