"""The catalogue that decisions are made on: rebuilt when the buying side or the click model changes."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from adtailor.decide.catalogue import CONVERSION_RATE, Catalogue, build_catalogue
from adtailor.domain.creative import Creative
from adtailor.domain.decision import Decision, Won
from adtailor.domain.ids import AdId, TopicId
from adtailor.domain.money import Micros
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.journeys.leases import Leases
from adtailor.ports import CatalogueSource, EventStore, Ranker


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A catalogue, and the click model that it was built for."""

    catalogue: Catalogue
    ranker: Ranker


class LiveCatalogue:
    """Hands out the newest immutable catalogue; a change serves at the next request, without a pause.

    `ranker` is asked at each request which click model serves; another one than before is a change too. Budgets are
    leased as `holder`, a name that no other process has.
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
        holder: str = "here",
    ) -> None:
        self._source = source
        self._leases = Leases(events, holder=holder, conversion_rate=CONVERSION_RATE)
        self._ranker = ranker
        self._parents = parents
        self._topic_names = topic_names or {}
        self._policy = policy
        self._lock = threading.Lock()
        self._serving: Serving | None = None
        self._creatives: Mapping[AdId, Creative] = {}
        self._room_revision = -1

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
        if self._leases.is_stale(now, serving.catalogue.budgets.index, self._room_revision):
            with self._lock:
                # Another thread may have put a newer one in place since: it must not be undone.
                fresh = self._rebuilt()
                budgets = fresh.catalogue.budgets
                room = self._leases.room(now, budgets.index, budgets.least)
                open_to = fresh.catalogue.with_room(room.left, room.headroom)
                serving = self._serving = replace(fresh, catalogue=open_to)
                self._room_revision = room.revision
        return serving

    def current(self, now: datetime) -> Catalogue:
        """The catalogue as of now."""
        return self.serving(now).catalogue

    def creative(self, ad_id: AdId, now: datetime) -> Creative | None:
        """What an ad shows, if it is still known."""
        self.current(now)
        return self._creatives.get(ad_id)

    def promised(self, decision: Decision, now: datetime) -> None:
        """The ads of a decision are about to be shown: what they may cost is spoken for."""
        self._leases.promised(decision, now)

    def settled(self, won: Won, charged: Micros, *, decided_at: datetime, now: datetime) -> None:
        """The event that an ad is paid by has come, and cost this much."""
        self._leases.settled(won, charged, decided_at=decided_at, now=now)

    def spent_changed(self) -> None:
        """Budgets changed otherwise, as by a reversal: look again at the next request."""
        self._leases.ask_again()

    def close(self) -> None:
        """Let others have what this process holds of budgets."""
        self._leases.release()

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
        self._serving = Serving(catalogue=catalogue, ranker=ranker)
        return self._serving
