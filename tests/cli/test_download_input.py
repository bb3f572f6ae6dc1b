import json
import stat
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.cli.inputs import Broken, Item, archive, facebook_post, instagram_post, open_source
from adtailor.cli.inputs.exported import LeftOut, Part
from adtailor.cli.inputs.mended import mended
from adtailor.domain.ids import PersonId
from adtailor.domain.post import Photo
from adtailor.errors import AdtailorError, InvalidInput
from adtailor.testing.downloads import (
    NOON,
    as_json,
    facebook_2019,
    facebook_2024,
    facebook_entry,
    facebook_media,
    instagram_2018,
    instagram_2022,
    instagram_2024,
    instagram_media,
)
from adtailor.testing.exports import as_folder, as_tar, as_zip, drawn_shirt

Make = Callable[[dict[str, bytes]], Path]
MAKERS: dict[str, Callable[[dict[str, bytes], Path], Path]] = {
    "folder": lambda files, where: as_folder(files, where / "export"),
    "zip": lambda files, where: as_zip(files, where / "export.zip"),
    "tar.gz": lambda files, where: as_tar(files, where / "export.tar.gz"),
    "zip with its folder": lambda files, where: as_zip({f"ana/{name}": files[name] for name in files}, where / "a.zip"),
}
POSTS_2024 = "your_instagram_activity/media/posts_1.json"


@pytest.fixture(params=MAKERS)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    return lambda files: MAKERS[request.param](files, tmp_path)


def read(path: Path, **how: Any) -> tuple[list[Item], list[Broken], tuple[str, ...]]:
    """All posts with their photos fetched, what is broken, and what is said."""
    with open_source(str(path), **how) as source:
        found = list(source.items)
        items = [with_fetched(one) for one in found if isinstance(one, Item)]
        return items, [one for one in found if isinstance(one, Broken)], source.notes()


def with_fetched(item: Item) -> Item:
    photos = item.photos()
    return replace(item, fetch=lambda: photos)


def texts(items: list[Item]) -> list[str]:
    return [one.post.text for one in items]


def test_an_instagram_export_of_today_is_read_in_any_form(make: Make) -> None:
    items, broken, notes = read(make(instagram_2024()))
    assert texts(items) == [
        "Grüße vom Grat, was für ein Morgen! 🌄",
        "Three from the market, thank you all ❤️",
        "Gone, and yet here",
        "A second part",
        "A tenth part",
        "Put away",
        "First reel, be kind",
        "",
        "Only words, on Threads",
    ]
    assert {one.post.author_id for one in items} == {"ana.b"}
    assert items[0].post.created_at.isoformat() == "2024-06-01T12:00:00+00:00"
    assert [len(one.photos()) for one in items] == [1, 2, 1, 1, 1, 1, 0, 1, 0]
    assert all(isinstance(photo, Photo) for photo in (*items[0].photos(), *items[1].photos()))
    assert items[2].photos() == ("the archive holds no media/posts/202406/gone.jpg",)
    assert [str(one.position).rpartition("/")[2] for one in broken] == ["posts_1.json, item 5", "posts_1.json, item 6"]
    assert broken[0].reason.startswith("media: expected")
    assert broken[1].reason == "creation_timestamp: missing"
    assert notes == ("videos left out (only photos and words are read): 3",)


def test_the_exports_of_earlier_years_are_read(make: Make) -> None:
    items, broken, _ = read(make(instagram_2022()))
    assert (texts(items), broken) == (["Früher Sommer"], [])
    assert items[0].post.author_id == "ana.b"
    assert isinstance(items[0].photos()[0], Photo)


def test_photos_of_one_post_of_2018_are_one_post_again(make: Make) -> None:
    items, broken, notes = read(make(instagram_2018()))
    assert broken == []
    assert [(one.post.text, len(one.photos()), one.post.place) for one in items] == [
        ("Dünen 🌊", 2, "Sylt"),
        ("", 1, None),
        ("Waves", 0, None),
        ("", 1, None),
    ]
    assert items[0].post.created_at.isoformat() == "2018-11-05T20:19:29+00:00"
    assert items[0].post.author_id == "ana.b"
    assert "posts with a time that names no zone, taken as UTC: 3" in notes


