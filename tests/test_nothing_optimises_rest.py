"""How often a rest is taken is published, and reaches nothing that decides, learns, tries or simulates."""

import ast
from pathlib import Path

import adtailor

ROOT = Path(adtailor.__file__).parent
NAMES = {"RestCounts", "RestTold", "RestEvent", "RestReport", "rest_counts", "rest_report", "told_by_answer"}
MAY = {
    "assemble.py", "cli/report.py", "cli/rest_table.py", "console/operator.py", "domain/wellbeing.py",
    "journeys/fill_page.py", "journeys/people.py", "journeys/statement.py", "measure/rest.py", "ports.py",
    "service/money.py",
    "service/wire/rest.py", "storage/memory.py", "storage/memory_rows.py", "storage/people.py",
    "storage/rest_counts.py", "storage/sqlite.py", "storage/tables.py", "testing/people_suite.py",
    "wellbeing/desk.py", "wellbeing/rest.py",
}  # fmt: skip
"""Who counts, keeps and shows it. `fill_page` hands over that a card was shown, and reads nothing back."""


def known_in(source: str) -> set[str]:
    """The names of the counts that a file speaks of."""
    if not any(name in source for name in NAMES):
        return set()  # nothing to take apart
    tree = ast.parse(source)
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    named |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            named |= {alias.name for alias in node.names}
    return named & NAMES


def test_t26_only_those_who_count_and_publish_rests_know_of_them() -> None:
    found = {str(path.relative_to(ROOT)): known_in(path.read_text("utf-8")) for path in ROOT.rglob("*.py")}
    knows = {path for path, names in found.items() if names}
    assert knows <= MAY, knows - MAY
    assert "storage/rest_counts.py" in knows  # the walk finds what is there


def test_t26_a_page_that_is_filled_reads_no_count_back() -> None:
    names = known_in((ROOT / "journeys" / "fill_page.py").read_text("utf-8"))
    assert not names & {"rest_counts", "rest_report", "RestCounts", "RestReport"}
