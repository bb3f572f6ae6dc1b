"""Posts in and readings out, over HTTP."""

import json

import pytest

POST = {"id": "p1", "author_id": "ana", "created_at": "2026-11-20T12:00:00Z", "text": "What a hike!"}


def test_a_post_is_stored_before_it_is_accepted_and_read_afterwards(house) -> None:
    answer = house.client.post("/v1/posts", json=POST)
    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    assert house.store.posts.post("p1").text == "What a hike!"
    assert house.arrived == [1], "whoever reads posts was told"
    waiting = house.client.get("/v1/posts/p1/reading")
    assert waiting.status_code == 404
    assert "not been read yet" in waiting.json()["detail"]
    house.read_all()
    reading = house.client.get("/v1/posts/p1/reading").json()
    assert reading["post_id"] == "p1"
    assert reading["topics"] == [{"id": "483", "name": "Sports", "confidence": 0.9}]
    assert reading["emotions"] is None
    assert set(reading["withheld"]) >= {"emotions", "stress", "crisis"}, "nothing was agreed to"


def test_a_post_that_is_known_is_left_as_it_was(house) -> None:
    house.client.post("/v1/posts", json=POST)
    again = house.client.post("/v1/posts", json={**POST, "text": "something else"})
    assert (again.status_code, again.json()["status"]) == (202, "known")
    assert house.store.posts.post("p1").text == "What a hike!"


def test_one_bad_post_never_loses_the_others(house) -> None:
    answer = house.client.post("/v1/posts", json=[POST, {**POST, "id": "p 2"}, {**POST, "id": "p3"}, 7])
    assert answer.status_code == 202
    results = answer.json()["results"]
    assert [one["status"] for one in results] == ["accepted", "refused", "accepted", "refused"]
    assert [one["index"] for one in results] == [0, 1, 2, 3]
    assert results[1]["problem"]["field"] == "id"
    assert house.store.posts.post("p3") is not None


def test_a_list_without_one_good_post_is_refused(still_house) -> None:
    answer = still_house.client.post("/v1/posts", json=[{**POST, "txet": ""}])
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["field"] == "[0].txet"
    assert answer.json()["results"][0]["status"] == "refused"
    assert still_house.client.post("/v1/posts", json=[]).status_code == 422


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({**POST, "text": "a" * 2**20}, 422, "text"),
        ({**POST, "created_at": "2026-11-20T12:00:00"}, 422, "created_at"),
        ({**POST, "stress": 0.9}, 422, "stress"),
        ({**POST, "photos": [{"url": "http://127.0.0.1:8765/"}]}, 422, "photos[0].url"),
        ("not a post", 422, None),
    ],
)
def test_a_bad_post_is_a_problem_with_its_field_and_stores_nothing(still_house, body, status, field) -> None:
    answer = still_house.client.post("/v1/posts", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["field"] == field
    assert told["hint"]
    assert "Traceback" not in answer.text
    assert len(answer.content) < 1000
    assert still_house.store.posts.recent(10) == []


def test_what_is_no_json_is_400(still_house) -> None:
    answer = still_house.client.post("/v1/posts", content=b'{"id": "p1", "text": "my secret')
    assert answer.status_code == 400
    assert "secret" not in answer.text


def test_an_unknown_post_has_no_reading(still_house) -> None:
    answer = still_house.client.get("/v1/posts/p9/reading")
    assert (answer.status_code, answer.json()["field"]) == (404, "post_id")
    assert still_house.client.get("/v1/posts/p%20%209/reading").status_code == 422


def test_t20_no_log_line_holds_what_was_posted(house, caplog, monkeypatch) -> None:
    def broken(*_args: object, **_named: object) -> None:
        raise RuntimeError(f"cannot store {POST['text']}")

    monkeypatch.setattr(type(house.doors.read_posts), "accept", broken)
    with caplog.at_level("DEBUG"):
        answer = house.client.post("/v1/posts", json=POST)
    assert answer.status_code == 500
    assert json.loads(answer.content)["hint"]
    assert "RuntimeError" in caplog.text
    assert "hike" not in caplog.text + answer.text
    assert "Traceback" not in caplog.text + answer.text
