"""All routes of the pages, for assemble to mount beside the API."""

from pathlib import Path

from litestar import Router
from litestar.di import Provide
from litestar.static_files import create_static_files_router

from adtailor.console.choices import choose
from adtailor.console.feed import feed
from adtailor.console.operator import decision, operator
from adtailor.console.refused import refusals
from adtailor.console.review import decide, review
from adtailor.console.rooms import Rooms
from adtailor.console.trials import trials

STATIC = Path(__file__).parent / "static"


def build_pages(rooms: Rooms) -> list[Router]:
    """Routers for `/`, `/operator`, `/choices`, and the files they show."""

    def given() -> Rooms:
        return rooms

    routers = [
        Router(
            path="/",
            route_handlers=[feed, choose, operator, decision, trials, review, decide],
            dependencies={"rooms": Provide(given, sync_to_thread=False, use_cache=True)},
            exception_handlers=refusals(rooms),
            include_in_schema=False,
        ),
        create_static_files_router(path="/static", directories=[STATIC], include_in_schema=False),
    ]
    if rooms.media is not None:
        routers.append(create_static_files_router(path="/media", directories=[rooms.media], include_in_schema=False))
    return routers
