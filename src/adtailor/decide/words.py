"""Which of the words that ads ask for stand in a page's text."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# A word of letters and digits; "c++" and "c#" keep what makes them another word than "c".
_WORD = re.compile(r"\w+(?:[+#]+(?!\w))?")
# Thai, Lao, Burmese, Khmer, Chinese and Japanese set no spaces between words.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Words and phrases to look for, by their first word."""

    phrases: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    unspaced: tuple[str, ...]

    def found_in(self, text: str) -> frozenset[str]:
        """Those that stand in a text, whatever the case; the words of a phrase next to each other.

        >>> sorted(vocabulary(["trail running", "run", "c++"]).found_in("Trail-Running, in C++!"))
        ['c++', 'trail running']
        """
        if not self.phrases and not self.unspaced:
            return frozenset()
        text = _folded(text)
        found = {word for word in self.unspaced if word in text}
        words = _WORD.findall(text)
        for n, word in enumerate(words):
            for phrase, keyword in self.phrases.get(word, ()):
                if keyword not in found and tuple(words[n : n + len(phrase)]) == phrase:
                    found.add(keyword)
        return frozenset(found)


def vocabulary(keywords: Iterable[str]) -> Vocabulary:
    """What to look for; a keyword without a letter or digit is found nowhere."""
    phrases: defaultdict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    unspaced: list[str] = []
    for keyword in sorted(set(keywords)):
        words = tuple(_WORD.findall(_folded(keyword)))
        if _UNSPACED.search(keyword):
            unspaced.append(_folded(keyword))
        elif words:
            phrases[words[0]].append((words, keyword))
    return Vocabulary(phrases={first: tuple(rest) for first, rest in phrases.items()}, unspaced=tuple(unspaced))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
