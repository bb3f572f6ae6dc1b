"""What every `CatalogueSource` does."""
# ruff: noqa: S101 - a suite asserts

from dataclasses import replace

import pytest

from adtailor.domain.audit import Author
from adtailor.domain.buying import Campaign, Inventory
from adtailor.domain.ids import CampaignId, CreativeId, PlacementId, SiteId
from adtailor.domain.money import Micros
from adtailor.domain.review import Review
from adtailor.domain.selling import Site, SitePlacement
from adtailor.errors import StaleVersion, UnknownId
from adtailor.testing import samples
from adtailor.testing.stores import Store, StoreSuite

ANA = Author(by="ana", at=samples.NOON)


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

    def test_one_item_changes_alone_and_keeps_its_place(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign("a"), samples.campaign("b")))
        before = store.catalogue.inventory()
        with store.catalogue.changing(ANA) as change:
            kept = change.item("campaigns", "a")
            assert kept is not None
            assert isinstance(kept.item, Campaign)
            changed = replace(kept.item, name="Renamed", daily_budget=Micros(9))
            assert change.put("campaigns", changed).version == 2
            assert change.put("ads", before.ads[1]).version == 1, "what is the same is no change"
        assert store.catalogue.inventory() == replace(before, campaigns=(changed, before.campaigns[1]), version=2)
        assert [one.item.id for one in store.catalogue.items("campaigns")] == ["a", "b"]
        again = store.catalogue.item("campaigns", "a")
        assert again is not None
        assert (again.version, again.organization_id) == (2, "acme")

    def test_what_is_added_stands_last_and_what_is_taken_out_is_gone(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign("b")))
        assert [one.id for one in store.catalogue.inventory().campaigns] == ["b"]
        with store.catalogue.changing(ANA) as change:
            change.put("campaigns", samples.campaign("a"))
        assert [one.id for one in store.catalogue.inventory().campaigns] == ["b", "a"]
        with store.catalogue.changing(ANA) as change:
            assert change.is_used("campaigns", "b")
            assert not change.is_used("campaigns", "a")
            assert change.is_used("creatives", "boots-1")
            change.remove("campaigns", "a")
            with pytest.raises(UnknownId):
                change.remove("campaigns", "a")
        assert [one.id for one in store.catalogue.inventory().campaigns] == ["b"]
        assert store.catalogue.version() == 3

    def test_a_change_that_fails_changes_nothing(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign("a")))
        before = store.catalogue.inventory()

        def fails() -> None:
            with store.catalogue.changing(ANA) as change:
                change.put("campaigns", samples.campaign("b"))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fails()
        with store.catalogue.changing(ANA):
            pass
        assert store.catalogue.inventory() == before
        assert store.audit.entries() == []

    def test_lists_are_cut_by_organization_parent_and_status_and_go_on_behind_a_place(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(*(samples.campaign(name) for name in "abcd")))
        with store.catalogue.changing(ANA) as change:
            change.put("campaigns", replace(samples.campaign("c"), status="paused"))

        def ids(**asked: object) -> list[str]:
            return [one.item.id for one in store.catalogue.items("campaigns", **asked)]  # type: ignore[arg-type]

        assert ids(organization="acme", limit=3) == ["a", "b", "c"]
        assert ids(organization="others") == ids(parent="nobody") == []
        assert ids(status="paused") == ["c"]
        assert ids(after=store.catalogue.items("campaigns")[1].place) == ["c", "d"]
        (ad,) = store.catalogue.items("ads", parent="b-set")
        assert ad.item.id == "b-ad"

    def test_budgets_follow_a_changed_campaign_and_what_was_spent_stays(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=1_000)))
        assert store.events.take(samples.event(1, price=300)).charged == 300
        with store.catalogue.changing(ANA) as change:
            assert change.spent(CampaignId("autumn")) == 300
            change.put("campaigns", samples.campaign(daily=400))
        assert store.events.take(samples.event(2, price=300)).over_delivered
        assert store.events.take(samples.event(3, price=100)).charged == 100
        assert store.events.spent(samples.NOON) == {"autumn": (400, 400)}

    def test_the_selling_side_outlives_a_replaced_buying_side(self, store: Store) -> None:
        site = Site(id=SiteId("feed"), name="The feed")
        top = SitePlacement(id=PlacementId("top"), site_id=site.id, name="Top", floor=Micros(5))
        with store.catalogue.changing(ANA) as change:
            change.put("sites", site)
            change.put("placements", top)
        store.catalogue.replace(samples.inventory())
        (kept,) = store.catalogue.items("placements", parent="feed")
        assert (kept.item, kept.organization_id) == (top, None)

    def test_every_change_is_in_the_audit_log_with_what_differs(self, store: Store) -> None:
        first = samples.inventory(samples.campaign("a"))
        store.catalogue.replace(first, author=ANA)
        assert {entry.action for entry in store.audit.entries()} == {"created"}
        with store.catalogue.changing(ANA) as change:
            change.put("campaigns", replace(first.campaigns[0], status="paused"))
        newest, *_ = store.audit.entries(kind="campaigns", item_id="a")
        assert (newest.by, newest.at, newest.action) == ("ana", samples.NOON, "changed")
        assert (newest.before, newest.after) == ({"status": "active"}, {"status": "paused"})
        store.catalogue.replace(Inventory(), author=ANA)
        assert {entry.action for entry in store.audit.entries(before=None, limit=6)} == {"removed"}
        assert store.audit.entries(before=newest.number, kind="campaigns", limit=9)[-1].action == "created"

    def test_a_review_is_kept_and_told_of(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory())
        review = Review(creative_id=CreativeId("boots-1"), verdict="rejected", by="ana", at=samples.NOON, note="Why?")
        with store.catalogue.changing(ANA) as change:
            change.review(review)
        assert store.catalogue.review_of(review.creative_id) == review
        (entry,) = store.audit.entries()
        assert (entry.action, entry.kind, entry.after) == ("rejected", "creatives", {"note": "Why?"})
