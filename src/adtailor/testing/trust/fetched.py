"""Promise 33: what is fetched from elsewhere is fetched from the public Internet, whatever names and servers say."""

import re
import socket
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

from hypothesis import strategies as st

from adtailor.testing.stand_in_server import Behaviour, Call, StandInServer, answers
from adtailor.testing.trust.forgotten import shirt
from adtailor.testing.trust.installed import Installed, expected, installed
from adtailor.testing.trust.proof import Proof, Trial, holds

PUBLIC = ("93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946")
"""All that is public here: whatever else is connected to breaks the promise, and no rule has to say why."""
PRIVATE = (
    "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "0.0.0.0/8",
    "192.0.0.0/29", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "::1/128", "::/128", "fc00::/7", "fe80::/10",
    "fec0::/10", "ff00::/8", "::ffff:127.0.0.0/104", "::ffff:10.0.0.0/104", "::ffff:169.254.0.0/112",
    "::127.0.0.0/104", "64:ff9b::7f00:0/104", "64:ff9b::a9fe:0/112", "2002:7f00::/24", "2002:a9fe::/32",
    "2001:db8::/32",
)  # fmt: skip
"""Networks of the registries of IANA for special addresses, and ways to write one of them inside another."""
DISGUISED = (
    "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0", "2852039166", "localhost", "127.0.0.1.",
    "user@127.0.0.1", "127.0.0.1:8080", "[::ffff:7f00:1]", "[fe80::1%25eth0]", "①②⑦.⓪.⓪.①",
)  # fmt: skip
"""This machine, and the address at which clouds tell secrets, as nobody would write them."""
MOST_REDIRECTS = 3


class Stop(NamedTuple):
    """A server on the way to a picture: how its address begins, its host, and what that means at each look-up."""

    scheme: str
    host: str
    means: tuple[tuple[str, ...], ...] = ()

    def is_public(self) -> bool:
        """Whether it is public at the first look-up, and speaks as the servers here do."""
        found = self.means[0] if self.means else (self.host.strip("[]"),)
        return self.scheme == "http" and all(one in PUBLIC for one in found)


Way = tuple[Stop, ...]
"""From the address that is posted over each redirect to the last."""


def _private() -> st.SearchStrategy[str]:
    return st.sampled_from(PRIVATE).flatmap(lambda network: st.ip_addresses(network=ip_network(network))).map(str)


def _ways() -> st.SearchStrategy[Way]:
    public, private = st.sampled_from(PUBLIC), _private()
    honest = st.lists(public, min_size=1, max_size=2).map(tuple)
    mixed = st.lists(st.one_of(public, private), min_size=1, max_size=3).map(tuple)
    means = st.one_of(
        st.tuples(honest),
        st.tuples(honest, st.tuples(private)),  # bound anew once it was judged
        st.lists(mixed, min_size=1, max_size=3).map(tuple),
    )
    literals = st.one_of(st.one_of(public, private).map(lambda one: f"[{one}]" if ":" in one else one),
                         st.sampled_from(DISGUISED))  # fmt: skip
    scheme = st.sampled_from(["http"] * 8 + ["https", "ftp"])
    named = st.builds(Stop, scheme=scheme, host=st.just("name"), means=means)
    stops = st.one_of(named, named, st.builds(Stop, scheme=scheme, host=literals, means=st.just(())))
    return st.lists(stops, min_size=1, max_size=MOST_REDIRECTS + 2).map(_with_names)


def _with_names(stops: Sequence[Stop]) -> Way:
    """Each name is another one, so that it is clear whose turn it is."""
    return tuple(one._replace(host=f"stop{n}.example") if one.means else one for n, one in enumerate(stops))


REBOUND = (PUBLIC[:1], ("127.0.0.1",))
KNOWN: tuple[Way, ...] = (
    (Stop("http", "127.0.0.1"),),
    (Stop("http", "stop0.example", (("10.0.0.1",),)),),
    (Stop("http", "stop0.example", ((PUBLIC[0], "10.0.0.1"),)),),
    (Stop("http", "stop0.example", REBOUND),),
    (Stop("http", PUBLIC[0]), Stop("http", "169.254.169.254")),
    (Stop("http", PUBLIC[0]), Stop("http", "stop1.example", REBOUND)),
    (Stop("http", PUBLIC[0]), Stop("http", "stop1.example", (("::ffff:127.0.0.1",),))),
    (Stop("http", PUBLIC[0]), Stop("http", PUBLIC[1]), Stop("http", "[::1]")),
    *((Stop("http", host),) for host in DISGUISED),
)
"""The ways that attackers are known to take."""


