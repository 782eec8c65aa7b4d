"""Files of networks whose contents are not what a program would save, signed as if they were.

A byte that is changed does not get past the digest, so that nothing behind it would ever be tried.
"""

from __future__ import annotations

import io
import json
from copy import deepcopy
from typing import Any

import numpy as np

from rnn.files.array_file import encoded, read_arrays, read_header
from rnn.files.codec import digest

_NUMBERS = (0, 1, -1, 2, 0.5, 1e-300, 1e300, 2**31, 2**63, 10**30, float("nan"), float("inf"))
_VALUES: tuple[Any, ...] = (*_NUMBERS, None, True, "", "1", [], [[]], {}, [0.5], ["\x1b[2J"])


def forged(data: bytes, rng: np.random.Generator) -> bytes:
    """A file, one to three of whose values, told or in arrays, are others."""
    file = io.BytesIO(data)
    header = read_header(file, len(data), longest=len(data))
    arrays = {name: np.array(array) for name, array in read_arrays(file, header, set()).items()}
    about = json.loads(header.metadata["about"])
    for _ in range(int(rng.integers(1, 4))):
        if rng.random() < 0.6:
            _change(about, rng)
        else:
            name = sorted(arrays)[rng.integers(len(arrays))]
            arrays[name] = _changed(arrays[name], rng)
    text = json.dumps(about)
    signed = header.metadata | {"about": text, "digest": digest(text, arrays)}
    return b"".join(bytes(part) for part in encoded(arrays, signed))


def _change(place: Any, rng: np.random.Generator) -> None:
    """Another value somewhere in a description, at any depth."""
    while isinstance(place, dict | list) and place:
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key = keys[rng.integers(len(keys))]
        if not isinstance(place[key], dict | list) or rng.random() < 0.2:
            place[key] = deepcopy(_VALUES[rng.integers(len(_VALUES))])  # lists may be changed again
            return
        place = place[key]


def _changed(array: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """An array of another shape or type, or one of whose values is another."""
    way = rng.integers(4)
    if way == 0:
        return array[: rng.integers(len(array) + 1)] if array.ndim else array[None]
    if way == 1:
        return array.T if array.ndim > 1 else array[None]
    with np.errstate(all="ignore"):
        if way == 2:
            return array.astype(("<i4", "<i8", "<f4", "<f8")[rng.integers(4)])
        values = np.array(_NUMBERS, float).astype(array.dtype)
    array = array.copy()
    if array.size:
        array.flat[rng.integers(array.size)] = values[rng.integers(len(values))]
    return array
