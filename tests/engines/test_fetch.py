"""T33: a picture is fetched from public addresses alone, whatever names, redirects and servers say.

The servers here are real and listen on loopback. Since loopback is what must never be reached, the connection to one
public address is led to them; every address that is ever connected to is noted, and each of them must be public.
"""

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.engines.fetch import FetchLimits, NotFetched, checked_url, fetch_picture, is_public, system_addresses
from adtailor.testing.stand_in_server import (
    Behaviour,
    Call,
    StandInServer,
    answers,
    breaks_off,
    drips,
    floods,
    hangs,
    no_http,
)

PUBLIC = "93.184.216.34"
PNG = b"\x89PNG\r\n\x1a\n and so on"
SOON = FetchLimits(seconds=2.0)
PRIVATE = (
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fc00::1",
    "fd12::1", "fe80::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a9fe:a9fe::",
    "2002:c0a8:101::1", "2001:db8::1",
    "2001:0:7f00:1:0:0:80ff:fffe", "100::1",
)  # fmt: skip


@dataclass
class Net:
    """A network of which one public address leads to a server here; `dialled` holds every address connected to."""

    port: int
    names: dict[str, Sequence[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)

    def resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        # Numbers in any disguise are read as the system reads them.
        return self.names[host] if host in self.names else system_addresses(host, port)

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        self.dialled.append(address)
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)

    def fetch(self, url: str, *, limits: FetchLimits = SOON) -> bytes:
        try:
            return fetch_picture(url, limits=limits, resolve=self.resolve, dial=self.dial)
        finally:
            assert [one for one in self.dialled if not is_public(ip_address(one))] == []


@contextmanager
def net(behaviour: Behaviour, **names: Sequence[str]) -> Iterator[tuple[Net, StandInServer]]:
    with StandInServer(behaviour) as server:
        known = {"pictures.example": [PUBLIC], **{name.replace("_", "."): found for name, found in names.items()}}
        yield Net(server.port, names=known), server


picture = answers(200, PNG, Content_Type="image/png")


def leads_to(url: str) -> Behaviour:
    return answers(302, b"", Location=url)


def test_a_picture_comes_as_it_is_and_nothing_of_ours_goes_with_the_request() -> None:
    with net(picture) as (here, server):
        assert here.fetch("http://pictures.example/a.png?size=2") == PNG
        [call] = server.calls
        assert call.path == "/a.png?size=2"
        assert {name.lower() for name in call.headers} == {
            "host",
            "accept",
            "accept-encoding",
            "user-agent",
            "connection",
        }
        assert call.headers["Host"] == "pictures.example"


@pytest.mark.parametrize("address", PRIVATE)
def test_t33_a_name_that_means_a_private_address_is_not_connected_to(address: str) -> None:
    with net(picture, inside_example=[address], both_example=[PUBLIC, address]) as (here, server):
        for host in ("inside.example", "both.example"):
            with pytest.raises(NotFetched, match="private network"):
                here.fetch(f"http://{host}/a.png")
        assert (here.dialled, server.calls) == ([], [])


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "2130706433", "0x7f000001", "0x7f.1",
        "0177.0.0.1", "127.1", "0", "localhost", "169.254.169.254", "2852039166", "[fe80::1]", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
    ],
)  # fmt: skip
def test_t33_a_private_address_in_any_disguise_is_not_connected_to(host: str) -> None:
    for behaviour in (picture, leads_to(f"http://{host}/a.png")):
        with net(behaviour) as (here, server):
            first = "http://pictures.example/" if behaviour is not picture else f"http://{host}/a.png"
            with pytest.raises(NotFetched):
                here.fetch(first)
            assert here.dialled == ([] if behaviour is picture else [PUBLIC])
            assert len(server.calls) == len(here.dialled)


def test_t33_a_redirect_is_judged_like_the_first_address() -> None:
    for onward in (
        "http://inside.example/",
        "//inside.example/a.png",
        "http://pictures.example:8765/a.png",
        "http://user:secret@pictures.example/a.png",
        "file:///etc/passwd",
        "ftp://pictures.example/a.png",
        "gopher://pictures.example/",
        "http://pictures.example\\@inside.example/",
        "",
    ):
        with net(leads_to(onward), inside_example=["10.1.2.3"]) as (here, _):
            with pytest.raises(NotFetched):
                here.fetch("http://pictures.example/")
            assert here.dialled == [PUBLIC]


def test_redirects_are_followed_a_few_times() -> None:
    def onward(call: Call) -> None:
        step = int(call.path.rpartition("/")[2])
        (picture if step == 3 else answers(307, b"", Location=f"/{step + 1}"))(call)

    with net(onward) as (here, server):
        assert here.fetch("http://pictures.example/0") == PNG
        assert [call.path for call in server.calls] == ["/0", "/1", "/2", "/3"]
    with net(leads_to("/again")) as (here, server):
        with pytest.raises(NotFetched, match="more than 3 times"):
            here.fetch("http://pictures.example/")
        assert len(server.calls) == 4


