"""Pages of partners: they may call the exchange's door from a browser, with credentials, and nothing else (CORS)."""

from collections.abc import Collection, Iterable

AUCTION = "/openrtb2/auction"


def partner(path: str, headers: Iterable[tuple[bytes, bytes]], origins: Collection[str]) -> str | None:
    """The origin of a page that may call this address, or None.

    >>> asks = [(b"origin", b"https://news.example")]
    >>> partner(AUCTION, asks, {"https://news.example"})
    'https://news.example'
    >>> partner("/v1/catalogue", asks, {"https://news.example"})
    """
    if path != AUCTION or not origins:
        return None
    given = [value.decode("latin-1") for name, value in headers if name.lower() == b"origin"]
    return given[0] if len(given) == 1 and given[0] in origins else None


def allowing(origin: str) -> list[tuple[bytes, bytes]]:
    """What lets a page of that origin read the answer."""
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
        (b"cross-origin-resource-policy", b"cross-origin"),
    ]


def preflight(origin: str) -> list[tuple[bytes, bytes]]:
    """The answer to OPTIONS: what such a page may send."""
    return [
        *allowing(origin),
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-allow-headers", b"content-type, content-encoding, sec-gpc"),
        (b"access-control-max-age", b"600"),
    ]
