"""Larkwater is complete, consistent, always fresh, and says nothing it should not."""

import csv
import json
import os
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib.resources import files as resources
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from adtailor.domain.person import Consents
from adtailor.errors import InvalidInput
from adtailor.simulate.community import Community, files, load_community
from adtailor.simulate.community.draw import draw, photos, scenes
from adtailor.simulate.community.load import HERE, before

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LARKWATER = load_community(NOW)
MOST_BYTES = 1_500_000
SENSITIVE = {
    "1001", "1002", "1003", "1004", "1005", "1006", "1007", "1049", "1088", "1259", "1291", "1292", "1293", "1294",
    "1335", "1338", "1339", "1349", "1361", "1362", "1366", "1367", "1383", "1391", "1473", "1544", "1576",
}  # fmt: skip
"""Products of the IAB Ad Product Taxonomy 2.0 that ask for care; spelled out here on purpose, apart from the policy."""


def _posts_of(author: str, community: Community = LARKWATER) -> list[str]:
    return [post.text for post in community.posts if post.author_id == author]


def _sensitive_creatives() -> set[str]:
    return {creative.id for creative in LARKWATER.inventory.creatives if creative.products & SENSITIVE}


def test_larkwater_is_as_large_as_promised() -> None:
    inventory = LARKWATER.inventory
    assert len(LARKWATER.people) == 12
    assert len(LARKWATER.posts) >= 48
    assert len(inventory.advertisers) >= 12
    assert len(inventory.campaigns) >= 20
    assert len(inventory.adsets) >= 26
    assert len(inventory.creatives) >= 60
    assert len(inventory.ads) >= 60


def test_no_id_is_used_twice() -> None:
    inventory = LARKWATER.inventory
    for things in (
        [member.person.person_id for member in LARKWATER.people],
        [post.id for post in LARKWATER.posts],
        [thing.id for thing in inventory.organizations],
        [thing.id for thing in inventory.advertisers],
        [thing.id for thing in inventory.campaigns],
        [thing.id for thing in inventory.adsets],
        [thing.id for thing in inventory.creatives],
        [thing.id for thing in inventory.ads],
    ):
        assert [key for key, count in Counter(things).items() if count > 1] == []


def test_every_reference_leads_somewhere() -> None:
    inventory = LARKWATER.inventory
    people = {member.person.person_id for member in LARKWATER.people}
    posts = {post.id: post for post in LARKWATER.posts}
    organizations = {thing.id for thing in inventory.organizations}
    advertisers = {thing.id for thing in inventory.advertisers}
    campaigns = {thing.id for thing in inventory.campaigns}
    adsets = {thing.id for thing in inventory.adsets}
    creatives = {thing.id for thing in inventory.creatives}
    assert {post.author_id for post in LARKWATER.posts} == people
    assert all(thing.organization_id in organizations for thing in inventory.advertisers)
    assert {thing.advertiser_id for thing in inventory.campaigns} == advertisers
    assert {thing.campaign_id for thing in inventory.adsets} == campaigns
    assert {thing.adset_id for thing in inventory.ads} == adsets
    assert {thing.creative_id for thing in inventory.ads} == creatives
    for post in LARKWATER.posts:
        if post.reply_to is not None:
            assert posts[post.reply_to].created_at < post.created_at


def test_an_ad_shows_a_creative_of_the_advertiser_who_pays_for_it() -> None:
    inventory = LARKWATER.inventory
    campaign_of = {thing.id: thing.campaign_id for thing in inventory.adsets}
    payer_of = {thing.id: thing.advertiser_id for thing in inventory.campaigns}
    maker_of = {thing.id: thing.advertiser_id for thing in inventory.creatives}
    for ad in inventory.ads:
        assert maker_of[ad.creative_id] == payer_of[campaign_of[ad.adset_id]]


