"""What is on file about placements holds at once, and as it was known last while it cannot be read."""

import pytest

from adtailor.domain.audit import Author
from adtailor.domain.decision import DecisionRequest, Placement
from adtailor.domain.ids import PlacementId, RequestId, SiteId
from adtailor.domain.money import Micros
from adtailor.domain.selling import Site, SitePlacement
from adtailor.errors import StorageFailed
from adtailor.journeys.own_places import OwnPlaces
from adtailor.storage.memory import MemoryStore
from adtailor.testing.samples import NOON

TOP = SitePlacement(id=PlacementId("top"), site_id=SiteId("s1"), name="Top", floor=Micros(7))
REQUEST = DecisionRequest(
    request_id=RequestId("r1"),
    site_id=SiteId("s1"),
    placements=(Placement(id=PlacementId("top")), Placement(id=PlacementId("imp-1"), on_file=PlacementId("top"))),
)


def put(store, **changes):
    with store.catalogue.changing(Author(by="ana", at=NOON)) as change:
        change.put("sites", Site(id=SiteId("s1"), name="The feed"))
        change.put("placements", SitePlacement(**{**{f: getattr(TOP, f) for f in TOP.__slots__}, **changes}))


def test_what_is_changed_on_file_holds_for_the_next_request_whatever_the_ads_are_of():
    store = MemoryStore()
    places = OwnPlaces(store.catalogue)
    assert places.applied(REQUEST) == REQUEST
    put(store)
    assert [one.floor for one in places.applied(REQUEST).placements] == [7, 7]
    put(store, status="paused")
    assert [one.formats for one in places.applied(REQUEST).placements] == [frozenset()] * 2
    put(store)
    assert [one.formats for one in places.applied(REQUEST).placements] == [frozenset({"native"})] * 2


def test_what_cannot_be_read_is_as_it_was_known_last(monkeypatch):
    store = MemoryStore()
    put(store, status="paused")
    known, new = OwnPlaces(store.catalogue), OwnPlaces(store.catalogue)
    known.applied(REQUEST)

    def fails():
        raise StorageFailed("gone", hint="wait")

    monkeypatch.setattr(store.catalogue, "version", fails)
    assert [one.formats for one in known.applied(REQUEST).placements] == [frozenset()] * 2
    with pytest.raises(StorageFailed):
        new.applied(REQUEST)
