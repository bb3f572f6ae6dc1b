"""A candidate is tried on a few people who stay the same, or in the shadow, and one call goes back."""

import importlib.util
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor import learn
from adtailor.errors import InvalidInput
from adtailor.learn.promotion import Pointer
from adtailor.learn.trial import Trial, trial_of, trial_path

_spec = importlib.util.spec_from_file_location("toy_stream", Path(__file__).with_name("toy_stream.py"))
toy = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(toy)

PEOPLE = [f"person-{n}" for n in range(400)]
ROWS = {name: values for name, values in toy.columns(400, first=9_000).items() if name in {"ad_id", "style"}}


def trial(share, salt="1"):
    return Trial(candidate="one.model", share=share, shadow=False, salt=salt)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=30), st.floats(0, 1), st.floats(0, 1), st.text())
def test_a_larger_share_keeps_everyone_who_had_the_candidate(people, one, other, salt):
    less, more = sorted((one, other))
    assert (trial(more, salt).gets(people) >= trial(less, salt).gets(people)).all()
    assert not trial(0.0, salt).gets(people).any()
    assert trial(1.0, salt).gets(people).all()


def test_the_share_is_of_people_and_another_salt_chooses_others():
    people = np.arange(100_000) + 2**53
    chosen = trial(0.05).gets(people)
    # 5,000 of 100,000 expected, with a standard deviation of sqrt(100,000 x .05 x .95) = 69: four of them.
    assert abs(int(chosen.sum()) - 5_000) < 276
    others = trial(0.05, "2").gets(people)
    both = int((chosen & others).sum())
    assert abs(both - 250) < 4 * 16, "by chance, 5 % of 5 %"
    assert trial(0.05).gets([int(people[7])])[0] == chosen[7], "alone as among others"


@pytest.fixture(scope="module")
def models():
    return toy.fitted(3_000), toy.fitted(6_000)


@pytest.fixture
def shelf(models, tmp_path):
    models[0].promote("serving", shelf=tmp_path, rounds=50)
    return tmp_path


def serve(shelf, **options):
    return learn.Server("serving", shelf=shelf, background=False, every=0.0, **({"told": pytest.fail} | options))


def test_the_chosen_people_get_the_candidate_and_nobody_else_does(models, shelf):
    server = serve(shelf)
    learn.try_out(models[1], share=0.3, shelf=shelf)
    scored = server.score(ROWS, group=PEOPLE)
    chosen = trial_of(shelf=shelf).gets(PEOPLE)
    assert 0 < chosen.sum() < 400
    assert np.array_equal(scored.by_candidate, chosen)
    assert np.array_equal(scored.chances, np.where(chosen, models[1].score(ROWS), models[0].score(ROWS)))
    learn.try_out(models[1], share=0.6, shelf=shelf)
    assert (server.score(ROWS, group=PEOPLE).by_candidate >= chosen).all(), "sticky"


def test_in_the_shadow_both_score_both_are_logged_and_one_is_served(models, shelf):
    log = []
    learn.try_out(models[1], shadow=True, shelf=shelf)
    scored = serve(shelf, log=log.append).score(ROWS)
    assert np.array_equal(scored.chances, models[0].score(ROWS))
    assert np.array_equal(scored.candidate_chances, models[1].score(ROWS))
    assert not scored.by_candidate.any()
    assert log == [scored]
    assert scored.candidate is not None
    assert scored.candidate != scored.serving


def test_a_candidate_that_cannot_score_or_be_read_takes_no_page_down(models, shelf, tmp_path):
    wants_more = toy.fitted(500, features=learn.Features(learn.Id("decision_id")))
    said = []
    learn.try_out(wants_more, share=1.0, shelf=shelf)
    server = serve(shelf, told=said.append)
    scored = server.score(ROWS, group=PEOPLE)
    assert np.array_equal(scored.chances, models[0].score(ROWS))
    assert not scored.by_candidate.any()
    assert "cannot score" in said[0]
    candidate = shelf / trial_of(shelf=shelf).candidate
    candidate.write_bytes(candidate.read_bytes()[:5_000])
    fresh = serve(shelf, told=said.append)
    assert np.array_equal(fresh.score(ROWS, group=PEOPLE).chances, models[0].score(ROWS))
    assert "is left out" in said[-1]


def test_one_call_ends_the_trial_and_the_next_goes_back_a_version(models, shelf):
    server = serve(shelf)
    assert np.array_equal(server.score(ROWS).chances, models[0].score(ROWS))
    models[1].save(shelf / "versions" / "0002.model")
    pointer = Pointer(history=("0001.model", "0002.model"), says=("", ""))
    (shelf / "serving.json").write_bytes(msgspec.json.encode(pointer))
    assert np.array_equal(server.score(ROWS).chances, models[1].score(ROWS))
    learn.try_out(models[0], share=0.5, shelf=shelf)
    server.score(ROWS, group=PEOPLE)
    assert "trial" in learn.back_out(shelf=shelf)
    assert np.array_equal(server.score(ROWS).chances, models[1].score(ROWS))
    assert learn.back_out(shelf=shelf) == "0001.model serves again, in place of 0002.model"
    assert np.array_equal(server.score(ROWS).chances, models[0].score(ROWS))
    with pytest.raises(InvalidInput, match="no version before"):
        learn.back_out(shelf=shelf)


def test_a_damaged_trial_is_told_and_can_be_backed_out_of(models, shelf):
    trial_path("serving", shelf=shelf).write_text("{ no trial")
    said = []
    assert np.array_equal(serve(shelf, told=said.append).score(ROWS).chances, models[0].score(ROWS))
    assert "says of no trial" in said[0]
    assert "a trial has ended" in learn.back_out(shelf=shelf)


def test_trials_are_refused_where_they_would_mean_nothing(models, shelf, tmp_path):
    with pytest.raises(InvalidInput, match="a share of 0"):
        learn.try_out(models[1], shelf=shelf)
    with pytest.raises(InvalidInput, match="nothing serves in 'other'"):
        learn.try_out(models[1], "other", share=0.1, shelf=shelf)
    learn.try_out(models[1], share=0.1, shelf=shelf)
    with pytest.raises(InvalidInput, match="end that trial first"):
        learn.try_out(models[1], share=0.1, salt="2", shelf=shelf)
    with pytest.raises(InvalidInput, match="say whose request"):
        serve(shelf).score(ROWS)
