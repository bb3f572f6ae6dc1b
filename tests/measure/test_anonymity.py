"""No report, and no difference of two, tells an advertiser of fewer people than it may."""

from collections import defaultdict
from datetime import date
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, PlacementId, SiteId
from adtailor.domain.ledger import Cell, Reach
from adtailor.domain.money import Micros
from adtailor.errors import InvalidInput
from adtailor.measure.anonymity import for_advertiser
from adtailor.measure.delivery import Report, deliver, sum_of

K = 5
HOUR = 24 * 20_000
ZONES = {CampaignId("autumn"): "Etc/GMT-1"}  # an hour before UTC all year
Seen = tuple[int, str, str, str, str, int]
"""An impression: hour, ad set, ad, site, placement, person."""


def cells_of(seen: list[Seen]) -> tuple[list[Cell], list[Reach]]:
    people: defaultdict[tuple[int, str, str, str, str], set[int]] = defaultdict(set)
    counts: defaultdict[tuple[int, str, str, str, str], int] = defaultdict(int)
    for *place, person in seen:
        people[tuple(place)].add(person)  # type: ignore[arg-type]
        counts[tuple(place)] += 1  # type: ignore[arg-type]
    cells = [
        Cell(
            advertiser_id=AdvertiserId("boots"),
            campaign_id=CampaignId("autumn"),
            quarter=4 * hour + 1,
            adset_id=AdSetId(adset),
            ad_id=AdId(ad),
            site_id=SiteId(site),
            placement_id=PlacementId(placement),
            kind="impression",
            validity="valid",
            events=count,
            charged=Micros(7 * count),
        )
        for (hour, adset, ad, site, placement), count in counts.items()
    ]
    reach = [
        Reach(
            hour=hour,
            campaign_id=CampaignId("autumn"),
            adset_id=AdSetId(adset),
            ad_id=AdId(ad),
            site_id=SiteId(site),
            placement_id=PlacementId(placement),
            people=frozenset(who),
        )
        for (hour, adset, ad, site, placement), who in people.items()
    ]
    return cells, reach


def reported(seen: list[Seen], by: str, **changes: object) -> Report:
    cells, reach = cells_of(seen)
    return for_advertiser(cells, reach, by, zones=ZONES, least=K, **changes)  # type: ignore[arg-type]


ads = st.sampled_from(["a1", "a2", "a3", "b1", "b2", "c1"])
places = st.sampled_from(["s1-top", "s1-end", "s2-top"])
views = st.builds(
    lambda hour, ad, place, person: (HOUR + hour, ad[0], ad, place[:2], place, person),
    st.integers(0, 50),
    ads,
    places,
    st.integers(0, 14),
)


@settings(deadline=None)
@given(seen=st.lists(views, max_size=80))
def test_t21_what_is_told_and_what_is_left_of_any_whole_are_enough_people_each(seen: list[Seen]) -> None:
    days = {hour: date.fromordinal(719_163 + (hour + 1) // 24) for hour, *_ in seen}
    for day in {*days.values()}:
        today = [view for view in seen if days[view[0]] == day]
        told: dict[str, set[str]] = {}
        for by, place in (("adset", 1), ("ad", 2), ("site", 3), ("placement", 4)):
            report = reported(seen, by, since=day, until=day)
            told[by] = {row.key[1] for row in report.rows if row.key[1] is not None}
            for name in told[by]:
                assert people(view for view in today if view[place] == name) >= K
            rest = [view for view in today if view[place] not in told[by]]
            assert not rest or people(rest) >= K or not told[by]
            assert report.total == sum_of(row.tally for row in report.rows)
            assert report.total.gross == 7 * len(today)
        for above, below, up, down in (("adset", "ad", 1, 2), ("site", "placement", 3, 4)):
            for parent in told[above]:
                hidden = [view for view in today if view[up] == parent and view[down] not in told[below]]
                assert not hidden or people(hidden) >= K, "a whole less its parts that are told"
            for child in told[below]:
                assert {view[up] for view in today if view[down] == child} <= told[above]


def people(views: object) -> int:
    """The most of one day of UTC, which is what can be known."""
    by_day: defaultdict[int, set[int]] = defaultdict(set)
    for hour, *_, person in views:  # type: ignore[attr-defined]
        by_day[hour // 24].add(person)
    return max(map(len, by_day.values()), default=0)


def test_t21_an_attack_by_subtraction_finds_a_group_not_a_person() -> None:
    crowd = [(HOUR, "a", "a1", "s1", "top", person) for person in range(20)]
    few = [(HOUR, "a", "a2", "s1", "top", person) for person in range(20, 26)]
    one = [(HOUR, "a", "a3", "s1", "top", 99)]
    report = reported([*crowd, *few, *one], "ad")
    assert [(row.key, row.tally.impressions) for row in report.rows] == [(("autumn", "a1"), 20), (("autumn", None), 7)]
    everything = [*crowd, *few, *one]
    assert reported(everything, "campaign").total.impressions == 27, "what is billed is exact"
    assert [row.key for row in reported(one, "ad").rows] == [("autumn", None)]


def test_t21_hours_that_a_zone_cuts_in_two_tell_nothing() -> None:
    crowd = [(HOUR + 3, "a", "a1", "s1", "top", person) for person in range(20)]
    cells, reach = cells_of(crowd)
    for zone, told in (("Europe/Berlin", True), ("Asia/Kolkata", False)):
        report = for_advertiser(cells, reach, "hour", zones={CampaignId("autumn"): zone}, least=K)
        assert [row.key[1] is not None for row in report.rows] == [told]


def test_days_are_lines_too() -> None:
    crowd = [(HOUR + 24 * (person % 2), "a", "a1", "s1", "top", person) for person in range(20)]
    assert [row.key[1] for row in reported(crowd, "day").rows] == ["2024-10-04", "2024-10-05"]


def test_how_few_is_bounded_by_what_the_store_can_tell() -> None:
    with pytest.raises(InvalidInput, match="from 1 to 100"):
        for_advertiser([], [], "ad", zones={}, least=101)


@given(seen=st.lists(views, max_size=60))
def test_every_report_has_the_same_total(seen: list[Seen]) -> None:
    cells, _ = cells_of(seen)
    by = (["campaign"], ["site", "placement"], ["day"], ["hour", "ad"], ["advertiser", "adset"], [])
    totals = {deliver(cells, dims, zones=ZONES).total for dims in by}  # type: ignore[arg-type]
    assert len(totals) == 1
    assert totals.pop().gross == 7 * len(list(chain(seen)))
