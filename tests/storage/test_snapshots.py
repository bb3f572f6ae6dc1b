"""A snapshot is read as it was kept, or not at all; one process makes it, and all others read it."""

import multiprocessing

import numpy as np
import pytest

from adtailor.ports import Snapshot
from adtailor.storage import SqliteStore
from adtailor.storage.snapshots import FILE, FileSnapshots

ARRAYS = {
    "ads": np.arange(1000, dtype=np.int32).reshape(500, 2),
    "flags": np.array([True, False]),
    "none": np.empty((0, 3), dtype=np.float32),
    "one": np.array([0.1]),
}


def snapshot(key="k", **arrays):
    return Snapshot(key=key, about={"words": ["größe"], "step": 0.1}, arrays={**ARRAYS, **arrays})


def same(one, other):
    assert (one.key, one.about) == (other.key, other.about)
    assert one.arrays.keys() == other.arrays.keys()
    for name, array in one.arrays.items():
        assert array.dtype == other.arrays[name].dtype
        np.testing.assert_array_equal(array, other.arrays[name])


def test_it_comes_back_as_it_was_kept_in_any_process_whatever_another_does_to_its_own(tmp_path):
    kept = FileSnapshots(tmp_path / "s").keep(snapshot())
    same(kept, snapshot())
    again = FileSnapshots(tmp_path / "s").newest("k")
    same(again, snapshot())
    again.arrays["ads"][0, 0] = 77
    same(FileSnapshots(tmp_path / "s").newest("k"), snapshot())
    assert all(array.flags.writeable for array in again.arrays.values()), "of the type that loops are compiled for"
    assert (tmp_path / "s" / FILE).stat().st_mode & 0o777 == 0o600


def test_another_key_is_as_good_as_none_and_the_next_takes_its_place(tmp_path):
    store = FileSnapshots(tmp_path)
    assert store.newest("k") is None
    first = store.keep(snapshot("k"))
    assert store.newest("other") is None
    store.keep(snapshot("other", one=np.array([2.0])))
    assert store.newest("k") is None
    assert store.newest("other").arrays["one"].tolist() == [2.0]
    same(first, snapshot("k"))  # whoever reads the old one keeps it
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE]


@pytest.mark.parametrize("at", [0, 9, 20, 60, 200, -3000, -1])
def test_a_damaged_file_is_as_good_as_none(tmp_path, at, caplog):
    FileSnapshots(tmp_path).keep(snapshot())
    path = tmp_path / FILE
    body = bytearray(path.read_bytes())
    body[at] ^= 0x40
    path.write_bytes(body)
    assert FileSnapshots(tmp_path).newest("k") is None
    assert "made again" in caplog.text
    same(FileSnapshots(tmp_path).keep(snapshot()), snapshot())


@pytest.mark.parametrize("body", [b"", b"ADTA", b"something else" * 40, bytes(9000)])
def test_a_foreign_or_half_written_file_is_as_good_as_none(tmp_path, body):
    (tmp_path / FILE).write_bytes(body)
    assert FileSnapshots(tmp_path).newest("k") is None


def test_a_file_that_was_cut_short_is_as_good_as_none(tmp_path):
    FileSnapshots(tmp_path).keep(snapshot())
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[:-64])
    assert FileSnapshots(tmp_path).newest("k") is None


def test_where_it_cannot_be_kept_it_serves_from_memory(tmp_path, caplog):
    (tmp_path / "s").write_bytes(b"a file where the folder should be")
    same(FileSnapshots(tmp_path / "s").keep(snapshot()), snapshot())
    assert "each process makes its own" in caplog.text
    with FileSnapshots(tmp_path / "s").making() as is_mine:
        assert is_mine


def _hold(folder, held, done):
    with FileSnapshots(folder).making() as is_mine:
        assert is_mine
        held.set()
        done.wait(20)


def test_one_process_makes_it_while_others_are_told_so_and_a_killed_one_leaves_nothing(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    held, done = spawn.Event(), spawn.Event()
    maker = spawn.Process(target=_hold, args=(tmp_path, held, done))
    maker.start()
    assert held.wait(60)
    with FileSnapshots(tmp_path).making() as is_mine:
        assert not is_mine
    (tmp_path / f"{FILE}.{maker.pid}").write_bytes(b"half")
    maker.kill()
    maker.join()
    with FileSnapshots(tmp_path).making() as is_mine:
        assert is_mine
        assert not list(tmp_path.glob(f"{FILE}.*"))


def test_a_copy_of_a_store_leaves_it_out(tmp_path):
    with SqliteStore(tmp_path / "a") as store:
        store.snapshots.keep(snapshot())
        copied = store.copy(tmp_path / "b")
    assert (tmp_path / "a" / "snapshot" / FILE).exists()
    assert not (copied / "snapshot").exists()
