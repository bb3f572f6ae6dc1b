"""Audits what gets installed: locked by hash, the same everywhere, what is locked and nothing else, licences we know.

Needs no network and a second. With --online it also asks pip whether a locked version was yanked, and pip-audit, where
somebody installed it and the registry tells advisories, whether one is known to be vulnerable; what cannot be asked is
said and skipped, for a check that fails without a network is soon switched off.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
LOCKS = ("base.txt", "test.txt", "test-models.txt", "check.txt")
OURS = {"adtailor", "adtailor-weights", "pip", "setuptools", "wheel"}
"""Installed from here, or by Python itself."""
ALLOWED = {
    "0bsd", "apache", "apache-2.0", "apache software", "bsd", "bsd-2-clause", "bsd-3-clause", "cc0-1.0", "isc",
    "isc (iscl)", "mit", "mit-0", "mit-cmu", "mozilla public 2.0 (mpl 2.0)", "mpl-2.0", "psf-2.0", "zlib",
    "dfsg approved", "apache-2.0 with llvm-exception",
}  # fmt: skip
"""Licences that ask for a notice, or (MPL) for changes to their own files; after `_plain`."""
KNOWN = {"axe-playwright-python": "MIT: its licence file says so, its metadata does not"}
"""Packages whose metadata names no licence, read by a person."""
SECONDS = 120


def pins(text: str) -> dict[str, dict[str, int]]:
    """Package to its versions (another for another Python may stand beside), each with its number of hashes.

    >>> pins("a==1.0 ; python_version < '3'    --hash=sha256:00")
    {'a': {'1.0': 1}}
    """
    found: dict[str, dict[str, int]] = {}
    name, version = "", ""
    for line in text.splitlines():
        if start := re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)", line):
            name, version = _name(start.group(1)), start.group(2)
            found.setdefault(name, {})[version] = 0
        if re.search(r"--hash=sha256:[0-9a-f]+", line) and name:
            found[name][version] += 1
    return found


def faults_of_locks(texts: Mapping[str, str]) -> list[str]:
    """What is wrong with the lock files."""
    faults: list[str] = []
    versions: dict[str, dict[str, list[str]]] = {}
    for file, text in texts.items():
        if "://" in text or "--index" in text or "--extra-index" in text:
            faults.append(f"{file}: names an address; pip looks where it is told to")
        faults += [
            f"{file}: {line[:60]!r} is not pinned with =="
            for line in text.splitlines()
            if line and not line.startswith((" ", "#", "--hash")) and not re.match(r"[A-Za-z0-9._-]+==[^=]", line)
        ]
        for name, given in pins(text).items():
            versions.setdefault(name, {})[file] = sorted(given)
            faults += [f"{file}: {name} {version} has no hash" for version, hashes in given.items() if not hashes]
    faults += [
        f"{name} differs: {given}" for name, given in versions.items() if len(set(map(tuple, given.values()))) > 1
    ]
    return faults


def faults_of_installed(locked: Mapping[str, Collection[str]], installed: Mapping[str, str]) -> list[str]:
    """What is installed otherwise than locked, or beside it."""
    faults = [
        f"{name} {version} is installed, and {' or '.join(sorted(locked[name]))} is locked: make clean, then again"
        for name, version in installed.items()
        if name in locked and version not in locked[name]
    ]
    stray = [name for name in installed if name not in locked and name not in OURS]
    return faults + [
        f"{name} is installed, and nothing locks it: pip uninstall it, or add it and make lock" for name in stray
    ]


def licences(expression: str | None, text: str | None, classifiers: Iterable[str]) -> list[str]:
    """The licences of a package: its SPDX expression, else its classifiers, else its own words.

    >>> licences("MIT OR Apache-2.0", None, []), licences(None, "GPLv3", []), licences(None, None, [])
    (['mit', 'apache-2.0'], ['gplv3'], [])
    """
    if expression:
        return [_plain(part) for part in re.split(r" AND | OR |[()]", expression) if part.strip()]
    named = [line.rpartition("::")[2] for line in classifiers if line.startswith("License ::")]
    named = [line for line in named if line.strip() != "OSI Approved"]
    return [_plain(one) for one in named or ([text.strip().splitlines()[0]] if text and text.strip() else [])]


def faults_of_licences(packages: Mapping[str, Sequence[str]]) -> list[str]:
    """Packages with a licence that nobody looked at."""
    faults: list[str] = []
    for name, given in packages.items():
        if not given and name not in KNOWN:
            faults.append(f"{name}: names no licence; read it, and put it into KNOWN")
        faults += [f"{name}: {one!r} is not among the licences we know" for one in given if one not in ALLOWED]
    return faults


def yanked(report: Mapping[str, object]) -> list[str]:
    """The locked versions that their makers took back, by pip's report."""
    items = report.get("install")
    return [
        f"{item['metadata']['name']} {item['metadata']['version']} was yanked: make lock"
        for item in (items if isinstance(items, list) else [])
        if item.get("is_yanked")
    ]


