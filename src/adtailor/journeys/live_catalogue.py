"""The catalogue that decisions are made on: rebuilt when the buying side or the click model changes."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adtailor.decide.catalogue import Catalogue, build_catalogue
from adtailor.domain.creative import Creative
from adtailor.domain.ids import AdId, TopicId
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.ports import CatalogueSource, EventStore, Ranker

SPENT_EVERY = timedelta(seconds=1)
"""How old the knowledge of what is spent may be; the debit itself never overdraws, so this only saves free ads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A catalogue, and the click model that it was built for."""

    catalogue: Catalogue
    ranker: Ranker


class LiveCatalogue:
    """Hands out the newest immutable catalogue; a change serves at the next request, without a pause.

    `ranker` is asked at each request which click model serves; another one than before is a change too.
    """

    def __init__(
        self,
        source: CatalogueSource,
        events: EventStore,
        *,
        ranker: Callable[[], Ranker],
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
        self._serving: Serving | None = None
        self._creatives: Mapping[AdId, Creative] = {}
        self._spent_at: datetime | None = None

    def serving(self, now: datetime) -> Serving:
        """The catalogue as of now, and its click model."""
        serving = self._serving
        if (
            serving is None
            or serving.ranker is not self._ranker()
            or serving.catalogue.version != self._source.version()
        ):
            with self._lock:
                serving = self._rebuilt()
        if self._spent_at is None or not timedelta(0) <= now - self._spent_at < SPENT_EVERY:
            with self._lock:
                # Another thread may have put a newer one in place since: it must not be undone.
                fresh = self._rebuilt()
                spent = fresh.catalogue.with_spent(self._events.spent(now))
                serving = self._serving = replace(fresh, catalogue=spent)
                self._spent_at = now
        return serving

    def current(self, now: datetime) -> Catalogue:
        """The catalogue as of now."""
        return self.serving(now).catalogue

    def creative(self, ad_id: AdId, now: datetime) -> Creative | None:
        """What an ad shows, if it is still known."""
        self.current(now)
        return self._creatives.get(ad_id)

    def spent_changed(self) -> None:
        """Something was charged: look again at the next request."""
        self._spent_at = None

    def _rebuilt(self) -> Serving:
        inventory, ranker, serving = self._source.inventory(), self._ranker(), self._serving
        if serving is not None and serving.ranker is ranker and serving.catalogue.version == inventory.version:
            return serving
        by_id = {creative.id: creative for creative in inventory.creatives}
        self._creatives = {ad.id: by_id[ad.creative_id] for ad in inventory.ads if ad.creative_id in by_id}
        catalogue = build_catalogue(
            inventory,
            ranker=ranker,
            parents=self._parents,
            topic_names=self._topic_names,
            adult_products=frozenset(self._policy.minor_products),
            sensitive_products=frozenset(self._policy.sensitive_products),
        )
        self._spent_at = None
        self._serving = Serving(catalogue=catalogue, ranker=ranker)
        return self._serving
