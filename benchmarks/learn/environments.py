"""An environment a learner, outside the project: none of them is needed to build, test or run adtailor."""

from pathlib import Path

from benchmarks.environments import made

HERE = Path(__file__).parent / "peers"
TOOLS = ("pip", "pip-*", "setuptools", "setuptools-*", "_distutils_hack", "distutils-precedence.pth", "pkg_resources")
"""What python -m venv brings, which is nobody's need."""
SOURCES = Path(__file__).parents[2] / "src"
MEGABYTE = 1_000_000


def python_of(name: str, folder: Path) -> Path:
    """The environment's Python, installed now unless it is there; adtailor's holds only what `adtailor.learn` needs.

    pip is asked as this machine is set up; with `torch` from an index of CPU builds, say by PIP_FIND_LINKS, gigabytes
    are spared.
    """
    home = folder / name
    python = made(home, HERE / "requirements" / f"{name}.txt")
    if name == "adtailor":
        [packages] = (home / "lib").glob("python3*/site-packages")
        (packages / "adtailor.pth").write_text(str(SOURCES), "utf-8")
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
