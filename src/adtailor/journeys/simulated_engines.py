"""The decision engine as simulated worlds ask it: `decide` page by page, or the same over arrays for long sweeps.

Both are made of what a world lets out, and of nothing else. Everybody has agreed to everything. The baseline knows the
page, the place, who asks, their interests and what they clicked before; the signal in question comes on top of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random

import numpy as np
from numpy.typing import NDArray

from adtailor.decide.allocate import slots_of
from adtailor.decide.catalogue import Catalogue, build_catalogue
from adtailor.decide.deciding import decide
from adtailor.decide.eligibility import Asked as Page
from adtailor.decide.eligibility import sift
from adtailor.decide.many import Pages, decide_many, purses_of, ties_of, what_adds
from adtailor.decide.quality import AD_TONES, affect_weights
from adtailor.decide.rank import PriorRanker
from adtailor.domain.decision import Context, DecisionRequest, Evidence, Limits, Place, Placement, Viewer
from adtailor.domain.ids import AdvertiserId, PlacementId, RequestId, SiteId, TopicId
from adtailor.domain.money import Micros
from adtailor.domain.person import Mood
from adtailor.domain.signals import Signal
from adtailor.errors import InvalidInput
from adtailor.ports import RequestSide
from adtailor.profiles.fading import saturated
from adtailor.simulate.worlds.asking import Asked, Engine, Shown
from adtailor.simulate.worlds.public import MOST_PLACES, Public

FLOOR = Micros(20_000)
BASELINE: tuple[Signal, ...] = ("context topics", "interests", "place", "history")
TESTED: tuple[Signal, ...] = ("look", "affect")
SITE = SiteId("simulated")
MOST_ADVERTISERS = 64
MOST_CLICKS = 60
"""On ads of one advertiser; what comes on top tells no more."""
_SIGNALS: tuple[Signal, ...] = ("context topics", "interests", "look", "place", "history")


def placements(count: int) -> tuple[Placement, ...]:
    """The places of a page."""
    return tuple(Placement(id=PlacementId(f"place-{n}"), position=n, floor=FLOOR) for n in range(count))


def checked_baseline(signals: Sequence[Signal]) -> tuple[Signal, ...]:
    """The signals that both arms have: a signal is only worth what it adds to who asks and what they did before."""
    if missing := [signal for signal in ("interests", "history") if signal not in signals]:
        raise InvalidInput(
            f"a baseline without {', '.join(missing)}",
            hint="compare with an engine that already knows who asks and what they clicked before",
            field="baseline",
        )
    return tuple(signals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of each person, as evidence, and the catalogue and ranker that weigh it."""

    public: Public
    signal: Signal | None
    catalogue: Catalogue
    ranker: PriorRanker
    interests: tuple[dict[TopicId, float], ...]
    look: tuple[dict[str, float], ...]
    order: NDArray[np.int64]
    """The world's number of each ad of the catalogue."""

    def history(self, clicks: NDArray[np.int32], person: int) -> dict[AdvertiserId, float]:
        """What somebody clicked so far; `clicks` of shape (people, advertisers)."""
        counts = {
            str(advertiser.id): float(n)
            for advertiser, n in zip(self.public.inventory.advertisers, clicks[person].tolist(), strict=True)
            if n
        }
        counts = {name: min(n, MOST_CLICKS) for name, n in counts.items()}
        return {AdvertiserId(name): weight for name, weight in saturated(counts).items()}


