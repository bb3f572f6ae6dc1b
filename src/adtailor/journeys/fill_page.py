"""One page asks for ads: consents first, then evidence, the decision, its record, and the tokens for its events."""

import logging
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from adtailor.decide.catalogue import Catalogue
from adtailor.decide.deciding import decide
from adtailor.decide.tokens import TokenBox
from adtailor.decide.variants import matched
from adtailor.domain.creative import Creative
from adtailor.domain.decision import (
    Context,
    Decision,
    DecisionRequest,
    Evidence,
    Filled,
    Limits,
    Moment,
    NoFill,
    Pricing,
    Regulations,
    Viewer,
    Won,
)
from adtailor.domain.events import ClaimKind, DecisionRecord
from adtailor.domain.ids import DecisionId, PersonId, PlacementId, PostId, uuid7
from adtailor.domain.person import Consents, Person, known_age
from adtailor.domain.post import Post
from adtailor.domain.profile import DayUse, Profile
from adtailor.domain.reading import CONTEXT_PARTS, Reading
from adtailor.domain.training import Served
from adtailor.domain.wellbeing import Care, State, WellbeingMemory, WellbeingPolicy
from adtailor.errors import StaleVersion
from adtailor.journeys.live_catalogue import LiveCatalogue, Serving
from adtailor.ports import EventStore, PeopleStore, PostStore, TextReader, Veto, Wellbeing
from adtailor.profiles.consent import effective_consents, without_consents
from adtailor.profiles.day_use import NOTED_EVERY, use_today, with_page
from adtailor.profiles.evidence import evidence_of, limits_of

