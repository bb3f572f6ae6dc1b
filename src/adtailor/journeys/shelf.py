"""A large catalogue, laid out once from what is stored, and read by all processes from one file.

    stored rows -> a table for each kind (decide.stock) -> arrays by ad (decide.layout) -> the file -> decide.opened

Whoever finds that there is none for the present state makes it, one process at a time, and the others wait for it.
"""

import inspect
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from hashlib import blake2b

import numpy as np

from adtailor.decide import layout, opened, quality, stock
from adtailor.decide.answers import KeptAnswers
from adtailor.decide.catalogue import Catalogue
from adtailor.decide.layout import Rules, laid_out
from adtailor.decide.lines import StoredLines
from adtailor.decide.stock import stock_of
from adtailor.domain.buying import Ad, AdSet, Bid, Campaign, Inventory
from adtailor.domain.creative import Creative
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, CreativeId, TopicId
from adtailor.domain.money import Micros
from adtailor.maths import columns, packed, scoring, vectors
from adtailor.ports import CatalogueRows, FactRanker, Ranker, RowSource, Snapshot, SnapshotStore

LARGE = 2_000
"""Ads from which on a catalogue is laid out beside the serving; fewer are read in less time than that would take."""
LOOK_EVERY = 0.1
"""Seconds, while another process makes it."""
_LOG = logging.getLogger(__name__)


class Shelf:
    """Makes and opens snapshots of a catalogue. Threads may share it."""

    def __init__(
        self,
        source: RowSource,
        snapshots: SnapshotStore,
        *,
        rules: Rules,
        topic_names: Mapping[TopicId, str] | None = None,
        large: int = LARGE,
    ) -> None:
        self._source = source
        self._snapshots = snapshots
        self._rules = rules
        self._topic_names = topic_names
        self._large = large

    def holds_many(self) -> bool:
        """Whether there are so many ads that laying them out would hold a request up."""
        with self._source.rows() as rows:
            return rows.count("ads") >= self._large

    def newest(
        self, ranker: Ranker, *, before: Catalogue | None = None, pause: Callable[[], None] = lambda: None
    ) -> tuple[Catalogue, Ranker]:
        """The catalogue as it is stored now, and the click model to ask with it; made, if nobody has made it yet."""
        probed = _fingerprint(ranker)
        while True:
            with self._source.rows() as rows:
                key = self._key(rows, probed)
            if (kept := self._snapshots.newest(key)) is not None:
                return self._opened(kept, ranker, before)
            with self._snapshots.making() as is_mine:
                if is_mine:
                    return self._opened(self._made(ranker, probed, pause), ranker, before)
            time.sleep(LOOK_EVERY)
            pause()

    @staticmethod
    def with_reach(catalogue: Catalogue, is_narrow: Callable[[AdSet], bool]) -> Catalogue:
        """The same where ad sets that reach too few people by their profile do not serve; each is looked at once."""
        lines = catalogue.lines
        assert isinstance(lines, StoredLines)  # noqa: S101 - a shelf opens no other
        personal = np.flatnonzero(catalogue.is_personal & (lines.adsets >= 0))
        sets, first = np.unique(lines.adsets[personal], return_index=True)
        narrow = [
            number
            for number, place in zip(sets.tolist(), personal[first].tolist(), strict=True)
            if (line := lines[place]) is not None and is_narrow(line.adset)
        ]
        reaches = ~np.isin(lines.adsets, narrow)
        if (reaches == catalogue.reaches_enough).all():
            return catalogue
        return replace(catalogue, reaches_enough=reaches, kept=KeptAnswers(ads=len(catalogue)))

    def without_stopped(self, catalogue: Catalogue) -> Catalogue:
        """The same catalogue without what was stopped since it was made: much quicker than making it anew."""
        with self._source.rows() as rows:
            stopped = rows.stopped(catalogue.version)
        return catalogue.without(stopped.ads, stopped.campaigns)

    def _made(self, ranker: Ranker, probed: str, pause: Callable[[], None]) -> Snapshot:
        began = time.monotonic()
        with self._source.rows() as rows:
            key = self._key(rows, probed)
            read = stock_of(rows, pause=pause)
        about, arrays = laid_out(read, ranker, self._rules, decoded=self._source.decoded, pause=pause)
        del read
        kept = self._snapshots.keep(Snapshot(key=key, about=about, arrays=arrays))
        _LOG.info("version %s of the catalogue was laid out in %.1f s", about["version"], time.monotonic() - began)
        return kept

    def _opened(self, kept: Snapshot, ranker: Ranker, before: Catalogue | None) -> tuple[Catalogue, Ranker]:
        catalogue = opened.opened(
            dict(kept.about),
            kept.arrays,
            decoded=self._source.decoded,
            parents=self._rules.parents,
            topic_names=self._topic_names,
            before=before,
        )
        if isinstance(ranker, FactRanker):
            ranker = ranker.acquainted(list(catalogue.advertiser_index))
        return catalogue, ranker

    def _key(self, rows: CatalogueRows, probed: str) -> str:
        """What a snapshot was made of, by what and for whom; another one whenever any of it is another."""
        rules = self._rules
        told = (
            *(_schema(), rows.version, rows.mark(), probed, rules.conversion_rate),
            *(sorted(rules.parents.items()), sorted((rules.product_parents or {}).items())),
            *(sorted(rules.adult_products), sorted(rules.sensitive_products)),
        )
        return blake2b(repr(told).encode(), digest_size=16).hexdigest()


_MAKERS = (columns, layout, opened, packed, quality, scoring, stock, vectors)


@cache
def _schema() -> str:
    """What the arrays mean: another one whenever the code that makes or reads them is another."""
    told = "".join(inspect.getsource(module) for module in _MAKERS)
    return blake2b(told.encode(), digest_size=16).hexdigest()


def _fingerprint(ranker: Ranker) -> str:
    """The name of a click model, and what it says of made-up ads: two of one name may have learned differently."""
    said = ranker.ad_side(_MADE_UP)
    return f"{ranker.name} {blake2b(said.bias.tobytes() + said.vectors.tobytes(), digest_size=16).hexdigest()}"


_MADE_UP = Inventory(
    campaigns=(Campaign(id=CampaignId("c"), advertiser_id=AdvertiserId("v"), name="C", daily_budget=Micros(0)),),
    adsets=(AdSet(id=AdSetId("s"), campaign_id=CampaignId("c"), name="S", bid=Bid(kind="cpc", amount=Micros(1))),),
    creatives=tuple(
        Creative(
            id=CreativeId(topic),
            advertiser_id=AdvertiserId("v"),
            headline="H",
            body="B",
            landing_url="https://example.com/",
            topics={TopicId(topic): 1.0},
            look={"colour:navy": 0.5},
        )
        for topic in ("1", "42", "483", "596", "sports")
    ),
    ads=tuple(
        Ad(id=AdId(topic), adset_id=AdSetId("s"), creative_id=CreativeId(topic))
        for topic in ("1", "42", "483", "596", "sports")
    ),
)
