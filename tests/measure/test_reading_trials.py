"""A trial is read by person; what it may say hangs on its design, its people, its look, and on what was registered."""

import math
from dataclasses import replace

import numpy as np
import pytest

from adtailor.domain.person_table import PersonTable
from adtailor.domain.trial import Arm, Measured
from adtailor.errors import InvalidInput, StaleVersion
from adtailor.measure.experiments.plan import SiteVariance, plan, site_variance
from adtailor.measure.experiments.read import read
from adtailor.measure.experiments.register import hash_of, registered, trial_of
from adtailor.testing import samples
from adtailor.testing.samples import NOON

PRIMARY = Measured(metric="revenue", role="primary")
FILE = """\
id = "look-2026"
question = "Does the look of people raise revenue per person?"
design = "budget split"
people = 40000
effect = 0.02
arms = [{ name = "without", share = 0.5, signals_off = ["look"] }, { name = "with", share = 0.5 }]
metrics = [{ metric = "revenue", role = "primary" }, { metric = "hide rate", role = "guardrail", margin = 0.05 }]
"""


def registration(**changes):
    return samples.trial("t", **{"people": 4_000, "looks": 1, **changes}).registration


def table(seed=1, people=4_000, lift=0.0, *, hides=0.02, **changes):
    rng = np.random.default_rng(seed)
    arm = rng.permutation(np.arange(people) % 2)
    before = rng.lognormal(size=people)
    impressions = 1.0 + rng.poisson(20, size=people)
    known = {
        "person": np.arange(people, dtype=np.uint64),
        "arm": arm,
        "before": before,
        "sums": {
            "revenue": before * rng.lognormal(sigma=0.5, size=people) * (1 + lift * arm),
            "impressions": impressions,
            "hides": rng.binomial(impressions.astype(int), hides * np.ones(people)).astype(float),
        },
    }
    return PersonTable(**{**known, **changes})


def primary(findings):
    return next(one for one in findings.findings if one.role == "primary")


class TestVerdicts:
    def test_a_large_effect_in_a_budget_split_is_a_lift(self):
        found = read(table(lift=0.2), registration())
        assert (found.evidence, found.grade, found.is_over) == ("sufficient", "A", True)
        assert (primary(found).verdict, primary(found).is_word_lift) == ("better", True)
        assert primary(found).relative.low < 0.2 < primary(found).relative.high

    def test_a_user_split_never_says_lift_and_tells_how_much_money_was_shared(self):
        found = read(table(lift=0.2), registration(design="user split"), bound_share=0.4)
        assert (primary(found).verdict, primary(found).is_word_lift) == ("better", False)
        assert any("40% of revenue came from campaigns whose budgets ran out" in note for note in found.notes)

    def test_too_few_people_say_how_many_are_needed(self):
        found = read(table(lift=0.0), registration(effect=0.01, people=4_000))
        assert found.evidence == "insufficient"
        needed = found.needed
        # The error of a relative change falls with the root of the people: at `needed` it is effect / (1.96 + 0.84).
        error = (primary(found).relative.high - primary(found).relative.low) / 2
        assert needed == pytest.approx(4_000 * (error / 1.96 * 2.8016 / 0.01) ** 2, rel=0.02)

    def test_an_effect_that_is_ruled_out_is_an_answer_too(self):
        found = read(table(lift=0.0), registration(effect=0.2))
        assert (primary(found).verdict, found.evidence) == ("less than asked for", "sufficient")

    def test_less_is_worse_and_fewer_hides_are_better(self):
        assert primary(read(table(lift=-0.2), registration())).verdict == "worse"
        fewer = table(hides=0.02)
        hides = np.where(fewer.arm == 1, fewer.sums["hides"] * 0.3, fewer.sums["hides"])
        found = read(
            replace(fewer, sums={**fewer.sums, "hides": hides}),
            registration(metrics=(PRIMARY, Measured(metric="hide rate"))),
        )
        assert [one.verdict for one in found.findings if one.metric == "hide rate"] == ["better"]

    def test_a_trial_of_one_look_does_not_decide_before_its_end(self):
        early = read(table(people=1_000, lift=1.0), registration())
        assert (primary(early).verdict, early.evidence) == ("not known yet", "insufficient")
        assert primary(read(table(people=1_000, lift=1.0), registration(), is_last=True)).verdict == "better"

    def test_an_early_look_asks_for_more_than_a_late_one(self):
        many = registration(looks=14)
        early, late = read(table(people=1_000), many), read(table(people=4_000), many, past=(0.25,))
        assert primary(early).boundary > 4.0
        assert 1.96 < primary(late).boundary < 2.1
        assert (early.look, late.look, late.information) == (1, 2, 1.0)

    def test_more_treated_arms_ask_for_more_each(self):
        arms = (Arm(name="a", parts=4_000), Arm(name="b", parts=3_000), Arm(name="c", parts=3_000))
        rng = np.random.default_rng(2)
        three = table(arm=rng.choice(3, size=4_000, p=[0.4, 0.3, 0.3]))
        found = read(three, registration(arms=arms))
        assert [one.arm for one in found.findings if one.role == "primary"] == ["b", "c"]
        assert primary(found).boundary == pytest.approx(2.2414, abs=0.01)  # .05 / 2


