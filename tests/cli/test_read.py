import io
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adtailor import assemble
from adtailor.cli import main
from adtailor.domain.reading import EMOTIONS
from adtailor.ports import LookReader, TextReader
from adtailor.service.wire import ReadingWire
from adtailor.testing.downloads import facebook_2024, instagram_2024
from adtailor.testing.exports import as_folder, as_tar, as_zip, drawn_shirt, export_files

Read = Callable[..., tuple[object, str, str]]

loaded_text_reader: Callable[[], TextReader] = cache(assemble.text_reader)
loaded_look_reader: Callable[[], LookReader] = cache(assemble.look_reader)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Read:
    """The verb with the real models, loaded once for all tests: exit code, output, complaints."""
    monkeypatch.setattr(assemble, "text_reader", lambda models: loaded_text_reader())
    monkeypatch.setattr(assemble, "look_reader", lambda models: loaded_look_reader())
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["read", *map(str, arguments)])
        captured = capfd.readouterr()
        return left.value.code, captured.out, captured.err

    return run


def post(name: str, text: str, **more: Any) -> str:
    return json.dumps({"id": name, "author_id": "ana", "created_at": "2026-11-20T12:00:00Z", "text": text, **more})


def readings(lines: str) -> dict[str, ReadingWire]:
    """By id, each checked against the wire; no id twice."""
    found = [msgspec.json.decode(line, type=ReadingWire) for line in lines.splitlines()]
    assert len({one.post_id for one in found}) == len(found)
    return {one.post_id: one for one in found}


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    file = tmp_path / "posts.jsonl"
    lines = [
        post("p1", "What a wonderful day, thank you all so much, I love this!"),
        "{nonsense",
        post("p2", "I hate this, everything went wrong and I am so angry."),
    ]
    file.write_text("\n".join(lines))
    return file


def test_json_lines_are_readings_in_the_shape_of_the_wire(read: Read, posts: Path) -> None:
    code, out, err = read(posts, "--json")
    found = readings(out)
    assert list(found) == ["p1", "p2"]
    first, second = found["p1"], found["p2"]
    assert first.sentiment is not None
    assert second.sentiment is not None
    assert (first.sentiment.label, second.sentiment.label) == ("positive", "negative")
    assert set(first.emotions or ()) == set(EMOTIONS)
    assert first.withheld == ()
    assert first.stress is not None
    assert first.models
    assert code == 2
    assert f"broken: {posts}, line 2: no JSON" in err
    assert "2 posts read" in err
    assert "1 broken" in err


