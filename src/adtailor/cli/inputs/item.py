"""What an input yields: posts, and what is wrong with those that are none, each with its place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from adtailor.domain.post import Photo, Post
from adtailor.errors import AdtailorError

Fetch = Callable[[], tuple[Photo | str, ...]]
"""Opens the photos of one post when they are needed: each photo, or why it is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One post and where it stands; its photos stay in the archive until `fetch` is called, if there is one."""

    post: Post
    file: str
    position: str
    """Within the file, as `line 3`."""
    fetch: Fetch | None = None

    @property
    def has_photos(self) -> bool:
        """Whether it shows anything."""
        return bool(self.post.photos) or self.fetch is not None

    def photos(self) -> tuple[Photo | str, ...]:
        """Each photo, or why it is not there."""
        return self.post.photos if self.fetch is None else self.fetch()


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Something that could not be read: where, why, and what would help."""

    file: str
    position: str | None
    reason: str
    hint: str | None = None

    @classmethod
    def of(cls, error: AdtailorError, *, file: str, position: str | None = None) -> "Broken":
        """The same from an error; its field belongs to the reason."""
        where = f"{error.field}: " if error.field else ""
        hint = error.hint.replace("see /docs", "see /docs of `adtailor serve`")
        return cls(file=file, position=position, reason=f"{where}{error.message}", hint=hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An opened input; `total` is None where it cannot be known beforehand."""

    file: str
    kind: str
    total: int | None
    items: Iterator[Item | Broken]
    notes: Callable[[], tuple[str, ...]] = tuple
    """What was left out or taken for granted on the way, a sentence each; asked when the items are read."""