TOKEN_LIFE: Mapping[ClaimKind, timedelta] = {
    "impression": timedelta(hours=1),
    "viewable": timedelta(hours=1),
    "click": timedelta(hours=24),
    "hide": timedelta(hours=24),
    "report": timedelta(hours=24),
    "conversion": timedelta(days=7),
    "why": timedelta(days=30),
}
RECENT = 200
UNAVAILABLE = NoFill(code="unavailable", hint="something that is checked before an ad is shown could not be checked")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answered request: the decision, what its ads show, and a token for each thing that may happen to them."""

    request: DecisionRequest
    decision: Decision
    creatives: Mapping[PlacementId, Creative]
    tokens: Mapping[PlacementId, Mapping[ClaimKind, str]]
    open: frozenset[PlacementId] = frozenset()
    """Places that stay empty for want of an ad, and that somebody else's may fill: never where any was vetoed, beside
    content that no ad belongs beside, before a minor, or for somebody who is being left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Viewer:
    """What is on file about who looks, narrowed to what may be used now."""

    person: Person | None
    consents: Consents
    memory: WellbeingMemory | None
    care: Care
    use: DayUse | None = None
    """The day with this page, of somebody who set themselves a limit."""
    is_card_of_limit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The profile, and what may be used of it; `is_contextual` where it could not be read."""

    profile: Profile | None
    consents: Consents
    is_contextual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """A decision, and what is to be kept of how it came about."""

    request: DecisionRequest
    viewer: _Viewer
    record: DecisionRecord
    creatives: Mapping[PlacementId, Creative]
    """What the ads show, in the words that fit the page."""
    open: frozenset[PlacementId]
    neutral: Mapping[PlacementId, Won]
    """What was won before any veto."""


class FillPage:
    """Fills the placements of a page. Safe to call from several threads."""

    def __init__(
        self,
        *,
        people: PeopleStore,
        posts: PostStore,
        events: EventStore,
        catalogue: LiveCatalogue,
        text_reader: TextReader,
        wellbeing: Wellbeing,
        policy: WellbeingPolicy,
        tokens: TokenBox,
        exploration: float,
        pricing: Pricing = "gsp",
        spacing: int = 0,
    ) -> None:
        self._people = people
        self._posts = posts
        self._events = events
        self._catalogue = catalogue
        self._text_reader = text_reader
        self._wellbeing = wellbeing
        self._policy = policy
        self._tokens = tokens
        self._exploration = exploration
        self._pricing: Pricing = pricing
        self._spacing = spacing
        self._recent: deque[Page] = deque(maxlen=RECENT)
        self._recent_lock = threading.Lock()

    def fill(self, request: DecisionRequest, *, now: datetime, random: Random, in_words: bool = False) -> Page:
        """The decision, recorded before it is returned; `in_words` for somebody who is going to read its account.

        What cannot be checked is not shown: where the person, their well-being, the page, the budgets or the record
        cannot be had, every placement stays empty, and a page without ads is the answer.
        """
        try:
            decided = self._decided(request, now, random, exploration=self._exploration, in_words=in_words)
            page = self._recorded(decided, now)
        except Exception as error:
            _LOG.error("a page stays without ads: %s", type(error).__name__)
            return self._empty(request, now=now, random=random)
        placements = decided.record.decision.placements
        shown = frozenset(filled.placement_id for filled in placements if filled.won is not None)
        self._catalogue.filled(decided.neutral, shown, now=now)
        return self._with_card(page, decided.viewer, now)

    def would(self, request: DecisionRequest, *, now: datetime, random: Random, explores: bool = True) -> Page:
        """What `fill` would answer, without any addresses: it is recorded nowhere, and nothing can come of it."""
        try:
            decided = self._decided(request, now, random, exploration=self._exploration if explores else 0.0)
        except Exception as error:
            _LOG.error("a page stays without ads: %s", type(error).__name__)
            return self._empty(request, now=now, random=random)
        return Page(
            request=decided.request,
            decision=decided.record.decision,
            creatives=decided.creatives,
            tokens={},
            open=decided.open,
        )

    def _decided(
        self, request: DecisionRequest, now: datetime, random: Random, *, exploration: float, in_words: bool = False
    ) -> _Decided:
        viewer, request = self._viewer(request, now)
        known = self._known(viewer, request)
        person_id, consents = request.viewer.person_id, known.consents
        reading, page_author, text = self._page_reading(request.context, now)
        serving = self._catalogue.serving(now)
        words = None if text is None else serving.catalogue.targets.words.found_in(text)
        evidence = evidence_of(
            known.profile,
            consents,
            page=reading,
            page_is_own=page_author is not None and page_author == person_id,
            context=request.context,
            found_words=words,
            segments=request.viewer.segments,
            policy=self._policy,
            now=now,
        )
        evidence = replace(evidence, moment=moment_of(request, now))
        limits = limits_of(
            known.profile,
            request.viewer,
            consents,
            self._policy,
            page=reading,
            now=now,
            zone=request.context.zone,
        )
        if known.is_contextual:
            # What they muted cannot be read: nobody sees what many have reason to mute.
            limits = replace(limits, protected=True, page_tells_of_hardship=True)
        day = _local_day(now, request.context.zone)
        veto = self._wellbeing.veto(viewer.care, person_id=person_id, day=day)
        decision, neutral, catalogue = self._chosen(
            request,
            evidence,
            limits,
            veto,
            serving=serving,
            now=now,
            random=random,
            exploration=exploration,
            in_words=in_words,
        )
        # Without a consent to history there is no one in the record: nothing to tie a click to, nothing to forget.
        named = person_id if consents.interests else None
        served = None
        if self._wellbeing.teaches(viewer.care, person_id=person_id, day=day):
            # What is nobody's in the record may not be somebody's in what was served.
            seen = evidence if named is not None else evidence.impersonal()
            served = served_of(request, seen)
        return _Decided(
            request=request,
            viewer=viewer,
            record=DecisionRecord(decision=decision, person_id=named, served=served),
            creatives={
                filled.placement_id: matched(
                    catalogue.line(catalogue.index[filled.won.ad_id]).creative, evidence.context_tone
                )
                for filled in decision.placements
                if filled.won is not None
            },
            open=left_open(decision, limits, viewer.care),
            neutral=neutral,
        )

    def _known(self, viewer: _Viewer, request: DecisionRequest) -> _Known:
        """What a decision may know of the viewer; where the profile cannot be read, as of somebody without consents."""
        person_id = request.viewer.person_id
        try:
            profile = self._people.profile(person_id) if person_id else None
        except Exception as error:
            _LOG.error("ads go by the page alone: %s", type(error).__name__)
            return _Known(profile=None, consents=Consents(), is_contextual=True)
        # What someone withdrew is deleted when they withdraw it; what the request alone narrows is left out here.
        profile = without_consents(profile, viewer.consents) if profile else None
        return _Known(profile=profile, consents=viewer.consents)

    def _chosen(
        self,
        request: DecisionRequest,
        evidence: Evidence,
        limits: Limits,
        veto: Veto,
        *,
        serving: Serving,
        now: datetime,
        random: Random,
        exploration: float,
        in_words: bool,
    ) -> tuple[Decision, Mapping[PlacementId, Won], Catalogue]:
        """The decision, what was won before the veto, and on which catalogue; by the fallback if the model fails."""
        neutral: dict[PlacementId, Won] = {}
        try:
            decision = decide(
                request,
                evidence,
                limits,
                catalogue=serving.catalogue,
                ranker=serving.ranker,
                veto=veto,
                policy_name=f"{self._policy.name}@{self._policy.version}",
                now=now,
                random=random,
                exploration=exploration,
                pricing=self._pricing,
                spacing=self._spacing,
                note=neutral.update,
                in_words=in_words,
            )
        except Exception as error:
            if not self._catalogue.distrust(serving.ranker, now):
                raise
            _LOG.error("the click model failed, the fallback ranks: %s", type(error).__name__)
            fallback = self._catalogue.serving(now)
            return self._chosen(
                request,
                evidence,
                limits,
                veto,
                serving=fallback,
                now=now,
                random=random,
                exploration=exploration,
                in_words=in_words,
            )
        return decision, neutral, serving.catalogue

    def _empty(self, request: DecisionRequest, *, now: datetime, random: Random) -> Page:
        decision = Decision(
            decision_id=DecisionId(uuid7(now, random)),
            request_id=request.request_id,
            site_id=request.site_id,
            decided_at=now,
            policy=f"{self._policy.name}@{self._policy.version}",
            ranker="none",
            catalogue_version=0,
            placements=tuple(
                Filled(placement_id=placement.id, no_fill=UNAVAILABLE) for placement in request.placements
            ),
        )
        return Page(request=request, decision=decision, creatives={}, tokens={})

    def recent(self) -> list[Page]:
        """The last pages that this process filled, newest first, for the operator's page.

        They name only viewers who agree to a history, then and now, and hold no text.
        """
        with self._recent_lock:
            pages = list(reversed(self._recent))
        return [page if self._may_be_named(page.request.viewer) else _nameless(page) for page in pages]

    def _may_be_named(self, viewer: Viewer) -> bool:
        """Not once they withdrew, objected or were forgotten."""
        if viewer.person_id is None:
            return True
        person = self._people.person(viewer.person_id)
        return effective_consents(person, viewer, Regulations(), self._policy).interests

    def _viewer(self, request: DecisionRequest, now: datetime) -> tuple[_Viewer, DecisionRequest]:
        """Who looks, and the request with the more careful of the ages that site and file give."""
        person_id = request.viewer.person_id
        person = self._people.person(person_id) if person_id else None
        if person is not None:
            age = known_age(person.age, request.viewer.age)
            request = replace(request, viewer=replace(request.viewer, age=age))
        consents = effective_consents(person, request.viewer, request.regs, self._policy)
        memory = self._people.memory(person.person_id) if person and consents.wellbeing else None
        care = self._wellbeing.care(
            memory,
            replace(person, consents=consents) if person else None,
            now=now,
            day=_local_day(now, request.context.zone),
            language=request.context.language,
        )
        viewer = _Viewer(person=person, consents=consents, memory=memory, care=care)
        return self._within_limit(viewer, request.context, now), request

    def _within_limit(self, viewer: _Viewer, context: Context, now: datetime) -> _Viewer:
        """The viewer, quiet once the limit that they set for their day is reached."""
        person = viewer.person
        if person is None or person.rest.daily_minutes is None:
            return viewer
        profile = self._people.profile(person.person_id)
        use = with_page(profile.use if profile else None, now=now, day=_local_day(now, context.zone))
        care = self._wellbeing.limited(viewer.care, person.rest, use, language=person.language or context.language)
        return replace(viewer, care=care, use=use, is_card_of_limit=care.suggestion is not viewer.care.suggestion)

    def _page_reading(self, context: Context, now: datetime) -> tuple[Reading | None, PersonId | None, str | None]:
        """What is known of the content beside the placements, whose post it is, and its words."""
        post = self._posts.post(context.post_id) if context.post_id is not None else None
        author = post.author_id if post is not None else None
        text = context.text if context.text is not None or post is None else post.text
        if context.topics is not None:
            return Reading(post_id=context.post_id or PostId("page"), topics=context.topics), author, text
        if context.text is not None:
            page = Post(id=PostId("page"), author_id=PersonId("page"), created_at=now, text=context.text)
            return self._text_reader.read([page], [CONTEXT_PARTS])[0], author, text
        if post is None or (reading := self._posts.reading(post.id, now)) is None:
            # Nobody has judged these words yet: none of them is looked for.
            return None, author, None
        answered = self._posts.reading(post.reply_to, now) if post.reply_to is not None else None
        return beside(context_only(as_corrected(reading, self._policy)), answered), author, text

    def _recorded(self, decided: _Decided, now: datetime) -> Page:
        request, record = decided.request, decided.record
        decision = record.decision
        ref = self._events.append(record)
        expires_at: dict[ClaimKind, datetime] = {kind: now + life for kind, life in TOKEN_LIFE.items()}
        self._catalogue.promised(decision, now)
        tokens = {
            filled.placement_id: self._tokens.mint_each(
                expires_at, decision_id=decision.decision_id, placement_index=index, record=ref
            )
            for index, filled in enumerate(decision.placements)
            if filled.won is not None
        }
        page = Page(request=request, decision=decision, creatives=decided.creatives, tokens=tokens, open=decided.open)
        kept = page
        if request.context.text is not None:
            kept = replace(page, request=replace(request, context=replace(request.context, text=None)))
        with self._recent_lock:
            self._recent.append(kept if record.person_id is not None else _nameless(kept))
        return page

    def _with_card(self, page: Page, viewer: _Viewer, now: datetime) -> Page:
        is_noted = self._note_use(viewer, now)
        suggestion = viewer.care.suggestion
        if viewer.is_card_of_limit and is_noted:
            return replace(page, decision=replace(page.decision, rest_suggestion=suggestion))
        if suggestion is None or viewer.memory is None or viewer.is_card_of_limit:
            return page
        try:
            self._people.put_memory(self._wellbeing.shown(viewer.memory, suggestion, now))
        except StaleVersion:
            return page  # another page of the same person shows it
        except Exception as error:
            _LOG.error("a card waits: %s", type(error).__name__)  # one that nobody remembers would come too often
            return page
        return replace(page, decision=replace(page.decision, rest_suggestion=suggestion))

    def _note_use(self, viewer: _Viewer, now: datetime) -> bool:
        """Keep the time that somebody with a limit has been here; True if it is kept, with the card where it is due."""
        if viewer.use is None or viewer.person is None:
            return False
        try:
            profile = self._people.profile(viewer.person.person_id) or Profile(person_id=viewer.person.person_id)
            before = use_today(profile.use, day=viewer.use.day)
            if before is not None and now - before.last_at < NOTED_EVERY and not viewer.is_card_of_limit:
                return False
            told = viewer.is_card_of_limit or (before is not None and before.told)
            self._people.put_profile(replace(profile, use=replace(viewer.use, told=told)))
        except StaleVersion:
            return False  # another page of the same person notes it
        except Exception as error:
            _LOG.error("the time of a day is not noted: %s", type(error).__name__)
            return False
        return True


def _nameless(page: Page) -> Page:
    if page.request.viewer.person_id is None:
        return page
    return replace(page, request=replace(page.request, viewer=replace(page.request.viewer, person_id=None)))


def left_open(decision: Decision, limits: Limits, care: Care) -> frozenset[PlacementId]:
    """The places that an ad from elsewhere may fill; see `Page.open`."""
    if limits.page_is_unsuitable or limits.age == "minor" or care.quiet or care.state > State.NEUTRAL:
        return frozenset()
    return frozenset(
        filled.placement_id
        for filled in decision.placements
        if filled.no_fill is not None and filled.no_fill.code not in {"quiet", "too_near"}
    )


def moment_of(request: DecisionRequest, now: datetime) -> Moment:
    """When and on what the page is read."""
    there = now.astimezone(ZoneInfo(request.context.zone))
    return Moment(
        device=request.context.device,
        language=request.context.language,
        hour=there.hour,
        weekday=there.weekday(),
        position=min(placement.position for placement in request.placements),
    )


def served_of(request: DecisionRequest, evidence: Evidence) -> Served:
    """What the click model saw: the evidence without mood and tone, which no click model is handed."""
    return Served(
        context_topics=evidence.context_topics,
        interests=evidence.interests,
        look=evidence.look,
        history=evidence.history,
        country=evidence.place.country if evidence.place else None,
        moment=evidence.moment,
        positions=tuple(placement.position for placement in request.placements),
    )


def as_corrected(reading: Reading, policy: WellbeingPolicy) -> Reading:
    """The reading without the topics that its author said are wrong, but for those that keep ads away from a page."""
    if not reading.wrong:
        return reading
    right = {topic.id for topic in reading.right_topics} | set(policy.sensitive_topics)
    return replace(reading, topics=tuple(topic for topic in reading.topics if topic.id in right))


def context_only(reading: Reading) -> Reading:
    """What a reading says of the content: its author's feelings and clothes choose nobody else's ads."""
    return replace(reading, emotions=None, stress=None, crisis=None, look=None)


def beside(page: Reading, answered: Reading | None) -> Reading:
    """The page, as risky as the post that it answers: kind words to someone in trouble are no place for ads either."""
    if answered is None or answered.suitability is None or answered.suitability.risk != "floor":
        return page
    return replace(page, suitability=answered.suitability)


def _local_day(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()