def test_a_facebook_export_is_read_in_any_form(make: Make) -> None:
    items, broken, notes = read(make(facebook_2024()))
    assert [(one.post.text, one.post.is_repost, len(one.photos())) for one in items] == [
        ("Endlich Frühling, ich bin so glücklich! 🌷 Ben Åberg\n\nTulpen am Fenster", False, 1),
        ("", True, 0),
        ("This is worth reading.", False, 0),
        ("So true", True, 0),
        ("Coffee here", False, 0),
        ("Many", False, 20),
        ("", False, 5),
        ("Does anyone lend a ladder?", False, 0),
        ("Only in the album, schön", False, 1),
    ]
    assert items[4].post.place == "Café Größe"
    assert [one.post.id for one in items[5:7]] == ["facebook-12345", "facebook-12345-21"]
    assert {one.post.author_id for one in items} == {"ana.boehm.5"}
    assert all(isinstance(photo, Photo) for one in items for photo in one.photos())
    (lost,) = broken
    assert str(lost.position).endswith("your_posts__check_ins__photos_and_videos_1.json, item 8")
    assert lost.reason.startswith("timestamp: expected")
    assert notes == (
        "videos left out (only photos and words are read): 2",
        "entries left out that hold neither words nor photos: 1",
        "comments left out (only posts are read): 1",
        "photos of albums left out that a post shows: 1",
    )


def test_an_early_facebook_export_is_read(make: Make) -> None:
    items, broken, _ = read(make(facebook_2019()))
    assert (texts(items), broken) == (["Schöne Grüße"], [])
    assert items[0].post.author_id.startswith("Ana-B-hm-")
    assert isinstance(items[0].photos()[0], Photo)


def test_names_of_people_tagged_are_kept_nowhere(tmp_path: Path) -> None:
    files = facebook_2024() | {
        "your_facebook_activity/posts/your_posts__check_ins__photos_and_videos_1.json": as_json(
            [facebook_entry(NOON, "Lovely evening", tags=[{"name": "Ben Tagged"}], title="Ana was with Ben Tagged.")]
        )
    }
    items, _, _ = read(as_zip(files, tmp_path / "a.zip"))
    assert "Tagged" not in repr(items)


@pytest.mark.parametrize("files", [instagram_2024, instagram_2018, facebook_2024])
def test_the_same_archive_gives_the_same_ids_in_every_form(
    files: Callable[[], dict[str, bytes]], tmp_path: Path
) -> None:
    ids = [
        [item.post.id for item in read(maker(files(), tmp_path / str(number)))[0]]
        for number, maker in enumerate((as_folder, as_zip, as_zip, as_tar))
    ]
    assert all(one == ids[0] for one in ids)
    assert len(set(ids[0])) == len(ids[0]) > 3


def test_an_entry_that_stands_twice_is_read_once_and_counted(tmp_path: Path) -> None:
    entry = {"media": [instagram_media("media/posts/a.jpg", "Twice")]}
    files = {POSTS_2024: as_json([entry]), POSTS_2024.replace("_1", "_2"): as_json([entry])}
    items, broken, notes = read(as_zip(files, tmp_path / "a.zip"), author="ana")
    assert (texts(items), broken) == (["Twice"], [])
    assert notes == ("posts that stand twice in the archive, read once: 1",)


def test_parts_unpacked_side_by_side_find_each_others_media(tmp_path: Path) -> None:
    files = {
        f"instagram-ana.b-2024-06-02-1/{POSTS_2024}": as_json(
            [{"media": [instagram_media("media/posts/a.jpg", "Here")]}]
        ),
        "instagram-ana.b-2024-06-02-2/media/posts/a.jpg": drawn_shirt(),
    }
    (item,), broken, _ = read(as_folder(files, tmp_path / "all"))
    assert broken == []
    assert isinstance(item.photos()[0], Photo)
    assert item.post.author_id == "ana.b"


