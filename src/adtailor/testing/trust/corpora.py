"""What was written to break a promise: posts that give orders, and ads that speak of their reader."""

import tomllib
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from adtailor.testing.injection import injections

HERE = "adtailor.testing.trust"


def corpus(name: str) -> dict[str, Any]:
    """One of the corpora beside this file."""
    return tomllib.loads((files(HERE) / name).read_text("utf-8"))


def orders() -> list[str]:
    """Posts that give orders."""
    with as_file(files(HERE) / "injection.toml") as path:
        return injections(Path(path))
