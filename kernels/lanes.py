"""Sixteen pixels at a time: a vector of numbers as a value inside compiled kernels.

numba vectorises simple loops only; the raster kernels need gathers from a few neighbouring posts, which one
permutation instruction does where a loop would need sixteen loads. So this module teaches numba a vector type, on
which ``+ - * / < >`` and the functions below work lane by lane. A kernel written with it reads like its scalar
definition.

The functions are empty for Python: they exist inside functions compiled with ``simd`` only. Numbers of the host
language mix freely with vectors and count as float32 (or int32 beside whole-number lanes). Neither nan nor inf may
occur in a lane.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import llvmlite.binding as llvm
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import extending
from numba.core import cgutils as untyped_cgutils
from numba.core import config as untyped_config
from numba.core import types

# numba's own annotations do not describe how these are used: an intrinsic is called without its typing context.
cgutils: Any = untyped_cgutils
config: Any = untyped_config
intrinsic: Any = extending.intrinsic
models: Any = extending.models
overload: Any = extending.overload

LANES = 16
"""How many pixels are computed side by side."""

Kind = Literal["float", "int", "mask"]
FloatArray = npt.NDArray[np.float32]
Number = float | np.floating[Any]
"""A number of the host language beside vectors; it counts as float32."""


class Lanes:
    """Sixteen float32 values, as a type checker sees them."""

    def __add__(self, other: Lanes | Number) -> Lanes: ...  # type: ignore[empty-body]
    def __radd__(self, other: Number) -> Lanes: ...  # type: ignore[empty-body]
    def __sub__(self, other: Lanes | Number) -> Lanes: ...  # type: ignore[empty-body]
    def __rsub__(self, other: Number) -> Lanes: ...  # type: ignore[empty-body]
    def __mul__(self, other: Lanes | Number) -> Lanes: ...  # type: ignore[empty-body]
    def __rmul__(self, other: Number) -> Lanes: ...  # type: ignore[empty-body]
    def __truediv__(self, other: Lanes | Number) -> Lanes: ...  # type: ignore[empty-body]
    def __rtruediv__(self, other: Number) -> Lanes: ...  # type: ignore[empty-body]
    def __lt__(self, other: Lanes | Number) -> Mask: ...  # type: ignore[empty-body]
    def __gt__(self, other: Lanes | Number) -> Mask: ...  # type: ignore[empty-body]


class WholeLanes:
    """Sixteen int32 values, as a type checker sees them."""

    def __add__(self, other: WholeLanes | int) -> WholeLanes: ...  # type: ignore[empty-body]
    def __sub__(self, other: WholeLanes | int) -> WholeLanes: ...  # type: ignore[empty-body]
    def __lt__(self, other: WholeLanes | int) -> Mask: ...  # type: ignore[empty-body]
    def __gt__(self, other: WholeLanes | int) -> Mask: ...  # type: ignore[empty-body]


Vector = TypeVar("Vector", Lanes, WholeLanes)
"""Lanes of either kind."""


class Mask:
    """Sixteen truth values, as a type checker sees them."""

    def __and__(self, other: Mask) -> Mask: ...  # type: ignore[empty-body]


class _LanesType(types.Type):
    """The numba type of a vector of one kind."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        super().__init__(name=f"{kind}x{LANES}")


_FLOAT, _INT, _MASK = _LanesType("float"), _LanesType("int"), _LanesType("mask")
_I32 = ir.IntType(32)
_LLVM = {
    "float": ir.VectorType(ir.FloatType(), LANES),
    "int": ir.VectorType(_I32, LANES),
    "mask": ir.VectorType(ir.IntType(1), LANES),
}
_ELEMENT = {"float": types.float32, "int": types.int32}
_FAST = ("fast",)


@extending.register_model(_LanesType)
class _LanesModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, frontend_type: Any) -> None:
        super().__init__(manager, frontend_type, _LLVM[frontend_type.kind])


