"""Promise 39, and what of promise 21 is told to everybody: the public repository of ads, and its figures."""

import csv
import io
import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from hashlib import blake2b
from importlib.util import find_spec
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st
from PIL import Image

from adtailor.assemble import MEDIA
from adtailor.domain.audit import Author
from adtailor.domain.buying import Inventory
from adtailor.domain.events import Arrival
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, CreativeId, PlacementId
from adtailor.domain.reach import LEAST_PEOPLE
from adtailor.measure.public import BUDGET, EPSILONS, MOST
from adtailor.testing import samples
from adtailor.testing.toy_ads import toy_inventory
from adtailor.testing.trust import writing
from adtailor.testing.trust.installed import EVERYTHING, Installed, expected, installed
from adtailor.testing.trust.proof import Proof, Trial, holds

REPOSITORY = "/v1/ad-repository"
TOPICS = ("483", "42", "210")
NAMES = ("boots", "novel", "oven", "banner")
ADS = tuple(
    {"id": name, "topics": [topic], "bid": f"0.{5 + place}", "pays": "cpm"}
    for place, (name, topic) in enumerate(zip(NAMES, (*TOPICS, TOPICS[0]), strict=True))
)
YEAR = timedelta(days=365)
LONGEST = timedelta(days=366)
"""A year with a leap day."""
MEMBERS = 3
PERSONAL = ("person", "viewer", "member", "decision", "placement", "click", "price", "affect", "mood", "stress")
"""What the name of no field may hold."""


class Move(NamedTuple):
    """Something that happens to ads, or time that goes by."""

    what: str
    ad: int
    days: int


def _moves() -> st.SearchStrategy[tuple[Move, ...]]:
    what = ("seen", "seen", "seen", "unseen", "changed", "gone", "back", "passes", "passes")
    days = st.sampled_from([0, 1, 30, 100, 364, 365, 366, 367, 800])
    move = st.builds(Move, what=st.sampled_from(what), ad=st.integers(0, len(NAMES) - 1), days=days)
    return st.lists(move, min_size=1, max_size=8).map(tuple)


@dataclass
class Remembered:
    """What was seen of an ad, by whoever looked: the days, and what stood on it on which day at last."""

    first: date
    last: date
    headlines: dict[str, date] = field(default_factory=dict[str, date])
    pictures: dict[bytes, date] = field(default_factory=dict[bytes, date])


