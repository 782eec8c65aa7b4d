"""Parts of the machine code that numba does not make: its entry, and memory to work in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from llvmlite import ir

ENTRY = "entry"
_WORD, _DOUBLE, _STATUS = ir.IntType(64), ir.DoubleType(), ir.IntType(32)
_BYTES = ir.IntType(8).as_pointer()
# Numba's record of a piece of memory: how many hold it, what is called at its end and with what,
# where it begins, how long it is, and whose it is.
_RECORD = ir.LiteralStructType([_WORD, _BYTES, _BYTES, _BYTES, _WORD, _BYTES])
_ALIGNED = 64  # bytes, as much as any processor asks for


def entry_of(symbol: str, signature: ir.FunctionType, kinds: Any) -> ir.Module:
    """A function of one argument, the words of :func:`~rnn.native.arguments.flatten`.

    It calls another with what they stand for. That follows numba's convention: first come places
    for what is returned and for an error; then of an array the owner of its memory and the
    object (nobody: the caller keeps them), how many elements, bytes of each, the address, shape
    and strides; of a tuple its elements, one after the other.
    """
    module = ir.Module()
    called = ir.Function(module, signature, symbol)
    entry = ir.FunctionType(_STATUS, [_WORD.as_pointer()])
    entry = ir.Function(module, entry, ENTRY)
    build = ir.IRBuilder(entry.append_basic_block())
    arguments = [build.alloca(place.pointee) for place in signature.args[:2]]
    values = _values(build, entry.args[0], kinds)
    for kind, value in zip(signature.args[2:], values, strict=True):
        if isinstance(kind, ir.PointerType):
            value = build.inttoptr(value, kind)
        elif isinstance(kind, ir.FloatType):
            value = build.fptrunc(value, kind)
        elif value.type != kind:
            value = build.trunc(value, kind)
        arguments.append(value)
    build.ret(build.call(called, arguments))
    return module


def _values(build: ir.IRBuilder, words: Any, kinds: Any) -> Iterator[Any]:
    taken = 0

    def take(kind: ir.Type = _WORD) -> Any:
        nonlocal taken
        place = build.gep(words, [_WORD(taken)], source_etype=_WORD)
        taken += 1
        return build.load(build.bitcast(place, kind.as_pointer()), typ=kind)

    def values(kind: Any) -> Iterator[Any]:
        if kind in ("int", "bool"):
            yield take()
        elif kind in ("float", "single"):
            yield take(_DOUBLE)
        elif kind[0] == "array":
            yield from array(*kind[1:])
        else:
            for part in kind[2:]:
                yield from values(part)

    def array(dtype: str, n_axes: int, contiguous: bool, *_: Any) -> Iterator[Any]:
        itemsize = _WORD(np.dtype(dtype).itemsize)
        address, shape = take(), [take() for _ in range(n_axes)]
        strides = [] if contiguous else [take() for _ in range(n_axes)]
        count = _WORD(1)
        for length in reversed(shape):
            if contiguous:
                strides.insert(0, build.mul(count, itemsize))
            count = build.mul(count, length)
        yield from (_WORD(0), _WORD(0), count, itemsize, address, *shape, *strides)

    for kind in kinds:
        yield from values(kind)


def memory() -> ir.Module:
    """What numba's runtime has for arrays of work, by the C library's malloc and free.

    Memory stands behind its record. One function gives it, the other takes it back.
    """
    module = ir.Module()
    malloc = ir.Function(module, ir.FunctionType(_BYTES, [_WORD]), "malloc")
    free = ir.Function(module, ir.FunctionType(ir.VoidType(), [_BYTES]), "free")

    give = ir.FunctionType(_BYTES, [_WORD, ir.IntType(32)])
    give = ir.Function(module, give, "NRT_MemInfo_alloc_aligned")
    size = give.args[0]
    build = ir.IRBuilder(give.append_basic_block())
    before = ir.Constant(_WORD, 2 * _ALIGNED)  # the record, and up to where memory is aligned
    block = build.call(malloc, [build.add(size, before)])
    nothing = ir.Constant(_BYTES, None)
    with build.if_then(build.icmp_unsigned("!=", block, nothing)):
        start = build.add(build.ptrtoint(block, _WORD), before)
        start = build.inttoptr(build.and_(start, _WORD(-_ALIGNED)), _BYTES)
        record = ir.Constant(_RECORD, ir.Undefined)
        for i, field in enumerate([_WORD(1), nothing, nothing, start, size, nothing]):
            record = build.insert_value(record, field, i)
        build.store(record, build.bitcast(block, _RECORD.as_pointer()))
    build.ret(block)

    take = ir.FunctionType(ir.VoidType(), [_BYTES])
    take = ir.Function(module, take, "NRT_MemInfo_call_dtor")
    build = ir.IRBuilder(take.append_basic_block())
    build.call(free, [take.args[0]])
    build.ret_void()
    return module