def _widen(context: Any, builder: Any, value: Any, given: Any, kind: Kind) -> Any:
    """Return a vector of that kind: a vector as it is, a number copied into every lane."""
    if isinstance(given, _LanesType):
        return value
    vector = _LLVM[kind]
    undefined = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(undefined, context.cast(builder, value, given, _ELEMENT[kind]), ir.Constant(_I32, 0))
    return builder.shuffle_vector(first, undefined, ir.Constant(_LLVM["int"], [0] * LANES))


def _llvm_function(name: str, *, is_fast: bool = True) -> Callable[..., Any]:
    """Return the emitter of an LLVM function on float vectors, such as ``llvm.sqrt``."""

    def emit(builder: Any, *arguments: Any) -> Any:
        vector = _LLVM["float"]
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(vector, [vector] * len(arguments)), f"{name}.v{LANES}f32"
        )
        return builder.call(function, arguments, fastmath=_FAST if is_fast else ())

    return emit


def _whole_function(name: str) -> Callable[..., Any]:
    """Return the emitter of an LLVM function on vectors of whole numbers, such as ``llvm.smax``."""

    def emit(builder: Any, *arguments: Any) -> Any:
        vector = _LLVM["int"]
        kind = ir.FunctionType(vector, [vector] * len(arguments))
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"{name}.v{LANES}i32"), arguments)

    return emit


def _select(builder: Any, mask: Any, x: Any, y: Any) -> Any:
    return builder.select(mask, x, y)


def _implement(
    function: Any, emit: Callable[..., Any], result: Kind, *kinds: Kind, whole: Callable[..., Any] | None = None
) -> None:
    """Give a function of vectors its compiled form; ``whole`` is the emitter where the lanes hold whole numbers.

    The form is taken when at least one argument is a vector; plain numbers among the arguments are widened.
    """

    def form(given: tuple[Any, ...]) -> tuple[Any, Any]:
        """Return the signature and the code generator for arguments of those types."""
        is_whole = whole is not None and any(isinstance(a, _LanesType) and a.kind == "int" for a in given)
        out = _LanesType("int" if is_whole and result == "float" else result)
        emitter = whole if is_whole and whole is not None else emit

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            wide = (
                _widen(context, builder, value, kind_given, "int" if is_whole else kind)
                for value, kind_given, kind in zip(values, signature.args, kinds, strict=True)
            )
            return emitter(builder, *wide)

        return out(*given), generate

    def concerns(*given: Any) -> bool:
        return any(isinstance(a, _LanesType) for a in given)

    if len(kinds) == 1:
        one = intrinsic(lambda _typing, a: form((a,)))
        overload(function)(lambda a: (lambda a: one(a)) if concerns(a) else None)
    elif len(kinds) == 2:
        two = intrinsic(lambda _typing, a, b: form((a, b)))
        overload(function)(lambda a, b: (lambda a, b: two(a, b)) if concerns(a, b) else None)
    else:
        three = intrinsic(lambda _typing, a, b, c: form((a, b, c)))
        overload(function)(lambda a, b, c: (lambda a, b, c: three(a, b, c)) if concerns(a, b, c) else None)


class _CompiledOnlyError(TypeError):
    """Raised where Python itself calls a function that exists in compiled kernels only."""


def splat(a: Number) -> Lanes:
    """Return the number in every lane."""
    raise _CompiledOnlyError


def lane_numbers() -> Lanes:
    """Return 0, 1, ... 15."""
    raise _CompiledOnlyError


def maximum(a: Vector, b: Vector | Number) -> Vector:
    """Return the greater of each pair."""
    raise _CompiledOnlyError


def minimum(a: Vector, b: Vector | Number) -> Vector:
    """Return the smaller of each pair."""
    raise _CompiledOnlyError


def floor(a: Lanes) -> Lanes:
    """Return the next whole number below."""
    raise _CompiledOnlyError


def sqrt(a: Lanes) -> Lanes:
    """Return the square root of lanes that are not negative."""
    raise _CompiledOnlyError


def absolute(a: Lanes) -> Lanes:
    """Return the value without its sign."""
    raise _CompiledOnlyError


def multiply_add(a: Lanes, b: Lanes, c: Lanes) -> Lanes:
    """Return a b + c as it stands: the compiler does not turn the sum into another that is equal but for rounding."""
    raise _CompiledOnlyError


