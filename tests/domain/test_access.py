"""Tokens, authors, selling, steps and landing: values that check themselves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adtailor.domain.access import OWNER, AccessToken, Caller
from adtailor.domain.audit import Author
from adtailor.domain.buying import Ad, Advertiser, Organization
from adtailor.domain.creative import Card, Creative
from adtailor.domain.ids import made_at_of
from adtailor.domain.landing import checked_landing, lands_at
from adtailor.domain.managed import parent_of, status_of, used_by
from adtailor.domain.review import Review
from adtailor.domain.selling import Site, SitePlacement
from adtailor.domain.status import NEXT, STATUSES, checked_step
from adtailor.errors import InvalidInput

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TOKEN = AccessToken(id="t", label="Ana", role="advertiser", organization_id="acme", created_at=NOW)
CREATIVE = Creative(id="c", advertiser_id="tea", headline="Tea", body="B.", landing_url="https://tea.example/")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"organization_id": None}, "organization"),
        ({"role": "owner"}, "organization"),
        ({"role": "site"}, "organization"),
        ({"role": "site", "organization_id": None}, "site"),
        ({"site_id": "s1"}, "site"),
        ({"label": ""}, "label"),
        ({"id": "a b"}, "id"),
        ({"expires_at": NOW.replace(tzinfo=None)}, "expires_at"),
    ],
)
def test_a_token_says_whose_it_is_as_its_role_asks(changes, field) -> None:
    with pytest.raises(InvalidInput) as caught:
        replace(TOKEN, **changes)
    assert caught.value.field == field


def test_a_token_opens_until_it_expires_or_is_revoked() -> None:
    assert TOKEN.opens(NOW)
    assert TOKEN.caller == Caller(role="advertiser", name="Ana (t)", organization_id="acme")
    ends = replace(TOKEN, expires_at=NOW + timedelta(days=1))
    assert ends.opens(NOW + timedelta(hours=23))
    assert not ends.opens(NOW + timedelta(days=1))
    assert not replace(TOKEN, revoked_at=NOW).opens(NOW)


def test_a_caller_sees_its_own_organization_and_those_of_all_see_all() -> None:
    advertiser = TOKEN.caller
    assert (advertiser.sees("acme"), advertiser.sees("others"), advertiser.sees(None)) == (True, False, False)
    assert OWNER.sees(None)
    assert Caller(role="analyst").sees("others")
    assert not Caller(role="analyst", organization_id="acme").sees("others")
    assert not Caller(role="site", site_id="s1").sees(None)


def test_a_change_has_an_author_and_a_time_with_a_zone() -> None:
    assert Author(by="ana", at=NOW).at == NOW
    for wrong in ({"by": ""}, {"by": "x" * 201}, {"at": NOW.replace(tzinfo=None)}):
        with pytest.raises(InvalidInput):
            Author(**{"by": "ana", "at": NOW, **wrong})
    with pytest.raises(InvalidInput):
        Review(creative_id="c", verdict="approved", by="ana", at=NOW.replace(tzinfo=None))


@pytest.mark.parametrize("changes", [{"id": "a b"}, {"floor": -1}, {"formats": frozenset()}])
def test_a_placement_checks_itself(changes) -> None:
    good = SitePlacement(id="top", site_id="s1", name="Top")
    assert (parent_of("placements", good), status_of(good)) == ("s1", "active")
    with pytest.raises(InvalidInput):
        replace(good, **changes)


def test_items_say_what_they_hang_on_and_show() -> None:
    site = Site(id="s1", name="Feed")
    assert parent_of("sites", site) is None
    assert used_by(site) is None
    assert used_by(Ad(id="a", adset_id="s", creative_id="c")) == "c"
    assert status_of(Organization(id="acme", name="Acme")) is None
    assert status_of(Advertiser(id="tea", organization_id="acme", name="Tea", payer="Acme")) is None


def test_steps_are_those_of_the_table() -> None:
    for before in STATUSES:
        for after in STATUSES:
            if before == after or after in NEXT[before]:
                assert checked_step(before, after) == after
            else:
                with pytest.raises(InvalidInput):
                    checked_step(before, after)


def test_a_creative_lands_at_home_with_every_card() -> None:
    assert checked_landing(CREATIVE, ["tea.example"]) == checked_landing(CREATIVE, []) == CREATIVE
    assert not lands_at("https:///nowhere", [])
    card = Card(headline="A", image="a.png", landing_url="https://evil.example/")
    for wrong in (
        replace(CREATIVE, format="carousel", cards=(card,)),
        replace(CREATIVE, landing_url="https://x.example/"),
    ):
        with pytest.raises(InvalidInput, match=r"tea\.example"):
            checked_landing(wrong, ["tea.example"])
    with pytest.raises(InvalidInput, match="name a host"):
        checked_landing(replace(CREATIVE, landing_url="https:///nowhere"), [])


@pytest.mark.parametrize(
    "other", ["no id", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "ffffffff-ffff-7000-8000-000000000000"]
)
def test_only_ids_made_here_tell_when(other: str) -> None:
    assert made_at_of(other) is None
