"""What an advertiser may see: exact totals of each campaign, and no line below them of fewer than k people.

Lines are put together until that holds, day by day, so that no window cuts a smaller group out; and what is put
together is itself at least k people wherever the whole is, so that no subtraction does either, not even of one report
from another: an ad is told apart only where its ad set is, a placement where its site is.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple, TypeVar

from adtailor.domain.ids import AdvertiserId, CampaignId
from adtailor.domain.ledger import Cell, Reach
from adtailor.errors import InvalidInput
from adtailor.measure.delivery import (
    Key,
    Report,
    Row,
    Tally,
    deliver,
    in_order,
    is_within,
    key_of,
    moment_of,
    sum_of,
    tally_of,
)

Breakdown = Literal["campaign", "adset", "ad", "site", "placement", "day", "hour"]
LEAST_PEOPLE = 50
MOST_LEAST = 100
"""Of more people than 128 in an hour the store does not tell how many."""
_PARENT: Mapping[Breakdown, Breakdown | None] = {
    "adset": None,
    "ad": "adset",
    "site": None,
    "placement": "site",
    "day": None,
    "hour": "day",
}
_HOURS_A_DAY = 24
_QUARTERS = 4


_Name = TypeVar("_Name", bound=Hashable)


class _Unit(NamedTuple):
    """What is shown or hidden as one: a line's share of one day of a campaign."""

    campaign: CampaignId
    day: str
    """Empty where the lines themselves are days."""
    parent: str | None
    leaf: str | None


def for_advertiser(
    cells: Sequence[Cell],
    reach: Iterable[Reach],
    by: Breakdown,
    *,
    zones: Mapping[CampaignId, str],
    since: date | None = None,
    until: date | None = None,
    least: int = LEAST_PEOPLE,
) -> Report:
    """Lines by campaign and `by`; those of too few people are together in one line per campaign, without a name."""
    if not 1 <= least <= MOST_LEAST:
        raise InvalidInput(f"{least} people", hint=f"from 1 to {MOST_LEAST}", field="least_people")
    if by == "campaign":
        return deliver(cells, ["campaign"], zones=zones, since=since, until=until)
    tallies: defaultdict[_Unit, Tally] = defaultdict(Tally)
    for cell in cells:
        zone = zones.get(cell.campaign_id, "UTC")
        if is_within(cell, zone, since, until):
            tallies[_unit(cell, by, zone)] += tally_of(cell)
    people = _people(reach, by, zones)
    shown = {unit for group in _groups(tallies) for unit in _shown(group, people, least)}
    sums: defaultdict[Key, Tally] = defaultdict(Tally)
    for unit, tally in tallies.items():
        sums[unit.campaign, unit.leaf if unit in shown else None] += tally
    rows = tuple(Row(key=key, tally=sums[key]) for key in sorted(sums, key=in_order))
    return Report(by=("campaign", by), rows=rows, total=sum_of(row.tally for row in rows), least_people=least)


_People = Mapping[_Unit, Mapping[int, frozenset[int]]]
"""For each unit, who was reached on each day of UTC: hashes of different days do not compare."""


def _groups(tallies: Mapping[_Unit, Tally]) -> Iterable[list[_Unit]]:
    groups: defaultdict[tuple[CampaignId, str], list[_Unit]] = defaultdict(list)
    for unit in tallies:
        groups[unit.campaign, unit.day].append(unit)
    return groups.values()


def _shown(group: list[_Unit], people: _People, least: int) -> set[_Unit]:
    """Those of one campaign's day that may be told apart."""
    families: defaultdict[str | None, list[_Unit]] = defaultdict(list)
    for unit in group:
        families[unit.parent].append(unit)
    shown: set[_Unit] = set()
    for parent in _told(families, people, least):
        shown |= _told({unit: [unit] for unit in families[parent]}, people, least)
    return {unit for unit in shown if unit.leaf is not None}


def _told(parts: Mapping[_Name, list[_Unit]], people: _People, least: int) -> set[_Name]:
    """The parts of enough people, without the smallest as long as those left out are some, but too few."""
    sizes = {name: _count(units, people) for name, units in parts.items()}
    told = {name for name, size in sizes.items() if size >= least}
    for name in sorted(told, key=lambda name: (sizes[name], repr(name))):
        left_out = [unit for other, units in parts.items() if other not in told for unit in units]
        if not left_out or _count(left_out, people) >= least:
            break
        told.discard(name)
    return told


def _count(units: Iterable[_Unit], people: _People) -> int:
    """At least how many people these stand for: the most of any one day."""
    days: defaultdict[int, set[int]] = defaultdict(set)
    for unit in units:
        for day, hashes in people.get(unit, {}).items():
            days[day] |= hashes
    return max((len(hashes) for hashes in days.values()), default=0)


def _people(reach: Iterable[Reach], by: Breakdown, zones: Mapping[CampaignId, str]) -> _People:
    people: defaultdict[_Unit, defaultdict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for one in reach:
        zone = zones.get(one.campaign_id, "UTC")
        first, last = (_unit(_place(one, quarter), by, zone) for quarter in (0, _QUARTERS - 1))
        # Where an hour of UTC is parts of two, nobody can say who was there in which.
        if first == last:
            people[first][one.hour // _HOURS_A_DAY] |= one.people
    return {unit: {day: frozenset(hashes) for day, hashes in days.items()} for unit, days in people.items()}


def _place(one: Reach, quarter: int) -> Cell:
    """A cell where somebody was reached, in a quarter of the hour."""
    return Cell(
        advertiser_id=AdvertiserId(""),
        campaign_id=one.campaign_id,
        quarter=one.hour * _QUARTERS + quarter,
        adset_id=one.adset_id,
        ad_id=one.ad_id,
        site_id=one.site_id,
        placement_id=one.placement_id,
        kind="impression",
        validity="valid",
    )


def _unit(cell: Cell, by: Breakdown, zone: str) -> _Unit:
    above = _PARENT[by]
    parent = None if above is None else key_of(cell, [above], zone)[0]
    day = "" if by == "day" else moment_of(cell.quarter or 0, zone).date().isoformat()
    [leaf] = key_of(cell, [by], zone)
    return _Unit(campaign=cell.campaign_id, day=day, parent=parent, leaf=leaf)
