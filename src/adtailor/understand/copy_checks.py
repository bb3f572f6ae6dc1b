"""What no ad may say, by words: of its reader, of a hurry, more than its brief. A person still has to approve."""

import re
from collections.abc import Mapping

LONGEST_HEADLINE: Mapping[str, int] = {"native": 60, "image": 40, "carousel": 40}
LONGEST_BODY: Mapping[str, int] = {"native": 150, "image": 90, "carousel": 90}
"""Characters, by the format of a creative."""


def _words(*patterns: str) -> str:
    return r"\b(?:" + "|".join(patterns) + r")\b"


_FEELINGS = (
    "low|sad|down|blue|lonely|tired|stressed|anxious|empty|ugly|fat|old|bad|lost|alone|overwhelmed|hopeless|worthless"
)
_YOURS = (
    "age|weight|body|skin|face|looks|mood|stress|anxiety|depression|illness|disease|debts?|divorce|grief|loss|pain"
    "|problems?|faith|religion|race|sexuality|gender|pregnancy|addiction|loneliness|sadness|worries"
)
_GROUPS = "woman|man|mother|father|immigrant|christian|muslim|jew|gay|single|senior|veteran|patient"
_PERSONAL = re.compile(
    _words(
        rf"feel(?:ing)? (?:{_FEELINGS})",
        r"you(?:'re| are| seem| look| feel| must be| might be) (?!(?:here|welcome|invited)\b)\w+",
        r"are you \w+",
        r"do you (?:feel|suffer|struggle|hate|worry)",
        r"people like you",
        rf"your (?:{_YOURS})",
        rf"as an? (?:{_GROUPS})",
        r"lonely|depress\w*|anxi(?:ous|ety)|stress(?:ed|ful)?|burn(?:ed|t)[ -]?out|suicid\w*|overweight|insecure",
    ),
    re.IGNORECASE,
)
_HURRY = re.compile(
    _words(
        r"hurry|last chance|only today|today only|act now|don'?t (?:miss|wait)|before it'?s too late|limited time",
        r"while (?:stocks|supplies) last|ends (?:soon|today|tonight)|selling fast|you'?ll regret|everyone else",
        r"running out",
    ),
    re.IGNORECASE,
)
_CLAIMS = re.compile(
    _words(
        r"best|cheapest|guarantee\w*|free|cures?|heals?|proven|clinically|scientific\w*|award\w*|certified|no\.? ?1",
        r"risk[- ]free|number one|world'?s|organic|vegan|sustainable|eco\w*|discount|sale|save|offer|refund|official",
    )
    + r"|[$€£%]|\d+",
    re.IGNORECASE,
)
LEAST_SHARED = 2
"""Words of four letters or more that it has in common with its brief."""
_WORD = re.compile(r"[^\W\d_]{4,}")
_MARKS = re.compile(r"https?:|www\.|[<>{}\[\]|@#]|\*\*|\bheadline\b|\bbody:", re.IGNORECASE)


def objections(headline: str, body: str, *, brief: str, format: str = "native") -> tuple[str, ...]:  # noqa: A002  # the field's name
    """Why these words may not be shown; none if nothing was found, which a list of words can never be sure of.

    >>> objections("Feeling low?", "Tea from the hills.", brief="Green tea from the hills.")
    ('it speaks of its reader: feeling low',)
    >>> objections("Tea for a slow hour", "From the hills.", brief="Green tea from the hills.")
    ()
    """
    found: list[str] = []
    text = f"{headline}\n{body}".replace("\u2019", "'")
    if not headline.strip() or not body.strip():
        found.append("it is empty")
    if len(headline) > LONGEST_HEADLINE[format]:
        found.append(f"the headline is longer than {LONGEST_HEADLINE[format]} characters")
    if len(body) > LONGEST_BODY[format]:
        found.append(f"the body is longer than {LONGEST_BODY[format]} characters")
    if hit := _PERSONAL.search(text):
        found.append(f"it speaks of its reader: {hit.group().strip().lower()}")
    if hit := _HURRY.search(text):
        found.append(f"it makes a hurry: {hit.group().lower()}")
    known = brief.replace("\u2019", "'").casefold()
    if new := [hit.group() for hit in _CLAIMS.finditer(text) if hit.group().casefold() not in known]:
        found.append(f"its brief does not say: {new[0].lower()}")
    if headline.strip().casefold() == body.strip().casefold():
        found.append("headline and body are the same")
    if headline.rstrip().endswith((",", ";", ":", " a", " the")) or not body.rstrip().endswith(
        (".", "!", "?", "\u2026")
    ):
        found.append("it breaks off")
    if len(set(_WORD.findall(text.casefold())) & set(_WORD.findall(known))) < LEAST_SHARED:
        found.append("it says nothing of what its brief does")
    if hit := _MARKS.search(text):
        found.append(f"it holds {hit.group()!r}")
    return tuple(found)
