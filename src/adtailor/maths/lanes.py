"""Eight numbers at once: what a processor's wide registers hold, for the innermost loops of compiled kernels.

Left to itself the compiler reads and writes such sums in memory for every entry. Uncompiled, they are NumPy arrays, and
every operation gives the same bits.
"""

# ruff: noqa: ARG001 - typed by name
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils, config
from numba.extending import intrinsic, models, register_model
from numpy.typing import NDArray

LANES = 8
F32 = NDArray[np.float32]


class _Lanes(types.Type):
    def __init__(self) -> None:
        super().__init__(name="lanes")


_lanes = _Lanes()


@register_model(_Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:  # pragma: no cover
        from llvmlite import ir

        super().__init__(manager, kind, ir.VectorType(ir.FloatType(), LANES))


def _spread_plain(value: Any) -> F32:
    return np.full(LANES, value, dtype=np.float32)


def _load_plain(array: F32, row: int, column: int) -> F32:
    return array[row, column : column + LANES].copy()


def _store_plain(array: F32, row: int, column: int, lanes: F32) -> None:
    array[row, column : column + LANES] = lanes


# What follows writes machine code, so it runs only where kernels are compiled: coverage is measured where they are not.


def _vector() -> Any:  # pragma: no cover
    from llvmlite import ir

    return ir.VectorType(ir.FloatType(), LANES)


def _pointer(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # pragma: no cover
    kind = signature.args[0]
    view = context.make_array(kind)(context, builder, arguments[0])
    address = cgutils.get_item_pointer2(
        context, builder, view.data, cgutils.unpack_tuple(builder, view.shape),
        cgutils.unpack_tuple(builder, view.strides), kind.layout, [arguments[1], arguments[2]],
    )  # fmt: skip
    return builder.bitcast(address, _vector().as_pointer())


def _spread(_typing: Any, value: Any) -> Any:  # pragma: no cover
    def emit(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        from llvmlite import ir

        one = ir.Constant(ir.IntType(32), 0)
        empty = ir.Constant(_vector(), ir.Undefined)
        first = builder.insert_element(empty, arguments[0], one)
        return builder.shuffle_vector(first, empty, ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES))

    return _lanes(types.float32), emit


def _load(_typing: Any, array: Any, row: Any, column: Any) -> Any:  # pragma: no cover
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.load(_pointer(context, builder, signature, arguments), align=4)

    return _lanes(array, types.intp, types.intp), emit


def _store(_typing: Any, array: Any, row: Any, column: Any, lanes: Any) -> Any:  # pragma: no cover
    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        builder.store(arguments[3], _pointer(context, builder, signature, arguments), align=4)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, _lanes), emit


def _binary(name: str) -> Callable[..., Any]:  # pragma: no cover
    def of(_typing: Any, left: Any, right: Any) -> Any:
        def emit(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return getattr(builder, name)(*arguments)

        return _lanes(_lanes, _lanes), emit

    return of


_PLAIN = bool(vars(config)["DISABLE_JIT"])
spread: Any = _spread_plain if _PLAIN else intrinsic(_spread)
"""`spread(value)`: the same number in all."""
load: Any = _load_plain if _PLAIN else intrinsic(_load)
"""`load(array, row, column)`: the numbers from there on."""
store: Any = _store_plain if _PLAIN else intrinsic(_store)
"""`store(array, row, column, lanes)`."""
plus: Any = np.add if _PLAIN else intrinsic(_binary("fadd"))
times: Any = np.multiply if _PLAIN else intrinsic(_binary("fmul"))
