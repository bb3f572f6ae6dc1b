"""Trials in tables: what was found, metric by metric, and what is planned, design by design."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from adtailor.cli.shown import shown
from adtailor.domain.findings import Finding, Findings, Interval
from adtailor.journeys.run_trial import Listed
from adtailor.measure.experiments.plan import Plan, SiteVariance
from adtailor.measure.experiments.words import amount, headline

_STYLES = {"better": "green", "no worse": "green", "worse": "red", "may be worse": "yellow", "exploratory": "dim"}


def found(findings: Findings, *, is_watched: bool = False) -> RenderableType:
    """What a look found; `is_watched` for what may be looked at all the time."""
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in ("Metric", "Arm", "Control", "Arm's", "Change", "95 % interval", "Verdict", "By"):
        table.add_column(column, overflow="fold")
    for one in findings.findings:
        role = "" if one.role == "secondary" else f" ({one.role})"
        table.add_row(
            f"{one.metric}{role}",
            one.arm,
            amount(one.metric, one.control),
            amount(one.metric, one.treated),
            f"{one.relative.value:+.2%}",
            _interval(one.relative),
            Text(_verdict(one), style=_STYLES.get(one.verdict, "")),
            one.method,
        )
    people = ", ".join(f"{name} {count:,}" for name, count in zip(findings.arms, findings.people, strict=True))
    ratio = findings.sample_ratio
    lines = [
        Text(shown(findings.question, 200), style="bold"),
        Text(
            f"grade {findings.grade}; people: {people}; {findings.information:.0%} of the planned information; "
            + (f"sample ratio p = {ratio.always_p_value:.3g}" + (" BROKEN" if ratio.is_broken else ", as planned"))
        ),
    ]
    if not is_watched:
        lines.insert(1, Text(headline(findings), style="bold"))
        lines.append(Text(f"look {findings.look}, registered as {(findings.hash or '')[:12]}"))
    elif ratio.is_broken:
        lines.insert(1, Text(headline(findings), style="bold red"))
    notes = [Text(f"note: {note}", style="dim") for note in findings.notes]
    return Group(*lines, *([table] if findings.findings else [Text("no guardrail was registered")]), *notes)


def listed(trials: Sequence[Listed]) -> Table:
    """All trials."""
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in ("Id", "Design", "Grade", "State", "Looks", "Registered as", "Says"):
        table.add_column(column, overflow="fold")
    for one in trials:
        trial = one.trial
        registration = trial.registration
        table.add_row(
            registration.id,
            registration.design,
            registration.grade,
            trial.status,
            str(one.looks),
            trial.hash[:12],
            Text(shown(headline(one.last.findings) if one.last else registration.question, 160)),
        )
    return table


def planned(site: SiteVariance, plans: Sequence[Plan]) -> RenderableType:
    """How many people each design needs."""
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in ("Design", "People", "By a t-test", "Found by all people of this site"):
        table.add_column(column, justify="left" if column == "Design" else "right")
    for one in plans:
        table.add_row(one.design, f"{one.people:,}", f"{one.people_plain:,}", f"{one.found_at_site:.2%}")
    return Group(
        Text(
            f"{site.people:,} people in {site.days:g} days; a person's revenue varies {site.variation:.2f} times its "
            f"mean, and goes with that of before at r = {site.correlation:.2f}."
        ),
        table,
    )


def _verdict(one: Finding) -> str:
    return f"{one.verdict}: a lift" if one.is_word_lift else one.verdict


def _interval(interval: Interval) -> str:
    return f"{interval.low:+.2%} to {interval.high:+.2%}"
