"""For everyone: on a phone, by keyboard, with a screen reader, in the dark."""

from playwright.sync_api import expect


def test_no_page_has_a_barrier_that_axe_knows(visit, barriers):
    page = visit.feed("marta")
    for summary in page.locator("summary").all():
        summary.click()
    assert barriers(page) == []
    page = visit.open("/operator")
    assert barriers(page) == []
    page.locator("#decisions a").first.click()
    expect(page.get_by_role("heading", name="Decision", exact=True)).to_be_visible()
    page.locator("details summary").click()
    assert barriers(page) == []


def test_the_feed_is_walked_by_keyboard_from_the_skip_link_to_forgetting(visit):
    page = visit.feed("jonas")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    assert page.locator(".skip").bounding_box()["x"] >= 0, "the skip link shows itself"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    stops = []
    for _ in range(120):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """async () => {
                 await new Promise(drawn => requestAnimationFrame(drawn));
                 const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
                 const ring = at.matches(':focus-visible') && style.outlineStyle !== 'none';
                 return { name: (at.getAttribute('aria-label') || at.id || at.textContent).trim(), tag: at.tagName,
                   ring: ring && parseFloat(style.outlineWidth) >= 2,
                   shown: box.bottom > 0 && box.top < innerHeight && box.width > 0 } }"""
        )
        if stop["tag"] in {"BODY", "HTML"}:
            break
        stops.append(stop)
    names = [stop["name"] for stop in stops]
    assert names[:2] == ["viewer", "Show"]
    assert sum(name.startswith("Why this ad?") for name in names) == page.locator("article.ad").count()
    consents = [names.index(f"consent-{name}") for name in ("interests", "look", "affect", "wellbeing")]
    assert consents == sorted(consents)
    assert names.index("consent-wellbeing") < names.index("objected") < names.index("Forget me")
    assert [stop for stop in stops if not (stop["ring"] and stop["shown"])] == []


def test_choosing_a_member_by_keyboard_waits_for_the_button(visit):
    page = visit.feed()
    page.locator("#viewer").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert "viewer=" not in page.url.removesuffix("viewer=")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#consents")).to_be_visible()


def test_on_a_phone_the_choices_are_one_tap_away(visits):
    visit = visits(width=390, height=800)
    page = visit.feed("marta")
    page.get_by_role("link", name="Your choices").click()
    expect(page.get_by_role("heading", name="What ads may use")).to_be_in_viewport()
    expect(visit.switch("Interests")).to_be_in_viewport()


def test_on_a_phone_the_operators_rows_need_no_sideways_scrolling(visits):
    visit = visits(width=390, height=800)
    page = visit.open("/operator")
    for region in page.locator(".scroll").all():
        assert region.evaluate("region => region.scrollWidth <= region.clientWidth")
    assert (
        page.locator("#readings td").nth(2).evaluate("td => getComputedStyle(td, '::before').content") == '"Sentiment"'
    )


def test_a_page_that_is_not_there_says_so(visits):
    visit = visits()
    page = visit.page
    answer = page.goto(f"{visit.site.base}/?viewer=nobody-of-that-name")
    assert answer.status == 404
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    page.get_by_role("link", name="To the feed").click()
    expect(page.locator("article.post").first).to_be_visible()
    visit.watch.complaints[:] = [said for said in visit.watch.complaints if "404" not in said]
