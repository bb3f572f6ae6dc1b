import json
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.cli.inputs import Broken, Item, archive, open_source
from adtailor.cli.inputs.activity import post_of_activity
from adtailor.domain.post import Photo
from adtailor.errors import AdtailorError, InvalidInput
from adtailor.testing import exports
from adtailor.testing.exports import SHIRT, as_folder, as_tar, as_zip, boost, export_files, note, outbox, picture

MAKERS: dict[str, Callable[[dict[str, bytes], Path], Path]] = {
    "folder": lambda files, where: as_folder(files, where / "export"),
    "zip": lambda files, where: as_zip(files, where / "export.zip"),
    "tar.gz": lambda files, where: as_tar(files, where / "export.tar.gz"),
    "tar": lambda files, where: as_tar(files, where / "export.tar", "w"),
}


@pytest.fixture(params=MAKERS)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[dict[str, bytes]], Path]:
    return lambda files: MAKERS[request.param](files, tmp_path)


def read(path: Path) -> list[Item | Broken]:
    """All items, their photos fetched while the archive is open."""
    with open_source(str(path)) as source:
        return [with_fetched(one) if isinstance(one, Item) else one for one in source.items]


def with_fetched(item: Item) -> Item:
    photos = item.photos()
    return replace(item, fetch=lambda: photos)


def one_post(activity: dict[str, Any]) -> Any:
    return post_of_activity(json.dumps(activity).encode())[0]


def test_every_form_of_archive_reads_alike(make: Callable[[dict[str, bytes]], Path]) -> None:
    found = read(make(export_files()))
    assert [type(one) for one in found] == [Item, Item, Item, Item, Broken, Item, Broken]
    posts = {one.post.id: one for one in found if isinstance(one, Item)}
    assert list(posts) == ["1", "2", "3", "4", "6"]
    assert posts["1"].post.author_id == "ana"
    assert posts["1"].post.language == "en"
    assert posts["2"].post.text.endswith("#ootd")
    (shirt,) = posts["2"].photos()
    assert isinstance(shirt, Photo)
    assert shirt.alt == "a navy shirt on a chair"
    assert (shirt.data or b"").startswith(b"\xff\xd8\xff")
    assert posts["6"].photos() == ("the archive holds no media_attachments/files/109/404.jpg",)


def test_broken_items_are_named_by_their_place_and_reason(make: Callable[[dict[str, bytes]], Path]) -> None:
    broken = [one for one in read(make(export_files())) if isinstance(one, Broken)]
    assert [one.position for one in broken] == ["item 5", "item 7"]
    assert broken[0].reason.startswith("object.published: ")
    assert broken[1].reason.startswith("object: ")


def test_a_boost_is_a_repost_without_words() -> None:
    post = one_post(boost(3))
    assert (post.id, post.is_repost, post.text, post.is_own) == ("3", True, "", False)


def test_a_content_warning_is_read_with_the_post() -> None:
    assert one_post(note(4, "<p>So tired.</p>", summary="work")).text == "work\n\nSo tired."


def test_the_answers_of_a_poll_are_words_too() -> None:
    post = one_post(note(5, "<p>Boots?</p>", type="Question", oneOf=[{"name": "brown"}, {"name": "black"}]))
    assert post.text == "Boots?\n\n- brown\n- black"


def test_a_reply_names_what_it_answers() -> None:
    post = one_post(note(6, "<p>Yes</p>", inReplyTo="https://harbour.example/users/ben/statuses/5"))
    assert post.reply_to == "5"


def test_the_language_is_that_of_the_content() -> None:
    post = one_post(note(7, "<p>Moin</p>", contentMap={"en": "<p>Hi</p>", "de": "<p>Moin</p>"}))
    assert post.language == "de"
    assert one_post(note(8, "<p>Moin</p>", contentMap={"und": "<p>Moin</p>"})).language is None


@pytest.mark.parametrize("kind", ["image/gif", "video/mp4", "audio/ogg", None])
def test_what_is_no_photo_is_no_photo(kind: str | None) -> None:
    raw = json.dumps(note(9, "x", attachment=[picture() | {"mediaType": kind}])).encode()
    assert post_of_activity(raw)[1] == ()


@pytest.mark.parametrize(
    "url",
    [f"/{SHIRT}", SHIRT, f"/bucket/{SHIRT}", f"https://files.example/bucket/{SHIRT}?w=1"],
)
def test_a_photo_is_found_however_its_address_is_written(url: str) -> None:
    raw = json.dumps(note(9, "x", attachment=[picture() | {"url": url}])).encode()
    (attached,) = post_of_activity(raw)[1]
    assert attached.path == SHIRT


def _stolen(make: Callable[[dict[str, bytes]], Path], url: str, **more: bytes) -> Photo | str:
    files = {"outbox.json": outbox([note(1, "x", attachment=[picture() | {"url": url}])]), **more}
    (item,) = read(make(files))
    assert isinstance(item, Item)
    (photo,) = item.photos()
    return photo