class Wall:
    """An installation, and somebody who remembers each ad that was seen there."""

    def __init__(self, house: Installed) -> None:
        self.house = house
        self.seen: dict[str, Remembered] = {}
        self.media = house.folder / MEDIA
        self.media.mkdir(exist_ok=True)
        self.whole = house.engine.store.catalogue.inventory()
        self.members = [house.person(f"zqmember{n}", consents=EVERYTHING) for n in range(MEMBERS)]
        for member in self.members:
            house.wrote(member, (*writing.FOND[:2], *writing.STRESSED[:1]))
        self.secrets = {*self.members}

    @property
    def today(self) -> date:
        """By the clock of the installation."""
        return self.house.clock.now().date()

    def do(self, move: Move) -> None:
        """It happens."""
        match move.what:
            case "seen" | "unseen":
                self.visit(TOPICS[move.ad % len(TOPICS)], self.members[move.days % MEMBERS], move.what == "seen")
            case "changed":
                self.change(NAMES[move.ad])
            case "passes":
                self.house.clock.pass_(timedelta(days=move.days))
                self.house.engine.store.purge(self.house.clock.now())
            case how:
                kept = set(NAMES) - ({NAMES[move.ad]} if how == "gone" else set())
                self.house.engine.store.catalogue.replace(_only(self.whole, kept))
                self.house.clock.pass_(timedelta(seconds=2))

    def visit(self, topic: str, member: str, seen: bool) -> None:
        """Somebody looks at a page, and all that stands on it is seen, or nothing."""
        page = self.house.decide(
            context={"language": "en", "topics": [{"id": topic, "name": topic, "confidence": 0.9}]},
            viewer={"person_id": member, "age": "adult"},
        )
        self.secrets |= {page["decision_id"], *(one["id"] for one in page["placements"])}
        for one in page["placements"]:
            if one["ad"] is None or not seen:
                continue
            self.house.call("GET", one["impression_url"], headers={"user-agent": "Firefox"})
            ad, shown = one["ad"]["ad_id"], one["ad"]["creative"]
            known = self.seen.setdefault(ad, Remembered(self.today, self.today))
            known.last = self.today
            known.headlines[shown["headline"]] = self.today
            if shown["image_url"] is not None:
                known.pictures[(self.media / f"{ad}.png").read_bytes()] = self.today

    def change(self, name: str) -> None:
        """Other words and another picture, under the names of those before."""
        store, house = self.house.engine.store, self.house
        number = house.number = house.number + 1
        _draw(self.media / f"{name}.png", number)
        with store.catalogue.changing(Author(by="proof", at=house.clock.now())) as change:
            kept: Any = change.item("creatives", CreativeId(name))
            if kept is not None:
                headline = f"{name} {number}"
                change.put(
                    "creatives", replace(kept.item, headline=headline, image=f"{name}.png", status="active")
                )  # fmt: skip
        house.clock.pass_(timedelta(seconds=2))

    def judge(self) -> None:
        """The repository holds what is remembered of a year, and nothing of anybody; Broken where it does not."""
        listed = list(_pages(self.house))
        told = {one["ad_id"]: one for one in listed}
        holds(len(told) == len(listed), "an ad is listed twice")
        for ad, known in self.seen.items():
            passed = self.today - known.last
            if passed <= YEAR:
                holds(ad in told, f"ad {ad} ran {passed.days} days ago, and is not in the repository")
                self._as_it_was(told[ad], known)
            if passed > LONGEST:
                holds(ad not in told, f"ad {ad} ran {passed.days} days ago, and is still told of")
                one = self.house.ask("GET", f"{REPOSITORY}/ads/{ad}")
                holds(one.status == 404, f"ad {ad} is still found by its id after {passed.days} days")
        holds(set(told) <= set(self.seen), f"{sorted(set(told) - set(self.seen))} are told of, and nobody saw them")
        self._agrees_with_the_ledger()
        self._is_of_nobody(listed)

    def _as_it_was(self, told: Mapping[str, Any], known: Remembered) -> None:
        ad = told["ad_id"]
        holds(told["last_shown"] == known.last.isoformat(), f"ad {ad} last ran on {told['last_shown']}, it is said")
        holds(told["first_shown"] == known.first.isoformat(), f"ad {ad} first ran on {told['first_shown']}, it is said")
        words = {said["headline"] for version in told["versions"] for said in version["words"]}
        bodies = {
            self.house.call("GET", version["picture_url"]).body
            for version in told["versions"]
            if version["picture_url"]
        }
        for version in told["versions"]:
            holds(version["advertiser"] and version["payer"], f"ad {ad} is nobody's")
        for headline, day in known.headlines.items():
            lost = self.today - day <= YEAR and headline not in words
            holds(not lost, f"ad {ad} read {headline!r} {(self.today - day).days} days ago, and this is not kept")
        for picture, day in known.pictures.items():
            holds(self.today - day > YEAR or picture in bodies, f"ad {ad} had another picture than any that is kept")

    def _agrees_with_the_ledger(self) -> None:
        gaps = [gap for gap in self.house.engine.repository.gaps() if "nothing is kept" not in gap]
        holds(not gaps, lambda: f"repository and ledger do not agree: {gaps[0]}")
        counted = {
            cell.ad_id for cell in self.house.engine.store.ledger.cells(["ad_id"])
            if cell.kind == "impression" and cell.events
        }  # fmt: skip
        holds(
            counted == set(self.seen), f"the ledger counts {sorted(map(str, counted))}, seen were {sorted(self.seen)}"
        )

    def _is_of_nobody(self, listed: Sequence[Mapping[str, Any]]) -> None:
        table = self.house.call("GET", f"{REPOSITORY}?format=csv").text
        rows = {row["ad_id"] for row in csv.DictReader(io.StringIO(table))}
        holds(rows == {one["ad_id"] for one in listed}, "the table lists other ads than the pages")
        text = json.dumps(listed) + table
        quoted = [secret for secret in self.secrets if secret in text]
        holds(not quoted, lambda: f"the repository holds {quoted[0]!r}, which is somebody's")
        bad = {name for name in _names(listed) if any(word in name for word in PERSONAL)}
        holds(not bad, lambda: f"the repository has fields for {sorted(bad)}")
        told_apart = [one["ad_id"] for one in listed if one["recipients"] is not None]
        holds(not told_apart, f"{told_apart} are told to have had people, of {MEMBERS} in all")


