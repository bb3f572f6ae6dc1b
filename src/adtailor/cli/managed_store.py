"""The store, opened at a prompt by somebody, without a model and without a server."""

import getpass
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adtailor import assemble
from adtailor.config.settings import data_folder
from adtailor.domain.audit import Author
from adtailor.journeys.manage import Manage
from adtailor.journeys.review import Reviews
from adtailor.storage import SqliteStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a verb works with."""

    store: SqliteStore
    manage: Manage
    reviews: Reviews
    author: Author

    @property
    def now(self) -> datetime:
        """When it was opened."""
        return self.author.at


@contextmanager
def opened(data: Path | None, *, by: str | None = None) -> Generator[Opened]:
    """Whoever sits at the prompt is the owner; `by` is what the audit log calls them, else the account's name."""
    folder = data_folder(data)
    author = Author(by=by or getpass.getuser(), at=assemble.SystemClock().now())
    with SqliteStore(folder) as store:
        manage = Manage(store.catalogue)
        reviews = Reviews(store.catalogue, manage, media=assemble.media_folder(folder))
        yield Opened(store=store, manage=manage, reviews=reviews, author=author)
