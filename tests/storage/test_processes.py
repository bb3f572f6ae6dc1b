"""Several processes and threads over one folder: no micro is spent twice, and a withdrawal is seen at once."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adtailor.domain.ids import CampaignId, PersonId
from adtailor.domain.person import Consents, Person
from adtailor.errors import StaleVersion
from adtailor.storage import SqliteStore
from adtailor.testing import samples
from adtailor.testing.samples import NOON

SPENDER = Path(__file__).with_name("spender.py")
ANA = PersonId("ana")


def test_t35_two_processes_that_open_and_hammer_one_budget_never_overspend_it(tmp_path: Path) -> None:
    # Both open an empty folder at once: one runs the steps of the schema, the other finds them done.
    processes = [
        subprocess.Popen(
            [sys.executable, str(SPENDER), str(tmp_path), str(first), "60"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for first in (0, 1_000)
    ]
    with SqliteStore(tmp_path) as store:
        # 120 events of 7 micros want 840; 500 fit 71 of them, 497 micros, and 3 are left over.
        store.catalogue.replace(samples.inventory(samples.campaign(daily=500)))
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        answers = [process.communicate(timeout=120)[0].split() for process in processes]
        assert [process.returncode for process in processes] == [0, 0]
        charged, over = (sum(int(answer[n]) for answer in answers) for n in (0, 1))
        assert (charged, over) == (71 * 7, 120 - 71)
        assert store.events.spent(NOON) == {CampaignId("autumn"): (497, 497)}
        assert len(store.events.events()) == 120


TAKES_THE_LOCK = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 128)
"""


def test_t35_whatever_is_asked_of_a_store_its_locks_are_still_held(tmp_path: Path) -> None:
    # Byte 128 of the index of the log is locked by whoever uses it: if nobody does, the next to open it starts it anew.
    index = tmp_path / "adtailor.sqlite-shm"
    with SqliteStore(tmp_path) as store:
        store.catalogue.replace(samples.inventory())
        store.catalogue.version()
        store.events.lease("one", [], now=NOON)
        store.events.take(samples.event())
        store.purge(NOON)
        with SqliteStore(tmp_path) as other:
            other.events.take(samples.event(2))
        taken = subprocess.run([sys.executable, "-c", TAKES_THE_LOCK, str(index)], capture_output=True, check=False)
        assert taken.returncode != 0, "nobody holds it any more"


def test_t35_threads_that_share_a_store_never_overspend(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as store:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=100)))
        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(lambda n: store.events.take(samples.event(n % 40, price=7)), range(80)))
        assert sum(outcome.charged for outcome in outcomes) == 98 == store.events.spent(NOON)[CampaignId("autumn")][0]
        assert sum(outcome.status == "duplicate" for outcome in outcomes) == 40


def test_t06_a_withdrawal_in_one_process_is_seen_by_the_next_look_in_another(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as here, SqliteStore(tmp_path) as there:
        here.people.put_person(samples.person(), expected_version=None)
        here.people.put_profile(samples.profile())
        for version in range(1, 9, 2):
            assert there.people.person(ANA).consents == samples.ALL
            here.people.put_person(samples.person(consents=Consents()), expected_version=version)
            assert there.people.person(ANA).consents == Consents()
            profile = there.people.profile(ANA)
            assert profile is not None
            assert profile.interests.weights == {}
            there.people.put_person(samples.person(), expected_version=version + 1)
            assert here.people.person(ANA).consents == samples.ALL


def test_a_stranger_who_was_looked_up_is_seen_once_known_to_another_process(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as here, SqliteStore(tmp_path) as there:
        assert there.people.person(ANA) == Person(person_id=ANA)
        here.people.put_person(samples.person(), expected_version=0)
        assert there.people.person(ANA) == samples.person(version=1)


def test_t16_forgotten_in_one_process_means_forgotten_in_every_other(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as here, SqliteStore(tmp_path) as there:
        here.people.put_person(samples.person(), expected_version=None)
        here.posts.add([samples.post()], NOON)
        ref = here.events.append(samples.record())
        assert there.people.person(ANA).consents == samples.ALL
        assert there.events.record(ref) == samples.record()
        assert [post.id for post in there.posts.recent(5)] == ["p1"]
        here.people.forget(ANA)
        assert there.people.person(ANA) == Person(person_id=ANA)
        assert there.events.record(ref) is None
        assert there.posts.recent(5) == []
        # A record and a post of theirs made now, there, have a new key, which the other side finds.
        again = there.events.append(samples.record(2))
        assert there.posts.add([samples.post(text="back")], NOON) == [True]
        assert here.events.record(again) == samples.record(2)
        assert [post.text for post in here.posts.unread(5)] == ["back"]


def test_every_process_writes_segments_of_its_own(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as here, SqliteStore(tmp_path) as there:
        refs = [store.events.append(samples.record(n)) for n, store in enumerate([here, there, here, there])]
        assert [ref.segment for ref in refs] == [1, 2, 1, 2]
        for store in (here, there):
            assert [store.events.record(ref) for ref in refs] == [samples.record(n) for n in range(4)]


def test_t06_a_withdrawal_is_never_undone_by_a_reader_in_another_thread(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as store:
        store.people.put_person(samples.person(), expected_version=None)
        store.posts.add([samples.post(f"p{n}") for n in range(40)], NOON)
        started = threading.Event()

        def read() -> None:
            for n in range(40):
                started.set()
                before = store.people.profile(ANA)
                try:
                    store.posts.finish(
                        samples.reading(f"p{n}"), NOON, profile=samples.profile(version=before.version if before else 0)
                    )
                except StaleVersion:
                    continue

        with ThreadPoolExecutor(1) as pool:
            reader = pool.submit(read)
            started.wait()
            store.people.put_person(samples.person(consents=Consents()), expected_version=None)
            reader.result()
        profile = store.people.profile(ANA)
        assert profile is None or (profile.interests.weights, profile.affect.weights) == ({}, {})
        found = store.posts.readings_of(ANA, NOON)
        assert all((r.emotions, r.stress, r.look) == (None, None, None) for _, r in found)


@pytest.mark.parametrize("threads", [6])
def test_threads_append_and_find_records_at_once(tmp_path: Path, threads: int) -> None:
    with SqliteStore(tmp_path) as store:

        def work(first: int) -> bool:
            mine = [samples.record(first + n, viewer=f"person-{n % 3}") for n in range(20)]
            refs = [store.events.append(record) for record in mine]
            return [store.events.record(ref) for ref in refs] == mine

        with ThreadPoolExecutor(threads) as pool:
            assert all(pool.map(work, range(0, threads * 100, 100)))


def test_no_write_is_lost_or_refused_when_two_stores_read_then_write_the_same_person(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as here, SqliteStore(tmp_path) as there:

        def write(store: SqliteStore) -> list[int]:
            return [store.people.put_person(samples.person(), expected_version=None).version for _ in range(15)]

        with ThreadPoolExecutor(2) as pool:
            versions = [version for written in pool.map(write, (here, there)) for version in written]
        assert sorted(versions) == list(range(1, 31))
