"""What every `TrialStore` does, and what its accounts keep apart."""
# ruff: noqa: S101 - a suite asserts

from dataclasses import replace
from datetime import timedelta

import pytest

from adtailor.domain.findings import Look
from adtailor.domain.ids import CampaignId, TrialId
from adtailor.domain.lease import LeaseAsk
from adtailor.domain.ledger import Selection
from adtailor.domain.money import Micros
from adtailor.domain.trial import account_of
from adtailor.errors import StaleVersion
from adtailor.testing import samples
from adtailor.testing.samples import NOON
from adtailor.testing.stores import Store, StoreSuite

AUTUMN = CampaignId("autumn")
ONE, OTHER = (account_of(TrialId("split"), arm) for arm in (0, 1))


class TrialStoreSuite(StoreSuite):
    """Inherit it, and say in `make` what to test."""

    def test_a_trial_is_kept_word_for_word_and_each_change_is_a_new_version(self, store: Store) -> None:
        assert (store.trials.version(), store.trials.trials()) == (0, [])
        given = samples.trial()
        store.trials.put(given)
        later = samples.trial("look", design="switchback")
        store.trials.put(replace(later, registered_at=NOON + timedelta(days=1)))
        assert store.trials.trial(TrialId("split")) == given
        assert [trial.registration.id for trial in store.trials.trials()] == ["split", "look"]
        running = replace(given, status="running", started_at=NOON)
        store.trials.put(running)
        assert (store.trials.version(), store.trials.trial(TrialId("split"))) == (3, running)
        assert store.trials.trial(TrialId("none")) is None

    def test_each_look_is_kept_once_in_order(self, store: Store) -> None:
        store.trials.put(samples.trial())
        looks = [
            Look(trial_id=TrialId("split"), number=n, at=NOON, findings=samples.findings(look=n, information=n / 4))
            for n in (1, 2)
        ]
        for look in looks:
            store.trials.add_look(look)
        assert store.trials.looks(TrialId("split")) == looks
        with pytest.raises(StaleVersion, match="look 2"):
            store.trials.add_look(looks[1])

    def test_budgets_are_split_by_one_trial_at_a_time(self, store: Store) -> None:
        store.trials.put(samples.trial("split", status="running"))
        with pytest.raises(StaleVersion, match="split splits the budgets already"):
            store.trials.put(samples.trial("another", status="running"))
        store.trials.put(samples.trial("apart", design="user split", status="running"))
        store.trials.put(samples.trial("split", status="stopped"))
        store.trials.put(samples.trial("another", status="running"))

    def test_t35_an_arm_spends_its_own_part_and_not_a_micro_of_another(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=1_000)))
        store.trials.put(samples.trial("split", parts=(3_000, 7_000), status="running"))
        # 300 for one arm, 700 for the other: 200 fit once, 100 more fit exactly, and then not one.
        charged = [
            store.events.take(samples.event(n, price=price, account=account)).charged
            for n, (price, account) in enumerate(
                [(200, ONE), (200, ONE), (100, ONE), (1, ONE), (700, OTHER), (1, OTHER)]
            )
        ]
        assert charged == [200, 0, 100, 0, 700, 0]
        assert store.events.spent(NOON) == {AUTUMN: (1_000, 1_000)}
        assert store.ledger.disagreements() == []

    def test_what_was_spent_before_a_trial_is_shared_by_its_arms(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=1_000, lifetime=1_500)))
        store.events.take(samples.event(1, price=400))
        store.trials.put(samples.trial("split", status="running"))
        # Of the day 600 are left, of the life 1100: the lesser halves are 300 each.
        ask = LeaseAsk(campaign_id=AUTUMN, least=Micros(1))
        for account in (ONE, OTHER):
            [lease] = store.events.lease(f"holder {account}", [ask], now=NOON, account=account)
            assert (lease.left, lease.headroom) == (300, 150)
        store.events.take(samples.event(2, price=250, account=ONE))
        [one] = store.events.lease(f"holder {ONE}", [ask], now=NOON, account=ONE)
        [other] = store.events.lease(f"holder {OTHER}", [ask], now=NOON, account=OTHER)
        assert (one.left, other.left) == (50, 300)
        # Its half of the day is 500, and 450 of it are not left: 200 of before, and 250.
        assert store.events.spent(NOON, account=ONE) == {AUTUMN: (450, 450)}
        assert store.events.spent(NOON, account=OTHER) == {AUTUMN: (200, 200)}

    def test_what_is_given_back_goes_to_the_arm_that_paid(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=1_000)))
        store.trials.put(samples.trial("split", status="running"))
        store.events.take(samples.event(1, price=500, account=ONE))
        assert store.events.take(samples.event(2, price=500, account=ONE)).over_delivered
        store.ledger.reverse(
            Selection(decision_id=samples.event(1).decision_id), validity="sivt", reason="a farm", now=NOON
        )
        assert store.events.take(samples.event(3, price=500, account=ONE)).charged == 500
        assert store.ledger.disagreements() == []

    def test_after_a_trial_the_whole_budget_pays_again(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=1_000)))
        store.trials.put(samples.trial("split", status="running"))
        store.events.take(samples.event(1, price=500, account=ONE))
        store.trials.put(samples.trial("split", status="stopped"))
        assert store.events.take(samples.event(2, price=300, account=ONE)).charged == 300
        assert store.events.spent(NOON, account=ONE) == store.events.spent(NOON) == {AUTUMN: (800, 800)}
        assert store.ledger.disagreements() == []

    def test_how_much_came_from_budgets_that_ran_out_is_known(self, store: Store) -> None:
        day = NOON + timedelta(days=1)
        assert store.trials.bound_share(NOON, day) is None
        store.catalogue.replace(
            samples.inventory(samples.campaign(daily=1_000), samples.campaign("spring", daily=10_000))
        )
        store.events.take(samples.event(1, price=900))
        store.events.take(samples.event(2, price=300, campaign_name="spring"))
        # 900 of 1000 is nearly all of it, 300 of 10000 is not: 900 / 1200.
        assert store.trials.bound_share(NOON, day) == 0.75
        assert store.trials.bound_share(day, day) is None
