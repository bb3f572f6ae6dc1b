"""Where a creative may lead: to its advertiser's own domains, where these are named."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from adtailor.domain.creative import Creative
from adtailor.errors import InvalidInput


def lands_at(url: str, domains: Sequence[str]) -> bool:
    """Whether an address is at one of these domains or below one; any host will do where there are none.

    >>> lands_at("https://www.boots.example/walk", ["boots.example"])
    True
    >>> lands_at("https://boots.example.evil.example/", ["boots.example"])
    False
    """
    host = urlsplit(url).hostname or ""
    return bool(host) and (not domains or any(host == one or host.endswith("." + one) for one in domains))


def checked_landing(creative: Creative, domains: Sequence[str]) -> Creative:
    """`creative`, if all that it links to is at home."""
    for field, url in (
        ("landing_url", creative.landing_url),
        *(("cards", card.landing_url) for card in creative.cards),
    ):
        if not lands_at(url, domains):
            raise InvalidInput(
                "leads outside the advertiser's landing domains",
                hint=f"use {', '.join(domains)}" if domains else "name a host",
                field=field,
            )
    return creative
