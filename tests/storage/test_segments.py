"""The decision log: every frame that was acknowledged is found, and what a crash tore is passed over."""

import os
from collections.abc import Generator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adtailor.domain.events import RecordRef
from adtailor.errors import StorageFailed
from adtailor.storage.keyring import NOBODY, PersonKey
from adtailor.storage.sealing import Sealer
from adtailor.storage.segments import Segments
from adtailor.testing import samples
from adtailor.testing.samples import NOON

ANA = PersonKey(ref=b"a" * 16, sealer=Sealer(b"A" * 32, os.urandom))
SITE = PersonKey(ref=NOBODY, sealer=Sealer(b"S" * 32, os.urandom))
KEYS = {key.ref: key for key in (ANA, SITE)}


class Numbers:
    """Counts up, as the database does."""

    last = 0

    def __call__(self, opened_at: datetime) -> int:
        self.last += 1
        return self.last


def opened(folder: Path, *, numbers: Numbers | None = None, segment_bytes: int = 2**20) -> Segments:
    return Segments(folder, next_number=numbers or Numbers(), key_of=KEYS.get, segment_bytes=segment_bytes)


@pytest.fixture
def segments(tmp_path: Path) -> Generator[Segments]:
    log = opened(tmp_path)
    yield log
    log.close()


def test_a_record_is_with_the_operating_system_when_append_returns(segments: Segments) -> None:
    ref = segments.append(samples.record(), ANA)
    other = opened(segments.folder)  # as another process would
    assert other.record(ref) == samples.record()
    other.close()


def test_a_log_torn_anywhere_yields_exactly_the_whole_frames(segments: Segments, tmp_path: Path) -> None:
    given = [samples.record(n) for n in range(4)]
    refs = [segments.append(record, ANA) for record in given]
    segments.close()
    path = tmp_path / "000001.seg"
    raw = path.read_bytes()
    ends = [ref.offset for ref in refs[1:]] + [len(raw)]
    for cut in [*range(0, len(raw), 37), *(end + shift for end in ends for shift in (-1, 0))]:
        path.write_bytes(raw[:cut])
        whole = sum(end <= cut for end in ends)
        again = opened(tmp_path)
        assert [again.record(ref) for ref in refs] == given[:whole] + [None] * (4 - whole)
        assert [record for _, record in again.of(ANA)] == given[:whole]
        again.close()


def test_any_flipped_bit_is_noticed(segments: Segments, tmp_path: Path) -> None:
    ref = segments.append(samples.record(), ANA)
    segments.close()
    path = tmp_path / "000001.seg"
    raw = path.read_bytes()
    for at in range(ref.offset, len(raw), 5):
        damaged = bytearray(raw)
        damaged[at] ^= 1 << (at % 8)
        path.write_bytes(damaged)
        again = opened(tmp_path)
        assert again.record(ref) is None
        again.close()


def test_a_frame_that_was_forged_with_a_right_checksum_does_not_open(
    segments: Segments, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    import struct
    import zlib

    ref = segments.append(samples.record(), ANA)
    segments.close()
    path = tmp_path / "000001.seg"
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    struct.pack_into(">I", raw, ref.offset + 4, zlib.crc32(raw[ref.offset + 8 :]))
    path.write_bytes(raw)
    again = opened(tmp_path)
    assert again.record(ref) is None
    assert "decision record 1:" in caplog.text
    again.close()


def test_records_of_nobody_and_of_someone_lie_side_by_side(segments: Segments) -> None:
    refs = [segments.append(samples.record(n, viewer=None), SITE) for n in range(2)]
    mine = segments.append(samples.record(7), ANA)
    assert [segments.record(ref) for ref in refs] == [samples.record(n, viewer=None) for n in range(2)]
    assert list(segments.of(ANA)) == [(mine, samples.record(7))]


def test_a_segment_rolls_by_size_and_by_day_and_all_are_found(tmp_path: Path) -> None:
    log = opened(tmp_path, segment_bytes=2_000)
    given = [samples.record(n, at=NOON + timedelta(hours=5 * n)) for n in range(12)]
    refs = [log.append(record, ANA) for record in given]
    days = {
        ref.segment: {
            g.decision.decided_at.date() for r, g in zip(refs, given, strict=True) if r.segment == ref.segment
        }
        for ref in refs
    }
    assert all(len(of_segment) == 1 for of_segment in days.values())
    assert len(days) > len({record.decision.decided_at.date() for record in given}), "size alone rolled some"
    assert [log.record(ref) for ref in refs] == given
    log.close()


def test_t19_no_record_outlives_30_days_and_none_goes_before_29(tmp_path: Path) -> None:
    log = opened(tmp_path)
    late = NOON.replace(hour=23, minute=59)
    refs = [log.append(samples.record(n, at=at), ANA) for n, at in enumerate([NOON, late, late + timedelta(days=1)])]
    assert log.purge(NOON.replace(hour=0) + timedelta(days=30, microseconds=-1)) == 0
    assert log.purge(NOON.replace(hour=0) + timedelta(days=30)) == 1
    assert [log.record(ref) is None for ref in refs] == [True, True, False]
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["000002.seg"]
    assert log.append(samples.record(9, at=late + timedelta(days=1)), ANA).segment == 2
    log.close()


def test_a_segment_that_another_process_deleted_is_gone_here_too(tmp_path: Path) -> None:
    writer, reader = opened(tmp_path), opened(tmp_path)
    ref = writer.append(samples.record(), ANA)
    assert reader.record(ref) == samples.record()  # it holds the file open now
    writer.purge(NOON + timedelta(days=30))
    assert reader.record(ref) is None
    writer.close()
    reader.close()


def test_a_number_that_is_taken_is_passed_over(tmp_path: Path) -> None:
    first = opened(tmp_path)
    ref = first.append(samples.record(1), ANA)
    first.close()
    again = opened(tmp_path)  # its database is older, and counts from 1 again
    assert again.append(samples.record(2), ANA).segment == 2
    assert again.record(ref) == samples.record(1)
    again.close()


def test_a_write_cut_short_by_a_full_disk_is_taken_back(segments: Segments, monkeypatch: pytest.MonkeyPatch) -> None:
    first = segments.append(samples.record(1), ANA)
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, data: write(file, data[:50]))
        with pytest.raises(StorageFailed, match="not written whole"):
            segments.append(samples.record(2), ANA)
    third = segments.append(samples.record(3), ANA)
    assert [segments.record(ref) for ref in (first, third)] == [samples.record(1), samples.record(3)]
    assert [record.decision.decision_id for _, record in segments.of(ANA)] == ["decision-1", "decision-3"]


def test_more_segments_than_files_kept_open_are_all_read(tmp_path: Path) -> None:
    log = opened(tmp_path, segment_bytes=1)
    refs = [log.append(samples.record(n), ANA) for n in range(40)]
    assert [ref.segment for ref in refs] == list(range(1, 41))
    for _ in range(2):
        assert all(log.record(ref) == samples.record(n) for n, ref in enumerate(refs))
    log.close()


def test_a_long_record_takes_a_second_read(segments: Segments) -> None:
    record = samples.record()
    long = replace(record, decision=replace(record.decision, policy="p" * 100_000))
    ref = segments.append(long, ANA)
    after = segments.append(record, ANA)
    assert segments.record(ref) == long
    assert segments.record(after) == record


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "decisions").write_text("a note")
    with pytest.raises(StorageFailed, match="decisions cannot be used"):
        opened(tmp_path / "decisions")


def test_where_no_segment_is_nothing_is_found(segments: Segments) -> None:
    assert segments.record(RecordRef(segment=5, offset=20)) is None