def test_without_a_profile_the_author_is_whom_one_names_else_the_name_of_the_archive_else_me(tmp_path: Path) -> None:
    files = {POSTS_2024: as_json([{"media": [instagram_media("media/a.jpg", "Hello")]}])}
    named = as_zip(files, tmp_path / "instagram-ana_7-2024-06-02-XyZ.zip")
    nameless = as_zip(files, tmp_path / "export.zip")
    assert read(named)[0][0].post.author_id == "ana_7"
    assert read(named, author="ben")[0][0].post.author_id == "ben"
    items, _, notes = read(nameless)
    assert items[0].post.author_id == "me"
    assert "--author" in notes[0]


def test_right_text_in_a_right_archive_is_not_touched(tmp_path: Path) -> None:
    said = ["CAFÉ» und mehr", "Grüße", "日本の朝"]
    files = {
        POSTS_2024: json.dumps([{"media": [instagram_media("a.jpg", one, NOON + n)]} for n, one in enumerate(said)])
    }
    items, _, _ = read(as_zip({POSTS_2024: files[POSTS_2024].encode()}, tmp_path / "a.zip"))
    assert texts(items) == said


def test_a_space_that_is_half_a_letter_is_not_cut_off(tmp_path: Path) -> None:
    files = {POSTS_2024: as_json([{"media": [instagram_media("a.jpg", "Voilà")]}])}
    assert texts(read(as_zip(files, tmp_path / "a.zip"))[0]) == ["Voilà"]


def test_a_file_that_is_cut_off_is_read_up_to_the_cut(make: Make) -> None:
    files = instagram_2024()
    whole = files[POSTS_2024]
    files[POSTS_2024] = whole[: whole.index(b"clip.mp4")]
    items, broken, _ = read(make(files))
    assert texts(items)[:2] == ["Grüße vom Grat, was für ein Morgen! 🌄", "A second part"]
    assert "1 entries before that are read" in broken[0].reason
    assert str(broken[0].position).endswith("posts_1.json")


@pytest.mark.parametrize("content", [b"", b"   ", b"nonsense", b"[", b'"words"', b"{}", b'[1, "a", null]', b"[" * 5000])
def test_a_part_that_holds_no_entries_costs_no_other(tmp_path: Path, content: bytes) -> None:
    files = instagram_2024() | {POSTS_2024: content}
    items, broken, _ = read(as_zip(files, tmp_path / "a.zip"))
    assert texts(items)[0] == "A second part"
    assert broken if content != b"{}" else not broken


@pytest.mark.parametrize(
    ("files", "site"),
    [
        ({"your_instagram_activity/media/posts_1.html": b"<html>", "start_here.html": b"<html>"}, "Instagram"),
        ({"content/posts_1.html": b"<html>", "media/posts/a.jpg": drawn_shirt()}, "Instagram"),
        ({"your_facebook_activity/posts/your_posts_1.html": b"<html>"}, "Facebook"),
    ],
)
@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_an_export_as_web_pages_is_refused_with_the_format_to_ask_for(
    tmp_path: Path, files: dict[str, bytes], site: str, kind: str
) -> None:
    with (
        pytest.raises(InvalidInput, match=f"export of {site} as web pages") as caught,
        open_source(str(MAKERS[kind](files, tmp_path))),
    ):
        pass
    assert "JSON" in caught.value.hint


def test_a_web_page_is_refused_too(tmp_path: Path) -> None:
    page = tmp_path / "posts_1.html"
    page.write_text("<!DOCTYPE html><html><body>x</body></html>")
    with pytest.raises(InvalidInput, match="web page") as caught, open_source(str(page)):
        pass
    assert "JSON" in caught.value.hint


