"""What every `SpentStore` does."""
# ruff: noqa: S101 - a suite asserts

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from adtailor.testing.samples import NOON
from adtailor.testing.stores import Store, StoreSuite

LATER = NOON + timedelta(hours=1)


class SpentStoreSuite(StoreSuite):
    """Inherit it, and say in `make` what to test."""

    def test_what_can_be_used_once_is_used_once(self, store: Store) -> None:
        assert not store.spent.is_spent(b"a link")
        assert store.spent.spend(b"a link", until=LATER)
        assert store.spent.is_spent(b"a link")
        assert not store.spent.spend(b"a link", until=LATER)
        assert store.spent.spend(b"another", until=LATER)

    def test_of_many_at_once_one_wins(self, store: Store) -> None:
        with ThreadPoolExecutor(8) as pool:
            tries = [pool.submit(store.spent.spend, b"a link", until=LATER) for _ in range(16)]
            won = [one.result() for one in tries]
        assert won.count(True) == 1

    def test_it_is_forgotten_once_it_has_expired_and_not_before(self, store: Store) -> None:
        store.spent.spend(b"a link", until=LATER)
        store.purge(LATER - timedelta(microseconds=1))
        assert store.spent.is_spent(b"a link")
        store.purge(LATER)
        assert not store.spent.is_spent(b"a link")
