"""What may be used of a person: the consents on file, narrowed by the request, the law and their age."""

from dataclasses import replace

from adtailor.domain.decision import Regulations, Viewer
from adtailor.domain.person import Age, Consents, Person, known_age
from adtailor.domain.profile import Fading, Profile
from adtailor.domain.reading import CONTEXT_PARTS, Part
from adtailor.domain.wellbeing import WellbeingMemory, WellbeingPolicy
from adtailor.profiles.consent_strings import heard

NO_PROFILING = Consents(wellbeing=True)
"""What an objection or GPC leaves: being left alone on a bad day is no profiling for ads."""


def effective_consents(
    person: Person | None, viewer: Viewer, regs: Regulations, policy: WellbeingPolicy, *, tcf_vendor: int | None = None
) -> Consents:
    """What may be used for this request: never more than is on file.

    Nothing of a minor, nor of someone of unknown age where the policy asks for one. No interests, look or affect of
    someone who objects, or with GPC, or beyond what a TCF or GPP string leaves, which is none of them where it does
    not parse. Absence of all these is no consent. `tcf_vendor` is who this installation is on the list of vendors;
    None where it acts for the publisher itself.
    """
    if person is None or is_protected(stated_age(person.age, viewer.age, regs), policy):
        return Consents()
    consents = person.consents if viewer.consents is None else person.consents.narrowed(viewer.consents)
    if person.objected or regs.gpc:
        consents = consents.narrowed(NO_PROFILING)
    return consents.narrowed(heard(regs, vendor=tcf_vendor).most)


def stated_age(on_file: Age, in_request: Age, regs: Regulations) -> Age:
    """The most careful of what is on file, what the request says, and what a consent string says of children."""
    return "minor" if heard(regs).is_child else known_age(on_file, in_request)


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
        profile = replace(profile, interests=Fading(), history=Fading(), groups={}, seen=None, fewer={})
    if not consents.look:
        profile = replace(profile, look=Fading())
    if not consents.affect:
        profile = replace(profile, affect=Fading(), declared_mood=None)
    return profile


def memory_without_consents(memory: WellbeingMemory, consents: Consents) -> WellbeingMemory | None:
    """The memory, or nothing at all without the well-being consent."""
    return memory if consents.wellbeing else None
