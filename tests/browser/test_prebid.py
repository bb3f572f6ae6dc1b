"""A page of another site, with the real Prebid.js: it asks this server for bids, and shows what wins."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

PREBID = Path(__file__).parents[2] / ".venv" / "prebid" / "prebid.js"
LACKING = "sudo apt-get install npm && rm -f .venv/.prebid && make .venv/.prebid"
DOCUMENTED = re.search(
    r"```html\n(.*?)```", (Path(__file__).parents[2] / "docs" / "openrtb.md").read_text("utf-8"), re.DOTALL
)
"""The page that docs/openrtb.md gives to copy: what is documented is what is shown to work."""
HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The news</title>'
    '<link rel="icon" href="data:,"></head><body><h1>The news</h1>'
)
BANNER = "{banner: {sizes: [[300, 250]]}}"
ORTB_NATIVE = {
    "native": {
        "ortb": {
            "ver": "1.2",
            "assets": [
                {"id": 1, "required": 1, "title": {"len": 80}},
                {"id": 2, "required": 1, "data": {"type": 1}},
                {"id": 3, "data": {"type": 2}},
            ],
        }
    }
}


@dataclass
class Reader:
    """Someone who reads the publisher's page."""

    context: BrowserContext
    page: Page
    requests: list[Request]
    complaints: list[str]

    def bid(self) -> dict[str, Any]:
        """The bid that Prebid holds, or has shown, once it has one."""
        found = self.page.wait_for_function(
            """() => { if (!window.pbjs || !pbjs.getBidResponses) return null;
              const bid = pbjs.getAllWinningBids()[0] || ((pbjs.getBidResponses()["ad-top"] || {}).bids || [])[0];
              return bid && {cpm: bid.cpm, currency: bid.currency, width: bid.width, height: bid.height,
                bidder: bid.bidderCode, type: bid.mediaType, assets: ((bid.native || {}).ortb || {}).assets}; }"""
        )
        return found.json_value()


@pytest.fixture
def reader(site, publisher, chromium: Browser) -> Iterator[Reader]:
    """A browser of their own; afterwards nothing has left the two origins, and no secret was asked for."""
    if not PREBID.is_file():
        if "browser" in os.environ.get("ADTAILOR_REQUIRE", "").split(","):
            pytest.fail(LACKING, pytrace=False)
        pytest.skip(LACKING)
    publisher.pages["/prebid.js"] = ("text/javascript", PREBID.read_bytes())
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
    context = chromium.new_context(user_agent=agent)
    context.set_default_timeout(15_000)
    page = context.new_page()
    requests: list[Request] = []
    complaints: list[str] = []
    page.on("request", lambda one: requests.append(one))  # noqa: PLW0108  # needs a function
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield Reader(context=context, page=page, requests=requests, complaints=complaints)
    context.close()
    ours = (publisher.origin + "/", site.base + "/", "data:", "about:", "blob:")
    assert [one.url for one in requests if not one.url.startswith(ours)] == []
    assert complaints == []


def read(reader: Reader, site, publisher, media: str = BANNER) -> None:
    """Open the documented page, with this server in it, and more patience for a busy machine."""
    assert DOCUMENTED is not None
    page = DOCUMENTED.group(1)
    for documented, here in (
        ("https://ads.example", site.base),
        (BANNER, media),
        ("timeout: 1000", "timeout: 8000"),
        ("timeout: 1500", "timeout: 9000"),
    ):
        assert documented in page
        page = page.replace(documented, here)
    publisher.pages["/"] = ("text/html", f"{HEAD}{page}</body></html>".encode())
    reader.page.goto(publisher.origin + "/")


def events(site) -> list[str]:
    with site.opened() as store:
        return [event.kind for event, _ in store.events.events()]


def test_prebid_shows_an_ad_and_its_impression_and_click_are_counted_once(reader, site, publisher):
    before = events(site)
    with reader.page.expect_response(lambda answer: "/openrtb2/seen/" in answer.url) as seen:
        read(reader, site, publisher)
    assert seen.value.status == 204
    bid = reader.bid()
    assert (bid["bidder"], bid["type"], bid["currency"]) == ("adtailor", "banner", "EUR")
    assert (bid["width"], bid["height"]) == (300, 250)
    assert bid["cpm"] > 0
    ad = reader.page.frame_locator("#ad-top iframe").frame_locator("iframe").locator("body")
    for words in ("Ad", "paid for by", "Why this ad?"):
        expect(ad).to_contain_text(words)
    reader.page.wait_for_timeout(500)
    assert events(site)[len(before) :] == ["impression"], "told by the markup and by Prebid's billing, counted once"

    with reader.context.expect_page() as asked:
        ad.get_by_role("link", name="Why this ad?").click()
    expect(asked.value.get_by_role("heading")).to_have_text("Why this ad?")
    expect(asked.value.get_by_role("button", name="Never show me this ad again")).to_be_visible()
    with reader.context.expect_page() as opened:
        ad.locator("a").first.click()
    opened.value.wait_for_timeout(500)
    assert events(site)[len(before) :] == ["impression", "click"]
    asked.value.get_by_role("button", name="Never show me this ad again").click()
    asked.value.wait_for_timeout(300)
    assert events(site)[len(before) :] == ["impression", "click", "hide"]


def test_prebid_is_handed_native_parts_by_the_ids_it_gave(reader, site, publisher):
    read(reader, site, publisher, json.dumps(ORTB_NATIVE))
    bid = reader.bid()
    assert bid["type"] == "native"
    assert {1, 2} <= {asset["id"] for asset in bid["assets"]}
