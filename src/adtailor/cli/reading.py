"""Items in, readings out, a batch at a time; models are loaded when the first post needs them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Literal

from adtailor.cli.inputs import Broken, Item
from adtailor.domain.post import Photo
from adtailor.domain.reading import PARTS, Part, PartFailed, PhotoLook, Reading
from adtailor.ports import LookReader, TextReader

Only = Literal["text", "photos"]
ALL_PARTS = frozenset(PARTS)
"""One's own archive: nobody else is there to be asked."""
WORDS: tuple[Part, ...] = tuple(part for part in PARTS if part != "look")
"""What is read in words: where there are none, all of these abstain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One post, and what the models saw in it."""

    item: Item
    reading: Reading


class Readers:
    """The two readers, each loaded at its first use."""

    def __init__(self, *, text: Callable[[], TextReader], look: Callable[[], LookReader]) -> None:
        self._load_text = text
        self._load_look = look

    @cached_property
    def text(self) -> TextReader:
        """Reads words."""
        return self._load_text()

    @cached_property
    def look(self) -> LookReader:
        """Reads clothes."""
        return self._load_look()

    def read(self, items: Sequence[Item], only: Only | None = None) -> list[Outcome]:
        """One outcome per item, in order. A post without words is not put to the text models."""
        worded = [item for item in items if item.post.text.strip()] if only != "photos" else []
        read = self.text.read([item.post for item in worded], [ALL_PARTS] * len(worded)) if worded else []
        words = {item.post.id: reading for item, reading in zip(worded, read, strict=True)}
        outcomes: list[Outcome] = []
        for item in items:
            wordless = Reading(post_id=item.post.id, abstained=WORDS if only != "photos" else ())
            reading = words.get(item.post.id, wordless)
            if item.has_photos and only != "text":
                reading = self._with_photos(reading, item)
            outcomes.append(Outcome(item=item, reading=reading))
        return outcomes

    def _with_photos(self, reading: Reading, item: Item) -> Reading:
        """The reading with the clothes in the photos that are there, and the reasons for those that are not."""
        from adtailor.journeys.read_posts import with_photos

        photos = item.photos()
        there = [(place, photo) for place, photo in enumerate(photos) if isinstance(photo, Photo)]
        places = [place for place, _ in there]
        lost = tuple(
            PartFailed(part="look", reason=photo, photo=place)
            for place, photo in enumerate(photos)
            if isinstance(photo, str)
        )
        before = len(reading.errors)
        seen = with_photos(reading, replace(item.post, photos=tuple(photo for _, photo in there)), self.look)
        failed = tuple(
            replace(error, photo=places[error.photo]) if error.photo is not None else error
            for error in seen.errors[before:]
        )
        look: tuple[PhotoLook, ...] = tuple(replace(one, photo=places[one.photo]) for one in seen.look or ())
        return replace(seen, look=look, errors=(*reading.errors, *lost, *failed))


def sift(
    found: Iterable[Item | Broken], *, there: set[str], report: Callable[[Broken], None], known: Callable[[], None]
) -> Iterator[Item]:
    """The items to read: without broken ones, ids that stood before (both reported) and ids `there` already (told)."""
    first: dict[str, str] = {}
    for one in found:
        if isinstance(one, Broken):
            report(one)
        elif (before := first.get(one.post.id)) is not None:
            reason = f"the id {one.post.id!r} was there before ({before}): this one is left out"
            report(Broken(file=one.file, position=one.position, reason=reason, hint="give each post its own id"))
        else:
            first[one.post.id] = f"{one.file}, {one.position}"
            if one.post.id in there:
                known()
            else:
                yield one


def batches(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    """Items in lists of at most `size`."""
    while batch := list(islice(items, size)):
        yield batch
