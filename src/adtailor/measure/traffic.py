"""Whose traffic never counts: programs that say so, and networks where no people live."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from adtailor.errors import InvalidInput

_BOT = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|headless|preview|curl/|wget/|python-|go-http|externalhit|scan", re.IGNORECASE
)


def is_bot(user_agent: str | None) -> bool:
    """Whether a program says that it is one; silence is no confession.

    >>> is_bot("Mozilla/5.0 (compatible; Examplebot/2.1)"), is_bot("Mozilla/5.0 (X11; Linux x86_64)"), is_bot(None)
    (True, False, False)
    """
    return user_agent is not None and _BOT.search(user_agent) is not None


class Address(NamedTuple):
    """An address on the internet, as a number."""

    version: int
    number: int

    @property
    def network(self) -> int:
        """What its network is known by: the first 24 bits of IPv4, 48 of IPv6."""
        return self.number >> (8 if self.version == 4 else 80)


MOST_HOPS = 20


def address_of(text: str | None) -> Address | None:
    """An address; one of IPv4 that is written as IPv6 is one of IPv4; None for anything else.

    >>> address_of("203.0.113.7") == address_of("::ffff:203.0.113.7"), address_of("a socket")
    (True, None)
    """
    try:
        parsed = ip_address(text or "")
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return Address(parsed.version, int(parsed))


def past_proxies(host: str | None, forwarded: str, proxies: "Networks") -> Address | None:
    """Who called, past the operator's own proxies: the last address in X-Forwarded-For that is none of theirs.

    Whoever calls may write anything into that header; what a proxy of ours appended to it is true.
    """
    address = address_of(host)
    hops = forwarded.split(",")[-MOST_HOPS:]
    while address is not None and address in proxies and hops:
        hop = hops.pop().strip()
        address = address_of(hop) if hop else address
    return address


class Networks:
    """A set of networks, quick to ask.

    >>> hoster = Networks(["203.0.113.0/24", "2001:db8::/32"])
    >>> address_of("203.0.113.7") in hoster, address_of("203.0.114.7") in hoster
    (True, False)
    """

    def __init__(self, networks: Iterable[str]) -> None:
        self._ranges: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
        for text in networks:
            try:
                network = ip_network(text, strict=False)
            except ValueError:
                raise InvalidInput(
                    f"{text[:60]!r} is no network", hint="write it as 203.0.113.0/24 or 2001:db8::/32", field="networks"
                ) from None
            self._ranges[network.version].append((int(network.network_address), int(network.broadcast_address)))
        for version, ranges in self._ranges.items():
            self._ranges[version] = _merged(ranges)

    def __contains__(self, address: Address) -> bool:
        """Whether an address is in one of them."""
        ranges = self._ranges[address.version]
        place = bisect_right(ranges, (address.number, 2**128)) - 1
        return place >= 0 and address.number <= ranges[place][1]

    @classmethod
    def of_lines(cls, text: str) -> "Networks":
        """One network a line; what follows a # is a remark.

        >>> address_of("203.0.113.7") in Networks.of_lines("# a hoster\\n203.0.113.0/24  # its first range\\n")
        True
        """
        lines = (line.partition("#")[0].strip() for line in text.splitlines())
        return cls(line for line in lines if line)


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


NEARBY = Networks(
    ("0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
     "::/127", "fc00::/7", "fe80::/10")
)  # fmt: skip
"""Addresses that tell nobody apart from outside: more likely a proxy that hides who asks."""
