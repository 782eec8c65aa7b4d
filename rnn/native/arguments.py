"""Arguments of compiled functions, as machine code takes them: one number after the other."""

from __future__ import annotations

from typing import Any

import numpy as np

# Numbers that arrays may be of, in this machine's order of bytes, and where each may begin.
_ALIGNMENTS = {np.dtype(letter).str: np.dtype(letter).alignment for letter in "?bhilqBHILQfdFD"}


class Unsupported(Exception):  # noqa: N818 - it is told nobody
    """An argument of another kind than arrays, numbers, and tuples of these."""


def flatten(value: Any, words: list[Any]) -> Any:
    """Append the numbers that stand for a value, and give its kind, as hashable plain data.

    Values of one kind are of one type to numba. For an array stand its address, its shape, and its
    strides where they do not follow from it; for a tuple its elements, one after the other.

    >>> flatten((1, 2.5), words := []), words
    (('tuple', (), 'int', 'float'), [1, 2.5])

    Raises:
        Unsupported: if it is of none of the kinds that are known here.
    """
    kind = type(value)
    if kind is np.ndarray:
        return _flatten_array(value, words)
    if kind is int or kind is np.int64:
        number = int(value)
        if not -(1 << 63) <= number < 1 << 63:
            raise Unsupported
        words.append(number)
        return "int"
    if kind is float or kind is np.float64:
        words.append(float(value))
        return "float"
    if isinstance(value, tuple):
        parts = [flatten(part, words) for part in value]
        return (kind.__name__, getattr(value, "_fields", ()), *parts)
    if kind is np.float32:
        words.append(float(value))
        return "single"
    if kind is bool or kind is np.bool_:
        words.append(int(value))
        return "bool"
    raise Unsupported


def _flatten_array(array: np.ndarray, words: list[Any]) -> Any:
    seen = array.__array_interface__  # one look takes the least time
    dtype, shape, strides = seen["typestr"], seen["shape"], seen["strides"]
    address, read_only = seen["data"]
    alignment = _ALIGNMENTS.get(dtype)
    if alignment is None or address % alignment:
        raise Unsupported
    words.append(address)
    words += shape
    if strides is None:
        return "array", dtype, len(shape), True, read_only
    words += strides
    return "array", dtype, len(shape), False, read_only, array.flags.f_contiguous
