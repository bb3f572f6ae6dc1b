"""Every route is called as the OpenAPI description says it may be, and as it may not: no answer surprises a client."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from adtailor.domain.managed import KINDS
from adtailor.service.app import OPERATIONS, build_app
from adtailor.service.guard import Rules
from adtailor.service.operations import Operation

from .conftest import opened

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The description as it is served, with the service behind it; and an id of each kind."""
    with opened(tmp_path_factory.mktemp("described")) as house:
        there = {kind: house.store.catalogue.items(kind, limit=1) for kind in KINDS}
        ids = {f"/v1/{kind}/{{item_id}}": found[0].item.id for kind, found in there.items() if found}
        yield schemathesis.openapi.from_asgi("/openapi.json", build_app(house.doors, rules=Rules(hosts=None))), ids


def asked(described: Any, operation: Operation, examples: int) -> None:
    """Half of the calls that name an item name one that is there."""
    description, ids = described
    route = description[operation.path][operation.method]
    strategy = st.one_of(*(route.as_strategy(generation_mode=mode) for mode in GenerationMode))

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), deadline=None, database=None)
    @given(case=strategy, known=st.booleans())
    def ask(case: Any, known: bool) -> None:
        if known and operation.path in ids:
            case.path_parameters = {"item_id": ids[operation.path]}
            case.headers = {"If-Match": "*"}
        case.call_and_validate(checks=CHECKS)

    ask()


def name_of(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=name_of)
def test_a_route_answers_as_it_is_described(described: Any, operation: Operation) -> None:
    asked(described, operation, 2)


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS, ids=name_of)
def test_a_route_answers_many_as_it_is_described(described: Any, operation: Operation) -> None:
    asked(described, operation, 50)
