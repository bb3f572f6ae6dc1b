"""What the README shows is what happens: its commands run, its output is theirs, its links lead somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from adtailor.cli import VERBS
from adtailor.config.settings import Settings

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
EXAMPLES = re.findall(r"```console\n\$ (.+)\n([\s\S]*?)```", README)


def without_numbers(text: str) -> str:
    """Time and probabilities differ between machines in their last digits; words, ads and reasons must not."""
    return "\n".join(re.sub(r"\d+(\.\d+)?", "#", line).strip() for line in text.strip().splitlines())


def examples() -> list[object]:
    """Of those that read the whole community for one of its members, the first is enough for every day."""
    demos = 0
    found: list[object] = []
    for command, output in EXAMPLES:
        demos += (is_demo := command.startswith("adtailor demo"))
        marks = [pytest.mark.slow] if is_demo and demos > 1 else []
        found.append(pytest.param(command, output, marks=marks, id=command[:40]))
    return found


@pytest.mark.parametrize(("command", "output"), examples())
def test_an_example_prints_what_the_readme_says(command: str, output: str, tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "COLUMNS": "96"}
    done = subprocess.run(
        ["bash", "-c", command], check=False, capture_output=True, text=True, env=environ, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    said, expected = without_numbers(done.stdout), without_numbers(output)
    assert said == expected


def test_the_five_lines_of_learning_run_and_print_a_report(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "| LightGBM (trees)" in done.stdout
    assert (tmp_path / "models" / "serving.json").exists()


def test_the_readme_has_examples() -> None:
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:^|`)make ([a-z]+)\b", README, re.MULTILINE))))
def test_a_make_target_of_the_readme_exists(target: str) -> None:
    assert re.search(rf"^{target}:.*## ", MAKEFILE, re.MULTILINE)


def test_every_verb_is_in_the_readme() -> None:
    assert {verb.name for verb in VERBS} == set(re.findall(r"`adtailor ([a-z]+)[^`]*` ?[|,]", README))


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))])
def test_links_inside_the_project_lead_somewhere(page: str) -> None:
    file = ROOT / page
    for link in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", file.read_text("utf-8")):
        assert (file.parent / link).exists(), f"{page} links to {link}"


def test_the_settings_page_lists_every_key() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    listed = set(re.findall(r"^\| `([a-z0-9_.]+)` \| `(ADTAILOR_[A-Z0-9_]+)`", page, re.MULTILINE))
    keys = {
        f"{field.name}.{inner.name}" if inner else field.name
        for field in msgspec.structs.fields(Settings)
        for inner in (msgspec.structs.fields(field.type) if isinstance(field.default, msgspec.Struct) else [None])
    }
    assert listed == {(key, f"ADTAILOR_{key.replace('.', '_').upper()}") for key in keys}
