"""The catalogue that decisions are made on: rebuilt when the buying side or the click model changes.

When its stores cannot be reached, the last good one serves as long as it is fresh, then only the operator's own ads do,
which cost nobody anything. When the click model fails or has become slow, the fallback ranks in its place.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adtailor.decide.catalogue import CONVERSION_RATE, Catalogue, build_catalogue
from adtailor.domain.buying import Inventory
from adtailor.domain.creative import Creative
from adtailor.domain.decision import Decision, Won
from adtailor.domain.ids import AdId, PlacementId, TopicId
from adtailor.domain.money import Micros
from adtailor.domain.trial import Account
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.errors import AdtailorError, InvalidInput
from adtailor.journeys.leases import Leases
from adtailor.journeys.pacing import Pacer
from adtailor.journeys.part_of_budgets import PartOfBudgets, PartOfCatalogue
from adtailor.journeys.watched_ranker import WatchedRanker
from adtailor.ports import Budgets, CatalogueSource, Ranker

PACED_EVERY = timedelta(seconds=1)
FRESH = timedelta(minutes=15)
"""How long what was known of the buying side and its budgets may be relied on while nobody can say more."""
DISTRUSTED = timedelta(minutes=1)
"""How long a click model that failed is not asked again."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A catalogue, and the click model that it was built for."""

    catalogue: Catalogue
    ranker: WatchedRanker


