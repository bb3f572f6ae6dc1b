"""The SQLite store behaves as every store does."""

from pathlib import Path

from adtailor.storage import SqliteStore
from adtailor.testing.catalogue_suite import CatalogueSourceSuite
from adtailor.testing.events_suite import EventStoreSuite
from adtailor.testing.people_suite import PeopleStoreSuite
from adtailor.testing.posts_suite import PostStoreSuite


class TestSqliteCatalogue(CatalogueSourceSuite):
    def make(self, folder: Path) -> SqliteStore:
        return SqliteStore(folder)


class TestSqlitePosts(PostStoreSuite):
    def make(self, folder: Path) -> SqliteStore:
        return SqliteStore(folder)


class TestSqlitePeople(PeopleStoreSuite):
    def make(self, folder: Path) -> SqliteStore:
        return SqliteStore(folder)


class TestSqliteEvents(EventStoreSuite):
    def make(self, folder: Path) -> SqliteStore:
        return SqliteStore(folder)