@pytest.mark.parametrize("kind", ["folder", "zip", "tar.gz"])
def test_what_is_nothing_known_is_told_with_all_that_was_looked_for(tmp_path: Path, kind: str) -> None:
    with pytest.raises(InvalidInput) as caught, open_source(str(MAKERS[kind]({"letter.txt": b"hi"}, tmp_path))):
        pass
    for name in ("outbox.json", "posts_1.json", "your_posts_1.json"):
        assert name in caught.value.message
    assert caught.value.field == "PATH"


def test_two_exports_in_one_are_told_apart_by_format(tmp_path: Path) -> None:
    path = as_zip(instagram_2022() | facebook_2019(), tmp_path / "both.zip")
    with pytest.raises(InvalidInput, match="Instagram and Facebook") as caught, open_source(str(path)):
        pass
    assert "--format" in caught.value.hint
    assert texts(read(path, form="instagram")[0]) == ["Früher Sommer"]
    assert texts(read(path, form="facebook")[0]) == ["Schöne Grüße"]


def test_a_format_that_it_is_not_is_refused(tmp_path: Path) -> None:
    path = as_zip(facebook_2019(), tmp_path / "a.zip")
    for form in ("instagram", "mastodon"):
        with pytest.raises(InvalidInput) as caught, open_source(str(path), form=form):  # type: ignore[arg-type]
            pass
        assert "holds no" in caught.value.message


def test_one_file_of_an_export_is_read_alone_with_its_media(tmp_path: Path) -> None:
    root = as_folder(instagram_2024(), tmp_path / "export")
    items, _, _ = read(root / "your_instagram_activity/media/posts_2.json")
    assert texts(items) == ["A second part"]
    assert isinstance(items[0].photos()[0], Photo)
    old = as_folder(facebook_2019(), tmp_path / "old")
    assert texts(read(old / "posts/your_posts_1.json")[0]) == ["Schöne Grüße"]


def test_a_file_taken_out_of_its_export_is_known_by_its_name_or_by_format(tmp_path: Path) -> None:
    content = instagram_2022()["content/posts_1.json"]
    for name, form in (("posts_1.json", None), ("mine.json", "instagram")):
        (tmp_path / name).write_bytes(content)
        items, _, _ = read(tmp_path / name, form=form)
        assert texts(items) == ["Früher Sommer"]
        assert items[0].photos() == ("the archive holds no media/posts/202206/a.jpg",)


def test_a_file_of_an_object_is_known_by_its_first_key(tmp_path: Path) -> None:
    for files, name in ((instagram_2024, "stories.json"), (instagram_2018, "media.json")):
        content = next(data for path, data in files().items() if path.endswith(name))
        (tmp_path / name).write_bytes(content)
        assert read(tmp_path / name)[0]


def test_lines_of_json_are_not_taken_for_an_export_by_their_name(tmp_path: Path) -> None:
    line = '{"id": "p1", "author_id": "ana", "created_at": "2026-11-20T12:00:00Z", "text": "Hi", "photos": []}\n'
    for name in ("posts.json", "posts_1.json", "media.json", "your_posts_1.json"):
        (tmp_path / name).write_text(line)
        assert texts(read(tmp_path / name)[0]) == ["Hi"]


@pytest.mark.parametrize("uri", ["../secret.jpg", "media/../../secret.jpg", "/etc/hostname", "..\\secret.jpg"])
def test_no_medium_leads_out_of_the_export(make: Make, tmp_path: Path, uri: str) -> None:
    (tmp_path / "secret.jpg").write_bytes(drawn_shirt())
    (item,), _, _ = read(make({POSTS_2024: as_json([{"media": [instagram_media(uri, "x")]}])}))
    assert "leads out of the archive" in str(item.photos()[0]) or "holds no" in str(item.photos()[0])


