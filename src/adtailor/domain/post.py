"""A post, as a feed hands it over."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adtailor.domain.checks import aware_utc, checked_id
from adtailor.domain.ids import PersonId, PostId
from adtailor.errors import InvalidInput

LONGEST_TEXT = 100_000
MOST_PHOTOS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A picture to read: its bytes, or the file they are in."""

    data: bytes | None = None
    path: Path | None = None
    alt: str | None = None

    def __post_init__(self) -> None:
        if (self.data is None) == (self.path is None):
            raise InvalidInput("a photo needs either data or path", hint="give exactly one of them", field="photos")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What someone wrote and showed. Quotes and reposts are not their own words: see `is_own`."""

    id: PostId
    author_id: PersonId
    created_at: datetime
    text: str = ""
    language: str | None = None
    photos: tuple[Photo, ...] = ()
    place: str | None = None
    reply_to: PostId | None = None
    is_repost: bool = False

    def __post_init__(self) -> None:
        checked_id(self.id, "id")
        checked_id(self.author_id, "author_id")
        object.__setattr__(self, "created_at", aware_utc(self.created_at, "created_at"))
        if len(self.text) > LONGEST_TEXT:
            raise InvalidInput(
                f"the text has {len(self.text):,} characters", hint=f"at most {LONGEST_TEXT:,}", field="text"
            )
        if len(self.photos) > MOST_PHOTOS:
            raise InvalidInput(f"{len(self.photos)} photos", hint=f"at most {MOST_PHOTOS}", field="photos")

    @property
    def is_own(self) -> bool:
        """Whether these are the author's own words."""
        return not self.is_repost
