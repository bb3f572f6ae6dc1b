"""The operator's page of helplines: open the source, compare, and say that it stands there as here."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from adtailor.console.choices import Form
from adtailor.console.render import page
from adtailor.console.review import caller_of
from adtailor.console.rooms import Rooms
from adtailor.domain.audit import Author
from adtailor.errors import InvalidInput

DONE = {"checked": "Checked. It is shown from now on.", "taken-back": "Taken back. It is not shown any more."}


@get("/operator/helplines", sync_to_thread=True)
def helplines(rooms: NamedDependency[Rooms], done: FromQuery[str | None] = None) -> Response[str]:
    """The table, by country."""
    now = rooms.clock.now()
    return page(
        "helplines.html", rooms=rooms, table=rooms.helplines.table(now), done=DONE.get(done or ""), today=now.date()
    )


@post("/operator/helplines", sync_to_thread=True)
def check_helpline(request: Request[Any, Any, Any], rooms: NamedDependency[Rooms], data: Form) -> Redirect:
    """Switch a line on by a check, or take the check back."""
    author = Author(by=caller_of(request).name, at=rooms.clock.now())
    line = data.get("line", "")
    match data.get("act"):
        case "check":
            if data.get("compared") != "yes":
                raise InvalidInput(
                    "nobody compared it with its source", hint="open the source, then tick the box", field="compared"
                )
            rooms.helplines.check(line, author)
            done = "checked"
        case "take-back":
            rooms.helplines.take_back(line, author)
            done = "taken-back"
        case _:
            raise InvalidInput("no such act", hint="use the buttons of the page", field="act")
    return Redirect(f"/operator/helplines?done={done}", status_code=303)
