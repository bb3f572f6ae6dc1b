"""The operator's page of what signals and models earned, and its picture."""

from adtailor.domain.worth import Earned, Estimate, batch_cost
from adtailor.journeys.ledger import Ledgers
from adtailor.journeys.reports import Reports

from .conftest import NOW, House

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
    assert "ledger.png" not in html


def test_what_was_simulated_is_called_simulated_and_never_lift(house: House) -> None:
    house.store.reading_costs.took([batch_cost(model="sees@1", reader="look", posts=4, seconds=0.4)], NOW)
    html = shows(house, LOOK)
    assert "simulated" in html
    assert "2 worlds, seeds 1 to 2" in html
    assert "0.30" in html
    assert "nothing shown yet" in html
    assert "lift" not in html.replace("only A and B may say lift", "")
    picture = house.client.get("/operator/ledger.png")
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