class RebindingNames:
    """A name server on loopback (RFC 1035, UDP) that says one address, then another: public first, or private first."""

    def __init__(self, *turns: str) -> None:
        self.turns, self.asked = list(turns), 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "RebindingNames":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                query, sender = self._socket.recvfrom(512)
            except TimeoutError:
                continue
            address = self.turns[min(self.asked, len(self.turns) - 1)]
            self.asked += 1
            answer = struct.pack(">HHHLH4s", 0xC00C, 1, 1, 0, 4, socket.inet_aton(address))  # lives 0 seconds
            self._socket.sendto(query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + query[12:] + answer, sender)

    def resolve(self, host: str, port: int) -> Sequence[str]:
        """A stub resolver without a cache."""
        name = b"".join(bytes((len(part),)) + part.encode() for part in host.split(".")) + b"\0"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(2)
            asking.sendto(b"\x12\x34\1\0\0\1\0\0\0\0\0\0" + name + b"\0\1\0\1", self._socket.getsockname())
            return [socket.inet_ntoa(asking.recv(512)[-4:])]


def test_t33_a_name_that_is_bound_anew_is_looked_up_once_and_that_address_is_connected_to() -> None:
    with net(picture) as (here, server), RebindingNames(PUBLIC, "127.0.0.1") as names:
        here.resolve = names.resolve  # type: ignore[method-assign]
        assert here.fetch("http://rebinds.example/a.png") == PNG
        assert (names.asked, here.dialled) == (1, [PUBLIC])
        # Asked again it means this machine, and is not connected to.
        with pytest.raises(NotFetched, match="private network"):
            here.fetch("http://rebinds.example/a.png")
        assert (names.asked, here.dialled, len(server.calls)) == (2, [PUBLIC], 1)


def test_t33_a_name_that_is_bound_anew_between_redirects_is_not_connected_to() -> None:
    with (
        net(leads_to("http://rebinds.example/b.png")) as (here, server),
        RebindingNames(PUBLIC, "169.254.169.254") as names,
    ):
        here.resolve = names.resolve  # type: ignore[method-assign]
        with pytest.raises(NotFetched, match="private network"):
            here.fetch("http://rebinds.example/a.png")
        assert (names.asked, here.dialled, len(server.calls)) == (2, [PUBLIC], 1)


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        (answers(200, b"<html>", Content_Type="text/html"), "no JPEG"),
        (answers(200, PNG), "no JPEG"),
        (answers(200, b"<svg/>", Content_Type="image/svg+xml"), "no JPEG"),
        (answers(404, PNG, Content_Type="image/png"), "HTTP 404"),
        (answers(206, PNG, Content_Type="image/png"), "HTTP 206"),
        (answers(200, b"x" * 2000, Content_Type="image/png"), "more than 1,000 bytes"),
        (hangs, "too long"),
        (drips, "no JPEG|too long"),
        (floods, "no JPEG"),
        (breaks_off, "no JPEG"),
        (no_http, "does not speak HTTP"),
    ],
)
def test_what_is_no_picture_or_too_much_is_refused_in_time(behaviour: Behaviour, says: str) -> None:
    with net(behaviour) as (here, _), pytest.raises(NotFetched, match=says):
        here.fetch("http://pictures.example/", limits=FetchLimits(seconds=0.5, bytes=1000))


def endless(kind: str) -> Callable[[Call], None]:
    """A picture that never ends, fast or slowly."""

    def behave(call: Call) -> None:
        call.handler.send_response(200)
        call.handler.send_header("Content-Type", "image/png")
        call.handler.end_headers()
        while not call.over.wait(0.02 if kind == "slow" else 0.0):
            call.handler.wfile.write(b"x" * (1 if kind == "slow" else 4096))

    return behave


@pytest.mark.parametrize(("kind", "says"), [("slow", "too long"), ("fast", "more than 1,000 bytes")])
def test_a_picture_without_an_end_is_let_go(kind: str, says: str) -> None:
    with net(endless(kind)) as (here, _), pytest.raises(NotFetched, match=says):
        here.fetch("http://pictures.example/", limits=FetchLimits(seconds=0.5, bytes=1000))


@given(st.ip_addresses(v=4))
def test_t33_an_address_is_as_private_inside_another_as_by_itself(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]
    inside = (f"::ffff:{address}", f"64:ff9b::{address}", f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1")
    for one in inside:
        assert not is_public(ip_address(one)) or is_public(ip_address(str(address)))


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    for url in (text, f"http://{text}", f"https://pictures.example/{text}"):
        with suppress(NotFetched):
            target, path = checked_url(url)
            assert target.port in {80, 443}
            assert path.startswith("/")
