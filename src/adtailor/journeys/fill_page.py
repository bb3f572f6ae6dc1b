"""One page asks for ads: consents first, then evidence, the decision, its record, and the tokens for its events."""

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from adtailor.decide.catalogue import Catalogue, Line
from adtailor.decide.deciding import NoVeto, decide
from adtailor.decide.tokens import TokenBox
from adtailor.decide.variants import matched
from adtailor.domain.buying import Advertiser
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
from adtailor.domain.ids import AdId, DecisionId, PersonId, PlacementId, PostId, uuid7
from adtailor.domain.known import Known
from adtailor.domain.person import Age, Consents
from adtailor.domain.post import Post
from adtailor.domain.profile import DayUse, Profile
from adtailor.domain.reading import CONTEXT_PARTS, Reading
from adtailor.domain.signals import Signal
from adtailor.domain.training import Served
from adtailor.domain.trial import Assigned
from adtailor.domain.wellbeing import Care, State, WellbeingMemory, WellbeingPolicy
from adtailor.errors import StaleVersion
from adtailor.journeys.arms import Arms, Way, withheld_ads
from adtailor.journeys.live_catalogue import LiveCatalogue, Serving
from adtailor.journeys.own_places import OwnPlaces
from adtailor.journeys.repository import Repository
from adtailor.ports import EventStore, PeopleStore, PostStore, TextReader, Veto, Wellbeing
from adtailor.profiles.consent import effective_consents, stated_age, without_consents
from adtailor.profiles.day_use import NOTED_EVERY, use_today, with_page
from adtailor.profiles.evidence import evidence_of, limits_of
from adtailor.profiles.groups import with_groups

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
MUTES_KEPT = 5_000
UNAVAILABLE = NoFill(code="unavailable", hint="something that is checked before an ad is shown could not be checked")
_LOG = logging.getLogger(__name__)
_NO_VETO = NoVeto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answered request: the decision, what its ads show, and a token for each thing that may happen to them."""

    request: DecisionRequest
    decision: Decision
    creatives: Mapping[PlacementId, Creative]
    advertisers: Mapping[PlacementId, Advertiser]
    """In whose name they are shown."""
    tokens: Mapping[PlacementId, Mapping[ClaimKind, str]]
    open: frozenset[PlacementId] = frozenset()
    """Places that stay empty for want of an ad, and that somebody else's may fill: never where any was vetoed, beside
    content that no ad belongs beside, before a minor, or for somebody who is being left alone."""


@dataclass(slots=True, kw_only=True)
class _Viewer:
    """What is on file about who looks, narrowed to what may be used now."""

    age: Age
    """The more careful of the ages that site and file give."""
    consents: Consents
    profile: Profile | None
    memory: WellbeingMemory | None
    care: Care
    is_contextual: bool
    """The profile could not be read: they are answered as somebody without consents, and more carefully."""
    use: DayUse | None = None
    """The day with this page, of somebody who set themselves a limit."""
    is_card_of_limit: bool = False


@dataclass(slots=True, kw_only=True)
class _Decided:
    """A decision, and what is to be kept of how it came about."""

    request: DecisionRequest
    viewer: _Viewer
    way: Way
    record: DecisionRecord
    creatives: Mapping[PlacementId, Creative]
    """What the ads show, in the words that fit the page."""
    lines: Sequence[Line]
    advertisers: Mapping[PlacementId, Advertiser]
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
        tcf_vendor: int | None = None,
        arms: Arms | None = None,
        repository: Repository | None = None,
        places: OwnPlaces | None = None,
    ) -> None:
        self._places = places
        self._mutes: OrderedDict[PersonId, Profile] = OrderedDict()
        """What viewers muted and hid when their profiles were last read, for when they cannot be."""
        self._repository = repository
        self._people = people
        self._posts = posts
        self._events = events
        self._arms = arms or Arms(catalogue)
        self._text_reader = text_reader
        self._wellbeing = wellbeing
        self._policy = policy
        self._tokens = tokens
        self._exploration = exploration
        self._pricing: Pricing = pricing
        self._spacing = spacing
        self._tcf_vendor = tcf_vendor
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
        decided.way.catalogue.filled(decided.neutral, shown, now=now)
        self._note_groups(decided, now)
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
            advertisers=decided.advertisers,
            tokens={},
            open=decided.open,
        )

    def _decided(
        self, request: DecisionRequest, now: datetime, random: Random, *, exploration: float, in_words: bool = False
    ) -> _Decided:
        person_id, there = request.viewer.person_id, now.astimezone(ZoneInfo(request.context.zone))
        day = there.date()
        viewer = self._viewer(request, now, day)
        if viewer.age != request.viewer.age:
            request = replace(request, viewer=replace(request.viewer, age=viewer.age))
        consents = viewer.consents
        reading, page_author, text = self._page_reading(request.context, now)
        way = self._arms.way(request, now)
        serving = way.catalogue.serving(now)
        if self._places is not None:
            request = self._places.applied(request)
        words = None if text is None else serving.catalogue.targets.words.found_in(text)
        evidence = evidence_of(
            viewer.profile,
            consents,
            page=reading,
            page_is_own=page_author is not None and page_author == person_id,
            context=request.context,
            found_words=words,
            segments=request.viewer.segments,
            moment=moment_of(request, there),
            policy=self._policy,
            now=now,
        )
        limits = limits_of(
            viewer.profile,
            request.viewer,
            consents,
            self._policy,
            page=reading,
            now=now,
            zone=request.context.zone,
        )
        if viewer.is_contextual:
            # What they muted since they were last here cannot be read: nobody sees what many have reason to mute.
            limits = replace(limits, protected=True, page_tells_of_hardship=True)
        veto = self._wellbeing.veto(viewer.care, person_id=person_id, day=day)
        whole = evidence
        evidence = without(whole, way.signals_off)
        # What other arms would do is judged by the same chance: it is drawn from a number that all of them begin with.
        chance = random.getrandbits(128) if way.others else None
        decision, neutral, catalogue = self._chosen(
            _barring(request, withheld_ads(way, now)),
            evidence,
            limits,
            veto,
            way=way,
            serving=serving,
            now=now,
            random=random if chance is None else Random(chance),  # noqa: S311  # chance, not secrecy
            exploration=exploration,
            in_words=in_words,
        )
        differs = frozenset[int]()
        if chance is not None:
            differs = self._differing(
                way, request, whole, limits, neutral, now=now, chance=chance, exploration=exploration
            )
        if way.assigned:
            decision = replace(decision, trials=assigned(way, differs))
        # Without a consent to history there is no one in the record: nothing to tie a click to, nothing to forget.
        named = person_id if consents.interests else None
        served = None
        if self._wellbeing.teaches(viewer.care, person_id=person_id, day=day):
            # What is nobody's in the record may not be somebody's in what was served.
            seen = evidence if named is not None else evidence.impersonal()
            served = served_of(request, seen)
        shown = [
            (filled.placement_id, catalogue.line(catalogue.index[filled.won.ad_id]))
            for filled in decision.placements
            if filled.won is not None
        ]
        return _Decided(
            request=request,
            viewer=viewer,
            way=way,
            record=DecisionRecord(decision=decision, person_id=named, served=served),
            creatives={placement: matched(line.creative, evidence.context_tone) for placement, line in shown},
            advertisers={placement: line.advertiser for placement, line in shown},
            lines=tuple(line for _, line in shown),
            open=left_open(decision, limits, viewer.care),
            neutral=neutral,
        )

    def _remember_mutes(self, person_id: PersonId, profile: Profile | None) -> None:
        """Of the last few thousand viewers who muted or hid something, that alone, and in memory alone."""
        says = profile is not None and bool(profile.muted_topics or profile.muted_advertisers or profile.hidden_ads)
        if not says and person_id not in self._mutes:
            return
        with self._recent_lock:
            self._mutes.pop(person_id, None)
            if profile is not None and says:
                self._mutes[person_id] = Profile(
                    person_id=person_id,
                    muted_topics=profile.muted_topics,
                    muted_advertisers=profile.muted_advertisers,
                    hidden_ads=profile.hidden_ads,
                )
            if len(self._mutes) > MUTES_KEPT:
                self._mutes.popitem(last=False)

    def _chosen(
        self,
        request: DecisionRequest,
        evidence: Evidence,
        limits: Limits,
        veto: Veto,
        *,
        way: Way,
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
            if not way.catalogue.distrust(serving.ranker, now):
                raise
            _LOG.error("the click model failed, the fallback ranks: %s", type(error).__name__)
            fallback = way.catalogue.serving(now)
            return self._chosen(
                request,
                evidence,
                limits,
                veto,
                way=way,
                serving=fallback,
                now=now,
                random=random,
                exploration=exploration,
                in_words=in_words,
            )
        return decision, neutral, serving.catalogue

    def _differing(
        self,
        way: Way,
        request: DecisionRequest,
        evidence: Evidence,
        limits: Limits,
        neutral: Mapping[PlacementId, Won],
        *,
        now: datetime,
        chance: int,
        exploration: float,
    ) -> frozenset[int]:
        """The places of those trials of which another arm would have shown another ad, or for another price.

        Before any veto: what a hard day takes away says nothing about an arm. Where it cannot be told, it differs.
        """
        found: set[int] = set()
        mine = {placement: (won.ad_id, won.price) for placement, won in neutral.items()}
        for place, other in way.others:
            if place in found:
                continue
            try:
                _, theirs, _ = self._chosen(
                    _barring(request, withheld_ads(other, now)),
                    without(evidence, other.signals_off),
                    limits,
                    _NO_VETO,
                    way=other,
                    serving=other.catalogue.serving(now),
                    now=now,
                    random=Random(chance),  # noqa: S311  # chance, not secrecy
                    exploration=exploration,
                    in_words=False,
                )
            except Exception as error:
                _LOG.error("a page is taken to differ between arms: %s", type(error).__name__)
                found.add(place)
                continue
            if {placement: (won.ad_id, won.price) for placement, won in theirs.items()} != mine:
                found.add(place)
        return frozenset(found)

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
        return Page(request=request, decision=decision, creatives={}, advertisers={}, tokens={})

    def recent(self) -> list[Page]:
        """The last pages that this process filled, newest first, for the operator's page.

        They name only viewers who agree to a history, then and now, and hold no text.
        """
        with self._recent_lock:
            pages = list(reversed(self._recent))
        return [
            page if self._may_be_named(page.request.viewer) else replace(page, request=_nameless(page.request))
            for page in pages
        ]

    def _may_be_named(self, viewer: Viewer) -> bool:
        """Not once they withdrew, objected or were forgotten."""
        if viewer.person_id is None:
            return True
        person = self._people.person(viewer.person_id)
        return effective_consents(person, viewer, Regulations(), self._policy).interests

    def _viewer(self, request: DecisionRequest, now: datetime, day: date) -> _Viewer:
        """Who looks, and what may be used of them; without their profile, as somebody who consented to nothing."""
        viewer, language = request.viewer, request.context.language
        known = self._people.known(viewer.person_id) if viewer.person_id else None
        person = known.person if known is not None else None
        consents = effective_consents(person, viewer, request.regs, self._policy, tcf_vendor=self._tcf_vendor)
        memory = known.memory if known is not None and consents.wellbeing else None
        as_used = person if person is None or person.consents == consents else replace(person, consents=consents)
        care = self._wellbeing.care(memory, as_used, now=now, day=day, language=language)
        profile, is_lost = None, known is not None and known.is_profile_lost
        if viewer.person_id and known is not None:
            if is_lost:
                _LOG.error("ads go by the page alone: a profile cannot be read")
                consents = Consents()
                with self._recent_lock:
                    profile = self._mutes.get(viewer.person_id)
            else:
                self._remember_mutes(viewer.person_id, known.profile)
                # What someone withdrew is deleted when they withdraw it; what the request narrows is left out here.
                profile = None if known.profile is None else without_consents(known.profile, consents)
        seen = _Viewer(
            age=stated_age(person.age if person is not None else "unknown", viewer.age, request.regs),
            consents=consents,
            profile=profile,
            memory=memory,
            care=care,
            is_contextual=is_lost,
        )
        return seen if known is None else self._within_limit(seen, known, request.context, now=now, day=day)

    def _within_limit(self, viewer: _Viewer, known: Known, context: Context, *, now: datetime, day: date) -> _Viewer:
        """The viewer, quiet once the limit that they set for their day is reached."""
        person = known.person
        if person.rest.daily_minutes is None:
            return viewer
        use = with_page(known.profile.use if known.profile else None, now=now, day=day)
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
        if self._repository is not None:
            self._repository.freeze(decided.lines, now)
        ref = self._events.append(record)
        expires_at: dict[ClaimKind, datetime] = {kind: now + life for kind, life in TOKEN_LIFE.items()}
        decided.way.catalogue.promised(decision, now)
        tokens = {
            filled.placement_id: self._tokens.mint_each(
                expires_at, decision_id=decision.decision_id, placement_index=index, record=ref
            )
            for index, filled in enumerate(decision.placements)
            if filled.won is not None
        }
        page = Page(
            request=request,
            decision=decision,
            creatives=decided.creatives,
            advertisers=decided.advertisers,
            tokens=tokens,
            open=decided.open,
        )
        kept = request
        if request.context.text is not None:
            kept = replace(kept, context=replace(request.context, text=None))
        if record.person_id is None and request.viewer.person_id is not None:
            kept = _nameless(kept)
        with self._recent_lock:
            self._recent.append(page if kept is request else replace(page, request=kept))
        return page

    def _note_groups(self, decided: _Decided, now: datetime) -> None:
        """What the site says of someone's groups is kept for the daily count of whom ads reach, at most once a week."""
        person_id, ids = decided.request.viewer.person_id, decided.request.viewer.segments
        if person_id is None or not decided.viewer.consents.interests or decided.viewer.is_contextual:
            return
        day = now.astimezone(UTC).date()
        if with_groups(decided.viewer.profile or Profile(person_id=person_id), ids, day) is None:
            return
        try:
            # What was decided on may be narrowed by the request: what is stored is changed, not that.
            stored = self._people.profile(person_id) or Profile(person_id=person_id)
            if (profile := with_groups(stored, ids, day)) is not None:
                self._people.put_profile(profile)
        except StaleVersion:
            return  # whatever page comes next notes it
        except Exception as error:
            _LOG.error("groups wait: %s", type(error).__name__)

    def _with_card(self, page: Page, viewer: _Viewer, now: datetime) -> Page:
        is_noted = self._note_use(page.request.viewer.person_id, viewer, now)
        suggestion = viewer.care.suggestion
        if viewer.is_card_of_limit and is_noted:
            return replace(page, decision=replace(page.decision, rest_suggestion=suggestion))
        if suggestion is None or viewer.memory is None or viewer.is_card_of_limit:
            return page
        try:
            told = self._wellbeing.told_by_showing(viewer.memory, suggestion, now)
            self._people.put_memory(self._wellbeing.shown(viewer.memory, suggestion, now), told=told)
        except StaleVersion:
            return page  # another page of the same person shows it
        except Exception as error:
            _LOG.error("a card waits: %s", type(error).__name__)  # one that nobody remembers would come too often
            return page
        return replace(page, decision=replace(page.decision, rest_suggestion=suggestion))

    def _note_use(self, person_id: PersonId | None, viewer: _Viewer, now: datetime) -> bool:
        """Keep the time that somebody with a limit has been here; True if it is kept, with the card where it is due."""
        if viewer.use is None or person_id is None:
            return False
        try:
            profile = self._people.profile(person_id) or Profile(person_id=person_id)
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


