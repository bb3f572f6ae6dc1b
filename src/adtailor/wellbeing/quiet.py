"""Times without ads whose end tells neither their beginning nor their reason, and the one card they may owe.

`quiet_until` is set by crisis language and by two HIGH days alike, through the same blur. The one difference lasts
until the support card was handed out: while `support_shown_at` is empty in a time of quiet, the card is owed. From
then on the memory of either looks the same but for its length.
"""

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime, timedelta

from adtailor.domain.ids import PersonId
from adtailor.domain.wellbeing import WellbeingMemory, WellbeingPolicy

STEP = timedelta(hours=1)
JITTER_STEPS = 4
SUSTAINED_QUIET = timedelta(hours=24)
"""No ads "this session" after two HIGH days: sessions are not known here, a day stands for one."""
SUPPORT_AGAIN = timedelta(hours=24)
"""Crisis language within a day of the last prolongs the quiet, but does not bring the card again."""


def blurred(until: datetime, person_id: PersonId, secret: bytes) -> datetime:
    """`until`, rounded up to the hour, plus 0 to 3 whole hours: never earlier, and less than 4 h later.

    The jitter comes from a keyed hash of person and hour, so asking again cannot average it away.
    """
    over = timedelta(minutes=until.minute, seconds=until.second, microseconds=until.microsecond)
    hour = until - over + (STEP if over else timedelta(0))
    told = hmac.new(secret, f"quiet|{person_id}|{hour.isoformat()}".encode(), hashlib.sha256).digest()
    return hour + STEP * (int.from_bytes(told[:8], "big") % JITTER_STEPS)


def is_quiet(memory: WellbeingMemory, now: datetime) -> bool:
    """Whether a time of quiet has not ended yet."""
    return memory.quiet_until is not None and now < memory.quiet_until


def owes_support(memory: WellbeingMemory, now: datetime) -> bool:
    """Whether the support card is due: once, whatever other card was shown before."""
    return is_quiet(memory, now) and memory.card.support_shown_at is None


def after_crisis(memory: WellbeingMemory, policy: WellbeingPolicy, now: datetime, secret: bytes) -> WellbeingMemory:
    """No ads for 72 h from now, and the support card, unless it was due within the last day. Nothing else is kept."""
    lasts = timedelta(hours=policy.crisis_quiet_hours)
    prolonged = memory.quiet_until is not None and memory.quiet_until - now > lasts - SUPPORT_AGAIN
    quiet = _prolonged(memory, now + lasts, secret)
    return quiet if prolonged else replace(quiet, card=replace(quiet.card, support_shown_at=None))


def after_sustained(memory: WellbeingMemory, now: datetime, secret: bytes) -> WellbeingMemory:
    """No ads for a day from now; marked as if a card had been shown, unless one is still owed."""
    if owes_support(memory, now):
        return _prolonged(memory, now + SUSTAINED_QUIET, secret)
    return support_settled(_prolonged(memory, now + SUSTAINED_QUIET, secret), now)


def support_settled(memory: WellbeingMemory, now: datetime) -> WellbeingMemory:
    """Nothing is owed any more; to the hour, as everything here."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return replace(memory, card=replace(memory.card, support_shown_at=hour))


def _prolonged(memory: WellbeingMemory, until: datetime, secret: bytes) -> WellbeingMemory:
    end = blurred(until, memory.person_id, secret)
    return replace(memory, quiet_until=max(end, memory.quiet_until) if memory.quiet_until else end)
