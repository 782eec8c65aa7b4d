"""Eight doubles side by side, which compiled functions keep in registers.

Numba's own loops write every sum to memory: it does not tell LLVM that arrays do not overlap. Of
eight lanes LLVM makes what the machine has, one vector or several. They are added and multiplied
by the usual signs. Arrays are contiguous, of doubles where nothing else is said; places in them
count from their first number, and none is checked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from llvmlite import ir

LANES = 8

_INDEX = ir.IntType(64)
_VECTOR = ir.VectorType(ir.DoubleType(), LANES)
_NOTHING = ir.Constant(_VECTOR, ir.Undefined)
_ITEM = 8  # bytes of a double


class Instruction:
    """What a compiled function calls, and is written out there."""

    def __init__(self, write: Callable[..., Any]) -> None:
        self.py_func = write  # (build, arguments), an array's being the address of its numbers
        self.__name__ = write.__name__
        self.returns_lanes = write.__annotations__["return"] != "None"

    def __call__(self, *_: Any) -> Any:
        """From Python it cannot be called."""
        raise TypeError(f"{self.__name__} is for compiled functions, which have it written out.")

    @cached_property
    def _numba_type_(self) -> Any:  # numba asks for it where a compiled function calls this
        from rnn.native.vectors import numba_type

        return numba_type(self, LANES)


@Instruction
def load(build: ir.IRBuilder, array: ir.Value, at: ir.Value) -> ir.Value:
    """Eight neighbours."""
    return build.load(_eight(build, array, at), align=_ITEM)


@Instruction
def store(build: ir.IRBuilder, array: ir.Value, at: ir.Value, lanes: ir.Value) -> None:
    """Into eight neighbours."""
    build.store(lanes, _eight(build, array, at), align=_ITEM)


@Instruction
def load_row(build: ir.IRBuilder, array: ir.Value, rows: ir.Value, at: ir.Value) -> ir.Value:
    """The row of eight that ``rows[at]``, of 32 bits, says."""
    row = build.zext(build.load(build.gep(rows, [at])), _INDEX)
    return build.load(_eight(build, array, build.mul(row, _INDEX(LANES))), align=_ITEM)


@Instruction
def spread(build: ir.IRBuilder, array: ir.Value, at: ir.Value) -> ir.Value:
    """One number, eight times."""
    number = build.load(build.gep(array, [at]))
    first = build.insert_element(_NOTHING, number, _INDEX(0))
    each = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return build.shuffle_vector(first, _NOTHING, each)


@Instruction
def gather(build: ir.IRBuilder, array: ir.Value, places: ir.Value, at: ir.Value) -> ir.Value:
    """The numbers where ``places[at]`` and the seven after it, of 32 bits, say."""
    lanes = _NOTHING
    for lane, place in enumerate(_places(build, places, at)):
        number = build.load(build.gep(array, [place]))
        lanes = build.insert_element(lanes, number, _INDEX(lane))
    return lanes


@Instruction
def scatter(
    build: ir.IRBuilder, array: ir.Value, places: ir.Value, at: ir.Value, lanes: ir.Value
) -> None:
    """To where :func:`gather` takes numbers from."""
    for lane, place in enumerate(_places(build, places, at)):
        build.store(build.extract_element(lanes, _INDEX(lane)), build.gep(array, [place]))


def _eight(build: ir.IRBuilder, array: ir.Value, at: ir.Value) -> ir.Value:
    return build.bitcast(build.gep(array, [at]), _VECTOR.as_pointer())


def _places(build: ir.IRBuilder, places: ir.Value, at: ir.Value) -> list[ir.Value]:
    """Eight of 32 bits, loaded two at a time: loads are what a gather waits for.

    The first of two is in the low half, on each machine that numba is for.
    """
    pairs = build.bitcast(build.gep(places, [at]), _INDEX.as_pointer())
    found = []
    for pair in range(LANES // 2):
        both = build.load(build.gep(pairs, [_INDEX(pair)]), align=4)
        found += [build.and_(both, _INDEX(0xFFFFFFFF)), build.lshr(both, _INDEX(32))]
    return found
