"""The dense parts of a model as ONNX: from summed vectors to what the cross network adds to the logit."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from adtailor.errors import InvalidInput
from adtailor.learn.deep_cross import DeepCrossLearner

if TYPE_CHECKING:
    from adtailor.learn.model import Model

_OPSET = 17


def export_onnx(model: "Model", path: str | Path) -> None:
    """Writes the cross network: input `x0` (rows, fields * width), output `logit` (rows,), both float32.

    Ids stay outside: looking a row up in a mapped table is what this package does better than a graph.
    """
    learner = model.learner
    if not isinstance(learner, DeepCrossLearner):
        raise InvalidInput(
            f"{type(model.about.model).__name__} has no dense parts",
            hint="learn.DeepCross has; a factorisation machine is its table: Model.save",
        )
    try:
        import onnx
        from onnx import TensorProto, helper, numpy_helper
    except ImportError as missing:
        raise InvalidInput("onnx is not installed", hint="pip install 'adtailor[train]'") from missing
    network = learner.network
    d = int(network.w.shape[0])
    nodes: list[Any] = []
    constants: list[Any] = []

    def constant(name: str, value: Any) -> str:
        constants.append(numpy_helper.from_array(value, name))
        return name

    def node(kind: str, *inputs: str, name: str) -> str:
        nodes.append(helper.make_node(kind, list(inputs), [name]))
        return name

    x = "x0"
    for layer in range(len(network.u)):
        low = node("MatMul", x, constant(f"v{layer}", network.v[layer]), name=f"low{layer}")
        high = node("MatMul", low, constant(f"u{layer}", network.u[layer].T.copy()), name=f"high{layer}")
        moved = node("Add", high, constant(f"b{layer}", network.b[layer]), name=f"moved{layer}")
        crossed = node("Mul", "x0", moved, name=f"crossed{layer}")
        x = node("Add", crossed, x, name=f"x{layer + 1}")
    head = node("MatMul", x, constant("w", network.w), name="head")
    node("Add", head, constant("c", network.c), name="logit")
    graph = helper.make_graph(
        nodes,
        "cross_network",
        [helper.make_tensor_value_info("x0", TensorProto.FLOAT, ["rows", d])],
        [helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["rows"])],
        constants,
    )
    written = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], producer_name="adtailor")
    written.ir_version = 8
    onnx.checker.check_model(written)
    Path(path).write_bytes(written.SerializeToString())
