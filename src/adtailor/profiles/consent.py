"""What may be used of a person: the consents on file, narrowed by the request, the law and their age."""

from dataclasses import replace

from adtailor.domain.decision import Regulations, Viewer
from adtailor.domain.person import Age, Consents, Person, known_age
from adtailor.domain.profile import Fading, Profile
from adtailor.domain.reading import CONTEXT_PARTS, Part
from adtailor.domain.wellbeing import WellbeingMemory, WellbeingPolicy

NO_PROFILING = Consents(wellbeing=True)
"""What an objection, GPC or an unread consent string leaves: being left alone on a bad day is no profiling for ads."""


def effective_consents(person: Person | None, viewer: Viewer, regs: Regulations, policy: WellbeingPolicy) -> Consents:
    """What may be used for this request: never more than is on file.

    Nothing of a minor, nor of someone of unknown age where the policy asks for one. No interests, look or affect of
    someone who objects, or with GPC, or with a TCF or GPP string: none is decoded yet, and one that cannot be decoded
    means no. Absence of all these is no consent.
    """
    if person is None or is_protected(known_age(person.age, viewer.age), policy):
        return Consents()
    consents = person.consents if viewer.consents is None else person.consents.narrowed(viewer.consents)
    if person.objected or regs.gpc or regs.tcf is not None or regs.gpp is not None:
        consents = consents.narrowed(NO_PROFILING)
    return consents


def is_protected(age: Age, policy: WellbeingPolicy) -> bool:
    """Whether someone is a minor, or may be one as far as the policy is concerned."""
    return age == "minor" or (age == "unknown" and policy.age_required)


def parts_allowed(consents: Consents) -> frozenset[Part]:
    """Which parts of a person's own posts may be read; give the effective consents, which are none for a minor.

    >>> sorted(parts_allowed(Consents(wellbeing=True)) - parts_allowed(Consents()))
    ['crisis', 'stress']
    """
    parts: set[Part] = set(CONTEXT_PARTS)
    if consents.affect:
        parts.add("emotions")
    if consents.wellbeing:
        parts |= {"stress", "crisis"}
    if consents.look:
        parts.add("look")
    return frozenset(parts)


def without_consents(profile: Profile, consents: Consents) -> Profile:
    """The profile without what no consent covers; switches, mutes and hidden ads are the person's own and stay."""
    if not consents.interests:
        profile = replace(profile, interests=Fading(), history=Fading(), seen=None, fewer={})
    if not consents.look:
        profile = replace(profile, look=Fading())
    if not consents.affect:
        profile = replace(profile, affect=Fading(), declared_mood=None)
    return profile


def memory_without_consents(memory: WellbeingMemory, consents: Consents) -> WellbeingMemory | None:
    """The memory, or nothing at all without the well-being consent."""
    return memory if consents.wellbeing else None
