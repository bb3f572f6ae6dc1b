"""A decision may use what consent, switches and page give, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.config.policy import load_policy
from adtailor.domain.decision import Context, Evidence, Limits, Place, Regulations, Viewer
from adtailor.domain.ids import AdId, AdvertiserId, PersonId, PostId, SegmentId, TopicId
from adtailor.domain.person import Consents, Person
from adtailor.domain.profile import AdsSeen, Fading, Profile
from adtailor.domain.reading import EMOTIONS, Reading, Sentiment, Stress, Suitability, Topic
from adtailor.domain.signals import PERSONAL_SIGNALS, SIGNALS, Signal
from adtailor.profiles.consent import effective_consents
from adtailor.profiles.evidence import evidence_of, limits_of

POLICY = load_policy()
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANA = PersonId("ana")
ALL = Consents(interests=True, look=True, affect=True, wellbeing=True)
EVERY = [Consents(interests=i, look=l, affect=a, wellbeing=w) for i, l, a, w in product((False, True), repeat=4)]
PROFILE = Profile(
    person_id=ANA,
    interests=Fading(weights={"483": 1.0}, as_of=NOW),
    look=Fading(weights={"colour:navy": 3.0}, as_of=NOW),
    affect=Fading(weights={"joy": 0.9}, as_of=NOW),
    history=Fading(weights={"acme": -1.0}, as_of=NOW),
    muted_topics=frozenset({TopicId("181")}),
    muted_advertisers=frozenset({AdvertiserId("slots")}),
    hidden_ads=frozenset({AdId("a9")}),
    seen=AdsSeen(day=NOW.date(), counts={AdId("a1"): 2}),
)
PAGE = Reading(
    post_id=PostId("p9"),
    sentiment=Sentiment(label="positive", valence=0.5, arousal=0.4),
    tone={"playful": 0.6},
    topics=(Topic(id=TopicId("653"), name="Travel", confidence=0.8),),
)
CONTEXT = Context(country="DE", region="BE")


def evidence(
    profile: Profile | None = PROFILE,
    consents: Consents = ALL,
    page: Reading | None = PAGE,
    *,
    own: bool = False,
    context: Context = CONTEXT,
    now: datetime = NOW,
) -> Evidence:
    return evidence_of(profile, consents, page=page, page_is_own=own, context=context, policy=POLICY, now=now)


def given_signals(of: Evidence) -> set[str]:
    return {signal for signal in SIGNALS if getattr(of, signal.replace(" ", "_")) is not None}


def test_with_all_consents_all_seven_signals_speak() -> None:
    full = evidence()
    assert given_signals(full) == set(SIGNALS)
    assert full.interests == {"483": 1 / (1 + 1)}
    assert full.look == {"colour:navy": 3 / (1 + 3)}
    assert full.history == {"acme": -1 / (1 + 1)}
    assert full.affect == {"joy": 0.9}
    assert full.context_topics == {"653": 0.8}
    assert full.place == Place(country="DE", region="BE")


@pytest.mark.parametrize("consents", EVERY)
def test_t07_each_consent_opens_its_own_signals_and_no_other(consents: Consents) -> None:
    open_to = {
        "interests": consents.interests,
        "history": consents.interests,
        "look": consents.look,
        "affect": consents.affect,
    }
    personal = {signal for signal, yes in open_to.items() if yes}
    assert given_signals(evidence(consents=consents)) == {"context topics", "context tone", "place"} | personal


@pytest.mark.parametrize("signal", SIGNALS)
def test_t15_a_switch_turns_off_its_signal_alone(signal: Signal) -> None:
    off = evidence(replace(PROFILE, signals_off=frozenset({signal})))
    assert given_signals(off) == set(SIGNALS) - {signal}
    assert off == evidence().without(signal)


def test_everything_can_be_switched_off() -> None:
    assert evidence(replace(PROFILE, signals_off=frozenset(SIGNALS))) == Evidence()


weights = st.dictionaries(st.sampled_from(["483", "653", "joy", "calm", "acme"]), st.floats(0.1, 5), max_size=4)


@given(one=weights, other=weights)
def test_t05_without_consents_no_history_makes_a_difference(one: dict[str, float], other: dict[str, float]) -> None:
    def of(history: dict[str, float]) -> tuple[Evidence, Limits]:
        fading = Fading(weights=history, as_of=NOW)
        seen = AdsSeen(day=NOW.date(), counts={AdId(name): 3 for name in history})
        profile = Profile(person_id=ANA, interests=fading, look=fading, affect=fading, history=fading, seen=seen)
        viewer = Viewer(person_id=ANA, age="adult", session_ads_seen={AdId("a1"): 1})
        limits = limits_of(profile, viewer, Consents(), POLICY, page=None, now=NOW, zone="UTC")
        return evidence(profile, Consents()), limits

    assert of(one) == of(other)
    assert of(one)[0] == evidence(None) == evidence(None).impersonal()


@given(age=st.sampled_from(["minor", "unknown"]), consents=st.sampled_from(EVERY), history=weights)
def test_t08_a_minor_gets_what_anyone_unknown_gets(age: str, consents: Consents, history: dict[str, float]) -> None:
    fading = Fading(weights=history, as_of=NOW)
    profile = Profile(person_id=ANA, interests=fading, look=fading, affect=fading, history=fading)
    viewer = Viewer(person_id=ANA, age=age)
    effective = effective_consents(Person(person_id=ANA, consents=consents), viewer, Regulations(), POLICY)
    assert evidence(profile, effective) == evidence(None, Consents())
    limits = limits_of(profile, viewer, effective, POLICY, page=None, now=NOW, zone="UTC")
    assert limits == limits_of(None, viewer, Consents(), POLICY, page=None, now=NOW, zone="UTC")
    assert limits.protected


def test_what_has_faded_is_no_evidence() -> None:
    later = evidence(now=NOW + timedelta(days=400))
    assert not given_signals(later) & PERSONAL_SIGNALS


class TestThePage:
    def test_an_own_post_is_never_surrounding_content(self) -> None:
        context = replace(CONTEXT, topics=PAGE.topics)
        assert given_signals(evidence(own=True, context=context)) == set(SIGNALS) - {"context topics", "context tone"}

    def test_topics_that_the_site_gives_come_first(self) -> None:
        given = (
            Topic(id=TopicId("596"), name="Technology", confidence=0.9),
            Topic(id=TopicId("596"), name="Technology", confidence=0.2),
        )
        assert evidence(context=replace(CONTEXT, topics=given)).context_topics == {"596": 0.9}
        assert evidence(page=None, context=replace(CONTEXT, topics=given)).context_topics == {"596": 0.9}

    def test_without_a_page_or_place_there_is_nothing_about_them(self) -> None:
        assert given_signals(evidence(None, page=None, context=Context())) == set()
        assert given_signals(evidence(None, page=Reading(post_id=PostId("p")), context=Context())) == set()

    def test_tone_from_valence_arousal_and_play(self) -> None:
        """Warm is the valence 0.5; serious is (1 - 0.5) x (1 - 0.6) = 0.2; energetic 0.5 x 0.4, calm 0.5 x 0.6."""
        expected = {"playful": 0.6, "warm": 0.5, "serious": 0.2, "energetic": 0.2, "calm": 0.3}
        assert evidence().context_tone == pytest.approx(expected)

    def test_an_unpleasant_page_is_serious_and_names_no_feeling(self) -> None:
        page = replace(PAGE, sentiment=Sentiment(label="negative", valence=-0.9), tone=None)
        assert evidence(page=page).context_tone == {"serious": 1.0}

    def test_irony_is_not_warmth(self) -> None:
        page = replace(PAGE, sentiment=Sentiment(label="positive", valence=0.8), tone={"sarcastic": 0.9, "rude": 0.8})
        tone = evidence(page=page).context_tone
        assert tone is not None
        assert tone["warm"] == pytest.approx(0.8 * 0.1)
        assert set(tone) == {"sarcastic", "warm", "serious"}

    @given(
        valence=st.floats(-1, 1),
        arousal=st.none() | st.floats(0, 1),
        tone=st.dictionaries(st.sampled_from(["playful", "sarcastic", "bitter"]), st.floats(0, 1)),
    )
    def test_t04_tones_are_shares_and_never_a_low_feeling(
        self, valence: float, arousal: float | None, tone: dict[str, float]
    ) -> None:
        page = replace(PAGE, sentiment=Sentiment(label="neutral", valence=valence, arousal=arousal), tone=tone)
        told = evidence(page=page).context_tone or {}
        assert all(0.0 <= share <= 1.0 for share in told.values())
        assert set(told) <= {"playful", "sarcastic", "warm", "calm", "energetic", "serious"}
        assert not set(told) & set(EMOTIONS)

    @given(probability=st.floats(0, 1), low=st.sampled_from(EMOTIONS))
    def test_what_an_author_feels_never_reaches_a_neighbours_page(self, probability: float, low: str) -> None:
        felt = replace(
            PAGE, stress=Stress(probability=probability, severity=1.0), emotions={low: probability}, crisis=True
        )
        assert evidence(page=felt) == evidence()


PAGE_OF_DEBT = replace(PAGE, topics=(Topic(id=TopicId("405"), name="Personal Debt", confidence=0.9),))


@pytest.mark.parametrize(
    ("page", "unsuitable", "hardship"),
    [
        (None, False, False),
        (PAGE, False, False),
        (PAGE_OF_DEBT, False, True),
        (replace(PAGE, sentiment=Sentiment(label="negative", valence=-0.1)), False, True),
        (replace(PAGE, sentiment=Sentiment(label="neutral", valence=-0.05)), False, False),
        (replace(PAGE, suitability=Suitability(risk="floor")), True, True),
        (replace(PAGE, suitability=Suitability(risk="high")), False, False),
    ],
)
def test_a_page_of_hardship_is_told_by_topic_tone_and_suitability(
    page: Reading | None, unsuitable: bool, hardship: bool
) -> None:
    viewer = Viewer(person_id=ANA, age="adult")
    limits = limits_of(None, viewer, Consents(), POLICY, page=page, now=NOW, zone="UTC")
    assert (limits.page_is_unsuitable, limits.page_tells_of_hardship) == (unsuitable, hardship)


class TestLimits:
    def limits(self, consents: Consents = ALL, profile: Profile | None = PROFILE, age: str = "adult") -> Limits:
        viewer = Viewer(person_id=ANA, age=age, session_ads_seen={AdId("a3"): 1})
        return limits_of(profile, viewer, consents, POLICY, page=None, now=NOW, zone="Europe/Berlin")

    def test_all_limits_come_together(self) -> None:
        assert self.limits() == Limits(
            age="adult",
            protected=False,
            seen_today={AdId("a1"): 2},
            session_seen={AdId("a3"): 1},
            muted_topics=PROFILE.muted_topics,
            muted_advertisers=PROFILE.muted_advertisers,
            hidden_ads=PROFILE.hidden_ads,
        )

    def test_what_was_muted_stays_muted_without_consents_and_counts_do_not(self) -> None:
        limits = self.limits(Consents())
        assert limits.muted_topics == PROFILE.muted_topics
        assert limits.seen_today == {}

    def test_nobody_known_has_only_the_clients_counts(self) -> None:
        limits = self.limits(Consents(), None, "unknown")
        assert limits == Limits(age="unknown", protected=True, session_seen={AdId("a3"): 1})


def words_of(*, page: Reading | None = PAGE, own: bool = False, given: frozenset[str] | None = None) -> object:
    return evidence_of(
        None, Consents(), page=page, page_is_own=own, context=Context(keywords=given),
        found_words=frozenset({"trail"}), policy=POLICY, now=NOW,
    ).context_keywords  # fmt: skip


def test_words_are_those_of_the_page_never_of_an_own_post_nor_of_a_page_that_tells_of_hardship() -> None:
    assert words_of() == {"trail"}
    assert words_of(given=frozenset({"Wet  Boots"})) == {"wet boots"}
    assert words_of(own=True) is None
    sad = replace(PAGE, sentiment=Sentiment(label="negative", valence=-0.7))
    assert words_of(page=sad) is None
    assert words_of(page=sad, given=frozenset({"funeral"})) is None


def test_groups_of_the_site_need_the_interests_consent_and_no_profile() -> None:
    groups = frozenset({SegmentId("members")})
    for consents, expected in ((Consents(), None), (Consents(interests=True), groups)):
        found = evidence_of(
            None, consents, page=PAGE, page_is_own=False, context=CONTEXT, segments=groups, policy=POLICY, now=NOW
        )
        assert found.segments == expected
        assert found.without("interests").segments is None
        assert found.impersonal().segments is None
