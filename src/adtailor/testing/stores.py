"""What a suite is handed: the storage ports, over one store."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pytest

from adtailor.ports import (
    AuditLog,
    CatalogueStore,
    EventStore,
    ExhibitStore,
    HelplineChecks,
    LedgerStore,
    PeopleStore,
    PostStore,
    ReachStore,
    ReadingCosts,
    SpentStore,
    TrialStore,
)


class Store(Protocol):
    """Ports that share their contents."""

    @property
    def catalogue(self) -> CatalogueStore:
        """The buying and the selling side."""
        ...

    @property
    def audit(self) -> AuditLog:
        """Who changed what."""
        ...

    @property
    def posts(self) -> PostStore:
        """Posts and readings."""
        ...

    @property
    def people(self) -> PeopleStore:
        """People."""
        ...

    @property
    def events(self) -> EventStore:
        """Decisions, events and money."""
        ...

    @property
    def ledger(self) -> LedgerStore:
        """What the events came to."""
        ...

    @property
    def exhibits(self) -> ExhibitStore:
        """Ads as they were shown."""
        ...

    @property
    def reach(self) -> ReachStore:
        """How many people profile targetings reach."""
        ...

    @property
    def reading_costs(self) -> ReadingCosts:
        """How long models took."""
        ...

    @property
    def helpline_checks(self) -> HelplineChecks:
        """Who checked which helpline."""
        ...

    @property
    def trials(self) -> TrialStore:
        """Trials, and the looks at them."""
        ...

    @property
    def spent(self) -> SpentStore:
        """What can be used once."""
        ...

    def purge(self, now: datetime) -> Mapping[str, int]:
        """Delete what has had its time."""
        ...

    def close(self) -> None:
        """Let go of files."""
        ...


class StoreSuite(ABC):
    """Makes a store for each test."""

    @abstractmethod
    def make(self, folder: Path) -> Store:
        """An empty store; `folder` is an empty folder for it."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Generator[Store]:
        """The store under test."""
        store = self.make(tmp_path / "data")
        yield store
        store.close()
