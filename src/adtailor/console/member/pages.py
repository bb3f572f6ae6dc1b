"""All routes under `/me`, for assemble to mount."""

from litestar import Router
from litestar.di import Provide

from adtailor.console.member.choices import choose_own, forget
from adtailor.console.member.entering import closed, enter, gone, leave, offer, pick
from adtailor.console.member.page import ask_to_forget, export_html, export_json, own_page
from adtailor.console.member.rooms import MemberRooms
from adtailor.console.member.shell import refusals


def build_member_pages(member: MemberRooms) -> list[Router]:
    """The member's own page, its door, its forms and its exports."""

    def given() -> MemberRooms:
        return member

    return [
        Router(
            path="/",
            route_handlers=[
                own_page, choose_own, ask_to_forget, forget, export_json, export_html,
                offer, enter, pick, leave, closed, gone,
            ],
            dependencies={"member": Provide(given, sync_to_thread=False, use_cache=True)},
            exception_handlers=refusals(member),
            include_in_schema=False,
        )
    ]  # fmt: skip