def copy_sign(a: Lanes, b: Lanes) -> Lanes:
    """Return the size of a with the sign of b."""
    raise _CompiledOnlyError


def whole(a: Lanes) -> WholeLanes:
    """Return the whole part of every lane."""
    raise _CompiledOnlyError


def to_float(a: WholeLanes) -> Lanes:
    """Return the lanes as float32."""
    raise _CompiledOnlyError


def bits(a: Lanes) -> WholeLanes:
    """Return the IEEE 754 pattern of every lane."""
    raise _CompiledOnlyError


def from_bits(a: WholeLanes) -> Lanes:
    """Return the float32 with that IEEE 754 pattern."""
    raise _CompiledOnlyError


def shift_left(a: WholeLanes, b: int) -> WholeLanes:
    """Return every lane moved b bits to the left."""
    raise _CompiledOnlyError


def shift_right(a: WholeLanes, b: int) -> WholeLanes:
    """Return every lane moved b bits to the right, the sign kept."""
    raise _CompiledOnlyError


def where(a: Mask, b: Vector | Number, c: Vector | Number) -> Vector:
    """Return b where the mask holds, else c."""
    raise _CompiledOnlyError


def first_lane(a: WholeLanes) -> int:
    """Return the number in the first lane."""
    raise _CompiledOnlyError


def any_lane(a: Mask) -> bool:
    """Say whether the mask holds in at least one lane."""
    raise _CompiledOnlyError


def _emit(method: str) -> Callable[..., Any]:
    return lambda builder, x, y: getattr(builder, method)(x, y, flags=_FAST)


