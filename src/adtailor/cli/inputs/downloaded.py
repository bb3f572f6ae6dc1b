"""Posts from "Download your information": Instagram's or Facebook's export, as JSON, in a folder or a zip."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath

from adtailor.cli.inputs import facebook_post, instagram_post
from adtailor.cli.inputs.archive import DEEPEST, Archive, open_archive
from adtailor.cli.inputs.exported import LeftOut, Loaded, Part, Reader, load, read_parts
from adtailor.cli.inputs.item import Source
from adtailor.cli.inputs.layouts import FACEBOOK, INSTAGRAM, Layout, named_after, owner_of
from adtailor.domain.ids import PersonId
from adtailor.errors import InvalidInput

UNKNOWN = PersonId("me")


@contextmanager
def open_instagram(path: Path, *, author: str | None = None, only: str | None = None) -> Generator[Source]:
    """The posts, stories and threads of an Instagram export; `only` names one file of it."""
    with open_archive(path) as archive:
        yield export_source(INSTAGRAM, archive, path, author=author, only=only)


@contextmanager
def open_facebook(path: Path, *, author: str | None = None, only: str | None = None) -> Generator[Source]:
    """The posts and albums of a Facebook export; `only` names one file of it."""
    with open_archive(path) as archive:
        yield export_source(FACEBOOK, archive, path, author=author, only=only)


def export_source(
    layout: Layout, archive: Archive, path: Path, *, author: str | None = None, only: str | None = None
) -> Source:
    """The entries of every part, in order; media are opened when their post is read."""
    names = list(archive.names())
    parts, tops = layout.find(names)
    if only is not None:
        known = layout.part_of(only) or layout.part_of(f"{layout.home}/{only}")
        parts = [Part(path=only, kind="posts" if known is None else known[1])]
    if not parts:
        raise no_posts(layout, names, path)
    left = LeftOut()
    person = owner_of(layout, archive, names) or author or named_after([path.name, *(top.rstrip("/") for top in tops)])
    if person is None:
        left.said.append(f"no file about the profile: the posts are filed under {UNKNOWN!r} (--author NAME)")
    loaded = [_loaded(layout, archive, part, file=str(path)) for part in parts]
    read = instagram_post.draft_of if layout is INSTAGRAM else facebook_post.draft_of
    reader: Reader = partial(read, author=PersonId(person or UNKNOWN))
    return Source(
        file=str(path),
        kind=f"{layout.site} export",
        total=sum(sum(1 for entry in one.entries if entry) for one in loaded),
        items=read_parts(loaded, reader, archive, tops, left, file=str(path)),
        notes=left.notes,
    )


def no_posts(layout: Layout, names: Sequence[str], path: Path) -> InvalidInput:
    """Why an export cannot be read: it was asked for as web pages, or these are not its posts."""
    if layout.is_html(names):
        return InvalidInput(
            f"{path} is an export of {layout.site} as web pages (HTML)",
            hint=f'ask {layout.site} for it again ("Download your information") with the format JSON',
            field="PATH",
        )
    return InvalidInput(
        f"{path} holds no posts of {layout.site}: looked for {layout.looked_for}",
        hint='download as JSON with "Posts"; an export in several zips is unpacked into one folder first',
        field="PATH",
    )


def lone_file(layout: Layout, path: Path) -> tuple[Path, str] | None:
    """The top of the export that a file of posts lies in, and its path from there; None for another kind of file."""
    parts = path.absolute().parts
    for depth in range(min(len(parts) - 1, DEEPEST), 0, -1):
        inside = str(PurePosixPath(*parts[-depth:]))
        told = layout.part_of(inside)
        if told is not None and not told[2]:
            return Path(*parts[:-depth]), inside
    return None


def _loaded(layout: Layout, archive: Archive, part: Part, *, file: str) -> Loaded:
    if layout is FACEBOOK:
        return load(archive, part, facebook_post.PHOTO_KEYS if part.kind == "photos" else facebook_post.KEYS, file=file)
    if part.kind != "2018":
        return load(archive, part, instagram_post.KEYS, file=file)
    one = load(archive, part, instagram_post.KEYS_2018, file=file)
    return Loaded(part=part, entries=instagram_post.joined(one.entries), broken=one.broken)
