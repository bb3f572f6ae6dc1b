"""The cards, each shown once: a rest suggestion for Tomasz, support for Noor. No sponsor, no ad, no tracking."""

import re

from playwright.sync_api import expect


def inside(card):
    """All that a card's own DOM could load, call or sell."""
    return card.evaluate(
        """card => ({
             loads: card.querySelectorAll('img, iframe, script, link, object, embed, video, audio, [style]').length,
             ads: card.querySelectorAll('.ad, .creative, [data-impression], [data-viewable], [ping]').length,
             actions: [...card.querySelectorAll('form')].map(form => new URL(form.action).pathname),
             hidden: [...card.querySelectorAll('input')].map(input => input.name) })"""
    )


def test_t23_t24_the_rest_suggestion_sells_and_tracks_nothing_and_leaves_with_one_tap(visit, barriers):
    page = visit.feed("tomasz")
    waiting = page.locator("article.post").first.evaluate("post => post.inert")
    card = page.locator(".rest")
    expect(card).to_be_visible()
    assert inside(card) == {
        "loads": 0, "ads": 0, "actions": ["/choices/rest"] * 2, "hidden": ["csrf", "viewer"] * 2
    }  # fmt: skip
    words = card.inner_text()
    assert not re.search(r"\d[.,]\d|€|EUR|£|\$|sponsor|advert|stress|you are|limited|offer", words, re.IGNORECASE), (
        words
    )
    assert card.locator("a").count() == 0
    assert page.locator("article.ad .rest, .rest .ad").count() == 0

    # The exit is large, at the top, first in the tab order of the card, and works while the feed still waits.
    leave = card.get_by_role("button", name="Close this card")
    box = leave.bounding_box()
    assert box["width"] >= 44
    assert box["height"] >= 44
    assert waiting
    assert visit.watch.beacons() == [], "an event was sent while the card had the page"
    expect(page.locator("article[inert]")).to_have_count(0, timeout=7_000)  # the pause is 5 s
    visit.watch.requests.clear()
    assert barriers(page) == []
    assert all("rest" not in request.url for request in visit.watch.requests)

    expect(page.get_by_text("Why fewer ads?")).to_be_visible()
    visit.press(leave)
    expect(page.locator(".rest")).to_have_count(0)
    assert "rest" not in page.url
    assert "dismiss" not in page.url
    page.reload()
    expect(page.locator(".rest")).to_have_count(0)
    with visit.site.opened() as store:
        assert store.people.memory("tomasz").card.dismissals == 1
        # No event of any kind is about a card.
        assert {event.kind for event, _ in store.events.events()} <= {"impression", "viewable", "click", "hide"}


def test_t25_without_a_verified_number_the_support_card_names_the_international_directory(visit, barriers):
    page = visit.feed("noor")
    card = page.locator(".rest-support")
    expect(card).to_be_visible()
    assert card.locator(".helplines a[href='https://findahelpline.com']").count() == 1
    assert card.locator(".helplines a[href^='tel:']").evaluate_all("links => links.map(link => link.textContent)") == [
        "999"
    ]
    assert inside(card) | {"hidden": []} == {"loads": 0, "ads": 0, "actions": ["/choices/rest"] * 2, "hidden": []}
    assert page.locator("article.ad").count() == 0
    assert page.locator("article[inert]").count() == 0, "nobody waits behind a support card"
    assert barriers(page) == []
    assert visit.watch.beacons() == []
    visit.press(card.get_by_role("button", name="Hide", exact=True))
    expect(page.locator(".rest")).to_have_count(0)
    page.reload()
    expect(page.locator(".rest")).to_have_count(0)
    assert page.locator("article.ad").count() == 0, "the quiet stays"
    assert page.get_by_role("link", name="Need to talk to someone?").is_visible()


def test_the_operator_reads_quiet_and_never_why(visit):
    visit.feed("noor")
    page = visit.open("/operator")
    rows = page.locator("#decisions tbody tr").filter(has_text="Noor")
    assert "none: quiet" in rows.first.inner_text()
    links = rows.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    for link in links[:3]:
        page = visit.open(link)
        expect(page.get_by_role("heading", name="Decision", exact=True)).to_be_visible()
        # What Noor's decision says of itself, leaving out the words of the post that stands beside it.
        said = page.evaluate("document.querySelector('main').innerText")
        assert "quiet" in said or "no eligible ad" in said
        shown = re.sub(r"(?s)Beside\n.*?\n(?=Policy)", "", said)
        assert not re.search(
            r"stress|crisis|rest\b|well-?being|support|sustained|distress|strain|veto|elevated", shown, re.IGNORECASE
        ), shown
