"""The machine: Python, processors, the cache of compiled kernels, a browser for the tests."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from platformdirs import user_cache_path

from adtailor import __version__
from adtailor.cli.diagnosis.finding import Finding

SECTION = "machine"
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def machine_findings() -> Iterator[Finding]:
    """What adtailor runs on."""
    yield Finding(section=SECTION, name="adtailor", state="ok", found=__version__)
    yield _python()
    yield Finding(section=SECTION, name="platform", state="ok", found=platform.platform(terse=True))
    yield _processors()
    yield _kernel_cache()
    yield _browser()


def _python() -> Finding:
    version = platform.python_version()
    supported = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding(
        section=SECTION,
        name="Python",
        state="ok" if supported else "damaged",
        found=version,
        hint=None if supported else "3.11 to 3.13: make clean, then make install PYTHON=python3.12",
        details={"executable": sys.executable},
    )


def _processors() -> Finding:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Finding(
        section=SECTION,
        name="processors",
        state="ok",
        found=f"{usable} usable, {platform.machine()}",
        details={"usable": usable},
    )


def _kernel_cache() -> Finding:
    """Numba keeps machine code beside the source, else in the user's cache; with neither, each start compiles anew."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    beside = Path(__file__).parents[2] / "maths" / "__pycache__"
    folders = [Path(chosen)] if chosen else [beside, user_cache_path("numba", appauthor=False)]
    for folder in folders:
        if _can_write(folder):
            return Finding(section=SECTION, name="kernel cache", state="ok", found=str(folder), is_required=False)
    return Finding(
        section=SECTION,
        name="kernel cache",
        state="missing",
        found="no folder can be written",
        hint="set NUMBA_CACHE_DIR to one that can: else each start compiles for some seconds",
        is_required=False,
    )


def _browser() -> Finding:
    found = next((path for name in _CHROMIUM if (path := shutil.which(name))), None)
    return Finding(
        section=SECTION,
        name="Chromium",
        state="ok" if found else "missing",
        found=found or "only the browser tests need it",
        hint=None if found else "sudo apt-get install -y chromium",
        is_required=False,
    )


def _can_write(folder: Path) -> bool:
    """Whether it can be written, or made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
