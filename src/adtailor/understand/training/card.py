"""The model card: for each head what it does, from which rows, how well on which, and what it is not for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adtailor.understand.training.corpora import Corpus
from adtailor.understand.training.labelled import Rows


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


def card(
    reports: Sequence[HeadReport],
    *,
    made_by: str,
    sets: Sequence[Rows],
    own: Mapping[str, Corpus],
    curve: str = "",
) -> str:
    """Markdown; the same inputs give the same text."""
    lines = [
        "# How adtailor reads text",
        "",
        f"{made_by[0].upper()}{made_by[1:]}.",
        "",
        "Languages: English only. Posts in other languages are not read by these heads; the reading says `abstained`.",
        "None of the rows below is contained in these files; only weights are.",
        "",
        "| set | what | rows | licence |",
        "|---|---|---|---|",
        *(f"| {rows.name} | {rows.source} | {len(rows.texts)} | {rows.licence} |" for rows in sets),
        *(
            f"| examples/{name}.toml | own words; learned from [learn], measured on [check] "
            f"| {_count(corpus.learn)} + {_count(corpus.check)} | Apache-2.0 |"
            for name, corpus in own.items()
        ),
        "",
        "The official test parts of these sets were not used. Numbers are from one run.",
        "A split is by a hash of the text, so no text is on two sides of it. What calibrates was not learned from: an",
        "eighth of each set and of each [learn], goemotions/dev, topic_examples.toml.",
    ]
    if curve:
        lines += ["", "## Training", curve]
    for report in reports:
        lines += ["", *_section(report)]
    return "\n".join(lines) + "\n"


def _count(posts: Mapping[str, Sequence[str]]) -> int:
    return sum(map(len, posts.values()))


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
