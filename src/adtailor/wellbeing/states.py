r"""From what someone wrote in three days to how much they are left alone.

A post is a sign when its probability of stress reaches the threshold; the others count as calm. With $w = 2^{-age/h}$
for each own post of the window, $p$ the probability of a sign (0 for a calm post) and $s$ its severity,

$$elevated = \frac{\sum w p}{\sum w + d} \qquad high = \frac{\sum w p (1 + s)/2}{\sum w + d}$$

so a severe sign counts in full towards HIGH and a mild one by half, and *high* is never above *elevated*. The doubt
$d$ is half a calm post that never ages: without it a mean would not fade while nobody writes, and a few posts would
weigh as much as many.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from adtailor.domain.post import Post
from adtailor.domain.reading import Stress
from adtailor.domain.wellbeing import State, StressSign, WellbeingMemory, WellbeingPolicy
from adtailor.maths.decay import share_left

DOUBT = 0.5
MOST_SIGNS = 200
"""Kept of the newest posts; nobody writes more in three days, and a script must not fill the store."""


def levels(signs: Sequence[StressSign], policy: WellbeingPolicy, now: datetime) -> tuple[float, float]:
    """*elevated* and *high*, each from 0 to 1, of the signs that are still in the window."""
    half_life = timedelta(hours=policy.half_life_hours)
    weight = elevated = high = 0.0
    for sign in _within(signs, policy, now):
        w = share_left(now - sign.at, half_life)
        weight += w
        elevated += w * sign.probability
        high += w * sign.probability * (1.0 + sign.severity) / 2.0
    return elevated / (weight + DOUBT), high / (weight + DOUBT)


def next_state(before: State, elevated: float, high: float, policy: WellbeingPolicy) -> State:
    """NEUTRAL, ELEVATED or HIGH by the levels; a state once entered is left at a lower level than it was entered."""
    if high >= (policy.leave_high if before >= State.HIGH else policy.enter_high):
        return State.HIGH
    if elevated >= (policy.leave_elevated if before >= State.ELEVATED else policy.enter_elevated):
        return State.ELEVATED
    return State.NEUTRAL


def state_at(memory: WellbeingMemory, policy: WellbeingPolicy, now: datetime) -> State:
    """The state now, of what is remembered: too few posts infer nothing, HIGH on enough days is SUSTAINED."""
    if len(_within(memory.signs, policy, now)) < policy.least_posts:
        return State.NEUTRAL
    state = next_state(memory.state, *levels(memory.signs, policy, now), policy)
    if state is State.HIGH and len(_recent(memory.high_days, policy, now)) >= policy.sustained_days:
        return State.SUSTAINED
    return state


def with_post(
    memory: WellbeingMemory, post: Post, stress: Stress, policy: WellbeingPolicy, now: datetime
) -> WellbeingMemory:
    """The memory after one own post; a post noted twice counts once, and of a calm one only the time is kept.

    A day counts as HIGH only by what was read on it, in UTC, so nobody becomes SUSTAINED by silence past midnight.
    """
    is_sign = stress.probability >= policy.stress_threshold
    sign = StressSign(
        post_id=post.id,
        at=min(post.created_at, now),  # a post dated ahead must not outlive the window
        probability=stress.probability if is_sign else 0.0,
        severity=stress.severity if is_sign else 0.0,
    )
    others = (other for other in memory.signs if other.post_id != post.id)
    signs = sorted((*others, sign), key=lambda one: (one.at, one.post_id))[-MOST_SIGNS:]
    noted = forgotten(replace(memory, signs=tuple(signs)), policy, now)
    if is_sign and state_at(noted, policy, now) >= State.HIGH:
        noted = replace(noted, high_days=tuple(sorted({*noted.high_days, now.date()})))
    return replace(noted, state=state_at(noted, policy, now))


def forgotten(memory: WellbeingMemory, policy: WellbeingPolicy, now: datetime) -> WellbeingMemory:
    """The memory without what is too old to be kept; applied at every note, and safe to apply at any time."""
    quiet_is_over = memory.quiet_until is not None and memory.quiet_until <= now
    return replace(
        memory,
        signs=_within(memory.signs, policy, now),
        state=state_at(memory, policy, now),
        high_days=_recent(memory.high_days, policy, now),
        quiet_until=None if quiet_is_over else memory.quiet_until,
        card=replace(memory.card, support_shown_at=None) if quiet_is_over else memory.card,
    )


def _within(signs: Sequence[StressSign], policy: WellbeingPolicy, now: datetime) -> tuple[StressSign, ...]:
    window = timedelta(hours=policy.window_hours)
    return tuple(sign for sign in signs if now - sign.at < window)


def _recent(days: Sequence[date], policy: WellbeingPolicy, now: datetime) -> tuple[date, ...]:
    # The day on which the window began is dropped whole: what was felt early on it is older than the window.
    began = (now - timedelta(hours=policy.window_hours)).date()
    return tuple(day for day in days if day > began)
