"""Photos that a site names by their address: fetched by rules, for those who agreed; what is missing is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from litestar.testing import TestClient

from adtailor.config.policy import load_policy
from adtailor.domain.person import Consents, Person
from adtailor.engines.fetch import NotFetched, checked_url
from adtailor.journeys.fetch_photos import FetchPhotos
from adtailor.service.app import build_app
from adtailor.storage import SqliteStore

from .conftest import MovableClock, doors_on

PNG = b"\x89PNG and so on"


@contextmanager
def served(folder: Path, *, seconds: float = 10.0) -> Iterator[tuple[Any, SqliteStore, list[str]]]:
    """A service whose pictures come from a table; ana agrees to her look, bea does not."""
    store, asked = SqliteStore(folder), []

    def fetch(url: str) -> bytes:
        asked.append(url)
        if "slow" in url:
            import time

            time.sleep(1.0)
        if "gone" in url:
            raise NotFetched("the picture is not fetched: its server answered with HTTP 404", hint="", field="url")
        return PNG

    for name, look in (("ana", True), ("bea", False)):
        person = Person(person_id=name, consents=Consents(look=look, interests=True), age="adult")
        store.people.put_person(person, expected_version=None)
    photos = FetchPhotos(people=store.people, policy=load_policy(), fetch=fetch, check=checked_url, seconds=seconds)
    doors = replace(doors_on(store, MovableClock(), []), fetch_photos=photos)
    with TestClient(build_app(doors), base_url="http://127.0.0.1:8765") as client:
        yield client, store, asked
    store.close()


def post(number: int, author: str, *urls: str) -> dict[str, Any]:
    return {
        "id": f"p{number}",
        "author_id": author,
        "created_at": "2026-11-20T11:00:00Z",
        "text": "hike",
        "photos": [{"url": url, "alt": "boots"} for url in urls],
    }


GOOD, GONE = "https://pictures.example/a.png", "https://pictures.example/gone.png"


def test_a_picture_is_stored_with_the_post_and_one_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    with served(tmp_path) as (client, store, asked):
        told = client.post("/v1/posts", json=post(1, "ana", GOOD, GONE, GOOD))
        assert told.status_code == 202
        [missing] = told.json()["not_fetched"]
        assert (missing["photo"], missing["reason"]) == (
            1,
            "the picture is not fetched: its server answered with HTTP 404",
        )
        [stored] = store.posts.unread(5)
        assert [(photo.data, photo.alt) for photo in stored.photos] == [(PNG, "boots")] * 2
        assert sorted(asked) == [GOOD, GOOD, GONE]


def test_nothing_is_fetched_of_somebody_whose_look_may_not_be_read(tmp_path: Path) -> None:
    with served(tmp_path) as (client, store, asked):
        told = client.post("/v1/posts", json=[post(1, "bea", GOOD), post(2, "stranger", GOOD), post(3, "ana", GOOD)])
        assert [one["status"] for one in told.json()["results"]] == ["accepted"] * 3
        assert asked == [GOOD]
        assert [len(one.photos) for one in store.posts.unread(5)] == [0, 0, 1]


def test_t33_what_is_private_at_sight_is_refused_before_anything_is_fetched(tmp_path: Path) -> None:
    with served(tmp_path) as (client, store, asked):
        for url in (
            "http://127.0.0.1/a.png",
            "http://[::1]/",
            "file:///etc/passwd",
            "https://pictures.example:8443/",
            "x",
        ):
            told = client.post("/v1/posts", json=post(1, "ana", GOOD, url))
            assert (told.status_code, told.json()["field"]) == (422, "photos[1].url"), url
        told = client.post("/v1/posts", json=[post(2, "ana", GOOD), post(3, "ana", "http://10.0.0.1/")])
        assert [one["status"] for one in told.json()["results"]] == ["accepted", "refused"]
        assert asked == [GOOD]
        many = client.post("/v1/posts", json=[post(n, "ana", *[GOOD] * 20) for n in range(4, 7)])
        assert many.status_code == 422
        assert asked == [GOOD]
        assert [one.id for one in store.posts.unread(9)] == ["p2"]


def test_a_post_waits_no_longer_than_it_may_for_a_picture(tmp_path: Path) -> None:
    with served(tmp_path, seconds=0.2) as (client, store, _):
        told = client.post("/v1/posts", json=post(1, "ana", "https://pictures.example/slow.png", GOOD)).json()
        assert told["not_fetched"] == [{"photo": 0, "reason": "the picture is not fetched: it took too long"}]
        assert len(store.posts.unread(5)[0].photos) == 1
