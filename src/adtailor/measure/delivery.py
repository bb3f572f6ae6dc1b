"""What was delivered, and what it cost: sums of the ledger's cells by whatever is asked, exact to the micro."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from adtailor.domain.ids import CampaignId
from adtailor.domain.ledger import Cell
from adtailor.domain.money import Micros

Dimension = Literal["advertiser", "campaign", "adset", "ad", "site", "placement", "day", "hour"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
Key = tuple[str | None, ...]
"""One value per dimension asked for; None where an event does not tell, or where few people are put together."""
QUARTER_SECONDS = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of valid events, and money. Invalid ones are only counted as such; late and unpaid ones count too."""

    impressions: int = 0
    viewable: int = 0
    clicks: int = 0
    conversions: int = 0
    hides: int = 0
    reports: int = 0
    invalid: int = 0
    """Impressions, clicks and conversions that were found to be invalid, at once or later."""
    over_delivered: int = 0
    """Valid ones that would have cost something and were free: the budget was spent, or their time over."""
    gross: Micros = Micros(0)
    """Everything that was ever charged."""
    reversed: Micros = Micros(0)
    """What was given back of it."""
    value: Micros = Micros(0)
    """What the conversions were worth to the advertiser, as they say."""

    @property
    def net(self) -> Micros:
        """What is owed."""
        return Micros(self.gross - self.reversed)

    @property
    def click_rate(self) -> float | None:
        """Clicks per impression; None without any."""
        return self.clicks / self.impressions if self.impressions else None

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(Tally)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a report."""

    key: Key
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Lines by what was asked for, in the order of their keys, and their total."""

    by: tuple[Dimension, ...]
    rows: tuple[Row, ...]
    total: Tally
    least_people: int | None = None
    """How many people each line stands for at least; None where the operator sees everything."""


def deliver(
    cells: Iterable[Cell],
    by: Sequence[Dimension],
    *,
    zones: Mapping[CampaignId, str],
    since: date | None = None,
    until: date | None = None,
) -> Report:
    """Everything, exactly. Days and hours are those of each campaign's zone, as are `since` and `until`, both included.

    >>> deliver([], ["campaign"], zones={}).total.net
    0
    """
    sums: dict[Key, Tally] = {}
    for cell in cells:
        zone = zones.get(cell.campaign_id, "UTC")
        if is_within(cell, zone, since, until):
            key = key_of(cell, by, zone)
            sums[key] = sums.get(key, Tally()) + tally_of(cell)
    rows = tuple(Row(key=key, tally=sums[key]) for key in sorted(sums, key=in_order))
    return Report(by=tuple(by), rows=rows, total=sum_of(row.tally for row in rows))


def sum_of(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    total = Tally()
    for tally in tallies:
        total += tally
    return total


def tally_of(cell: Cell) -> Tally:
    """One cell's share."""
    charged = cell.charged
    back = charged if cell.is_reversed else Micros(0)
    if cell.validity != "valid":
        counted = cell.events if cell.kind in {"impression", "click", "conversion"} else 0
        return Tally(invalid=counted, gross=charged, reversed=back)
    return Tally(
        impressions=cell.events if cell.kind == "impression" else 0,
        viewable=cell.events if cell.kind == "viewable" else 0,
        clicks=cell.events if cell.kind == "click" else 0,
        conversions=cell.events if cell.kind == "conversion" else 0,
        hides=cell.events if cell.kind == "hide" else 0,
        reports=cell.events if cell.kind == "report" else 0,
        over_delivered=cell.events if cell.over_delivered else 0,
        gross=charged,
        value=cell.value,
    )


def key_of(cell: Cell, by: Sequence[Dimension], zone: str) -> Key:
    """What a cell is called in a report by these dimensions."""
    return tuple(_named(cell, dimension, zone) for dimension in by)


def is_within(cell: Cell, zone: str, since: date | None, until: date | None) -> bool:
    """Whether a cell lies in these days of its campaign's zone."""
    if since is None and until is None:
        return True
    day = moment_of(cell.quarter or 0, zone).date()
    return (since is None or since <= day) and (until is None or day <= until)


def in_order(key: Key) -> tuple[tuple[bool, str], ...]:
    """Sorts keys; what is not told comes last."""
    return tuple((part is None, part or "") for part in key)


@lru_cache(maxsize=65536)
def moment_of(quarter: int, zone: str) -> datetime:
    """The beginning of a quarter of an hour, in a zone."""
    return datetime.fromtimestamp(quarter * QUARTER_SECONDS, UTC).astimezone(ZoneInfo(zone))


def _named(cell: Cell, dimension: Dimension, zone: str) -> str | None:
    if dimension == "day":
        return moment_of(cell.quarter or 0, zone).date().isoformat()
    if dimension == "hour":
        return moment_of(cell.quarter or 0, zone).replace(minute=0).isoformat(timespec="minutes")
    return {
        "advertiser": cell.advertiser_id,
        "campaign": cell.campaign_id,
        "adset": cell.adset_id,
        "ad": cell.ad_id,
        "site": cell.site_id,
        "placement": cell.placement_id,
    }[dimension]
