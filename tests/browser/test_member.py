"""The member's own page in a real browser: by link and keyboard, on a phone, in three languages, without scripts."""

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

LOCALES = {"en": "en-GB", "de": "de-DE", "es": "es-ES"}
TITLES = {"en": "What is known about you", "de": "Was über dich bekannt ist", "es": "Lo que se sabe de ti"}
Open = Callable[..., "Opened"]
SHORTENED = """() => {
  const alike = { '.read-post': 3, '.seen-ad': 2, '#known-look ~ ul li': 2, '#mute-topic option': 3 };
  for (const [name, few] of Object.entries(alike))
    [...document.querySelectorAll(name)].slice(few).forEach(one => one.remove()); }"""
"""Posts, ads and topics are alike: a few of each are enough for axe, which looks at every element."""
BREAD = "Sourdough day: two loaves of rye bread from the oven, and soup with leeks from the market for dinner."
TRAIN = "Packing for Lisbon! Night train tickets, hotel by the river, and a list of museums to visit on the trip."


@dataclass(frozen=True)
class Opened:
    """Somebody's page, open."""

    visit: Any
    page: Page

    def press(self, button: Locator) -> None:
        """Press a button, and wait until the page that follows is in place, by script or by itself."""
        self.page.locator("#main").evaluate("main => { main.dataset.before = '1' }")
        button.click()
        expect(self.page.locator("#main:not([data-before])")).to_be_visible()

    def names(self, kind: str = "interests") -> list[str]:
        """What is known of one kind, by name."""
        return self.page.locator(f"[aria-labelledby=known-{kind}] .thing-head strong").all_text_contents()

    def says(self, text: str) -> None:
        """Whether the page says so."""
        expect(self.page.locator("main").get_by_text(text)).to_be_visible()


@pytest.fixture
def open_page(visits: Any) -> Open:
    """Opens somebody's page through a link that the site asks for, as the site's own page would send them there."""

    def opened(person: str, **options: Any) -> Opened:
        visit = visits(**options)
        status, body = visit.site.call(f"/v1/people/{person}/page", {"zone": "Europe/London"}, "POST")
        assert status == 201
        page = visit.open(json.loads(body)["url"])
        visit.press(page.locator("main button"))
        assert page.url == f"{visit.site.base}/me", "no secret stays in the address"
        return Opened(visit, page)

    return opened


@pytest.fixture
def newcomer(site: Any) -> Callable[..., str]:
    """Makes somebody who agreed to interests and wrote two posts a while ago, which the real models read."""

    def made(name: str, **consents: bool) -> str:
        site.call(f"/v1/people/{name}", {"age": "adult", "country": "GB"}, "PUT")
        agreed = {"interests": True, **consents}
        request = urllib.request.Request(
            f"{site.base}/v1/people/{name}/consents",
            json.dumps(agreed).encode(),
            {"Content-Type": "application/json", "If-Match": "*"},
            method="PUT",
        )
        urllib.request.urlopen(request, timeout=20).close()
        # Old enough to stand below the feed that other tests look at.
        written = datetime.now(UTC) - timedelta(days=20)
        posts = [
            {
                "id": f"{name}-{n}",
                "author_id": name,
                "created_at": (written + timedelta(hours=n)).isoformat(),
                "text": text,
            }
            for n, text in enumerate((BREAD, TRAIN))
        ]
        site.call("/v1/posts", posts, "POST")
        for post in posts:
            ends = time.monotonic() + 60
            while True:
                try:
                    site.call(f"/v1/posts/{post['id']}/reading")
                    break
                except urllib.error.HTTPError:
                    assert time.monotonic() < ends, "nobody read the posts"
                    time.sleep(0.2)
        return name

    return made


@pytest.mark.parametrize("language", LOCALES)
def test_it_speaks_the_browsers_language_and_has_no_barrier(open_page: Open, barriers: Any, language: str) -> None:
    page = open_page("ana", locale=LOCALES[language]).page
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[language])
    assert page.evaluate("document.documentElement.lang") == language
    for summary in page.locator("summary").all()[:4]:
        summary.click()
    page.evaluate(SHORTENED)
    assert barriers(page) == []
    page.goto(page.url + "/forget")
    assert barriers(page) == []


def test_the_pages_around_it_have_no_barrier(visits: Any, barriers: Any) -> None:
    visit = visits(locale="de-DE")
    for path in ("/me", "/me/closed", "/me/gone", "/me/enter?ticket=x"):
        assert barriers(visit.open(path)) == [], path


def test_in_the_demo_a_member_is_picked_from_the_feed_or_at_the_door(visits: Any) -> None:
    visit = visits()
    page = visit.feed("marta")
    visit.press(page.get_by_role("button", name="See it all, and correct it"))
    expect(page.get_by_text("This is your page, Marta Quill.")).to_be_visible()
    visit.press(page.get_by_role("button", name="Close this page"))
    expect(page.get_by_role("heading", name="Closed.")).to_be_visible()
    page = visit.open("/me")
    page.get_by_label("Member").select_option("ines")
    visit.press(page.get_by_role("button", name="Open my page"))
    expect(page.get_by_text("This is your page, Ines Halloway.")).to_be_visible()