def test_an_address_is_not_fetched(make: Make) -> None:
    (item,), _, _ = read(make({POSTS_2024: as_json([{"media": [instagram_media("https://cdn.example/a.jpg", "x")]}])}))
    assert item.photos() == ("the photo is an address, not a file in the archive",)


def test_links_are_followed_nowhere(tmp_path: Path) -> None:
    (tmp_path / "outside.jpg").write_bytes(drawn_shirt())
    files = {POSTS_2024: as_json([{"media": [instagram_media("media/posts/a.jpg", "x")]}])}
    folder = as_folder(files | {"media/posts/b.jpg": b""}, tmp_path / "export")
    (folder / "media/posts/a.jpg").symlink_to(tmp_path / "outside.jpg")
    zipped = as_zip(files, tmp_path / "a.zip")
    with zipfile.ZipFile(zipped, "a") as file:
        link = zipfile.ZipInfo("media/posts/a.jpg")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/hostname")
    for path in (folder, zipped):
        (item,), _, _ = read(path)
        assert "link" in str(item.photos()[0])


def test_a_bomb_is_refused_with_how_far_it_unpacks(tmp_path: Path) -> None:
    bomb = b"[" + b" " * 40_000_000 + b"]"
    items, (broken,), _ = read(as_zip(instagram_2024() | {POSTS_2024: bomb}, tmp_path / "a.zip"))
    assert "times its size (40,000,002 bytes)" in broken.reason
    assert texts(items)[0] == "A second part"


def test_a_tar_bomb_is_refused_with_how_far_it_unpacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LEAST_TAR_BOMB", 10_000_000)
    path = as_tar({"bomb.json": b" " * 20_000_000}, tmp_path / "a.tar.gz")
    with pytest.raises(InvalidInput, match=r"unpacks to [\d,]+ times its size"), open_source(str(path)):
        pass


def test_media_are_opened_one_post_at_a_time(tmp_path: Path) -> None:
    """Ninety files of a million bytes each are never held together, nor is anything unpacked to disk."""
    names = [f"media/posts/{n}.jpg" for n in range(90)]
    path = tmp_path / "big.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(POSTS_2024, as_json([{"media": [instagram_media(one, one, NOON)]} for one in names]))
        for name in names:
            file.writestr(name, b"\xff\xd8\xff" + bytes(1_000_000))
    before = set(tmp_path.rglob("*"))
    tracemalloc.start()
    try:
        with open_source(str(path)) as source:
            for one in source.items:
                assert isinstance(one, Item)
                assert isinstance(one.photos()[0], Photo)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000
    assert set(tmp_path.rglob("*")) == before


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
facebook_entries = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("data", "attachments", "title", "timestamp", "fbid", "tags"), json_values)
)


@given(
    st.dictionaries(st.sampled_from(["media", "title", "creation_timestamp", "uri", "path"]), json_values) | json_values
)
def test_any_entry_of_instagram_is_a_post_or_a_complaint(more: Any) -> None:
    entry = {"media": [instagram_media("a.jpg", "words")], **more} if isinstance(more, dict) else more
    read_entry = partial(instagram_post.draft_of, author=PersonId("me"))
    for kind in ("posts", "2018"):
        with suppress(AdtailorError):
            raw = json.dumps(entry).encode()
            (raw,) = instagram_post.joined([raw]) if kind == "2018" else (raw,)
            draft = read_entry(raw, Part(path="p", kind=kind), mended, LeftOut())
            assert draft.post.created_at.tzinfo is not None


@given(facebook_entries, st.sampled_from(["posts", "photos"]))
def test_any_entry_of_facebook_is_a_post_or_a_complaint(more: dict[str, Any], kind: str) -> None:
    entry = facebook_entry(NOON, "words", facebook_media("a.jpg")) | more
    with suppress(AdtailorError):
        draft = facebook_post.draft_of(
            json.dumps(entry).encode(), Part(path="p", kind=kind), mended, LeftOut(), author=PersonId("me")
        )
        assert draft is None or draft.post.created_at.tzinfo is not None
