"""Crisis language: does a post speak of wanting to die or to hurt oneself? When in doubt, yes.

Three witnesses: phrases (crisis_phrases.py) and the lean of the words by what they stand for (crisis_concepts.py),
both in English, German and Spanish; and a trained head on the vector of the text where there is one. A card shown for
nothing is kind and can be hidden; one not shown may be missed for good. Recall and false alarms stand in
`crisis_card.md`. Neither text nor verdict is kept, logged or cached here.
"""

import math
from dataclasses import dataclass

from adtailor.understand import crisis_concepts, crisis_phrases
from adtailor.understand.crisis_phrases import LANGUAGES, folded

__all__ = ["LANGUAGES", "Words", "folded", "lexicon_name", "tells_of_crisis", "verdict", "words_of"]

MOST_CHARACTERS = 100_000
LEAST_LEAN = 0.0
"""Words that lean away further than this, and hold no grave one, are not searched for phrases."""
SURE_LEAN = 1.3
"""From where the words are enough where there is no head: about one hard negative in twenty is above it."""
SURE_HEAD = 0.9
"""From where the head is enough where the words cannot be asked."""
TOGETHER = 1.4
"""From where both together are enough: of posts kept from learning 5 of 100 hard negatives alarm, 2 of 1,000 comments
and 5 of 1,000 short texts on stress."""
HEAD_SHARE, LEAN_SHARE = 0.5, 0.5
"""How much of its log-odds each lends to the other, where both were asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the words alone say; asked for without any model."""

    phrase: bool
    lean: float | None
    """Log-odds, 0 where a card is as likely due as not; None where too few of the words are known."""


def tells_of_crisis(text: str, language: str | None) -> bool:
    """Whether the words alone tell of it; a language that is unknown or has no lexicon is tried with all of them.

    >>> tells_of_crisis("I don't want to be alive anymore.", "en")
    True
    >>> tells_of_crisis("I'm dying of laughter, this deadline is killing me", "en")
    False
    >>> tells_of_crisis("Ich will nicht mehr leben", None)
    True
    """
    return verdict(words_of(text, language), None, language) is True


def words_of(text: str, language: str | None) -> Words:
    """Phrases and lean, of at most the first 100,000 characters."""
    plain = folded(crisis_concepts.with_smiles(text[:MOST_CHARACTERS]))
    tried = (language,) if language in LANGUAGES else LANGUAGES
    leans = {code: _lean(plain, code) for code in tried}
    phrase = any(_may_hold(lean) and crisis_phrases.phrase_in(plain, code) for code, lean in leans.items())
    known = [lean.odds for lean in leans.values() if lean.odds is not None]
    # In a language without a lexicon, a chance likeness of a few words proves nothing: there, only a phrase does.
    asked = language is None or language in LANGUAGES
    return Words(phrase=phrase, lean=max(known) if known and asked else None)


def verdict(words: Words, head: float | None, language: str | None) -> bool | None:
    """True where a card is due, None where nothing can be said: no lexicon for the language, and no hit in any.

    `head` is the calibrated probability of a trained head, or None where there is none for this text.

    >>> verdict(Words(phrase=False, lean=1.2), 0.85, "en"), verdict(Words(phrase=False, lean=1.2), None, "en")
    (True, False)
    >>> verdict(Words(phrase=False, lean=None), None, "fr") is None
    True
    """
    if words.phrase:
        return True
    if head is not None:
        # Where the whole sentence was understood, the words by themselves no longer decide: they only add.
        return head >= SURE_HEAD if words.lean is None else _together(words.lean, head) >= TOGETHER
    if words.lean is not None and words.lean >= SURE_LEAN:
        return True
    return False if language is None or language in LANGUAGES else None


def lexicon_name() -> str:
    """Name and version of phrases and concepts."""
    return f"crisis-lexicon@{crisis_phrases.version()}.{crisis_concepts.version()}"


def _lean(plain: str, language: str) -> crisis_concepts.Lean:
    """Of the whole text; where that tells of a crisis, of what is left without its figures of speech."""
    lean = crisis_concepts.lean(plain, language)
    if lean.odds is None or lean.odds < SURE_LEAN:
        return lean
    rest = crisis_concepts.lean(crisis_phrases.without_idioms(plain, language), language)
    return crisis_concepts.Lean(rest.odds, lean.is_grave)


def _may_hold(lean: crisis_concepts.Lean) -> bool:
    """Whether to look for phrases at all: there are many, and most posts are far from any."""
    return lean.is_grave or (lean.odds is not None and lean.odds >= LEAST_LEAN)


def _together(lean: float, head: float) -> float:
    chance = min(max(head, 1e-6), 1 - 1e-6)
    return HEAD_SHARE * math.log(chance / (1 - chance)) + LEAN_SHARE * lean
