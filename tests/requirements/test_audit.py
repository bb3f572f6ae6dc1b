"""The audit of what is installed finds each fault it is for, and none in what is locked here."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

FILE = Path(__file__).parents[2] / "requirements" / "audit.py"
GOOD = """\
a==1.0 \\
    --hash=sha256:00
numpy==2.4 ; python_version < '3.12' \\
    --hash=sha256:01
numpy==2.5 ; python_version >= '3.12' \\
    --hash=sha256:02
"""


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_locked_here_has_no_fault(audit: ModuleType) -> None:
    texts = {file: (FILE.parent / file).read_text("utf-8") for file in audit.LOCKS}
    assert audit.faults_of_locks(texts) == []
    assert all("argon2-cffi" in audit.pins(texts[file]) for file in ("base.txt", "test.txt"))


@pytest.mark.parametrize("name", ["statsmodels", "tea-tasting", "gbstats"])
def test_what_the_oracles_need_has_no_fault(audit: ModuleType, name: str) -> None:
    """Each file by itself: they are environments of their own, and may pin other versions than ours."""
    text = (FILE.parents[1] / "benchmarks" / "oracles" / "requirements" / f"{name}.txt").read_text("utf-8")
    assert audit.faults_of_locks({name: text}) == []
    assert name in audit.pins(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a>=1.0\n", "not pinned"),
        ("a==1.0\n", "has no hash"),
        ("git+ssh://x/y\n", "names an address"),
        ("--extra-index-url x\n", "names an address"),
        ("a\n", "not pinned"),
    ],
)
def test_a_lock_that_is_loose_is_found(audit: ModuleType, text: str, says: str) -> None:
    assert audit.faults_of_locks({"base.txt": GOOD}) == []
    assert any(says in fault for fault in audit.faults_of_locks({"base.txt": GOOD + text}))


def test_locks_that_disagree_are_found(audit: ModuleType) -> None:
    other = GOOD.replace("a==1.0", "a==1.1")
    assert audit.faults_of_locks({"base.txt": GOOD, "test.txt": other}) == [
        "a differs: {'base.txt': ['1.0'], 'test.txt': ['1.1']}"
    ]


def test_what_is_installed_beside_or_otherwise_is_found(audit: ModuleType) -> None:
    locked = audit.pins(GOOD)
    assert audit.faults_of_installed(locked, {"a": "1.0", "numpy": "2.5", "pip": "1", "adtailor": "0"}) == []
    assert "1.1 is installed" in audit.faults_of_installed(locked, {"a": "1.1"})[0]
    assert "nothing locks it" in audit.faults_of_installed(locked, {"leftpad": "1"})[0]


def test_a_licence_that_nobody_looked_at_is_found(audit: ModuleType) -> None:
    fine = {
        "a": audit.licences("MIT AND (Apache-2.0 OR BSD-3-Clause)", None, []),
        "b": audit.licences(None, "whatever", ["License :: OSI Approved :: MIT License"]),
        "c": audit.licences(None, "3-Clause BSD License", []),
        "axe-playwright-python": [],
    }
    assert audit.faults_of_licences(fine) == []
    for given in (
        audit.licences("AGPL-3.0-only", None, []),
        audit.licences("MIT AND SSPL-1.0", None, []),
        audit.licences(None, "GPLv3", []),
        audit.licences(None, None, ["License :: Other/Proprietary License"]),
        [],
    ):
        assert audit.faults_of_licences({"x": given}), given


def test_what_was_yanked_and_what_is_vulnerable_is_found(audit: ModuleType) -> None:
    item = {"metadata": {"name": "a", "version": "1.0"}, "is_yanked": True}
    assert audit.yanked({"install": [item, {**item, "is_yanked": False}]}) == ["a 1.0 was yanked: make lock"]
    told = {
        "dependencies": [
            {"name": "a", "version": "1.0", "vulns": [{"id": "CVE-1"}]},
            {"name": "b", "version": "2.0", "vulns": []},
            {"name": "c", "skip_reason": "Dependency not found"},
        ]
    }
    assert audit.vulnerable(told) == (["a 1.0: CVE-1"], 2)
    assert audit.vulnerable({"dependencies": [{"name": "c", "skip_reason": "not there"}]}) == ([], 0)


def test_without_a_network_it_says_what_it_skips(audit: ModuleType, monkeypatch, capsys) -> None:
    monkeypatch.setattr(audit, "_json", lambda command: None)
    monkeypatch.setattr(audit.shutil, "which", lambda name: "/bin/pip-audit")
    assert audit._online(FILE.parent / "base.txt") == []
    told = capsys.readouterr().out
    assert "no answer from the registry within 120 s: skipped" in told
    assert "advisories: not reachable: skipped" in told
