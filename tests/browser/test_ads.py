"""Ads in the feed: what each carries, what its switch does, and what is told when it is seen or clicked."""

import pytest
from playwright.sync_api import expect


def test_the_feed_shows_posts_and_an_ad_below_the_first_of_each_four(visit):
    page = visit.feed("gus")
    assert page.locator("article.post").count() == 40
    # At most 10: below the posts 1, 5, 9 ... 37. Beside some no ad belongs, which is not an error.
    assert 4 <= page.locator("article.ad").count() <= 10
    above = page.eval_on_selector_all("article.ad", "ads => ads.map(ad => ad.previousElementSibling.id)")
    assert {(int(name.removeprefix("at-")) - 1) % 4 for name in above} == {0}


@pytest.mark.parametrize("viewer", ["", "ana", "finn"])
def test_t14_every_ad_carries_label_advertiser_payer_why_and_control(visit, viewer):
    page = visit.feed(viewer)
    ads = page.locator("article.ad").all()
    assert ads
    for ad in ads:
        assert ad.locator(".label").text_content() == "Ad"
        assert ad.locator(".label").is_visible()
        assert ad.locator(".by strong").text_content().strip()
        assert ad.locator(".by .quiet").text_content().removeprefix("paid for by ").strip()
        assert ad.locator(".copy strong").is_visible()
        ad.locator("summary").click()
        assert ad.locator("details p").first.text_content().startswith("You see this ad because of")
        if viewer:
            assert ad.get_by_role("button", name="Nothing more from this advertiser").is_visible()
            switches = ad.locator(".switches button").all()
            assert all(switch.is_visible() for switch in switches)
        else:
            assert ad.get_by_role("link", name="Choose a member").is_visible()


def test_t15_why_opens_by_keyboard_and_its_switch_changes_the_next_result(visit):
    page = visit.feed("ana")
    before = [ad for ad in visit.ads() if "look" in ad["signals"]]
    assert before, "nothing of Ana's is chosen by look"
    ad = page.locator(f"#{before[0]['id']}")
    ad.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(ad.locator("details p").first).to_contain_text("the clothes in your photos")
    off = ad.locator("form:has([name=signal][value=look]) button")
    for _ in range(6):
        page.keyboard.press("Tab")
        if off.evaluate("button => button === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Saved")
    after = visit.ads()
    assert all("look" not in other["signals"] for other in after)
    there = {other["id"]: other["headline"] for other in after}
    changed = [one["id"] for one in before if there.get(one["id"]) != one["headline"]]
    # An explanation by one signal alone is the ablation itself: without it, another ad stands there.
    assert {one["id"] for one in before if one["signals"] == ["look"]} <= set(changed)
    assert changed

    visit.press(page.locator("#known").get_by_role("button", name="Switch on look"))
    expect(page.locator("#known").get_by_text("Switched off")).to_have_count(0)
    assert any("look" in other["signals"] for other in visit.ads())


def test_someone_nobody_knows_sees_no_ad_by_a_profile(visit):
    visit.feed()
    for ad in visit.ads():
        assert not any(word in ad["sentence"] for word in ("interest", "clothes", "mood", "clicked"))


def test_t32_an_impression_and_a_viewable_event_are_sent_once_and_counted(visits):
    visit = visits(height=700)
    page = visit.feed("lucia")
    assert visit.ads()
    first = page.locator("article.ad").first
    with page.expect_response(lambda answer: "/v1/e/" in answer.url) as seen:
        first.scroll_into_view_if_needed()
    assert seen.value.status == 204
    page.wait_for_timeout(1300)  # half of the pixels for one second
    before = len(visit.watch.beacons())
    assert before >= 2
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(200)
    first.scroll_into_view_if_needed()
    page.wait_for_timeout(1300)
    urls = [request.url for request in visit.watch.beacons()]
    assert len(urls) == len(set(urls)), "an event was sent twice"
    assert all(request.response().status == 204 for request in visit.watch.beacons())
    # Counted: the same address again is refused as taken before.
    again = page.context.request.post(urls[0])
    assert (again.status, again.json()["hint"]) == (409, "each address counts once; nothing was charged")
    with visit.site.opened() as store:
        kinds = [event.kind for event, _ in store.events.events()]
    assert {"impression", "viewable"} <= set(kinds)


