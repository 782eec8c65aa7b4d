"""Arguments of compiled functions, as machine code takes them: one number after the other."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

_NUMBERS = "?bhilqBHILQfdFD"  # of arrays, by numpy's letters
_C_CONTIGUOUS, _F_CONTIGUOUS, _ALIGNED, _WRITEABLE = 0x1, 0x2, 0x100, 0x400


class Unsupported(Exception):  # noqa: N818 - it is told nobody
    """An argument of another kind than arrays, numbers, and tuples of these."""


def flatten(value: Any, words: list[Any]) -> Any:
    """Append the numbers that stand for a value, and give its kind, as hashable plain data.

    Values of one kind are of one type to numba, whose convention this is: of an array the owner of
    its memory (nobody: the caller keeps it), how many elements, bytes of each, the address, shape
    and strides; of a tuple its elements, one after the other.

    >>> flatten((1, 2.5), words := []), words
    (('tuple', (), 'int', 'float'), [1, 2.5])

    Raises:
        Unsupported: if it is of none of the kinds that are known here.
    """
    if isinstance(value, np.ndarray):
        return _flatten_array(value, words)
    if isinstance(value, tuple):
        of = type(value)
        fields = getattr(of, "_fields", ())
        return (of.__name__, fields, *[flatten(part, words) for part in value])
    if isinstance(value, bool | np.bool_):
        words.append(ctypes.c_bool(bool(value)))
        return "bool"
    if type(value) in (int, np.int64):
        number = int(value)
        if not -(1 << 63) <= number < 1 << 63:
            raise Unsupported
        words.append(number)
        return "int"
    if type(value) in (float, np.float64):
        words.append(float(value))
        return "float"
    if type(value) is np.float32:
        words.append(ctypes.c_float(float(value)))
        return "single"
    raise Unsupported


def _flatten_array(array: np.ndarray, words: list[Any]) -> Any:
    dtype, flags = array.dtype, array.flags.num
    if type(array) is not np.ndarray or dtype.char not in _NUMBERS or not dtype.isnative:
        raise Unsupported
    if not flags & _ALIGNED:
        raise Unsupported
    words += (None, None, array.size, array.itemsize, array.ctypes.data)
    words += array.shape
    words += array.strides
    layout = "C" if flags & _C_CONTIGUOUS else "F" if flags & _F_CONTIGUOUS else "A"
    return dtype.str, array.ndim, layout, bool(flags & _WRITEABLE)


def c_types(words: list[Any]) -> list[Any]:
    """The C types of what :func:`flatten` has appended."""
    known = {int: ctypes.c_int64, float: ctypes.c_double, type(None): ctypes.c_void_p}
    return [known.get(type(word), type(word)) for word in words]
