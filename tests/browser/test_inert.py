"""What advertisers and members write is shown as words, and does nothing."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from adtailor.testing.trust.outside import CORPUS

EVERYTHING = " ".join(CORPUS)


@contextmanager
def hostile(site) -> Iterator[None]:
    """The community's shops and one more member, all of them up to no good; afterwards all is as it was."""
    _, raw = site.call("/v1/catalogue")
    before = json.loads(raw)
    bad = json.loads(raw)
    for number, one in enumerate(bad["advertisers"]):
        one["name"] = one["payer"] = CORPUS[number % len(CORPUS)]
    for number, one in enumerate(bad["campaigns"]):
        one["name"] = CORPUS[number % len(CORPUS)]
    for number, one in enumerate(bad["creatives"]):
        one["headline"], one["body"] = CORPUS[number % len(CORPUS)], EVERYTHING
        one["call_to_action"] = "<script>window.broken = 7</script>"
    now = datetime.now(UTC)
    posts = [
        {
            "id": f"mallory-{number}",
            "author_id": "mallory",
            "created_at": (now - timedelta(seconds=number)).isoformat(),
            "text": words,
        }
        for number, words in enumerate((*CORPUS, EVERYTHING))
    ]
    _put(site, bad)
    try:
        assert site.call("/v1/posts", posts)[0] == 202
        yield
    finally:
        site.call("/v1/people/mallory", method="DELETE")
        _put(site, before)


def _put(site, catalogue):
    request = urllib.request.Request(
        f"{site.base}/v1/catalogue?reviewed=1",
        data=json.dumps(catalogue).encode(),
        method="PUT",
        headers={"Content-Type": "application/json", "If-Match": "*"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 200


def test_t34_creatives_names_and_posts_are_inert(visit):
    with hostile(visit.site):
        page = visit.feed("ines")
        ads = page.locator("article.ad")
        assert ads.count() > 0
        assert page.locator("article.post", has_text="mallory").count() == len(CORPUS) + 1
        assert ads.first.locator(".copy span").first.text_content() == EVERYTHING
        for ad in ads.all():
            ad.locator("summary").click()
            ad.hover()
        assert_inert(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        advertiser = ads.first.locator(".by strong").text_content()
        visit.press(ads.first.get_by_role("button", name="Nothing more from this advertiser"))
        expect(page.locator("#known .switches")).to_contain_text(advertiser)
        assert_inert(page)
        visit.press(page.locator("#known").get_by_role("button", name="Show again").first)

        page = visit.open("/operator")
        expect(page.locator("#readings")).to_contain_text("<script>window.broken = 1</script>")
        assert_inert(page)
        page.locator("#decisions a").first.click()
        expect(page.get_by_role("heading", name="Decision", exact=True)).to_be_visible()
        assert_inert(page)


def assert_inert(page) -> None:
    """Nothing ran, nothing of it became an element, and nothing was refused by the policy either."""
    page.wait_for_timeout(100)
    assert page.evaluate("window.broken") is None
    for elements in (
        "iframe, base, meta[http-equiv], body style, main script, main svg, img[src=x]",
        "[onerror], [onload], [onmouseover], [ping]",
        "form[action*='evil'], a[href*='evil'], a[href^='javascript']",
    ):
        assert page.locator(elements).count() == 0
