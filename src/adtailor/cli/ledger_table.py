"""The ledger as a table at a prompt."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adtailor.domain.money import about, written
from adtailor.domain.worth import CONTRASTS, GRADE_WORDS, PLACEBO_WORDS, Estimate
from adtailor.journeys.ledger import Ledger
from adtailor.measure.ledger import LedgerRow

STYLES = {
    "earns": "green",
    "costs": "red",
    "insufficient data": "yellow",
    "nothing shown yet": "yellow",
    "no evidence": "dim",
}


def print_ledger(made: Ledger, currency: str) -> None:
    """One row for each subject and grade, then what they rest on."""
    console = Console(width=None if Console().is_terminal else 150)
    table = Table(title=f"What signals and models earned, in {currency} per 1000 impressions")
    for name in ("", "evidence", "revenue more", "cost", "net", "says", "pays from", "beside"):
        table.add_column(name, justify="right" if name in {"revenue more", "cost", "net", "pays from"} else "left")
    kind = "signal"
    for row in made.rows:
        if row.kind != kind:
            table.add_section()
            kind = row.kind
        table.add_row(*_cells(row))
    console.print(table)
    for line in notes(made, currency):
        console.print(Text(line, style="dim"))


def notes(made: Ledger, currency: str) -> list[str]:
    """What the rows rest on, and what is missing."""
    per_mille = made.revenue_per_mille
    earns = "nothing was shown yet" if per_mille is None else f"1000 impressions earn {about(per_mille)} now"
    over = f"Over {made.days} days: {made.posts:,} posts read, {made.impressions:,} impressions; {earns}."
    said = [
        f"{over} An hour of reading is declared to cost {currency} {written(made.hour)}.",
        "; ".join(f"{grade} {words}" for grade, words in GRADE_WORDS.items()) + ". Only A and B say lift.",
    ]
    said += [f"Trial {trial_id} says nothing yet: {why}." for trial_id, why in made.unread]
    needed = sorted({(row.name, row.earned.needed) for row in made.rows if row.earned and row.earned.needed})
    said += [f"{name}: {people:,} people are needed for an answer." for name, people in needed if people]
    said += [
        f"{row.name}: its placebo {PLACEBO_WORDS[says]}."
        for row in made.rows
        if (says := row.placebo_says) is not None and says != "nothing"
    ]
    if not any(row.earned for row in made.rows):
        said.append("No trial was read: `adtailor trial plan` says how many people one needs.")
    return said


def _cells(row: LedgerRow) -> list[Text | str]:
    earned, grade = row.earned, row.grade
    said = "" if grade is None else f"{grade} {row.said}"
    return [
        row.name,
        said,
        "" if earned is None else _money(earned.revenue, row.bound),
        "" if row.cost is None else about(row.cost.value),
        "" if row.net is None else _money(row.net, row.bound),
        Text(row.says, style=STYLES[row.says]),
        "" if row.break_even is None or not row.cost or not row.cost.value else f"{100 * row.break_even:.2f} %",
        ", ".join(
            f"{contrast} {_money(row.beside[contrast].revenue, row.beside[contrast].bound)}"
            for contrast in CONTRASTS
            if contrast in row.beside
        ),
    ]


def _money(estimate: Estimate, bound: float) -> str:
    low, high = estimate.interval(bound)
    return f"{about(estimate.value)} ({about(low)} to {about(high)})"
