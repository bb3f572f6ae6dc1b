"""What a reading's values are called for its author: topics, clothes, how sure, and why an ad was chosen."""

from dataclasses import dataclass

from adtailor.config.taxonomy import content_topics
from adtailor.console.member.topics import topic_name
from adtailor.console.member.words import Words
from adtailor.decide.explain import sentence
from adtailor.domain.creative import Creative
from adtailor.domain.decision import Why
from adtailor.domain.ids import TopicId
from adtailor.domain.reading import Garment
from adtailor.domain.signals import Signal
from adtailor.journeys.own_page import KnownThing, ReadThing
from adtailor.profiles.correcting import Kind

SURE, FAIRLY = 0.8, 0.5
"""Calibrated shares from which a reading is called sure, or fairly sure."""


@dataclass(frozen=True, slots=True)
class Namer:
    """Names things in one language, for the templates."""

    words: Words

    def known(self, thing: KnownThing) -> str:
        """An interest, a trait of clothes or a mood."""
        return self._of(thing.kind, thing.name)

    def read(self, thing: ReadThing) -> str:
        """The same of one reading."""
        return garment_name(thing.garment, self.words) if thing.garment else self._of(thing.kind, thing.name)

    def topic(self, topic: TopicId) -> str:
        """A topic by its id."""
        return topic_name(topic, self.words.language)

    def signal(self, signal: Signal) -> str:
        """A signal, as sentences name it."""
        return self.words(f"signal.{signal.replace(' ', '_')}")

    def sure(self, confidence: float) -> str:
        """How sure a reading is."""
        return how_sure(confidence, self.words)

    def reason(self, why: Why | None) -> str:
        """Why an ad was chosen."""
        return reason(why, self.words)

    def topics(self, creative: Creative | None) -> list[TopicId]:
        """What an ad is about, as far as it can be named, the most first."""
        topics = dict(creative.topics) if creative is not None else dict[TopicId, float]()
        return sorted((topic for topic in topics if topic in content_topics().names), key=lambda t: (-topics[t], t))

    def _of(self, kind: Kind, name: str) -> str:
        match kind:
            case "interests":
                return self.topic(TopicId(name))
            case "affect":
                return self.words(f"mood.{name}")
            case "look":
                return trait_name(name, self.words)


def trait_name(trait: str, words: Words) -> str:
    """A trait as `colour:light blue`.

    >>> trait_name("colour:light blue", Words("de"))
    'Hellblau'
    """
    kind, _, name = trait.partition(":")
    return words(f"{kind}.{name.replace(' ', '_')}")


def garment_name(garment: Garment, words: Words) -> str:
    """A garment by its type, colours and pattern, in brackets: so no language has to bend the words.

    >>> garment_name(Garment(type="shirt", confidence=0.9, colours=("navy",), pattern="striped"), Words("es"))
    'camisa (azul marino, a rayas)'
    """
    more = [trait_name(f"colour:{colour}", words) for colour in garment.colours]
    if garment.pattern not in {None, "plain"}:
        more.append(trait_name(f"pattern:{garment.pattern}", words))
    name = trait_name(f"garment:{garment.type}", words)
    return f"{name} ({', '.join(more)})" if more else name


def how_sure(confidence: float, words: Words) -> str:
    """A calibrated share in words."""
    return words("sure.high" if confidence >= SURE else "sure.middle" if confidence >= FAIRLY else "sure.low")


def reason(why: Why | None, words: Words) -> str:
    """Why an ad was chosen, in their language: what `decide.explain.sentence` said in English.

    >>> from adtailor.decide.explain import sentence
    >>> why = Why(signals=("interests",), sentence=sentence(["interests"]))
    >>> reason(why, Words("de"))
    'Du hast das gesehen wegen: deine Interessen.'
    """
    if why is None or not why.signals:
        told = words("why.page")
    else:
        names = words.listed([words(f"signal.{signal.replace(' ', '_')}") for signal in why.signals])
        together = why.sentence.startswith(sentence(why.signals, together=True)[:-1]) and len(why.signals) > 1
        told = words("why.together" if together else "why.because", signals=names)
    explored = why is not None and why.sentence.endswith(_EXPLORED)
    return f"{told} {words('why.explored')}" if explored else told


_EXPLORED = sentence([], explored=True).removeprefix(sentence([]))


def every_topic(language: str) -> list[tuple[TopicId, str]]:
    """The topics that can be muted, by name: those of the first two tiers, which hold all the others."""
    taxonomy = content_topics()
    broad = [topic for topic in taxonomy.ids if len(taxonomy.line(topic)) <= 2]
    return sorted(((topic, topic_name(topic, language)) for topic in broad), key=lambda item: item[1].casefold())
