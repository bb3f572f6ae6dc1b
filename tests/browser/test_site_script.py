"""adtailor.js on a page of another site: it tells what was shown and seen, once, and does nothing else."""

import json
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

PLAIN_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
PAGE = """<!doctype html><title>A site</title>
<style>.ad {{ height: 200px; width: 300px }} .gap {{ height: 3000px }}</style>
<div class="ad" id="near" data-adtailor-impression="{0}" data-adtailor-viewable="{1}">near</div><div class="gap"></div>
<div id="later"></div><script src="{base}/adtailor.js" defer></script>"""


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, dict[str, bytes]]]:
    """Another origin, and what it shows."""
    shows: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(shows.get(self.path, b""))

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", shows
    server.shutdown()
    server.server_close()


def decided(base: str, count: int) -> list[dict[str, str]]:
    body = {
        "request_id": "r1",
        "site_id": "elsewhere",
        "placements": [{"id": f"p{n}", "position": n} for n in range(count)],
        "context": {"topics": [], "language": "en", "country": "GB"},
        "viewer": {"age": "adult"},
    }
    asked = urllib.request.Request(
        f"{base}/v1/decisions", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return [placement for placement in json.load(answer)["placements"] if placement["ad"]]


def test_t32_the_script_tells_what_was_shown_and_seen_for_a_second_once_and_keeps_nothing(
    chromium, site, elsewhere
) -> None:
    origin, shows = elsewhere
    near, far = (
        [site.base + placement[f"{kind}_url"] for kind in ("impression", "viewable")]
        for placement in decided(site.base, 2)
    )
    shows["/"] = PAGE.format(*near, base=site.base).encode()
    context = chromium.new_context(viewport={"width": 1000, "height": 600}, user_agent=PLAIN_AGENT)
    page = context.new_page()
    told: list[str] = []
    page.on("request", lambda request: told.append(request.url) if "/v1/e/" in request.url else None)
    page.goto(f"{origin}/")
    page.wait_for_timeout(1500)
    assert sorted(told) == sorted(near)
    # An ad that the site adds later, far below, is told of once it is scrolled to; a moment is not seen.
    page.evaluate(
        """([shown, seen]) => { const ad = document.createElement("div"); ad.className = "ad"; ad.id = "far";
        ad.dataset.adtailorImpression = shown; ad.dataset.adtailorViewable = seen;
        document.getElementById("later").append(ad); }""",
        far,
    )
    page.wait_for_timeout(300)
    assert len(told) == 2
    page.evaluate("document.getElementById('far').scrollIntoView()")
    page.wait_for_timeout(300)
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(1300)
    assert told[2:] == far[:1]
    page.evaluate("document.getElementById('far').scrollIntoView()")
    page.wait_for_timeout(1300)
    assert told[2:] == far
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
    context.close()
    with site.opened() as store:
        kinds = [event.kind for event, _ in store.events.events() if event.site_id == "elsewhere"]
    assert sorted(kinds) == ["impression", "impression", "viewable", "viewable"]
