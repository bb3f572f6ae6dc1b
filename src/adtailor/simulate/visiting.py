"""Simulated visits: members open pages day after day, a decider that is handed in fills them, and some ads are clicked.

What comes of a visit follows the world's truth and random numbers of the visit's own, drawn before anything is decided:
two deciders meet the same people, pages, hours and luck.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Protocol
from zoneinfo import ZoneInfo

from adtailor.domain.decision import Context, Decision, DecisionRequest, Placement, Viewer
from adtailor.domain.events import EventKind
from adtailor.domain.ids import AdId, PersonId, PlacementId, PostId, RequestId, SiteId, TopicId
from adtailor.domain.money import Micros
from adtailor.domain.person import Person
from adtailor.simulate.clicking import ClickingWorld

PLACEMENTS = 2
SITE = SiteId("simulated")
READS_FOR = timedelta(seconds=8)
"""From seeing an ad to clicking it."""


class Decider(Protocol):
    """What a page is filled by, and what is told of it afterwards: as a site meets the service."""

    def decide(self, request: DecisionRequest, *, now: datetime, random: Random) -> Decision:
        """The answer to one page."""
        ...

    def happened(self, decision: Decision, placement: int, kind: EventKind, *, now: datetime) -> Micros:
        """Something happened to the ad in a placement, by its place; what it cost."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A post beside which ads may stand, and what it is about."""

    post_id: PostId
    author_id: PersonId
    topics: Mapping[TopicId, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A member who visits; None for anybody's device without an account."""

    person: Person | None
    zone: str
    language: str

    @property
    def person_id(self) -> PersonId | None:
        """Who it is, for the site."""
        return None if self.person is None else self.person.person_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """What came of many visits. All of it is simulated."""

    pages: int = 0
    impressions: int = 0
    clicks: int = 0
    expected_clicks: float = 0.0
    """The sum of the true chances of what was shown: clicks without their luck."""
    revenue: Micros = Micros(0)
    expected_value: float = 0.0
    """Micros: what the advertisers bid for what came of it, by the true chances. Of a bid for conversions, nothing."""

    @property
    def true_click_rate(self) -> float:
        """Expected clicks per impression; 0 where nothing was shown."""
        return self.expected_clicks / self.impressions if self.impressions else 0.0


def visit(
    decider: Decider,
    world: ClickingWorld,
    *,
    visitors: Sequence[Visitor],
    pages: Sequence[Page],
    count: int,
    start: datetime,
    end: datetime,
    seed: int,
    done: Callable[[int], None] = lambda _: None,
) -> Visits:
    """`count` visits, evenly from `start` to `end`; `done` is told after each how many there were."""
    total = Visits()
    seen: Counter[tuple[PersonId, date, AdId]] = Counter()
    step = (end - start) / max(count, 1)
    for number in range(count):
        luck = Random(f"{seed}|{number}")  # noqa: S311 - a simulation, and repeatable
        now = start + step * (number + luck.random())
        visitor = luck.choice(visitors)
        page = luck.choice([page for page in pages if page.author_id != visitor.person_id])
        # One number per placement decides its click, and is drawn whether or not an ad stands there.
        fates = [luck.random() for _ in range(PLACEMENTS)]
        request = _request(number, visitor, page, luck)
        decision = decider.decide(request, now=now, random=Random(luck.random()))  # noqa: S311
        there = now.astimezone(ZoneInfo(visitor.zone))
        total = replace(total, pages=total.pages + 1)
        for place, filled in enumerate(decision.placements):
            if filled.won is None:
                continue
            today = (visitor.person_id or PersonId("anybody"), there.date(), filled.won.ad_id)
            rate = world.click_rate(
                visitor.person_id,
                filled.won.ad_id,
                page=page.topics,
                position=place,
                seen=seen[today] if visitor.person is not None else 0,
                hour=there.hour,
            )
            seen[today] += 1
            total = _with_ad(total, decider, decision, place, rate=rate, clicked=fates[place] < rate, now=now)
        done(number + 1)
    return total


def _with_ad(
    total: Visits, decider: Decider, decision: Decision, place: int, *, rate: float, clicked: bool, now: datetime
) -> Visits:
    paid = decider.happened(decision, place, "impression", now=now)
    if clicked:
        paid = Micros(paid + decider.happened(decision, place, "click", now=now + READS_FOR))
    return replace(
        total,
        impressions=total.impressions + 1,
        clicks=total.clicks + clicked,
        expected_clicks=total.expected_clicks + rate,
        revenue=Micros(total.revenue + paid),
        expected_value=total.expected_value + _worth(decision, place, rate),
    )


def _worth(decision: Decision, place: int, rate: float) -> float:
    won = decision.placements[place].won
    if won is None or won.bid_kind == "cpa":
        return 0.0
    return won.bid * rate if won.bid_kind == "cpc" else won.bid / 1000


def _request(number: int, visitor: Visitor, page: Page, luck: Random) -> DecisionRequest:
    person = visitor.person
    return DecisionRequest(
        request_id=RequestId(f"visit-{number}"),
        site_id=SITE,
        placements=tuple(
            Placement(id=PlacementId(f"place-{place}"), position=place, formats=frozenset({"native", "image"}))
            for place in range(PLACEMENTS)
        ),
        context=Context(
            post_id=page.post_id,
            language=visitor.language,
            country=person.country if person is not None else None,
            zone=visitor.zone,
            device=luck.choice(("mobile", "mobile", "desktop")),
        ),
        viewer=Viewer(person_id=person.person_id, age=person.age) if person is not None else Viewer(age="adult"),
    )