def known_of(public: Public, *, signal: Signal | None, baseline: Sequence[Signal] = BASELINE) -> Known:
    """Catalogue, ranker and evidence of a world; `signal` is only used on the pages of treated people."""
    checked_baseline(baseline)
    if signal is not None and signal not in TESTED:
        raise InvalidInput(f"{signal} is no signal to test", hint=f"one of {', '.join(TESTED)}", field="signal")
    axes = np.eye(len(public.topics), dtype=np.float32)
    ranker = PriorRanker(dict(zip(public.topics, axes, strict=True)), name="simulated@1")
    catalogue = build_catalogue(public.inventory, ranker=ranker, parents={}, adult_products=frozenset())
    numbers = {name: n for n, name in enumerate(public.ads)}
    return Known(
        public=public,
        signal=signal,
        catalogue=catalogue,
        ranker=ranker,
        interests=tuple(
            {TopicId(name): weight for name, weight in _saturated(public.topics, counts).items()}
            for counts in public.signals.interests
        ),
        look=tuple(
            _saturated([f"garment:{name}" for name in public.garments], counts) for counts in public.signals.look
        ),
        order=np.array([numbers[name] for name in catalogue.ad_ids]),
    )


class ExactEngine:
    """`decide`, page by page, as the service runs it: slow, and the reference."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._catalogues: tuple[Catalogue, ...] = (known.catalogue,)
        self._clicks = np.zeros((len(known.public.people), len(known.public.inventory.advertisers)), dtype=np.int32)
        self._owner = _owners(known.public)

    def budgets(self, shares: NDArray[np.float64], is_open: NDArray[np.bool_]) -> None:
        """What ads bid and whether they can pay, from now on."""
        order = self._known.order
        self._catalogues = tuple(
            replace(self._known.catalogue.with_bids(share[order]), budget_open=opens[order])
            for share, opens in zip(shares, is_open, strict=True)
        )

    def decide(self, asked: Asked) -> Shown:
        """One decision after the other."""
        known, public = self._known, self._known.public
        ads = np.full((len(asked), MOST_PLACES), -1, dtype=np.int32)
        prices = np.zeros((len(asked), MOST_PLACES), dtype=np.int64)
        numbers = {name: n for n, name in enumerate(public.ads)}
        now = datetime.fromtimestamp(asked.at, UTC)
        for row, person in enumerate(asked.people.tolist()):
            country = public.countries[public.lives_in[person]]
            evidence = Evidence(
                context_topics={public.topics[asked.topics[row]]: 1.0},
                interests=known.interests[person] or None,
                place=Place(country=country),
                history=known.history(self._clicks, person) or None,
            )
            if asked.treated[row] and known.signal == "look":
                evidence = replace(evidence, look=known.look[person] or None)
            if asked.treated[row] and known.signal == "affect" and asked.moods[row] >= 0:
                evidence = replace(evidence, affect={public.moods[asked.moods[row]]: 1.0})
            seen = {public.ads[n]: int(asked.seen[person, n]) for n in np.flatnonzero(asked.seen[person])}
            decision = decide(
                DecisionRequest(
                    request_id=_request(int(asked.numbers[row])),
                    site_id=SITE,
                    placements=placements(int(asked.places[row])),
                    context=Context(country=country),
                    viewer=Viewer(person_id=public.people[person], age="adult"),
                ),
                evidence,
                Limits(age="adult", protected=False, seen_today=seen),
                catalogue=self._catalogues[asked.purses[row]],
                ranker=known.ranker,
                policy_name="simulated",
                now=now,
                random=Random(0),  # noqa: S311  # decides nothing but an id: nothing explores
                exploration=0.0,
                in_words=False,
            )
            for place, filled in enumerate(decision.placements):
                if filled.won is not None:
                    ads[row, place], prices[row, place] = numbers[filled.won.ad_id], filled.won.price
        return Shown(ads=ads, prices=prices)

    def clicked(self, people: NDArray[np.int32], ads: NDArray[np.int32]) -> None:
        """Clicks become history."""
        np.add.at(self._clicks, (people, self._owner[ads]), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What every value of every signal adds to each ad, computed once for all runs of a world."""

    known: Known
    topics: NDArray[np.float32]
    interests: NDArray[np.float32]
    look: NDArray[np.float32]
    countries: NDArray[np.float32]
    history: NDArray[np.float32]
    """(clicks, ads): of so many clicks on each ad's own advertiser."""
    mood_shares: NDArray[np.float64]
    may: NDArray[np.bool_]
    """(countries x topics, ads): who may stand there, by the rules of eligibility themselves."""


