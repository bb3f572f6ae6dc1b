"""Hashing, admission, delays, exploration and off-policy estimates."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.errors import InvalidInput
from adtailor.maths.admission import WINDOW, admit, find
from adtailor.maths.delays import delay_curve, seen_share, targets
from adtailor.maths.exploration import choose, deviations
from adtailor.maths.hashing import (
    MISSING,
    bucketed,
    crossed,
    hash_texts,
    mixed_all,
    rows_of,
    salt_of,
    salted,
    spread,
)
from adtailor.maths.off_policy import NoOverlap, off_policy


@pytest.fixture(autouse=True)
def _hashes_wrap_around():
    with np.errstate(over="ignore"):
        yield


def texts(*some):
    coded = [one.encode() for one in some]
    offsets = np.concatenate(([0], np.cumsum([len(c) for c in coded]))).astype(np.int64)
    out = np.empty(len(some), np.uint64)
    hash_texts(offsets, np.frombuffer(b"".join(coded) or b"\0", np.uint8), out)
    return out.tolist()


def test_texts_hash_to_the_same_numbers_for_ever():
    # A model file holds rows by these: they may never change.
    assert texts("", "a", "advertiser-8", "öffentlich") == FROZEN


FROZEN = [0, 7860680498875604842, 4256274089251181025, 12328624948676194760]


def test_texts_that_differ_anywhere_differ_in_hash():
    base = "the same long text of a landing page, over and over"
    changed = [base, *(base[:n] + "#" + base[n + 1 :] for n in range(len(base))), base + "\0", base[:-1]]
    assert len(set(texts(*changed))) == len(changed)


def test_keys_are_a_bijection_written_where_the_cursors_stand():
    raw = np.arange(1000, dtype=np.uint64) + np.uint64(2**24)
    cursor, keys = np.arange(0, 2000, 2, dtype=np.int64), np.zeros(2000, np.uint64)
    salted(raw, salt_of("ad_id"), cursor, keys)
    assert len(set(keys[::2].tolist())) == 1000
    assert not keys[1::2].any()
    assert cursor.tolist() == list(range(1, 2001, 2))
    rows = np.empty(2000, np.int32)
    rows_of(keys, 10, rows)
    assert rows.min() >= 0
    assert rows.max() < 1024
    # 1,000 keys in 1,024 rows at random leave about 1,024 (1 - 1/e) = 640 rows taken
    assert 590 < len(set(rows[::2].tolist())) < 690


def test_lists_are_spread_with_their_weights():
    cursor = np.array([0, 2], np.int64)
    keys, values, fields = np.zeros(3, np.uint64), np.zeros(3, np.float32), np.zeros(3, np.int16)
    spread(np.array([5, 6, 5], np.uint64), np.array([0.5, 0.5, 1.0], np.float32), np.array([0, 2, 3], np.int64),
           salt_of("tags"), 4, cursor, keys, values, fields)  # fmt: skip
    assert keys[0] == keys[2] != keys[1]
    assert values.tolist() == [0.5, 0.5, 1.0]
    assert fields.tolist() == [4, 4, 4]


def test_pairs_know_left_from_right_and_buckets_count_edges():
    one, two, out = np.array([1], np.uint64), np.array([2], np.uint64), np.empty(1, np.uint64)
    crossed(one, two, out)
    left = out[0]
    crossed(two, one, out)
    assert left != out[0]
    found = np.empty(4, np.uint64)
    bucketed(np.array([-1.0, 2.0, 9.0, np.nan]), np.array([0.0, 2.0, 5.0]), found)
    assert found.tolist() == [0, 2, 3, int(MISSING)]
    assert mixed_all(np.array([1, 1], np.uint64), np.uint64(3)).tolist()[0] != mixed_all(one, np.uint64(4))[0]


class Admitted:
    def __init__(self, bits=4, after=2, sketch=1 << 12):
        self.bits, self.after = bits, after
        self.slots = np.zeros(1 << bits, np.uint64)
        self.uses, self.seen = np.zeros(1 << bits, np.uint32), np.full(1 << bits, -1, np.int64)
        self.sketch, self.now = np.zeros(sketch, np.uint8), 0

    def learn(self, *keys):
        self.now += 1
        some = np.array(keys, np.uint64)
        rows, fresh = np.empty(len(some), np.int32), np.empty(len(some), np.int32)
        count = admit(some, self.slots, self.uses, self.seen, self.sketch, self.now, self.after, self.bits,
                      np.full(len(some), -9, np.int32), rows, fresh)  # fmt: skip
        return rows.tolist(), fresh[:count].tolist()

    def find(self, *keys):
        rows = np.empty(len(keys), np.int32)
        find(np.array(keys, np.uint64), self.slots, self.bits, np.full(len(keys), -9, np.int32), rows)
        return rows.tolist()


def test_a_key_is_let_in_when_it_was_seen_often_enough():
    table = Admitted()
    assert table.learn(7) == ([-9], [])
    (row,), fresh = table.learn(7)
    assert fresh == [row]
    assert table.find(7, 8) == [row, -9]
    assert table.learn(7) == ([row], [])


@settings(max_examples=40)
@given(keys=st.lists(st.integers(1, 40), min_size=1, max_size=120))
def test_no_two_keys_ever_share_a_row(keys):
    table = Admitted(after=1)
    for n in range(0, len(keys), 7):
        table.learn(*keys[n : n + 7])
        owned = [row for row in table.find(*range(1, 41)) if row >= 0]
        assert len(owned) == len(set(owned)) <= 16


def test_the_least_used_neighbour_gives_up_its_place_and_not_within_a_block():
    table = Admitted(after=1)
    near = list(range(1, WINDOW + 2))  # small numbers all begin in the first neighbourhood
    for key in near[:-1]:
        table.learn(key, key, key) if key != 3 else table.learn(key)
    newcomer = near[-1]
    rows, _ = table.learn(3, newcomer, newcomer)
    assert rows[1:] == [-9, -9]  # 3 was used in this very block
    rows, fresh = table.learn(newcomer)
    assert rows == fresh
    assert table.find(3) == [-9]


def test_neighbours_of_yesterday_grow_old():
    table = Admitted(after=1, sketch=16)
    for key in range(1, WINDOW + 1):
        table.learn(*[key] * 400)
    newcomer = 10**6
    for _ in range(2000):
        rows, _ = table.learn(newcomer)
        if rows[0] >= 0:
            break
    assert rows[0] >= 0


def test_late_labels_come_by_the_curve_and_targets_make_up_for_it():
    random = np.random.default_rng(2)
    delays = random.exponential(100.0, 20_000)
    curve = delay_curve(delays, horizon=300.0)
    within = 1 - math.exp(-3)
    assert seen_share(np.array([0.0, 100.0, 300.0]), curve) == pytest.approx(
        [0.0, (1 - math.exp(-1)) / within, 1.0], abs=0.02
    )
    ages = random.uniform(0, 300, 200_000)
    came = (random.random(200_000) < 0.2) & (random.exponential(100.0, 200_000) <= ages)
    labels, weights = targets(came, ages, curve, wait=30.0)
    # .2 convert, and within the horizon 1 - e^-3 of them
    assert labels[weights > 0].mean() == pytest.approx(0.2 * within, rel=0.03)
    assert came[weights > 0].mean() < 0.8 * 0.2 * within
    assert (weights == (ages >= 30.0)).all()


def test_a_curve_from_too_few_labels_and_a_wait_too_short_are_refused():
    with pytest.raises(InvalidInput, match="10 labels"):
        delay_curve(np.arange(10.0), horizon=100.0)
    curve = delay_curve(np.linspace(50, 100, 60), horizon=100.0)
    with pytest.raises(InvalidInput, match="only 0"):
        targets(np.ones(1, bool), np.ones(1), curve, wait=1.0)


def test_thompson_chooses_the_uncertain_and_says_how_often():
    means, spreads = np.array([0.0, -0.2, -9.0]), np.array([0.01, 1.0, 0.01])
    found = [choose(means, spreads, random=np.random.default_rng(n)) for n in range(200)]
    share = np.mean([one.place == 1 for one in found])
    # P(N(-.2, 1) > 0) = .42
    assert share == pytest.approx(0.42, abs=0.1)
    assert np.mean([one.propensity for one in found if one.place == 1]) == pytest.approx(0.42, abs=0.03)
    assert all(0.0 < one.propensity <= 1.0 for one in found)


def test_a_logits_spread_adds_up_the_variances_of_its_weights():
    certainty = np.array([4.0, 1.0, 100.0], np.float32)
    found = deviations(
        np.array([0, 2, 3], np.int64), np.array([0, 1, ~2], np.int32), np.array([1.0, 2.0, 1.0], np.float32), certainty
    )
    assert found.tolist() == pytest.approx([math.sqrt(1 / 4 + 4 / 1), 0.0])


def world(rows=20_000, seed=1):
    random = np.random.default_rng(seed)
    truth = np.array([0.05, 0.1, 0.2, 0.02])
    logged = np.array([0.4, 0.3, 0.1, 0.2])
    chosen = random.choice(4, rows, p=logged)
    rewards = (random.random(rows) < truth[chosen]).astype(np.float64)
    return truth, logged, chosen, rewards


@pytest.mark.parametrize("method", ["ips", "snips", "dr", "switch"])
def test_an_off_policy_estimate_covers_what_the_new_policy_earns(method):
    truth, logged, chosen, rewards = world()
    policy = np.array([0.1, 0.2, 0.7, 0.0])
    guess = np.array([0.06, 0.08, 0.15, 0.05])
    found = off_policy(
        rewards, logged[chosen], policy[chosen], random=np.random.default_rng(0), method=method, guesses=guess[chosen],
        values=np.full(len(rewards), float(guess @ policy)), rounds=200,
    )  # fmt: skip
    assert found.low < truth @ policy < found.high
    assert found.high - found.low < 0.05
    assert found.matched_clicks == int(rewards[chosen != 3].sum())


def test_groups_are_resampled_whole():
    _, logged, chosen, rewards = world(4_000)
    again = np.repeat(np.arange(4_000), 4)
    arguments = (rewards[again], logged[chosen][again], np.full(16_000, 0.25))
    lone = off_policy(*arguments, random=np.random.default_rng(0), rounds=200)
    grouped = off_policy(*arguments, random=np.random.default_rng(0), rounds=200, groups=again.astype(np.int64))
    assert grouped.high - grouped.low > 1.5 * (lone.high - lone.low)


def test_without_clicks_or_overlap_there_is_no_estimate():
    random = np.random.default_rng(0)
    _, logged, chosen, rewards = world(2_000)
    rewards[np.flatnonzero(rewards)[29:]] = 0.0
    with pytest.raises(NoOverlap, match="29 clicks"):
        off_policy(rewards, logged[chosen], np.full(2_000, 0.25), random=random)
    with pytest.raises(NoOverlap, match="worth 0 rows"):
        off_policy(np.ones(2_000), logged[chosen], np.zeros(2_000), random=random)
    few = np.zeros(2_000)
    few[:40] = 1.0
    with pytest.raises(NoOverlap, match="worth 40 rows"):
        off_policy(np.ones(2_000), np.full(2_000, 0.5), few, random=random)


def test_above_the_switch_the_model_alone_speaks():
    _, logged, chosen, rewards = world()
    policy, guess = np.array([0.1, 0.2, 0.7, 0.0]), np.array([0.06, 0.08, 0.15, 0.05])
    model = {"guesses": guess[chosen], "values": np.full(len(rewards), float(guess @ policy))}
    asked = (rewards, logged[chosen], policy[chosen])

    def value(method, switch_at):
        return off_policy(
            *asked, random=np.random.default_rng(0), method=method, switch_at=switch_at, rounds=20, **model
        ).value

    # Weights are .25, 2/3, 7 and 0. Above them all the switch is doubly robust; below 7, action 2 is the model's.
    assert value("switch", 8.0) == value("dr", 8.0)
    weights = policy / logged
    rest = np.where(chosen == 2, 0.0, weights[chosen] * (rewards - guess[chosen]))
    assert value("switch", 1.0) == pytest.approx(guess @ policy + rest.mean())


def test_an_interval_of_no_width_is_no_estimate():
    # Every row that the new policy makes was clicked: SNIPS says 1 whatever is drawn, and knows nothing.
    with pytest.raises(NoOverlap, match="resamples come to 1"):
        off_policy(np.ones(400), np.full(400, 0.5), np.full(400, 0.5), random=np.random.default_rng(0), rounds=50)
    one = np.zeros(400, dtype=np.int64)
    rewards = (np.arange(400) % 2).astype(np.float64)
    with pytest.raises(NoOverlap, match="resamples come to"):
        off_policy(rewards, np.full(400, 0.5), np.full(400, 0.5), random=np.random.default_rng(0), groups=one)


def test_what_the_log_never_did_is_missed():
    # The new policy makes half of its choices where the log never went: its weights come to .5 on average.
    _, logged, chosen, rewards = world()
    with pytest.raises(NoOverlap, match="holds 50% of what the new policy does"):
        off_policy(rewards, logged[chosen], 0.5 * logged[chosen], random=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"propensities": np.zeros(200)}, "propensity outside 0 to 1"),
        ({"propensities": np.ones(3)}, "different lengths"),
        ({"chances": np.full(200, 1.5)}, "chance outside"),
        ({"method": "dr"}, "without a model"),
        ({"method": "switch"}, "without a model"),
        ({"switch_at": 0.0}, "a switch at 0"),
    ],
)
def test_input_that_makes_no_sense_is_refused(change, message):
    given_input = {"rewards": np.ones(200), "propensities": np.full(200, 0.5), "chances": np.full(200, 0.5), **change}
    with pytest.raises(InvalidInput, match=message):
        off_policy(**given_input, random=np.random.default_rng(0))


def test_a_resample_without_weight_is_passed_over():
    rewards = np.zeros(200)
    rewards[:40] = 1.0
    chances = np.where(np.arange(200) < 150, 2.0 / 3.0, 0.0)  # so that weights have mean 1
    owners = np.arange(200) // 75  # now and then no group is drawn, or only the last, which says nothing
    for method in ("snips", "ips"):
        found = off_policy(rewards, np.full(200, 0.5), chances, random=np.random.default_rng(0), method=method,
                           groups=owners, rounds=50)  # fmt: skip
        assert found.low <= found.value <= found.high