def _nameless(request: DecisionRequest) -> DecisionRequest:
    return replace(request, viewer=replace(request.viewer, person_id=None))


def _barring(request: DecisionRequest, ads: frozenset[AdId]) -> DecisionRequest:
    return replace(request, barred=request.barred | ads) if ads else request


def without(evidence: Evidence, signals: frozenset[Signal]) -> Evidence:
    """What an arm of a trial may use of what the person lets anybody use: never more."""
    for signal in sorted(signals):
        evidence = evidence.without(signal)
    return evidence


def assigned(way: Way, differs: frozenset[int]) -> tuple[Assigned, ...]:
    """What the record says of the trials."""
    asked = {place for place, _ in way.others}
    return tuple(
        replace(one, differs=place in differs) if place in asked else one for place, one in enumerate(way.assigned)
    )


def left_open(decision: Decision, limits: Limits, care: Care) -> frozenset[PlacementId]:
    """The places that an ad from elsewhere may fill; see `Page.open`."""
    if limits.page_is_unsuitable or limits.age == "minor" or care.quiet or care.state > State.NEUTRAL:
        return frozenset()
    return frozenset(
        filled.placement_id
        for filled in decision.placements
        if filled.no_fill is not None and filled.no_fill.code not in {"quiet", "too_near", "closed"}
    )


def moment_of(request: DecisionRequest, there: datetime) -> Moment:
    """On what the page is read, and when, by the clock of its zone."""
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
