"""Rounds the products of a finished network again, where pairs of its weights could saturate.

`python -m adtailor.understand.training.rerounding OLD NEW` makes a file of a file, the same bytes each time. Rows that
fit stay as they are. It starts from weights that are rounded already, so that what it changes is off by half a step of
either rounding: networks that are trained or converted anew round once, from floats (`rounding.py`).
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.understand.training.packages import needed
from adtailor.understand.training.rounding import Floats, fits, neighbours, rounded_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Product:
    """Names of what one integer product is made of."""

    weights: str
    scales: str
    inputs_last: bool
    """Weights as (inputs, outputs), of a matrix; else (outputs, ...), of filters."""
    bias: tuple[str, str] | None = None
    """Names of a bias in whole steps and of these steps, which follow the scale of the weights."""


def reround(model: Any, *, exact: Mapping[str, Floats] | None = None) -> int:
    """Change `model`, an onnx.ModelProto, in place; how many rows were rounded again.

    `exact` are weights, and biases, before they were rounded, by name of the rounded: what is not there is taken from
    the rounded. Scales of activations stay.
    """
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    numpy_helper = needed("onnx").numpy_helper

    def get(name: str) -> NDArray[Any]:
        return numpy_helper.to_array(stored[name])

    def put(name: str, value: NDArray[Any]) -> None:
        stored[name].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(value), name))

    changed = 0
    for product in _products(model.graph):
        weights = get(product.weights).T if product.inputs_last else get(product.weights)
        pairs = neighbours(*weights.shape[1:])
        rows, scales = weights.reshape(len(weights), -1), get(product.scales)
        again = ~fits(rows, pairs)
        floats = (exact or {}).get(product.weights)
        real = rows * scales[:, None] if floats is None else floats.reshape(rows.shape)
        new_rows, new_scales = rows.copy(), scales.copy()
        new_rows[again], new_scales[again] = rounded_rows(real[again].astype(np.float32), pairs)
        new = new_rows.reshape(weights.shape)
        put(product.weights, new.T if product.inputs_last else new)
        put(product.scales, new_scales)
        if product.bias is not None:
            name, steps = product.bias
            value = get(name) * get(steps).astype(np.float64)
            value = (exact or {}).get(name, value)
            new_steps = np.where(again, get(steps) / scales * new_scales, get(steps)).astype(np.float32)
            put(name, np.where(again, np.rint(value / new_steps.astype(np.float64)), get(name)).astype(np.int32))
            put(steps, new_steps)
        changed += int(again.sum())
    return changed


def _products(graph: Any) -> Iterator[_Product]:
    maker = {output: node for node in graph.node for output in node.output}
    for node in graph.node:
        if node.op_type == "MatMulIntegerToFloat":
            yield _Product(weights=node.input[1], scales=node.input[3], inputs_last=True)
        elif node.op_type == "Conv":
            weights, bias = (maker[name] for name in node.input[1:3])
            yield _Product(
                weights=weights.input[0],
                scales=weights.input[1],
                inputs_last=False,
                bias=(bias.input[0], bias.input[1]),
            )


def main(old: Path, new: Path) -> None:
    """Write `new`, made of `old`."""
    onnx = needed("onnx")
    model = onnx.load(old)
    changed = reround(model)
    onnx.checker.check_model(model)
    new.write_bytes(model.SerializeToString(deterministic=True))
    sys.stdout.write(f"{changed} rows rounded again\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
