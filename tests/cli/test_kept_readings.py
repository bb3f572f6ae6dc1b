import stat
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.cli.kept_readings import line_of, open_kept
from adtailor.domain.ids import PostId
from adtailor.domain.reading import Reading, Sentiment
from adtailor.errors import InvalidInput


def reading(name: str) -> Reading:
    return Reading(post_id=PostId(name), language="en", sentiment=Sentiment(label="positive", valence=0.5))


LINES = line_of(reading("a")) + line_of(reading("b"))


def ids_in(file: Path) -> list[str]:
    return [msgspec.json.decode(line)["post_id"] for line in file.read_bytes().splitlines()]


def test_a_second_run_knows_what_the_first_kept(tmp_path: Path) -> None:
    file = tmp_path / "readings.jsonl"
    with open_kept(file) as kept:
        assert kept.ids == set()
        kept.add([reading("a"), reading("b")])
    with open_kept(file) as kept:
        assert kept.ids == {"a", "b"}
        kept.add([reading("c")])
    assert ids_in(file) == ["a", "b", "c"]


@pytest.mark.parametrize("cut", range(len(LINES)))
def test_wherever_a_write_was_cut_off_whole_lines_stay_and_the_rest_goes(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "readings.jsonl"
    file.write_bytes(LINES[:cut])
    first = LINES.index(b"\n")
    # A line that lacks only its end is whole: its reading is kept.
    expected = {"a", "b"} if cut == len(LINES) - 1 else {"a"} if cut >= first else set()
    with open_kept(file) as kept:
        assert kept.ids == expected
        kept.add([reading(name) for name in ("a", "b") if name not in kept.ids])
    assert file.read_bytes() == LINES


def test_zeros_that_a_power_cut_left_are_taken_away(tmp_path: Path) -> None:
    file = tmp_path / "readings.jsonl"
    file.write_bytes(LINES + b"\0" * 500)
    with open_kept(file) as kept:
        assert kept.ids == {"a", "b"}
    assert file.read_bytes() == LINES


@given(st.binary(min_size=1).filter(lambda data: data.strip(b"\0\n") and not b'{"post_id":"'.startswith(data)))
def test_a_file_of_something_else_is_refused_and_left_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.mktemp("other") / "diary.txt"
    file.write_bytes(data)
    with pytest.raises(InvalidInput, match="reading"), open_kept(file):
        pass
    assert file.read_bytes() == data


def test_posts_are_not_overwritten_by_readings(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text('{"id": "p1", "author_id": "ana", "created_at": "2026-11-20T12:00:00Z"}\n')
    with pytest.raises(InvalidInput, match="line 1"), open_kept(file):
        pass


def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    file = tmp_path / "readings.jsonl"
    with open_kept(file), pytest.raises(InvalidInput, match="another run"), open_kept(file):
        pass


def test_nobody_else_may_open_what_tells_of_emotions(tmp_path: Path) -> None:
    file = tmp_path / "readings.jsonl"
    with open_kept(file) as kept:
        kept.add([reading("a")])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", [".", "missing/readings.jsonl", "/dev/null"])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput) as caught, open_kept(tmp_path / name):
        pass
    assert caught.value.field == "--out"