@dataclass
class Internet:
    """Names, and what is connected to; a public address leads to one server here, every other to one inside."""

    outside: int
    inside: int
    names: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict[str, tuple[tuple[str, ...], ...]])
    asked: dict[str, int] = field(default_factory=dict[str, int])
    onward: list[str] = field(default_factory=list[str])
    reached: list[str] = field(default_factory=list[str])

    def lay(self, way: Way) -> str:
        """From here on names mean what is drawn, and the server outside leads on; the first address of the way."""
        self.names = {stop.host: stop.means for stop in way if stop.means}
        self.asked, self.reached = {}, []
        addresses = [f"{stop.scheme}://{stop.host}/{number}.png" for number, stop in enumerate(way)]
        self.onward = addresses[1:]
        return addresses[0]

    def look_up(self, host: object, port: Any, *_args: object, **_named: object) -> list[tuple[Any, ...]]:
        """In place of `socket.getaddrinfo`: names by turns, numbers in whatever disguise as the system reads them."""
        name = host.decode() if isinstance(host, bytes) else str(host)
        if (means := self.names.get(name)) is not None:
            turn = self.asked[name] = self.asked.get(name, -1) + 1
            found: Sequence[str] = means[min(turn, len(means) - 1)]
        else:
            found = [_number(name)]
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (one, port, 0, 0)) if ":" in one
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in found
        ]  # fmt: skip

    def lead(self, family: int, address: tuple[Any, ...]) -> tuple[Any, ...]:
        """Where a connection ends that was asked for to this address."""
        self.reached.append(str(address[0]))
        if address[0] in PUBLIC and address[1] != 80:
            raise ConnectionRefusedError
        port = self.outside if address[0] in PUBLIC else self.inside
        return ("::ffff:127.0.0.1", port, 0, 0) if family == socket.AF_INET6 else ("127.0.0.1", port)

    def behaviour(self) -> Behaviour:
        """Of the server outside: it leads on, and shows a picture at the end."""
        picture = answers(200, shirt(), Content_Type="image/png")

        def behave(call: Call) -> None:
            found = re.fullmatch(r"/(\d)\.png", call.path)
            step = int(found[1]) if found else len(self.onward)
            if step < len(self.onward):
                location = self.onward[step].encode("ascii", "replace").decode()
                answers(302, b"", Location=location)(call)
            else:
                picture(call)

        return behave


def _number(host: str) -> str:
    if host == "localhost":
        return "127.0.0.1"
    try:
        return str(ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        raise socket.gaierror(socket.EAI_NONAME, "no such name") from None


@contextmanager
def internet() -> Generator[tuple[Internet, StandInServer]]:
    """All look-ups and connections of this process go through it, by whatever function they are made."""
    inside = StandInServer(answers(200, shirt(), Content_Type="image/png"))
    there = Internet(outside=0, inside=0)
    with inside, StandInServer(there.behaviour()) as outside:
        there.outside, there.inside = outside.port, inside.port
        look_up, connect = socket.getaddrinfo, socket.socket.connect

        def led(self: socket.socket, address: Any) -> None:
            at = address
            if self.family in {socket.AF_INET, socket.AF_INET6} and isinstance(address, tuple):
                at = there.lead(self.family, address)  # type: ignore[arg-type]
            connect(self, at)

        had_its_own = "connect" in vars(socket.socket)
        socket.getaddrinfo, socket.socket.connect = there.look_up, led  # type: ignore[assignment,method-assign]
        try:
            yield there, inside
        finally:
            socket.getaddrinfo = look_up
            if had_its_own:
                socket.socket.connect = connect  # type: ignore[method-assign]
            else:
                del socket.socket.connect


def _post(house: Installed, person: str, url: str) -> Mapping[str, Any] | None:
    """A post with a picture at this address; what it is answered, None where it is refused."""
    post = {"id": house.new("t"), "author_id": person, "created_at": house.clock.now().isoformat()}
    answer = house.ask("POST", "/v1/posts", {**post, "text": "Boots.", "photos": [{"url": url}]})
    holds(answer.status in {202, 422}, f"a picture at {url!r} was answered {answer.status}: {answer.text[:200]}")
    return answer.told if answer.status == 202 else None


def _fetches_are_public(trial: Trial) -> None:
    fetched: list[Way] = []
    with installed(seed=trial.seed) as house, internet() as (there, inside):
        person = house.person(consents={"look": True})

        def stays_outside(way: Way) -> None:
            inside.calls.clear()
            told = _post(house, person, there.lay(way))
            private = [one for one in there.reached if one not in PUBLIC]
            holds(not private, lambda: f"{', '.join(private)} was connected to")
            holds(not inside.calls, "a server inside was asked for a picture")
            got_it = told is not None and not told.get("not_fetched")
            if got_it:
                fetched.append(way)
                holds(len(there.reached) == len(way) <= MOST_REDIRECTS + 1, f"a picture came by {there.reached}")
            ends = all(stop.is_public() for stop in way) and len(way) <= MOST_REDIRECTS + 1
            expected(got_it or not ends or any(":" in one for one in there.reached), f"{way} was not fetched")

        trial.each([way for way in KNOWN if trial.cases >= len(KNOWN) or way[0].means], stays_outside)
        trial.over(_ways(), stays_outside)
        expected(fetched, "no picture was fetched from anywhere")
        # What an ad shows is a file of the installation: no address that is named as one is ever asked.
        house.call("DELETE", f"/v1/people/{person}")
        creative = house.engine.store.catalogue.inventory().creatives[0]
        for way in (*KNOWN, (Stop("http", PUBLIC[0]),)):
            url = there.lay(way)
            house.ask("PATCH", f"/v1/creatives/{creative.id}", {"image": url}, headers={"if-match": "*"})
            house.decide()
            house.wrote(house.new(), ("Boots.",))
            holds(not there.reached and not inside.calls, f"a creative whose picture is {url!r} had it fetched")


PROOFS = (
    Proof(
        number=33,
        says="Fetching a creative never reaches a private address, redirects and DNS rebinding included.",
        tries="pictures that are posted by address: names that mean something else at the next look-up, redirects, "
        "and private addresses in every disguise; each look-up and connection of the process, and a server that "
        "listens inside",
        cases=120,
        full=5_000,
        try_it=_fetches_are_public,
    ),
)
