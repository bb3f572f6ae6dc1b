"""Bid requests as exchanges and Prebid write them, for one banner on a page about sports."""

from typing import Any

NATIVE: dict[str, Any] = {
    "ver": "1.2",
    "assets": [
        {"id": 1, "required": 1, "title": {"len": 60}},
        {"id": 2, "required": 1, "data": {"type": 1}},
        {"id": 7, "data": {"type": 2, "len": 90}},
        {"id": 9, "data": {"type": 12}},
    ],
    "eventtrackers": [{"event": 1, "methods": [1, 2]}, {"event": 2, "methods": [1]}],
    "privacy": 1,
}


def asked(**changes: Any) -> dict[str, Any]:
    """A request for one banner on a page about sports."""
    return {
        "id": "req-1",
        "imp": [{"id": "top", "banner": {"format": [{"w": 300, "h": 250}]}}],
        "site": {"id": "s1", "domain": "news.example", "pagecat": ["483"], "cattax": 6, "content": {"language": "en"}},
        "device": {"devicetype": 2, "geo": {"country": "DEU", "utcoffset": 60}},
        "at": 1,
        "cur": ["EUR"],
        **changes,
    }


def imp(**changes: Any) -> dict[str, Any]:
    """One place for a banner of 300 x 250."""
    return {"id": "top", "banner": {"format": [{"w": 300, "h": 250}]}, **changes}
