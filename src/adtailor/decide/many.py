"""Many pages decided at once over arrays: the same winners and prices as `deciding`, without accounts and reasons.

For simulations, where a world asks millions of times. It holds plain auctions: bids alone (no promised and no house
ads), generalised second prices, no spacing and no exploration. Whatever else it does not take it refuses, and a test
holds it to `deciding`, winner by winner and price by price.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.decide.allocate import Arrays, Slots, clash, columns_of, may_stand
from adtailor.decide.catalogue import Catalogue, stable_hash
from adtailor.errors import InvalidInput
from adtailor.maths.scoring import AdColumns, Eligibility, Query, click_rates_into, mixed_bits, weigh
from adtailor.ports import RequestSide


@dataclass(frozen=True, slots=True, kw_only=True)
class Purses:
    """What ads bid and whether they can pay, for each purse that pages draw on; shapes (purses, ads)."""

    bids: NDArray[np.float64]
    per_impression: NDArray[np.float64]
    per_click: NDArray[np.float64]
    open: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Many pages; first axis of every array: pages. Ads are in the order of the catalogue."""

    tables: tuple[NDArray[np.float32], ...]
    """Per signal, in the ranker's order: what each of its values adds to the logit of each ad; shape (values, ads)."""
    values: NDArray[np.int32]
    """(pages, signals): which row of each table holds here; -1 where the signal is not in play."""
    mood_shares: NDArray[np.float64]
    """(moods, ads): the share of its value by which a mood moves an ad."""
    moods: NDArray[np.int32]
    """-1 where no mood is known or used."""
    may: NDArray[np.bool_]
    """(classes, ads): whether an ad may stand before such a class of page."""
    classes: NDArray[np.int32]
    seen: NDArray[np.int32]
    """(people, ads): how often each was shown today."""
    people: NDArray[np.int32]
    purses: NDArray[np.int32]
    places: NDArray[np.int32]
    """How many of the slots the page has."""
    ties: NDArray[np.uint64]
    """Hashes of the request ids, by which equal values are settled."""

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Won:
    """Who won each slot, -1 for nobody, and at what price per event; shapes (pages, slots)."""

    ads: NDArray[np.int32]
    prices: NDArray[np.int64]
    click_rates: NDArray[np.float64]


def decide_many(pages: Pages, purses: Purses, *, catalogue: Catalogue, slots: Slots) -> Won:
    """The winners and prices of all pages, each on its own."""
    if catalogue.tiers.is_mixed or slots.spacing:
        raise InvalidInput(
            "tiers or spacing among many pages", hint="ask `decide` for pages with promised or house ads, or spacing"
        )
    shape = (len(pages), len(slots))
    won = Won(
        ads=np.full(shape, -1, dtype=np.int32),
        prices=np.zeros(shape, dtype=np.int64),
        click_rates=np.zeros(shape),
    )
    ads = len(catalogue)
    columns = columns_of(catalogue)
    _decide_many(
        (catalogue.scoring.bias, catalogue.daily_caps, catalogue.scoring.name_hashes),
        pages.tables,
        (pages.values, pages.moods, pages.classes, pages.people, pages.purses, pages.places, pages.ties),
        (pages.mood_shares, pages.may, pages.seen),
        (purses.bids, purses.per_impression, purses.per_click, purses.open),
        columns,
        (slots.formats, slots.floors, slots.conversion_floors, slots.positions),
        (won.ads, won.prices, won.click_rates),
        (np.empty(ads), np.empty(ads), np.empty(ads), np.empty(ads, dtype=np.bool_)),
        np.empty(len(slots), dtype=np.int32),
    )
    return won


def purses_of(catalogue: Catalogue, shares: NDArray[np.float64], is_open: NDArray[np.bool_]) -> Purses:
    """Each purse as `Catalogue.with_bids` and `budget_open` would say it; both of shape (purses, ads)."""
    full = catalogue.in_full
    bids = np.floor(catalogue.amounts * np.where(catalogue.tiers.takes_floors, shares, 1.0))
    exact = np.divide(bids, catalogue.amounts, out=np.ones_like(bids), where=catalogue.amounts > 0.0)
    return Purses(bids=bids, per_impression=full.per_impression * exact, per_click=full.per_click * exact, open=is_open)


