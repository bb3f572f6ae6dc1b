"""Environments outside the project, for those it is compared with: none is needed to build, test or run adtailor."""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def kept() -> Path:
    """Where environments and logs are kept unless told otherwise: in ADTAILOR_BENCH_ENVS, or in the user's cache."""
    if named := os.environ.get("ADTAILOR_BENCH_ENVS"):
        return Path(named)
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "adtailor-bench"


def made(home: Path, wanted: Path, *, python: str = sys.executable) -> Path:
    """The Python of an environment with what a requirements file pins, installed now unless it is there.

    The file names everything, so nothing is resolved and nothing beyond it comes in; where it has hashes they are
    asked for. OSError, with pip's last word, where it cannot be made.
    """
    inside, ready, text = home / "bin" / "python", home / ".ready", wanted.read_text("utf-8")
    if ready.exists() and ready.read_text("utf-8") == text:
        return inside
    shutil.rmtree(home, ignore_errors=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    begun = subprocess.run([python, "-m", "venv", str(home)], check=False, capture_output=True, text=True)
    if begun.returncode != 0:
        raise OSError(f"{python} could not make {home.name}: {last_line(begun.stderr or begun.stdout)}")
    asked = [str(inside), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-cache-dir"]
    hashed = ["--require-hashes", "--only-binary", ":all:"] if "--hash=" in text else []
    done = subprocess.run(
        [*asked, "--no-deps", *hashed, "-r", str(wanted)], check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise OSError(f"pip could not install {home.name}: {last_line(done.stderr)}")
    ready.write_text(text, "utf-8")
    return inside


def last_line(text: str) -> str:
    """The last word of what somebody said."""
    lines = [line for line in text.strip().splitlines() if line]
    return lines[-1] if lines else "it said nothing"
