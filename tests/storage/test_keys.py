"""Keys rotate while others work: old event addresses open until they expire, and no crash loses anybody's key."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adtailor.decide.tokens import TokenBox
from adtailor.domain.audit import Author
from adtailor.domain.events import EventClaim, RecordRef
from adtailor.domain.ids import DecisionId, PersonId, PostId
from adtailor.errors import StorageFailed, TokenRefused, UnknownId
from adtailor.storage import SqliteStore
from adtailor.storage.keyring import Keyring
from adtailor.testing import samples
from adtailor.testing.samples import NOON

MONTH = timedelta(days=31)
AUTHOR = Author(by="ana", at=NOON)
ROTATES = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from os import urandom
from adtailor.storage.keyring import Keyring
keyring = Keyring(Path(sys.argv[1]), urandom)
print("go", flush=True)
for _ in range(int(sys.argv[2])):
    keyring.rotate_master(now=datetime.now(UTC))
"""


MINTS = """
import os, sys
from datetime import datetime, timedelta
from pathlib import Path
from adtailor.decide.tokens import TokenBox
from adtailor.domain.events import EventClaim, RecordRef
from adtailor.errors import TokenRefused
from adtailor.storage import SqliteStore
from adtailor.testing.samples import NOON
store = SqliteStore(Path(sys.argv[1]))
box = TokenBox(*store.token_ring(), random_bytes=os.urandom, reread=store.token_ring)
claim = EventClaim(kind="click", decision_id="d1", placement_index=0, record=RecordRef(segment=1, offset=2),
                   expires_at=NOON + timedelta(days=30))
print("ready", flush=True)
for line in sys.stdin:
    word, _, token = line.strip().partition(" ")
    if word == "renew":
        box.renew()
    try:
        told = box.mint(claim) if word == "mint" else box.open(token, NOON).decision_id if token else "renewed"
        print(told)
    except TokenRefused:
        print("refused")
    sys.stdout.flush()
"""
"""A server's part: it holds the keys that it read when it began."""


def box_of(store: SqliteStore) -> TokenBox:
    return TokenBox(*store.token_ring(), random_bytes=os.urandom, reread=store.token_ring)


def at(day: int) -> Author:
    return Author(by="ana", at=NOON + timedelta(days=day))


def claim(kind: str = "why") -> EventClaim:
    return EventClaim(
        kind=kind,  # type: ignore[arg-type]
        decision_id=DecisionId("d1"),
        placement_index=0,
        record=RecordRef(segment=1, offset=2),
        expires_at=NOON + timedelta(days=30),
    )


