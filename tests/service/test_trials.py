"""Trials over HTTP: what is registered is fixed once it runs, watching tells no primary metric, a page is no look."""

from .conftest import House

FILE = """\
id = "signals"
question = "Do signals earn anything?"
people = 400
effect = 0.1
arms = [{ name = "without", share = 0.5, signals_off = ["all"] }, { name = "with", share = 0.5 }]
metrics = [{ metric = "revenue", role = "primary" }, { metric = "hide rate", role = "guardrail", margin = 0.05 }]
"""


def test_a_trial_from_its_registration_to_its_end(house: House) -> None:
    client = house.client
    assert client.get("/v1/trials").json() == []
    made = client.post("/v1/trials", json={"text": FILE})
    assert (made.status_code, made.headers["Location"]) == (201, "/v1/trials/signals")
    assert (made.json()["grade"], made.json()["status"], made.json()["text"]) == ("A", "registered", FILE)
    assert client.get("/v1/trials/signals/guardrails").status_code == 409
    assert client.post("/v1/trials/signals/start").json()["status"] == "running"
    changed = client.post("/v1/trials", json={"text": FILE.replace("0.1", "0.2")})
    assert (changed.status_code, changed.json()["field"]) == (409, "id")
    # Nobody has come yet: no arm has two people.
    assert client.post("/v1/trials/signals/looks").status_code == 422
    assert client.get("/v1/trials/signals/looks").json() == []
    assert client.post("/v1/trials/signals/stop", json={"because": ""}).status_code == 422
    stopped = client.post("/v1/trials/signals/stop", json={"because": "enough"}).json()
    assert (stopped["status"], stopped["stopped_because"]) == ("stopped", "enough")
    [listed] = client.get("/v1/trials").json()
    assert (listed["id"], listed["looks"], listed["last"]) == ("signals", 0, None)


def test_what_does_not_fit_is_refused_by_name(house: House) -> None:
    refused = house.client.post("/v1/trials", json={"text": FILE.replace('["all"]', '["stress"]')})
    assert refused.status_code == 422
    assert "stress" in refused.json()["detail"]
    assert house.client.get("/v1/trials/none").status_code == 404
