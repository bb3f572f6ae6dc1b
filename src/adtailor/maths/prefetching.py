"""Asking for memory before it is needed: a table of millions of ids lives outside the caches."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils, config
from numba.extending import intrinsic
from numpy.typing import NDArray


def prefetch_nothing(array: NDArray[Any], row: int, column: int) -> None:
    """Where kernels run uncompiled there is nothing to ask for."""


def _prefetch(_typing: Any, array: Any, row: Any, column: Any) -> Any:  # pragma: no cover  # noqa: ARG001 - typed by name
    # Writes machine code, so it runs only where kernels are compiled: coverage is measured where they are not.
    # llvm.prefetch(address, read, keep close, data): a hint; no bit of any answer depends on it.

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        view = context.make_array(kind)(context, builder, arguments[0])
        address = cgutils.get_item_pointer2(
            context,
            builder,
            view.data,
            cgutils.unpack_tuple(builder, view.shape),
            cgutils.unpack_tuple(builder, view.strides),
            kind.layout,
            [arguments[1], arguments[2]],
        )
        i32 = ir.IntType(32)
        pointer = builder.bitcast(address, ir.IntType(8).as_pointer())
        asked = ir.FunctionType(ir.VoidType(), [pointer.type, i32, i32, i32])
        hint = cgutils.get_or_insert_function(builder.module, asked, "llvm.prefetch.p0")
        builder.call(hint, [pointer, ir.Constant(i32, 0), ir.Constant(i32, 3), ir.Constant(i32, 1)])
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp), emit


prefetch: Any = prefetch_nothing if vars(config)["DISABLE_JIT"] else intrinsic(_prefetch)
"""`prefetch(array, row, column)`, for arrays of two axes."""