def tables_of(known: Known) -> Tables:
    """The ranker is asked once for each value, and rules once for each kind of page."""
    public, scoring = known.public, known.catalogue.scoring
    if len(public.inventory.advertisers) > MOST_ADVERTISERS:
        raise InvalidInput(
            f"{len(public.inventory.advertisers)} advertisers",
            hint=f"at most {MOST_ADVERTISERS}, each of whom has a place of its own in a history; or the exact engine",
            field="advertisers",
        )
    moods: list[Mood] = list(public.moods)
    return Tables(
        known=known,
        topics=_added(known, [Evidence(context_topics={topic: 1.0}) for topic in public.topics]),
        interests=_added(known, [Evidence(interests=weights or None) for weights in known.interests]),
        look=_added(known, [Evidence(look=weights or None) for weights in known.look]),
        countries=_added(known, [Evidence(place=Place(country=country)) for country in public.countries]),
        history=_added(
            known,
            [
                Evidence(history={one.id: n / (1.0 + n) for one in public.inventory.advertisers} if n else None)
                for n in range(MOST_CLICKS + 1)
            ],
        ),
        mood_shares=np.stack(
            [what_adds(scoring, _side(known, []), affect=affect_weights({mood: 1.0}))[1] for mood in moods]
        ),
        may=np.stack([_may(known, country, topic) for country in public.countries for topic in public.topics]),
    )


