"""Nothing personal lies in the clear, and a destroyed key leaves nothing that opens: the whole folder is searched."""

import base64
import json
import os
import shutil
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adtailor.domain.ids import DecisionId, PersonId, PostId
from adtailor.domain.person import Person
from adtailor.domain.post import Photo
from adtailor.storage import SqliteStore
from adtailor.storage.keyring import Keyring
from adtailor.testing import samples
from adtailor.testing.samples import NOON
from adtailor.testing.trust.forgotten import export_equals, found_in, spellings
from adtailor.testing.trust.proof import Broken

WHO = PersonId("canary-person-7f3a")
POST = PostId("canary-post-7f3a-1")
CANARIES = {
    WHO,
    POST,
    "canary-words",
    "canary-alt",
    "canary-place",
    "canary-photo",
    "canary-decision",
    "canary-topic",
    "canary-label",
}


def fill(store: SqliteStore) -> None:
    """Everything that can be stored of a person, each with a canary in it."""
    store.people.put_person(samples.person(WHO), expected_version=None)
    posted = samples.post(POST, author=WHO, text="canary-words " * 50)
    photo = Photo(data=b"canary-photo" * 200, alt="canary-alt")
    store.posts.add([replace(posted, photos=(photo,), place="canary-place")], NOON)
    waiting = samples.post("canary-post-7f3a-2", author=WHO, text="canary-words")
    store.posts.add([replace(waiting, photos=(photo,))], NOON)
    store.posts.finish(
        replace(samples.reading(POST), emotions={"canary-label": 0.5}, models={"text": "canary-topic"}),
        NOON,
        profile=replace(samples.profile(WHO), muted_topics=frozenset({"canary-topic"})),  # type: ignore[arg-type]
        memory=samples.memory(WHO),
    )
    record = samples.record(1, viewer=WHO)
    store.events.append(replace(record, decision=replace(record.decision, policy="canary-decision")))


def found(folder: Path, needles: set[bytes]) -> set[tuple[str, bytes]]:
    """Which needles lie in which files."""
    assert {"adtailor.sqlite", "keys.sqlite", "000001.seg"} <= {path.name for path in folder.rglob("*")}
    return found_in(folder, needles)


def clear() -> set[bytes]:
    return {spelling for canary in CANARIES for spelling in spellings(canary)}


def key_of(store: SqliteStore, who: PersonId) -> tuple[bytes, bytes]:
    """Ref and key as they lie in the key file."""
    found = store._keyring.find(who)
    assert found is not None
    with sqlite3.connect(store.folder / "keys.sqlite") as db:
        row = db.execute("SELECT ref, key FROM people WHERE ref = ?", (found.ref,)).fetchone()
    db.close()
    return row


def test_the_search_finds_what_lies_in_the_clear(tmp_path: Path) -> None:
    for name, spelling in enumerate(sorted(clear())):
        (tmp_path / f"{name}.bin").write_bytes(b"\x00" * 5 + spelling + b"\x00")
    for name in ("adtailor.sqlite", "keys.sqlite", "000001.seg"):
        (tmp_path / name).write_bytes(b"")
    assert {needle for _, needle in found(tmp_path, clear())} == clear()
    assert b"canary-words" in base64.b64decode(base64.b64encode(b"canary-words"))
    assert any(spelling in base64.b64encode(b"xycanary-words!") for spelling in spellings("canary-words"))