def what_adds(ads: AdColumns, side: RequestSide, *, affect: NDArray[np.float32]) -> tuple[NDArray[np.float32], Any]:
    """What each part of a request adds to each ad, by the arithmetic of the pass, and the share that a mood moves.

    Shapes (parts, ads) and (ads,). The parts may be of one request, or one part each of many.
    """
    everybody = np.ones(len(ads.bias), dtype=np.bool_)
    never = np.zeros(len(ads.bias), dtype=np.uint8)
    query = Query(
        bias=side.bias,
        parts=side.parts,
        part_bits=np.zeros(len(side.parts), dtype=np.uint8),
        tone=np.zeros(ads.tones.shape[1], dtype=np.float32),
        affect=affect,
        tone_bit=0,
        affect_bit=0,
        tie_hash=0,
    )
    weighed = weigh(
        ads,
        query,
        Eligibility(may=everybody, fails_with=never, fails_without=never),
        np.arange(len(ads.bias), dtype=np.int32),
    )
    return weighed.adds, weighed.affect_shares


def ties_of(request_ids: Sequence[str]) -> NDArray[np.uint64]:
    """By what equal values are settled on each page."""
    return np.array([stable_hash(name) for name in request_ids], dtype=np.uint64)


@njit(cache=True, nogil=True, error_model="numpy")
def _decide_many(  # noqa: PLR0912, PLR0917  # compiled: arrays, by position
    ads: Arrays,
    tables: Arrays,
    of_pages: Arrays,
    shared: Arrays,
    purses: Arrays,
    columns: Arrays,
    terms: Arrays,
    out: Arrays,
    scratch: Arrays,
    above: NDArray[np.int32],
) -> None:
    bias, caps, names = ads
    values, moods, classes, people, purse_of, places, ties = of_pages
    mood_shares, may, seen = shared
    bids, per_impression, per_click, is_open = purses
    winners, prices, rates_out = out
    logits, rates, worth, stays = scratch
    n = bias.shape[0]
    advertisers, starts, labels, formats, _, pays_conversions, takes_floors = columns
    for page in range(values.shape[0]):
        purse, mood = purse_of[page], moods[page]
        for i in range(n):
            logits[i] = np.float64(bias[i])
        for s in range(values.shape[1]):
            row = values[page, s]
            if row >= 0:
                add = tables[s][row]
                for i in range(n):
                    logits[i] += add[i]
        click_rates_into(logits, n, rates)
        for i in range(n):
            worth[i] = per_impression[purse, i] + per_click[purse, i] * rates[i]
            if mood >= 0:
                worth[i] *= 1.0 + mood_shares[mood, i]
            stays[i] = (
                worth[i] > 0.0 and may[classes[page], i] and is_open[purse, i] and seen[people[page], i] < caps[i]
            )
        here = (advertisers, starts, labels, formats, bids[purse], pays_conversions, takes_floors)
        for s in range(above.shape[0]):
            above[s] = -1
        for s in range(min(places[page], above.shape[0])):
            winner, runner_up = -1, -1
            for i in range(n):
                if not stays[i] or may_stand(i, s, here, terms) <= 0:
                    continue
                is_apart = True
                for t in range(s):
                    if above[t] >= 0 and clash(above[t], i, here):
                        is_apart = False
                        break
                if not is_apart:
                    continue
                if winner < 0 or _beats(i, winner, worth, names, ties[page]):
                    # Who is beaten is the runner-up, unless it is the same advertiser's; then the last one stays.
                    if winner >= 0 and advertisers[winner] != advertisers[i]:
                        runner_up = winner
                    winner = i
                elif advertisers[i] != advertisers[winner] and (
                    runner_up < 0 or _beats(i, runner_up, worth, names, ties[page])
                ):
                    runner_up = i
            above[s] = winner
            if winner < 0:
                continue
            floor = np.int64(terms[2][s] if pays_conversions[winner] else terms[1][s])
            bid = np.int64(here[4][winner])
            price = floor
            if runner_up >= 0:
                least = np.int64(np.ceil(bid * min(1.0, worth[runner_up] / worth[winner])))
                price = min(bid, max(floor, least))
            winners[page, s] = winner
            prices[page, s] = price
            rates_out[page, s] = rates[winner]


@njit(nogil=True)
def _beats(one: int, other: int, worth: NDArray[np.float64], names: NDArray[np.uint64], tie: np.uint64) -> bool:
    if worth[one] != worth[other]:
        return bool(worth[one] > worth[other])
    first, second = mixed_bits(names[one] ^ tie), mixed_bits(names[other] ^ tie)
    return bool(first > second or (first == second and one < other))
