"""The data directory and the settings."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from adtailor.cli.diagnosis.finding import Finding
from adtailor.config.settings import FILE_NAME, data_folder, load_settings
from adtailor.errors import AdtailorError

SECTION = "data"
LEAST_FREE = 500 * 10**6
"""Bytes: room for the log of a day, and for SQLite to write ahead."""
DATABASE = "adtailor.sqlite"


def data_findings(chosen: Path | None) -> Iterator[Finding]:
    """Where things are kept, what they take, and what may be set."""
    folder = data_folder(chosen)
    yield _folder(folder)
    if folder.is_dir():
        yield _database(folder)
    yield _disk(folder)
    yield _settings(folder)


def _folder(folder: Path) -> Finding:
    ground = folder
    while not ground.exists() and ground != ground.parent:
        ground = ground.parent
    writable = ground.is_dir() and os.access(ground, os.W_OK | os.X_OK)
    size = sum(file.stat().st_size for file in _files(folder))
    said = f"{folder}, {size / 1e6:.1f} MB" if folder.is_dir() else f"{folder}, made when it is first needed"
    return Finding(
        section=SECTION,
        name="folder",
        state="ok" if writable else "damaged",
        found=said if writable else f"{folder} cannot be written",
        hint=None if writable else "choose another with --data or ADTAILOR_DATA",
        details={"path": str(folder), "exists": folder.is_dir(), "writable": writable, "bytes": size},
    )


def _database(folder: Path) -> Finding:
    """As the storage room sees it; a file that is not adtailor's, or is damaged, stays as it is."""
    path = folder / DATABASE
    if not path.is_file() or not path.stat().st_size:
        return Finding(section=SECTION, name="database", state="ok", found="none yet", details={"path": str(path)})
    try:
        from adtailor.storage import SqliteStore

        with SqliteStore(folder) as store:
            described = dict(store.describe())
    except AdtailorError as error:
        return Finding(section=SECTION, name="database", state="damaged", found=error.message, hint=error.hint)
    except ImportError as error:
        found = f"cannot be looked at: {error.name} is not installed"
        return Finding(section=SECTION, name="database", state="missing", found=found, hint="make install")
    whole = described.get("state") == "whole"
    wanted = ("schema", "state", "people", "posts", "events")
    return Finding(
        section=SECTION,
        name="database",
        state="ok" if whole else "damaged",
        found=", ".join(f"{name} {described[name]}" for name in wanted if name in described),
        hint=None if whole else f"stop adtailor, and put {DATABASE} back from a backup",
        details={"path": str(path), **described},
    )


def _disk(folder: Path) -> Finding:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    enough = free >= LEAST_FREE
    return Finding(
        section=SECTION,
        name="free disk",
        state="ok" if enough else "missing",
        found=f"{free / 1e9:,.1f} GB",
        hint=None if enough else f"at least {LEAST_FREE / 1e9:.1f} GB: make room, or choose another folder with --data",
        details={"bytes": free},
    )


def _settings(folder: Path) -> Finding:
    try:
        settings = load_settings(folder)
    except AdtailorError as error:
        return Finding(section=SECTION, name="settings", state="damaged", found=str(error.message), hint=error.hint)
    file = next((one for one in (Path.cwd() / FILE_NAME, folder / FILE_NAME) if one.is_file()), None)
    threads = settings.models.threads
    return Finding(
        section=SECTION,
        name="settings",
        state="ok",
        found=f"{file or 'defaults'}; {threads} thread{'s' * (threads != 1)} for models",
        details={"file": str(file) if file else None, "threads": threads},
    )


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
