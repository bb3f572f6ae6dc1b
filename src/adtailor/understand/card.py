"""The model card: for each head what it does, from which rows, how well on which, and what it is not for."""

from collections.abc import Sequence
from dataclasses import dataclass

from adtailor.understand.labelled import Rows


@dataclass(frozen=True, slots=True)
class Score:
    """A number, and the rows it was measured on."""

    name: str
    value: float
    measured_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadReport:
    """One section of the card."""

    name: str
    does: str
    data: tuple[str, ...]
    sizes: str
    scores: tuple[Score, ...]
    notes: tuple[str, ...]
    not_for: str


def card(reports: Sequence[HeadReport], *, encoder: str, encoder_sha256: str, seed: int, sets: Sequence[Rows]) -> str:
    """Markdown; the same inputs give the same text."""
    lines = [
        "# Text heads of adtailor",
        "",
        f"Small linear models on the frozen vectors of `{encoder}` (MIT), made by `adtailor train heads`, seed {seed}.",
        f"The encoder's sha256 is `{encoder_sha256}`.",
        "",
        "Languages: English only. Posts in other languages are not read by these heads; the reading says `abstained`.",
        "None of the rows below is contained in these files; only weights are.",
        "",
        "| set | what | rows | licence |",
        "|---|---|---|---|",
        *(f"| {rows.name} | {rows.source} | {len(rows.texts)} | {rows.licence} |" for rows in sets),
        "",
        "The official test parts of these sets were not used. Numbers are from one run.",
        "A split is by a hash of the text, so no text is on two sides of it.",
    ]
    for report in reports:
        lines += ["", *_section(report)]
    return "\n".join(lines) + "\n"


def _section(report: HeadReport) -> list[str]:
    return [
        f"## {report.name}",
        f"{report.does[0].upper()}{report.does[1:]}.",
        "",
        f"- Data: {'; '.join(report.data)}",
        f"- Sizes: {report.sizes}",
        *(f"- {note}" for note in report.notes),
        f"- Not for: {report.not_for}.",
        "",
        "| score | value | measured on |",
        "|---|---|---|",
        *(f"| {score.name} | {score.value:.3f} | {score.measured_on} |" for score in report.scores),
    ]
