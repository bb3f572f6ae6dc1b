"""What request headers say: Global Privacy Control, and the version that a change builds on."""

import re
from collections.abc import Mapping

from adtailor.errors import AdtailorError, InvalidInput


class VersionNeeded(AdtailorError):
    """A change to what exists, without saying which version it builds on."""

    status = 428


_ETAG = re.compile(r'(?:W/)?"?(\d{1,18})"?')


def says_gpc(headers: Mapping[str, str]) -> bool:
    """Whether `Sec-GPC: 1` was sent (W3C, Global Privacy Control); nothing else means it, and absence is no consent.

    >>> says_gpc({"sec-gpc": "1"}), says_gpc({"sec-gpc": "0"}), says_gpc({})
    (True, False, False)
    """
    return "sec-gpc" in headers and any(value.strip() == "1" for value in headers["sec-gpc"].split(","))


def etag(version: int) -> str:
    """The version as an entity tag.

    >>> etag(3)
    '"3"'
    """
    return f'"{version}"'


def if_match(headers: Mapping[str, str], *, current: int) -> int | None:
    """The version that a change builds on, `current` for `*`, None where the header is absent.

    >>> if_match({"if-match": '"3"'}, current=7), if_match({"if-match": "*"}, current=7), if_match({}, current=7)
    (3, 7, None)
    """
    given = headers.get("if-match")
    if given is None:
        return None
    if given.strip() == "*":
        return current
    found = _ETAG.fullmatch(given.strip())
    if found is None:
        raise InvalidInput("no version", hint='send the ETag as it was given, as in "3"', field="If-Match")
    return int(found.group(1))


def version_needed(what: str) -> VersionNeeded:
    """The refusal of a change that does not say what it builds on."""
    return VersionNeeded(
        f"{what} exists already", hint="read it, then send its ETag as If-Match, so that no one's change is lost",
        field="If-Match",
    )  # fmt: skip
