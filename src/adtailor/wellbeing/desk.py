"""The well-being room behind its port: every answer follows from memory, policy and clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from adtailor.domain.ids import PersonId
from adtailor.domain.person import Person, RestChoice
from adtailor.domain.post import Post
from adtailor.domain.profile import DayUse
from adtailor.domain.reading import Reading
from adtailor.domain.wellbeing import (
    Care,
    Helpline,
    HelplineCheck,
    RestAnswer,
    RestSuggestion,
    RestTold,
    State,
    WellbeingMemory,
    WellbeingPolicy,
    week_of,
)
from adtailor.ports import Veto
from adtailor.wellbeing.helplines import checked
from adtailor.wellbeing.own_rest import limited, takes_break
from adtailor.wellbeing.quiet import after_crisis, after_sustained, is_quiet, owes_support, support_settled
from adtailor.wellbeing.rest import after_answer, is_ad_free, is_due, rest_card, support_card, told_of
from adtailor.wellbeing.states import forgotten, state_at, with_post
from adtailor.wellbeing.teaching import teaches
from adtailor.wellbeing.vetoes import veto_of


class CareDesk:
    """Implements `ports.Wellbeing`. `secret` draws blanks and jitter; keep it as long as the memories.

    `checks` of helplines, by fingerprint, are asked for each time a support card is due: one made just now counts.
    """

    def __init__(
        self,
        policy: WellbeingPolicy,
        helplines: Sequence[Helpline],
        secret: bytes,
        *,
        checks: Callable[[], Mapping[str, HelplineCheck]] = dict,
    ) -> None:
        self._policy = policy
        self._helplines = tuple(helplines)
        self._checks = checks
        self._secret = secret

    def note(self, memory: WellbeingMemory, post: Post, reading: Reading, now: datetime) -> WellbeingMemory:
        """The memory after one reading; reposts, other people's posts and posts older than the window tell nothing."""
        memory = self.forgotten(memory, now)
        is_recent = now - post.created_at < timedelta(hours=self._policy.window_hours)
        if not (post.is_own and post.author_id == memory.person_id and is_recent):
            return memory
        if reading.crisis:
            memory = after_crisis(memory, self._policy, now, self._secret)
        if reading.stress is not None:
            memory = with_post(memory, post, reading.stress, self._policy, now)
            if memory.state is State.SUSTAINED:
                memory = after_sustained(memory, now, self._secret)
        return memory

    def care(
        self, memory: WellbeingMemory | None, person: Person | None, *, now: datetime, day: date, language: str | None
    ) -> Care:
        """What is due now. The person's consents must be the effective ones, which are none for a minor."""
        del day  # a day counts as HIGH by what was read on it, when it was read: see states.with_post
        rests = person is not None and takes_break(person.rest, self._policy, now)
        if memory is None or person is None or not person.consents.wellbeing or person.person_id != memory.person_id:
            return Care(quiet=rests)
        policy, card = self._policy, memory.card
        if owes_support(memory, now):
            support = support_card(person.country, checked(self._helplines, self._checks()), policy, language, now)
            return Care(state=State.CRISIS, quiet=True, suggestion=support)
        state = state_at(memory, policy, now)
        due = state >= State.HIGH and is_due(card, policy, now) and not rests
        return Care(
            state=state,
            quiet=rests or is_quiet(memory, now) or is_ad_free(card, policy, now),
            suggestion=rest_card(state, card, policy, language) if due else None,
        )

    def limited(self, care: Care, rest: RestChoice, use: DayUse | None, *, language: str | None) -> Care:
        """What is due once somebody's own limit for the day is reached: quiet, and once a day a card that says so."""
        return limited(care, rest, use, language=language)

    def shown(self, memory: WellbeingMemory, suggestion: RestSuggestion, now: datetime) -> WellbeingMemory:
        """A card was handed out: none for the next 24 h, and support is no longer owed."""
        memory = replace(memory, card=replace(memory.card, last_shown_at=now, awaits=True))
        return support_settled(memory, now) if suggestion.kind == "support" else memory

    def told_by_showing(self, memory: WellbeingMemory, suggestion: RestSuggestion, now: datetime) -> RestTold | None:
        """What handing a card out adds to the counts, of a memory as it was before: a support card is never counted."""
        last = memory.card.last_shown_at
        is_first = last is None or week_of(last) != week_of(now)
        return RestTold(event="shown", at=now, is_first=is_first) if suggestion.kind == "rest" else None

    def told_by_answer(self, memory: WellbeingMemory, answer: RestAnswer, now: datetime) -> RestTold | None:
        """What a tap adds to the counts, of a memory as it was before it."""
        event = told_of(memory.card, answer, now)
        return None if event is None else RestTold(event=event, at=now)

    def answered(
        self, memory: WellbeingMemory, answer: RestAnswer, *, now: datetime, day_ends_at: datetime
    ) -> WellbeingMemory:
        """The memory after one tap on a card; `hide` also settles a support card that was handed out but not noted."""
        if answer == "hide" and owes_support(memory, now):
            memory = support_settled(memory, now)
        return replace(memory, card=after_answer(memory.card, answer, now=now, day_ends_at=day_ends_at))

    def veto(self, care: Care, *, person_id: PersonId | None, day: date) -> Veto:
        """The veto of a state, for one viewer and day."""
        return veto_of(care, policy=self._policy, secret=self._secret, person_id=person_id, day=day)

    def teaches(self, care: Care, *, person_id: PersonId | None, day: date) -> bool:
        """Whether a click model may learn from a page of this viewer."""
        return teaches(care, person_id=person_id, day=day, secret=self._secret)

    def forgotten(self, memory: WellbeingMemory, now: datetime) -> WellbeingMemory:
        """The memory without what is too old to be kept: signs after 72 h, a quiet once it is over."""
        return forgotten(memory, self._policy, now)
