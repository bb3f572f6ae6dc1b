"""An environment a learner, outside the project: none of them is needed to build, test or run adtailor."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent / "peers"
TOOLS = ("pip", "pip-*", "setuptools", "setuptools-*", "_distutils_hack", "distutils-precedence.pth", "pkg_resources")
"""What python -m venv brings, which is nobody's need."""
SOURCES = Path(__file__).parents[2] / "src"
MEGABYTE = 1_000_000


def kept() -> Path:
    """Where environments and logs are kept unless --envs says otherwise."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "adtailor-bench"


def python_of(name: str, folder: Path) -> Path:
    """The environment's Python, installed now unless it is there; adtailor's holds only what `adtailor.learn` needs.

    Each requirements file names everything, so nothing is resolved and nothing beyond it comes in. pip is asked as this
    machine is set up; with `torch` from an index of CPU builds, say by PIP_FIND_LINKS, gigabytes are spared.
    """
    home = folder / name
    python = home / "bin" / "python"
    ready = home / ".ready"
    wanted = HERE / "requirements" / f"{name}.txt"
    if ready.exists() and ready.read_text("utf-8") == wanted.read_text("utf-8"):
        return python
    shutil.rmtree(home, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, capture_output=True)
    asked = [str(python), "-m", "pip", "--quiet", "install", "--no-cache-dir", "--no-deps", "-r", str(wanted)]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError(f"pip could not install {name}: {_last_line(done.stderr)}")
    if name == "adtailor":
        [packages] = (home / "lib").glob("python3*/site-packages")
        (packages / "adtailor.pth").write_text(str(SOURCES), "utf-8")
    ready.write_text(wanted.read_text("utf-8"), "utf-8")
    return python


def installed_megabytes(name: str, folder: Path) -> float:
    """What the learner and all it needs take, without Python, pip and setuptools."""
    [packages] = (folder / name / "lib").glob("python3*/site-packages")
    spared = {path for pattern in TOOLS for path in packages.glob(pattern)}
    return sum(_bytes(path) for path in packages.iterdir() if path not in spared) / MEGABYTE


def versions(name: str) -> dict[str, str]:
    """Of everything in the learner's environment, as its requirements pin it."""
    lines = (HERE / "requirements" / f"{name}.txt").read_text("utf-8").split()
    return dict(line.split("==") for line in lines)


def _bytes(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line]
    return lines[-1] if lines else "it said nothing"
