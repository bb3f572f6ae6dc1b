"""Trials check what is said before they begin; arms are drawn alike for ever, and budgets divide to the micro."""

from collections import Counter
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.domain.findings import Look
from adtailor.domain.ids import CampaignId, TrialId
from adtailor.domain.person_table import PersonTable
from adtailor.domain.trial import Arm, Assigned, Measured, account_of, arm_of, part_of, period_of
from adtailor.errors import InvalidInput
from adtailor.testing import samples
from adtailor.testing.samples import NOON

PRIMARY = Measured(metric="revenue", role="primary")
HALF = Arm(name="half", parts=5_000)


def registration(**changes):
    return samples.trial("t", **changes).registration


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"question": " "}, "no question"),
        ({"arms": (HALF,)}, "two or more"),
        ({"arms": (HALF, HALF)}, "its own name"),
        ({"arms": (HALF, Arm(name="a", parts=6_000))}, "at most 1"),
        ({"arms": (HALF, Arm(name="a", parts=4_000))}, "exactly 1"),
        ({"metrics": ()}, "exactly one"),
        ({"metrics": (PRIMARY, Measured(metric="revenue"))}, "one role"),
        ({"people": 3}, "trial plan"),
        ({"effect": 0.0}, "above 0"),
        ({"alpha": 0.5}, "below 0.5"),
        ({"power": 1.0}, "below 1"),
        ({"looks": 0}, "1 to 365"),
        ({"days": 0}, "1 to 730"),
        ({"before_days": 29}, "0 to 28"),
        ({"days": 20}, "kept 30 days"),
        ({"period_minutes": 60}, "others have none"),
        ({"design": "switchback", "period_minutes": 1}, "5 minutes"),
        ({"campaign": CampaignId("autumn")}, "others have none"),
        ({"design": "ghost ads", "campaign": None}, "one campaign"),
        ({"id": "a b"}, "is no id"),
    ],
)
def test_what_cannot_be_is_refused_by_name(changes, says):
    with pytest.raises(InvalidInput) as refused:
        registration(**changes)
    assert says in str(refused.value)


def test_arms_and_metrics_check_themselves():
    for parts in (0, 10_001):
        with pytest.raises(InvalidInput, match="parts"):
            Arm(name="a", parts=parts)
    for role, margin in (("guardrail", None), ("secondary", 0.1), ("guardrail", 1.0), ("guardrail", 0.0)):
        with pytest.raises(InvalidInput):
            Measured(metric="hide rate", role=role, margin=margin)


def test_a_hold_out_may_last_and_leave_most_people_outside():
    long = registration(design="hold-out", days=365, arms=(Arm(name="none", parts=100), Arm(name="all", parts=900)))
    drawn = Counter(arm_of(long, f"p{n}") for n in range(20_000))
    assert drawn[0] == pytest.approx(200, abs=60)
    assert drawn[1] == pytest.approx(1_800, abs=170)
    assert drawn[None] == 20_000 - drawn[0] - drawn[1]
    assert (long.grade, long.control.name, long.primary.metric) == ("C", "none", "revenue")


def test_t_trials_draw_independently_of_each_other():
    one, other = (samples.trial(name).registration for name in ("one", "other"))
    table = np.zeros((2, 2))
    for n in range(4_000):
        table[arm_of(one, f"p{n}"), arm_of(other, f"p{n}")] += 1
    assert table == pytest.approx(1_000, abs=110)  # 4 standard errors of a quarter of 4000


def test_another_salt_draws_others():
    plain, salted = registration(), registration(salt="again")
    assert sum(arm_of(plain, f"p{n}") != arm_of(salted, f"p{n}") for n in range(1_000)) == pytest.approx(500, abs=64)


@given(st.integers(0, 2**62), st.lists(st.integers(1, 5_000), min_size=1, max_size=2))
def test_t35_all_parts_of_a_budget_are_never_more_than_the_whole(budget, parts):
    shares = [*parts, 10_000 - sum(parts)]
    assert 0 <= budget - sum(part_of(budget, share) for share in shares) < len(shares)


def test_a_period_holds_for_its_minutes_and_an_account_names_trial_and_arm():
    switching = registration(design="switchback")
    assert period_of(switching, NOON) + 1 == period_of(switching, NOON.replace(hour=13))
    assert account_of(TrialId("t"), 1) == "t/1"
    assert Assigned(trial_id=TrialId("t"), arm=0).differs is None


def test_times_have_zones():
    with pytest.raises(InvalidInput, match="no time zone"):
        Look(trial_id=TrialId("t"), number=1, at=datetime(2026, 1, 1), findings=samples.findings())  # noqa: DTZ001
    assert not samples.trial("t", design="user split").splits_budgets
    assert samples.trial("t", status="stopped").stopped_at == NOON


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"before": np.zeros(3)}, "as `person`"),
        ({"before": np.full(2, np.nan)}, "no number"),
        ({"sums": {"sadness": np.zeros(2)}}, "one of revenue"),
        ({"differing": {"mood": np.zeros(2)}}, "one of revenue"),
        ({"period": np.zeros(3, dtype=np.int64)}, "as `person`"),
        ({"arm": np.array([-1, 0])}, "outside of the trial"),
    ],
)
def test_a_table_of_people_checks_itself(changes, says):
    known = {
        "person": np.arange(2, dtype=np.uint64),
        "arm": np.zeros(2, dtype=np.int64),
        "before": np.zeros(2),
        "sums": {"revenue": np.ones(2)},
    }
    assert len(PersonTable(**known)) == 2
    with pytest.raises(InvalidInput) as refused:
        PersonTable(**{**known, **changes})
    assert says in str(refused.value)