class LiveCatalogue:
    """Hands out the newest immutable catalogue; a change serves at the next request, without a pause.

    `ranker` is asked at each request which click model serves; another one than before is a change too. Budgets are
    leased as `holder`, a name that no other process has. `rankers` finds a click model by its name, for the arm of a
    trial that asks for one.
    """

    def __init__(
        self,
        source: CatalogueSource,
        events: Budgets,
        *,
        ranker: Callable[[], Ranker],
        parents: Mapping[TopicId, TopicId],
        policy: WellbeingPolicy,
        topic_names: Mapping[TopicId, str] | None = None,
        fallback: Ranker | None = None,
        elapsed: Callable[[], float] = time.perf_counter,
        holder: str = "here",
        rankers: Callable[[str], Callable[[], Ranker]] | None = None,
    ) -> None:
        self._source = source
        self._events = events
        self._leases = Leases(events, holder=holder, conversion_rate=CONVERSION_RATE)
        self._ranker = ranker
        self._parents = parents
        self._topic_names = topic_names or {}
        self._policy = policy
        self._fallback = fallback
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._pacer = Pacer()
        self._serving: Serving | None = None
        self._built_for: Ranker | None = None
        self._distrusted: tuple[Ranker, datetime] | None = None
        self._creatives: Mapping[AdId, Creative] = {}
        self._room_revision = -1
        self._paced_at: datetime | None = None
        self._good_at: datetime | None = None
        """When all of it was last known to be as it is."""
        self._holder = holder
        self._rankers = rankers
        self._apart: dict[tuple[Account | None, str | None], LiveCatalogue] = {}
        self._apart_lock = threading.Lock()

    def serving(self, now: datetime) -> Serving:
        """The catalogue as of now, and its click model; raises only if there never was one."""
        try:
            serving = self._newest(now)
        except Exception as error:
            if self._serving is None:
                raise
            return self._last_good(self._serving, error, now)
        self._good_at = now
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
        for arm in list(self._apart.values()):
            arm.spent_changed()

    def apart(self, *, account: Account | None, parts: int, ranker: str | None) -> "LiveCatalogue":
        """The same for one arm of a trial: on its own part of the budgets, paced by itself, or by another click model.

        Raises InvalidInput for a click model that is not there.
        """
        key = (account, ranker)
        with self._apart_lock:
            if (found := self._apart.get(key)) is None:
                found = self._apart[key] = LiveCatalogue(
                    self._source if account is None else PartOfCatalogue(self._source, parts),
                    self._events if account is None else PartOfBudgets(self._events, account, parts),
                    ranker=self._ranker if ranker is None else self._ranker_or_fallback(ranker),
                    parents=self._parents,
                    topic_names=self._topic_names,
                    policy=self._policy,
                    fallback=self._fallback,
                    elapsed=self._elapsed,
                    holder=f"{self._holder} {account or 'whole'} {ranker or 'serving'}",
                )
        return found

    def _ranker_or_fallback(self, name: str) -> Callable[[], Ranker]:
        """A file that was lost while its trial ran leaves ranking to the fallback, and no page empty."""
        try:
            return self.ranker_named(name)
        except (AdtailorError, OSError, ValueError) as error:
            if (fallback := self._fallback) is None:
                raise
            _LOG.error("the click model of an arm is gone, the fallback ranks: %s", type(error).__name__)
            return lambda: fallback

    def ranker_named(self, name: str) -> Callable[[], Ranker]:
        """The click model of a name; InvalidInput where there is none."""
        if self._rankers is None:
            raise InvalidInput(f"no click model {name!r}", hint="leave it out: what serves ranks", field="ranker")
        return self._rankers(name)

    def close(self) -> None:
        """Let others have what this process holds of budgets."""
        self._leases.release()
        for arm in list(self._apart.values()):
            arm.close()

    def filled(self, won: Mapping[PlacementId, Won], shown: frozenset[PlacementId], *, now: datetime) -> None:
        """A page was filled: what was won before any veto, and which placements show it."""
        if self._serving is not None:
            self._pacer.filled(won, shown, catalogue=self._serving.catalogue, now=now)

    def distrust(self, ranker: WatchedRanker, now: datetime) -> bool:
        """The click model of what was served failed: whether another can take its place for a while."""
        with self._lock:
            if self._fallback is None or self._built_for is self._fallback:
                return False
            if self._serving is not None and self._serving.ranker is ranker and self._built_for is not None:
                self._distrusted = (self._built_for, now)
            return True

    def _newest(self, now: datetime) -> Serving:
        serving = self._serving
        if (
            serving is None
            or self._built_for is not self._trusted(now)
            or serving.catalogue.version != self._source.version()
        ):
            with self._lock:
                serving = self._rebuilt(now)
        is_due = self._paced_at is None or not timedelta(0) <= now - self._paced_at < PACED_EVERY
        if is_due or self._leases.is_stale(now, serving.catalogue.budgets.index, self._room_revision):
            with self._lock:
                # Another thread may have put a newer one in place since: it must not be undone.
                serving = self._serving = self._opened(self._rebuilt(now), now)
        return serving

    def _opened(self, serving: Serving, now: datetime) -> Serving:
        """With bids at their pace, and what may be promised of budgets now: not what vetoes saved, nor leases lack."""
        budgets = serving.catalogue.budgets
        room = self._leases.room(now, budgets.index, budgets.least)
        paced = self._pacer.paced(
            serving.catalogue, spent=self._events.spent(now), delivered=self._events.delivered, now=now
        )
        aside = self._pacer.set_aside(budgets.index)
        self._paced_at, self._room_revision = now, room.revision
        return replace(serving, catalogue=paced.with_room(room.left - aside, room.headroom - aside))

    def _last_good(self, serving: Serving, error: Exception, now: datetime) -> Serving:
        _LOG.error("the last good catalogue serves: %s", type(error).__name__)
        if self._good_at is not None and abs(now - self._good_at) <= FRESH:
            return serving
        return replace(serving, catalogue=serving.catalogue.house_only())

    def _trusted(self, now: datetime) -> Ranker:
        """The click model that serves, or the fallback while it is not trusted."""
        ranker = self._ranker()
        if self._serving is not None and self._serving.ranker.is_slow and self._built_for is ranker:
            self._distrusted = (ranker, now)
        if self._fallback is None or self._distrusted is None:
            return ranker
        failed, at = self._distrusted
        return self._fallback if failed is ranker and timedelta(0) <= now - at < DISTRUSTED else ranker

    def _rebuilt(self, now: datetime) -> Serving:
        inventory, ranker, serving = self._source.inventory(), self._trusted(now), self._serving
        if serving is not None and self._built_for is ranker and serving.catalogue.version == inventory.version:
            return serving
        by_id = {creative.id: creative for creative in inventory.creatives}
        try:
            catalogue = self._built(inventory, ranker)
        except Exception as error:
            if self._fallback is None or ranker is self._fallback:
                raise
            _LOG.error("the click model waits, the fallback ranks: %s", type(error).__name__)
            self._distrusted = (ranker, now)
            ranker = self._fallback
            catalogue = self._built(inventory, ranker)
        self._creatives = {ad.id: by_id[ad.creative_id] for ad in inventory.ads if ad.creative_id in by_id}
        self._built_for, self._paced_at = ranker, None
        self._serving = Serving(catalogue=catalogue, ranker=WatchedRanker(ranker, elapsed=self._elapsed))
        return self._serving

    def _built(self, inventory: Inventory, ranker: Ranker) -> Catalogue:
        return build_catalogue(
            inventory,
            ranker=ranker,
            parents=self._parents,
            topic_names=self._topic_names,
            adult_products=frozenset(self._policy.minor_products),
            sensitive_products=frozenset(self._policy.sensitive_products),
        )