class Ties:
    """Hashes of the request ids of pages by their numbers, which all worlds share."""

    def __init__(self) -> None:
        self._known = np.empty(0, dtype=np.uint64)

    def of(self, numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Those of some pages."""
        if (most := int(numbers.max(initial=-1)) + 1) > len(self._known):
            more = ties_of([_request(number) for number in range(len(self._known), most)])
            self._known = np.concatenate((self._known, more))
        return self._known[numbers]


class FastEngine:
    """The same decisions over arrays; a test holds it to `ExactEngine`, page by page."""

    def __init__(self, tables: Tables, ties: "Ties") -> None:
        known = tables.known
        self._tables, self._known, self._ties = tables, known, ties
        self._slots = slots_of(placements(MOST_PLACES), conversion_rate=known.catalogue.conversion_rate)
        whole = np.ones((1, len(known.catalogue)))
        self._purses = purses_of(known.catalogue, whole, whole > 0.0)
        self._clicks = np.zeros((len(known.public.people), len(known.public.inventory.advertisers)), dtype=np.int32)
        self._owner = _owners(known.public)
        self._history = np.zeros_like(tables.interests)
        self._owners = self._owner[known.order]

    def budgets(self, shares: NDArray[np.float64], is_open: NDArray[np.bool_]) -> None:
        """What ads bid and whether they can pay, from now on."""
        order = self._known.order
        self._purses = purses_of(self._known.catalogue, shares[:, order], is_open[:, order])

    def decide(self, asked: Asked) -> Shown:
        """All pages at once."""
        known, tables, people = self._known, self._tables, asked.people
        looks = asked.treated & (known.signal == "look")
        feels = asked.treated & (known.signal == "affect")
        lives_in = known.public.lives_in[people].astype(np.int32)
        topics = asked.topics.astype(np.int32)
        won = decide_many(
            Pages(
                tables=(tables.topics, tables.interests, tables.look, tables.countries, self._history),
                values=np.stack([topics, people, np.where(looks, people, -1), lives_in, people], axis=1).astype(
                    np.int32
                ),
                mood_shares=tables.mood_shares,
                moods=np.where(feels, asked.moods, -1).astype(np.int32),
                may=tables.may,
                classes=lives_in * np.int32(len(known.public.topics)) + topics,
                seen=np.ascontiguousarray(asked.seen[people][:, known.order]),
                people=np.arange(len(asked), dtype=np.int32),
                purses=asked.purses,
                places=asked.places,
                ties=self._ties.of(asked.numbers),
            ),
            self._purses,
            catalogue=known.catalogue,
            slots=self._slots,
        )
        ads = np.where(won.ads >= 0, known.order[won.ads], -1).astype(np.int32)
        return Shown(ads=ads, prices=won.prices)

    def clicked(self, people: NDArray[np.int32], ads: NDArray[np.int32]) -> None:
        """Clicks become history, of those who clicked."""
        np.add.at(self._clicks, (people, self._owner[ads]), 1)
        counts = np.minimum(self._clicks[people][:, self._owners], MOST_CLICKS)
        self._history[people] = self._tables.history[counts, np.arange(len(self._owners))]


class FastEngines:
    """Fast engines of worlds; the tables of the last world are kept for its other runs."""

    def __init__(self) -> None:
        self._last: tuple[Public, Signal | None, Tables] | None = None
        self._ties = Ties()

    def engine(self, public: Public, *, signal: Signal | None) -> Engine:
        """A fresh one."""
        if self._last is None or self._last[0] is not public or self._last[1] != signal:
            self._last = (public, signal, tables_of(known_of(public, signal=signal)))
        return FastEngine(self._last[2], self._ties)


class ExactEngines:
    """Engines that call `decide`."""

    def engine(self, public: Public, *, signal: Signal | None) -> Engine:
        """A fresh one."""
        return ExactEngine(known_of(public, signal=signal))


def _request(number: int) -> RequestId:
    return RequestId(f"page-{number}")


def _owners(public: Public) -> NDArray[np.int64]:
    """The advertiser of each ad, by its place."""
    inventory = public.inventory
    places = {advertiser.id: n for n, advertiser in enumerate(inventory.advertisers)}
    campaigns = {campaign.id: campaign.advertiser_id for campaign in inventory.campaigns}
    sets = {adset.id: campaigns[adset.campaign_id] for adset in inventory.adsets}
    return np.array([places[sets[ad.adset_id]] for ad in inventory.ads])


def _saturated(names: Sequence[str], counts: NDArray[np.int64]) -> dict[str, float]:
    return saturated({name: float(n) for name, n in zip(names, counts.tolist(), strict=True) if n})


def _side(known: Known, parts: list[NDArray[np.float32]]) -> RequestSide:
    width = known.catalogue.scoring.width
    return RequestSide(bias=0.0, signals=(), parts=np.array(parts, dtype=np.float32).reshape(len(parts), width))


def _added(known: Known, evidence: Sequence[Evidence]) -> NDArray[np.float32]:
    """What evidence of one signal adds to each ad; a row each, zeros where it says nothing."""
    width = known.catalogue.scoring.width
    rows: list[NDArray[np.float32]] = []
    for one in evidence:
        side = known.ranker.request_side(one)
        if side.bias != 0.0 or len(side.signals) > 1:
            raise InvalidInput(
                f"{known.ranker.name} makes {side.signals} of one signal", hint="use the exact engine with this ranker"
            )
        rows.append(side.parts[0] if len(side.signals) else np.zeros(width, dtype=np.float32))
    silent = np.zeros(len(AD_TONES), dtype=np.float32)
    return what_adds(known.catalogue.scoring, _side(known, rows), affect=silent)[0]


def _may(known: Known, country: str, topic: TopicId) -> NDArray[np.bool_]:
    page = Page(
        request=DecisionRequest(
            request_id=RequestId("any"),
            site_id=SITE,
            placements=placements(1),
            context=Context(country=country),
            viewer=Viewer(age="adult"),
        ),
        evidence=Evidence(context_topics={topic: 1.0}, place=Place(country=country)),
        limits=Limits(age="adult", protected=False),
        at=0.0,
    )
    sifted = sift(page, known.catalogue).eligibility
    return sifted.may & (sifted.fails_with == 0)
