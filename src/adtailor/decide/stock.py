"""The stored buying side as tables: for each kind a column for each field that deciding goes by, and no objects."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from adtailor.domain.creative import Format
from adtailor.domain.managed import ONE, BuyingKind
from adtailor.domain.status import Status
from adtailor.errors import StorageFailed
from adtailor.maths import packed
from adtailor.maths.columns import Codes, Lists, Shares, Table, joined
from adtailor.maths.names import Names, blobs_of, names_of
from adtailor.ports import CatalogueRows, StoredRows

STATUSES: tuple[Status, ...] = get_args(Status)
NO_CAP = int(np.iinfo(np.int64).max)
"""Stands for a cap, or a budget, that there is not."""
SAID = ("countries", "regions", "languages", "devices", "keywords", "topics", "tones", "interests", "look", "segments")
"""The sets of texts of a `Targeting`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """Everything at one version. `adsets` hang on rows of `campaigns` and so on; -1 where that is missing."""

    version: int
    advertisers: Table
    campaigns: Table
    adsets: Table
    creatives: Table
    ads: Table
    bodies: Mapping[BuyingKind, Names]
    """What the objects of an item are made of, when somebody asks for one."""


def stock_of(rows: CatalogueRows, *, pause: Callable[[], None] = lambda: None) -> Stock:
    """Read all of it; `pause` is called now and then, for whoever wants to let others run."""
    bodies: dict[BuyingKind, Names] = {}
    tables: dict[BuyingKind, Table] = {}
    numbers: dict[BuyingKind, dict[str, int]] = {}
    for kind, read in _READERS.items():
        parts: list[Table] = []
        held: list[Names] = []
        known: dict[str, int] = {}
        for some in rows.of(kind):
            above = {name: _hung(of(some), numbers[kind_above]) for name, kind_above, of in _ABOVE.get(kind, ())}
            parts.append({**_read(kind, read, some), "id": names_of(some.ids), **above})
            held.append(some.bodies)
            if kind != "ads":
                known.update(zip(some.ids, range(len(known), len(known) + len(some.ids)), strict=True))
            pause()
        parts = parts or [{**read(_NOTHING), "id": names_of([]), **{name: _NONE for name, *_ in _ABOVE.get(kind, ())}}]
        numbers[kind] = known
        tables[kind] = {name: joined([part[name] for part in parts]) for name in parts[0]}
        bodies[kind] = _joined(held)
        pause()
    return Stock(
        version=rows.version,
        advertisers=tables["advertisers"],
        campaigns=tables["campaigns"],
        adsets=tables["adsets"],
        creatives=tables["creatives"],
        ads=tables["ads"],
        bodies=bodies,
    )


class _Fields:
    """The fields of some rows, found at once and read one by one."""

    def __init__(self, rows: StoredRows, paths: Sequence[str]) -> None:
        bodies = rows.bodies
        self._data = np.concatenate([bodies.data, np.zeros(packed.PADDING, dtype=np.uint8)])
        self._ends = bodies.starts[1:]
        self._paths = paths
        self._at = packed.located(self._data, bodies.starts[:-1] + 1, self._ends, paths)

    def whole(self, path: str, absent: int) -> NDArray[np.int64]:
        return packed.wholes(self._data, self._of(path), absent=absent)

    def flag(self, path: str, *, absent: bool) -> NDArray[np.bool_]:
        return packed.flags(self._data, self._of(path), absent=absent)

    def time(self, path: str, absent: float) -> NDArray[np.float64]:
        return packed.seconds(self._data, self._of(path), absent=absent)

    def size(self, path: str) -> NDArray[np.int64]:
        return packed.sizes_of(self._data, self._of(path))

    def text(self, path: str, absent: str) -> Codes:
        """Texts of few kinds; `absent` is what a row says that lacks it."""
        found = self._interned(*packed.texts(self._data, self._of(path)), str)
        if not (found.codes < 0).any():
            return found
        words = found.words if absent in found.words else (*found.words, absent)
        return Codes(codes=np.where(found.codes < 0, words.index(absent), found.codes).astype(np.int32), words=words)

    def texts(self, path: str) -> Lists:
        starts, places, sizes = packed.listed(self._data, self._of(path))
        found = self._interned(places, sizes, str)
        return Lists(starts=starts, codes=found.codes, words=found.words)

    def shares(self, path: str) -> Shares:
        starts, places, sizes, shares = packed.shared(self._data, self._of(path))
        found = self._interned(places, sizes, str)
        return Shares(starts=starts, codes=found.codes, shares=shares, words=found.words)

    def values(self, path: str, made: Callable[[Any], Hashable]) -> Codes:
        """Values of any form, each different one made only once; -1 where there is none."""
        return self._interned(
            *packed.values(self._data, self._of(path), self._ends), lambda raw: made(msgspec.msgpack.decode(raw))
        )

    def _of(self, path: str) -> NDArray[np.int64]:
        return self._at[self._paths.index(path)]

    def _interned(self, places: NDArray[np.int64], sizes: NDArray[np.int64], made: Callable[[Any], Hashable]) -> Codes:
        found = packed.interned(self._data, places, sizes)
        words: list[Hashable] = []
        for start, size in zip(found.starts.tolist(), found.sizes.tolist(), strict=True):
            raw = self._data[start : start + size].tobytes()
            words.append(raw.decode() if made is str else made(raw))
        return Codes(codes=found.codes, words=tuple(words))


