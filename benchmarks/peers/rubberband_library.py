"""Rubber Band by its C interface: a library of version 4 or newer, which no package has yet.

``RUBBERBAND_LIBRARY`` names its file; otherwise it is looked for where libraries are. From its
source, ``g++ -O3 -shared -fPIC -o librubberband.so single/RubberBandSingle.cpp`` builds one.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.peers.peer import fit
from benchmarks.truths.material import Samples

_FINER, _TOGETHER, _FORMANTS_KEPT, _ONE_THREAD = 0x20000000, 0x10000000, 0x01000000, 0x00010000
_BLOCK = 4096


def library_path() -> str | None:
    """Where the library is, or None."""
    return os.environ.get("RUBBERBAND_LIBRARY") or ctypes.util.find_library("rubberband")


@cache
def _library() -> ctypes.CDLL:
    path = library_path()
    if path is None:
        raise OSError("no Rubber Band library was found; RUBBERBAND_LIBRARY names one")
    library = ctypes.CDLL(path)
    handle, number, real = ctypes.c_void_p, ctypes.c_uint, ctypes.c_double
    floats = ctypes.POINTER(ctypes.POINTER(ctypes.c_float))
    shapes = {  # of what is called: result, arguments
        "new": (handle, [number, number, ctypes.c_int, real, real]),
        "delete": (None, [handle]),
        "set_max_process_size": (None, [handle, number]),
        "set_expected_input_duration": (None, [handle, number]),
        "study": (None, [handle, floats, number, ctypes.c_int]),
        "process": (None, [handle, floats, number, ctypes.c_int]),
        "available": (ctypes.c_int, [handle]),
        "retrieve": (number, [handle, floats, number]),
        "live_new": (handle, [number, number, ctypes.c_int]),
        "live_delete": (None, [handle]),
        "live_set_pitch_scale": (None, [handle, real]),
        "live_get_start_delay": (number, [handle]),
        "live_get_block_size": (number, [handle]),
        "live_shift": (None, [handle, floats, floats]),
    }
    for name, (result, arguments) in shapes.items():
        function = getattr(library, f"rubberband_{name}")
        function.restype, function.argtypes = result, arguments
    return library


def missing_library() -> str | None:
    """What keeps the library from being used, or None."""
    try:
        _library()
    except OSError as error:
        return str(error)
    except AttributeError:
        return f"{library_path()} is older than version 4"
    return None


def library_version() -> str:
    """The library says no version of its own; its file's name may."""
    path = library_path()
    return f"4 or newer, {Path(path).resolve().name}" if path else "of unknown version"


def _pointers(block: Samples) -> ctypes.Array:
    """``float **`` of (channel, time) samples, whose rows must be contiguous."""
    kind = ctypes.POINTER(ctypes.c_float)
    return (kind * len(block))(*(row.ctypes.data_as(kind) for row in block))


@contextmanager
def _made(new: str, delete: str, *arguments: float) -> Iterator[ctypes.c_void_p]:
    library = _library()
    handle = ctypes.c_void_p(getattr(library, new)(*arguments))
    try:
        yield handle
    finally:
        getattr(library, delete)(handle)


def finer(samples: Samples, rate: int, semitones: float, *, keep_formants: bool = False) -> Samples:
    """The finer engine, offline, channels together."""
    library, ratio = _library(), 2 ** (semitones / 12)
    options = _FINER | _TOGETHER | _ONE_THREAD | (_FORMANTS_KEPT if keep_formants else 0)
    length, pieces = samples.shape[1], []
    samples = np.ascontiguousarray(samples, dtype=np.float32)
    arguments = (rate, len(samples), options, 1.0, ratio)
    with _made("rubberband_new", "rubberband_delete", *arguments) as handle:
        library.rubberband_set_max_process_size(handle, _BLOCK)
        library.rubberband_set_expected_input_duration(handle, length)
        library.rubberband_study(handle, _pointers(samples), length, 1)
        for start in range(0, length, _BLOCK):
            block = np.ascontiguousarray(samples[:, start : start + _BLOCK])
            final = int(start + _BLOCK >= length)
            library.rubberband_process(handle, _pointers(block), block.shape[1], final)
            while (count := library.rubberband_available(handle)) > 0:
                piece = np.empty((len(samples), count), dtype=np.float32)
                library.rubberband_retrieve(handle, _pointers(piece), count)
                pieces.append(piece)
    return fit(np.concatenate(pieces, axis=1), length)


def live(samples: Samples, rate: int, semitones: float, *, keep_formants: bool = False) -> Samples:
    """The live shifter, block by block, its delay taken off."""
    library = _library()
    options = _TOGETHER | (_FORMANTS_KEPT if keep_formants else 0)
    arguments = (rate, len(samples), options)
    with _made("rubberband_live_new", "rubberband_live_delete", *arguments) as handle:
        library.rubberband_live_set_pitch_scale(handle, 2 ** (semitones / 12))
        delay = library.rubberband_live_get_start_delay(handle)
        size = library.rubberband_live_get_block_size(handle)
        blocks = -(-(samples.shape[1] + delay) // size)
        heard = fit(samples, blocks * size)
        result = np.empty_like(heard)
        for start in range(0, blocks * size, size):
            block = np.ascontiguousarray(heard[:, start : start + size])
            shifted = np.empty_like(block)
            library.rubberband_live_shift(handle, _pointers(block), _pointers(shifted))
            result[:, start : start + size] = shifted
    return fit(result[:, delay:], samples.shape[1])
