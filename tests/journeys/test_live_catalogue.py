"""A changed buying side serves from the next request on, whatever other threads do meanwhile."""

from datetime import UTC, datetime

from adtailor.config.policy import load_policy
from adtailor.decide.rank import PriorRanker
from adtailor.domain.buying import Inventory
from adtailor.journeys.live_catalogue import LiveCatalogue
from adtailor.storage import MemoryStore
from adtailor.testing.toy_ads import toy_inventory, toy_world
from adtailor.testing.toy_house import ADS

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Interrupted:
    """A catalogue source; once, right after telling its version, everybody else gets their turn."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.meanwhile: list[object] = []

    def version(self) -> int:
        version = self.store.catalogue.version()
        if self.meanwhile:
            self.meanwhile.pop()()  # type: ignore[operator]
        return version

    def inventory(self) -> Inventory:
        return self.store.catalogue.inventory()

    def replace(self, inventory: Inventory, *, builds_on: int | None = None) -> int:
        return self.store.catalogue.replace(inventory, builds_on=builds_on)


def test_a_change_that_one_thread_saw_is_not_undone_by_another_that_began_before() -> None:
    store = MemoryStore()
    source = Interrupted(store)
    source.replace(toy_inventory(ADS))
    ranker = toy_world(ADS).ranker
    live = LiveCatalogue(source, store.events, ranker=lambda: ranker, parents={}, policy=load_policy())
    assert len(live.current(NOON)) == len(ADS)

    def change() -> None:
        source.replace(toy_inventory(ADS[:1]))
        live.current(NOON)
        live.spent_changed()

    source.meanwhile.append(change)
    assert len(live.current(NOON)) == 1


def test_another_click_model_serves_from_the_next_request_on_with_a_catalogue_of_its_own() -> None:
    store = MemoryStore()
    store.catalogue.replace(toy_inventory(ADS))
    rankers = [PriorRanker({}, name="first@1"), PriorRanker({}, name="second@1")]
    live = LiveCatalogue(store.catalogue, store.events, ranker=lambda: rankers[0], parents={}, policy=load_policy())
    first = live.serving(NOON)
    assert live.serving(NOON) is first
    rankers.pop(0)
    second = live.serving(NOON)
    assert (first.ranker.name, first.catalogue.ranker) == ("first@1", "first@1")
    assert (second.ranker.name, second.catalogue.ranker) == ("second@1", "second@1")
