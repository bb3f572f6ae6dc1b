"""A session of ONNX Runtime on one thread, or an error that says what is missing."""

from collections.abc import Sequence
from pathlib import Path

import onnxruntime as ort

from adtailor.engines.model_files import REMEDY
from adtailor.errors import ModelUnavailable


def session(
    path: Path,
    providers: Sequence[str],
    *,
    fused: bool = True,
    remedy: str = REMEDY,
) -> ort.InferenceSession:
    """The model in `path`; ModelUnavailable if a provider is not there or the file is no model.

    `fused` lets the runtime fuse operators as it likes.
    """
    available = ort.get_available_providers()
    if missing := [provider for provider in providers if provider not in available]:
        raise ModelUnavailable(
            f"ONNX Runtime has no provider {missing[0]!r} here, only {', '.join(available)}",
            hint="name one of those, or install the build of onnxruntime that has it",
        )
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    if not fused:
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    try:
        return ort.InferenceSession(str(path), options, providers=list(providers))
    except Exception as error:
        raise ModelUnavailable(f"ONNX Runtime cannot load {path.name}: {type(error).__name__}", hint=remedy) from error
