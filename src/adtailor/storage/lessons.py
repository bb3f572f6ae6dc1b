"""What both stores refuse when a reading and what was learned from it are kept as one change."""

from adtailor.domain.post import Post
from adtailor.domain.profile import Profile
from adtailor.domain.wellbeing import WellbeingMemory
from adtailor.errors import InvalidInput, UnknownId


def of_its_author(learned: Profile | WellbeingMemory, post: Post) -> None:
    """Raises InvalidInput for somebody else's profile or memory."""
    if learned.person_id != post.author_id:
        raise InvalidInput(
            "what was learned is of someone else than the post's author",
            hint="hand over the author's profile and memory",
            field="person_id",
        )


def no_reading() -> UnknownId:
    """A post that is not here, was forgotten, or waits to be read."""
    return UnknownId("there is no reading of that post", hint="it may wait to be read", field="post_id")
