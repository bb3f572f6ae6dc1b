"""The quality table at a prompt: what was read, the scores with their intervals, and a row per label."""

import math
from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adtailor.cli.shown import shown
from adtailor.journeys.evaluate_scores import Evaluation, LabelScores
from adtailor.maths.bootstrap import Estimate

NOTHING = "-"
FEW = 20
"""Fewer true posts than that say little of a label."""


def print_evaluation(
    console: Console,
    found: Evaluation,
    *,
    file: str,
    unlabelled: int = 0,
    empty: int = 0,
    absent: Sequence[str] = (),
) -> None:
    """Everything but the curve."""
    console.print(Text.assemble((found.part, "bold"), " on ", (shown(file, 60), "bold")), soft_wrap=True)
    for line in _counts(found, unlabelled, empty, absent):
        console.print(Text(line, style="dim"))
    if not found.scores:
        console.print(Text("no post was read, so nothing is measured", style="yellow"))
        return
    console.print(_scores(found))
    if len(found.labels) > 1:
        console.print(_labels(found))
        console.print(
            Text(f"at {found.prevalence:.2g}: precision where that share of posts has the label", style="dim")
        )


def _counts(found: Evaluation, unlabelled: int, empty: int, absent: Sequence[str]) -> list[str]:
    said = [f"{found.read:,} of {found.posts:,} posts read"]
    if found.abstained:
        said.append(f"{sum(found.abstained.values()):,} abstained ({_named(found.abstained)})")
    if found.failed:
        said.append(f"{sum(found.failed.values()):,} failed ({_named(found.failed)})")
    if unlabelled:
        said.append(f"{unlabelled:,} rows without a label left out")
    if empty:
        said.append(f"{empty:,} rows without a post left out")
    lines = [", ".join(said)]
    if absent and found.part in {"emotions", "sentiment"}:
        lines.append(f"no row has {', '.join(absent)}: left out of every mean")
    model = " ".join(dict.fromkeys(name for slot, name in found.models.items() if slot in {"text", "heads", "look"}))
    lines.append(f"{model}; 95 % intervals from {found.rounds:,} draws, seed {found.seed}")
    return lines


def _named(counts: Mapping[str, int]) -> str:
    most = list(counts.items())[:4]
    rest = sum(list(counts.values())[4:])
    named = ", ".join(f"{shown(name, 24)} {count:,}" for name, count in most)
    return f"{named}, others {rest:,}" if rest else named


def _scores(found: Evaluation) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("score", style="bold")
    table.add_column("value", justify="right")
    table.add_column("95 % interval", style="dim")
    table.add_column("", style="dim")
    for score in found.scores:
        one = score.estimate
        table.add_row(score.name, number(one.value), interval(one), score.about)
    return table


def _labels(found: Evaluation) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("label", style="bold", no_wrap=True)
    at = f"at {found.prevalence:.2g}"
    for name in ("true", "told", "F1", "interval", "rec", "prec", at, "AUC", "ECE", "skill"):
        table.add_column(name, justify="right", no_wrap=True, style="dim" if name == "interval" else "")
    for row in sorted(found.labels, key=lambda row: -row.f1.value):
        table.add_row(*_row(row), style="dim" if row.true < FEW else "")
    return table


def _row(row: LabelScores) -> tuple[str | Text, ...]:
    skill = row.brier_skill
    return (
        shown(row.label, 15),
        f"{row.true:,}",
        f"{row.told:,}",
        number(row.f1.value, 2),
        f"{number(row.f1.low, 2)}-{number(row.f1.high, 2)}",
        number(row.recall.value, 2),
        number(row.precision.value, 2),
        number(row.precision_at.value, 2),
        number(row.area.value, 2) if row.area else NOTHING,
        number(row.calibration_error.value, 3) if row.calibration_error else NOTHING,
        Text(number(skill.value, 2), style="red" if skill.value < 0 else "") if skill else NOTHING,
    )


def number(value: float, digits: int = 3) -> str:
    """A number as short as it can be read: .62, 1.00, -.13; a dash where there is none."""
    if math.isnan(value):
        return NOTHING
    said = f"{value:.{digits}f}"
    return said.replace("0.", ".", 1) if abs(value) < 1 and not said.lstrip("-").startswith("1") else said


def interval(one: Estimate) -> str:
    """From and to."""
    return NOTHING if math.isnan(one.low) else f"{number(one.low)} to {number(one.high)}"
