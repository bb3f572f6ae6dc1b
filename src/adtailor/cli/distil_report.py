"""What `adtailor distil` says: how long it will take, who agrees with whom, and what was promoted."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adtailor.journeys.distil import LEAST_JUDGED, Outcome
from adtailor.maths.bootstrap import Estimate
from adtailor.understand.distil.agreement import Agreement, Comparison
from adtailor.understand.distil.targets import PROMOTED


def say_estimate(console: Console, seconds: float, *, done: int, left: int) -> None:
    """How long the rest will take, by what the first ones took."""
    each = seconds / max(done, 1)
    rest = timedelta(seconds=round(each * left))
    hours = f" ({each * left / 3600:.1f} hours)" if each * left >= 3600 else ""
    console.print(
        Text(f"{each:.1f} s a post, the loading included: about {rest}{hours} for {left:,} more; ", style="dim")
        + Text("stop at any time, the same command goes on", style="dim")
    )


def print_outcome(
    console: Console, outcome: Outcome, *, teacher: str, posts: int, humans: int, where: Path | None
) -> None:
    """The tables, and one sentence for each part."""
    console.print(f"{teacher} labelled {posts:,} posts; people labelled {humans:,} texts.\n")
    if outcome.agreements:
        console.print(_agreements(outcome))
        console.print(_labels(outcome))
    else:
        console.print("Too few posts were labelled to learn anything: raise --limit, or take in more posts.")
    for comparison in outcome.comparisons:
        console.print(_verdict(comparison, is_promoted=comparison.part in outcome.better))
    judged = {comparison.part for comparison in outcome.comparisons}
    unjudged = sorted({one.part for one in outcome.agreements} - judged)
    if unjudged:
        console.print(
            f"{', '.join(unjudged)}: not judged, so not promoted: at least {LEAST_JUDGED} texts with labels by people "
            "are needed (--human)."
        )
    if where is not None and outcome.heads is not None:
        parts = ", ".join(sorted(outcome.better))
        said = f"Promoted: {outcome.heads.version} reads {parts} from the next start. Its card: {where / 'card.md'}."
        console.print(Text(f"{said} Go back with adtailor distil --undo.", style="bold"))
    else:
        console.print(Text("Nothing was promoted; the heads are as they were.", style="bold"))


def document_of(outcome: Outcome, *, teacher: str, posts: int) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "teacher": teacher,
        "posts": posts,
        "taught": dict(outcome.taught),
        "agreements": [
            {
                "part": one.part,
                "who": one.who,
                "texts": one.texts,
                "agreement": _plain(one.agreement),
                "kappa": _plain(one.kappa),
                "macro_f1": _interval(one.macro_f1),
                "labels": [
                    {"label": label.label, "n": label.positives, "agreement": _plain(label.agreement),
                     "kappa": _plain(label.kappa), "f1": _plain(label.f1)}
                    for label in one.labels
                ],
            }
            for one in outcome.agreements
        ],
        "comparisons": [
            {
                "part": one.part,
                "texts": one.texts,
                "current": _plain(one.current),
                "student": _plain(one.student),
                "gain": _interval(one.gain),
                "promoted": one.part in outcome.better,
            }
            for one in outcome.comparisons
        ],
        "promoted": outcome.heads.version if outcome.heads is not None else None,
    }  # fmt: skip


def card_of(outcome: Outcome, *, teacher: str, posts: int, seed: int) -> str:
    """What the heads are, how they were made, and what was measured of them."""
    version = outcome.heads.version if outcome.heads else "none"
    made = (
        f"Heads for {', '.join(sorted(outcome.better))}, learned from what {teacher} said of {posts:,} of this "
        f"installation's own posts. Seed {seed}. They correct the default heads and abstain wherever those do."
    )
    lines = [
        f"# {version}",
        "",
        made,
        "",
        "| part | texts that judge | current, macro-F1 | student | gain, 95 % |",
        "|---|---|---|---|---|",
        *(
            f"| {one.part} | {one.texts} | {one.current:.3f} | {one.student:.3f} | "
            f"{one.gain.value:+.3f} ({one.gain.low:+.3f} to {one.gain.high:+.3f}) |"
            for one in outcome.comparisons
        ),
        "",
        "| part | who | texts | agreement | kappa | macro-F1, 95 % |",
        "|---|---|---|---|---|---|",
        *(
            f"| {one.part} | {one.who} | {one.texts} | {one.agreement:.3f} | {one.kappa:.3f} | {_shown(one.macro_f1)} |"
            for one in outcome.agreements
        ),
        "",
        "Not for judging a person, nor for any language but English. `adtailor distil --undo` takes them back.",
    ]
    return "\n".join(lines) + "\n"


def _agreements(outcome: Outcome) -> Table:
    table = _table("Part", "Who", "Texts", "Agreement", "Kappa", "Macro-F1 (95 %)")
    last = None
    for one in outcome.agreements:
        if last is not None and last != one.part:
            table.add_section()
        last = one.part
        table.add_row(
            one.part, one.who, f"{one.texts:,}", f"{one.agreement:.2f}", f"{one.kappa:.2f}", _shown(one.macro_f1)
        )
    return table


def _labels(outcome: Outcome) -> Table:
    """Per label: what people said of the texts that judge, and how well each told it."""
    table = _table("Label", "Texts", "Teacher F1", "Current F1", "Student F1", "Teacher kappa", "Student kappa")
    by_part: dict[str, dict[str, Agreement]] = {}
    for one in outcome.agreements:
        by_part.setdefault(one.part, {})[one.who.split()[0] if one.who.endswith("people") else one.who] = one
    for part, who in by_part.items():
        if "teacher" not in who:
            continue
        found: Mapping[str, Mapping[str, Any]] = {
            name: {label.label: label for label in one.labels} for name, one in who.items()
        }
        for label in who["teacher"].labels:
            teacher, current, student = (found[name][label.label] for name in ("teacher", "current", "student"))
            name = label.label if label.label == part else f"{part}: {label.label}"
            table.add_row(
                name, str(label.positives), f"{teacher.f1:.2f}", f"{current.f1:.2f}", f"{student.f1:.2f}",
                f"{teacher.kappa:.2f}", f"{student.kappa:.2f}",
            )  # fmt: skip
    return table


def _verdict(one: Comparison, *, is_promoted: bool) -> Text:
    gain = f"{one.gain.value:+.3f} ({one.gain.low:+.3f} to {one.gain.high:+.3f})"
    said = f"{one.part}: {one.current:.3f} before, {one.student:.3f} now, {gain} on {one.texts} texts: "
    if is_promoted:
        return Text.assemble(said, ("better, promoted", "green"))
    if one.is_better and one.part not in PROMOTED:
        return Text.assemble(
            said, ("better, and not promoted: its threshold was measured with the head it has", "yellow")
        )
    return Text.assemble(said, ("not surely better, so not promoted", "yellow"))


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD, header_style="bold", border_style="dim", pad_edge=False, show_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place < 2 and column != "Texts" else "right")
    return table


def _shown(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _plain(value: float) -> float | None:
    return None if value != value else round(value, 4)  # noqa: PLR0124  # nan is none in JSON


def _interval(estimate: Estimate) -> dict[str, float | None]:
    return {"value": _plain(estimate.value), "low": _plain(estimate.low), "high": _plain(estimate.high)}
