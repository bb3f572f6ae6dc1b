"""Every threat of docs/security.md names a test, every test that is named exists, and no table leaves one out."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("security.md", "consent-strings.md")
TESTS = {
    name
    for file in (ROOT / "tests").rglob("*.py")
    for name in re.findall(r"^\s*def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
}
THREATS = [
    line
    for line in (ROOT / "docs" / "security.md").read_text("utf-8").splitlines()
    if re.match(r"\| [STRIDE] \|", line)
]


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_is_named_exists(page: str) -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / page).read_text("utf-8")))
    assert named - TESTS == set()


def test_every_threat_names_what_stands_against_it_and_a_test() -> None:
    assert len(THREATS) >= 40
    for line in THREATS:
        _, kind, threat, defence, tests, _ = line.split("|")
        assert kind.strip() in "STRIDE"
        assert len(threat.split()) > 2, line
        assert len(defence.split()) > 1, line
        assert re.findall(r"`test_\w+`", tests), line


def test_every_letter_of_stride_is_looked_at() -> None:
    assert {line[2] for line in THREATS} == set("STRIDE")


def test_every_key_that_there_is_stands_in_the_table_of_keys(tmp_path: Path) -> None:
    from adtailor.storage import SqliteStore

    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    names = {"token": "events", "installation": "hash"}
    with SqliteStore(tmp_path) as store:
        for key in store.key_ring():
            assert names.get(key.name, key.name) in page
