"""A member's browser at their own page, as the tests drive it."""

import re
from html import unescape
from typing import Any

from adtailor.domain.ids import PersonId


class Member:
    """Somebody with an open page."""

    def __init__(self, house: Any, person_id: str, *, language: str | None = None, zone: str = "Europe/London") -> None:
        self.house = house
        self.person_id = person_id
        link = house.member.sessions.link(PersonId(person_id), now=house.clock.now(), zone=zone, language=language)
        self.ticket = link.ticket
        self.cookie = ""

    def enter(self) -> Any:
        answer = self.house.client.post("/me/enter", data={"ticket": self.ticket}, follow_redirects=False)
        set_cookie = answer.headers.get("set-cookie", "")
        if found := re.search(r"adtailor_me=([^;]*)", set_cookie):
            self.cookie = found[1]
        self.house.client.cookies.clear()
        return answer

    def get(self, path: str = "/me", **headers: str) -> Any:
        return self.house.client.get(path, headers=self._headers(headers), follow_redirects=False)

    def page(self, path: str = "/me", **headers: str) -> str:
        answer = self.get(path, **headers)
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)

    def csrf(self) -> str:
        return re.search(r'name="csrf" value="([^"]+)"', self.get().text)[1]

    def choose(self, choice: str, *, csrf: str | None = None, **form: str) -> Any:
        return self.post(f"/me/choices/{choice}", csrf=csrf, **form)

    def post(self, path: str, *, csrf: str | None = None, **form: str) -> Any:
        data = {"csrf": self.csrf() if csrf is None else csrf, **form}
        answer = self.house.client.post(path, data=data, headers=self._headers({}), follow_redirects=False)
        self.house.client.cookies.clear()
        return answer

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        cookie = {"Cookie": f"adtailor_me={self.cookie}"} if self.cookie else {}
        return {**cookie, **{name.replace("_", "-"): value for name, value in headers.items()}}
