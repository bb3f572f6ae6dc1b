"""The student as an ONNX file of int8 matrices: every scale fixed here, so that a text never depends on its neighbours.

The graph is written by hand, operator by operator: products of 8-bit integers that end in floats
(`MatMulIntegerToFloat`) and saturate nowhere, attention as one operator, and plain Add and LayerNormalization, which
ONNX Runtime computes three times as fast as its fused form. It takes token ids of equal length, (texts, tokens), and
gives the vectors, (texts, 2 x width); no mask, because texts of different length are never padded together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.understand.training.network import Shape
from adtailor.understand.training.packages import needed
from adtailor.understand.training.rounding import NO_PAIRS, neighbours, rounded_rows

Array = NDArray[Any]
Arrays = Mapping[str, NDArray[np.float32]]
FUSED = "com.microsoft"
INPUT, OUTPUT = "ids", "vectors"
OPSET, IR_VERSION = 18, 9
CLIP = 0.99999
"""Quantile at which an activation is cut: what lies beyond is rarer than the finer steps are worth."""
SMOOTHING = 0.7
"""How much of the unevenness between channels moves from activations into weights (Xiao et al., 2023, SmoothQuant)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """By what each channel of an activation is divided, and its ends after that."""

    even: NDArray[np.float32]
    low: float
    high: float


def export_onnx(path: Path, weights: Arrays, ranges: Mapping[str, Range], *, shape: Shape) -> None:
    """Write the file; `ranges` are those of `quantised_sites`, as `watch` saw them."""
    onnx = needed("onnx")
    graph = _Graph(onnx, weights, ranges, shape)
    graph.build()
    model = onnx.helper.make_model(
        onnx.helper.make_graph(
            graph.nodes,
            "adtailor-text",
            [onnx.helper.make_tensor_value_info(INPUT, onnx.TensorProto.INT64, ["texts", "tokens"])],
            [onnx.helper.make_tensor_value_info(OUTPUT, onnx.TensorProto.FLOAT, ["texts", shape.vector])],
            graph.constants,
        ),
        opset_imports=[onnx.helper.make_opsetid("", OPSET), onnx.helper.make_opsetid(FUSED, 1)],
        ir_version=IR_VERSION,
        producer_name="adtailor",
    )
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString(deterministic=True))


def quantised_sites(shape: Shape) -> tuple[str, ...]:
    """The activations that are rounded to 8 bits: before and after attention, before and after the wide layer."""
    return tuple(f"{layer}.{site}" for layer in range(shape.layers) for site in ("in", "mixed", "middle", "grown"))


def ranges_of(seen: Mapping[str, Sequence[Array]]) -> dict[str, Range]:
    """From the activations of many texts, each (tokens, channels), by site."""
    ranges: dict[str, Range] = {}
    for site, tokens in seen.items():
        every = np.concatenate(tokens).astype(np.float32)
        channels = np.maximum(np.abs(every).max(axis=0), 1e-5)
        even = (channels / channels.mean()).astype(np.float32) ** np.float32(SMOOTHING)
        every = every / even
        low, high = (float(value) for value in np.quantile(every, (1 - CLIP, CLIP)))
        ranges[site] = Range(even=even, low=min(low, 0.0), high=max(high, 0.0))
    return ranges


