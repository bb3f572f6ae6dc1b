"""The table of promises is that of the proofs."""

from pathlib import Path

from adtailor.testing.trust.table import table

HERE = Path(__file__).parents[2]


def test_the_table_of_promises_is_that_of_the_proofs_and_tests() -> None:
    made = table(HERE / "tests")
    written = (HERE / "docs" / "trust.md").read_text("utf-8")
    assert written == made, "python -m adtailor.testing.trust.table > docs/trust.md"
