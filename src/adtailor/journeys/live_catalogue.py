"""The catalogue that decisions are made on: rebuilt when the buying side changes, closed where a budget is spent."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from adtailor.decide.catalogue import Catalogue, build_catalogue
from adtailor.domain.buying import Creative
from adtailor.domain.ids import AdId, TopicId
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.ports import CatalogueSource, EventStore, Ranker

SPENT_EVERY = timedelta(seconds=1)
"""How old the knowledge of what is spent may be; the debit itself never overdraws, so this only saves free ads."""


class LiveCatalogue:
    """Hands out the newest immutable catalogue; a change serves at the next request, without a pause."""

    def __init__(
        self,
        source: CatalogueSource,
        events: EventStore,
        *,
        ranker: Ranker,
        parents: Mapping[TopicId, TopicId],
        policy: WellbeingPolicy,
        topic_names: Mapping[TopicId, str] | None = None,
    ) -> None:
        self._source = source
        self._events = events
        self._ranker = ranker
        self._parents = parents
        self._topic_names = topic_names or {}
        self._policy = policy
        self._lock = threading.Lock()
        self._catalogue: Catalogue | None = None
        self._creatives: Mapping[AdId, Creative] = {}
        self._spent_at: datetime | None = None

    def current(self, now: datetime) -> Catalogue:
        """The catalogue as of now."""
        catalogue = self._catalogue
        if catalogue is None or catalogue.version != self._source.version():
            with self._lock:
                catalogue = self._rebuilt()
        if self._spent_at is None or not timedelta(0) <= now - self._spent_at < SPENT_EVERY:
            with self._lock:
                # Another thread may have put a newer one in place since: it must not be undone.
                catalogue = self._catalogue = self._rebuilt().with_spent(self._events.spent(now))
                self._spent_at = now
        return catalogue

    def creative(self, ad_id: AdId, now: datetime) -> Creative | None:
        """What an ad shows, if it is still known."""
        self.current(now)
        return self._creatives.get(ad_id)

    def spent_changed(self) -> None:
        """Something was charged: look again at the next request."""
        self._spent_at = None

    def _rebuilt(self) -> Catalogue:
        inventory = self._source.inventory()
        if self._catalogue is not None and self._catalogue.version == inventory.version:
            return self._catalogue
        by_id = {creative.id: creative for creative in inventory.creatives}
        self._creatives = {ad.id: by_id[ad.creative_id] for ad in inventory.ads if ad.creative_id in by_id}
        self._catalogue = build_catalogue(
            inventory,
            ranker=self._ranker,
            parents=self._parents,
            topic_names=self._topic_names,
            adult_products=frozenset(self._policy.minor_products),
            sensitive_products=frozenset(self._policy.sensitive_products),
        )
        self._spent_at = None
        return self._catalogue
