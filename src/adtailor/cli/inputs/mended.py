"""Text whose UTF-8 bytes were written out as if each were a character: put together again, and only where it was so.

Instagram and Facebook export `é` as `\\u00c3\\u00a9`. Nothing in a file says whether it was damaged, so each text is
asked whether it can be an image of the damage, and all texts of an archive together whether they are one.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

Mend = Callable[[str], str]
"""What is done to every text of an archive."""


def mended(text: str) -> str:
    """The text whose UTF-8 bytes, each taken as a character, are `text`; where there is none, `text` itself.

    >>> mended("caf\\u00c3\\u00a9")
    'café'
    >>> mended("café"), mended("日本"), mended("plain")
    ('café', '日本', 'plain')
    """
    whole = _undone(text)
    return text if whole is None else whole


def as_it_is(text: str) -> str:
    """What is done where nothing was damaged."""
    return text


def mend_for(entries: Iterable[bytes]) -> Mend:
    """How to treat the texts of these JSON values: `mended` if most of those beyond ASCII are images of the damage.

    Damage strikes all texts of an export or none. `CAFÉ»` is right as it stands and an image of `CAFɻ` as well: in an
    archive whose other texts are right it is left alone.
    """
    images = others = 0
    for entry in entries:
        try:
            value = msgspec.json.decode(entry)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        for text in _texts(value):
            if not text.isascii():
                if _undone(text) is None:
                    others += 1
                else:
                    images += 1
    return mended if images > others else as_it_is


def _undone(text: str) -> str | None:
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None


def _texts(value: Any) -> Iterable[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            waiting += one.values()