def _only(inventory: Inventory, names: Collection[str]) -> Inventory:
    """What of it belongs to these ads."""
    return replace(
        inventory,
        campaigns=tuple(one for one in inventory.campaigns if one.id in names),
        adsets=tuple(one for one in inventory.adsets if one.id in names),
        creatives=tuple(one for one in inventory.creatives if one.id in names),
        ads=tuple(one for one in inventory.ads if one.id in names),
    )


def _draw(path: Any, number: int) -> None:
    Image.new("RGB", (4, 4), (number % 256, number // 256 % 256, 90)).save(path)


def _pages(house: Installed) -> Iterator[Mapping[str, Any]]:
    """All of the repository, as somebody reads it who may see two ads at a time; without a token."""
    address = f"{REPOSITORY}?limit=2"
    while address:
        answer = house.call("GET", address)
        yield from answer.told
        address = answer.headers.get("link", "").partition("<")[2].partition(">")[0]


def _names(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _names(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _names(inner)


def _repository_is_whole(trial: Trial) -> None:
    with installed(seed=trial.seed, inventory=toy_inventory(ADS)) as house:
        wall = Wall(house)

        def whole(moves: tuple[Move, ...]) -> None:
            for move in moves:
                wall.do(move)
                wall.judge()

        sure = [Move("seen", 0, 0), Move("changed", 0, 0), Move("seen", 0, 0), Move("gone", 0, 0)]
        sure += [Move("passes", 0, 364), Move("passes", 0, 1), Move("passes", 0, 2), Move("back", 0, 0)]
        whole(tuple(sure))
        expected(len(wall.seen) > 1, "no ad was ever seen")
        trial.over(_moves(), whole)


DAYS = 150
CROWD = 3
"""People who see each ad of a day: all of them known to whoever attacks."""
EVERY_AD = tuple(f"public-{number}" for number in range(2 * MOST["ad"]))
DEVIATIONS = 5.0
"""Standard errors that a figure may be off by chance."""


def noise_hides_anybody(trial: Trial) -> None:
    """The figures of the repository by the ledger's real events: noise of the width that the budget asks for, once.

    Somebody who knows everyone but one person guesses from each day's figures whether that one was there: with
    epsilon e, no guess is right more often than exp(e) / (1 + exp(e)) of the time.
    """
    if find_spec("opendp") is None:
        trial.left_out.append('public figures not tried: OpenDP is missing, pip install "adtailor[public]"')
        return
    epsilon, scale = EPSILONS["ad"], 2 * MOST["ad"] / EPSILONS["ad"]
    with installed(seed=trial.seed, inventory=samples.inventory()) as house:
        there = Random(trial.seed)  # noqa: S311  # whether somebody was there, and no noise
        days = {samples.NOON.date() + timedelta(days=n): there.random() < 0.5 for n in range(DAYS)}
        for day, is_there in days.items():
            house.engine.store.events.take_many(list(_views(house, day, is_there)))
        house.clock.pass_(timedelta(days=DAYS))
        repository, exhibits = house.engine.repository, house.engine.store.exhibits
        holds(repository.close_days(now=house.clock.now()) == DAYS * len(EPSILONS), "not every day is published")
        told = exhibits.published("ad")
        figures = house.call("GET", f"{REPOSITORY}/figures?by=ad").told
        holds(repository.close_days(now=house.clock.now()) == 0, "a day's figures are drawn twice")
        holds(exhibits.published("ad") == told, "figures change when they are asked for again")
        holds(house.call("GET", f"{REPOSITORY}/figures?by=ad").told == figures, "figures change, asked for again")
        spent = max(exhibits.spent(day) for day in days)
        holds(spent <= BUDGET + 1e-9, f"a day cost {spent} of a budget of {BUDGET}")
        _are_bands(figures)
    noise: list[float] = []
    right = 0
    for day, is_there in days.items():
        score = 0.0
        for ad in EVERY_AD:
            met = ad in EVERY_AD[: MOST["ad"]]
            seen = told[ad][day]
            noise.append(seen - CROWD - (is_there and met))
            score += abs(seen - CROWD) - abs(seen - CROWD - 1) if met else 0.0
        right += (score > 0) == is_there if score else there.random() < 0.5
        trial.count()
    # A Laplace variable of scale s has a standard deviation of s * sqrt(2), and a kurtosis of 6.
    wide, asked = math.sqrt(sum(one * one for one in noise) / len(noise)), scale * math.sqrt(2)
    off = DEVIATIONS * asked * math.sqrt(5 / (4 * len(noise)))
    holds(wide > asked - off, f"the noise has a deviation of {wide:.1f}, and the budget asks for {asked:.1f}")
    most = math.exp(epsilon) / (1 + math.exp(epsilon))
    guessed, chance = right / DAYS, DEVIATIONS * math.sqrt(most * (1 - most) / DAYS)
    holds(guessed <= most + chance, f"whether somebody was there is guessed right {100 * guessed:.0f} % of the time")
    trial.measured.append(
        f"public figures: noise of {wide:.1f} people ({asked:.1f} asked for); whether one person was there on a day "
        f"is guessed right {100 * guessed:.0f} % of the time (by epsilon {epsilon:g}, at most {100 * most:.0f} %)"
    )


def _views(house: Installed, day: date, is_there: bool) -> Iterator[Arrival]:
    """A few people see an ad each; one person, if there, sees as many as count of anybody."""
    at = samples.NOON + (day - samples.NOON.date())
    seen = [(f"{ad}-{n}", ad) for ad in EVERY_AD for n in range(CROWD)]
    seen += [("the one", ad) for ad in EVERY_AD[: MOST["ad"]]] if is_there else []
    key = house.engine.store.events.viewer_key(at)
    for who, ad in seen:
        house.number += 1
        event = samples.event(house.number, kind="impression", price=0, at=at)
        event = replace(
            event, ad_id=AdId(ad), adset_id=AdSetId(ad), campaign_id=CampaignId("autumn"),
            advertiser_id=AdvertiserId("boots"), placement_id=PlacementId(ad),
        )  # fmt: skip
        yield Arrival(event=event, viewer=blake2b(who.encode(), key=key, digest_size=16).digest())


def _are_bands(figures: Sequence[Mapping[str, Any]]) -> None:
    for one in figures:
        people = one["recipients"]
        if people is not None:
            holds(people["least"] >= LEAST_PEOPLE, f"a figure of {people['least']} people is published")
            holds(people["below"] >= 2 * people["least"], f"{people} says more than about how many")


PROOFS = (
    Proof(
        number=39,
        says="The public ad repository is complete, holds no personal data, and keeps an ad for one year.",
        tries="ads that are seen, changed, taken away and brought back over years, by members with profiles; after "
        "each step all of the repository, as pages and as a table, against what was seen and the ledger",
        cases=12,
        full=300,
        try_it=_repository_is_whole,
    ),
)
