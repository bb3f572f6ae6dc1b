"""The memory store behaves as every store does."""

from pathlib import Path

from adtailor.storage import MemoryStore
from adtailor.testing.catalogue_suite import CatalogueSourceSuite
from adtailor.testing.events_suite import EventStoreSuite
from adtailor.testing.people_suite import PeopleStoreSuite
from adtailor.testing.posts_suite import PostStoreSuite
from adtailor.testing.spent_suite import SpentStoreSuite
from adtailor.testing.trials_suite import TrialStoreSuite


class TestMemoryCatalogue(CatalogueSourceSuite):
    def make(self, folder: Path) -> MemoryStore:
        return MemoryStore()


class TestMemoryPosts(PostStoreSuite):
    def make(self, folder: Path) -> MemoryStore:
        return MemoryStore()


class TestMemoryPeople(PeopleStoreSuite):
    def make(self, folder: Path) -> MemoryStore:
        return MemoryStore()


class TestMemorySpent(SpentStoreSuite):
    def make(self, folder: Path) -> MemoryStore:
        return MemoryStore()


class TestMemoryEvents(EventStoreSuite):
    def make(self, folder: Path) -> MemoryStore:
        return MemoryStore()


class TestMemoryTrials(TrialStoreSuite):
    def make(self, folder: Path) -> MemoryStore:
        return MemoryStore()