def test_the_cookie_is_kept_from_scripts_and_no_copy_of_the_page_in_the_browser(
    open_page: Open, newcomer: Callable[..., str]
) -> None:
    opened = open_page(newcomer("cleo"))
    page = opened.page
    [cookie] = [one for one in page.context.cookies() if one["name"] == "adtailor_me"]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/me")
    assert page.evaluate("document.cookie") == ""
    opened.press(page.get_by_role("button", name="15 minutes"))
    opened.press(page.get_by_role("button", name="End the break"))
    kept = page.evaluate("[...Object.values(localStorage), ...Object.values(sessionStorage)]")
    assert all(re.fullmatch(r"/me(\?done=[a-z_]+)?", value) for value in kept), "an address at most, never a page"


@pytest.mark.parametrize("scripts", [True, False])
def test_one_tap_takes_an_interest_out_and_another_brings_it_back(
    open_page: Open, newcomer: Callable[..., str], scripts: bool
) -> None:
    opened = open_page(newcomer(f"mia-{scripts}"), java_script_enabled=scripts)
    page, name = opened.page, opened.names()[0]
    opened.press(page.locator(".thing", has_text=name).get_by_role("button", name=re.compile("^Wrong")).first)
    assert name not in opened.names()
    expect(page.get_by_role("status")).to_contain_text("the next ad is chosen without it")
    # In its posts it stands struck out, with its way back.
    for struck in page.locator(".read.wrong", has_text=name).all():
        opened.press(struck.get_by_role("button", name=re.compile("^Undo")).first)
    assert name in opened.names()


def test_everything_works_without_scripts(open_page: Open, newcomer: Callable[..., str]) -> None:
    opened = open_page(newcomer("nils", affect=True, wellbeing=True), java_script_enabled=False)
    page = opened.page
    opened.press(page.locator("#mood").get_by_role("button", name="Curious"))
    expect(page.locator("#mood-curiosity")).to_have_attribute("aria-pressed", "true")
    opened.press(page.locator("#consent-look"))
    expect(page.locator("#consent-look")).to_have_attribute("aria-checked", "true")
    page.get_by_label("My limit for a day").select_option("30")
    opened.press(page.get_by_role("button", name="Save My limit for a day"))
    expect(page.get_by_label("My limit for a day")).to_have_value("30")
    opened.press(page.locator("#suggestions"))
    expect(page.locator("#suggestions")).to_have_attribute("aria-checked", "false")
    page.get_by_label("Mute a topic").select_option(label="Astrology")
    opened.press(page.get_by_role("button", name="Mute Mute a topic"))
    opened.press(page.locator("#off").get_by_role("button", name="Undo Astrology"))
    opened.press(page.get_by_role("button", name="Deutsch"))
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES["de"])
    opened.press(page.get_by_role("button", name="Seite schließen"))
    expect(page.get_by_role("heading", name="Geschlossen.")).to_be_visible()


def test_an_ad_stands_with_its_reason_and_fewer_like_it_is_one_tap(
    open_page: Open, newcomer: Callable[..., str]
) -> None:
    who = newcomer("tess")
    opened = open_page(who)
    request = {
        "request_id": "r1", "site_id": "feed", "placements": [{"id": "f1", "position": 1}],
        "context": {"language": "en", "country": "GB", "zone": "Europe/London"},
        "viewer": {"person_id": who, "age": "adult"},
    }  # fmt: skip
    _, body = opened.visit.site.call("/v1/decisions", request, "POST")
    ad = json.loads(body)["placements"][0]["ad"]
    assert ad is not None
    page = opened.page
    page.reload()
    shown = page.locator(".seen-ad").first
    expect(shown).to_contain_text(ad["creative"]["headline"])
    expect(shown).to_contain_text("You saw this because of")
    opened.press(shown.get_by_role("button", name=re.compile("^Fewer like this")))
    expect(page.locator(".seen-ad").first).to_contain_text("You asked for fewer like this.")
    opened.press(page.locator("#off").get_by_role("button", name=re.compile("^Undo")))
    expect(page.locator(".seen-ad").first.get_by_role("button", name=re.compile("^Fewer"))).to_be_visible()


def test_a_choice_leaves_the_reader_where_they_were(open_page: Open, newcomer: Callable[..., str]) -> None:
    opened = open_page(newcomer("otis"), width=390, height=700)
    page = opened.page
    button = page.locator(".read-post").last.get_by_role("button").last
    button.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    assert before > 200
    opened.press(button)
    expect(page.locator("article:focus-within")).to_be_attached()
    assert abs(page.evaluate("scrollY") - before) < 120


