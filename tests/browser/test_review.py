"""Reviewing creatives by keyboard alone, on the running server."""

from dataclasses import replace

from playwright.sync_api import expect

from adtailor.domain.audit import Author
from adtailor.testing.samples import NOON


def test_a_person_reviews_by_keyboard_and_nothing_is_in_their_way(visit, site, barriers) -> None:
    with site.opened() as store:
        creatives = store.catalogue.inventory().creatives[:2]
        with store.catalogue.changing(Author(by="ana", at=NOON)) as change:
            for creative in creatives:
                change.put("creatives", replace(creative, status="in_review"))
    page = visit.open("/operator/review")
    assert barriers(page) == []
    cards = page.locator(".waiting")
    expect(cards).to_have_count(2)
    expect(cards.first).to_be_focused()
    page.keyboard.press("j")
    expect(cards.nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("n")
    page.keyboard.type("a good one, rja")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_have_text("Approved.")
    expect(cards).to_have_count(1)
    page.keyboard.press("a")
    expect(page.get_by_text("Nothing waits for a review.")).to_be_visible()
    with site.opened() as store:
        assert {one.status for one in store.catalogue.inventory().creatives[:2]} == {"active"}
        review = store.catalogue.review_of(creatives[0].id)
        assert review is not None
        assert (review.verdict, review.note) == ("approved", "a good one, rja")
