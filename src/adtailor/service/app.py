"""The HTTP service: every route behind one gate."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from litestar import Litestar
from litestar.handlers import BaseRouteHandler
from litestar.template import TemplateConfig
from litestar.types import ControllerRouterHandler

from adtailor.service import (
    audit,
    catalogue,
    decisions,
    docs,
    events,
    health,
    manage,
    money,
    people,
    posts,
    review,
    shadow,
    sheet,
    trials,
)
from adtailor.service.access import Doorkeeper
from adtailor.service.answers import REFUSALS
from adtailor.service.doors import Doors
from adtailor.service.guard import Guard, Rules
from adtailor.service.openrtb import routes as openrtb
from adtailor.service.operations import Operation

MOST_BYTES = 2 * 2**20
"""What a body may weigh where a route does not say otherwise."""

OPERATIONS: tuple[Operation, ...] = (
    *posts.OPERATIONS,
    *decisions.OPERATIONS,
    *openrtb.OPERATIONS,
    *shadow.OPERATIONS,
    *trials.OPERATIONS,
    *events.OPERATIONS,
    *money.OPERATIONS,
    *people.OPERATIONS,
    *catalogue.OPERATIONS,
    *manage.OPERATIONS,
    *sheet.OPERATIONS,
    *review.OPERATIONS,
    *audit.OPERATIONS,
    *health.OPERATIONS,
    *docs.OPERATIONS,
)


def build_service(doors: Doors) -> list[BaseRouteHandler]:
    """Every route of the service."""
    return [
        *posts.post_routes(doors),
        *decisions.decision_routes(doors),
        *openrtb.openrtb_routes(doors),
        *shadow.shadow_routes(doors),
        *trials.trial_routes(doors),
        *events.event_routes(doors),
        *money.money_routes(doors),
        *people.people_routes(doors),
        *catalogue.catalogue_routes(doors),
        *manage.manage_routes(doors),
        *sheet.sheet_routes(doors),
        *review.review_routes(doors),
        *audit.audit_routes(doors),
        *health.health_routes(doors),
        *docs.docs_routes(OPERATIONS),
    ]


def build_app(
    doors: Doors,
    *,
    rules: Rules | None = None,
    pages: Sequence[ControllerRouterHandler] = (),
    lifespan: Sequence[Callable[[Litestar], AbstractAsyncContextManager[None]]] = (),
    template_config: TemplateConfig[Any] | None = None,
) -> Guard:
    """The ASGI application: the service's routes, the pages beside them, one gate in front of both.

    What `lifespan` holds runs while the application serves, as the reading of posts does.
    """
    app = Litestar(
        route_handlers=[*build_service(doors), *pages],
        exception_handlers=REFUSALS,
        guards=[Doorkeeper(OPERATIONS)],
        request_max_body_size=MOST_BYTES,
        openapi_config=None,
        logging_config=None,
        lifespan=list(lifespan),
        template_config=template_config,
    )
    return Guard(app, rules or Rules())
