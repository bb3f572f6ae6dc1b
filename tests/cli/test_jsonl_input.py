import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.cli.inputs import Broken, Item, jsonl, open_source
from adtailor.cli.inputs.jsonl import read_lines
from adtailor.errors import InvalidInput

GOOD = {"id": "p1", "author_id": "ana", "created_at": "2026-11-20T12:00:00Z", "text": "Hello"}
HERE = Path()


def line(**more: object) -> bytes:
    return json.dumps(GOOD | more).encode() + b"\n"


def read(data: bytes) -> list[Item | Broken]:
    return list(read_lines(io.BytesIO(data), file="posts.jsonl", root=HERE))


def test_one_broken_line_is_named_and_the_others_are_read() -> None:
    found = read(line() + b"{nonsense\n" + b"\n" + line(id="p2"))
    assert [type(one) for one in found] == [Item, Broken, Item]
    broken = found[1]
    assert isinstance(broken, Broken)
    assert (broken.file, broken.position) == ("posts.jsonl", "line 2")
    assert "no JSON" in broken.reason
    last = found[2]
    assert isinstance(last, Item)
    assert (last.post.id, last.position) == ("p2", "line 4")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"created_at": "2026-11-20T12:00:00"}, "created_at"),
        ({"mood": "sad"}, "mood"),
        ({"text": 7}, "text"),
        ({"text": "x" * 1_000_000}, "text"),
        ({"id": "no spaces"}, "id"),
        ({"photos": [{"url": "https://x.example/a.jpg"}]}, "photos[0].url"),
    ],
)
def test_a_field_that_does_not_fit_is_named(wrong: dict[str, object], said: str) -> None:
    (broken,) = read(line(**wrong))
    assert isinstance(broken, Broken)
    assert broken.reason.startswith(f"{said}: ")
    assert broken.hint


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    found = read(b"\xef\xbb\xbf" + line().replace(b"\n", b"\r\n") + line(id="p2").rstrip())
    assert [one.post.id for one in found if isinstance(one, Item)] == ["p1", "p2"]


def test_a_line_without_end_costs_no_memory_and_no_neighbour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "LONGEST_LINE", 200)
    found = read(line() + b"x" * 1001 + b"\n" + line(id="p2"))
    assert [getattr(one, "reason", "") for one in found] == ["", "the line is too long", ""]


def test_paths_of_photos_start_from_the_folder_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_bytes(line(photos=[{"path": "a.jpg"}]))
    with open_source(str(file)) as source:
        (item,) = source.items
        assert source.total == 1
    assert isinstance(item, Item)
    assert [photo.path for photo in item.post.photos] == [tmp_path / "a.jpg"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "0 bytes"),
        (b" \n\n", "blank"),
        (b'[{"id": "p1"}]', "one JSON list"),
        (b'{\n "id": "p1"\n}', "several lines"),
        (b"dear diary\n", "neither JSON lines nor a picture nor an archive"),
        (bytes(range(256)), "neither JSON lines nor a picture nor an archive"),
    ],
)
def test_a_file_of_another_kind_is_refused_at_once_with_a_way_out(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_bytes(content)
    with pytest.raises(InvalidInput, match=said) as caught, open_source(str(file)):
        pass
    assert caught.value.hint


@pytest.mark.parametrize("name", ["", "a\0b", "/dev/zero", "x" * 5000])
def test_what_is_no_path_to_read_from_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as caught, open_source(name):
        pass
    assert caught.value.field == "PATH"


def test_what_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no such file"), open_source(str(tmp_path / "nowhere.jsonl")):
        pass


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
mangled = st.dictionaries(st.sampled_from([*GOOD, "photos", "language", "ext", "place"]), json_values).map(
    lambda changes: json.dumps(GOOD | changes).encode()
)


@given(st.lists(st.one_of(st.binary(max_size=60), mangled, st.just(json.dumps(GOOD).encode())), max_size=6))
def test_any_lines_at_all_yield_items_or_complaints_never_an_exception(lines: list[bytes]) -> None:
    lines = [one.replace(b"\n", b" ") for one in lines]
    found = read(b"\n".join(lines))
    blank = sum(
        1 for number, one in enumerate(lines) if not (one.removeprefix(b"\xef\xbb\xbf") if not number else one).strip()
    )
    assert len(found) == len(lines) - blank
    assert all(isinstance(one, Item) or (one.position and one.reason) for one in found)
