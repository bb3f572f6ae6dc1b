"""The operator's page of helplines: nothing is shown that nobody compared with its source."""

import re
from datetime import timedelta

from adtailor.console.forms import token_of
from adtailor.domain.person import Consents
from adtailor.domain.wellbeing import WellbeingMemory

from .conftest import NOW, House


def line_of(html: str, name: str) -> str:
    found = re.search(rf"<h2[^>]*>{name} .*?name=\"line\" value=\"([0-9a-f]{{64}})\"", html, re.DOTALL)
    assert found, name
    return found[1]


def press(house: House, **form: str):
    form = {"csrf": token_of(house.rooms.form_secret), **form}
    return house.client.post("/operator/helplines", data=form, follow_redirects=False)


def shown_to(house: House) -> list[str]:
    card = house.rooms.people.care("ana", now=house.clock.now(), zone="Europe/London", language="en").suggestion
    assert card is not None
    return [line.name for line in card.helplines]


def in_need(house: House) -> None:
    """Ana, who declared GB, is owed the support card."""
    house.rooms.people.set_consents("ana", Consents(wellbeing=True), expected_version=None)
    house.store.people.put_memory(WellbeingMemory(person_id="ana", quiet_until=NOW + timedelta(hours=72)))


def test_t25_every_line_ships_off(house: House) -> None:
    html = house.client.get("/operator/helplines").text
    assert html.count("off: not checked yet") == html.count("<article")
    assert "shown until" not in html


def test_t25_a_check_switches_a_line_on_at_once_and_can_be_taken_back(house: House) -> None:
    in_need(house)
    before = shown_to(house)
    line = line_of(house.client.get("/operator/helplines").text, "Samaritans")
    answer = press(house, line=line, act="check", compared="yes")
    assert (answer.status_code, answer.headers["location"]) == (303, "/operator/helplines?done=checked")
    html = house.client.get(answer.headers["location"]).text
    assert f"shown until {NOW.date() + timedelta(days=180)}" in html
    assert "It is shown from now on." in html
    assert shown_to(house) == ["Samaritans"] != before
    assert press(house, line=line, act="take-back").headers["location"].endswith("done=taken-back")
    assert shown_to(house) == before
    actions = [(entry.action, entry.item_id) for entry in house.store.audit.entries(kind="helplines")]
    assert actions == [("removed", "GB Samaritans"), ("created", "GB Samaritans")]


def test_t25_a_check_lapses_by_itself(house: House) -> None:
    line = line_of(house.client.get("/operator/helplines").text, "Samaritans")
    press(house, line=line, act="check", compared="yes")
    house.clock.at = NOW + timedelta(days=181)
    assert f"off: the check of {NOW.date()} is too old" in house.client.get("/operator/helplines").text


def test_nothing_is_switched_on_that_nobody_says_they_compared(house: House) -> None:
    line = line_of(house.client.get("/operator/helplines").text, "Samaritans")
    for form in ({"act": "check"}, {"act": "check", "compared": "no"}, {"act": "maybe", "compared": "yes"}):
        assert press(house, line=line, **form).status_code == 422
    assert press(house, line="0" * 64, act="check", compared="yes").status_code == 404
    assert house.store.helpline_checks.checks() == {}
    assert house.store.audit.entries(kind="helplines") == []
