"""The operator's page of what signals and models earned, and its picture."""

from dataclasses import replace

import numpy as np

from adtailor.console.ledger_picture import LEFT, ROW, TOP, draw_ledger
from adtailor.domain.worth import Earned, Estimate, batch_cost
from adtailor.journeys.ledger import Ledger, Ledgers
from adtailor.journeys.reports import Reports
from adtailor.measure.ledger import Prices, ledger

from .conftest import NOW, House

PRICES = Prices(hour=40_000.0, impressions=1000)

LOOK = Earned(
    signals=frozenset({"look"}),
    contrast="without",
    grade="E",
    source="2 worlds, seeds 1 to 2",
    revenue=Estimate(value=300_000.0, error=10_000.0),
    baseline=9_000_000.0,
    people=800,
    is_decided=True,
)


def shows(house: House, *evidence: Earned) -> str:
    store = house.store
    reports = Reports(ledger=store.ledger, source=store.catalogue)
    made = Ledgers(
        trials=store.trials, costs=store.reading_costs, reports=reports, hour=40_000, simulated=lambda: evidence
    )
    object.__setattr__(house.rooms, "ledgers", made)
    return house.client.get("/operator/ledger").text


def test_without_evidence_every_row_says_so_and_there_is_no_picture(house: House) -> None:
    html = shows(house)
    assert html.count("no evidence") == 7
    assert "adtailor simulate" in html
    assert "ledger.png" not in html


def test_what_was_simulated_is_called_simulated_and_never_lift(house: House) -> None:
    house.store.reading_costs.took([batch_cost(model="sees@1", reader="look", posts=4, seconds=0.4)], NOW)
    html = shows(house, LOOK)
    assert "simulated" in html
    assert "adtailor simulate" not in html, "there is something to look at"
    assert "2 worlds, seeds 1 to 2" in html
    assert "0.30" in html
    assert "nothing shown yet" in html
    assert "lift" not in html.replace("only A and B may say lift", "")
    picture = house.client.get("/operator/ledger.png")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")


def test_a_placebo_stands_beside_with_its_interval_and_is_told_of_where_it_is_not_nothing(house: House) -> None:
    # 0.02 and 1.96 x 0.03 to each side: -0.039 to 0.079.
    placebo = replace(LOOK, contrast="placebo", revenue=Estimate(value=20_000.0, error=30_000.0))
    html = " ".join(shows(house, LOOK, placebo).split())
    assert "placebo 0.02" in html
    assert "(-0.0388 to 0.0788)" in html
    assert "its placebo holds 0" in html
    assert "not the signal&#39;s alone" in shows(
        house, LOOK, replace(placebo, revenue=Estimate(value=90_000.0, error=1.0))
    )


def test_the_picture_draws_the_placebo_under_its_row(house: House) -> None:
    house.store.reading_costs.took([batch_cost(model="sees@1", reader="look", posts=4, seconds=0.4)], NOW)
    placebo = replace(LOOK, contrast="placebo", revenue=Estimate(value=-600_000.0, error=50_000.0))
    made = Ledger(
        rows=ledger([LOOK, placebo], house.store.reading_costs.reading_costs(NOW.date(), NOW.date()), PRICES),
        hour=40_000, days=1, posts=4, impressions=1000, revenue=0, unread=(), made_at=NOW,
    )  # fmt: skip
    bare = replace(made, rows=ledger([LOOK], house.store.reading_costs.reading_costs(NOW.date(), NOW.date()), PRICES))
    with_it, without = (np.asarray(draw_ledger(one, "EUR")) for one in (made, bare))
    assert with_it.shape == without.shape
    # Its interval lies left of zero, where without it the picture has no room at all.
    row = TOP + ROW // 2 + 13
    assert (with_it[row, LEFT : LEFT + 200] < 200).any()
    assert not (without[row, LEFT : LEFT + 200] < 200).any()
