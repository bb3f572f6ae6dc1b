"""Selections name something, and limits are limits."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from adtailor.domain.events import EVENT_KINDS
from adtailor.domain.ids import CampaignId
from adtailor.domain.ledger import Selection
from adtailor.domain.traffic import Limits
from adtailor.errors import InvalidInput

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_selection_names_something_and_its_times_are_of_utc() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=5)))
    which = Selection(campaign_id=CampaignId("autumn"), since=there)
    assert which.since == NOON
    assert which.since is not None
    assert which.since.tzinfo is UTC
    with pytest.raises(InvalidInput, match="which events"):
        Selection(since=NOON)
    with pytest.raises(InvalidInput, match="time zone"):
        Selection(campaign_id=CampaignId("autumn"), until=NOON.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rates": ((60, 0),)}, "traffic.rates"),
        ({"rates": ((0, 1),)}, "traffic.rates"),
        ({"rates": ((600, 3), (60, 1))}, "traffic.rates"),
        ({"click_burst": 0}, "traffic.click_burst"),
    ],
)
def test_limits_that_limit_nothing_are_refused(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Limits(**changes)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_what_people_do_on_purpose_against_an_ad_is_never_too_much() -> None:
    assert [kind for kind in EVENT_KINDS if Limits().burst(kind) is None] == ["hide", "report"]
