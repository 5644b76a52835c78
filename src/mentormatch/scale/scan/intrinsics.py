"""LLVM intrinsics that numba lacks: population count; saturating sums of 64 lanes of 16 bits, and a compare.

Each is there in plain Python too, for where nothing is compiled. numba's store of compiled functions does not look at
this file: a change here asks for one in the files of those that use it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.kernels.jit import HAS_NUMBA

LANES = 64
"""So many sums are taken at once: processors add 8 to 32 numbers of 16 bits in one step."""
ANYWHERE = 2
"""Vectors may begin at any number of so many bytes."""

type Small = NDArray[np.int16]


def compare_lanes_plainly(lanes: Small, codes: NDArray[np.integer], begin: int, marks: Small) -> int:
    """Return a bit for each sum that reaches its bar: what to begin with, and the rows of lanes that codes name.

    ``lanes`` are (k, LANES), ``codes`` (terms,), ``marks`` (2, LANES): the bars, and where the sums are put. One that
    would leave 16 bits stays at their end.
    """
    (bars, sums), (low, high) = marks, (np.iinfo(np.int16).min, np.iinfo(np.int16).max)
    sums[:] = begin
    for code in codes:
        sums[:] = np.clip(sums.astype(np.int64) + lanes[code], low, high)
    return sum(1 << lane for lane in np.flatnonzero(sums >= bars).tolist())


def counting(typing: Any, word: Any) -> Any:
    """Return the type and the code of the number of ones in a word."""
    from numba.core import types

    def generated(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generated


def summing(typing: Any, lanes: Any, codes: Any, begin: Any, marks: Any) -> Any:
    """Return the type and the code of ``compare_lanes_plainly``, whose sums stay in registers until they are whole."""
    from llvmlite import ir
    from numba.core import types

    def generated(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        arrays = [context.make_array(signature.args[at])(context, builder, arguments[at]) for at in (0, 1, 3)]
        total, bars = _summed(builder, arrays[0].data, arrays[1], arguments[2]), arrays[2].data
        sums = builder.gep(bars, [ir.IntType(64)(LANES)])
        builder.store(total, _vector_at(builder, sums)).align = ANYWHERE
        return builder.bitcast(builder.icmp_signed(">=", total, _loaded(builder, bars)), ir.IntType(LANES))

    return types.uint64(lanes, codes, types.int16, marks), generated


def _summed(builder: Any, lanes: Any, codes: Any, begin: Any) -> Any:
    """Write the sums of what codes name."""
    from llvmlite import ir
    from numba.core import cgutils

    words: Any = cgutils
    whole, vector = ir.IntType(64), _vector()
    kind, name = ir.FunctionType(vector, [vector, vector]), f"llvm.sadd.sat.v{LANES}i16"
    add = words.get_or_insert_function(builder.module, kind, name)
    single = builder.insert_element(vector(ir.Undefined), begin, ir.IntType(32)(0))
    everywhere = ir.VectorType(ir.IntType(32), LANES)([0] * LANES)
    total = words.alloca_once_value(builder, builder.shuffle_vector(single, single, everywhere))
    with words.for_range(builder, builder.extract_value(codes.shape, 0), intp=whole) as loop:
        code = builder.zext(builder.load(builder.gep(codes.data, [loop.index])), whole)
        given = _loaded(builder, builder.gep(lanes, [builder.mul(code, whole(LANES))]))
        builder.store(builder.call(add, [builder.load(total), given]), total)
    return builder.load(total)


def _vector() -> Any:
    """Return the type of as many numbers of 16 bits as there are lanes."""
    from llvmlite import ir

    return ir.VectorType(ir.IntType(16), LANES)


def _vector_at(builder: Any, first: Any) -> Any:
    """Write where the vector is whose first number this is."""
    return builder.bitcast(first, _vector().as_pointer())


def _loaded(builder: Any, first: Any) -> Any:
    """Write the vector whose first number this is."""
    found = builder.load(_vector_at(builder, first))
    found.align = ANYWHERE
    return found


def make_intrinsic(typing: Callable[..., Any], plain: Callable[..., int]) -> Any:
    """Return what is written so, or where nothing is compiled plain Python that does the same."""
    if not HAS_NUMBA:
        return plain
    from numba.extending import intrinsic

    return intrinsic(typing)


count_ones: Any = make_intrinsic(counting, int.bit_count)
"""Returns the number of ones in a word of 64 bits, in compiled code: one instruction where processors have one."""
compare_lanes: Any = make_intrinsic(summing, compare_lanes_plainly)
"""Returns which sums reach their bars: see ``compare_lanes_plainly``."""
