"""One server with the demo community, read by the real models, and one Chromium, for all tests of the pages."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect, sync_playwright

from adtailor.assemble import DEMO_MARKER
from adtailor.domain.buying import Campaign
from adtailor.storage import SqliteStore

HERE = Path(__file__).parent
PATIENCE = 240.0
"""Seconds in which the server must be ready and have read every post."""
PLAIN_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
"""A headless browser says so, and is not billed: the tests look like a member's."""
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Whatever a page asks for, nothing leaves this machine.
ARGS.append("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Site:
    """The running server, and its store to look into."""

    base: str
    folder: Path

    def landing_urls(self) -> dict[str, str]:
        """Headline to the address on file."""
        with self.opened() as store:
            return {creative.headline: creative.landing_url for creative in store.catalogue.inventory().creatives}

    def campaigns(self) -> dict[str, Campaign]:
        with self.opened() as store:
            return {campaign.id: campaign for campaign in store.catalogue.inventory().campaigns}

    def opened(self) -> "Opened":
        return Opened(self.folder)

    def call(self, path: str, body: object = None, method: str | None = None) -> tuple[int, bytes]:
        """Ask the API as a program does."""
        request = urllib.request.Request(
            self.base + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()


class Opened:
    """The server's store, from a second process, for the length of a `with`."""

    def __init__(self, folder: Path) -> None:
        self.store = SqliteStore(folder)

    def __enter__(self) -> SqliteStore:
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()


@dataclass(frozen=True)
class Publisher:
    """Somebody else's site, whose pages may ask for bids: what it serves is put into `pages`."""

    origin: str
    pages: dict[str, tuple[str, bytes]]


@pytest.fixture(scope="session")
def publisher() -> Iterator[Publisher]:
    """A server of static pages on a free port."""
    pages: dict[str, tuple[str, bytes]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = pages.get(self.path.partition("?")[0], ("text/plain", b""))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base's name
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield Publisher(origin=f"http://127.0.0.1:{server.server_address[1]}", pages=pages)
        server.shutdown()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, publisher: Publisher) -> Iterator[Site]:
    """`adtailor serve` on a free port over a fresh community, every post read; the publisher is its partner."""
    folder = tmp_path_factory.mktemp("community")
    (folder / DEMO_MARKER).touch()
    log = folder.parent / "server.log"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {k: v for k, v in os.environ.items() if not k.startswith("ADTAILOR_")}
    with log.open("wb") as said:
        server = subprocess.Popen(
            [str(Path(sys.executable).with_name("adtailor")), "serve", "--data", str(folder), "--port", str(port)],
            cwd=folder,
            env={
                **environ,
                "ADTAILOR_DECIDING_EXPLORATION": "0",
                "ADTAILOR_OPENRTB_ORIGINS": publisher.origin,
            },
            stdout=said,
            stderr=said,
        )
    try:
        base = f"http://127.0.0.1:{port}"
        _wait(server, log, lambda: b"waiting to be read" not in _got(f"{base}/operator"))
        yield Site(base=base, folder=folder)
    finally:
        server.terminate()
        assert server.wait(timeout=20) is not None
        shutil.rmtree(folder, ignore_errors=True)


def _got(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read()


def _wait(server: "subprocess.Popen[bytes]", log: Path, ready: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if server.poll() is not None:
            break
        try:
            if ready():
                return
        except OSError:
            pass
        time.sleep(0.3)
    raise AssertionError(f"the server did not become ready: {log.read_text('utf-8')[-2000:]}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGS)
        yield browser
        browser.close()


@dataclass
class Watch:
    """What a page asked for and complained about while a test used it."""

    base: str
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def over(self, page: Page) -> Page:
        page.on("request", self._asked)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        return page

    def foreign(self) -> list[str]:
        return [request.url for request in self.requests if not request.url.startswith(self.base + "/")]

    def beacons(self, kind: str = "/v1/e/") -> list[Request]:
        return [request for request in self.requests if kind in request.url]

    def _asked(self, request: Request) -> None:
        self.requests.append(request)

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")


@dataclass
class Visit:
    """A browser of one's own, at the feed as somebody."""

    site: Site
    context: BrowserContext
    watch: Watch
    page: Page

    def feed(self, viewer: str = "") -> Page:
        self.page.goto(f"{self.site.base}/?viewer={viewer}")
        return self.page

    def open(self, path: str) -> Page:
        self.page.goto(self.site.base + path)
        return self.page

    def ads(self) -> list[dict[str, Any]]:
        """Every ad on the page: advertiser, headline and the signals of its explanation."""
        return self.page.evaluate(
            """() => [...document.querySelectorAll('article.ad')].map(ad => ({
                 id: ad.id, advertiser: ad.querySelector('.by strong').textContent,
                 headline: ad.querySelector('.copy strong').textContent,
                 sentence: ad.querySelector('.why p').textContent,
                 signals: [...ad.querySelectorAll('[name=signal]')].map(s => s.value) }))"""
        )

    def switch(self, name: str) -> Locator:
        """A consent's switch, or the objection's."""
        return self.page.get_by_role("checkbox", name=re.compile(f"^{name}"))

    def turn(self, name: str, *, on: bool) -> None:
        """Turn a switch, and wait for the page that follows."""
        with self.page.expect_navigation():
            self.switch(name).set_checked(on)
        expect(self.switch(name)).to_be_checked(checked=on)

    def press(self, button: Locator) -> None:
        """Press a button that sends a form, and wait for the page that follows."""
        with self.page.expect_navigation():
            button.click()

    def known(self) -> dict[str, str]:
        """What the page says is known, as shown."""
        return self.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll('#known dt')].map(
                 dt => [dt.textContent, dt.nextElementSibling.innerText.trim().replace(/\\s*\\n\\s*/g, ', ')]))"""
        )


OpenVisit = Callable[..., Visit]


@pytest.fixture
def visits(site: Site, chromium: Browser) -> Iterator[OpenVisit]:
    """Opens visits; afterwards nothing may have complained, and nothing may have left the origin."""
    opened: list[Visit] = []

    def visit(width: int = 1280, height: int = 1000, **options: object) -> Visit:
        settings: Mapping[str, Any] = {
            "viewport": {"width": width, "height": height},
            "user_agent": PLAIN_AGENT,
            "reduced_motion": "reduce",
            **options,
        }
        context = chromium.new_context(**settings)
        context.set_default_timeout(10_000)
        watch = Watch(site.base)
        opened.append(Visit(site, context, watch, watch.over(context.new_page())))
        return opened[-1]

    yield visit
    for one in opened:
        one.context.close()
    assert [complaint for one in opened for complaint in one.watch.complaints] == []
    assert [url for one in opened for url in one.watch.foreign()] == []


@pytest.fixture
def visit(visits: OpenVisit) -> Visit:
    """One visit with a wide window."""
    return visits()


SHORTENED = """() => {
  for (const body of document.querySelectorAll('tbody')) [...body.rows].slice(8).forEach(row => row.remove());
  [...document.querySelectorAll('article.post')].slice(8).forEach(post => post.remove()); }"""
"""Posts and rows are alike: a few of each are enough for axe, which looks at every element."""
LOOKS = ((1280, "light"), (390, "light"), (390, "dark"), (1280, "dark"))


@pytest.fixture(scope="session")
def barriers() -> Callable[[Page], list[str]]:
    """What axe, and a phone's width, have against a page: wide and narrow, light and dark, without loading it again."""
    axe = Axe()

    def found(page: Page) -> list[str]:
        heard: list[str] = []
        for width in sorted({width for width, _ in LOOKS}):
            page.set_viewport_size({"width": width, "height": 1000})
            if (needs := page.evaluate("document.documentElement.scrollWidth")) > width:
                heard.append(f"{width}: {needs} pixels wide")
        page.evaluate(SHORTENED)
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 1000})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            options = {"resultTypes": ["violations"]}
            if scheme == "dark":  # the same page in other colours
                options["runOnly"] = ["color-contrast"]
            heard += [
                f"{width} {scheme}: {one['id']} ({one['impact']}): {one['nodes'][0]['html'][:200]}"
                for one in axe.run(page, options=options).response["violations"]
            ]
        page.set_viewport_size({"width": 1280, "height": 1000})
        return heard

    return found
