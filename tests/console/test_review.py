"""The page on which a person reads creatives before anybody else does."""

import re
from dataclasses import replace

from adtailor.domain.audit import Author

from .conftest import CORPUS, NOW


def waits(house, **changes) -> None:
    """A creative of the toy shop waits for its review."""
    with house.store.catalogue.changing(Author(by="ana", at=NOW)) as change:
        creative = house.store.catalogue.inventory().creatives[0]
        change.put("creatives", replace(creative, status="in_review", **changes))


def form(html: str) -> dict[str, str]:
    found = re.search(
        r'action="/operator/review/([^"]+)"><input type="hidden" name="csrf" value="(\w+)">'
        r'\s*<input type="hidden" name="version" value="(\d+)"',
        html,
    )
    assert found
    return {"id": found.group(1), "csrf": found.group(2), "version": found.group(3)}


def press(house, verdict: str, told: dict[str, str], note: str = ""):
    data = {"verdict": verdict, "version": told["version"], "note": note, "csrf": told["csrf"]}
    return house.client.post(f"/operator/review/{told['id']}", data=data, follow_redirects=False)


def test_an_empty_queue_says_so(house):
    assert "Nothing waits for a review." in house.client.get("/operator/review").text


def test_what_is_approved_leaves_the_queue_and_may_be_shown(house):
    waits(house)
    html = house.client.get("/operator/review").text
    assert "names no landing domains: look where it leads" in html
    answer = press(house, "approved", form(html))
    assert (answer.status_code, answer.headers["location"]) == (303, "/operator/review?done=approved")
    after = house.client.get(answer.headers["location"]).text
    assert "Approved." in after
    assert "Nothing waits" in after
    assert house.store.catalogue.inventory().creatives[0].status == "active"


def test_what_is_blocked_has_no_button_to_approve_and_cannot_be(house):
    waits(house, headline="Feeling low?")
    html = house.client.get("/operator/review").text
    assert "it speaks of its reader: feeling low" in html
    assert re.search(r'value="approved" disabled', html)
    assert press(house, "approved", form(html)).status_code == 422
    assert press(house, "rejected", form(html), note="Speak of boots.").status_code == 303
    assert house.store.catalogue.inventory().creatives[0].status == "draft"


def test_what_changed_meanwhile_is_not_approved_unseen(house):
    waits(house)
    told = form(house.client.get("/operator/review").text)
    waits(house, headline="Other boots")
    assert press(house, "approved", told).status_code == 409
    assert press(house, "maybe", told).status_code == 422
    assert house.store.catalogue.inventory().creatives[0].status == "in_review"


def test_t34_what_an_advertiser_wrote_is_words_on_the_page(house):
    waits(house, headline="".join(CORPUS)[:200], body=" ".join(CORPUS))
    html = house.client.get("/operator/review").text
    for line in CORPUS:
        if "<" in line:
            assert line not in html
    assert "script-src 'self'" in house.client.get("/operator/review").headers["content-security-policy"]