@pytest.mark.parametrize("url", ["../secret.jpg", "media/../../secret.jpg", "..\\secret.jpg", "%2e%2e/secret.jpg"])
def test_no_path_leads_out_of_the_archive(make: Callable[[dict[str, bytes]], Path], url: str, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(exports.drawn_shirt())
    assert "leads out of the archive" in str(_stolen(make, url))


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.jpg").write_bytes(exports.drawn_shirt())
    folder = as_folder(
        {"outbox.json": outbox([note(1, "x", attachment=[picture("media/a.jpg")])])}, tmp_path / "export"
    )
    (folder / "media").symlink_to(tmp_path / "outside")
    (item,) = read(folder)
    assert isinstance(item, Item)
    assert item.photos() == ("media/a.jpg is a link or no file",)


def test_a_link_in_a_tar_or_zip_is_not_followed(tmp_path: Path) -> None:
    box = outbox([note(1, "x", attachment=[picture("a.jpg")])])
    packed = as_tar({"outbox.json": box}, tmp_path / "a.tar", "w")
    with tarfile.open(packed, "a") as tar:
        link = tarfile.TarInfo("a.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        tar.addfile(link)
    zipped = as_zip({"outbox.json": box}, tmp_path / "a.zip")
    with zipfile.ZipFile(zipped, "a") as archive_file:
        info = zipfile.ZipInfo("a.jpg")
        info.external_attr = 0o120777 << 16
        archive_file.writestr(info, "/etc/hostname")
    for path, said in ((packed, "holds no"), (zipped, "is a link")):
        (item,) = read(path)
        assert isinstance(item, Item)
        assert said in str(item.photos()[0])


def test_a_bomb_of_zeros_is_left_alone(make: Callable[[dict[str, bytes]], Path]) -> None:
    assert "more than" in str(_stolen(make, "/bomb.jpg", **{"bomb.jpg": b"\0" * 30_000_001}))


def test_a_tar_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED", 10_000)
    path = as_tar({"outbox.json": outbox([]), "a.mp4": b"\0" * 20_000}, tmp_path / "a.tar.gz")
    with pytest.raises(InvalidInput, match="unpacks to more"), open_source(str(path)):
        pass


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.zip", b"PK\x03\x04" + b"\0" * 40),
        ("a.tar.gz", b"\x1f\x8b\x08" + b"\0" * 40),
        ("cut.tar.gz", None),
        ("cut.zip", None),
        ("other.zip", None),
        ("empty.zip", None),
        ("nonsense.zip", None),
    ],
)
def test_an_unreadable_archive_is_refused_with_a_hint(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    match name:
        case "cut.tar.gz" | "cut.zip":
            whole = (as_tar if "tar" in name else as_zip)(export_files(), path).read_bytes()
            path.write_bytes(whole[: len(whole) // 2])
        case "other.zip":
            as_zip({"letter.txt": b"hello"}, path)
        case "empty.zip":
            as_zip({"outbox.json": b""}, path)
        case "nonsense.zip":
            as_zip({"outbox.json": b'{"orderedItems": 7}'}, path)
        case _:
            path.write_bytes(content or b"")
    with pytest.raises(InvalidInput) as caught, open_source(str(path)):
        pass
    assert caught.value.hint
    assert caught.value.field == "PATH"


def test_an_archive_packed_with_its_folder_is_read_too(tmp_path: Path) -> None:
    files = {f"archive-2026/{name}": data for name, data in export_files().items()}
    posts = {one.post.id: one for one in read(as_zip(files, tmp_path / "a.zip")) if isinstance(one, Item)}
    assert isinstance(posts["2"].photos()[0], Photo)


def test_a_tar_leaves_nothing_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(archive.tempfile, "tempdir", str(temporary))
    with open_source(str(as_tar(export_files(), tmp_path / "a.tar.gz"))) as source:
        assert list(temporary.iterdir()) == []
        assert next(source.items)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
OBJECT_FIELDS = list(note(1, "x")["object"])


@given(
    st.dictionaries(st.sampled_from(["type", "actor", "published", "object", "id"]), json_values, max_size=2),
    st.dictionaries(st.sampled_from(OBJECT_FIELDS), json_values, max_size=3),
)
def test_any_activity_is_a_post_or_a_complaint(outer: dict[str, Any], inner: dict[str, Any]) -> None:
    activity = note(1, "<p>words</p>")
    activity["object"] |= inner
    activity |= outer
    with suppress(AdtailorError):
        post, _ = post_of_activity(json.dumps(activity).encode())
        assert post.created_at.tzinfo is not None


@given(st.binary(max_size=200))
def test_bytes_that_are_no_activity_are_a_complaint(data: bytes) -> None:
    with pytest.raises(AdtailorError):
        post_of_activity(data)