def test_t32_a_click_leads_to_the_address_on_file_and_is_charged_once(visits):
    visit = visits()
    page = visit.feed("jonas")
    campaigns = visit.site.campaigns()
    landing = visit.site.landing_urls()

    def clicks():
        with visit.site.opened() as store:
            return [(event, charged) for event, charged in store.events.events() if event.kind == "click"]

    before = clicks()
    ad = page.locator("article.ad").first
    headline = ad.locator(".copy strong").text_content()
    link = ad.locator("a.creative")
    assert {"sponsored", "noopener", "noreferrer"} <= set(link.get_attribute("rel").split())
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    with page.context.expect_page() as opened:
        link.click()
    # The network is closed, so the browser gets no further than asking for it.
    wanted = landing[headline]
    assert wanted.startswith("https://")
    for _ in range(100):
        if any(url.rstrip("/") == wanted.rstrip("/") for url in asked):
            break
        page.wait_for_timeout(50)
    else:
        pytest.fail(f"the click did not lead to {wanted}: {asked}")
    opened.value.close()
    new = clicks()[len(before) :]
    assert len(new) == 1
    event, charged = new[0]
    assert event.validity == "valid"
    assert charged == event.price

    # Once more by the same address: the member still arrives, nobody pays.
    with page.context.expect_page() as opened:
        link.click()
    opened.value.close()
    assert len(clicks()) == len(before) + 1
    visit.open("/operator")
    row = page.locator("#delivery tbody tr").filter(has_text=campaigns[event.campaign_id].name).first
    assert f"{charged / 1_000_000:.3f}"[:4] in row.inner_text() or charged == 0


def test_hiding_an_ad_and_muting_an_advertiser_hold_from_the_next_page_on(visit):
    page = visit.feed("marta")
    ad = visit.ads()[0]
    page.locator(f"#{ad['id']} summary").click()
    visit.press(page.locator(f"#{ad['id']}").get_by_role("button", name="Hide this ad"))
    expect(page.get_by_role("status")).to_have_text("That ad will not come again.")
    assert ad["headline"] not in [other["headline"] for other in visit.ads()]

    other = visit.ads()[0]
    page.locator(f"#{other['id']} summary").click()
    visit.press(page.locator(f"#{other['id']}").get_by_role("button", name="Nothing more from this advertiser"))
    assert other["advertiser"] not in [one["advertiser"] for one in visit.ads()]
    visit.press(page.locator("#known").get_by_role("button", name=f"Show again {other['advertiser']}"))
    expect(page.locator("#known").get_by_text(other["advertiser"])).to_have_count(0)


def test_hiding_is_offered_only_where_it_can_be_remembered(visit):
    page = visit.feed("gus")  # no consent to anything: nothing would be kept of a hidden ad
    page.locator("article.ad summary").first.click()
    expect(page.get_by_role("button", name="Hide this ad")).to_have_count(0)
    expect(page.get_by_role("button", name="Nothing more from this advertiser").first).to_be_visible()


def test_t08_a_minor_sees_ads_for_the_page_alone_and_none_for_adults(visit):
    page = visit.feed("finn")
    ads = visit.ads()
    assert ads
    assert {signal for ad in ads for signal in ad["signals"]} <= {"context topics", "context tone", "place"}
    with visit.site.opened() as store:
        products = {creative.headline: creative.products for creative in store.catalogue.inventory().creatives}
    # Alcohol, gambling, diets, dating and what else the policy keeps from minors, as IAB Ad Product ids.
    from adtailor.config.policy import load_policy
    from adtailor.config.taxonomy import ad_products

    kept_away = set(ad_products().with_descendants(load_policy().minor_products))
    assert {"1002", "1361", "1291", "1259"} <= kept_away
    for ad in ads:
        assert not products[ad["headline"]] & kept_away
    expect(page.get_by_text("For minors nothing is read but the page itself")).to_be_visible()
    assert visit.known()["Interests"] == "nothing"
    assert visit.known()["Look"] == "nothing"
