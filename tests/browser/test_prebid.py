"""A page of another site, with the real Prebid.js: it asks this server for bids, and shows what wins."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

PREBID = Path(__file__).parents[2] / ".venv" / "prebid" / "prebid.js"
LACKING = "sudo apt-get install npm && rm -f .venv/.prebid && make .venv/.prebid"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The news</title>
<link rel="icon" href="data:,"><script src="/prebid.js"></script></head>
<body><h1>The news</h1><div id="slot"></div><script>
window.told = {};
window.pbjs = window.pbjs || {que: []};
pbjs.que.push(function () {
  pbjs.setConfig({
    s2sConfig: {accountId: "1", bidders: ["adtailor"], adapter: "prebidServer", enabled: true, timeout: 4000,
                endpoint: ENDPOINT},
    bidderTimeout: 5000,
    ortb2: {site: {pagecat: ["483"], cattax: 7, content: {language: "en"}}, regs: REGS}
  });
  pbjs.onEvent("bidWon", bid => { told.won = bid.adId; });
  pbjs.addAdUnits([{code: "top", mediaTypes: MEDIA, bids: [{bidder: "adtailor", params: {}}]}]);
  pbjs.requestBids({bidsBackHandler: function () {
    const bid = pbjs.getHighestCpmBids("top")[0];
    told.bid = bid ? JSON.parse(JSON.stringify({cpm: bid.cpm, currency: bid.currency, width: bid.width,
      height: bid.height, bidder: bid.bidderCode, type: bid.mediaType, native: bid.native, meta: bid.meta})) : null;
    if (bid && bid.mediaType === "banner") {
      const frame = document.createElement("iframe");
      frame.id = "ad"; frame.width = bid.width; frame.height = bid.height;
      document.getElementById("slot").append(frame);
      pbjs.renderAd(frame.contentWindow.document, bid.adId);
    }
    told.done = true;
  }});
});
</script></body></html>"""
BANNER = {"banner": {"sizes": [[300, 250]]}}
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

    def told(self) -> dict[str, Any]:
        self.page.wait_for_function("window.told && window.told.done", timeout=15_000)
        return self.page.evaluate("window.told")


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


def read(reader: Reader, site, publisher, media: object, regs: object = None) -> dict[str, Any]:
    body = PAGE.replace("ENDPOINT", json.dumps(f"{site.base}/openrtb2/auction"))
    body = body.replace("MEDIA", json.dumps(media)).replace("REGS", json.dumps(regs or {}))
    publisher.pages["/"] = ("text/html", body.encode())
    reader.page.goto(publisher.origin + "/")
    return reader.told()


def events(site) -> list[str]:
    with site.opened() as store:
        return [event.kind for event, _ in store.events.events()]


def test_prebid_shows_an_ad_and_its_impression_and_click_are_counted_once(reader, site, publisher):
    before = events(site)
    with reader.page.expect_response(lambda answer: "/openrtb2/seen/" in answer.url) as seen:
        told = read(reader, site, publisher, BANNER)
    assert told["bid"]["bidder"] == "adtailor"
    assert told["bid"]["type"] == "banner"
    assert told["bid"]["currency"] == "EUR"
    assert told["bid"]["cpm"] > 0
    assert (told["bid"]["width"], told["bid"]["height"]) == (300, 250)
    assert seen.value.status == 204
    ad = reader.page.frame_locator("#ad").locator("body > div, body iframe").first
    expect(ad).to_be_visible()
    text = reader.page.frames[-1].locator("body").inner_text()
    assert "Ad" in text
    assert "paid for by" in text
    assert "Why this ad?" in text
    reader.page.wait_for_timeout(500)
    assert events(site)[len(before) :] == ["impression"], "told by the markup and by Prebid's billing, counted once"

    reader.page.frames[-1].get_by_role("link", name="Why this ad?").click()
    why = reader.context.wait_for_event("page") if len(reader.context.pages) < 2 else reader.context.pages[-1]
    expect(why.get_by_role("heading")).to_have_text("Why this ad?")
    expect(why.get_by_role("button", name="Never show me this ad again")).to_be_visible()
    link = reader.page.frames[-1].locator("a").first
    assert link.get_attribute("href").startswith(f"{site.base}/v1/c/")
    with reader.context.expect_page() as opened:
        link.click()
    opened.value.wait_for_timeout(500)
    assert events(site)[len(before) :] == ["impression", "click"]


def test_prebid_is_handed_native_parts_by_the_ids_it_gave(reader, site, publisher):
    told = read(reader, site, publisher, ORTB_NATIVE)
    assert told["bid"]["type"] == "native"
    assert {asset["id"] for asset in told["bid"]["native"]["ortb"]["assets"]} >= {1, 2}
