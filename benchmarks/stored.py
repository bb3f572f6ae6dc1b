"""A store with as many ads as wanted, written row by row: nobody holds a million objects for it."""

import sqlite3
import sys
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

from adtailor.domain.buying import Campaign
from adtailor.domain.ids import CampaignId
from adtailor.domain.managed import BUYING, BuyingKind, Item, parent_of, status_of, used_by
from adtailor.storage import SqliteStore
from adtailor.storage.catalogue_change import CODECS
from adtailor.storage.database import FILE
from adtailor.testing.toy_ads import toy_inventory

TOPICS = tuple(str(n) for n in range(1, 601))
ADS_OF_A_CAMPAIGN = 10
ADVERTISERS = 200
_AT_A_TIME = 10_000
_ROW = (
    "INSERT INTO catalogue (kind, id, place, body, parent, uses, organization, status, changed) "
    "VALUES (?, ?, ?, ?, ?, ?, 'toys', ?, 1)"
)
_BUDGET = "INSERT INTO budgets (campaign_id, zone, daily_budget, lifetime_budget, spent) VALUES (?, ?, ?, ?, 0)"


def store_with(folder: Path, count: int) -> None:
    """Ten ads to a campaign, all of one advertiser, each with an ad set of its own."""
    SqliteStore(folder).close()
    places: dict[BuyingKind, int] = dict.fromkeys(BUYING, 0)
    with closing(sqlite3.connect(folder / FILE)) as db, db:
        for kind, item in _items(count):
            place, places[kind] = places[kind], places[kind] + 1
            body, status = CODECS[kind].encode(item), status_of(item)
            db.execute(_ROW, (kind, item.id, place, body, parent_of(kind, item), used_by(item), status))
            if isinstance(item, Campaign):
                db.execute(_BUDGET, (item.id, item.zone, item.daily_budget, item.lifetime_budget))
        db.execute("UPDATE catalogue_version SET version = 1, whole_since = 1")


def _items(count: int) -> Generator[tuple[BuyingKind, Item]]:
    campaigns = max(ADVERTISERS, count // ADS_OF_A_CAMPAIGN // ADVERTISERS * ADVERTISERS)
    drawn = _drawn(count)
    for first in range(0, count, _AT_A_TIME):
        some = toy_inventory(list(islice(drawn, _AT_A_TIME)))
        if first == 0:
            yield from (("advertisers", advertiser) for advertiser in some.advertisers)
        yield from (("campaigns", one) for n, one in enumerate(some.campaigns, start=first) if n < campaigns)
        for n, adset in enumerate(some.adsets, start=first):
            yield "adsets", replace(adset, campaign_id=CampaignId(f"a{n % campaigns % count}"))
        yield from (("creatives", creative) for creative in some.creatives)
        yield from (("ads", ad) for ad in some.ads)


def _drawn(count: int) -> Generator[dict[str, object]]:
    random = Random(5)
    for n in range(count):
        yield {
            "id": f"a{n}",
            "advertiser": f"v{n % ADVERTISERS}",
            "bid": f"0.{random.randrange(10, 90)}",
            "budget": "100000",
            "topics": random.sample(TOPICS, 2),
            "asks_countries": random.choice(([], ["DE"], ["FR", "DE"], ["ES"])),
        }


if __name__ == "__main__":
    store_with(Path(sys.argv[1]), int(sys.argv[2]))