def _advertisers(rows: StoredRows) -> Table:
    fields = _Fields(rows, ("daily_cap",))
    return {"daily_cap": fields.whole("daily_cap", NO_CAP)}


def _campaigns(rows: StoredRows) -> Table:
    fields = _Fields(
        rows,
        (
            *("daily_budget", "lifetime_budget", "starts_at", "ends_at", "zone", "tier", "goal_impressions"),
            *("pacing", "daily_cap", "separation"),
        ),
    )
    return {
        "active": _active(rows),
        "daily_budget": fields.whole("daily_budget", 0),
        "lifetime_budget": fields.whole("lifetime_budget", NO_CAP),
        "starts_at": fields.time("starts_at", -np.inf),
        "ends_at": fields.time("ends_at", np.inf),
        "zone": fields.text("zone", "UTC"),
        "tier": fields.text("tier", "auction"),
        "goal": fields.whole("goal_impressions", 0),
        "pacing": fields.text("pacing", "even"),
        "daily_cap": fields.whole("daily_cap", NO_CAP),
        "separation": fields.texts("separation"),
    }


def _adsets(rows: StoredRows) -> Table:
    said = [f"{part}.{name}" for part in ("targeting", "exclusions") for name in SAID]
    around = ("targeting.circles", "exclusions.circles")
    fields = _Fields(
        rows,
        (
            *("bid.kind", "bid.amount", "bid.target", "starts_at", "ends_at", "hours"),
            *("daily_cap", "daily_set_cap", "session_cap", *said, *around),
        ),
    )
    return {
        "active": _active(rows),
        "kind": fields.text("bid.kind", "cpm"),
        "amount": fields.whole("bid.amount", 0),
        "target": fields.whole("bid.target", 0),
        "starts_at": fields.time("starts_at", -np.inf),
        "ends_at": fields.time("ends_at", np.inf),
        "hours": fields.values("hours", _hours),
        "daily_cap": fields.whole("daily_cap", 3),
        "daily_set_cap": fields.whole("daily_set_cap", NO_CAP),
        "session_cap": fields.whole("session_cap", 2),
        **{path: fields.texts(path) for path in said},
        **{path: fields.values(path, _circles) for path in around},
    }


def _creatives(rows: StoredRows) -> Table:
    fields = _Fields(rows, ("format", "topics", "products", "look", "tone", "is_urgent", "cards"))
    formats = fields.text("format", "native")
    lacks_cards = np.array([word == _CAROUSEL for word in formats.words], dtype=np.bool_)[formats.codes]
    return {
        "active": _active(rows) & ~(lacks_cards & (fields.size("cards") == 0)),
        "format": formats,
        "topics": fields.shares("topics"),
        "products": fields.texts("products"),
        "look": fields.shares("look"),
        "tone": fields.shares("tone"),
        "is_urgent": fields.flag("is_urgent", absent=False),
    }


def _ads(rows: StoredRows) -> Table:
    numbers = {status: n for n, status in enumerate(STATUSES)}
    return {"status": np.array([numbers[status or "active"] for status in rows.statuses], dtype=np.uint8)}


_READERS: Mapping[BuyingKind, Callable[[StoredRows], Table]] = {
    "advertisers": _advertisers,
    "campaigns": _campaigns,
    "adsets": _adsets,
    "creatives": _creatives,
    "ads": _ads,
}
_CAROUSEL: Format = "carousel"


_ABOVE: Mapping[BuyingKind, tuple[tuple[str, BuyingKind, Callable[[StoredRows], Sequence[str | None]]], ...]] = {
    "campaigns": (("advertiser", "advertisers", lambda rows: rows.parents),),
    "adsets": (("campaign", "campaigns", lambda rows: rows.parents),),
    "ads": (("adset", "adsets", lambda rows: rows.parents), ("creative", "creatives", lambda rows: rows.uses)),
}
"""What each kind hangs on, or shows, and where its ids are told."""
_NOTHING = StoredRows(ids=(), parents=(), uses=(), statuses=(), bodies=blobs_of([]))
_NONE: NDArray[np.int32] = np.empty(0, dtype=np.int32)


def _read(kind: BuyingKind, read: Callable[[StoredRows], Table], rows: StoredRows) -> Table:
    try:
        return read(rows)
    except ValueError as error:
        raise StorageFailed(
            f"a stored {ONE[kind]} cannot be read: {error}", hint="it is damaged, or foreign: restore a backup"
        ) from None


def _active(rows: StoredRows) -> NDArray[np.bool_]:
    return np.array([status == "active" for status in rows.statuses], dtype=np.bool_)


def _hours(value: Iterable[int] | None) -> frozenset[int]:
    return frozenset(value or ())


def _circles(value: Sequence[Mapping[str, float]] | None) -> tuple[tuple[float, float, float], ...]:
    return tuple((float(one["lat"]), float(one["lon"]), float(one["km"])) for one in value or ())


def _joined(parts: Sequence[Names]) -> Names:
    found = joined(parts) if parts else blobs_of([])
    assert isinstance(found, Names)  # noqa: S101 - names joined are names
    return found


def _hung(ids: Sequence[str | None], numbers: Mapping[Any, int]) -> NDArray[np.int32]:
    """The row that each id stands for; -1 where there is none."""
    return np.fromiter(map(numbers.get, ids, repeat(-1)), dtype=np.int32, count=len(ids))
