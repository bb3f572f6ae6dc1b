"""Logging in on the running server, by keyboard, wide and on a phone; and keys that rotate under it."""

import re
import time
from base64 import urlsafe_b64decode

import pytest
from playwright.sync_api import expect

from adtailor.domain.audit import Author
from adtailor.domain.login import User
from adtailor.storage.passwords import Argon2Passwords
from adtailor.testing.samples import NOON

PASSWORD = "nine lives of a grey cat"
AUTHOR = Author(by="ana", at=NOON)


@pytest.fixture
def ben(site) -> str:
    """An analyst, who may log in."""
    with site.opened() as store:
        if store.logins.find("ben") is None:
            user = User(name="ben", role="analyst", created_at=NOON, password_at=NOON)
            store.logins.add(user, Argon2Passwords(passes=1, kibibytes=64).hashed(PASSWORD), AUTHOR)
    return "ben"


@pytest.mark.parametrize("width", [360])
def test_a_person_logs_in_sees_their_account_and_logs_out(visit, ben, barriers, width) -> None:
    page = visit.open("/login")
    page.set_viewport_size({"width": width, "height": 800})
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type(ben)
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("That is no name and password we know")
    assert barriers(page) == []
    page.get_by_label("Name").fill(ben)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="ben")).to_be_visible()
    expect(page.get_by_text("This browser")).to_be_visible()
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("document.cookie") == "", "no script reads it"
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    visit.watch.complaints.clear()  # 401, which the console of the browser tells too


def test_the_owners_page_of_access_can_be_used_by_everybody(visit, ben, barriers) -> None:
    for width in (1280, 360):
        page = visit.open("/operator/access")
        page.set_viewport_size({"width": width, "height": 800})
        expect(page.get_by_text("ben", exact=True).first).to_be_visible()
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_t32_the_running_server_takes_a_new_key_and_opens_addresses_of_the_old(site) -> None:
    request = {
        "request_id": "r1",
        "site_id": "feed",
        "placements": [{"id": "feed-1"}],
        "context": {"topics": [{"id": "483", "name": "Sports", "confidence": 0.9}], "language": "en", "country": "GB"},
    }

    def why() -> str:
        found = re.search(rb'"(/v1/explain/[^"]+)"', site.call("/v1/decisions", request)[1])
        assert found is not None
        return found.group(1).decode()

    def key_of(url: str) -> int:
        return urlsafe_b64decode(url.rpartition("/")[2][:4])[0]

    before = why()
    with site.opened() as store:
        store.rotate_token_key(Author(by="ana", at=NOON))
        ends = time.monotonic() + 60
        while key_of(after := why()) == key_of(before) and time.monotonic() < ends:
            time.sleep(0.5)
        assert key_of(after) == store.current_token_key != key_of(before)
    assert site.call(before)[0] == site.call(after)[0] == 200
