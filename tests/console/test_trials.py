"""The operator's page of trials: what runs, what the last look said; opening it is no look."""

from dataclasses import replace

from adtailor.domain.findings import Look
from adtailor.domain.ids import TrialId
from adtailor.testing import samples

from .conftest import NOW


def test_an_empty_page_says_how_to_begin(make_house):
    told = make_house().client.get("/operator/trials")
    assert told.status_code == 200
    assert "No trials yet" in told.text


def test_the_last_look_stands_with_its_words_and_the_question_is_safe_to_show(make_house):
    house = make_house()
    trial = samples.trial("split", status="running")
    question = "Is <script>alert(1)</script> read?"
    house.store.trials.put(replace(trial, registration=replace(trial.registration, question=question)))
    assert "Not read yet" in house.client.get("/operator/trials").text
    house.store.trials.add_look(Look(trial_id=TrialId("split"), number=1, at=NOW, findings=samples.findings()))
    told = house.client.get("/operator/trials").text
    assert "We cannot know yet." in told
    assert "+1.00% (-20.00% to +22.00%)" in told
    assert "<script>alert" not in told
    assert len(house.store.trials.looks(TrialId("split"))) == 1
