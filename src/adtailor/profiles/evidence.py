"""What a decision may use of the page and the profile, once consents and switches are applied."""

from collections.abc import Mapping
from datetime import datetime

from adtailor.domain.decision import Context, Evidence, Limits, Moment, Place, Viewer
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
    moment: Moment = Moment(),  # noqa: B008 - frozen
    policy: WellbeingPolicy,
    now: datetime,
) -> Evidence:
    """One field for each signal, None where page, consent or person does not give it, or a switch is off.

    The viewer's own post is never surrounding content: it would carry their words past their consents. `found_words`
    are those of the page's text that ads ask for; the words that the site gives stand in their place.
    """
    by_interest = profile if consents.interests else None
    by_look = profile if consents.look else None
    by_affect = profile if consents.affect else None
    evidence = Evidence(
        context_topics=None if page_is_own else _topics(page, context),
        context_keywords=None if page_is_own else _keywords(page, context, found_words, policy),
        context_tone=None if page_is_own else _tone(page),
        interests=by_interest and _keyed_by_topic(saturated(faded(by_interest.interests, now, interests.HALF_LIFE))),
        segments=segments or None if consents.interests else None,
        look=by_look and (saturated(faded(by_look.look, now, look.HALF_LIFE)) or None),
        affect=by_affect and mood_of(by_affect, policy, now),
        place=_place(context),
        history=by_interest and _keyed_by_advertiser(saturated(faded(by_interest.history, now, history.HALF_LIFE))),
        moment=moment,
    )
    if profile is None:
        return evidence
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
    seen = {} if profile is None or not consents.interests else seen_today(profile, now=now, zone=zone)
    return Limits(
        age=viewer.age,
        protected=is_protected(viewer.age, policy),
        seen_today=seen,
        session_seen=viewer.session_ads_seen,
        muted_topics=frozenset() if profile is None else profile.muted_topics,
        muted_advertisers=frozenset() if profile is None else profile.muted_advertisers,
        hidden_ads=frozenset() if profile is None else profile.hidden_ads,
        page_is_unsuitable=is_unsuitable(page),
        page_tells_of_hardship=tells_of_hardship(page, policy),
    )


def _place(context: Context) -> Place | None:
    if context.country is context.region is context.lat is context.lon is None:
        return None
    return Place(country=context.country, region=context.region, lat=context.lat, lon=context.lon)


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
