"""What every `CatalogueSource` does."""
# ruff: noqa: S101 - a suite asserts

from dataclasses import replace

import pytest

from adtailor.domain.buying import Inventory
from adtailor.errors import StaleVersion
from adtailor.testing import samples
from adtailor.testing.stores import Store, StoreSuite


class CatalogueSourceSuite(StoreSuite):
    """Inherit it, and say in `make` what to test."""

    def test_an_empty_catalogue_has_version_0(self, store: Store) -> None:
        assert store.catalogue.version() == 0
        assert store.catalogue.inventory() == Inventory()

    def test_what_was_put_in_comes_back_whole_and_in_order(self, store: Store) -> None:
        given = samples.inventory(samples.campaign("b"), samples.campaign("a", lifetime=5))
        assert store.catalogue.replace(given) == 1
        assert store.catalogue.inventory() == replace(given, version=1)

    def test_the_version_grows_with_every_change(self, store: Store) -> None:
        versions = [store.catalogue.replace(samples.inventory()) for _ in range(3)]
        assert versions == [1, 2, 3]
        assert store.catalogue.version() == store.catalogue.inventory().version == 3

    def test_a_change_that_builds_on_an_old_version_changes_nothing(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign("a")), builds_on=0)
        with pytest.raises(StaleVersion, match="at version 1, not 0"):
            store.catalogue.replace(samples.inventory(samples.campaign("b")), builds_on=0)
        assert [campaign.id for campaign in store.catalogue.inventory().campaigns] == ["a"]
        assert store.catalogue.replace(samples.inventory(samples.campaign("b")), builds_on=1) == 2

    def test_a_replaced_catalogue_keeps_nothing_of_the_old(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign("old")))
        store.catalogue.replace(samples.inventory(samples.campaign("new")))
        assert [campaign.id for campaign in store.catalogue.inventory().campaigns] == ["new"]