@given(st.datetimes(min_value=datetime(2001, 1, 1), max_value=datetime(2090, 1, 1)))  # noqa: DTZ001 the zone is added
@settings(max_examples=15, deadline=None)
def test_the_feed_is_of_the_last_four_days_whatever_the_clock_says(moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    community = load_community(now)
    for post, at_noon in zip(community.posts, LARKWATER.posts, strict=True):
        assert timedelta(0) < now - post.created_at < timedelta(days=4)
        assert (post.id, now - post.created_at) == (at_noon.id, NOW - at_noon.created_at)
    assert community.inventory == LARKWATER.inventory
    assert community.people == LARKWATER.people


def test_the_same_clock_gives_the_same_community() -> None:
    assert load_community(NOW) == LARKWATER


def test_posts_come_oldest_first() -> None:
    assert [post.created_at for post in LARKWATER.posts] == sorted(post.created_at for post in LARKWATER.posts)


def test_a_time_that_is_not_days_hours_and_minutes_is_refused() -> None:
    with pytest.raises(InvalidInput, match="2d 09:75"):
        before(NOW, "2d 09:75")


def test_a_key_that_nobody_knows_is_refused_by_name(tmp_path: Path) -> None:
    broken = tmp_path / "people.toml"
    broken.write_text('[[members]]\nid = "x"\nshoe_size = 43\n')
    with pytest.raises(InvalidInput, match=r"people\.toml.*shoe_size"):
        files.read(broken, files.PeopleFile)


def test_consents_differ_and_include_the_telling_cases() -> None:
    consents = {member.person.person_id: member.person.consents for member in LARKWATER.people}
    assert consents["gus"] == Consents()
    assert consents["ana"] == Consents(interests=True, look=True, affect=True, wellbeing=True)
    assert consents["lucia"] == Consents(look=True)
    assert not consents["marta"].wellbeing
    assert consents["tomasz"].wellbeing
    assert consents["noor"].wellbeing
    assert [member.person.person_id for member in LARKWATER.people if member.person.objected] == ["otti"]
    assert {member.person.age for member in LARKWATER.people} == {"adult", "minor", "unknown"}
    assert len(set(consents.values())) >= 7


def test_a_bad_week_is_at_least_four_own_posts_within_three_days() -> None:
    recent = [
        post
        for post in LARKWATER.posts
        if post.author_id == "tomasz" and post.is_own and NOW - post.created_at < timedelta(hours=72)
    ]
    told = [post for post in recent if re.search(r"stressed|worried|overwhelmed|burned out|exhausted", post.text)]
    assert len(told) >= 4
    assert told == recent


def test_languages_and_the_odd_posts_are_all_there() -> None:
    assert {post.language for post in LARKWATER.posts} == {None, "en", "de", "es", "fr"}
    assert any(not re.search(r"\w", post.text) for post in LARKWATER.posts), "only emoji"
    assert any(re.fullmatch(r"https://\S+", post.text) for post in LARKWATER.posts), "only a link"
    assert any("Ignore all previous instructions" in text for text in _posts_of("kay"))
    assert any(post.is_repost for post in LARKWATER.posts)
    assert {member.language for member in LARKWATER.people} == {"en", "de", "es", "fr"}
    assert {creative.language for creative in LARKWATER.inventory.creatives} >= {"en", "de", "es", "fr"}


def test_one_post_and_only_one_speaks_of_a_crisis_and_people_answer_it() -> None:
    spoken = [post for post in LARKWATER.posts if "ending my life" in post.text]
    assert [post.author_id for post in spoken] == ["noor"]
    answers = [post for post in LARKWATER.posts if post.reply_to == spoken[0].id]
    assert {post.author_id for post in answers} == {"ana", "otti"}


def test_no_sensitive_ad_reaches_people_by_their_profile() -> None:
    sensitive = _sensitive_creatives()
    adset_of = {thing.id: thing for thing in LARKWATER.inventory.adsets}
    ads = [ad for ad in LARKWATER.inventory.ads if ad.creative_id in sensitive]
    assert len(ads) >= 8
    assert [ad.id for ad in ads if adset_of[ad.adset_id].targeting.is_personal] == []


def test_targeting_bids_and_tones_are_varied() -> None:
    inventory = LARKWATER.inventory
    targets = [adset.targeting for adset in inventory.adsets]
    for kind in ("countries", "languages", "topics", "interests", "look", "devices"):
        assert any(getattr(target, kind) for target in targets), kind
    assert any(adset.exclusions.topics for adset in inventory.adsets)
    assert {adset.bid.kind for adset in inventory.adsets} == {"cpc", "cpm", "cpa"}
    tones = {tone for creative in inventory.creatives for tone in creative.tone}
    assert tones == {"playful", "warm", "calm", "energetic", "serious"}
    assert 4 <= sum(creative.is_urgent for creative in inventory.creatives) <= 10
    assert all(creative.tone and creative.topics and creative.products for creative in inventory.creatives)


def test_a_creative_in_another_language_stands_only_where_that_language_is_read() -> None:
    adset_of = {thing.id: thing for thing in LARKWATER.inventory.adsets}
    language_of = {thing.id: thing.language for thing in LARKWATER.inventory.creatives}
    for ad in LARKWATER.inventory.ads:
        if (language := language_of[ad.creative_id]) != "en":
            assert adset_of[ad.adset_id].targeting.languages == {language}, ad.id


def test_every_address_is_reserved_and_is_the_advertisers_own() -> None:
    domains = {thing.id: thing.landing_domains for thing in LARKWATER.inventory.advertisers}
    for creative in LARKWATER.inventory.creatives:
        host = urlsplit(creative.landing_url).hostname
        assert host is not None
        assert host.endswith(".example")
        assert host in domains[creative.advertiser_id]
    for post in LARKWATER.posts:
        for address in re.findall(r"https?://\S+", post.text):
            assert str(urlsplit(address).hostname).endswith(".example")


def test_nothing_looks_like_a_phone_number_or_a_mail_address() -> None:
    words = [post.text for post in LARKWATER.posts]
    words += [f"{creative.headline} {creative.body}" for creative in LARKWATER.inventory.creatives]
    words += [member.bio for member in LARKWATER.people]
    for text in words:
        assert not re.search(r"\d[\d\s()./-]{5,}\d", text), text
        assert "@" not in text, text


@pytest.mark.parametrize(
    "asserting",
    [
        r"\bfeeling (low|down|sad|tired|stressed)",
        r"\b(are|were) you (stressed|sad|lonely|broke|overweight|single|ill|tired)",
        r"\byour (debt|illness|weight|anxiety|depression|stress)\b",
        r"don't miss|you'll regret|everyone else|shame|guilt",
    ],
)
def test_t31_no_ad_asserts_anything_about_the_reader_or_plays_on_guilt(asserting: str) -> None:
    for creative in LARKWATER.inventory.creatives:
        assert not re.search(asserting, f"{creative.headline} {creative.body}", re.IGNORECASE), creative.id


def test_every_ad_fits_its_card() -> None:
    for creative in LARKWATER.inventory.creatives:
        assert len(creative.headline) <= 60, creative.id
        assert len(creative.body) <= 140, creative.id
        assert len(creative.call_to_action) <= 24, creative.id


def test_every_picture_decodes_and_all_of_them_stay_small() -> None:
    wanted = {LARKWATER.media / str(creative.image) for creative in LARKWATER.inventory.creatives}
    wanted |= {photo.path for post in LARKWATER.posts for photo in post.photos if photo.path is not None}
    there = set(LARKWATER.media.rglob("*.webp"))
    assert wanted == there
    assert sum(path.stat().st_size for path in there) < MOST_BYTES
    for path in sorted(there):
        with Image.open(path) as image:
            image.load()
            assert image.size == ((480, 480) if path.parent.name == "posts" else (640, 360))


def test_every_photo_says_in_words_what_it_shows() -> None:
    photos_posted = [photo for post in LARKWATER.posts for photo in post.photos]
    assert len(photos_posted) >= 10
    assert all(photo.alt for photo in photos_posted)


def test_every_picture_that_ships_has_code_that_draws_it() -> None:
    assert {path.stem for path in (LARKWATER.media / "posts").iterdir()} == set(photos())
    assert {path.stem for path in (LARKWATER.media / "ads").iterdir()} == set(scenes())


@pytest.mark.slow
def test_drawing_again_gives_the_pictures_that_ship(tmp_path: Path) -> None:
    for drawn in draw(tmp_path):
        shipped = LARKWATER.media / drawn.relative_to(tmp_path)
        with Image.open(drawn) as again, Image.open(shipped) as there:
            pairs = zip(again.convert("L").tobytes(), there.convert("L").tobytes(), strict=True)
            # Arithmetic and encoders differ a little between machines: on average less than 2 of 255 levels.
            assert sum(abs(a - b) for a, b in pairs) / (again.width * again.height) < 2, drawn.name


def _written() -> tuple[set[str], set[str]]:
    """Every `<id> <name>` in the files: topics, and products."""
    topics: set[str] = set()
    products: set[str] = set()
    for path in sorted((HERE / "advertisers").glob("*.toml")):
        shop = files.read(path, files.AdvertiserFile)
        for creative in shop.creatives.values():
            topics |= set(creative.topics)
            products |= set(creative.products)
        for campaign in shop.campaigns:
            for adset in campaign.adsets:
                topics |= {*adset.targeting.topics, *adset.exclusions.topics, *adset.targeting.interests}
    return topics, products


def test_topics_and_products_are_those_of_the_taxonomies_that_ship() -> None:
    for written, name in zip(_written(), ("iab_content_3_1", "iab_ad_product_2_0"), strict=True):
        rows = json.loads(resources("adtailor").joinpath("policies", f"{name}.json").read_text("utf-8"))["rows"]
        assert {
            entry for entry in written if rows.get(entry.partition(" ")[0], ["", ""])[1] != entry.partition(" ")[2]
        } == set()


@pytest.mark.data
@pytest.mark.skipif("ADTAILOR_TEST_DATA" not in os.environ, reason="needs ADTAILOR_TEST_DATA")
def test_topics_and_products_are_those_that_iab_published() -> None:
    folder = Path(os.environ["ADTAILOR_TEST_DATA"]) / "iab"
    for written, name in zip(_written(), ("Content Taxonomy 3.1", "Ad Product Taxonomy 2.0"), strict=True):
        with (folder / f"{name}.tsv").open(encoding="utf-8", newline="") as table:
            known = {f"{row[0].strip()} {row[2].strip()}" for row in csv.reader(table, delimiter="\t") if len(row) > 2}
        assert written <= known
