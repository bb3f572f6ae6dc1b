"""Rows are read as they are stored, what stops is told at once, and two states of one version are told apart."""

from dataclasses import replace

import pytest

from adtailor.domain.audit import Author
from adtailor.errors import StorageFailed
from adtailor.storage import SqliteStore, catalogue_rows
from adtailor.testing import samples

ANA = Author(by="ana", at=samples.NOON)


@pytest.fixture
def store(tmp_path):
    with SqliteStore(tmp_path) as made:
        made.catalogue.replace(samples.inventory(*(samples.campaign(name) for name in "abcde")))
        yield made


def test_all_items_come_in_order_however_few_at_a_time(store, monkeypatch):
    monkeypatch.setattr(catalogue_rows, "AT_A_TIME", 2)
    inventory = store.catalogue.inventory()
    with store.catalogue.rows() as rows:
        assert (rows.version, rows.count("ads")) == (1, 5)
        ads = [(*one,) for some in rows.of("ads") for one in zip(some.ids, some.parents, some.uses, strict=True)]
        assert ads == [(ad.id, ad.adset_id, ad.creative_id) for ad in inventory.ads]
        bodies = [some.bodies.raw(n) for some in rows.of("campaigns") for n in range(len(some.bodies))]
    assert [store.catalogue.decoded("campaigns", body) for body in bodies] == list(inventory.campaigns)


@pytest.mark.parametrize(
    ("kind", "item_id", "campaigns", "ads"),
    [
        ("campaigns", "b", {"b"}, set()),
        ("adsets", "b-set", set(), {"b-ad"}),
        ("creatives", "boots-1", set(), {"a-ad", "b-ad", "c-ad", "d-ad", "e-ad"}),
        ("ads", "b-ad", set(), {"b-ad"}),
    ],
)
def test_what_stops_an_ad_is_told_with_the_ads_it_stops(store, kind, item_id, campaigns, ads):
    with store.catalogue.changing(ANA) as change:
        change.put(kind, replace(change.item(kind, item_id).item, status="paused"))
    with store.catalogue.rows() as rows:
        stopped = rows.stopped(1)
        assert (stopped.campaigns, stopped.ads) == (campaigns, ads)
        assert not rows.stopped(2).campaigns
        assert not rows.stopped(2).ads


def test_two_states_of_one_version_have_different_marks(store, tmp_path):
    older = store.copy(tmp_path / "older")
    marks = []
    for folder, name in ((None, "One"), (older, "Another")):
        here = store if folder is None else SqliteStore(folder)
        with here.catalogue.changing(ANA) as change:
            change.put("campaigns", replace(samples.campaign("a"), name=name))
        with here.catalogue.rows() as rows:
            marks.append((rows.version, rows.mark()))
    here.close()
    assert marks[0][0] == marks[1][0]
    assert marks[0][1] != marks[1][1]


def test_a_body_of_another_format_is_refused(store):
    with store._database.writing() as connection:
        connection.exec_driver_sql("UPDATE catalogue SET body = x'0280' WHERE id = 'c-set'")
    with store.catalogue.rows() as rows, pytest.raises(StorageFailed, match="ad set has format 02, expected 01"):
        list(rows.of("adsets"))