class TestGuardrails:
    def test_a_guardrail_is_kept_broken_or_not_known(self):
        rail = Measured(metric="hide rate", role="guardrail", margin=0.3)
        asked = registration(metrics=(PRIMARY, rail))
        kept = table()
        broken = replace(
            kept, sums={**kept.sums, "hides": np.where(kept.arm == 1, kept.sums["hides"] * 2, kept.sums["hides"])}
        )
        verdicts = [
            next(one for one in read(one_table, asked).findings if one.role == "guardrail").verdict
            for one_table in (kept, broken, table(people=200))
        ]
        assert verdicts == ["no worse", "worse", "may be worse"]

    def test_what_was_registered_and_not_measured_is_told(self):
        asked = registration(metrics=(PRIMARY, Measured(metric="time on site", role="guardrail", margin=0.02)))
        [rail] = [one for one in read(table(), asked).findings if one.role == "guardrail"]
        assert (rail.verdict, rail.people) == ("not measured", 0)
        assert math.isnan(rail.control)

    def test_what_was_not_registered_is_exploratory(self):
        found = read(table(lift=0.2), registration())
        [hides] = [one for one in found.findings if not one.is_registered]
        assert (hides.metric, hides.verdict, hides.is_word_lift) == ("hide rate", "exploratory", False)


class TestSampleRatio:
    @pytest.mark.parametrize("lost", ["logs of one arm", "busy people of one arm", "those who met a difference"])
    def test_what_is_lost_from_one_arm_breaks_a_trial(self, lost):
        whole = table(people=40_000, lift=0.2)
        rng = np.random.default_rng(4)
        if lost == "logs of one arm":
            stays = (whole.arm == 0) | (rng.random(40_000) > 0.04)
        elif lost == "busy people of one arm":
            stays = (whole.arm == 0) | (whole.sums["impressions"] < 26.0)
        else:
            stays = np.ones(40_000, dtype=bool)
        kept = PersonTable(
            person=whole.person[stays],
            arm=whole.arm[stays],
            before=whole.before[stays],
            sums={name: column[stays] for name, column in whole.sums.items()},
        )
        asked = registration(people=40_000)
        if lost == "those who met a difference":
            met = (rng.random(40_000) < np.where(whole.arm == 1, 0.22, 0.20)).astype(float)
            asked = registration(people=40_000, design="user split")
            kept = replace(kept, differing={"impressions": met, "revenue": whole.sums["revenue"] * met})
        found = read(kept, asked)
        assert found.evidence == "broken"
        assert not primary(found).is_word_lift
        assert read(whole, registration(people=40_000)).evidence == "sufficient"


class TestDesigns:
    def test_only_a_user_split_is_read_where_arms_differ(self):
        base = table(people=8_000)
        rng = np.random.default_rng(9)
        there = rng.exponential(1.0, 8_000) * (1 + 0.3 * base.arm)
        revenue = base.sums["revenue"] + there
        whole = replace(base, sums={"revenue": revenue}, differing={"revenue": there, "impressions": np.ones(8_000)})
        split, shared = (
            primary(read(whole, registration(design=design, people=8_000))) for design in ("budget split", "user split")
        )
        assert "pages that differ" in shared.method
        assert "pages that differ" not in split.method
        width = [one.difference.high - one.difference.low for one in (shared, split)]
        assert width[0] < 0.75 * width[1]

    def test_what_is_carried_over_to_other_pages_is_not_left_out(self):
        base = table(people=8_000, lift=0.5)
        whole = replace(base, differing={"revenue": base.sums["revenue"] * 0.1, "impressions": np.ones(8_000)})
        found = read(whole, registration(design="user split", people=8_000))
        assert "pages that differ" not in primary(found).method
        assert any("differs on pages that all arms serve alike" in note for note in found.notes)

    def test_ghost_ads_count_all_that_those_did_who_would_have_seen_them(self):
        base = table(people=8_000)
        met = (np.arange(8_000) % 4 == 0).astype(float)
        sums = {"value": base.sums["revenue"] * (1 + 0.5 * met * base.arm)}
        whole = replace(base, sums=sums, differing={"value": sums["value"] * 0, "impressions": met})
        asked = registration(
            design="ghost ads", people=8_000, metrics=(Measured(metric="advertiser value", role="primary"),)
        )
        found = primary(read(whole, asked))
        assert (found.verdict, found.is_word_lift) == ("better", False)
        assert found.difference.value == pytest.approx(0.25 * 0.5 * sums["value"].mean(), rel=0.3)

    def test_a_switchback_is_read_by_its_periods(self):
        rng = np.random.default_rng(6)
        period = np.repeat(np.arange(60), 40)
        arm = (rng.permutation(60) % 2)[period]
        rows = PersonTable(
            person=np.tile(np.arange(40, dtype=np.uint64), 60),
            arm=arm,
            before=np.zeros(2_400),
            sums={"revenue": 1.0 + rng.exponential(size=2_400) + 0.5 * arm},
            period=period,
        )
        found = read(rows, registration(design="switchback", people=40))
        assert (found.grade, primary(found).verdict, primary(found).is_word_lift) == ("B", "better", True)
        assert (primary(found).method, found.people) == ("by period and person", (40, 40))

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"arm": np.full(4_000, 2)}, "the trial has 2"),
            ({"person": np.zeros(4_000, dtype=np.uint64)}, "one row a person"),
            ({"period": np.zeros(4_000, dtype=np.int64)}, "only a switchback"),
            ({"arm": np.zeros(4_000, dtype=np.int64)}, "wait for two"),
        ],
    )
    def test_a_table_of_another_trial_is_refused(self, changes, says):
        with pytest.raises(InvalidInput, match=says):
            read(table(**changes), registration())