def _compare(sign: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    return (
        lambda builder, x, y: builder.fcmp_ordered(sign, x, y, flags=_FAST),
        lambda builder, x, y: builder.icmp_signed(sign, x, y),
    )


_implement(operator.add, _emit("fadd"), "float", "float", "float", whole=lambda builder, x, y: builder.add(x, y))
_implement(operator.sub, _emit("fsub"), "float", "float", "float", whole=lambda builder, x, y: builder.sub(x, y))
_implement(operator.mul, _emit("fmul"), "float", "float", "float")
_implement(operator.truediv, _emit("fdiv"), "float", "float", "float")
_implement(operator.lt, _compare("<")[0], "mask", "float", "float", whole=_compare("<")[1])
_implement(operator.gt, _compare(">")[0], "mask", "float", "float", whole=_compare(">")[1])
_implement(operator.and_, lambda builder, x, y: builder.and_(x, y), "mask", "mask", "mask")
_implement(maximum, _llvm_function("llvm.maxnum"), "float", "float", "float", whole=_whole_function("llvm.smax"))
_implement(minimum, _llvm_function("llvm.minnum"), "float", "float", "float", whole=_whole_function("llvm.smin"))
_implement(copy_sign, _llvm_function("llvm.copysign"), "float", "float", "float")
_implement(multiply_add, _llvm_function("llvm.fmuladd", is_fast=False), "float", "float", "float", "float")
_implement(floor, _llvm_function("llvm.floor"), "float", "float")
_implement(sqrt, _llvm_function("llvm.sqrt"), "float", "float")
_implement(absolute, _llvm_function("llvm.fabs"), "float", "float")
_implement(whole, lambda builder, x: builder.fptosi(x, _LLVM["int"]), "int", "float")
_implement(to_float, lambda builder, x: builder.sitofp(x, _LLVM["float"]), "float", "int")
_implement(bits, lambda builder, x: builder.bitcast(x, _LLVM["int"]), "int", "float")
_implement(from_bits, lambda builder, x: builder.bitcast(x, _LLVM["float"]), "float", "int")
_implement(shift_left, lambda builder, x, y: builder.shl(x, y), "int", "int", "int")
_implement(shift_right, lambda builder, x, y: builder.ashr(x, y), "int", "int", "int")
_implement(where, _select, "float", "mask", "float", "float", whole=_select)


@intrinsic
def _splat(_typing: Any, a: Any) -> Any:
    return _FLOAT(a), lambda context, builder, _signature, values: _widen(context, builder, values[0], a, "float")


@overload(splat, strict=False)
def _splat_compiled(a: Any) -> Any:
    return (lambda a: _splat(a)) if isinstance(a, types.Number) else None


@intrinsic
def _lane_numbers(_typing: Any) -> Any:
    return _FLOAT(), lambda *_: ir.Constant(_LLVM["float"], [float(lane) for lane in range(LANES)])


@overload(lane_numbers, strict=False)
def _lane_numbers_compiled() -> Any:
    return lambda: _lane_numbers()


def look_up(posts: FloatArray, row: int, column: int, offset: WholeLanes) -> Lanes:
    """Return ``posts[row, column + offset]`` of every lane.

    Parameters
    ----------
    posts : (rows, columns) C-contiguous float32.
    offset : 0 .. 31 in every lane; the 32 posts from ``column`` on must exist.
    """
    raise _CompiledOnlyError


def gather(values: FloatArray, index: WholeLanes) -> Lanes:
    """Return ``values[index]`` of every lane, anywhere in a one-dimensional contiguous array."""
    raise _CompiledOnlyError


def load(values: FloatArray, start: int) -> Lanes:
    """Return ``values[start : start + 16]`` of a one-dimensional array."""
    raise _CompiledOnlyError


def load_whole(values: npt.NDArray[np.int16] | npt.NDArray[np.int32], start: int) -> WholeLanes:
    """Return ``values[start : start + 16]`` of a one-dimensional array of whole numbers."""
    raise _CompiledOnlyError


def store(values: FloatArray | npt.NDArray[np.int32], start: int, lanes: Lanes | WholeLanes) -> None:
    """Write the lanes to ``values[start : start + 16]`` of a one-dimensional array of their kind."""
    raise _CompiledOnlyError


def permute(lanes: Lanes, places: WholeLanes) -> Lanes:
    """Return ``lanes[places]``: of every lane the one that its place names, 0 .. 15."""
    raise _CompiledOnlyError


def greatest(lanes: Lanes) -> np.float32:
    """Return the greatest of the sixteen values."""
    raise _CompiledOnlyError


def transpose(values: FloatArray, start: int, out: FloatArray, out_start: int, stride: int) -> None:
    """Write sixteen vectors that lie one after another as sixteen columns: lane i goes to ``out_start + i * stride``.

    Parameters
    ----------
    values : one-dimensional; the 256 numbers from ``start`` on are read.
    out : one-dimensional; 16 numbers are written at each of the sixteen places.
    """
    raise _CompiledOnlyError


def _has_wide_permutation() -> bool:
    """Say whether the compiled code may use the AVX-512 permutation of two registers."""
    if config.CPU_NAME or config.CPU_FEATURES is not None:
        return "+avx512f" in (config.CPU_FEATURES or "")
    return bool(llvm.get_host_cpu_features().get("avx512f", False))


def _post_address(context: Any, builder: Any, array_type: Any, array: Any, row: Any, column: Any) -> Any:
    posts = context.make_array(array_type)(context, builder, array)
    stride = builder.extract_value(posts.shape, 1)
    return builder.gep(posts.data, [builder.add(builder.mul(row, stride), column)])


@intrinsic
def _look_up(_typing: Any, posts: Any, row: Any, column: Any, offset: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        row_index, column_index = (
            context.cast(builder, value, given, types.intp)
            for value, given in zip(values[1:3], signature.args[1:3], strict=True)
        )
        address = _post_address(context, builder, posts, values[0], row_index, column_index)
        vector = _LLVM["float"]
        if _has_wide_permutation():
            low = builder.load(builder.bitcast(address, vector.as_pointer()), align=4)
            next_address = builder.gep(address, [ir.Constant(ir.IntType(64), LANES)])
            high = builder.load(builder.bitcast(next_address, vector.as_pointer()), align=4)
            permute = cgutils.get_or_insert_function(
                builder.module,
                ir.FunctionType(vector, [vector, _LLVM["int"], vector]),
                "llvm.x86.avx512.vpermi2var.ps.512",
            )
            return builder.call(permute, [low, values[3], high])
        result = ir.Constant(vector, ir.Undefined)
        for lane in range(LANES):
            place = ir.Constant(_I32, lane)
            post = builder.load(builder.gep(address, [builder.extract_element(values[3], place)]))
            result = builder.insert_element(result, post, place)
        return result

    return _FLOAT(posts, row, column, offset), generate


@overload(look_up, strict=False)
def _look_up_compiled(posts: Any, row: Any, column: Any, offset: Any) -> Any:
    return lambda posts, row, column, offset: _look_up(posts, row, column, offset)


@intrinsic
def _gather(_typing: Any, values: Any, index: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        data = context.make_array(values)(context, builder, arguments[0]).data
        result = ir.Constant(_LLVM["float"], ir.Undefined)
        for lane in range(LANES):
            place = ir.Constant(_I32, lane)
            value = builder.load(builder.gep(data, [builder.extract_element(arguments[1], place)]))
            result = builder.insert_element(result, value, place)
        return result

    return _FLOAT(values, index), generate


@overload(gather, strict=False)
def _gather_compiled(values: Any, index: Any) -> Any:
    return lambda values, index: _gather(values, index)


@intrinsic
def _load(_typing: Any, values: Any, start: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(values)(context, builder, arguments[0])
        address = builder.gep(array.data, [context.cast(builder, arguments[1], signature.args[1], types.intp)])
        return builder.load(builder.bitcast(address, _LLVM["float"].as_pointer()), align=4)

    return _FLOAT(values, start), generate


@overload(load, strict=False)
def _load_compiled(values: Any, start: Any) -> Any:
    return lambda values, start: _load(values, start)


@intrinsic
def _load_whole(_typing: Any, values: Any, start: Any) -> Any:
    width = values.dtype.bitwidth

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(values)(context, builder, arguments[0])
        address = builder.gep(array.data, [context.cast(builder, arguments[1], signature.args[1], types.intp)])
        stored = ir.VectorType(ir.IntType(width), LANES)
        lanes = builder.load(builder.bitcast(address, stored.as_pointer()), align=width // 8)
        return lanes if width == 32 else builder.sext(lanes, _LLVM["int"])

    return _INT(values, start), generate


@overload(load_whole, strict=False)
def _load_whole_compiled(values: Any, start: Any) -> Any:
    return lambda values, start: _load_whole(values, start)


@intrinsic
def _store(_typing: Any, values: Any, start: Any, lanes: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(values)(context, builder, arguments[0])
        address = builder.gep(array.data, [context.cast(builder, arguments[1], signature.args[1], types.intp)])
        builder.store(arguments[2], builder.bitcast(address, _LLVM[lanes.kind].as_pointer()), align=4)
        return context.get_dummy_value()

    return types.void(values, start, lanes), generate


@overload(store, strict=False)
def _store_compiled(values: Any, start: Any, lanes: Any) -> Any:
    return lambda values, start, lanes: _store(values, start, lanes)


@intrinsic
def _first_lane(_typing: Any, lanes: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.sext(builder.extract_element(values[0], ir.Constant(_I32, 0)), ir.IntType(64))

    return types.int64(lanes), generate


@overload(first_lane, strict=False)
def _first_lane_compiled(a: Any) -> Any:
    return (lambda a: _first_lane(a)) if isinstance(a, _LanesType) else None


@intrinsic
def _any_lane(_typing: Any, mask: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        pattern = ir.IntType(LANES)
        return builder.icmp_unsigned("!=", builder.bitcast(values[0], pattern), ir.Constant(pattern, 0))

    return types.boolean(mask), generate


@overload(any_lane, strict=False)
def _any_lane_compiled(a: Any) -> Any:
    return (lambda a: _any_lane(a)) if isinstance(a, _LanesType) else None


@intrinsic
def _permute(_typing: Any, lanes: Any, places: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        vector = _LLVM["float"]
        if _has_wide_permutation():
            name, kind = "llvm.x86.avx512.permvar.sf.512", ir.FunctionType(vector, [vector, _LLVM["int"]])
            return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), values)
        result = ir.Constant(vector, ir.Undefined)
        for lane in range(LANES):
            place = ir.Constant(_I32, lane)
            picked = builder.extract_element(values[0], builder.extract_element(values[1], place))
            result = builder.insert_element(result, picked, place)
        return result

    return _FLOAT(lanes, places), generate


@overload(permute, strict=False)
def _permute_compiled(lanes: Any, places: Any) -> Any:
    return lambda lanes, places: _permute(lanes, places)


@intrinsic
def _greatest(_typing: Any, lanes: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        kind = ir.FunctionType(ir.FloatType(), [_LLVM["float"]])
        function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.vector.reduce.fmax.v{LANES}f32")
        return builder.call(function, values, fastmath=_FAST)

    return types.float32(lanes), generate


@overload(greatest, strict=False)
def _greatest_compiled(lanes: Any) -> Any:
    return (lambda lanes: _greatest(lanes)) if isinstance(lanes, _LanesType) else None


@intrinsic
def _transpose(_typing: Any, values: Any, start: Any, out: Any, out_start: Any, stride: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start_index, out_index, step = (
            context.cast(builder, arguments[n], signature.args[n], types.intp) for n in (1, 3, 4)
        )
        source = context.make_array(values)(context, builder, arguments[0]).data
        target = context.make_array(out)(context, builder, arguments[2]).data
        vector = _LLVM["float"]

        def place(data: Any, index: Any) -> Any:
            return builder.bitcast(builder.gep(data, [index]), vector.as_pointer())

        def offset(lane: int, width: Any) -> Any:
            return builder.mul(ir.Constant(ir.IntType(64), lane), width)

        rows = [
            builder.load(
                place(source, builder.add(start_index, offset(lane, ir.Constant(ir.IntType(64), LANES)))), align=4
            )
            for lane in range(LANES)
        ]
        half = 1
        while half < LANES:  # exchange blocks of 1, 2, 4, 8 between pairs of rows
            low = [lane if not lane & half else LANES + lane - half for lane in range(LANES)]
            high = [lane + half if not lane & half else LANES + lane for lane in range(LANES)]
            masks = [ir.Constant(_LLVM["int"], picked) for picked in (low, high)]
            for lane in range(LANES):
                if not lane & half:
                    pair = rows[lane], rows[lane + half]
                    rows[lane], rows[lane + half] = (builder.shuffle_vector(*pair, mask) for mask in masks)
            half *= 2
        for lane in range(LANES):
            builder.store(rows[lane], place(target, builder.add(out_index, offset(lane, step))), align=4)
        return context.get_dummy_value()

    return types.void(values, start, out, out_start, stride), generate


@overload(transpose, strict=False)
def _transpose_compiled(values: Any, start: Any, out: Any, out_start: Any, stride: Any) -> Any:
    return lambda values, start, out, out_start, stride: _transpose(values, start, out, out_start, stride)


def add_from(sums: npt.NDArray[np.int64], start: int, table: npt.NDArray[np.int64], places: WholeLanes) -> None:
    """Add ``table[places]`` to ``sums[start : start + 16]``; one-dimensional arrays, places in the table."""
    raise _CompiledOnlyError


@intrinsic
def _add_from(_typing: Any, sums: Any, start: Any, table: Any, places: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide, width = ir.IntType(64), ir.VectorType(ir.IntType(64), LANES)
        target = context.make_array(sums)(context, builder, arguments[0]).data
        index = context.cast(builder, arguments[1], signature.args[1], types.intp)
        address = builder.bitcast(builder.gep(target, [index]), width.as_pointer())
        source = context.make_array(table)(context, builder, arguments[2]).data
        total = builder.load(address, align=8)
        addend = ir.Constant(width, ir.Undefined)
        for lane in range(LANES):
            place = ir.Constant(_I32, lane)
            entry = builder.zext(builder.extract_element(arguments[3], place), wide)
            addend = builder.insert_element(addend, builder.load(builder.gep(source, [entry])), place)
        builder.store(builder.add(total, addend), address, align=8)
        return context.get_dummy_value()

    return types.void(sums, start, table, places), generate


@overload(add_from, strict=False)
def _add_from_compiled(sums: Any, start: Any, table: Any, places: Any) -> Any:
    return lambda sums, start, table, places: _add_from(sums, start, table, places)
