"""Model files: found in an installed package without importing it, and taken only if their bytes are the expected."""

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from adtailor.errors import ModelUnavailable

REMEDY = "run `make install`"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file of a model: the package that carries it, where it lies in there, and its sha256."""

    package: str
    """A top-level package: looking up anything deeper would import what is above it."""
    path: str
    sha256: str


def find_model_file(file: ModelFile, *, folder: Path | None = None) -> Path:
    """Where the file is: in `folder`, else in its package; verified. Raises ModelUnavailable."""
    root = folder if folder is not None else package_folder(file.package)
    return verified(root / file.path, sha256=file.sha256)


def package_folder(package: str) -> Path:
    """The folder of an installed package, which is not imported."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelUnavailable(f"the package {package!r}, which carries a model, is not installed", hint=REMEDY)
    return Path(next(iter(spec.submodule_search_locations)))


def verified(path: Path, *, sha256: str, remedy: str = REMEDY) -> Path:
    """`path`, if it is there and its bytes have this sha256."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise ModelUnavailable(f"{path} is missing: expected sha256 {sha256}, found no file", hint=remedy) from None
    except OSError as error:
        raise ModelUnavailable(f"{path} cannot be read: {error.strerror}", hint=remedy) from None
    if found != sha256:
        raise ModelUnavailable(f"{path} is another file: expected sha256 {sha256}, found {found}", hint=remedy)
    return path