def test_t32_an_address_outlives_the_rotation_of_its_key_and_not_its_retirement(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as serving, SqliteStore(tmp_path) as prompt:
        box = box_of(serving)
        before = box.mint(claim())
        assert prompt.rotate_token_key(AUTHOR) == 2
        assert box.open(before, NOON) == claim()
        # Another server has noticed: what it mints opens here too, before this one has.
        after = box_of(prompt).mint(claim())
        assert box.open(after, NOON) == claim()
        box.renew()
        assert [urlsafe_b64decode(token[:4])[0] for token in (before, after, box.mint(claim()))] == [1, 2, 2]
        assert prompt.retire_token_keys(NOON + MONTH - timedelta(seconds=1)) == []
        assert box.open(before, NOON) == claim()
        assert prompt.purge(NOON + MONTH)["keys"] == 1
        box.renew()
        with pytest.raises(TokenRefused):
            box.open(before, NOON)
        assert box.open(after, NOON) == claim()


def test_t32_a_server_in_another_process_goes_on_through_rotation_and_retirement(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as prompt:
        server = subprocess.Popen(
            [sys.executable, "-c", MINTS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert server.stdin is not None
        assert server.stdout is not None

        def ask(*words: str) -> str:
            print(*words, file=server.stdin, flush=True)
            return server.stdout.readline().strip()  # type: ignore[union-attr]

        assert server.stdout.readline().strip() == "ready"
        first = ask("mint")
        prompt.rotate_token_key(AUTHOR)
        mine = box_of(prompt).mint(claim("click"))
        assert [ask("open", first), ask("open", mine)] == ["d1", "d1"], "at once, without being told"
        prompt.rotate_master_key(AUTHOR)
        prompt.rotate_token_key(AUTHOR)
        assert ask("renew") == "renewed"
        last = ask("mint")
        assert urlsafe_b64decode(last[:4])[0] == 3
        prompt.retire_token_key(1, AUTHOR)
        ask("renew")
        assert [ask("open", token) for token in (first, mine, last)] == ["refused", "d1", "d1"]
        server.stdin.close()
        assert server.wait(timeout=60) == 0
        server.stdout.close()


def test_t32_a_leaked_key_is_retired_at_once_and_the_current_one_never(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as store:
        box = box_of(store)
        stolen = box.mint(claim())
        with pytest.raises(UnknownId, match="no key 1 of token waits"):
            store.retire_token_key(1, AUTHOR)
        store.rotate_token_key(AUTHOR)
        store.retire_token_key(1, AUTHOR)
        box.renew()
        with pytest.raises(TokenRefused):
            box.open(stolen, NOON)
        with pytest.raises(UnknownId):
            store.retire_token_key(2, AUTHOR)
        assert sorted(store.token_keys) == [2]


def test_token_keys_are_numbered_by_one_byte(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as store:
        store._keyring._db.execute("PRAGMA synchronous=OFF")
        for day in range(254):
            store.rotate_token_key(at(day))
        assert sorted(store.token_keys) == list(range(1, 256))
        with pytest.raises(StorageFailed, match="255 keys of token are still needed"):
            store.rotate_token_key(at(254))
        store.retire_token_keys(NOON + timedelta(days=254))
        assert store.rotate_token_key(at(254)) == 1 == store.current_token_key
    with SqliteStore(tmp_path) as store:
        assert store.current_token_key == 1
        assert {len(key) for key in store.token_keys.values()} == {32}


def test_what_is_told_of_keys_holds_no_key(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as store:
        store.rotate_token_key(AUTHOR)
        told = {(key.name, key.id): key for key in store.key_ring()}
        assert set(told) == {("hash", 1), ("site", 1), ("token", 1), ("token", 2), ("installation", 1), ("master", 1)}
        assert told["token", 1].replaced_at == told["token", 2].made_at == NOON
        assert told["token", 2].replaced_at is None
        secrets = [bytes(key) for key in store.token_keys.values()]
        assert not any(secret.hex() in repr(told) or str(secret) in repr(told) for secret in secrets)


def test_the_master_key_is_replaced_under_a_store_that_is_open(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as serving, SqliteStore(tmp_path) as prompt:
        serving.people.put_person(samples.person("ana"), expected_version=None)
        serving.posts.add([samples.post("p1", author="ana", text="words")], NOON)
        before = (tmp_path / "master.key").read_bytes()
        assert prompt.rotate_master_key(AUTHOR) == 2
        # New people are sealed under the key in force, though this store has not heard of it.
        serving.people.put_person(samples.person("ben"), expected_version=None)
        serving._keyring.refresh()
        for store in (serving, prompt):
            store._keyring.refresh()
            assert store.people.person(PersonId("ana")).version == 1
            assert store.people.person(PersonId("ben")).version == 1
        text = serving.posts.post(PostId("p1"))
        assert text is not None
        assert text.text == "words"
        assert serving.token_keys == prompt.token_keys
        assert len((tmp_path / "master.key").read_text().splitlines()) == 1
        assert (tmp_path / "master.key").read_bytes() != before
        assert (tmp_path / "master.key").stat().st_mode & 0o077 == 0
    (tmp_path / "master.key").write_bytes(before)
    with pytest.raises(StorageFailed, match="does not hold the key 2"):
        SqliteStore(tmp_path)


def test_the_key_file_alone_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "vault" / "adtailor.key"
    elsewhere.parent.mkdir()
    monkeypatch.setenv("ADTAILOR_MASTER_KEY_FILE", str(elsewhere))
    with SqliteStore(tmp_path / "data") as store:
        store.people.put_person(samples.person("ana"), expected_version=None)
        assert not (tmp_path / "data" / "master.key").exists()
    with SqliteStore(tmp_path / "data") as store:
        assert store.people.person(PersonId("ana")).version == 1
    elsewhere.rename(elsewhere.with_suffix(".gone"))
    with pytest.raises(StorageFailed, match="is missing, and nothing personal can be read") as caught:
        SqliteStore(tmp_path / "data")
    assert "ADTAILOR_MASTER_KEY_FILE" in caught.value.hint
    for damage in ("", "1 short\n", "word\n", "1 " + "A" * 44 + "\n"):
        elsewhere.write_text(damage)
        with pytest.raises(StorageFailed, match=r"adtailor\.key"):
            SqliteStore(tmp_path / "data")


def test_a_key_file_of_before_the_master_key_is_sealed_as_it_is(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as store:
        store.people.put_person(samples.person("ana"), expected_version=None)
        store.rotate_token_key(AUTHOR)
        keyring = store._keyring
        people = [
            (who, ref, keyring._master.open(key, "key", ref))
            for who, ref, key in keyring._db.execute("SELECT who, ref, key FROM people")
        ]
        names = ("hash", "site", "installation", "token")
        secrets = [(name, number, value) for name in names for number, value in keyring.secrets(name).items()]
        tokens, installation = dict(store.token_keys), keyring.installation
    for name in ("keys.sqlite", "master.key"):
        (tmp_path / name).unlink()
    with sqlite3.connect(tmp_path / "keys.sqlite") as db:
        db.execute(
            "CREATE TABLE people (id INTEGER PRIMARY KEY, who BLOB NOT NULL UNIQUE, ref BLOB NOT NULL UNIQUE,"
            " key BLOB NOT NULL)"
        )
        db.execute(
            "CREATE TABLE secrets (name TEXT NOT NULL, id INTEGER NOT NULL, value BLOB NOT NULL,"
            " PRIMARY KEY (name, id))"
        )
        db.executemany("INSERT INTO people (who, ref, key) VALUES (?, ?, ?)", people)
        db.executemany("INSERT INTO secrets VALUES (?, ?, ?)", secrets)
        db.execute("PRAGMA application_id = 1094997067")
        db.execute("PRAGMA user_version = 1")
    db.close()
    with SqliteStore(tmp_path) as store:
        assert store.people.person(PersonId("ana")).version == 1
        assert (store.token_keys, store._keyring.installation) == (tokens, installation)
        replaced = {key.id: key.replaced_at for key in store.key_ring() if key.name == "token"}
        assert replaced[1] is not None, "from now on it has its time"
        assert replaced[2] is None
        assert people[0][2] not in (tmp_path / "keys.sqlite").read_bytes()


def test_two_processes_that_open_an_empty_folder_make_one_master_key(tmp_path: Path) -> None:
    processes = [subprocess.Popen([sys.executable, "-c", ROTATES, str(tmp_path), "3"]) for _ in range(2)]
    assert [process.wait(timeout=120) for process in processes] == [0, 0]
    with SqliteStore(tmp_path) as store:
        assert len((tmp_path / "master.key").read_text().splitlines()) == 1
        assert next(key.id for key in store.key_ring() if key.name == "master") == 7, "1, and three by each"


@pytest.mark.parametrize("kills", [2, pytest.param(150, marks=pytest.mark.slow)])
def test_t16_a_process_killed_while_it_replaces_the_master_key_loses_nobody(tmp_path: Path, kills: int) -> None:
    people = [PersonId(f"person-{n}") for n in range(200)]
    keyring = Keyring(tmp_path, os.urandom)
    refs = {who: key.ref for who, key in keyring.ensure(people).items()}
    keyring.close()
    lines: set[int] = set()
    for kill in range(kills):
        process = subprocess.Popen([sys.executable, "-c", ROTATES, str(tmp_path), "10000"], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.03 + 0.005 * (kill % 7))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        lines.add(len((tmp_path / "master.key").read_text().splitlines()))
        copy = tmp_path.with_name(f"{tmp_path.name}-copy")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(tmp_path, copy)
        keyring = Keyring(copy, os.urandom)
        assert {who: key.ref for who in people if (key := keyring.find(who)) is not None} == refs
        keyring.rotate_master(now=datetime.now(UTC))
        keyring.close()
        assert len((copy / "master.key").read_text().splitlines()) == 1, "what was left of it is gone"
    assert lines <= {1, 2, 3}, "the key, one that a killed process began, and one that the next did"
