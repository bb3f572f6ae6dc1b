"""A demo keeps to its own folder, a server to its own port, and posts are read whatever happens beside it."""

import asyncio
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adtailor import assemble
from adtailor.errors import InvalidInput, StorageFailed

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_demo_moves_into_no_folder_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "adtailor.sqlite").touch()
    with pytest.raises(InvalidInput, match="something other than a demo"):
        assemble.claim_demo_folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["adtailor.sqlite"]


def test_a_demo_moves_into_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match="is no folder"):
        assemble.claim_demo_folder(tmp_path / "file")


def test_a_demo_folder_is_new_or_holds_settings_alone_and_is_known_again(tmp_path: Path) -> None:
    configured = tmp_path / "configured"
    configured.mkdir()
    (configured / "adtailor.toml").touch()
    for folder in (tmp_path / "new" / "one", configured):
        assemble.claim_demo_folder(folder)
        assert assemble.is_demo_folder(folder)
        (folder / "adtailor.sqlite").touch()
        assemble.claim_demo_folder(folder)


def test_a_port_that_is_taken_is_said_at_once() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as the server does
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(InvalidInput, match=f"127.0.0.1:{port} cannot be listened on"):
            assemble.check_port("127.0.0.1", port)
    assemble.check_port("127.0.0.1", port)


def test_posts_are_read_though_deleting_fails_and_the_clock_goes_back() -> None:
    now, purged, renewed, done = [NOON], [], [], threading.Event()

    def purge(at: datetime) -> None:
        purged.append(at)
        raise StorageFailed("a damaged row", hint="restore a backup")

    def work(*, now: datetime, limit: int) -> int:
        assert limit == 8
        if len(purged) == 2:
            done.set()
        clock_back(now)
        return 1

    def clock_back(at: datetime) -> None:
        if at == NOON:
            now[0] = NOON - timedelta(days=400)

    engine: Any = SimpleNamespace(
        clock=SimpleNamespace(now=lambda: now[0]),
        store=SimpleNamespace(purge=purge),
        tokens=SimpleNamespace(renew=lambda: renewed.append(now[0])),
        read_posts=SimpleNamespace(work=work),
        settings=SimpleNamespace(models=SimpleNamespace(batch=8)),
        close=lambda: None,
    )

    async def served() -> None:
        async with assemble._reading(engine, threading.Event()):
            await asyncio.to_thread(done.wait, 10)

    asyncio.run(served())
    assert done.is_set()
    assert purged == renewed == [NOON, NOON - timedelta(days=400)]
