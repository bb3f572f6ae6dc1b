"""Clicks, hides and impressions are remembered, fade, and count by the person's own day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.domain.ids import AdId, AdvertiserId, PersonId
from adtailor.domain.profile import Fading, Profile
from adtailor.profiles.fading import faded, learned
from adtailor.profiles.frequency import seen_today, with_seen
from adtailor.profiles.history import MOST_ADVERTISERS, with_click, with_hide

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
EMPTY = Profile(person_id=PersonId("ana"))
ACME = AdvertiserId("acme")
A1 = AdId("a1")


def test_a_click_raises_and_fades_by_half_in_30_days() -> None:
    profile = with_click(EMPTY, ACME, now=NOW)
    profile = with_click(profile, ACME, now=NOW + 30 * DAY)
    assert profile.history.weights == pytest.approx({"acme": 1 / 2 + 1})


def test_a_hide_lowers_more_than_two_clicks_raise_and_the_ad_stays_away() -> None:
    profile = with_hide(with_click(EMPTY, ACME, now=NOW), ACME, A1, now=NOW)
    assert profile.history.weights == {"acme": 1.0 - 2.0}
    assert profile.hidden_ads == {A1}


def test_the_history_stays_small() -> None:
    profile = EMPTY
    for n in range(MOST_ADVERTISERS + 3):
        profile = with_click(profile, AdvertiserId(f"v{n}"), now=NOW + DAY * n)
    assert len(profile.history.weights) == MOST_ADVERTISERS


def test_learning_nothing_changes_nothing() -> None:
    assert learned(Fading(), {}, NOW, half_life=DAY, keep=1) == Fading()
    assert faded(Fading(), NOW, DAY) == {}


def test_faint_weights_say_nothing() -> None:
    fading = Fading(weights={"a": 1.0, "b": -1.0}, as_of=NOW)
    assert faded(fading, NOW + 6 * DAY, DAY) == {"a": 1 / 64, "b": -1 / 64}
    assert faded(fading, NOW + 7 * DAY, DAY) == {}


class TestFrequency:
    def test_impressions_add_up_within_the_day(self) -> None:
        profile = EMPTY
        for ad in (A1, A1, AdId("a2")):
            profile = with_seen(profile, ad, now=NOW, zone="UTC")
        assert seen_today(profile, now=NOW, zone="UTC") == {A1: 2, "a2": 1}

    def test_the_day_is_the_persons_own(self) -> None:
        evening = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)  # 23:30 in Berlin, 07:30 of the next day in Tokyo
        for zone, left in (("Europe/Berlin", 0), ("Asia/Tokyo", 1)):
            profile = with_seen(EMPTY, A1, now=evening, zone=zone)
            later = seen_today(profile, now=evening + timedelta(hours=1), zone=zone)
            assert later.get(A1, 0) == left

    @pytest.mark.parametrize(
        ("midnight_utc", "hours"),
        [(datetime(2026, 3, 28, 23, tzinfo=UTC), 23), (datetime(2026, 10, 24, 22, tzinfo=UTC), 25)],
        ids=["a day of 23 hours", "a day of 25 hours"],
    )
    def test_t24_a_day_of_23_or_25_hours_has_one_cap(self, midnight_utc: datetime, hours: int) -> None:
        profile, counts = EMPTY, []
        for hour in range(-1, hours + 1):
            now = midnight_utc + timedelta(hours=hour)
            profile = with_seen(profile, A1, now=now, zone="Europe/Berlin")
            counts.append(seen_today(profile, now=now, zone="Europe/Berlin")[A1])
        assert counts == [1, *range(1, hours + 1), 1]

    @given(hours=st.lists(st.floats(0, 50), max_size=12))
    def test_the_count_is_that_of_the_days_impressions(self, hours: list[float]) -> None:
        times = sorted(NOW + timedelta(hours=h) for h in hours)
        profile = EMPTY
        for now in times:
            profile = with_seen(profile, A1, now=now, zone="UTC")
        last = times[-1] if times else NOW
        today = sum(at.date() == last.date() for at in times)
        assert seen_today(profile, now=last, zone="UTC").get(A1, 0) == today


def test_the_input_is_never_changed() -> None:
    before = with_click(EMPTY, ACME, now=NOW)
    copy = replace(before)
    with_hide(with_seen(before, A1, now=NOW, zone="UTC"), ACME, A1, now=NOW)
    assert before == copy
