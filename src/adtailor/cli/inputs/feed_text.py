"""The bytes of a feed as text, whatever was declared: XML read with the wrong letters is worse than none."""

import codecs
import re
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:\-]{1,40})["']""")
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LAST = "windows-1252"
"""What nearly everything is that is not UTF-8; the few bytes that mean nothing in it become U+FFFD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedText:
    """The text, and what had to be supposed to get it."""

    text: str
    supposed: str | None = None


def feed_text(raw: bytes) -> FeedText:
    """By its byte order mark, else as declared, else UTF-8, else Windows-1252.

    Characters that XML forbids become spaces: one of them would make everything after it unreadable.

    >>> feed_text("<?xml version='1.0' encoding='utf-8'?><a>caf\\u00e9</a>".encode("latin-1")).supposed
    'declared utf-8 and is not: read as windows-1252'
    """
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return FeedText(text=_allowed(raw[len(mark) :].decode(encoding, "replace")))
    if raw[:4] in {b"<\0?\0", b"<\0r\0", b"<\0f\0"}:
        return FeedText(text=_allowed(raw.decode("utf-16-le", "replace")))
    if raw[:4] in {b"\0<\0?", b"\0<\0r", b"\0<\0f"}:
        return FeedText(text=_allowed(raw.decode("utf-16-be", "replace")))
    matched = _DECLARED.match(raw[:1024])
    declared = matched[1].decode("ascii").lower() if matched else None
    for encoding in dict.fromkeys((_known(declared), "utf-8", _LAST)):
        if encoding is None:
            continue
        try:
            text = raw.decode(encoding, "replace" if encoding == _LAST else "strict")
        except UnicodeError:
            continue
        expected = encoding == (declared or "utf-8") or encoding == _known(declared)
        told = f"declared {declared} and is not" if declared else "declares no encoding and is no UTF-8"
        return FeedText(text=_allowed(text), supposed=None if expected else f"{told}: read as {encoding}")
    raise AssertionError("windows-1252 reads everything")


def _allowed(text: str) -> str:
    return _FORBIDDEN.sub(" ", text)


def _known(name: str | None) -> str | None:
    """Python's name of an encoding of text; Latin-1 is what feeds call Windows-1252, as browsers know."""
    if name is None:
        return None
    try:
        found = codecs.lookup(name)
    except LookupError:
        return None
    if not found._is_text_encoding or found.name.startswith(("utf-16", "utf-32", "utf-7")):  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        return None  # without a byte order mark, bytes that start with "<?xml" are neither
    return _LAST if found.name in {"iso8859-1", "ascii"} else found.name
