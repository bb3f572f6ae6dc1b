"""What consent lets be kept: pure functions that take away the rest, before writing and after a withdrawal."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from adtailor.domain.person import Consents, Person
from adtailor.domain.profile import Fading, Profile
from adtailor.domain.reading import Part, Reading, Taught
from adtailor.domain.wellbeing import State, WellbeingMemory
from adtailor.storage.moments import AFFECT_KEPT, EPOCH

DAY_USE_KEPT = timedelta(hours=48)
"""From midnight in UTC: by then a day is over in every zone."""


def consented(person: Person) -> Consents:
    """What a person's consents come to: nothing of a minor's, and well-being alone while they object to profiling."""
    if person.age == "minor":
        return Consents()
    return Consents(wellbeing=person.consents.wellbeing) if person.objected else person.consents


def withdrew(before: Consents, after: Consents) -> bool:
    """Whether something was allowed before that is not now."""
    return before.narrowed(after) != before


def permitted_profile(profile: Profile, consents: Consents) -> Profile:
    """The profile without what no consent covers; switches, mutes and hidden ads are the person's own and stay."""
    if not consents.interests:
        profile = replace(profile, interests=Fading(), history=Fading(), groups={}, seen=None, fewer={})
    if not consents.look:
        profile = replace(profile, look=Fading())
    if not consents.affect:
        profile = replace(profile, affect=Fading(), declared_mood=None)
    return profile


def permitted_reading(reading: Reading, consents: Consents) -> Reading:
    """The reading without `crisis`, which is never kept, and without what no consent covers, named in `withheld`."""
    withheld: list[Part] = list(reading.withheld)
    needs: dict[Part, bool] = {"emotions": consents.affect, "stress": consents.wellbeing, "look": consents.look}
    for part, consent in needs.items():
        if not consent and getattr(reading, part) is not None and part not in withheld:
            withheld.append(part)
    return replace(
        reading,
        crisis=None,
        emotions=reading.emotions if consents.affect else None,
        stress=reading.stress if consents.wellbeing else None,
        look=reading.look if consents.look else None,
        withheld=tuple(withheld),
        taught=_permitted_lesson(reading.taught, consents),
    )


def _permitted_lesson(taught: Taught | None, consents: Consents) -> Taught | None:
    """What a profile learned and still holds: the rest was deleted with its consent."""
    if taught is None:
        return None
    kept = replace(
        taught,
        interests=taught.interests if consents.interests else (),
        look=taught.look and consents.look,
        affect=taught.affect and consents.affect,
    )
    return kept if kept.interests or kept.look or kept.affect else None


def without_affect(reading: Reading) -> Reading:
    """The reading once its 72 h are over: nothing tells what anybody felt, nor that a mood was learned from it."""
    taught = reading.taught
    if taught is not None and taught.affect:
        taught = replace(taught, affect=False) if taught.interests or taught.look else None
    return replace(reading, emotions=None, stress=None, taught=taught)


def permitted_memory(memory: WellbeingMemory) -> WellbeingMemory:
    """The memory without the name of a crisis: its quiet-until says all that may be kept."""
    return replace(memory, state=State.NEUTRAL) if memory.state == State.CRISIS else memory


def profile_lapses_at(profile: Profile) -> datetime | None:
    """When the first of a profile's moods, or the time of a day, is too old to be kept; None if it holds none."""
    kept: list[datetime] = []
    if profile.affect.as_of is not None:
        kept.append(profile.affect.as_of + AFFECT_KEPT)
    if profile.declared_mood is not None:
        kept.append(profile.declared_mood.declared_at + AFFECT_KEPT)
    if profile.use is not None:
        kept.append(_midnight(profile.use.day) + DAY_USE_KEPT)
    return min(kept, default=None)


def memory_lapses_at(memory: WellbeingMemory) -> datetime | None:
    """When the first trace of stress is too old to be kept; None if there is none."""
    ends = [sign.at + AFFECT_KEPT for sign in memory.signs] + [_midnight(day) + AFFECT_KEPT for day in memory.high_days]
    if not ends and memory.state != State.NEUTRAL:
        return EPOCH  # a state that nothing bears out any more
    return min(ends, default=None)


def faded_profile(profile: Profile, now: datetime) -> Profile:
    """The profile without moods older than 72 h, and without the time of a day that is over everywhere."""
    mood = profile.declared_mood
    if profile.affect.as_of is not None and profile.affect.as_of + AFFECT_KEPT <= now:
        profile = replace(profile, affect=Fading())
    if mood is not None and mood.declared_at + AFFECT_KEPT <= now:
        profile = replace(profile, declared_mood=None)
    if profile.use is not None and _midnight(profile.use.day) + DAY_USE_KEPT <= now:
        profile = replace(profile, use=None)
    return profile


def faded_memory(memory: WellbeingMemory, now: datetime) -> WellbeingMemory:
    """The memory without signs and days older than 72 h, and without a state that none of them bears out."""
    signs = tuple(sign for sign in memory.signs if sign.at + AFFECT_KEPT > now)
    days = tuple(day for day in memory.high_days if _midnight(day) + AFFECT_KEPT > now)
    return replace(memory, signs=signs, high_days=days, state=memory.state if signs or days else State.NEUTRAL)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
