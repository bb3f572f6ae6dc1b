"""Ids made from what a source calls its posts and people, or from what they hold: the same each time it is read."""

import hashlib
import re

_ID = re.compile(r"[A-Za-z0-9._:\-]{1,64}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._\-]+")
_READABLE = 40


def plain_id(name: str) -> str:
    """The name itself where it is an id, else its readable end and a hash of the whole.

    >>> plain_id("urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a")
    'urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a'
    >>> plain_id("Ana Böhm")
    'Ana-B-hm-870dd22419be'
    """
    if _ID.fullmatch(name):
        return name
    readable = _UNSAFE.sub("-", name)[-_READABLE:].strip("-")
    return f"{readable}-{_hash(name)}" if readable else _hash(name)


def id_of(site: str, *parts: object) -> str:
    """An id for something that has no name, from what it holds.

    >>> id_of("instagram", 1700000000, "Morning", "a.jpg")
    'instagram-1700000000-76f554239623'
    """
    first, *rest = parts
    return f"{site}-{first}-{_hash(chr(0).join(map(str, rest)))}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
