"""What a member chooses on the page takes effect on the next one."""

from playwright.sync_api import expect


def test_t06_a_consent_withdrawn_takes_what_was_known_with_it(visit):
    visit.feed("marta")
    assert visit.known()["Interests"] != "nothing"
    look = visit.known()["Look"]
    visit.turn("Interests", on=False)
    assert visit.known()["Interests"] == "nothing"
    assert visit.known()["Look"] == look, "each consent keeps its own"
    assert all(not {"interests", "history"} & set(ad["signals"]) for ad in visit.ads())
    # Given again, nothing comes back: it was deleted, not set aside.
    visit.turn("Interests", on=True)
    assert visit.known()["Interests"] == "nothing"


def test_t07_each_consent_moves_alone_and_the_keyboard_goes_on_from_its_switch(visit):
    page = visit.feed("gus")
    names = ["Interests", "Look", "Good moods", "Well-being"]
    for given in names:
        visit.switch(given).focus()
        with page.expect_navigation():
            page.keyboard.press("Space")
        assert [name for name in names if visit.switch(name).is_checked()] == [given]
        expect(visit.switch(given)).to_be_focused()
        with page.expect_navigation():
            page.keyboard.press("Space")
        assert not visit.switch(given).is_checked()


def test_t18_an_objection_outweighs_the_consents_until_it_is_lifted(visit):
    visit.feed("ines")
    by_consent = ["Interests", "Look", "Good moods"]
    assert any({"interests", "look"} & set(ad["signals"]) for ad in visit.ads())
    visit.turn("I object", on=True)
    assert {visit.known()[part] for part in ("Interests", "Look", "Good moods")} == {"nothing"}
    assert all(visit.switch(name).is_disabled() for name in by_consent)
    assert not any({"interests", "look", "affect", "history"} & set(ad["signals"]) for ad in visit.ads())
    # Well-being may change meanwhile, without taking the outweighed ones along.
    visit.turn("Well-being", on=True)
    assert visit.switch("I object").is_checked()
    visit.turn("Well-being", on=False)
    visit.turn("I object", on=False)
    assert all(visit.switch(name).is_enabled() and visit.switch(name).is_checked() for name in by_consent)


def test_a_mood_is_declared_with_one_tap_and_taken_back_with_one(visit):
    page = visit.feed("ana")
    mood = page.locator("#mood")
    visit.press(mood.get_by_role("button", name="Curious"))
    expect(mood.get_by_role("button", name="Curious")).to_have_attribute("aria-pressed", "true")
    visit.press(mood.get_by_role("button", name="Rather not say"))
    expect(mood.locator("[aria-pressed=true]")).to_have_count(0)


def test_moods_are_asked_only_of_those_who_agreed(visit):
    page = visit.feed("jonas")
    expect(page.locator("#mood")).to_have_count(0)


def test_t16_forgetting_asks_first_then_nothing_is_known_and_the_posts_are_gone(visit):
    page = visit.feed("kay")
    posts = page.locator("article.post").filter(has=page.locator(".by strong", has_text="K."))
    assert posts.count() > 0
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Forget me").click()
    assert visit.known()["Readings kept"] != "0"

    page.once("dialog", lambda dialog: dialog.accept())
    visit.press(page.get_by_role("button", name="Forget me"))
    expect(page.get_by_role("status")).to_have_text("Everything about you is gone.")
    assert posts.count() == 0
    assert visit.known() == {"Interests": "nothing", "Look": "nothing", "Good moods": "nothing", "Readings kept": "0"}
    assert all(not visit.switch(name).is_checked() for name in ("Interests", "Look"))
    visit.open("/operator")
    assert page.locator("#readings strong", has_text="K.").count() == 0


def test_everything_works_without_scripts(visits):
    visit = visits(java_script_enabled=False)
    page = visit.feed()
    page.get_by_label("See the feed as").select_option("lucia")
    visit.press(page.get_by_role("button", name="Show", exact=True))
    expect(visit.switch("Look")).to_be_checked()
    visit.switch("Good moods").check()
    visit.press(page.locator("#consents form").first.get_by_role("button", name="Save"))
    expect(visit.switch("Good moods")).to_be_checked()
    expect(visit.switch("Look")).to_be_checked()
    visit.press(page.locator("#mood").get_by_role("button", name="Happy"))
    expect(page.locator("#mood").get_by_role("button", name="Happy")).to_have_attribute("aria-pressed", "true")
    visit.switch("Good moods").uncheck()
    visit.press(page.locator("#consents form").first.get_by_role("button", name="Save"))
    expect(page.locator("#mood")).to_have_count(0)
    ad = page.locator("article.ad").first
    ad.locator("summary").click()
    advertiser = ad.locator(".by strong").text_content()
    visit.press(ad.get_by_role("button", name="Nothing more from this advertiser"))
    assert page.locator("article.ad .by strong", has_text=advertiser).count() == 0
    visit.press(page.locator("#known").get_by_role("button", name=f"Show again {advertiser}"))
    assert visit.watch.beacons() == []
