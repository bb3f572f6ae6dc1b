"""What the installed readers offer to be measured: their labels, found by asking, and from which chance each counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import Post
from adtailor.domain.reading import EMOTIONS
from adtailor.journeys.evaluate import FEELINGS, Judged
from adtailor.ports import LookReader, TextReader

_PLAIN = "We took the early train to the lake and had lunch in the sun."


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """A reader, and the labels of each part."""

    text: TextReader | None = None
    look: LookReader | None = None
    tones: tuple[str, ...] = ()

    def labels(self, part: Judged) -> Sequence[str]:
        """In the order of the models; empty where any label may come."""
        if part == "garments":
            return cast("Sequence[str]", getattr(self.look, "types", ()))
        return {"emotions": EMOTIONS, "sentiment": FEELINGS, "tone": self.tones}.get(part, (str(part),))

    def thresholds(self, part: Judged) -> Mapping[str, float]:
        """From which chance a label counts as told, as far as the reader says; .5 for the others."""
        if part == "stress":
            threshold = cast("float | None", getattr(self.text, "stress_threshold", None))
            return {} if threshold is None else {"stress": threshold}
        name = {"emotions": "emotion_thresholds", "tone": "tone_thresholds"}.get(part, "")
        return cast("Mapping[str, float]", getattr(self.text, name, {}) if name else {})


def offers_of(*, text: TextReader | None = None, look: LookReader | None = None) -> Offers:
    """Ask a reader once, with a plain post."""
    if text is None:
        return Offers(look=look)
    post = Post(
        id=PostId("plain"),
        author_id=PersonId("nobody"),
        created_at=datetime(2000, 1, 1, tzinfo=UTC),
        text=_PLAIN,
        language="en",
    )
    [reading] = text.read([post], [frozenset({"tone"})])
    return Offers(text=text, tones=tuple(reading.tone or ()))