def vulnerable(report: Mapping[str, object]) -> tuple[list[str], int]:
    """What pip-audit knows against packages, and how many it could ask about at all."""
    packages = report.get("dependencies")
    packages = packages if isinstance(packages, list) else []
    asked = [package for package in packages if "skip_reason" not in package]
    known = [
        f"{one['name']} {one['version']}: {', '.join(v['id'] for v in one['vulns'])}" for one in asked if one["vulns"]
    ]
    return known, len(asked)


def main() -> int:
    """Print what is wrong, and how much was looked at."""
    texts = {file: (HERE / file).read_text("utf-8") for file in LOCKS}
    locked = {name: given for text in texts.values() for name, given in pins(text).items()}
    packages = {_name(one.metadata["Name"]): one for one in metadata.distributions()}
    faults = faults_of_locks(texts)
    faults += faults_of_installed(locked, {name: one.version for name, one in packages.items()})
    faults += faults_of_licences(
        {
            name: licences(
                one.metadata.get("License-Expression"),
                one.metadata.get("License"),
                one.metadata.get_all("Classifier") or [],
            )
            for name, one in packages.items()
            if name in locked
        }
    )
    print(f"audit: {len(locked)} packages locked by hash, {len(packages)} installed, {len(faults)} faults")
    if "--online" in sys.argv[1:]:
        faults += _online(HERE / "base.txt")
    else:
        print("audit: yanked versions and advisories are asked for by make audit")
    for fault in faults:
        print(f"  {fault}")
    return 1 if faults else 0


def _online(lock: Path) -> list[str]:
    faults: list[str] = []
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    asked = _json([*pip, "install", "--dry-run", "--ignore-installed", "--no-deps", "--require-hashes",
                   "--only-binary", ":all:", "--report", "-", "-r", str(lock)])  # fmt: skip
    if asked is None:
        print(f"yanked versions: no answer from the registry within {SECONDS} s: skipped")
    else:
        faults += yanked(asked)
        print(f"yanked versions: {len(faults)} of {len(asked.get('install') or ())}")  # type: ignore[arg-type]
    program = shutil.which("pip-audit")
    if program is None:
        print("advisories: pip-audit is not installed: skipped (pipx install pip-audit)")
        return faults
    told = _json([program, "--disable-pip", "--no-deps", "-r", str(lock), "-f", "json", "--progress-spinner", "off"])
    known, many = vulnerable(told or {})
    if many == 0:
        print("advisories: not reachable: skipped")
    else:
        print(f"advisories: {many} packages asked about, {len(known)} with a known fault")
    return faults + known


def _json(command: Sequence[str]) -> Mapping[str, object] | None:
    """What a program prints, however it ends; None if it printed no JSON in time."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603 - ours
        told = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, json.JSONDecodeError):
        return None
    return told if isinstance(told, dict) else None


def _name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _plain(licence: str) -> str:
    plain = licence.strip().lower().removesuffix(" license").removesuffix(" licence").removesuffix(" clause")
    plain = re.sub(
        r"^(\d)-clause bsd$", r"bsd-\1-clause", plain.replace(" license", "").replace("bsd 2-clause", "bsd-2-clause")
    )
    return {"apache 2.0": "apache-2.0"}.get(plain, plain)


if __name__ == "__main__":
    sys.exit(main())
