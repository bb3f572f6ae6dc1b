"""The feed as HTML: which ads, which words, for whom."""

import re
from datetime import timedelta


def ads_in(html: str) -> list[str]:
    """The headlines of the ads of a page."""
    return re.findall(r'<span class="copy"><strong>([^<]*)</strong>', html)


def test_an_empty_installation_says_how_to_begin(make_house):
    html = make_house(is_demo=False).feed()
    assert "No posts yet" in html
    assert "POST /v1/posts" in html
    assert "invented" not in html


def test_an_ad_stands_below_the_first_post_and_every_fourth_after(house):
    for number in range(7):  # with the two of the house: nine posts, so below the posts 1, 5 and 9
        house.tell("dana", "We went on a hike.", hours_ago=10 + number)
    html = house.feed()
    assert re.findall(r'id="ad-(\d+)"', html) == ["1", "5", "9"]


def test_no_ad_is_shown_more_often_on_a_page_than_its_session_cap(house):
    for number in range(30):
        house.tell("dana", "We went on a hike.", hours_ago=10 + number)
    shown = ads_in(house.feed())
    assert max(shown.count(headline) for headline in shown) == 2  # the toy ads' session cap


def test_a_picture_that_this_installation_does_not_have_is_left_out(make_house):
    from dataclasses import replace

    house = make_house()
    house.sell(lambda inv: replace(inv, creatives=tuple(replace(c, image="boots.svg") for c in inv.creatives)))
    house.tell("ben", "We went on a hike.")
    html = house.feed()
    assert ads_in(html)
    assert '<img src="/media' not in html


def test_t09_global_privacy_control_leaves_the_profile_out(house):
    house.agree("ana", interests=True)
    for number in range(6):
        house.tell("ana", "We went on a hike.", hours_ago=5 + number)
    house.tell("ben", "Something else.", hours_ago=0.5)
    by_profile = [page for page in _recent(house, "ana") if page.decision.account.without]
    assert any("interests" in page.decision.account.without for page in by_profile)
    assert all("interests" not in p.decision.account.without for p in _recent(house, "ana", **{"Sec-GPC": "1"}))
    assert any("interests" in p.decision.account.without for p in _recent(house, "ana", **{"Sec-GPC": "0"}))


def _recent(house, viewer: str, **headers: str):
    """The decisions of one more view of the feed."""
    before = len(house.rooms.fill_page.recent())
    house.feed(viewer, **headers)
    pages = house.rooms.fill_page.recent()
    return pages[: len(pages) - before]


def test_the_page_tells_only_the_member_why_there_are_fewer_ads(house):
    house.agree("ana", wellbeing=True)
    assert "Why fewer ads?" not in house.feed("ana")
    for hours in (1, 4, 8, 12):
        house.tell("ana", "It is all so heavy.", hours_ago=hours)
    html = house.feed("ana")
    assert "Why fewer ads?" in html
    assert "breather" in html
    for viewer in ("", "finn"):
        assert "Why fewer ads?" not in house.feed(viewer)
        assert "breather" not in house.feed(viewer)
    operator = house.client.get("/operator").text
    assert "breather" not in operator


def test_a_rest_taken_empties_the_page_of_ads_until_it_is_over(house):
    house.agree("ana", wellbeing=True)
    for hours in (1, 4, 8, 12):
        house.tell("ana", "It is all so heavy.", hours_ago=hours)
    assert 'data-pause="5"' in house.feed("ana")
    answer = house.choose("rest", viewer="ana", answer="15min")
    assert answer.headers["Location"] == "/?viewer=ana", "the answer is nobody's to read in an address"
    assert ads_in(house.feed("ana")) == []
    # 15 minutes of rest, and half an hour without ads on return.
    house.clock.at += timedelta(minutes=44)
    assert ads_in(house.feed("ana")) == []


def test_t34_what_anybody_writes_becomes_words(hostile_house):
    for path in ("/", "/?viewer=ana", "/operator"):
        html = hostile_house.client.get(path).text
        assert "&lt;script&gt;window.broken = 1&lt;/script&gt;" in html
        assert not re.search(r"<script>|<iframe|<style>|<base|<svg|onerror='|<img src=x|action='https|ping='", html), (
            path
        )
        assert "{{ 7 * 7 }}" in html
    page = hostile_house.rooms.fill_page.recent()[0]
    html = hostile_house.client.get(f"/operator/decisions/{page.decision.decision_id}").text
    assert "<script>window" not in html


def test_pages_load_nothing_from_elsewhere_and_run_nothing_inline(house):
    for path in ("/", "/?viewer=ana", "/operator"):
        answer = house.client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        # A stricter one makes browsers call the origin of our own forms "null".
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert not re.search(r"\son\w+=|\sstyle=|<style|<script>", answer.text)
