"""What values answer about themselves, where nothing else asks them here."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from adtailor.domain.backfill import ForeignAd, OpenPlace
from adtailor.domain.checks import is_id
from adtailor.domain.decision import Decision, Won
from adtailor.domain.login import Session, User, checked_password
from adtailor.domain.person import RestChoice
from adtailor.domain.reading import Garment, PhotoLook, Reading, Topic, garment_mark, topic_mark
from adtailor.domain.scoreboard import Kept, Scoreboard
from adtailor.domain.targeting import Targeting
from adtailor.domain.trial import Account, Assigned
from adtailor.domain.wellbeing import Helpline, RestTold
from adtailor.errors import InvalidInput
from adtailor.testing.samples import NOON


def test_an_ad_of_another_bidder_is_as_large_as_its_place() -> None:
    place = OpenPlace.__new__(OpenPlace)
    object.__setattr__(place, "width", 300)
    object.__setattr__(place, "height", 250)
    ad = ForeignAd.__new__(ForeignAd)
    object.__setattr__(ad, "place", place)
    assert (ad.width, ad.height) == (300, 250)


def test_an_id_is_told_from_what_is_none() -> None:
    assert is_id("a.b:c-1")
    assert not is_id("two words")


def test_what_a_thousand_impressions_are_worth() -> None:
    won = Won.__new__(Won)
    for name, value in (("bid_kind", "cpc"), ("price", 100_000), ("events", 0.02)):
        object.__setattr__(won, name, value)
    assert won.thousand_worth == 2_000_000  # 0.10 a click, one click in fifty: 2.00
    object.__setattr__(won, "bid_kind", "cpm")
    assert won.thousand_worth == 100_000


def test_a_page_is_paid_from_the_account_of_the_trial_that_splits_budgets() -> None:
    decision = Decision.__new__(Decision)
    object.__setattr__(decision, "trials", ())
    assert decision.budget_account is None
    apart = Assigned(trial_id="b", arm=1, account=Account("b/1"))
    object.__setattr__(decision, "trials", (Assigned(trial_id="a", arm=0), apart))
    assert decision.budget_account == "b/1"


def user(**changes: object) -> User:
    return User(**{"name": "ana", "role": "owner", "created_at": NOON, "password_at": NOON, **changes})


def test_somebody_who_logs_in_is_a_caller_with_their_role() -> None:
    caller = user(role="advertiser", organization_id="boots").caller
    assert (caller.role, caller.name, caller.organization_id) == ("advertiser", "ana", "boots")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": "Ana Marlowe"}, "no name to log in with"),
        ({"role": "site"}, "nobody logs in as site"),
        ({"role": "advertiser"}, "of no organization"),
        ({"organization_id": "boots"}, "an owner with an organization"),
    ],
)
def test_who_cannot_log_in_is_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        user(**changes)


def test_a_session_keeps_its_times_in_utc() -> None:
    session = Session(id="s1", user="ana", created_at=NOON, seen_at=NOON, expires_at=NOON + timedelta(hours=1))
    assert session.expires_at.tzinfo is UTC


@pytest.mark.parametrize("password", ["short", "x" * 5000, "aaaaaaaaaaaaaaaa", "ana-maria-ana"[:13]])
def test_a_password_that_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput):
        checked_password(password, "ana-maria-a")


def test_a_password_of_some_words_is_taken() -> None:
    assert checked_password("four walnuts on a sill", "ana") == "four walnuts on a sill"


def test_a_limit_for_a_day_is_one_of_those_offered() -> None:
    assert RestChoice(daily_minutes=30).daily_minutes == 30
    with pytest.raises(InvalidInput, match="a limit of 31 minutes"):
        RestChoice(daily_minutes=31)


def test_what_its_author_calls_wrong_is_left_out_of_a_reading() -> None:
    topics = (Topic(id="483", name="Sports", confidence=0.9), Topic(id="653", name="Travel", confidence=0.8))
    shirt, hat = (Garment.__new__(Garment) for _ in range(2))
    photo = PhotoLook(photo=0, garments=(shirt, hat))
    reading = Reading(post_id="p1", topics=topics, look=(photo,))
    assert len(reading.right_topics) == len(reading.right_garments) == 2
    corrected = replace(reading, wrong=(topic_mark("483"), garment_mark(0, 0)))
    assert corrected.right_topics == topics[1:]
    assert len(corrected.right_garments) == 1
    assert corrected.right_garments[0] is hat


def test_a_scoreboard_counts_what_held() -> None:
    rows = tuple(Kept(number=n, says="?", cases=1, is_kept=n != 2) for n in (1, 2, 3))
    assert Scoreboard(made_at=NOON, version="0", seed=1, rows=rows).kept == 2


def test_t04_no_group_names_how_somebody_suffers() -> None:
    with pytest.raises(InvalidInput, match="names how somebody suffers"):
        Targeting(segments=frozenset({"stressed-people"}))


def test_a_week_begins_on_monday_and_a_line_is_known_by_all_it_says() -> None:
    sunday = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    assert RestTold(event="shown", at=sunday).week == date(2026, 11, 16)
    line = Helpline(country="DE", name="A", phone="1", url=None, hours=None, source="https://a.example")
    assert line.fingerprint == replace(line, verified_at=date(2026, 1, 1)).fingerprint
    assert line.fingerprint != replace(line, phone="2").fingerprint