def quantised_rows(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Each row of a matrix that multiplies activations, as int8 and its scale: no sum of neighbours saturates.

    >>> quantised_rows(np.array([[1.0, -2.0]], dtype=np.float32))[0].tolist()
    [[64, -127]]
    >>> quantised_rows(np.array([[1.0, 2.0]], dtype=np.float32))[0].tolist()
    [[43, 85]]
    """
    return rounded_rows(matrix, neighbours(matrix.shape[1]))


class _Graph:
    """Nodes and constants, named as they are made."""

    def __init__(self, onnx: Any, weights: Arrays, ranges: Mapping[str, Range], shape: Shape) -> None:
        self._onnx = onnx
        self._weights = weights
        self._ranges = ranges
        self._shape = shape
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def build(self) -> None:
        shape = self._shape
        x = self._embedded()
        halves: list[str] = []
        for layer in range(shape.layers):
            x = self._layer(layer, x)
            if layer + 1 in {shape.middle, shape.layers}:
                halves.append(self._mean(f"{layer}.mean", x))
        self._node("Concat", halves, OUTPUT, axis=1)

    def _embedded(self) -> str:
        """Word vectors are kept as int8 with a scale per word: they are most of the file."""
        weights = self._weights
        words, scales = rounded_rows(weights["embeddings.word_embeddings.weight"], NO_PAIRS)
        table, scale = self._constant("words", words), self._constant("words.scale", scales[:, None])
        word = self._node(
            "Cast", [self._node("Gather", [table, INPUT], "word8")], "word32", to=self._onnx.TensorProto.FLOAT
        )
        word = self._node("Mul", [word, self._node("Gather", [scale, INPUT], "word.scale")], "word")
        kind = weights["embeddings.token_type_embeddings.weight"][0]
        places = self._constant("places", weights["embeddings.position_embeddings.weight"] + kind)
        zero = self._constant("zero", np.array([0], dtype=np.int64))
        length = self._node("Shape", [INPUT], "length", start=1, end=2)
        place = self._node("Slice", [places, zero, length, zero], "place")
        return self._normed(self._node("Add", [word, place], "embedded"), "embeddings.LayerNorm")

    def _layer(self, layer: int, x: str) -> str:
        name = f"encoder.layer.{layer}"
        entering = self._rounded(f"{layer}.in", x)
        parts = [
            self._product(f"{name}.attention.self.{part}", entering, f"{layer}.in", into=into)
            for part, into in (("query", None), ("key", None), ("value", f"{layer}.mixed"))
        ]
        mixed = self._node("MultiHeadAttention", parts, f"{layer}.attention", domain=FUSED, num_heads=self._shape.heads)
        mixed = self._rounded(f"{layer}.mixed", mixed, is_even=True)
        out = self._product(f"{name}.attention.output.dense", mixed, f"{layer}.mixed")
        x = self._normed(self._node("Add", [out, x], f"{layer}.sum"), f"{name}.attention.output.LayerNorm")
        grown = self._product(f"{name}.intermediate.dense", self._rounded(f"{layer}.middle", x), f"{layer}.middle")
        grown = self._node("Gelu", [grown], f"{layer}.gelu", domain=FUSED)
        out = self._product(f"{name}.output.dense", self._rounded(f"{layer}.grown", grown), f"{layer}.grown")
        return self._normed(self._node("Add", [out, x], f"{layer}.sum2"), f"{name}.output.LayerNorm")

    def _scale(self, site: str) -> tuple[float, int]:
        """Scale and zero point of 8 bits that cover the range; 0 is exact."""
        low, high = self._ranges[site].low, self._ranges[site].high
        scale = max(high - low, 1e-8) / 255
        return scale, int(np.clip(np.rint(-low / scale), 0, 255))

    def _rounded(self, site: str, x: str, *, is_even: bool = False) -> str:
        if not is_even:
            x = self._node("Mul", [x, self._constant(f"{site}.even", 1 / self._ranges[site].even)], f"{site}.evened")
        scale, zero = self._scale(site)
        return self._node(
            "QuantizeLinear",
            [x, self._constant(f"{site}.scale", np.float32(scale)), self._constant(f"{site}.zero", np.uint8(zero))],
            f"{site}.rounded",
        )

    def _product(self, name: str, x: str, site: str, *, into: str | None = None) -> str:
        weight = self._weights[f"{name}.weight"].astype(np.float32)
        bias = self._weights[f"{name}.bias"].astype(np.float32)
        if into is not None:
            even = self._ranges[into].even
            weight, bias = weight / even[:, None], bias / even
        rows, scales = quantised_rows(weight * self._ranges[site].even)
        inputs = [
            x,
            self._constant(f"{name}.weight", np.ascontiguousarray(rows.T)),
            f"{site}.scale",
            self._constant(f"{name}.scale", scales),
            f"{site}.zero",
            "",
            self._constant(f"{name}.bias", bias),
        ]
        return self._node("MatMulIntegerToFloat", inputs, name, domain=FUSED)

    def _mean(self, name: str, x: str) -> str:
        """Over tokens, as a product with ones: ReduceMean sums one text in another order than several."""
        onnx = self._onnx
        if not any(node.name == "ones" for node in self.nodes):
            one = self._constant("one", np.array([1, 1], dtype=np.int64))
            shape = self._node("Concat", [one, "length"], "ones.shape", axis=0)
            value = onnx.numpy_helper.from_array(np.array([1.0], dtype=np.float32))
            self._node("ConstantOfShape", [shape], "ones", value=value)
            self._node("Cast", ["length"], "tokens", to=onnx.TensorProto.FLOAT)
            self._constant("flat", np.array([0, self._shape.width], dtype=np.int64))
        total = self._node("MatMul", ["ones", x], f"{name}.total")
        return self._node("Div", [self._node("Reshape", [total, "flat"], f"{name}.flat"), "tokens"], name)

    def _normed(self, x: str, name: str) -> str:
        inputs = [
            x,
            *(self._constant(f"{name}.{part}", self._weights[f"{name}.{part}"]) for part in ("weight", "bias")),
        ]
        return self._node("LayerNormalization", inputs, name, axis=-1, epsilon=self._shape.epsilon)

    def _constant(self, name: str, value: Any) -> str:
        self.constants.append(self._onnx.numpy_helper.from_array(np.asarray(value), name))
        return name

    def _node(self, operator: str, inputs: Sequence[str], output: str, *, domain: str = "", **about: Any) -> str:
        node = self._onnx.helper.make_node(operator, list(inputs), [output], name=output, domain=domain, **about)
        self.nodes.append(node)
        return output