def test_t07_consents_turn_one_by_one_with_the_space_bar(open_page: Open, newcomer: Callable[..., str]) -> None:
    page = open_page(newcomer("gil", interests=False)).page
    for name in ("interests", "look", "affect", "wellbeing"):
        switch = page.locator(f"#consent-{name}")
        expect(switch).to_have_attribute("aria-checked", "false")
        switch.focus()
        page.keyboard.press("Space")
        expect(switch).to_have_attribute("aria-checked", "true")
        assert page.locator("#consents [aria-checked=true]").count() == 1
        expect(switch).to_be_focused()
        page.keyboard.press("Space")
        expect(switch).to_have_attribute("aria-checked", "false")


def test_t18_an_objection_empties_the_page_until_it_is_lifted(open_page: Open, newcomer: Callable[..., str]) -> None:
    opened = open_page(newcomer("nora"))
    assert opened.names()
    opened.press(opened.page.get_by_role("button", name="I object to profiling"))
    assert opened.names() == []
    opened.says("You object to profiling.")
    opened.press(opened.page.get_by_role("button", name="Lift the objection"))
    expect(opened.page.get_by_text("You object to profiling.")).to_have_count(0)


def test_everything_is_reached_by_keyboard_in_order_and_the_focus_is_seen(open_page: Open) -> None:
    page = open_page("jonas", width=390, height=800, locale="en-GB").page
    page.locator("body").press("Tab")
    assert page.evaluate("document.activeElement.classList.contains('skip')")
    stops: list[dict[str, Any]] = []
    for _ in range(160):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """async () => { await new Promise(drawn => requestAnimationFrame(drawn));
                 const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
                 return { tag: at.tagName, id: at.id, text: at.textContent.trim(),
                   where: at.closest('section')?.id || '',
                   ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
                   shown: box.width > 0 && box.bottom > 0 && box.top < innerHeight } }"""
        )
        if stop["tag"] in {"BODY", "HTML"}:
            break
        stops.append(stop)
    else:
        pytest.fail("the keyboard never gets to the end")
    assert [stop for stop in stops if not (stop["ring"] and stop["shown"])] == []
    sections = list(dict.fromkeys(stop["where"] for stop in stops if stop["where"]))
    order = ["known", "posts", "ads", "consents", "mood", "rest", "off", "objection", "data", "forget"]
    assert sections == [one for one in order if one in sections]
    assert {"consents", "rest", "off", "objection", "data", "forget"} <= set(sections)
    reached = {stop["id"] for stop in stops}
    assert {"consent-interests", "consent-wellbeing", "limit", "mute-topic", "language-de"} <= reached


def test_t08_a_minor_is_told_that_ads_go_by_the_page_alone(open_page: Open, barriers: Any) -> None:
    opened = open_page("finn")
    opened.says("You are under age")
    expect(opened.page.locator("[role=switch]")).to_have_count(0)
    opened.page.evaluate(SHORTENED)
    assert barriers(opened.page) == []


def test_somebody_unknown_finds_an_empty_kind_page(open_page: Open, barriers: Any) -> None:
    opened = open_page("somebody-new")
    opened.says("Nothing is on file about you yet.")
    opened.page.evaluate(SHORTENED)
    assert barriers(opened.page) == []


def test_t17_both_exports_come_as_files_that_say_the_same(open_page: Open) -> None:
    page = open_page("ines").page
    told = {}
    for link, name in (("JSON", "export.json"), ("HTML", "export.html")):
        with page.expect_download() as download:
            page.locator("#data").get_by_role("link", name=re.compile(link)).click()
        assert download.value.suggested_filename == name
        told[name] = download.value.path().read_text("utf-8")
    stored = json.loads(told["export.json"])
    assert stored["person"]["person_id"] == "ines"
    assert stored["posts"]
    assert all(f">{post['id']}<" in told["export.html"] for post in stored["posts"])


def test_t16_forgetting_says_what_goes_then_the_page_says_done(open_page: Open, newcomer: Callable[..., str]) -> None:
    opened = open_page(newcomer("olaf"))
    page = opened.page
    page.get_by_role("link", name="Forget me …").click()
    opened.says("2 posts as they are kept here")
    page.get_by_role("link", name="No, keep it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES["en"])
    page.get_by_role("link", name="Forget me …").click()
    opened.visit.press(page.get_by_role("button", name="Yes, forget everything"))
    expect(page.get_by_role("heading", name="Done. You are forgotten.")).to_be_visible()
    assert not [one for one in page.context.cookies() if one["name"] == "adtailor_me"]
    with opened.visit.site.opened() as store:
        assert not store.people.export("olaf", datetime.now(UTC))["posts"]


def test_a_break_is_one_tap_and_the_feed_is_free_of_ads(open_page: Open) -> None:
    opened = open_page("gus")
    page, visit = opened.page, opened.visit
    opened.press(page.get_by_role("button", name="1 hour"))
    opened.says("You are taking a break until")
    visit.feed("gus")
    expect(page.locator("article.ad")).to_have_count(0)
    visit.open("/me")
    opened.press(page.get_by_role("button", name="End the break"))
    visit.feed("gus")
    assert page.locator("article.ad").count() > 0
