"""Opening: what is not ours, not whole or not of this version is refused with a remedy, and left as it was."""

import hashlib
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from adtailor import storage
from adtailor.domain.audit import Author
from adtailor.domain.ids import OrganizationId, PersonId, TopicId
from adtailor.domain.post import Photo
from adtailor.domain.profile import Fading
from adtailor.domain.targeting import Targeting
from adtailor.errors import StorageFailed
from adtailor.storage import SqliteStore, tables
from adtailor.storage.database import SCHEMA
from adtailor.testing import samples


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with something in it."""
    with SqliteStore(tmp_path) as store:
        store.people.put_person(samples.person(), expected_version=None)
        store.posts.add([samples.post()], samples.NOON)
        store.catalogue.replace(samples.inventory())
    return tmp_path


def digests(folder: Path) -> dict[str, str]:
    """The files that matter, by content."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in {".sqlite", ".seg"}
    }


def refused(folder: Path, match: str) -> None:
    before = digests(folder)
    with pytest.raises(StorageFailed, match=match) as caught:
        SqliteStore(folder)
    assert caught.value.hint
    assert digests(folder) == before


def change(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as db:
        for statement in statements:
            db.execute(statement)
    db.close()


@pytest.mark.parametrize("name", ["adtailor.sqlite", "keys.sqlite"])
@pytest.mark.parametrize("content", [b"a diary, not a database\n" * 40, b"x", b"SQLite format 3\x00"])
def test_a_file_that_is_no_database_is_refused(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    refused(folder, name)


@pytest.mark.parametrize(("name", "match"), [("adtailor.sqlite", "no database of"), ("keys.sqlite", "no key file of")])
def test_a_database_of_something_else_is_refused(folder: Path, name: str, match: str) -> None:
    (folder / name).unlink()
    change(folder / name, "CREATE TABLE recipes (name TEXT)", "INSERT INTO recipes VALUES ('soup')")
    refused(folder, match)


def test_a_newer_schema_is_refused(folder: Path) -> None:
    change(folder / "adtailor.sqlite", "UPDATE alembic_version SET version_num = '0999'")
    refused(folder, f"schema 0999, this adtailor knows {SCHEMA}")


def test_a_newer_key_file_is_refused(folder: Path) -> None:
    change(folder / "keys.sqlite", "PRAGMA user_version = 9")
    refused(folder, "version 9, this adtailor knows 2")


def test_a_database_without_its_keys_is_refused_and_no_keys_are_made(folder: Path) -> None:
    (folder / "keys.sqlite").unlink()
    refused(folder, "keys.sqlite is missing")
    assert not (folder / "keys.sqlite").exists()


def test_keys_of_another_installation_are_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    SqliteStore(other).close()
    shutil.copy(other / "keys.sqlite", folder / "keys.sqlite")
    refused(folder, "master.key does not open the key file")
    shutil.copy(other / "master.key", folder / "master.key")
    refused(folder, "belongs to other keys")


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_file_cut_short_is_refused(folder: Path, keep: float) -> None:
    path = folder / "adtailor.sqlite"
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * keep)])
    refused(folder, "damaged|malformed|cannot be used")


