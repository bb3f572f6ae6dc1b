"""Weights are rounded so that no kernel that adds two products in 16 bits cuts a sum, in every file that ships."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from onnx import TensorProto, helper, numpy_helper

from adtailor.understand.training.export import quantised_rows
from adtailor.understand.training.rerounding import main, reround
from adtailor.understand.training.rounding import NO_PAIRS, fits, neighbours, rounded_rows
from adtailor_weights import FOLDER

NETWORKS = sorted(FOLDER.rglob("*.onnx"))
MATRICES = arrays(
    np.float32,
    st.tuples(st.integers(1, 4), st.integers(1, 9)),
    elements=st.floats(-(2.0**20), 2.0**20, width=32) | st.sampled_from([1.0, -1.0, 0.0]),
)


def sums(rows: np.ndarray) -> tuple[int, int]:
    """The least and the greatest that vpmaddubsw may have to add: of each pair, either byte at its worst."""
    rows = np.pad(rows.astype(np.int64), ((0, 0), (0, rows.shape[1] % 2)))
    pairs = 255 * rows.reshape(len(rows), -1, 2)
    return int(np.minimum(pairs, 0).sum(axis=2).min()), int(np.maximum(pairs, 0).sum(axis=2).max())


def products(graph: onnx.GraphProto) -> Iterator[tuple[str, np.ndarray]]:
    """Every product of bytes, as rows of weights in each order that a kernel may take them in.

    Whatever holds bytes and is neither multiplied in a way that is known here nor looked up fails.
    """
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    users = [(node, place, name) for node in graph.node for place, name in enumerate(node.input)]
    for name, values in stored.items():
        if values.dtype not in (np.int8, np.uint8) or values.size == 1:
            continue
        for node, place in [(node, place) for node, place, used in users if used == name]:
            if node.op_type == "Gather" and place == 0:
                continue
            if node.op_type == "DequantizeLinear" and place == 2:
                assert not values.any(), "zero points of weights are 0"
                continue
            if node.op_type == "MatMulIntegerToFloat" and place == 1:
                assert len(node.input) < 6 or not node.input[5], "weights have no zero point"
                yield name, values.T
                continue
            assert (node.op_type, place) == ("DequantizeLinear", 0), (name, node.op_type)
            (filtered,) = [(user.op_type, where) for user, where, used in users if used == node.output[0]]
            assert filtered == ("Conv", 1), name
            places = values.transpose(0, 2, 3, 1)
            yield name, values.reshape(len(values), -1)
            yield name, places.reshape(len(values), -1)
            yield name, places.reshape(-1, values.shape[1])


@pytest.mark.parametrize("network", NETWORKS, ids=lambda path: path.name)
def test_no_sum_of_two_products_saturates_in_a_file_that_ships(network: Path) -> None:
    found = list(products(onnx.load(network).graph))
    assert len(found) >= 36
    for name, rows in found:
        low, high = sums(rows)
        assert low >= -(2**15), name
        assert high < 2**15, name


def test_two_networks_ship() -> None:
    assert [path.name for path in NETWORKS] == ["efficientnet-lite2-int8.onnx", "student-int8.onnx"]


@given(MATRICES)
def test_no_pair_of_rounded_weights_saturates(matrix: np.ndarray) -> None:
    rows, _ = quantised_rows(matrix)
    low, high = sums(rows)
    assert low >= -(2**15)
    assert high < 2**15
    assert np.abs(rows.astype(int)).max() <= 127


@given(MATRICES)
def test_a_weight_is_off_by_half_a_step_at_most(matrix: np.ndarray) -> None:
    rows, scales = quantised_rows(matrix)
    steps = matrix / scales[:, None].astype(np.float64)
    assert np.abs(steps - rows).max() <= 0.5 + 127 * 2.0**-23  # one float's rounding of a weight of 127 steps


@given(MATRICES)
def test_no_scale_is_larger_than_it_must_be(matrix: np.ndarray) -> None:
    _, scales = quantised_rows(matrix)
    whole = np.maximum(np.abs(matrix).max(axis=1), np.float32(1e-8)) / np.float32(127)
    assert (scales >= whole).all()
    smaller = np.rint(matrix / np.nextafter(scales, np.float32(0))[:, None])
    raised = scales > whole
    assert not fits(smaller[raised], neighbours(matrix.shape[1])).any()


@given(MATRICES)
def test_rows_that_are_looked_up_have_the_scale_of_their_largest_weight(matrix: np.ndarray) -> None:
    rows, scales = rounded_rows(matrix, NO_PAIRS)
    assert (scales == np.maximum(np.abs(matrix).max(axis=1), np.float32(1e-8)) / np.float32(127)).all()
    assert (np.abs(rows[np.abs(matrix).max(axis=1) > 1e-6].astype(int)).max(axis=1) == 127).all()


@given(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3))
def test_filters_fit_however_they_are_laid_out(channels: int, height: int, width: int) -> None:
    matrix = np.random.default_rng(channels).normal(size=(40, channels, height, width)).astype(np.float32)
    rows, _ = rounded_rows(matrix.reshape(40, -1), neighbours(channels, height, width))
    filters = rows.reshape(matrix.shape)
    places = filters.transpose(0, 2, 3, 1)
    for order in (filters.reshape(40, -1), places.reshape(40, -1), places.reshape(-1, channels)):
        low, high = sums(order)
        assert low >= -(2**15)
        assert high < 2**15


def rounded(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As networks are rounded that mind no pairs."""
    scales = (np.abs(values).max(axis=1) / 127).astype(np.float32)
    return np.rint(values / scales[:, None]).astype(np.int8), scales


