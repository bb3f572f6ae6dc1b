"""The public repository as a page."""

import re
from datetime import timedelta

from adtailor.testing import samples

from .conftest import CORPUS, NOW


def shown(house, words: str = "Dry feet") -> None:
    """One ad was shown, as it was frozen."""
    from adtailor.domain.exhibit import ShownPicture, exhibit_of

    inventory = samples.inventory()
    exhibit = exhibit_of(
        inventory.ads[0].id, inventory.advertisers[0], inventory.adsets[0], inventory.creatives[0],
        picture_of=lambda name: ShownPicture(hash=None, name=name),
    )  # fmt: skip
    house.store.exhibits.keep({words.encode()[:16]: samples_with(exhibit, words)}, NOW)
    house.store.events.take(samples.event(1, kind="impression", price=0, at=NOW))


def samples_with(exhibit, words: str):
    from dataclasses import replace

    from adtailor.domain.exhibit import ShownWords

    return replace(exhibit, words=(ShownWords(headline=words, body=words),), payer=words)


def test_an_empty_repository_says_so(house):
    assert "No ad that ran within a year fits." in house.client.get("/ad-repository").text


def test_t39_an_ad_is_told_with_who_paid_and_whom_it_was_meant_for(house):
    shown(house)
    html = house.client.get("/ad-repository").text
    for told in ("Dry feet", "Boots &amp; Co", "countries: DE", "2026-", "no figure", "format=csv"):
        assert told in html, told
    assert "Dry feet" in house.client.get("/ad-repository?words=dry+feet&advertiser=boots").text
    assert "Dry feet" not in house.client.get("/ad-repository?words=opera").text
    day = (NOW - timedelta(days=400)).date()
    assert "Dry feet" not in house.client.get(f"/ad-repository?until={day}").text


def test_a_bad_day_is_named_and_what_was_asked_stays(house):
    answer = house.client.get("/ad-repository?since=yesterday&words=tea")
    assert answer.status_code == 422
    assert "is no day" in answer.text
    assert 'value="tea"' in answer.text


def test_t34_what_advertisers_wrote_is_inert_in_the_repository(house):
    for number, hostile in enumerate(CORPUS):
        shown(house, f"{number} {hostile}")
    html = house.client.get("/ad-repository").text
    assert "<script>" not in html.replace('<script src="/static/app.js" defer></script>', "")
    assert re.search(r"<[^>]*\bon\w+\s*=", html) is None, "an element that does something by itself"


def test_the_operator_sees_whom_ads_reach(house):
    assert "No ad set goes by people\u2019s profile." in house.client.get("/operator").text