def test_a_damaged_page_is_refused(folder: Path) -> None:
    path = folder / "adtailor.sqlite"
    raw = bytearray(path.read_bytes())
    for page in range(2, len(raw) // 4096):
        raw[page * 4096 : page * 4096 + 16] = b"\xa5" * 16
    path.write_bytes(raw)
    refused(folder, "damaged|malformed|cannot be used")


def test_a_folder_in_place_of_the_file_is_refused(folder: Path) -> None:
    (folder / "adtailor.sqlite").unlink()
    (folder / "adtailor.sqlite").mkdir()
    refused(folder, "cannot be used")


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a note")
    with pytest.raises(StorageFailed, match="data cannot be used"):
        SqliteStore(tmp_path / "data")
    assert (tmp_path / "data").read_text() == "a note"


def test_what_was_stored_is_there_when_it_is_opened_again(folder: Path) -> None:
    with SqliteStore(folder) as store:
        assert store.people.person(samples.person().person_id) == samples.person(version=1)
        assert store.posts.unread(5) == [samples.post()]
        assert store.catalogue.version() == 1


def test_the_steps_lead_to_the_tables_and_the_last_is_the_one_we_know(folder: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA]
    engine = create_engine(f"sqlite:///{folder / 'adtailor.sqlite'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        assert shape(connection) == shape_of_tables()
    engine.dispose()


def taken_back(folder: Path, revision: str) -> None:
    """Put the file of an older adtailor in place: its schema, with the catalogue of today."""
    path = folder / "adtailor.sqlite"
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT kind, id, place, body FROM catalogue").fetchall()
        (installation,) = db.execute("SELECT id FROM installation").fetchone()
        (application,) = db.execute("PRAGMA application_id").fetchone()
    for file in folder.glob("adtailor.sqlite*"):
        file.unlink()
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    with closing(sqlite3.connect(path)) as db, db:
        db.executemany("INSERT INTO catalogue (kind, id, place, body) VALUES (?, ?, ?, ?)", rows)
        db.execute("INSERT INTO installation (id, forgotten) VALUES (?, 0)", (installation,))
        db.execute("INSERT INTO catalogue_version (one, version) VALUES (1, 1)")
        db.execute(f"PRAGMA application_id = {application}")


def test_an_older_catalogue_learns_what_hangs_on_what_and_whose_it_is(folder: Path) -> None:
    with SqliteStore(folder) as store:
        before = store.catalogue.inventory()
    taken_back(folder, "0002")
    with SqliteStore(folder) as store:
        assert store.catalogue.inventory() == before
        (ad,) = store.catalogue.items("ads", organization=OrganizationId("acme"), parent="autumn-set", status="active")
        assert ad.item == before.ads[0]
        with store.catalogue.changing(Author(by="ana", at=samples.NOON)) as change:
            assert change.is_used("creatives", "boots-1")
            change.put("ads", replace(before.ads[0], status="paused"))
        assert store.catalogue.version() == 2


def test_the_audit_log_can_only_grow(folder: Path) -> None:
    with SqliteStore(folder) as store:
        author = Author(by="ana", at=samples.NOON)
        store.audit.note(author, "created", kind="tokens", item_id="t", before={}, after={})
    for statement in ("DELETE FROM audit", "UPDATE audit SET by = 'nobody'"):
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            change(folder / "adtailor.sqlite", statement)


def test_topics_that_an_older_store_excluded_are_excluded_still(folder: Path) -> None:
    with SqliteStore(folder) as store:
        stored = store.catalogue.inventory()
    taken_back(folder, "0001")
    with closing(sqlite3.connect(folder / "adtailor.sqlite")) as db, db:
        ((adset_id, body),) = db.execute("SELECT id, body FROM catalogue WHERE kind = 'adsets'").fetchall()
        adset = msgspec.msgpack.decode(body[1:])
        del adset["exclusions"]
        adset["targeting"]["excluded_topics"] = ["187"]
        older = body[:1] + msgspec.msgpack.encode(adset)
        db.execute("UPDATE catalogue SET body = ? WHERE kind = 'adsets' AND id = ?", (older, adset_id))
    with SqliteStore(folder) as store:
        (moved,) = store.catalogue.inventory().adsets
        assert moved == replace(stored.adsets[0], exclusions=Targeting(topics=frozenset({TopicId("187")})))


def test_t35_what_an_older_store_charged_is_entered_in_the_ledger_and_stays_charged_once(folder: Path) -> None:
    taken_back(folder, "0002")
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # the 21st in Berlin
    with closing(sqlite3.connect(folder / "adtailor.sqlite")) as db, db:
        db.execute("INSERT INTO budgets VALUES ('autumn', 'Europe/Berlin', 1000, NULL, 300)")
        db.execute("INSERT INTO spent_days VALUES ('autumn', '2026-11-21', 300)")
        for number, charged in ((1, 300), (2, 0)):
            db.execute(
                "INSERT INTO events VALUES (?, ?, 'feed-1', 'click', 'autumn-ad', 'boots', 'autumn', ?, 'valid', "
                "300, ?, ?)",
                (number, f"decision-{number}", int(late.timestamp()) * 1_000_000, charged, int(charged == 0)),
            )
    with SqliteStore(folder) as store:
        assert store.ledger.disagreements() == []
        assert [(entry.kind, entry.day, entry.amount) for entry in store.ledger.entries()] == [
            ("charge", "2026-11-21", 300)
        ]
        assert store.events.take(samples.event(1, at=late)).status == "duplicate"


def shape(connection: Connection) -> dict[str, str]:
    """What SQLite was told to make, by name: checks and partial indexes too, which Alembic does not compare."""
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {name: " ".join(sql.replace('"', "").split()) for name, sql in rows if name != "alembic_version"}


def shape_of_tables() -> dict[str, str]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        tables.metadata.create_all(connection)
        made = shape(connection)
    engine.dispose()
    return made


def test_every_connection_waits_syncs_and_checks(folder: Path) -> None:
    with SqliteStore(folder) as store, store._database.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 20_000,
    }


def test_a_failed_write_says_why_and_what_to_do_without_the_values(folder: Path) -> None:
    with SqliteStore(folder) as store:
        change(
            folder / "adtailor.sqlite",
            "CREATE TRIGGER full BEFORE INSERT ON posts BEGIN SELECT raise(ABORT, 'database or disk is full'); END",
        )
        with pytest.raises(StorageFailed, match="disk is full") as caught:
            store.posts.add([samples.post("p2", text="canary"), samples.post("p3")], samples.NOON)
        assert caught.value.hint == "make room on the disk; nothing was half-written"
        assert "canary" not in repr(caught.value.__cause__)
        assert [post.id for post in store.posts.recent(9)] == ["p1"]


def test_one_damaged_row_does_not_hold_up_the_others(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with SqliteStore(folder) as store:
        store.posts.add([samples.post("p2")], samples.NOON)
        change(folder / "adtailor.sqlite", "UPDATE posts SET body = zeroblob(60) WHERE seq = 1")
        assert [post.id for post in store.posts.unread(1)] == ["p2"]
        assert "post row 1 is left out: a sealed row of posts is damaged" in caplog.text
        with pytest.raises(StorageFailed, match="a sealed row of posts is damaged"):
            store.posts.post(samples.post().id)


def test_a_damaged_photo_is_named_and_the_words_are_read(folder: Path) -> None:
    with SqliteStore(folder) as store:
        store.posts.add([samples.post("p2")], samples.NOON)
        change(folder / "adtailor.sqlite", "UPDATE photos SET body = zeroblob(60) WHERE seq = 1")
        first, second = store.posts.unread(2)
        assert (first.text, first.photos) == (samples.post().text, (Photo(data=b""),))
        assert second == samples.post("p2")


def test_t19_one_damaged_row_keeps_nobody_elses_feelings(folder: Path) -> None:
    with SqliteStore(folder) as store:
        for name in ("ana", "ben"):
            store.people.put_person(samples.person(name), expected_version=None)
            store.people.put_profile(samples.profile(name))
        change(folder / "adtailor.sqlite", "UPDATE profiles SET body = zeroblob(60) WHERE rowid = 1")
        store.purge(samples.NOON + timedelta(days=4))
        left = store.people.profile(PersonId("ben"))
        assert left is not None
        assert left.affect == Fading()


def test_t38_a_damaged_profile_is_told_from_none_and_leaves_the_person_known(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ana = PersonId("ana")
    with SqliteStore(folder) as store:
        store.people.put_memory(samples.memory())
        assert not store.people.known(ana).is_profile_lost, "there is none yet"
        store.people.put_profile(samples.profile())
        change(folder / "adtailor.sqlite", "UPDATE profiles SET body = zeroblob(60) WHERE rowid = 1")
    with SqliteStore(folder) as store:
        for _ in range(2):
            known = store.people.known(ana)
            assert (known.profile, known.is_profile_lost) == (None, True)
            assert known.person == samples.person(version=1)
            assert known.memory == samples.memory(version=1)
        assert "ana" not in caplog.text
        with pytest.raises(StorageFailed, match="a profile cannot be read"):
            store.people.profile(ana)


def test_describe_tells_what_is_where_and_nobody(folder: Path) -> None:
    with SqliteStore(folder) as store:
        store.events.append(samples.record())
        store.events.take(samples.event())
        said = store.describe()
    assert said["file"] == str(folder / "adtailor.sqlite")
    assert {name: value for name, value in said.items() if name not in {"file", "size", "decision log"}} == {
        "schema": SCHEMA,
        "state": "whole",
        "people": "1",
        "profiles": "0",
        "posts": "1 (1 to read)",
        "readings": "0",
        "campaigns": "1",
        "events": "1 (0 over-delivered)",
    }
    assert said["decision log"].startswith("1 segments, ")


def test_what_an_older_store_has_shown_is_counted_by_the_day(folder: Path) -> None:
    taken_back(folder, "0004")
    noon = int(samples.NOON.timestamp()) * 1_000_000
    with closing(sqlite3.connect(folder / "adtailor.sqlite")) as db, db:
        db.executemany(
            "INSERT INTO events (decision_id, placement_id, kind, ad_id, advertiser_id, campaign_id, at, validity, "
            "price, charged, over_delivered) VALUES (?, 'p', ?, 'autumn-ad', 'boots', 'autumn', ?, ?, 0, 0, 0)",
            [("d1", "impression", noon, "valid"), ("d2", "impression", noon, "givt"), ("d1", "click", noon, "valid"),
             ("d3", "impression", noon + 86_400_000_000, "valid")],
        )  # fmt: skip
    with SqliteStore(folder) as store:
        [ran] = store.exhibits.ran(since=samples.NOON.date())
        assert (ran.first_day, ran.last_day) == (samples.NOON.date(), samples.NOON.date() + timedelta(days=1))
        assert (ran.shown, ran.valid, ran.campaigns) == (3, 2, ("autumn",))
        assert store.events.delivered(["autumn", "winter"]) == {"autumn": 2}
        assert store.ledger.disagreements() == []
        assert store.exhibits.without_version() == ["autumn-ad"]
