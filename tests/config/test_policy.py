"""The policy file is checked key by key, and lists come with all that lies below them."""

import re
from pathlib import Path

import pytest

from adtailor.config.policy import PRESETS, load_policy
from adtailor.config.taxonomy import ad_products, content_topics
from adtailor.errors import InvalidInput


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "policy.toml"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_load_under_their_own_name(preset: str) -> None:
    policy = load_policy(preset)
    assert policy.name == preset
    assert policy.age_required


def test_the_presets_differ_in_where_a_mood_comes_from_and_in_nothing_else() -> None:
    standard, strict = load_policy("standard"), load_policy("eu_strict")
    assert (standard.affect_source, strict.affect_source) == ("inferred", "declared")
    same = [n for n in type(standard).__dataclass_fields__ if n not in {"name", "affect_source"}]
    assert all(getattr(standard, name) == getattr(strict, name) for name in same)


@pytest.mark.parametrize(
    ("product", "name"),
    [
        ("1006", "Spirits"),
        ("1366", "Sports Betting"),
        ("1349", "Payday and Emergency Loans"),
        ("1293", "Weightloss Services"),
        ("1383", "Cosmetic Medical Services"),
        ("1260", "Casual Relationships"),
        ("1208", "Over the Counter Medication"),
        ("1391", "Mental Health"),
    ],
)
def test_every_category_promised_to_be_sensitive_is(product: str, name: str) -> None:
    assert load_policy().sensitive_products[product] == name


@pytest.mark.parametrize("product", ["1002", "1366", "1291", "1260"])
def test_t08_alcohol_gambling_diet_and_dating_are_not_for_minors(product: str) -> None:
    assert product in load_policy().minor_products


@pytest.mark.parametrize("topic", ["301", "314", "405", "406", "187", "189", "304", "I4GWl6"])
def test_topics_of_health_debt_and_loss_are_sensitive(topic: str) -> None:
    assert topic in load_policy().sensitive_topics


@pytest.mark.parametrize("topic", ["226", "229", "653", "239", "483"])
def test_ordinary_topics_are_not(topic: str) -> None:
    assert topic in content_topics().names
    assert topic not in load_policy().sensitive_topics


def test_whatever_lies_below_something_sensitive_is_sensitive() -> None:
    policy = load_policy()
    for taxonomy, listed in (
        (ad_products(), policy.sensitive_products),
        (ad_products(), policy.minor_products),
        (content_topics(), policy.sensitive_topics),
    ):
        for key, parent in taxonomy.parents.items():
            assert parent not in listed or key in listed


def test_a_file_may_say_only_what_differs(tmp_path: Path) -> None:
    policy = load_policy(
        written(
            tmp_path,
            'based_on = "standard"\nname = "ours"\n'
            '[stress]\nthreshold = 0.9\n[sensitive_products]\n1524 = "Sporting Goods"\n',
        )
    )
    assert (policy.name, policy.stress_threshold, policy.least_posts) == ("ours", 0.9, 3)
    assert {"1525", "1006"} <= set(policy.sensitive_products)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[stress]\ntreshold = 0.9\n", "stress"),
        ("[mood]\nsad = 1\n", None),
        ('[stress]\nthreshold = "high"\n', "stress.threshold"),
        ("[stress]\nthreshold = 1.0\n", "stress.threshold"),
        ("[stress]\nthreshold = nan\n", "stress.threshold"),
        ("[stress]\nwindow_hours = 96\n", "stress.window_hours"),
        ("[stress]\nhalf_life_hours = 0.0\n", "stress.half_life_hours"),
        ("[stress]\nhalf_life_hours = inf\n", "stress.half_life_hours"),
        ("[stress]\nleast_posts = 0\n", "stress.least_posts"),
        ("[states]\nleave_elevated = 0.9\n", "states.leave_elevated"),
        ("[states]\nleave_high = 0.9\n", "states.leave_high"),
        ("[states]\nenter_elevated = 1.1\n", "states.leave_elevated"),
        ("[states]\ncrisis_quiet_hours = 1\n", "states.crisis_quiet_hours"),
        ("[ads]\nhigh_blank_every = 3\n", "ads.high_blank_every"),
        ("[ads]\nhigh_blank_every = 0\n", "ads.high_blank_every"),
        ("[cards]\ndismissed_cooldown_hours = []\n", "cards.dismissed_cooldown_hours"),
        ("[cards]\ndismissed_cooldown_hours = [168, 72]\n", "cards.dismissed_cooldown_hours"),
        ("[cards]\ndismissed_cooldown_hours = [1, 2]\n", "cards.dismissed_cooldown_hours"),
        ('affect_source = "guessed"\n', "affect_source"),
        ('[sensitive_products]\n1002 = "Wine"\n', "sensitive_products.1002"),
        ('[sensitive_topics]\n999999 = "Grief"\n', "sensitive_topics.999999"),
        ('based_on = "lenient"\n', "based_on"),
    ],
)
def test_what_does_not_do_is_refused_by_name_with_a_remedy(tmp_path: Path, text: str, field: str | None) -> None:
    base = "" if "based_on" in text else 'based_on = "standard"\n'
    with pytest.raises(InvalidInput) as refused:
        load_policy(written(tmp_path, base + text))
    assert refused.value.field == field
    assert refused.value.hint


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=re.escape("missing required field `version`")):
        load_policy(written(tmp_path, 'name = "half"\n'))


def test_a_file_that_is_no_toml_or_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="not TOML"):
        load_policy(written(tmp_path, "[stress\n"))
    with pytest.raises(InvalidInput, match="standard, eu_strict"):
        load_policy(tmp_path / "nowhere.toml")
    with pytest.raises(InvalidInput, match="no readable policy"):
        load_policy(tmp_path)
