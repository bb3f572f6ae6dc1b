"""Rest by one's own choice: a break taken now, and a limit for the day. By the clock alone, so for minors too."""

from dataclasses import replace
from datetime import datetime, timedelta

from adtailor.domain.person import RestChoice
from adtailor.domain.profile import DayUse
from adtailor.domain.wellbeing import Care, RestOption, RestSuggestion, WellbeingPolicy
from adtailor.wellbeing.words import words_in


def takes_break(rest: RestChoice, policy: WellbeingPolicy, now: datetime) -> bool:
    """While a break lasts, and for half an hour after, as after one that a card offered."""
    return rest.until is not None and now < rest.until + timedelta(minutes=policy.rest_bonus_minutes)


def is_used_up(rest: RestChoice, use: DayUse | None) -> bool:
    """Whether the day's own limit is reached; `use` is of today."""
    return rest.daily_minutes is not None and use is not None and use.seconds >= rest.daily_minutes * 60


def limited(care: Care, rest: RestChoice, use: DayUse | None, *, language: str | None) -> Care:
    """Quiet once the limit is reached, with its card if it was not shown today and nothing else is due."""
    if not is_used_up(rest, use):
        return care
    due = care.suggestion is None and not care.quiet and use is not None and not use.told
    return replace(care, quiet=True, suggestion=limit_card(language) if due else care.suggestion)


def limit_card(language: str | None) -> RestSuggestion:
    """What somebody asked to be told: kind, without a pause to sit through."""
    words = words_in(language)
    return RestSuggestion(
        kind="rest",
        title=words.limit_title,
        body=words.limit_body,
        options=(RestOption(id="today", label=words.today), RestOption(id="dismiss", label=words.dismiss)),
    )
