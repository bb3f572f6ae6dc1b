"""The policy file: when to show less, and what is never learned from; a preset or an operator's own."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, cast

import msgspec

from adtailor.config.taxonomy import Key, Taxonomy, ad_products, content_topics
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.errors import InvalidInput

PRESETS: tuple[str, ...] = ("standard", "eu_strict")
LONGEST_WINDOW = 72
"""Hours: what was felt is forgotten after these, whatever a policy says."""
LEAST_QUIET = 72
"""Hours without ads after crisis language; `wellbeing.quiet` relies on its being longer than any other quiet."""


class _Stress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    threshold: float
    least_posts: int
    window_hours: int
    half_life_hours: float


class _States(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    enter_elevated: float
    leave_elevated: float
    enter_high: float
    leave_high: float
    sustained_days: int
    crisis_quiet_hours: int


class _Ads(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    elevated_blank_every: int
    high_blank_every: int


class _Cards(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    cooldown_hours: int
    dismissed_cooldown_hours: tuple[int, ...]
    rest_bonus_minutes: int
    pause_seconds: int


class _Helplines(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    fresh_days: int


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    version: int
    age_required: bool
    affect_source: Literal["inferred", "declared"]
    stress: _Stress
    states: _States
    ads: _Ads
    cards: _Cards
    helplines: _Helplines
    sensitive_products: dict[str, str]
    minor_products: dict[str, str]
    sensitive_topics: dict[str, str]


def load_policy(name_or_path: str | Path = "standard") -> WellbeingPolicy:
    """A preset by its name, or a policy file; listed categories come with all that lies below them.

    A file may say `based_on = "standard"` and only what differs. Raises InvalidInput naming the key, what was
    expected and the remedy.

    >>> policy = load_policy("eu_strict")
    >>> policy.affect_source, policy.sensitive_products["1366"]
    ('declared', 'Sports Betting')
    """
    source, tree = _tree(name_or_path)
    policy = _policy(_converted(tree, source), source)
    _check(policy, source)
    return policy


def _tree(name_or_path: str | Path) -> tuple[str, dict[str, Any]]:
    """The file as it stands, laid over the preset it is based on."""
    source = str(name_or_path)
    text = _text(source)
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{source} is not TOML: {error}", hint="mend the line that it names") from None
    base = tree.pop("based_on", None)
    if base is None:
        return source, tree
    if base not in PRESETS:
        raise InvalidInput(f"{base!r} is no preset", hint=f"one of {', '.join(PRESETS)}", field="based_on")
    return source, _laid_over(_tree(cast("str", base))[1], tree)


def _text(source: str) -> str:
    if source in PRESETS:
        return files("adtailor").joinpath("policies", f"{source}.toml").read_text("utf-8")
    try:
        return Path(source).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise InvalidInput(
            f"there is no readable policy file {source!r}",
            hint=f"a preset ({', '.join(PRESETS)}) or the path of a TOML file",
            field="policy",
        ) from None


def _laid_over(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _converted(tree: Mapping[str, Any], source: str) -> _File:
    try:
        return msgspec.convert(tree, _File)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at ")
        raise InvalidInput(
            f"{message} (in {source})",
            hint="the preset src/adtailor/policies/standard.toml has every key, explained",
            field=where.strip("`").removeprefix("$").removeprefix(".") or None,
        ) from None


def _policy(file: _File, source: str) -> WellbeingPolicy:
    return WellbeingPolicy(
        name=file.name,
        version=file.version,
        stress_threshold=file.stress.threshold,
        least_posts=file.stress.least_posts,
        window_hours=file.stress.window_hours,
        half_life_hours=file.stress.half_life_hours,
        enter_elevated=file.states.enter_elevated,
        leave_elevated=file.states.leave_elevated,
        enter_high=file.states.enter_high,
        leave_high=file.states.leave_high,
        sustained_days=file.states.sustained_days,
        crisis_quiet_hours=file.states.crisis_quiet_hours,
        elevated_blank_every=file.ads.elevated_blank_every,
        high_blank_every=file.ads.high_blank_every,
        card_cooldown_hours=file.cards.cooldown_hours,
        dismissed_cooldown_hours=file.cards.dismissed_cooldown_hours,
        rest_bonus_minutes=file.cards.rest_bonus_minutes,
        pause_seconds=file.cards.pause_seconds,
        helpline_fresh_days=file.helplines.fresh_days,
        sensitive_products=_known("sensitive_products", file.sensitive_products, ad_products(), source),
        minor_products=_known("minor_products", file.minor_products, ad_products(), source),
        sensitive_topics=_known("sensitive_topics", file.sensitive_topics, content_topics(), source),
        affect_source=file.affect_source,
        age_required=file.age_required,
    )


def _known(key: str, listed: Mapping[str, str], taxonomy: Taxonomy[Key], source: str) -> dict[Key, str]:
    """The listed ids with all below them; a name that is not the id's own reveals a mistyped id."""
    published: Mapping[str, str] = dict(taxonomy.names.items())
    for listed_id, name in listed.items():
        its_name = published.get(listed_id)
        if its_name != name:
            raise InvalidInput(
                f"{listed_id} = {name!r} (in {source})",
                hint=f"the taxonomy calls {listed_id} {its_name!r}" if its_name else "the taxonomy has no such id",
                field=f"{key}.{listed_id}",
            )
    return taxonomy.with_descendants(known for known in taxonomy.ids if known in listed)


