from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.cli.inputs import Broken, Item, open_source
from adtailor.cli.inputs.photos import photo_id
from adtailor.domain.checks import checked_id
from adtailor.errors import InvalidInput
from adtailor.testing.exports import drawn_shirt


def found(path: Path) -> list[Item | Broken]:
    with open_source(str(path)) as source:
        return list(source.items)


def test_each_photo_of_a_folder_is_a_post_named_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "2026" / "may").mkdir(parents=True)
    (tmp_path / "2026" / "may" / "coat.JPG").write_bytes(drawn_shirt())
    (tmp_path / "blue.webp").write_bytes(drawn_shirt(kind="WEBP"))
    (tmp_path / "notes.txt").write_text("no photo")
    (tmp_path / ".hidden.jpg").write_bytes(drawn_shirt())
    posts = [one.post for one in found(tmp_path) if isinstance(one, Item)]
    assert [post.id for post in posts] == ["2026:may:coat.JPG", "blue.webp"]
    assert all(len(post.photos) == 1 and not post.text for post in posts)


def test_links_are_not_followed(tmp_path: Path) -> None:
    album = tmp_path / "album"
    album.mkdir()
    (album / "a.png").write_bytes(drawn_shirt(kind="PNG"))
    (tmp_path / "outside.jpg").write_bytes(drawn_shirt())
    (album / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    (album / "up").symlink_to(tmp_path)
    assert [one.post.id for one in found(album) if isinstance(one, Item)] == ["a.png"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_one_photo_is_known_by_its_bytes(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "without-suffix"
    path.write_bytes(drawn_shirt(kind=kind))
    (item,) = found(path)
    assert isinstance(item, Item)
    assert item.post.photos[0].path == path


def test_a_folder_without_photos_says_what_would_do(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no outbox"):
        found(tmp_path)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3).map("/".join))
def test_every_path_has_an_id_that_fits(relative: str) -> None:
    assert checked_id(photo_id(relative), "id")


@given(st.sampled_from(["a b.jpg", "a-b.jpg", "a_b.jpg", "a/b.jpg", "a:b.jpg", "ä/b.jpg"]), st.data())
def test_two_paths_never_share_an_id(path: str, data: st.DataObject) -> None:
    other = data.draw(st.sampled_from(["a b.jpg", "a-b.jpg", "a_b.jpg", "a/b.jpg", "a:b.jpg", "ä/b.jpg"]))
    assert (photo_id(path) == photo_id(other)) == (path == other)
