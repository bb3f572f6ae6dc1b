"""A stored buying side laid out by ad: the arrays of a catalogue, to be kept as a snapshot and opened by anybody.

What is said of an ad set, a campaign, a creative is worked out once for each, and then handed to its ads by number.
`opened.py` makes a `Catalogue` of the same names; `build_catalogue` comes to the same from objects, and is the oracle.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from adtailor.decide.bits import BIT
from adtailor.decide.catalogue import CONVERSION_RATE, ELSEWHERE, FORMATS, checked_side, lineage
from adtailor.decide.lines import StoredLines
from adtailor.decide.quality import AD_TONES
from adtailor.decide.stock import NO_CAP, SAID, STATUSES, Stock
from adtailor.decide.tiers import TIER_SCALE
from adtailor.domain.buying import HOURS_A_WEEK, Inventory
from adtailor.domain.ids import ProductId, TopicId
from adtailor.domain.managed import BuyingKind, Item
from adtailor.maths.columns import Codes, Lists, Shares, picked
from adtailor.maths.geography import DEGREE_KM
from adtailor.maths.names import Names, stable_hashes
from adtailor.maths.scoring import COARSE, AdColumns, click_rate
from adtailor.maths.vectors import Vectors
from adtailor.ports import AdFacts, AdSide, FactRanker, Ranker

AT_A_TIME = 50_000
Arrays = dict[str, NDArray[Any]]
About = dict[str, Any]
_PERSONAL = ("interests", "look", "segments")
_POSTINGS = {
    "topics": "targeting.topics",
    "excluded_topics": "exclusions.topics",
    "interests": "targeting.interests",
    "look": "targeting.look",
}
_NAMED = {
    **{name: f"targeting.{name}" for name in ("regions", "keywords", "tones", "segments")},
    **{
        f"no_{name}": f"exclusions.{name}"
        for name in (
            "countries",
            "regions",
            "languages",
            "devices",
            "keywords",
            "tones",
            "interests",
            "look",
            "segments",
        )
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a catalogue is laid out by, beside what is stored."""

    parents: Mapping[TopicId, TopicId]
    adult_products: frozenset[ProductId]
    sensitive_products: frozenset[ProductId] = frozenset()
    product_parents: Mapping[ProductId, ProductId] | None = None
    conversion_rate: float = CONVERSION_RATE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """For each ad the row of what it hangs on; all -1 where any of it is missing."""

    adset: NDArray[np.int32]
    campaign: NDArray[np.int32]
    advertiser: NDArray[np.int32]
    creative: NDArray[np.int32]

    def take(self, order: NDArray[np.int64]) -> "_Rows":
        return _Rows(
            adset=self.adset[order],
            campaign=self.campaign[order],
            advertiser=self.advertiser[order],
            creative=self.creative[order],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worth:
    """What each ad bids, for what, and what an impression and a click are worth by that in the scale of its tier."""

    bids: NDArray[np.float64]
    is_cpm: NDArray[np.bool_]
    is_cpa: NDArray[np.bool_]
    is_house: NDArray[np.bool_]
    is_guaranteed: NDArray[np.bool_]
    scale: NDArray[np.float64]
    per_impression: NDArray[np.float64]
    per_click: NDArray[np.float64]

    def take(self, order: NDArray[np.int64]) -> "_Worth":
        return _Worth(**{field.name: getattr(self, field.name)[order] for field in fields(self)})


def laid_out(
    stock: Stock,
    ranker: Ranker,
    rules: Rules,
    *,
    decoded: Callable[[BuyingKind, bytes], Item],
    pause: Callable[[], None] = lambda: None,
) -> tuple[About, Arrays]:
    """The arrays of a catalogue by name, and what else there is to say of it."""
    adsets, campaigns, creatives = (_Table(one) for one in (stock.adsets, stock.campaigns, stock.creatives))
    rows = _rows_of(stock)
    worth = _worth(adsets, campaigns, rows, rules)
    bias, vectors = _side(stock, rows, ranker, decoded, pause)
    # The likely best first: the pass then rarely moves what it keeps, and accounts name the losers that mattered.
    likely = worth.per_impression + worth.per_click * click_rate(bias.astype(np.float64))
    order = np.lexsort((np.arange(len(likely)), -likely))
    pause()

    rows, worth = rows.take(order), worth.take(order)
    ids = cast("Names", stock.ads["id"]).take(order)
    hashes = stable_hashes(ids)
    pause()
    products = creatives.lists("products")
    for_adults = _of_products(products, rules.adult_products, rules)
    is_sensitive = _of_products(products, rules.sensitive_products, rules)
    columns = vectors.columns(
        order,
        bias=bias[order],
        per_impression=worth.per_impression,
        per_click=worth.per_click,
        tones=_tones(creatives.shares("tone"), rows.creative),
        affect_may_move=~picked(for_adults | is_sensitive, rows.creative, absent=False),
        name_hashes=hashes,
    )
    pause()
    said = {
        path: adsets.lists(path) for path in (f"{part}.{one}" for part in ("targeting", "exclusions") for one in SAID)
    }
    asks = {path: picked(lists.sizes > 0, rows.adset, absent=False) for path, lists in said.items()}
    fills = _Filled()
    fills.scoring(columns)
    fills.arrays |= {
        "ids.data": ids.data,
        "ids.starts": ids.starts,
        "bids": worth.bids,
        "targeted": np.flatnonzero(picked(adsets.numbers("target") > 0, rows.adset, absent=False)),
        "tiers.scale": worth.scale,
        "tiers.is_house": worth.is_house,
        "tiers.is_guaranteed": worth.is_guaranteed,
        "tiers.takes_floors": ~(worth.is_house | worth.is_guaranteed),
        "advertisers": rows.advertiser,
        "formats": _formats(creatives.codes("format"), rows.creative),
        "pays_conversions": worth.is_cpa,
        "active": _active(stock, rows, order),
        "starts_at": np.maximum(
            picked(campaigns.numbers("starts_at"), rows.campaign, -np.inf),
            picked(adsets.numbers("starts_at"), rows.adset, -np.inf),
        ),
        "ends_at": np.minimum(
            picked(campaigns.numbers("ends_at"), rows.campaign, np.inf),
            picked(adsets.numbers("ends_at"), rows.adset, np.inf),
        ),
        "changes_at": _changes(campaigns, adsets),
        "daily_caps": picked(adsets.numbers("daily_cap"), rows.adset, 0).astype(np.int32),
        "session_caps": picked(adsets.numbers("session_cap"), rows.adset, 0).astype(np.int32),
        "for_adults": picked(for_adults, rows.creative, absent=False),
        "is_sensitive": picked(is_sensitive, rows.creative, absent=False),
        "is_urgent": picked(creatives.numbers("is_urgent"), rows.creative, absent=False),
        "is_personal": np.logical_or.reduce([asks[f"targeting.{name}"] for name in _PERSONAL]),
        "asks_topics": asks["targeting.topics"],
        "excludes_topics": asks["exclusions.topics"],
        "asks_interests": asks["targeting.interests"],
        "asks_look": asks["targeting.look"],
        "sets": rows.adset,
        "set_most": np.append(adsets.numbers("daily_set_cap"), NO_CAP),
        "campaign_most": np.append(campaigns.numbers("daily_cap"), NO_CAP),
        "advertiser_most": np.append(cast("NDArray[np.int64]", stock.advertisers["daily_cap"]), NO_CAP),
        "lines.statuses": cast("NDArray[np.uint8]", stock.ads["status"])[order],
        "lines.creatives": rows.creative,
        "lines.campaigns": adsets.numbers("campaign"),
        "lines.advertisers": campaigns.numbers("advertiser"),
    }
    fills.about["tiers.is_mixed"] = bool((worth.is_house | worth.is_guaranteed).any())
    pause()
    _budgets(fills, stock, rows, worth)
    _labels(fills, campaigns.lists("separation"), rows)
    _choices(fills, said, adsets, rows)
    for name, path in _POSTINGS.items():
        fills.postings(name, said[path].take(rows.adset))
        pause()
    fills.postings("about", _lifted(creatives.shares("topics").present(), rules.parents).take(rows.creative))
    pause()
    for name, path in _NAMED.items():
        fills.named(name, said[path].take(rows.adset))
    fills.named("no_regions_of", _countries_of(said["exclusions.regions"]).take(rows.adset))
    for name, part in (("circles", "targeting"), ("no_circles", "exclusions")):
        fills.circles(name, adsets.codes(f"{part}.circles"), rows.adset)
    _hours(fills, adsets.codes("hours"), campaigns.codes("zone"), rows)
    pause()
    _fails_without(fills, asks)
    index = np.flatnonzero(rows.adset >= 0).astype(np.int32)
    by_hash = np.argsort(hashes[index], kind="stable")
    fills.arrays["index.hashes"], fills.arrays["index.places"] = hashes[index][by_hash], index[by_hash]
    for kind in ("advertisers", "campaigns", "adsets", "creatives"):
        fills.names(f"bodies.{kind}", stock.bodies[kind])
    fills.names("advertiser_ids", cast("Names", stock.advertisers["id"]))
    fills.names("campaign_ids", cast("Names", stock.campaigns["id"]))
    fills.about |= {"version": stock.version, "ranker": ranker.name, "conversion_rate": rules.conversion_rate}
    return fills.about, fills.arrays


class _Table:
    """A table whose columns are asked for by what they hold."""

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._columns = columns

    def numbers(self, name: str) -> NDArray[Any]:
        return cast("NDArray[Any]", self._columns[name])

    def codes(self, name: str) -> Codes:
        return cast("Codes", self._columns[name])

    def lists(self, name: str) -> Lists:
        return cast("Lists", self._columns[name])

    def shares(self, name: str) -> Shares:
        return cast("Shares", self._columns[name])


class _Filled:
    """The arrays and what is said about them, as they come together."""

    def __init__(self) -> None:
        self.arrays: Arrays = {}
        self.about: About = {}

    def names(self, name: str, names: Names) -> None:
        self.arrays[f"{name}.data"], self.arrays[f"{name}.starts"] = names.data, names.starts

    def scoring(self, columns: AdColumns) -> None:
        coarse = columns.coarse
        for name in (
            *("bias", "dense", "dense_dims", "sparse_starts", "sparse_dims", "sparse_values"),
            *("per_impression", "per_click", "tones", "affect_may_move", "name_hashes"),
        ):
            self.arrays[f"scoring.{name}"] = getattr(columns, name)
        for name in COARSE:
            self.arrays[f"coarse.{name}"] = getattr(coarse, name)
        self.about["scoring"] = {
            "width": columns.width,
            "largest": coarse.largest,
        }

    def postings(self, name: str, lists: Lists) -> None:
        """By value the ads that have it, in the order of the ads; values that no ad has are left out."""
        codes = lists.codes.astype(np.uint16) if len(lists.words) < 2**16 else lists.codes
        by_code = np.argsort(codes, kind="stable")  # of 16 bits it is a radix sort
        counts = np.bincount(lists.codes, minlength=len(lists.words))
        used = np.flatnonzero(counts)
        self.arrays[f"{name}.ads"] = lists.owners[by_code].astype(np.int32)
        self.arrays[f"{name}.starts"] = np.concatenate([[0], np.cumsum(counts[used])]).astype(np.int64)
        self.about[f"{name}.words"] = [lists.words[code] for code in used.tolist()]

    def named(self, name: str, lists: Lists) -> None:
        """The same, and which ads name any value."""
        self.postings(name, lists)
        self.arrays[f"{name}.naming"] = lists.sizes > 0

    def circles(self, name: str, circles: Codes, adsets: NDArray[np.int32]) -> None:
        """A row for each circle of each ad."""
        few: list[tuple[tuple[float, float, float], ...]] = [*circles.words, ()]
        codes = picked(circles.codes, adsets, -1)
        sizes = np.array([len(one) for one in few], dtype=np.int64)
        of = np.repeat(np.arange(len(codes)), sizes[codes]).astype(np.int32)
        named = codes[sizes[codes] > 0].tolist()
        flat = np.array([circle for code in named for circle in few[code]], dtype=np.float64).reshape(len(of), 3)
        lat, lon, km = flat.T.copy()
        # A hair wider than the circle: what is rounded here is decided by the distance.
        reach = km / DEGREE_KM + 1e-6
        found = {"lat": lat, "lon": lon, "km": km, "ads": of, "south": lat - reach, "north": lat + reach}
        self.arrays |= {f"{name}.{part}": column for part, column in found.items()}
        self.arrays[f"{name}.naming"] = sizes[codes] > 0


def _rows_of(stock: Stock) -> _Rows:
    adset, creative = (cast("NDArray[np.int32]", stock.ads[name]) for name in ("adset", "creative"))
    campaign = picked(cast("NDArray[np.int32]", stock.adsets["campaign"]), adset, -1)
    advertiser = picked(cast("NDArray[np.int32]", stock.campaigns["advertiser"]), campaign, -1)
    whole = (adset >= 0) & (creative >= 0) & (campaign >= 0) & (advertiser >= 0)
    return _Rows(
        **{
            name: np.where(whole, rows, -1).astype(np.int32)
            for name, rows in (
                ("adset", adset),
                ("campaign", campaign),
                ("advertiser", advertiser),
                ("creative", creative),
            )
        }
    )


def _worth(adsets: _Table, campaigns: _Table, rows: _Rows, rules: Rules) -> _Worth:
    bids = picked(adsets.numbers("amount"), rows.adset, 0).astype(np.float64)
    is_cpc, is_cpa = (_is(adsets.codes("kind"), kind)[rows.adset] for kind in ("cpc", "cpa"))
    is_house, is_guaranteed = (_is(campaigns.codes("tier"), tier)[rows.campaign] for tier in ("house", "guaranteed"))
    is_cpm = ~(is_cpc | is_cpa)
    scale = np.where(is_house, TIER_SCALE["house"], np.where(is_guaranteed, TIER_SCALE["guaranteed"], 1.0))
    # Outside the auction a bid only orders the ads of a tier among themselves.
    worth = np.where(is_house | is_guaranteed, np.clip(bids, 1.0, 1e9), bids) * scale
    return _Worth(
        bids=bids,
        is_cpm=is_cpm,
        is_cpa=is_cpa,
        is_house=is_house,
        is_guaranteed=is_guaranteed,
        scale=scale,
        per_impression=np.where(is_cpm, worth / 1000.0, 0.0),
        per_click=np.where(is_cpc, worth, np.where(is_cpa, worth * rules.conversion_rate, 0.0)),
    )


def _is(codes: Codes, word: str) -> NDArray[np.bool_]:
    """True for rows of this value; one more entry at the end, False, for the row -1."""
    wanted = np.array([*(one == word for one in codes.words), False], dtype=np.bool_)
    return np.append(wanted[codes.codes], False)


def _side(
    stock: Stock,
    rows: _Rows,
    ranker: Ranker,
    decoded: Callable[[BuyingKind, bytes], Item],
    pause: Callable[[], None],
) -> tuple[NDArray[np.float32], Vectors]:
    """What the click model says of the ads, some at a time."""
    count = len(rows.adset)
    bias = np.zeros(count, dtype=np.float32)
    vectors: Vectors | None = None
    for start in range(0, max(count, 1), AT_A_TIME):
        some = np.arange(start, min(start + AT_A_TIME, count))
        if isinstance(ranker, FactRanker):
            side = checked_side(ranker.side_of(_facts(stock, rows, some)), ranker.name, len(some))
        else:
            side = _side_of_objects(stock, rows, some, ranker, decoded)
        vectors = vectors or Vectors(side.vectors.shape[1])
        vectors.add(side.vectors)
        bias[some] = side.bias
        pause()
    assert vectors is not None  # noqa: S101 - at least once around
    return bias, vectors


def _facts(stock: Stock, rows: _Rows, some: NDArray[np.int64]) -> AdFacts:
    creatives = _Table(stock.creatives)
    of, sets = rows.creative[some], rows.adset[some]
    return AdFacts(
        ad_ids=cast("Names", stock.ads["id"]).take(some),
        advertisers=rows.advertiser[some],
        advertiser_ids=cast("Names", stock.advertisers["id"]),
        formats=creatives.codes("format").take(of),
        topics=creatives.shares("topics").take(of),
        look=creatives.shares("look").take(of),
        countries=picked(_Table(stock.adsets).lists("targeting.countries").sizes, sets, 0),
    )


def _side_of_objects(
    stock: Stock,
    rows: _Rows,
    some: NDArray[np.int64],
    ranker: Ranker,
    decoded: Callable[[BuyingKind, bytes], Item],
) -> AdSide:
    """For a click model that wants to know more of ads than their facts; zeros for those that lack a part."""
    whole = rows.adset[some] >= 0
    found = some[whole]
    lines = StoredLines(
        ad_ids=cast("Names", stock.ads["id"]).take(found),
        statuses=cast("NDArray[np.uint8]", stock.ads["status"])[found],
        adsets=rows.adset[found],
        creatives=rows.creative[found],
        campaigns=cast("NDArray[np.int32]", stock.adsets["campaign"]),
        advertisers=cast("NDArray[np.int32]", stock.campaigns["advertiser"]),
        bodies=stock.bodies,
        decoded=decoded,
    )
    ads = [line for line in lines if line is not None]
    inventory = Inventory(
        advertisers=tuple({line.advertiser.id: line.advertiser for line in ads}.values()),
        campaigns=tuple({line.campaign.id: line.campaign for line in ads}.values()),
        adsets=tuple({line.adset.id: line.adset for line in ads}.values()),
        creatives=tuple({line.creative.id: line.creative for line in ads}.values()),
        ads=tuple(line.ad for line in ads),
        version=stock.version,
    )
    side = checked_side(ranker.ad_side(inventory), ranker.name, len(ads))
    bias = np.zeros(len(some), dtype=np.float32)
    vectors = np.zeros((len(some), side.vectors.shape[1]), dtype=np.float32)
    bias[whole], vectors[whole] = side.bias, side.vectors
    return AdSide(bias=bias, vectors=vectors)


def _tones(tones: Shares, creatives: NDArray[np.int32]) -> NDArray[np.float32]:
    column = np.array([*(AD_TONES.index(word) if word in AD_TONES else -1 for word in tones.words), -1])[tones.codes]
    table = np.zeros((len(tones) + 1, len(AD_TONES)), dtype=np.float32)
    known = column >= 0
    table[tones.owners[known], column[known]] = tones.shares[known]
    return table[creatives]


def _of_products(products: Lists, wanted: frozenset[ProductId], rules: Rules) -> NDArray[np.bool_]:
    above = rules.product_parents or {}
    return products.any_of(np.array([bool(lineage([word], above) & wanted) for word in products.words], dtype=np.bool_))


def _formats(formats: Codes, creatives: NDArray[np.int32]) -> NDArray[np.uint8]:
    bits = np.array([*(1 << FORMATS.index(word) for word in formats.words), 0], dtype=np.uint8)
    return bits[picked(formats.codes, creatives, -1)]


def _active(stock: Stock, rows: _Rows, order: NDArray[np.int64]) -> NDArray[np.bool_]:
    own = cast("NDArray[np.uint8]", stock.ads["status"])[order] == STATUSES.index("active")
    for table, of in ((stock.adsets, rows.adset), (stock.campaigns, rows.campaign), (stock.creatives, rows.creative)):
        own &= picked(cast("NDArray[np.bool_]", table["active"]), of, absent=False)
    return own


def _changes(*tables: _Table) -> NDArray[np.float64]:
    times = np.unique(np.concatenate([table.numbers(name) for table in tables for name in ("starts_at", "ends_at")]))
    return times[np.isfinite(times)]


def _budgets(fills: _Filled, stock: Stock, rows: _Rows, worth: _Worth) -> None:
    campaigns = _Table(stock.campaigns)
    amounts = worth.bids.astype(np.int64)
    next_charge = np.where(worth.is_cpm, -(-amounts // 1000), amounts)
    next_charge[worth.is_house | (rows.adset < 0)] = 0
    of = np.maximum(rows.campaign, 0)
    least = np.zeros(max(1, len(campaigns.numbers("daily_budget"))), dtype=np.int64)
    np.maximum.at(least, of, next_charge)
    tiers, pacing, zones = campaigns.codes("tier"), campaigns.codes("pacing"), campaigns.codes("zone")
    has_ads = np.zeros(len(campaigns.numbers("daily_budget")), dtype=np.bool_)
    has_ads[rows.campaign[rows.campaign >= 0]] = True
    fills.arrays |= {
        "budgets.campaigns": of.astype(np.int32),
        "budgets.next_charge": next_charge,
        "budgets.least": least,
        "budgets.daily": _at_least_one(campaigns.numbers("daily_budget")),
        "budgets.lifetime": _at_least_one(campaigns.numbers("lifetime_budget")),
        "flights.starts_at": campaigns.numbers("starts_at"),
        "flights.ends_at": campaigns.numbers("ends_at"),
        "flights.zone": zones.codes,
        "flights.is_paced": _is(tiers, "auction")[:-1] & _is(pacing, "even")[:-1],
        "flights.goals": campaigns.numbers("goal"),
        "flights.has_ads": has_ads,
    }
    fills.about["flights.zones"] = list(zones.words)


def _at_least_one(column: NDArray[np.int64]) -> NDArray[np.int64]:
    return column if len(column) else np.zeros(1, dtype=np.int64)


def _labels(fills: _Filled, separation: Lists, rows: _Rows) -> None:
    labels = separation.take(rows.campaign)
    fills.arrays["labels.starts"], fills.arrays["labels.labels"] = labels.starts, labels.codes


def _choices(fills: _Filled, said: Mapping[str, Lists], adsets: _Table, rows: _Rows) -> None:
    """Which of many values each ad asks for, as bits: as `Choices` has them."""
    around = adsets.codes("targeting.circles")
    has_circles = np.array([*(bool(word) for word in around.words), False], dtype=np.bool_)[around.codes]
    elsewhere = (said["targeting.regions"].sizes > 0) | has_circles
    for name, may_be_elsewhere in (("countries", True), ("languages", False), ("devices", False)):
        lists = said[f"targeting.{name}"]
        used = np.bincount(lists.codes, minlength=len(lists.words)) > 0
        asks_elsewhere = elsewhere & (lists.sizes == 0) if may_be_elsewhere else np.zeros(len(lists), dtype=np.bool_)
        words = sorted(
            {lists.words[code] for code in np.flatnonzero(used).tolist()}
            | ({ELSEWHERE} if asks_elsewhere.any() else set())
        )
        bits = {word: n for n, word in enumerate(words, start=1)}
        masks = np.zeros((1 + len(bits) // 64, len(lists) + 1), dtype=np.uint64)
        masks[:, np.append(lists.sizes == 0, True)] = ~np.uint64(0)
        numbers = np.array([bits.get(word, 0) for word in lists.words], dtype=np.int64)[lists.codes]
        np.bitwise_or.at(masks, (numbers // 64, lists.owners), np.uint64(1) << (numbers % 64).astype(np.uint64))
        if asks_elsewhere.any():
            word, bit = divmod(bits[ELSEWHERE], 64)
            masks[:, :-1][:, asks_elsewhere] = 0
            masks[word, :-1][asks_elsewhere] = np.uint64(1 << bit)
        narrow = next((kind for kind in (np.uint8, np.uint16, np.uint32) if len(bits) < np.iinfo(kind).bits), np.uint64)
        fills.arrays[f"{name}.masks"] = masks.astype(narrow)[:, rows.adset]
        fills.about[f"{name}.words"] = words


def _lifted(topics: Lists, parents: Mapping[TopicId, TopicId]) -> Lists:
    """With all topics above, for each word once; a row may then have one of them twice."""
    words: dict[str, int] = {}
    above = [[words.setdefault(one, len(words)) for one in sorted(lineage([word], parents))] for word in topics.words]
    sizes = np.array([len(one) for one in above], dtype=np.int64)
    firsts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    flat = np.array([code for one in above for code in one], dtype=np.int32)
    counts = sizes[topics.codes]
    ends = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    at = np.repeat(firsts[topics.codes] - ends[:-1], counts) + np.arange(ends[-1])
    return Lists(starts=ends[topics.starts], codes=flat[at], words=tuple(words))


def _countries_of(regions: Lists) -> Lists:
    """The countries that regions lie in; a row may have one of them twice."""
    words: dict[str, int] = {}
    country = [words.setdefault(str(word).partition("-")[0], len(words)) for word in regions.words]
    return Lists(
        starts=regions.starts, codes=np.array([*country, -1], dtype=np.int32)[regions.codes], words=tuple(words)
    )


def _hours(fills: _Filled, hours: Codes, zones: Codes, rows: _Rows) -> None:
    """Each different week once, by zone: row 0 runs always."""
    some = np.array([*(bool(word) for word in hours.words), False], dtype=np.bool_)
    of = picked(hours.codes, rows.adset, -1)
    pairs = np.where(some[of], of.astype(np.int64) * (len(zones.words) + 1) + picked(zones.codes, rows.campaign, 0), -1)
    weeks, schedule = np.unique(np.append(pairs, -1), return_inverse=True)
    kinds, places = np.divmod(weeks[1:], len(zones.words) + 1)
    runs = np.zeros((len(weeks), HOURS_A_WEEK), dtype=np.bool_)
    runs[0] = True
    for row, kind in enumerate(kinds.tolist(), start=1):
        runs[row, sorted(hours.words[kind])] = True
    names = sorted({zones.words[place] for place in places.tolist()}) or ["UTC"]
    fills.arrays["hours.schedule"] = schedule[:-1].astype(np.int32)
    fills.arrays["hours.runs"] = runs
    fills.arrays["hours.zone"] = np.array([0, *(names.index(zones.words[one]) for one in places.tolist())], np.int32)
    fills.about["hours.zones"] = names


def _fails_without(fills: _Filled, asks: Mapping[str, NDArray[np.bool_]]) -> None:
    """Which signals' absence turns an ad away: it asks for what would then not be known."""
    arrays = fills.arrays
    naming = {name: arrays[f"{name}.naming"] for name in (*_NAMED, "circles", "no_circles")}
    places = np.logical_or.reduce(
        [naming[name] for name in ("regions", "circles", "no_countries", "no_regions", "no_circles")]
    )
    named = _bits(
        {
            "context topics": naming["keywords"] | naming["no_keywords"],
            "context tone": naming["tones"] | naming["no_tones"],
            "interests": naming["segments"],
            "place": places,
        }
    )
    arrays["targets.fails_without"] = named
    arrays["fails_without"] = named | _bits(
        {
            "context topics": asks["targeting.topics"] | asks["exclusions.topics"],
            "interests": asks["targeting.interests"],
            "look": asks["targeting.look"],
            "place": asks["targeting.countries"],
        }
    )


def _bits(signals: Mapping[Any, NDArray[np.bool_]]) -> NDArray[np.uint8]:
    found: NDArray[np.uint8] | None = None
    for signal, holds in signals.items():
        here = holds.view(np.uint8) * np.uint8(BIT[signal])
        found = here if found is None else found | here
    assert found is not None  # noqa: S101 - never asked of none
    return found
