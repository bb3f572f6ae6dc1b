"""Fetch one picture from the public Internet, and from nowhere else.

A name is looked up once per hop; every address that it has must be a public one, and the connection goes to the very
address that was judged: a name that means something else a moment later (DNS rebinding) means nothing here. Each
redirect is judged anew. No cookies, no proxies, no credentials; bounded in hops, time and bytes.
"""

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urljoin, urlsplit

from adtailor.engines.http_post import Connected, Target
from adtailor.errors import InvalidInput

KINDS = ("image/jpeg", "image/png", "image/webp", "image/gif")
PORTS = {"http": 80, "https": 443}
"""No others: a picture server needs none, and a port scan does."""
LONGEST_URL = 2048
_HEADERS = {
    "Accept": ", ".join(KINDS),
    "Accept-Encoding": "identity",
    "User-Agent": "adtailor",
    "Connection": "close",
}
_NAT64 = IPv6Network("64:ff9b::/96")
_NEVER = (IPv6Network("::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("5f00::/16"))
"""IPv4-compatible addresses, local NAT64 and segment routing: Python calls some of them global."""
Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""All addresses of a name."""
Dial = Callable[[str, int, float], socket.socket]
"""A connection to an address, which is no name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How much of anything a picture may take."""

    seconds: float = 5.0
    bytes: int = 10 * 2**20
    hops: int = 3


class NotFetched(InvalidInput):
    """A picture that is not fetched, or could not be; the message says why and quotes no address."""


def system_addresses(host: str, port: int) -> Sequence[str]:
    """What the system makes of a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def dialled(address: str, port: int, seconds: float) -> socket.socket:
    """A connection of the system's."""
    return socket.create_connection((address, port), timeout=seconds)


def fetch_picture(
    url: str,
    *,
    limits: FetchLimits = FetchLimits(),
    resolve: Resolve = system_addresses,
    dial: Dial = dialled,
    clock: Callable[[], float] = time.monotonic,
) -> bytes:
    """The bytes of a picture; NotFetched for anything else."""
    ends_at = clock() + limits.seconds
    for _ in range(limits.hops + 1):
        target, path = checked_url(url)
        answered = _asked(target, path, limits, resolve, dial, lambda: ends_at - clock())
        if isinstance(answered, bytes):
            return answered
        onward = urljoin(url, answered)
        if target.scheme == "https" and urlsplit(onward).scheme != "https":
            raise _refused("it leads from https to something else")
        url = onward
    raise _refused(f"it leads on more than {limits.hops} times")


def checked_url(url: str) -> tuple[Target, str]:
    """Where a picture is said to be, and the path there; NotFetched for what is never fetched.

    >>> str(checked_url("https://pictures.example/a.jpg")[0])
    'https://pictures.example:443'
    """
    if len(url) > LONGEST_URL or any(char <= " " or char in '\\"<>^`{|}' or char > "~" for char in url):
        raise _refused("it is no address", hint="percent-encode it, as https://pictures.example/a%20b.jpg")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("it is no address") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise _refused("it is no http or https address")
    if parts.username is not None or parts.password is not None:
        raise _refused("it holds a name or a password")
    if port not in {None, PORTS[parts.scheme]}:
        raise _refused(f"port {port} is not that of {parts.scheme}")
    if (address := _literal(parts.hostname)) is not None and not is_public(address):
        raise _refused("it is an address of a private network")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(scheme=parts.scheme, host=parts.hostname, port=PORTS[parts.scheme], path=""), path


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public Internet, and is no other address in disguise.

    >>> is_public(ip_address("93.184.216.34"))
    True
    >>> [is_public(ip_address(one)) for one in ("169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::7f00:1")]
    [False, False, False]
    """
    if isinstance(address, IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if any(address in network for network in _NEVER):
            return False
        if address in _NAT64:
            inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
        if not all(is_public(one) for one in inner if one is not None):
            return False
        if address.is_site_local or (address.ipv4_mapped is None and not address.is_global):
            return False
    elif not address.is_global:
        return False
    return not (address.is_multicast or address.is_unspecified or address.is_loopback or address.is_link_local)


def _asked(  # noqa: PLR0917 - one hop
    target: Target, path: str, limits: FetchLimits, resolve: Resolve, dial: Dial, left: Callable[[], float]
) -> bytes | str:
    """The picture, or the address that it is said to be at."""
    address = _judged(target, resolve)
    connection = Connected(target, max(0.001, left()), left, dial=lambda seconds: dial(address, target.port, seconds))
    try:
        with connection:
            connection.request("GET", path, headers=_HEADERS)
            with connection.getresponse() as response:
                return _body(response, limits.bytes)
    except NotFetched:
        raise
    except TimeoutError:
        raise _refused("it took too long") from None
    except ssl.SSLCertVerificationError:
        raise _refused("its certificate could not be verified") from None
    except OSError:
        raise _refused("its server cannot be reached") from None
    except (HTTPException, ValueError):
        raise _refused("its server does not speak HTTP") from None


def _judged(target: Target, resolve: Resolve) -> str:
    """An address to connect to; one private address among them spoils them all."""
    try:
        found = [ip_address(one.partition("%")[0]) for one in resolve(target.host, target.port)]
    except (OSError, UnicodeError, ValueError):
        raise _refused("its server has no address") from None
    if not found:
        raise _refused("its server has no address")
    if not all(is_public(one) for one in found):
        raise _refused("its server is in a private network")
    return str(found[0])


def _body(response: HTTPResponse, most: int) -> bytes | str:
    if response.status in {301, 302, 303, 307, 308}:
        onward = response.getheader("Location")
        if not onward:
            raise _refused("it leads nowhere")
        return onward
    if response.status != 200:
        raise _refused(f"its server answered with HTTP {response.status}")
    kind = (response.getheader("Content-Type") or "").partition(";")[0].strip().casefold()
    if kind not in KINDS:
        raise _refused("it is no JPEG, PNG, WebP or GIF picture")
    if response.length is not None and response.length > most:
        raise _refused(f"it has more than {most:,} bytes")
    found = response.read(most + 1)
    if len(found) > most:
        raise _refused(f"it has more than {most:,} bytes")
    if response.length not in {None, 0}:
        raise _refused("it broke off")
    return found


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _refused(why: str, *, hint: str = "send the picture itself as base64 in `data`") -> NotFetched:
    return NotFetched(f"the picture is not fetched: {why}", hint=hint, field="url")
