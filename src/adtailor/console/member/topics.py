"""Topics of the IAB taxonomy by name: as published in English, translated here where it was done."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from adtailor.config.taxonomy import content_topics
from adtailor.domain.ids import TopicId


def topic_name(topic: TopicId, language: str) -> str:
    """Its name in a language, else as published, else its id."""
    translated = translations().get(topic, {}).get(language)
    return translated or content_topics().names.get(topic, topic)


@cache
def translations() -> Mapping[str, Mapping[str, str]]:
    """Topic id to language to name."""
    text = (files("adtailor.console.member") / "topics.toml").read_text("utf-8")
    return {topic: {"de": de, "es": es} for topic, (de, es) in tomllib.loads(text).items()}
