"""What a machine lacks is said with the line that mends it; where it is required, it fails."""

import os
import shutil

import pytest
from hypothesis import settings

# Time says nothing on a shared machine. Where a change is judged, the same cases are tried each time.
settings.register_profile("adtailor", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("adtailor")

APT_LINE = "sudo apt-get install chromium"
CHROMIUM = shutil.which("chromium")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser comes last: once it is there, its event loop runs in this thread, and no test may start another."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a browser where there is none, unless ADTAILOR_REQUIRE asks for it."""
    if item.get_closest_marker("browser") is None or CHROMIUM is not None:
        return
    if "browser" in os.environ.get("ADTAILOR_REQUIRE", "").split(","):
        pytest.fail(APT_LINE, pytrace=False)
    pytest.skip(APT_LINE)