def test_the_table_shows_each_post_beside_what_was_read(
    read: Read, posts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    code, out, _ = read(posts)
    assert code == 2
    assert "wonderful day" in out
    assert "positive" in out
    assert "gratitude" in out or "love" in out
    assert "2 posts read" in out


@pytest.mark.parametrize("kind", ["folder", "zip", "tar.gz"])
def test_a_mastodon_archive_is_read_with_its_photos(read: Read, tmp_path: Path, kind: str) -> None:
    maker = {"folder": as_folder, "zip": as_zip, "tar.gz": as_tar}[kind]
    code, out, err = read(maker(export_files(), tmp_path / f"ana.{kind}"), "--json")
    found = readings(out)
    assert list(found) == ["1", "2", "3", "4", "6"]
    shirt = found["2"].look
    assert shirt is not None
    assert shirt[0].garments[0].colours[0] == "navy"
    assert found["1"].look is None or found["1"].look == ()
    assert found["3"].emotions is None
    (lost,) = found["6"].errors
    assert (lost.part, lost.photo) == ("look", 0)
    assert code == 2
    for place in ("item 5: object.published", "item 7: object", "item 6, photo 1"):
        assert place in err


def test_an_instagram_export_is_read_and_what_was_left_out_is_said(read: Read, tmp_path: Path) -> None:
    code, out, err = read(as_zip(instagram_2024(), tmp_path / "ana.zip"), "--json")
    found = list(readings(out).values())
    assert len(found) == 9
    assert found[1].sentiment is not None
    assert found[1].sentiment.label == "positive"
    assert [look.garments[0].colours[0] for look in found[1].look or ()] == ["red", "navy"]
    assert code == 2
    for place in ("posts_1.json, item 5: media", "item 6: creation_timestamp: missing", "item 4, photo 1"):
        assert place in err
    assert "note: " in err
    assert "videos left out" in err


def test_an_export_and_a_feed_are_continued_where_a_run_ended(read: Read, tmp_path: Path) -> None:
    archive = as_folder(facebook_2024(), tmp_path / "facebook")
    feed = tmp_path / "blog.xml"
    item = "<item><guid>{0}</guid><description>Tea, day {0}</description><pubDate>2026-11-20T12:00:00Z</pubDate></item>"
    feed.write_text(f"<rss version='2.0'><channel>{''.join(map(item.format, range(3)))}</channel></rss>")
    out = tmp_path / "readings.jsonl"
    read(archive, feed, "--out", out, "--limit", "5", "--only", "text")
    _, said, _ = read(archive, feed, "--out", out, "--only", "text")
    assert len(readings(out.read_text())) == 12
    assert "7 posts read" in said
    assert "5 read before" in said


def test_format_and_author_are_checked_and_obeyed(read: Read, tmp_path: Path) -> None:
    archive = as_zip(facebook_2024(), tmp_path / "a.zip")
    for arguments, said in (
        (["--format", "instagram"], "holds no posts of Instagram"),
        (["--format", "teletext"], "--format"),
        (["--author", "an id"], "is no id"),
    ):
        code, out, err = read(archive, *arguments)
        assert (code, out) == (2, "")
        assert said in " ".join(err.split())
    assert read(archive, "--format", "facebook", "--json", "--only", "text", "--limit", "1")[0] == 0


def test_a_folder_of_photos_is_read_and_a_broken_one_costs_no_other(read: Read, tmp_path: Path) -> None:
    album = as_folder(
        {
            "a.jpg": drawn_shirt(),
            "b.jpg": drawn_shirt()[:200],
            "c.jpg": b"",
            "d.png": drawn_shirt((200, 25, 40), "PNG"),
        },
        tmp_path / "album",
    )
    code, out, err = read(album, "--json")
    found = readings(out)
    assert list(found) == ["a.jpg", "b.jpg", "c.jpg", "d.png"]
    seen = {name: one.look[0].garments for name, one in found.items() if one.look}
    assert {name: garments[0].colours[0] for name, garments in seen.items()} == {"a.jpg": "navy", "d.png": "red"}
    assert code == 2
    assert f"broken: {album / 'b.jpg'}: look of b.jpg" in err
    assert f"broken: {album / 'c.jpg'}: look of c.jpg" in err


def test_standard_input_is_read(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(post("p1", "Thank you so much!").encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    code, out, _ = read("-", "--json")
    assert (code, list(readings(out))) == (0, ["p1"])


def test_an_id_that_stands_twice_is_read_once_and_reported(read: Read, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text(f"{post('p1', 'Thanks!')}\n{post('p2', 'Hello there')}\n{post('p1', 'Again')}\n")
    code, out, err = read(file, "--json")
    assert (code, list(readings(out))) == (2, ["p1", "p2"])
    assert f"{file}, line 3: the id 'p1' was there before ({file}, line 1)" in err


def test_one_unreadable_file_among_several_is_reported_and_the_rest_is_read(
    read: Read, tmp_path: Path, posts: Path
) -> None:
    (tmp_path / "empty.jsonl").touch()
    code, out, err = read(tmp_path / "empty.jsonl", tmp_path / "nowhere.jsonl", posts, "--json")
    assert (code, list(readings(out))) == (2, ["p1", "p2"])
    assert "empty.jsonl is empty (0 bytes)" in err
    assert "nowhere.jsonl: no such file" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["empty.jsonl"], "empty (0 bytes)"),
        (["nowhere"], "no such file"),
        (["posts.jsonl", "--out", "posts.jsonl"], "is what is to be read"),
        (["posts.jsonl", "--out", "diary.txt"], "holds no readings"),
        (["posts.jsonl", "--out", "new.jsonl", "--json"], "exclude each other"),
        (["posts.jsonl", "--limit", "0"], "--limit"),
        (["posts.jsonl", "--only", "smell"], "--only"),
        ([], "PATH"),
    ],
)
def test_bad_input_is_exit_code_2_with_a_reason(read: Read, posts: Path, arguments: list[str], said: str) -> None:
    (posts.parent / "empty.jsonl").touch()
    (posts.parent / "diary.txt").write_text("dear diary")
    before = posts.read_bytes()
    code, out, err = read(*arguments)
    assert (code, out) == (2, "")
    assert said in " ".join(err.split())
    assert "Traceback" not in err
    assert posts.read_bytes() == before


def test_only_photos_leaves_words_unread_and_the_other_way_round(read: Read, tmp_path: Path) -> None:
    archive = as_zip(export_files(), tmp_path / "a.zip")
    _, out, _ = read(archive, "--json", "--only", "photos")
    assert [(one.post_id, one.sentiment) for one in readings(out).values()] == [("2", None), ("6", None)]
    _, out, err = read(archive, "--json", "--only", "text")
    assert all(one.look is None for one in readings(out).values())
    assert "item 6" not in err


def test_a_second_run_continues_where_the_first_was(read: Read, tmp_path: Path) -> None:
    file, out = tmp_path / "posts.jsonl", tmp_path / "readings.jsonl"
    file.write_text("\n".join(post(f"p{n}", f"Thank you, number {n}") for n in range(10)))
    code, _, _ = read(file, "--out", out, "--limit", "4")
    assert (code, len(readings(out.read_text()))) == (0, 4)
    before = out.read_bytes()
    code, said, _ = read(file, "--out", out)
    assert code == 0
    assert out.read_bytes().startswith(before)
    assert list(readings(out.read_text())) == [f"p{n}" for n in range(10)]
    assert "6 posts read" in said
    assert "4 read before" in said
    whole = out.read_bytes()
    code, said, _ = read(file, "--out", out)
    assert (code, out.read_bytes()) == (0, whole)
    assert "10 read before" in said


def test_a_run_killed_in_the_middle_loses_nothing_and_repeats_nothing(
    adtailor: Any, read: Read, tmp_path: Path
) -> None:
    file, out = tmp_path / "posts.jsonl", tmp_path / "readings.jsonl"
    names = [f"p{n}" for n in range(120)]
    file.write_text("\n".join(post(name, f"A quiet walk by the river, day {name}, with tea after") for name in names))
    running = adtailor.start("read", file, "--out", out, "--batch", "4")
    deadline = time.monotonic() + 60
    while not (out.exists() and out.read_bytes().count(b"\n") >= 8):
        assert running.poll() is None, running.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    running.stdout.close()
    running.stderr.close()
    kept = out.read_bytes().count(b"\n")
    assert 8 <= kept < len(names)
    code, said, _ = read(file, "--out", out)
    assert code == 0
    assert list(readings(out.read_text())) == names
    assert f"{kept} read before" in said


def test_ctrl_c_says_how_to_go_on(adtailor: Any, tmp_path: Path) -> None:
    file, out = tmp_path / "posts.jsonl", tmp_path / "readings.jsonl"
    file.write_text("\n".join(post(f"p{n}", f"A quiet walk by the river, day {n}") for n in range(6_000)))
    running = adtailor.start("read", file, "--out", out, "--batch", "4")
    deadline = time.monotonic() + 60
    while not (out.exists() and out.stat().st_size):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(running.pid, signal.SIGINT)
    _, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert b"the same command continues" in err
    assert b"Traceback" not in err
    assert readings(out.read_text())


def test_without_a_terminal_there_is_no_bar_and_no_colour(adtailor: Any, posts: Path) -> None:
    done = adtailor.run("read", posts)
    assert done.returncode == 2
    assert "\x1b" not in done.stdout + done.stderr
    assert "loading" not in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.data
def test_photos_of_real_clothes_are_read(read: Read, tmp_path: Path) -> None:
    import duckdb

    folder = Path(os.environ.get("ADTAILOR_TEST_DATA", "")) / "clothing"
    if not folder.is_dir():
        pytest.skip("set ADTAILOR_TEST_DATA")
    table = str(next(folder.glob("dev*.parquet")))
    rows = duckdb.read_parquet(table).filter("label = 'Pants'").select("jpg").limit(8).fetchall()
    album = as_folder({f"{n}.jpg": bytes(jpg) for n, (jpg,) in enumerate(rows)}, tmp_path / "album")
    code, out, _ = read(album, "--json")
    assert code == 0
    found = [
        one.look[0].garments[0].type.lower() for one in readings(out).values() if one.look and one.look[0].garments
    ]
    assert sum(1 for kind in found if kind in {"pants", "trousers"}) >= 5
