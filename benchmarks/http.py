"""Decisions over HTTP: one granian worker, real journeys on a real store with 10,000 ads, asked over loopback.

Guards what stands between a socket and a decision: parsing, the gate, the journey, its record on disk, the tokens, and
the encoding. Client and server share the machine, so the figures are low rather than high. `/healthz` is asked in the
same run, as what the server itself costs.
"""

import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random, SystemRandom
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.stored import TOPICS

if TYPE_CHECKING:
    from adtailor.domain.post import Post
    from adtailor.domain.reading import Part, Reading
    from adtailor.service.guard import Guard

ADS = 10_000
PLACEMENTS = 3
CONNECTIONS = 8
FOLDER = "ADTAILOR_BENCHMARK_FOLDER"
START_SECONDS = 600.0


def run() -> list[tuple[str, str, str]]:
    """Figure, measured, goal."""
    with serving(ADS) as (port, server):
        asks = [ask_for(n, PLACEMENTS) for n in range(400)]
        rate(port, asks, 400)
        decisions, slow = rate(port, asks, 3_000)
        alone = _latencies(port, asks, 400)
        health, _ = rate(port, [b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"], 3_000)
        memory = f"{resident(server.pid) / 2**20:,.0f} MB"
    return [
        ("HTTP decisions, 3 placements, 10,000 ads, one worker", f"{decisions:,.0f}/s", "printed"),
        (f"the same, slowest of 100 at {CONNECTIONS} connections", f"{slow:.1f} ms", "printed"),
        ("the same, one connection, p50 and p99", f"{alone[0]:.2f} and {alone[1]:.2f} ms", "printed"),
        ("HTTP /healthz, the server alone", f"{health:,.0f}/s", "printed"),
        ("memory of that worker and its parent, without text models", memory, "printed"),
    ]


@contextmanager
def serving(ads: int) -> Generator[tuple[int, subprocess.Popen[bytes]]]:
    """A server with so many ads, in a process of its own, that answers; its port and the process."""
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), ads)
        with serving_from(Path(folder)) as served:
            yield served


def fill(folder: Path, ads: int) -> None:
    """Store so many ads, by a process of its own, whose memory is nobody else's."""
    command = [sys.executable, "-m", "benchmarks.stored", str(folder), str(ads)]
    subprocess.run(command, cwd=Path(__file__).parents[1], check=True)


