"""Words of strangers on a terminal: printable, in one line, and short."""

import re
import unicodedata

# Controls could move the cursor, rename the window or hide text; marks of direction could turn a line around.
_HIDDEN = frozenset({"Cc", "Cs", "Co", "Cn"})
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_SPACE = re.compile(r"\s+")


def shown(text: str, most: int | None = None) -> str:
    """`text` as it may stand in a table: without controls, spaces joined, cut after `most` characters.

    >>> shown("Hi\\x1b[31m there\\n\\tyou", 10)
    'Hi there…'
    """
    if most is not None:
        text = text[: 20 * most + 200]  # a giant post must not cost what nobody sees
    text = _SPACE.sub(" ", _ESCAPE.sub("", text))
    kept = "".join(one for one in text if one not in _TURNS and unicodedata.category(one) not in _HIDDEN).strip()
    if most is None or len(kept) <= most:
        return kept
    cut = kept[: most - 1]
    # At the end of a word, unless that is far away, as where words are not spaced.
    word = cut.rfind(" ")
    return f"{cut[:word] if word > most - 16 and word > 0 else cut}…"
