"""What may never become a feature: how someone feels, and what a person's own posts look like to an encoder.

The check is on names and on declared sources, so it stops honest mistakes and not a determined liar; where the log is
written by adtailor, such columns are never emitted at all.
"""

import re
from collections.abc import Mapping
from typing import Literal, get_args

from adtailor.errors import InvalidInput

Source = Literal["context", "ad", "request", "own_posts"]
"""Where a column comes from: the post beside the ad, the ad, the request, or what the person wrote or showed."""

STEMS: tuple[str, ...] = (
    "abuse", "affect", "alone", "anger", "angry", "anguish", "anxi", "bereave", "burnout", "burned out", "burnt out",
    "cope", "coping", "cris", "cry", "dark thought", "depress", "despair", "desperat", "despond", "disappoint",
    "distress", "emotion", "exhaust", "fear", "feeling", "frustrat", "gloom", "grie", "guilt", "helpless", "hopeless",
    "hurting", "insomni", "lonel", "lonesome", "melanchol", "mental", "miser", "mood", "mourn", "negative valence",
    "nervous", "overwhelm", "panic", "pessimis", "phq", "remorse", "sad", "self harm", "self injur", "sentiment",
    "shame",
    "sorrow", "stress", "suffer", "suicid", "tearful", "trauma", "unhapp", "upset", "valence", "vulnerab",
    "weary", "well being", "wellbeing", "worr", "worthless", "wretched",
)  # fmt: skip
"""Beginnings of words, in any name of a column, that say how someone feels."""
_OWN_POSTS = (
    "own post", "own text", "own photo", "self post", "author embedding", "author vector", "person embedding",
    "person vector", "user embedding", "user vector", "viewer embedding", "viewer vector", "member embedding",
)  # fmt: skip
_INNOCENT = frozenset({
    "saddle", "saddles", "saddlery", "crisp", "crisps", "crispy", "fearless", "crystal", "stressless", "affected",
    "affecting", "crypto", "cryptic", "shameless", "worrisome",
})  # fmt: skip


def check_lineage(columns: Mapping[str, Source | None]) -> None:
    """Refuses columns that say how someone feels, by name, and vectors of a person's own posts, by source or name."""
    for column, source in columns.items():
        if source is not None and source not in get_args(Source):
            raise InvalidInput(f"source {source!r}", hint=f"one of {', '.join(get_args(Source)[:-1])}", field=column)
        words = _words(column)
        if (stem := _first(STEMS, words)) is not None:
            raise InvalidInput(
                f"a feature named {column!r} says how someone feels ({stem!r})",
                hint="affect is never learned from: leave the column out of the features",
                field=column,
            )
        if source == "own_posts" or _first(_OWN_POSTS, words) is not None:
            raise InvalidInput(
                f"{column!r} comes from a person's own posts",
                hint="declare vectors of the context: the post beside the ad, never the viewer's own",
                field=column,
            )


def _words(name: str) -> str:
    # "userStress_7d" and "USER-STRESS" are both " user stress ...": one space before every word.
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    found = re.findall(r"[a-zäöüß]+|[0-9]+", split.lower())
    return " " + " ".join(word for word in found if word not in _INNOCENT)


def _first(stems: tuple[str, ...], words: str) -> str | None:
    return next((stem for stem in stems if f" {stem}" in words), None)
