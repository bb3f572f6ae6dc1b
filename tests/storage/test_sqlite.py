"""The SQLite store behaves as every store does."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from adtailor.storage import SqliteStore
from adtailor.testing.catalogue_suite import CatalogueSourceSuite
from adtailor.testing.events_suite import EventStoreSuite
from adtailor.testing.people_suite import PeopleStoreSuite
from adtailor.testing.posts_suite import PostStoreSuite
from adtailor.testing.spent_suite import SpentStoreSuite
from adtailor.testing.trials_suite import TrialStoreSuite


@cache
def _migrated() -> Path:
    """A folder as a first opening leaves it: the steps of the schema run once, not once a test."""
    folder = Path(tempfile.mkdtemp(prefix="adtailor-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    SqliteStore(folder).close()
    return folder


def _store(folder: Path) -> SqliteStore:
    shutil.copytree(_migrated(), folder)
    return SqliteStore(folder)


class TestSqliteCatalogue(CatalogueSourceSuite):
    def make(self, folder: Path) -> SqliteStore:
        return _store(folder)


class TestSqlitePosts(PostStoreSuite):
    def make(self, folder: Path) -> SqliteStore:
        return _store(folder)


class TestSqlitePeople(PeopleStoreSuite):
    def make(self, folder: Path) -> SqliteStore:
        return _store(folder)


class TestSqliteSpent(SpentStoreSuite):
    def make(self, folder: Path) -> SqliteStore:
        return _store(folder)


class TestSqliteEvents(EventStoreSuite):
    def make(self, folder: Path) -> SqliteStore:
        return _store(folder)


class TestSqliteTrials(TrialStoreSuite):
    def make(self, folder: Path) -> SqliteStore:
        return _store(folder)
