"""Posts from a Mastodon archive: `outbox.json` and the media beside it."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from adtailor.cli.inputs.activity import Attached, Outbox, post_of_activity
from adtailor.cli.inputs.archive import Archive, open_archive
from adtailor.cli.inputs.item import Broken, Fetch, Item, Source
from adtailor.domain.post import Photo
from adtailor.errors import AdtailorError, InvalidInput
from adtailor.service.wire import decode

OUTBOX = "outbox.json"
MOST_OUTBOX = 512 * 2**20
MOST_PHOTO = 30_000_000


@contextmanager
def open_mastodon(path: Path) -> Generator[Source]:
    """The posts of an archive: a folder, a .zip or a .tar.gz with `outbox.json` in it."""
    with open_archive(path) as archive:
        yield mastodon_source(archive, path)


def mastodon_source(archive: Archive, path: Path) -> Source:
    """The posts of an archive that is open."""
    found = archive.find(OUTBOX)
    if found is None:
        raise InvalidInput(
            f"{path} holds no {OUTBOX}",
            hint="an archive as Mastodon exports it (Preferences, Import and export, Request your archive)",
            field="PATH",
        )
    activities = [bytes(raw) for raw in _outbox(archive, found, path).ordered_items]
    return Source(
        file=str(path),
        kind="Mastodon archive",
        total=len(activities),
        items=read_activities(activities, archive, file=str(path), root=PurePosixPath(found).parent),
    )


def read_activities(
    activities: list[bytes], archive: Archive, *, file: str, root: PurePosixPath
) -> Iterator[Item | Broken]:
    """One item per activity, as they stand in the outbox."""
    for number, raw in enumerate(activities, start=1):
        position = f"item {number}"
        try:
            post, attached = post_of_activity(raw)
            fetch = _fetch(archive, root, attached) if attached else None
            yield Item(post=post, file=file, position=position, fetch=fetch)
        except AdtailorError as error:
            yield Broken.of(error, file=file, position=position)


def _outbox(archive: Archive, found: str, path: Path) -> Outbox:
    try:
        raw = archive.read(found, most=MOST_OUTBOX)
        if not raw.strip():
            raise InvalidInput("it is empty (0 bytes)", hint="export it again")
        return decode(raw, Outbox)
    except AdtailorError as error:
        where = f"{error.field}: " if error.field else ""
        raise InvalidInput(
            f"{OUTBOX} of {path}: {where}{error.message}",
            hint="export the archive again; orderedItems should list the posts",
            field="PATH",
        ) from None


def _fetch(archive: Archive, root: PurePosixPath, attached: tuple[Attached, ...]) -> Fetch:
    def photo(one: Attached) -> Photo | str:
        try:
            return Photo(data=archive.read(str(root / one.path), most=MOST_PHOTO), alt=one.alt)
        except AdtailorError as error:
            return error.message

    return lambda: tuple(photo(one) for one in attached)