def _check(policy: WellbeingPolicy, source: str) -> None:
    """Ranges, and the orders on which promises rest."""

    def refuse(field: str, value: object, hint: str) -> InvalidInput:
        return InvalidInput(f"{value} does not do (in {source})", hint=hint, field=field)

    if not 0.0 < policy.stress_threshold < 1.0:
        raise refuse("stress.threshold", policy.stress_threshold, "above 0 and below 1")
    if not 1 <= policy.window_hours <= LONGEST_WINDOW:
        raise refuse("stress.window_hours", policy.window_hours, f"1 to {LONGEST_WINDOW}: signs are forgotten after it")
    if not 0.0 < policy.half_life_hours <= policy.window_hours:
        raise refuse("stress.half_life_hours", policy.half_life_hours, "above 0, and within window_hours")
    for name in ("elevated", "high"):
        enter: float = getattr(policy, f"enter_{name}")
        leave: float = getattr(policy, f"leave_{name}")
        if not 0.0 < leave < enter <= 1.0:
            raise refuse(f"states.leave_{name}", leave, f"above 0 and below enter_{name} = {enter}, which is at most 1")
    if policy.high_blank_every < 1 or policy.elevated_blank_every % policy.high_blank_every:
        raise refuse(
            "ads.high_blank_every",
            policy.high_blank_every,
            f"a divisor of elevated_blank_every = {policy.elevated_blank_every}, so that more stress shows fewer ads",
        )
    if not policy.dismissed_cooldown_hours:
        raise refuse("cards.dismissed_cooldown_hours", "an empty list", "one number of hours or more")
    if list(policy.dismissed_cooldown_hours) != sorted(policy.dismissed_cooldown_hours):
        raise refuse(
            "cards.dismissed_cooldown_hours",
            list(policy.dismissed_cooldown_hours),
            "each dismissal lasts longer",
        )
    for field, value, least in (
        ("version", policy.version, 1),
        ("stress.least_posts", policy.least_posts, 1),
        ("states.sustained_days", policy.sustained_days, 1),
        ("states.crisis_quiet_hours", policy.crisis_quiet_hours, LEAST_QUIET),
        ("ads.elevated_blank_every", policy.elevated_blank_every, 1),
        ("cards.cooldown_hours", policy.card_cooldown_hours, 1),
        ("cards.dismissed_cooldown_hours", policy.dismissed_cooldown_hours[0], policy.card_cooldown_hours),
        ("cards.rest_bonus_minutes", policy.rest_bonus_minutes, 0),
        ("cards.pause_seconds", policy.pause_seconds, 0),
        ("helplines.fresh_days", policy.helpline_fresh_days, 1),
    ):
        if value < least:
            raise refuse(field, value, f"{least} or more")
