"""The packages adtailor asks for, and whether they are there, whole, and new enough."""

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from adtailor.cli.diagnosis.finding import Finding

SECTION = "packages"
_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)\s*(?P<wanted>[^;]*?)\s*(?:;.*extra == ['\"](?P<extra>[^'\"]+)['\"])?"
)
_FOR = {"train": "`adtailor train` and `adtailor distil`", "llm": "GGUF models in this process"}
_PIN = re.compile(r"(==|>=)\s*([0-9.]+)")


def package_findings() -> Iterator[Finding]:
    """One for each package of the base, then of the extras."""
    try:
        required = metadata.requires("adtailor") or []
    except metadata.PackageNotFoundError:
        yield Finding(
            section=SECTION, name="adtailor", state="missing", found="not installed, only its source is here",
            hint="make install",
        )  # fmt: skip
        return
    for line in required:
        if match := _REQUIREMENT.fullmatch(line.strip()):
            yield _package(match["name"], match["wanted"], match["extra"])


def _package(name: str, wanted: str, extra: str | None) -> Finding:
    label = f"{name} ({extra})" if extra else name
    remedy = f"python -m pip install '{name}{wanted}'" if extra else "make install"
    try:
        distribution = metadata.distribution(name)
        version = distribution.version
    except metadata.PackageNotFoundError:
        found = f"needed for {_FOR.get(extra, extra)}" if extra else f"{name}{wanted} is not installed"
        return Finding(
            section=SECTION, name=label, state="missing", found=found, hint=remedy, is_required=extra is None,
            details={"wanted": wanted, "extra": extra},
        )  # fmt: skip
    details = {"version": version, "wanted": wanted, "extra": extra}
    if not is_within(version, wanted):
        return Finding(
            section=SECTION, name=label, state="damaged", found=f"{version}, wanted {wanted}", hint=remedy,
            is_required=extra is None, details=details,
        )  # fmt: skip
    if lost := _lost_files(distribution):
        return Finding(
            section=SECTION, name=label, state="damaged", found=f"{version}, {lost} of its files are gone",
            hint=f"python -m pip install --force-reinstall --no-deps '{name}=={version}'",
            is_required=extra is None, details=details,
        )  # fmt: skip
    return Finding(section=SECTION, name=label, state="ok", found=version, is_required=extra is None, details=details)


def is_within(version: str, wanted: str) -> bool:
    """Whether `version` meets `>=` and `==` of `wanted`, by their numbers alone.

    >>> is_within("2.10.1", ">=2.9"), is_within("2.9", ">=2.10"), is_within("0.1.0", "==0.1.0")
    (True, False, True)
    """
    have = _numbers(version)
    for sign, bound in _PIN.findall(wanted):
        least = _numbers(bound)
        if (have[: len(least)] != least) if sign == "==" else (have < least):
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    numbers = re.split(r"[^0-9.]", version, maxsplit=1)[0]
    return tuple(int(part) for part in numbers.split(".") if part)


def _lost_files(distribution: metadata.Distribution) -> int:
    """How many of its Python files are recorded but not there."""
    files = [file for file in distribution.files or [] if file.suffix in {".py", ".so"}]
    return sum(1 for file in files if not Path(str(file.locate())).exists())
