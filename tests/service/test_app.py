"""The whole service: what it lists is what it serves, offline, and every refusal is a problem."""

import re
from dataclasses import replace

import pytest
from litestar import get
from litestar.testing import TestClient

from adtailor.service.app import OPERATIONS, build_app, build_service
from adtailor.service.guard import OPEN_PATHS, Guard, Rules


def test_what_is_described_is_what_is_served(still_house) -> None:
    served = {
        (method, re.sub(r":\w+}", "}", path))
        for route in build_service(still_house.doors)
        for path in route.paths
        for method in route.http_methods
    }
    assert served == {(operation.method, operation.path) for operation in OPERATIONS}


def test_what_is_called_open_is_open() -> None:
    for operation in OPERATIONS:
        assert operation.path.startswith(OPEN_PATHS) == operation.is_open, operation.path


def test_the_description_is_openapi_and_refers_only_to_itself(still_house) -> None:
    described = still_house.client.get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    shapes = described["components"]["schemas"]
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', still_house.client.get("/openapi.json").text))
    assert references <= set(shapes)
    assert {"PostWire", "ReadingWire", "RequestWire", "DecisionWire", "Problem"} <= set(shapes)
    assert "stress" not in str({name: shape for name, shape in shapes.items() if "Targeting" in name or "Bid" in name})
    assert described["paths"]["/v1/e/{token}"]["get"]["security"] == []


def test_the_page_of_the_description_needs_nothing_from_outside(still_house) -> None:
    page = still_house.client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "POST /v1/decisions" in page.text
    assert not re.search(r"<(script|link|img|iframe)", page.text)
    assert "style-src 'sha256-" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    anchors = set(re.findall(r'href="#([^"]+)"', page.text))
    assert anchors
    assert all(f'id="{anchor}"' in page.text for anchor in anchors)


def test_it_says_that_it_lives_and_when_it_is_not_ready(still_house) -> None:
    assert still_house.client.get("/healthz").json() == {"status": "ok"}
    assert still_house.client.get("/readyz").json() == {"status": "ok"}
    doors = replace(still_house.doors, missing=lambda: ["the text model"])
    with TestClient(build_app(doors), base_url="http://127.0.0.1") as client:
        told = client.get("/readyz")
    assert told.status_code == 503
    assert "the text model" in told.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/v1/", 404),
        ("GET", "/schema", 404),
        ("DELETE", "/v1/decisions", 405),
        ("PATCH", "/v1/people/ana/consents", 405),
        ("GET", "/v1/posts", 405),
    ],
)
def test_every_refusal_is_a_problem(still_house, method, path, status) -> None:
    answer = still_house.client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert told["hint"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    if status == 405:
        assert answer.headers["allow"]


def test_a_locked_house_opens_with_its_token_alone(still_house) -> None:
    app = build_app(still_house.doors, rules=Rules(token="s3cret", hosts=None))
    with TestClient(app, base_url="http://ads.example") as client:
        assert client.get("/v1/ads").status_code == 401
        assert client.get("/nothing").status_code == 401, "what is not there is not told either"
        assert client.get("/v1/ads", headers={"authorization": "Bearer s3cret"}).status_code == 200
        assert client.get("/v1/e/x").status_code == 403
        assert client.get("/healthz").status_code == 200


def test_pages_stand_beside_the_service(still_house) -> None:
    @get("/", media_type="text/plain")
    async def feed() -> str:
        return "the feed"

    app = build_app(still_house.doors, pages=[feed])
    assert isinstance(app, Guard)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert client.get("/").text == "the feed"
        assert client.get("/healthz").status_code == 200
