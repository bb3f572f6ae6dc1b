"""The scoreboard as one page that loads nothing, for an operator to publish."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adtailor.testing.trust.figures import Figure
    from adtailor.testing.trust.proof import Outcome, Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One promise and what came of trying it, as it is told."""

    number: int
    says: str
    tries: str
    cases: int
    seconds: float
    result: str
    """kept or BROKEN."""
    broken: str | None
    left_out: tuple[str, ...]
    measured: tuple[str, ...]
    is_kept: bool

    @classmethod
    def of(cls, proof: "Proof", outcome: "Outcome") -> "Row":
        """The line of a proof."""
        return cls(
            number=proof.number,
            says=proof.says,
            tries=proof.tries,
            cases=outcome.cases,
            seconds=round(outcome.seconds, 2),
            result="kept" if outcome.is_kept else "BROKEN",
            broken=outcome.broken,
            left_out=outcome.left_out,
            measured=outcome.measured,
            is_kept=outcome.is_kept,
        )


def page_of(
    rows: Sequence[Row],
    figures: Sequence["Figure"],
    *,
    version: str,
    policy: str,
    seed: int,
    started: datetime,
    command: str,
    python: str,
) -> str:
    """The whole page: no script, nothing from elsewhere, readable without colours and by those who listen.

    >>> from datetime import UTC
    >>> "<script" in page_of([], [], version="1", policy="standard@1", seed=1,
    ...     started=datetime(2026, 11, 26, tzinfo=UTC), command="adtailor trust", python="3.11")
    False
    """
    kept, cases = sum(row.is_kept for row in rows), sum(row.cases for row in rows)
    facts = (
        ("Tried on", f'<time datetime="{started.isoformat()}">{started:%d %B %Y, %H:%M} UTC</time>'),
        ("Version", f"adtailor {escape(version)}, Python {escape(python)}"),
        ("Policy", escape(policy)),
        ("Seed", str(seed)),
        ("Cases", f"{cases:,} in {sum(row.seconds for row in rows):,.0f} seconds"),
        ("The same again", f"<code>{escape(command)}</code>"),
    )
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)
    body = "".join(map(_row, rows))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{kept} of {len(rows)} promises kept</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{kept} of {len(rows)} promises kept</h1>
<p>What this installation promises the people who see its ads. Each promise was tried on random cases by a program
that looks for one that breaks it; a promise that fails is listed with that case.</p>
<dl>{listed}</dl>
<div class="wide" role="region" aria-labelledby="promises" tabindex="0">
<table>
<caption id="promises">The promises, what was tried, and what came of it</caption>
<thead><tr><th scope="col">No.</th><th scope="col">Promise</th><th scope="col">Cases</th><th scope="col">Seconds</th>
<th scope="col">Result</th></tr></thead>
<tbody>{body}</tbody>
</table>
</div>
{_figures(figures)}
</main>
</body>
</html>
"""


def _row(row: Row) -> str:
    notes = "".join(f"<li>{escape(note)}</li>" for note in (*row.measured, *row.left_out))
    broken = f'<p class="broken">{escape(row.broken)}</p>' if row.broken else ""
    listed = f"<ul>{notes}</ul>" if notes else ""
    mark = "✓ kept" if row.is_kept else "✗ broken"
    return (
        f'<tr class="{row.result.lower()}"><td>{row.number}</td>'
        f'<th scope="row">{escape(row.says)}<p class="tries">Tried: {escape(row.tries)}.</p>{listed}{broken}</th>'
        f'<td>{row.cases:,}</td><td>{row.seconds:.1f}</td><td class="result">{mark}</td></tr>\n'
    )


def _figures(figures: Sequence["Figure"]) -> str:
    if not figures:
        return ""
    lines = "".join(
        f'<tr><th scope="row">{escape(one.name)}</th><td>{escape(one.measured)}</td><td>{escape(one.asked_for)}</td>'
        f'<td class="result">{"✓" if one.is_kept else "✗ broken"}</td></tr>'
        for one in figures
    )
    return (
        '<div class="wide" role="region" aria-labelledby="figures" tabindex="0"><table>'
        '<caption id="figures">The figures</caption><thead><tr><th scope="col">Figure</th>'
        '<th scope="col">Measured</th><th scope="col">Asked for</th>'
        f'<th scope="col">Result</th></tr></thead><tbody>{lines}</tbody></table></div>'
    )


_STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1f; --soft: #55555f; --line: #c8c8d0; --paper: #fff; }
:root { --bad: #a3000f; --good: #00602b; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ececf1; --soft: #b4b4c0; --line: #44444f; --paper: #17171b; --bad: #ff9a9a; --good: #7fe0a4; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 64rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin-top: 1.5rem; }
caption { text-align: left; font-weight: 600; padding-bottom: .5rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-top: 1px solid var(--line); }
tbody th { font-weight: 500; } thead th { color: var(--soft); font-weight: 600; }
td { white-space: nowrap; font-variant-numeric: tabular-nums; }
.tries, ul { color: var(--soft); font-size: .875rem; font-weight: 400; margin: .15rem 0 0; }
ul { padding-left: 1.1rem; }
.broken { color: var(--bad); font-size: .875rem; overflow-wrap: anywhere; white-space: normal; margin: .25rem 0 0; }
.kept .result { color: var(--good); } tr.broken .result { color: var(--bad); font-weight: 600; }
"""