def multiplied(weights: np.ndarray) -> onnx.ModelProto:
    """Bytes times a matrix (outputs, inputs), as in the text network."""
    rows, scales = rounded(weights)
    constants = {
        "weights": np.ascontiguousarray(rows.T), "scales": scales, "step": np.float32(0.1), "zero": np.uint8(7),
    }  # fmt: skip
    node = helper.make_node(
        "MatMulIntegerToFloat", ["x", "weights", "step", "scales", "zero"], ["y"], domain="com.microsoft"
    )
    return model([node], constants, [2, weights.shape[1]], [2, len(weights)], TensorProto.UINT8)


def filtered(weights: np.ndarray, bias: np.ndarray) -> onnx.ModelProto:
    """Bytes filtered (outputs, inputs, height, width), as in the network for photos."""
    rows, scales = rounded(weights.reshape(len(weights), -1))
    steps = (scales * np.float32(0.05)).astype(np.float32)
    constants = {
        "weights": rows.reshape(weights.shape), "scales": scales, "none": np.zeros(len(scales), dtype=np.int8),
        "step": np.float32(0.05), "zero": np.uint8(0), "steps": steps, "whole": np.zeros(len(scales), dtype=np.int32),
        "bias": np.rint(bias / steps).astype(np.int32),
    }  # fmt: skip
    nodes = [
        helper.make_node("DequantizeLinear", ["x", "step", "zero"], ["real"]),
        helper.make_node("DequantizeLinear", ["weights", "scales", "none"], ["filters"], axis=0),
        helper.make_node("DequantizeLinear", ["bias", "steps", "whole"], ["added"], axis=0),
        helper.make_node("Conv", ["real", "filters", "added"], ["y"], kernel_shape=list(weights.shape[2:])),
    ]
    size = [1, weights.shape[1], 5, 5]
    return model(nodes, constants, size, [1, len(weights), 3, 3], TensorProto.UINT8)


def model(
    nodes: list[onnx.NodeProto], constants: Mapping[str, Any], taken: list[int], given: list[int], kind: int
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "toy",
        [helper.make_tensor_value_info("x", kind, taken)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, given)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def run(network: onnx.ModelProto, x: np.ndarray) -> np.ndarray:
    session = ort.InferenceSession(network.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(["y"], {"x": x})[0])


def constant(network: onnx.ModelProto, name: str) -> np.ndarray:
    return numpy_helper.to_array(next(one for one in network.graph.initializer if one.name == name))


WEIGHTS = np.array([[1.0, 0.9, 0.2, -0.3], [1.0, -0.9, 0.3, 0.2], [0.8, 0.8, 0.8, 0.8]], dtype=np.float32)
"""Of the three rows, the second fits as it is: its large weights are of two signs."""


@pytest.mark.parametrize("exact", [False, True])
def test_a_matrix_rounded_again_fits_and_multiplies_as_before(exact: bool) -> None:
    before, after = multiplied(WEIGHTS), multiplied(WEIGHTS)
    changed = reround(after, exact={"weights": WEIGHTS} if exact else None)
    assert changed == 2
    rows, scales = constant(after, "weights").T, constant(after, "scales")
    assert fits(rows, neighbours(4)).all()
    assert (rows[1] == constant(before, "weights").T[1]).all()
    assert scales[1] == constant(before, "scales")[1]
    half = scales / 2 + (0 if exact else constant(before, "scales") / 2)
    assert (np.abs(rows * scales[:, None] - WEIGHTS) <= half[:, None] * 1.001).all()
    x = np.random.default_rng(0).integers(0, 256, (2, 4), dtype=np.uint8)
    np.testing.assert_allclose(run(after, x), (x.astype(float) - 7) * 0.1 @ WEIGHTS.T, atol=4 * 25.5 * half.max())


@pytest.mark.parametrize("exact", [False, True])
def test_filters_rounded_again_fit_and_their_bias_follows(exact: bool) -> None:
    random = np.random.default_rng(1)
    weights = random.normal(size=(6, 3, 3, 3)).astype(np.float32)
    bias = random.normal(size=6).astype(np.float32)
    before, after = filtered(weights, bias), filtered(weights, bias)
    assert reround(after, exact={"weights": weights, "bias": bias} if exact else None) > 3
    assert fits(constant(after, "weights").reshape(6, -1), neighbours(3, 3, 3)).all()
    steps = constant(after, "steps")
    np.testing.assert_allclose(steps, constant(after, "scales") * 0.05, rtol=1e-6)
    np.testing.assert_allclose(constant(after, "bias") * steps, bias, atol=float(steps.max()))
    x = random.integers(0, 256, (1, 3, 5, 5), dtype=np.uint8)
    size = np.abs(run(before, x)).max()
    np.testing.assert_allclose(run(after, x), run(before, x), atol=0.02 * size)
    assert not np.array_equal(run(after, x), run(before, x))


def test_the_same_file_is_made_each_time_and_made_again_it_stays(tmp_path: Path) -> None:
    old, new, again, twice = (tmp_path / f"{name}.onnx" for name in ("old", "new", "again", "twice"))
    onnx.save(multiplied(WEIGHTS), old)
    main(old, new)
    main(old, again)
    main(new, twice)
    assert new.read_bytes() == again.read_bytes() == twice.read_bytes()
    assert new.read_bytes() != old.read_bytes()


@pytest.mark.parametrize("network", NETWORKS, ids=lambda path: path.name)
def test_nothing_is_left_to_round_again_in_a_file_that_ships(network: Path) -> None:
    assert reround(onnx.load(network)) == 0
