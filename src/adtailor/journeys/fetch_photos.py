"""Pictures that a site names by their address: fetched before the post is taken, if its author's look may be read."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime

from adtailor.domain.ids import PersonId
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.errors import AdtailorError
from adtailor.journeys.read_posts import usable_consents
from adtailor.ports import PeopleStore

AT_ONCE = 8
SECONDS = 10.0
"""For all pictures of one call: whoever sends them waits, and nobody else."""


class FetchPhotos:
    """Fetches by `fetch`, several at once, in bounded time."""

    def __init__(
        self,
        *,
        people: PeopleStore,
        policy: WellbeingPolicy,
        fetch: Callable[[str], bytes],
        check: Callable[[str], object] = lambda _: None,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._people = people
        self._policy = policy
        self._fetch = fetch
        self._check = check
        self._seconds = seconds
        self._clock = clock
        self._pool: ThreadPoolExecutor | None = None

    def check(self, url: str) -> None:
        """Raises InvalidInput for an address that is never fetched, whatever is there."""
        self._check(url)

    def fetched(self, wanted: Sequence[tuple[PersonId, str]]) -> list[bytes | str | None]:
        """For each author and address the picture, or why there is none; None where nobody may look at it anyway."""
        ends_at = self._clock() + self._seconds
        may = {author: usable_consents(self._people.person(author), self._policy).look for author, _ in wanted}
        if self._pool is None:
            self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetching")
        asked = [self._pool.submit(self._fetch, url) if may[author] else None for author, url in wanted]
        return [None if one is None else self._told(one, ends_at) for one in asked]

    def _told(self, asked: Future[bytes], ends_at: float) -> bytes | str:
        try:
            return asked.result(timeout=max(0.0, ends_at - self._clock()))
        except NotInTime:
            asked.cancel()
            return "the picture is not fetched: it took too long"
        except AdtailorError as error:
            return error.message
