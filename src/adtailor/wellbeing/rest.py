"""The cards: when one may be shown, what it holds, and what a tap on it changes.

No sponsor, no ad, no tracking; leaving takes one tap. How often it is taken is published, and never optimised.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from adtailor.domain.wellbeing import (
    CardMemory,
    Helpline,
    RestAnswer,
    RestEvent,
    RestOption,
    RestSuggestion,
    State,
    WellbeingPolicy,
)
from adtailor.wellbeing.helplines import emergency_number, lines_for
from adtailor.wellbeing.words import words_in


def rest_card(state: State, card: CardMemory, policy: WellbeingPolicy, language: str | None) -> RestSuggestion:
    """The suggestion to rest; once it was dismissed as often as the cool-down can stretch, it offers to stop."""
    words = words_in(language)
    options = [
        RestOption(id="15min", label=words.quarter),
        RestOption(id="1h", label=words.hour),
        RestOption(id="today", label=words.today),
        RestOption(id="dismiss", label=words.dismiss),
    ]
    if card.dismissals >= len(policy.dismissed_cooldown_hours):
        options.append(RestOption(id="stop", label=words.stop))
    return RestSuggestion(
        kind="rest",
        title=words.rest_title,
        body=words.sustained_body if state >= State.SUSTAINED else words.rest_body,
        options=tuple(options),
        pause_seconds=policy.pause_seconds,
    )


def support_card(
    country: str | None, helplines: Sequence[Helpline], policy: WellbeingPolicy, language: str | None, now: datetime
) -> RestSuggestion:
    """Whom to talk to, and nothing to sell: no limit to set, no pause to sit through."""
    words = words_in(language)
    return RestSuggestion(
        kind="support",
        title=words.support_title,
        body=words.support_body,
        options=(RestOption(id="hide", label=words.hide),),
        helplines=lines_for(country, helplines, today=now.date(), fresh_days=policy.helpline_fresh_days),
        emergency_number=emergency_number(country),
    )


def is_due(card: CardMemory, policy: WellbeingPolicy, now: datetime) -> bool:
    """Whether a rest card may be shown: not while resting, not once stopped, and after the cool-down.

    Counted in elapsed hours, so a day of 23 or 25 hours changes nothing.
    """
    if card.off or is_resting(card, now):
        return False
    if card.last_shown_at and now < card.last_shown_at + timedelta(hours=policy.card_cooldown_hours):
        return False
    if card.last_dismissed_at is None:
        return True
    stretch = policy.dismissed_cooldown_hours[min(card.dismissals, len(policy.dismissed_cooldown_hours)) - 1]
    return now >= card.last_dismissed_at + timedelta(hours=stretch)


def is_resting(card: CardMemory, now: datetime) -> bool:
    """Whether a rest that was taken still lasts."""
    return card.rest_until is not None and now < card.rest_until


def is_ad_free(card: CardMemory, policy: WellbeingPolicy, now: datetime) -> bool:
    """While resting, and for half an hour after."""
    return card.rest_until is not None and now < card.rest_until + timedelta(minutes=policy.rest_bonus_minutes)


def after_answer(card: CardMemory, answer: RestAnswer, *, now: datetime, day_ends_at: datetime) -> CardMemory:
    """What one tap changes: a rest begins, a dismissal counts, `stop` ends the suggestions, `hide` only hides."""
    match answer:
        case "15min":
            return _rested(card, now, now + timedelta(minutes=15))
        case "1h":
            return _rested(card, now, now + timedelta(hours=1))
        case "today":
            return _rested(card, now, day_ends_at)
        case "dismiss":
            return replace(card, last_dismissed_at=now, dismissals=card.dismissals + 1, awaits=False)
        case "stop":
            return replace(card, off=True, awaits=False)
        case "resume":
            return replace(card, rest_until=now, was_suggested=False) if is_resting(card, now) else card
        case _:  # hide
            return replace(card, awaits=False)


def told_of(card: CardMemory, answer: RestAnswer, now: datetime) -> RestEvent | None:
    """What a tap tells of the suggestion: once for each card that was shown, and nothing of a rest taken unasked.

    Counted over everybody, published, and given to nothing that decides or learns.
    """
    match answer:
        case "15min" | "1h" | "today":
            return "taken" if card.awaits else None
        case "dismiss":
            return "dismissed" if card.awaits else None
        case "stop":
            return "off" if card.awaits else None
        case "resume":
            return "regretted" if card.was_suggested and is_resting(card, now) else None
        case _:  # hide
            return None


def _rested(card: CardMemory, now: datetime, until: datetime) -> CardMemory:
    """A rest taken shows that the card is welcome: the dismissals before it no longer count."""
    return replace(
        card,
        rest_until=until,
        dismissals=0,
        last_dismissed_at=None,
        awaits=False,
        was_suggested=card.awaits or (card.was_suggested and is_resting(card, now)),
    )
