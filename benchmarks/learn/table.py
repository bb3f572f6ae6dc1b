"""The comparison as a table: for a page in Markdown, for a program in JSON."""

import dataclasses
from typing import Any

from benchmarks.learn.comparison import Compared, Judged
from benchmarks.learn.metrics import Interval

HEADS = (
    "learner", "log-loss", "behind the best [95 %]", "over the truth", "NE", "AUC [95 %]", "calibration [95 %]",
    "advertisers within 2 SE", "rows/s of CPU", "CPU s", "tuning CPU s", "peak MB", "installed MB",
)  # fmt: skip


def markdown(compared: Compared, installed: dict[str, float]) -> str:
    """One log: best first; a learner that shares the best's place by chance is marked with a tilde."""
    log = compared.log
    lines = [
        f"### {log.name}: {log.validated:,} rows to train on, {log.rows - log.validated:,} to be judged on",
        "",
        "| " + " | ".join(HEADS) + " |",
        "|" + "---|" * len(HEADS),
    ]
    lines += ["| " + " | ".join(_cells(row, installed)) + " |" for row in compared.rows]
    lines += [f"| {name} | did not take part: {reason} |" + " |" * (len(HEADS) - 2) for name, reason in compared.absent]
    return "\n".join(lines)


def as_json(compared: Compared, installed: dict[str, float]) -> dict[str, Any]:
    """The same with nothing rounded, and the settings each chose."""
    log = compared.log
    return {
        "log": log.name,
        "train_rows": log.validated,
        "test_rows": log.rows - log.validated,
        "learners": [
            dataclasses.asdict(row) | {"installed_megabytes": installed.get(row.name)} for row in compared.rows
        ],
        "absent": [{"name": name, "reason": reason} for name, reason in compared.absent],
    }


def _cells(row: Judged, installed: dict[str, float]) -> list[str]:
    found = row.quality
    best = (
        "best" if row.behind.value == 0 else f"{row.behind.value:+.4f} [{row.behind.low:+.4f}, {row.behind.high:+.4f}]"
    )
    return [
        row.says,
        f"{found.log_loss.value:.4f}",
        best + (" ~" if row.behind.value > 0 >= row.behind.low else ""),
        "-" if row.excess is None else f"{row.excess:+.4f}",
        f"{found.normalised_entropy.value:.4f}",
        _interval(found.auc, 4),
        _interval(found.calibration, 3),
        f"{found.groups.within} of {found.groups.judged}" if found.groups.judged else "-",
        f"{_three_digits(row.rows_per_second):,}",
        f"{row.cpu:.1f}",
        f"{row.tuning:.0f}",
        f"{row.peak_megabytes:,.0f}",
        f"{installed[row.name]:,.0f}" if row.name in installed else "-",
    ]


def _interval(of: Interval, digits: int) -> str:
    return f"{of.value:.{digits}f} [{of.low:.{digits}f}, {of.high:.{digits}f}]"


def _three_digits(value: float) -> int:
    return int(float(f"{value:.3g}"))