@contextmanager
def serving_from(folder: Path) -> Generator[tuple[int, subprocess.Popen[bytes]]]:
    """The same on a folder that is there already."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        server = _serve(folder, port)
        try:
            _await(port, server)
            yield port, server
        finally:
            server.terminate()
            server.wait(10)


def app() -> "Guard":
    """The application, without the models that read posts: every page here says its topics."""
    from adtailor.config.helplines import load_helplines
    from adtailor.config.policy import load_policy
    from adtailor.decide.layout import Rules
    from adtailor.decide.rank import PriorRanker
    from adtailor.decide.tokens import TokenBox
    from adtailor.domain.ids import TopicId
    from adtailor.journeys.corrections import Corrections
    from adtailor.journeys.explain import Explain
    from adtailor.journeys.fill_page import FillPage
    from adtailor.journeys.live_catalogue import LiveCatalogue
    from adtailor.journeys.manage import Manage
    from adtailor.journeys.member_sessions import MemberSessions
    from adtailor.journeys.people import People
    from adtailor.journeys.reach import Reaches
    from adtailor.journeys.read_posts import ReadPosts
    from adtailor.journeys.reports import Reports
    from adtailor.journeys.repository import Repository
    from adtailor.journeys.review import Reviews
    from adtailor.journeys.run_trial import RunTrial
    from adtailor.journeys.shelf import Shelf
    from adtailor.journeys.take_event import TakeEvent
    from adtailor.journeys.take_postback import TakePostback
    from adtailor.service.app import build_app
    from adtailor.service.collecting import spare_long_searches
    from adtailor.service.doors import Doors
    from adtailor.storage import SqliteStore
    from adtailor.wellbeing.desk import CareDesk

    random = np.random.default_rng(3)
    latent = {TopicId(topic): random.normal(size=32).astype(np.float32) for topic in TOPICS}
    ranker, policy = PriorRanker(latent), load_policy()
    store = SqliteStore(Path(os.environ[FOLDER]))
    rules = Rules(
        parents={},
        adult_products=frozenset(policy.minor_products),
        sensitive_products=frozenset(policy.sensitive_products),
    )
    catalogue = LiveCatalogue(
        store.catalogue,
        store.events,
        ranker=lambda: ranker,
        parents={},
        policy=policy,
        shelf=Shelf(store.catalogue, store.snapshots, rules=rules),
    )
    tokens = TokenBox(store.token_keys, store.current_token_key, random_bytes=os.urandom)
    wellbeing = CareDesk(policy, load_helplines(), b"b" * 32)
    reader = _NoReader()
    take_event = TakeEvent(events=store.events, people=store.people, catalogue=catalogue, tokens=tokens)
    manage = Manage(store.catalogue)
    catalogue.current(datetime.now(UTC))
    spare_long_searches()
    return build_app(
        Doors(
            read_posts=ReadPosts(
                posts=store.posts,
                people=store.people,
                text_reader=reader,
                look_reader=None,
                wellbeing=wellbeing,
                policy=policy,
            ),
            posts=store.posts,
            fill_page=FillPage(
                people=store.people,
                posts=store.posts,
                events=store.events,
                catalogue=catalogue,
                text_reader=reader,
                wellbeing=wellbeing,
                policy=policy,
                tokens=tokens,
                exploration=0.02,
            ),
            take_event=take_event,
            take_postback=TakePostback(
                events=store.events, people=store.people, source=store.catalogue, catalogue=catalogue, tokens=tokens
            ),
            reports=Reports(ledger=store.ledger, source=store.catalogue),
            ledger=store.ledger,
            people=People(people=store.people, posts=store.posts, wellbeing=wellbeing, policy=policy),
            corrections=Corrections(people=store.people, posts=store.posts, source=store.catalogue, policy=policy),
            member_sessions=MemberSessions({1: b"k" * 32}, 1, spent=store.spent, random_bytes=os.urandom),
            explain=Explain(take_event=take_event, source=store.catalogue),
            reaches=Reaches(people=store.people, source=store.catalogue, store=store.reach, parents={}, policy=policy),
            repository=Repository(store=store.exhibits, source=store.catalogue, ledger=store.ledger),
            trials=RunTrial(trials=store.trials, events=store.events, audit=store.audit),
            catalogue=store.catalogue,
            manage=manage,
            reviews=Reviews(store.catalogue, manage, media=None),
            audit=store.audit,
            clock=_MachineClock(),
            random=SystemRandom,
        )
    )


class _MachineClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class _NoReader:
    @property
    def models(self) -> Mapping[str, str]:
        return {}

    def read(self, posts: "Sequence[Post]", parts: "Sequence[frozenset[Part]]") -> "list[Reading]":
        raise AssertionError(f"every page here says its topics: {posts} {parts}")


def ask_for(n: int, placements: int) -> bytes:
    """One request for a decision, as it is sent."""
    random = Random(n)
    body = json.dumps(
        {
            "request_id": f"r{n}",
            "site_id": "s1",
            "placements": [{"id": f"feed-{slot}", "position": slot} for slot in range(placements)],
            "context": {
                "topics": [{"id": topic, "confidence": 0.8} for topic in random.sample(TOPICS, 2)],
                "language": "en",
                "country": random.choice(("DE", "FR")),
                "device": "mobile",
            },
            "viewer": {"person_id": f"p{n}", "age": "adult"},
        }
    ).encode()
    head = f"POST /v1/decisions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _serve(folder: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--workers", "1", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error", "benchmarks.http:app"]
    return subprocess.Popen(command, env={**os.environ, FOLDER: str(folder)}, cwd=Path(__file__).parents[1])


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                _answered(connection, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server did not start")


def _answered(connection: socket.socket, ask: bytes) -> bytes:
    connection.sendall(ask)
    received = b""
    while not is_whole(received):
        if not (part := connection.recv(65536)):
            raise ConnectionError("closed early")
        received += part
    return received


def is_whole(received: bytes) -> bool:
    """Whether an answer of 200 has arrived to its last byte."""
    head, end, body = received.partition(b"\r\n\r\n")
    if not end:
        return False
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(received[:300].decode("latin-1"))
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    return len(body) >= int(length)


def rate(port: int, asks: Sequence[bytes], count: int) -> tuple[float, float]:
    """Answers per second, and the 99th percentile of waiting in ms, each connection asking when it was answered."""
    waits: list[float] = []
    sent = 0
    with selectors.DefaultSelector() as selector:
        state: dict[socket.socket, tuple[float, bytes]] = {}

        def ask(connection: socket.socket) -> None:
            nonlocal sent
            state[connection] = (time.perf_counter(), b"")
            connection.sendall(asks[sent % len(asks)])
            sent += 1

        started = time.perf_counter()
        for _ in range(CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", port), timeout=10)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ)
            ask(connection)
        while len(waits) < count:
            for key, _ in selector.select(10):
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                since, received = state[connection]
                received += connection.recv(65536)
                state[connection] = (since, received)
                if is_whole(received):
                    waits.append(time.perf_counter() - since)
                    ask(connection)
        spent = time.perf_counter() - started
        for connection in state:
            connection.close()
    return count / spent, float(np.percentile(waits, 99)) * 1000


def _latencies(port: int, asks: Sequence[bytes], count: int) -> tuple[float, float]:
    waits: list[float] = []
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for n in range(count):
            started = time.perf_counter()
            _answered(connection, asks[n % len(asks)])
            waits.append(time.perf_counter() - started)
    p50, p99 = (float(np.percentile(waits, q)) * 1000 for q in (50, 99))
    return p50, p99


def resident(pid: int) -> int:
    """Bytes of memory of a process and its children; 0 where the system does not tell."""
    return sum(resident_pages(str(one)) for one in (pid, *_children(pid)))


def resident_pages(process: str) -> int:
    """Bytes of memory of one process, shared pages included; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and its children so far; 0 where the system does not tell."""
    try:
        fields = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in (pid, *_children(pid))]
    except OSError:
        return 0.0
    return sum(int(field[11]) + int(field[12]) for field in fields) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listed.read_text().split()] if listed.exists() else []