def test_t16_no_file_holds_an_id_or_a_word_in_the_clear(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as store:
        fill(store)
        assert found(tmp_path, clear()) == set(), "while it is open, the write-ahead log too"
    assert found(tmp_path, clear()) == set(), "and closed"


def test_t16_after_forgetting_neither_the_folder_nor_a_restored_backup_yields_anything(tmp_path: Path) -> None:
    live, backup = tmp_path / "live", tmp_path / "backup"
    with SqliteStore(live) as store:
        fill(store)
        store.people.put_person(samples.person("ben"), expected_version=None)
        ref, key = key_of(store, WHO)
        _, bens = key_of(store, PersonId("ben"))
        shutil.copytree(live, backup, ignore=shutil.ignore_patterns("keys.sqlite*"))
        record = store.events.append(samples.record(2, viewer=WHO))

        assert store.people.forget(WHO)

        assert found(live, clear() | {key}) == set()
        assert ("keys.sqlite", bens) in found(live, {bens}), "the search would have found a key"
        with sqlite3.connect(live / "adtailor.sqlite") as db:
            rows = [
                db.execute(f"SELECT count(*) FROM {table} WHERE ref = ?", (ref,)).fetchone()[0]
                for table in ("people", "profiles", "memories", "posts")
            ]
            rows += [db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("readings", "photos")]
        db.close()
        assert rows == [0] * 6
        assert store.events.record(record) is None
        assert nothing_of(store)

    # An old copy of everything but the keys comes back.
    shutil.copy(live / "keys.sqlite", backup / "keys.sqlite")
    with SqliteStore(backup) as restored:
        assert restored.describe()["posts"] == "2 (1 to read)", "the rows are there"
        assert nothing_of(restored)
        assert restored.people.person(PersonId("ben")).consents == samples.ALL
        assert found(backup, clear() | {key}) == set()
        # The sealed rows themselves are cleared away, too; their post id is free again.
        assert restored.purge(NOON)["people"] == 1
        assert restored.describe()["posts"] == "0 (0 to read)"


def nothing_of(store: SqliteStore) -> bool:
    """Whether the store answers as for a stranger, in all its ways."""
    assert store.people.person(WHO) == Person(person_id=WHO)
    assert store.people.profile(WHO) is None
    assert store.people.memory(WHO) is None
    assert store.posts.post(POST) is None
    assert store.posts.reading(POST, NOON) is None
    assert store.posts.readings_of(WHO, NOON) == store.posts.recent(10) == store.posts.unread(10) == []
    exported = json.dumps(store.people.export(WHO, NOON)).replace(WHO, "", 1)
    assert "canary" not in exported
    return True


def test_an_id_of_a_forgotten_authors_old_row_may_be_used_again(tmp_path: Path) -> None:
    live, backup = tmp_path / "live", tmp_path / "backup"
    with SqliteStore(live) as store:
        fill(store)
        shutil.copytree(live, backup, ignore=shutil.ignore_patterns("keys.sqlite*"))
        store.people.forget(WHO)
    shutil.copy(live / "keys.sqlite", backup / "keys.sqlite")
    with SqliteStore(backup) as restored:
        assert restored.posts.add([samples.post(POST, author="ben", text="mine now")], NOON) == [True]
        post = restored.posts.post(POST)
        assert post is not None
        assert post.text == "mine now"


def test_t16_deleted_keys_leave_no_copy_in_the_key_file_however_pages_were_moved(tmp_path: Path) -> None:
    made: dict[PersonId, bytes] = {}

    def random_bytes(count: int) -> bytes:
        drawn.append(os.urandom(count))
        return drawn[-1]

    drawn: list[bytes] = []
    clear: list[bytes] = []
    keyring = Keyring(tmp_path, random_bytes)
    keyring._db.execute("PRAGMA synchronous=OFF")
    for batch in range(6):
        people = [PersonId(f"person-{batch}-{n}") for n in range(100)]
        drawn.clear()
        keyring.ensure(people)
        clear += [value for value in drawn if len(value) == 32]
        rows = {bytes(who): bytes(key) for who, key in keyring._db.execute("SELECT who, key FROM people")}
        made |= {who: rows[keyring.fingerprint("person", who)] for who in people}
        for who in Random(batch).sample(list(made), len(made) // 3):
            if keyring.find(who) is not None:
                keyring.destroy(who)
    alive = {who for who in made if keyring.find(who) is not None}
    keyring.close()
    raw = (tmp_path / "keys.sqlite").read_bytes()
    assert 50 < len(alive) < 550
    assert all(made[who] in raw for who in alive)
    assert [who for who in made if who not in alive and made[who] in raw] == []
    assert len(clear) == 600
    assert not any(key in raw for key in clear), "none lies there as it is"


def test_t17_the_export_equals_every_row_that_the_persons_key_opens(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as store:
        fill(store)
        store.people.put_person(samples.person("ben"), expected_version=None)
        store.posts.add([samples.post("bens", author="ben")], NOON)
        exported: dict[str, Any] = json.loads(json.dumps(store.people.export(WHO, NOON)))
        export_equals(store, WHO, exported)
        with pytest.raises(Broken, match="posts that are stored are not those"):
            export_equals(store, WHO, {**exported, "posts": exported["posts"][1:]})
    assert sum(len(post["photos"]) for post in exported["posts"]) == 1, "the one not read yet"
    assert [decision["policy"] for decision in exported["decisions"]] == ["canary-decision"]


def test_the_decision_log_of_another_person_does_not_open_with_ones_own_key(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as store:
        first = store.events.append(samples.record(1, viewer="ana"))
        second = store.events.append(samples.record(2, viewer="ben"))
        log = tmp_path / "decisions" / "000001.seg"
        raw = bytearray(log.read_bytes())
    ana, bens = raw[first.offset : second.offset], raw[second.offset :]
    # Ben's frame, moved to where Ana's was: whole by its checksum, and yet it is not opened there.
    log.write_bytes(bytes(raw[: first.offset]) + bytes(bens) + bytes(ana))
    with SqliteStore(tmp_path) as store:
        assert store.events.record(first) is None


def test_t19_expired_affect_is_gone_from_the_file_after_a_purge(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as store:
        fill(store)
        with sqlite3.connect(tmp_path / "adtailor.sqlite") as db:
            sealed = db.execute("SELECT affect FROM readings").fetchone()[0]
        db.close()
        assert {name for name, _ in found(tmp_path, {sealed})} & {"adtailor.sqlite", "adtailor.sqlite-wal"}
        store.purge(NOON + timedelta(hours=72))
        assert found(tmp_path, {sealed}) == set()


@pytest.mark.parametrize("name", ["adtailor.sqlite", "keys.sqlite"])
def test_the_files_are_their_owners_alone(tmp_path: Path, name: str) -> None:
    with SqliteStore(tmp_path) as store:
        store.events.append(samples.record())
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()}
    assert modes[name] == modes["000001.seg"] == 0o600


def test_decisions_of_nobody_are_kept_under_the_sites_key(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as store:
        given = samples.record(1, viewer=None)
        ref = store.events.append(
            replace(given, decision=replace(given.decision, decision_id=DecisionId("canary-decision")))
        )
        found_one = store.events.record(ref)
    assert found_one is not None
    assert b"canary" not in (tmp_path / "decisions" / "000001.seg").read_bytes()
