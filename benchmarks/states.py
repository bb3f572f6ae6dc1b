"""make bench ARGS=states: precision and recall of the well-being states over several posts of one person."""

from adtailor.assemble import states_report
from adtailor.config.settings import Settings


def run() -> list[tuple[str, str, str]]:
    """One row per figure; the goal is the promise: precision of at least .80 at 5 % prevalence."""
    report = states_report(Settings())
    rows: list[tuple[str, str, str]] = []
    for score in report.scores:
        name = f"well-being state S{int(score.state)}"
        rows.append((f"{name}: precision at {report.prevalence:.0%} prevalence", str(score.precision), ">= .80"))
        rows.append((f"{name}: recall of those for whom it was due", str(score.recall), "printed"))
    return rows
