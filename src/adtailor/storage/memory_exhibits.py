"""The same in dictionaries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from adtailor.domain.events import Event
from adtailor.domain.exhibit import Exhibit, KeptExhibit, Ran
from adtailor.domain.ids import AdId, AdvertiserId
from adtailor.storage.exhibits import checked_budget, hashes_of
from adtailor.storage.memory_rows import Held


class MemoryExhibits:
    """`ports.ExhibitStore` in dictionaries, over the same events."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._kept: dict[tuple[AdId, bytes], KeptExhibit] = {}
        self._pictures: dict[str, tuple[str, bytes]] = {}
        self._published: dict[str, dict[date, dict[str, int]]] = {}
        self._spent: dict[tuple[date, str], float] = {}

    def keep(self, exhibits: Mapping[bytes, Exhibit], now: datetime) -> None:
        """Keep versions of ads that are about to be shown, or note that they still are."""
        with self._held.lock:
            for version, exhibit in exhibits.items():
                before = self._kept.get((exhibit.ad_id, version))
                self._kept[exhibit.ad_id, version] = KeptExhibit(
                    exhibit=exhibit,
                    first_at=now if before is None else before.first_at,
                    last_at=now if before is None else max(now, before.last_at),
                )

    def versions(self, ads: Sequence[AdId]) -> Mapping[AdId, Sequence[KeptExhibit]]:
        """What was kept of these ads, the newest version first."""
        with self._held.lock:
            newest = sorted(self._kept.items(), key=lambda one: (-one[1].last_at.timestamp(), one[0][1]))
        return {ad_id: [kept for (whose, _), kept in newest if whose == ad_id] for ad_id in ads}

    def ran(self, *, since: date, after: str = "", limit: int = 100, ad_id: AdId | None = None) -> Sequence[Ran]:
        """The ads that were shown on this day or later, in the order of their ids, behind one of them."""
        shown: defaultdict[AdId, list[Event]] = defaultdict(list)
        for event in self._impressions():
            if event.ad_id > after and ad_id in {None, event.ad_id}:
                shown[event.ad_id].append(event)
        found = [
            Ran(
                ad_id=ad,
                advertiser_id=max(event.advertiser_id for event in events),
                campaigns=tuple(sorted({event.campaign_id for event in events})),
                first_day=min(map(_day, events)),
                last_day=max(map(_day, events)),
                shown=len(events),
                valid=sum(event.validity == "valid" for event in events),
            )
            for ad, events in sorted(shown.items())
        ]
        return [ran for ran in found if ran.last_day >= since][:limit]

    def without_version(self) -> Sequence[AdId]:
        """The ads that were shown, and of which nothing is kept."""
        kept = {ad_id for ad_id, _ in self._kept}
        return sorted({event.ad_id for event in self._impressions()} - kept)

    def keep_picture(self, hash_: str, kind: str, body: bytes) -> None:
        """Keep the bytes of a picture, once."""
        self._pictures.setdefault(hash_, (kind, body))

    def picture(self, hash_: str) -> tuple[str, bytes] | None:
        """Its media type and bytes."""
        return self._pictures.get(hash_)

    def has_picture(self, hash_: str) -> bool:
        """Whether it is kept already."""
        return hash_ in self._pictures

    def shown_on(self, day: date) -> Mapping[AdId, AdvertiserId]:
        """The ads of a day, and whose they are."""
        return {event.ad_id: event.advertiser_id for event in self._impressions() if _day(event) == day}

    def unpublished(self, breakdown: str, before: date) -> Sequence[date]:
        """The days before this one on which ads were shown, and nothing is published of."""
        days = {_day(event) for event in self._impressions()}
        return sorted(day for day in days if day < before and (day, breakdown) not in self._spent)

    def publish(self, breakdown: str, day: date, figures: Mapping[str, int], *, epsilon: float, budget: float) -> bool:
        """Publish a day's figures for good; False, and nothing changes, where there are some already."""
        with self._held.lock:
            if (day, breakdown) in self._spent:
                return False
            checked_budget(self.spent(day), epsilon, budget=budget, day=day)
            self._spent[day, breakdown] = epsilon
            self._published.setdefault(breakdown, {})[day] = dict(figures)
        return True

    def published(
        self, breakdown: str, *, keys: Sequence[str] | None = None, since: date | None = None, until: date | None = None
    ) -> Mapping[str, Mapping[date, int]]:
        """What was published: for each name its days."""
        found: dict[str, dict[date, int]] = {}
        for day, figures in self._published.get(breakdown, {}).items():
            if (since is None or since <= day) and (until is None or day <= until):
                for key, people in figures.items():
                    if keys is None or key in keys:
                        found.setdefault(key, {})[day] = people
        return found

    def spent(self, day: date) -> float:
        """What of a day's budget is spent."""
        return sum(epsilon for (when, _), epsilon in self._spent.items() if when == day)

    def purge(self, before: datetime) -> int:
        """Delete versions that were last chosen before this, and pictures that none of the others shows; how many."""
        gone = [key for key, kept in self._kept.items() if kept.last_at < before]
        for key in gone:
            del self._kept[key]
        shown = {name for kept in self._kept.values() for name in hashes_of(kept.exhibit)}
        for name in set(self._pictures) - shown:
            del self._pictures[name]
        return len(gone)

    def _impressions(self) -> list[Event]:
        with self._held.lock:
            return [event for event, _ in self._held.events.values() if event.kind == "impression"]


def _day(event: Event) -> date:
    return event.at.astimezone(UTC).date()
