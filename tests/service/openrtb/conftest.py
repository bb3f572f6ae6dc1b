"""Bid requests as exchanges and Prebid write them, to the house of the service's tests."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from adtailor.service.app import build_app
from adtailor.service.guard import Rules
from adtailor.testing.bid_requests import asked

PARTNER = "https://news.example"


class Bidding:
    """Asks the exchange's door of a house."""

    def __init__(self, client: TestClient[Any]) -> None:
        self.client = client

    def answer(self, body: dict[str, Any] | bytes, **headers: str) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(
            "/openrtb2/auction",
            content=content,
            headers={
                "content-type": "text/plain",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )

    def bids(self, **changes: Any) -> list[dict[str, Any]]:
        answer = self.answer(asked(**changes))
        if answer.status_code == 204:
            assert answer.content == b""
            return []
        assert answer.status_code == 200, answer.text
        return [bid for seat in answer.json().get("seatbid", ()) for bid in seat["bid"]]

    def bid(self, **changes: Any) -> dict[str, Any]:
        (bid,) = self.bids(**changes)
        return bid


@pytest.fixture
def bidding(house: Any) -> Bidding:
    """The exchange's door of a house with four ads."""
    return Bidding(house.client)


@pytest.fixture(scope="module")
def still(still_house: Any) -> Bidding:
    """The same, for what changes nothing."""
    return Bidding(still_house.client)


@pytest.fixture
def partnered(house: Any) -> Iterator[Bidding]:
    """The same behind a token, with one partner whose pages may call it."""
    rules = Rules(token="a-long-secret", partners=frozenset({PARTNER}))
    with TestClient(build_app(house.doors, rules=rules), base_url="http://127.0.0.1:8765") as client:
        yield Bidding(client)
