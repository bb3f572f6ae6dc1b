"""Chromium, where it is installed: what a page does when it is drawn, beside what it says."""

import shutil
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from adtailor.testing.trust.installed import Installed

BROWSER_LINE = "apt-get install chromium, and pip install playwright"
ORIGIN = "http://127.0.0.1:8765"
HOP = ("content-length", "transfer-encoding")


def has_browser() -> bool:
    """Whether pages can be drawn here."""
    return shutil.which("chromium") is not None and find_spec("playwright") is not None


@contextmanager
def drawn(house: Installed) -> Generator[tuple[Any, list[str]]]:
    """A page of a browser for which the installation answers, without a network; and every address it asks for."""
    from playwright.sync_api import sync_playwright

    asked: list[str] = []
    # The browser's own loop runs in this thread, so the application answers in another, one request at a time.
    with ThreadPoolExecutor(1) as pool, sync_playwright() as playwright:

        def answer(route: Any) -> None:
            request = route.request
            asked.append(request.url)
            if not request.url.startswith(f"{ORIGIN}/"):
                route.abort()
                return
            parts = urlsplit(request.url)
            headers = {name: value for name, value in request.headers.items() if name not in HOP}
            headers |= {"host": parts.netloc, "content-length": str(len(request.post_data_buffer or b""))}
            told = pool.submit(
                house.ask,
                request.method,
                f"{parts.path}?{parts.query}" if parts.query else parts.path,
                request.post_data_buffer or b"",
                headers=headers,
            ).result()
            route.fulfill(status=told.status, headers=dict(told.headers), body=told.body)

        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            page = browser.new_context().new_page()
            page.route("**/*", answer)
            yield page, asked
        finally:
            browser.close()