class TestTables:
    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"before": np.zeros(3)}, "as `person`"),
            ({"before": np.full(4_000, np.nan)}, "no number"),
            ({"sums": {"sadness": np.zeros(4_000)}}, "one of revenue"),
            ({"arm": np.full(4_000, -1)}, "outside of the trial"),
        ],
    )
    def test_a_table_checks_itself(self, changes, says):
        with pytest.raises(InvalidInput, match=says):
            table(**changes)


class TestRegistering:
    def test_a_file_is_read_and_known_by_its_hash(self):
        told = registered(FILE)
        assert told.hash == hash_of(FILE) != hash_of(FILE + "\n")
        assert told.registration.control.signals_off == {"look"}
        assert told.registration.primary.metric == "revenue"
        assert (told.registration.looks, told.registration.alpha) == (14, 0.05)
        everything = registered(FILE.replace('["look"]', '["all"]')).registration
        assert len(everything.control.signals_off) == 7

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            ("share = 0.5 }", "share = 0.4 }", "exactly 1"),
            ("share = 0.5 }", "share = 0.50001 }", "ten-thousandths"),
            ('["look"]', '["stress"]', "stress"),
            ('["look"]', '["negative affect"]', "negative affect"),
            ('"hide rate"', '"sadness"', "sadness"),
            (", margin = 0.05", "", "a guardrail has a margin"),
            ("effect = 0.02", 'effect = "much"', "float"),
            ("people = 40000", "people = 3", "trial plan"),
            ('question = "Does', 'lucky = 1\nquestion = "Does', "lucky"),
            ('name = "with"', 'name = "without"', "its own name"),
            ('"budget split"', '"switchback"', "has a period"),
            ('"budget split"', '"ghost ads"', "one campaign"),
            ("effect = 0.02", "effect = 0.02\ndays = 28", "kept 30 days"),
            ('id = "look-2026"', "id = ", "no TOML"),
        ],
    )
    def test_what_does_not_fit_is_refused_by_name(self, old, new, says):
        with pytest.raises(InvalidInput) as refused:
            registered(FILE.replace(old, new))
        assert says in str(refused.value)

    def test_nothing_changes_once_a_trial_has_begun(self):
        told = registered(FILE)
        first = trial_of(told, None, now=NOON)
        other = registered(FILE.replace("0.02", "0.01"))
        assert trial_of(other, first, now=NOON).hash == other.hash
        begun = replace(first, status="running", started_at=NOON)
        assert trial_of(told, begun, now=NOON) is begun
        with pytest.raises(StaleVersion, match="has begun as"):
            trial_of(other, begun, now=NOON)


class TestPlanning:
    SITE = SiteVariance(people=50_000, days=14.0, mean=4_000.0, variation=3.3, correlation=math.sqrt(0.5))

    def test_a_tenth_of_the_people_where_a_fifth_of_pages_differ_and_half_was_so_before(self):
        [user] = plan(self.SITE, effect=0.01, designs=("user split",), differs=0.2, looks=1)
        assert user.people_plain == pytest.approx(3_418_973)
        assert user.people == pytest.approx(user.people_plain / 10, rel=1e-3)

    def test_where_budgets_are_split_every_page_counts(self):
        split, user, out = plan(self.SITE, effect=0.01, differs=0.2)
        assert split.people == pytest.approx(5 * user.people, rel=1e-3)
        assert out.people > split.people
        assert split.days is None
        assert split.found_at_site == pytest.approx(0.01 * math.sqrt(split.people / 50_000), rel=1e-3)

    def test_a_site_without_people_or_revenue_cannot_be_planned_for(self):
        with pytest.raises(InvalidInput, match="99 people"):
            site_variance(np.ones(99), np.ones(99), days=7)
        with pytest.raises(InvalidInput, match="nothing was earned"):
            site_variance(np.zeros(100), np.zeros(100), days=7)
        known = site_variance(np.arange(100.0), np.arange(100.0) * 2, days=7)
        assert known.correlation == pytest.approx(1.0)
        assert site_variance(np.ones(100), np.arange(100.0), days=7).correlation == 0.0
