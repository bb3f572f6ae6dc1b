"""Whom an ad was meant for, in words: the main parameters that everybody may know (DSA, Art. 26 and 39)."""

from collections.abc import Iterable, Mapping

from adtailor.config.taxonomy import content_topics
from adtailor.domain.targeting import Targeting


def main_parameters(targeting: Targeting) -> Mapping[str, tuple[str, ...]]:
    """What is asked, or excluded, by the names that pages and the wire give it; only what says something.

    Circles are rounded to 0.01 degrees, about a kilometre.

    >>> main_parameters(Targeting(countries=frozenset({"DE", "AT"})))
    {'countries': ('AT', 'DE')}
    """
    topics = content_topics().names
    told: dict[str, Iterable[str]] = {
        "countries": targeting.countries,
        "regions": targeting.regions,
        "circles": [f"{one.km:g} km around {one.lat:.2f}, {one.lon:.2f}" for one in targeting.circles],
        "languages": targeting.languages,
        "devices": targeting.devices,
        "keywords_of_page": targeting.keywords,
        "topics_of_page": [topics.get(topic, topic) for topic in targeting.topics],
        "tones_of_page": targeting.tones,
        "interests": [topics.get(topic, topic) for topic in targeting.interests],
        "look": targeting.look,
        "groups": targeting.segments,
    }
    return {name: tuple(sorted(values)) for name, values in told.items() if values}


def in_one_line(targeting: Targeting) -> str:
    """The same as a sentence."""
    told = main_parameters(targeting)
    return "; ".join(f"{name.replace('_', ' ')}: {', '.join(values)}" for name, values in told.items())
