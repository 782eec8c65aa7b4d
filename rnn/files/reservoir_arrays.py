"""A reservoir in a file: the arrays of it that every memory keeps which was taught on one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import scipy.sparse

from rnn.files.codec import Array, Arrays
from rnn.reservoir import Reservoir

_F64, _I32 = ("float64",), ("int32",)
RESERVOIR: Mapping[str, Array] = {
    "inputs": Array(types=_F64, shape=("unit", "input")),
    "bias": Array(types=_F64, shape=("unit",)),
    "context": Array(types=_F64, shape=("unit", "context")),
    "recurrent_data": Array(types=_F64, shape=("connection",)),
    "recurrent_indices": Array(types=_I32, shape=("connection",), low=0),
    "recurrent_indptr": Array(types=_I32, shape=("end of a row",), low=0),
}
LIMITS = {"unit": (1, 16_384), "connection": (0, 2**28)}


def reservoir_arrays(reservoir: Reservoir) -> dict[str, np.ndarray]:
    """All of a reservoir but its leak."""
    return {
        "bias": reservoir.bias,
        "inputs": reservoir.inputs,
        "context": reservoir.context,
        "recurrent_data": reservoir.recurrent.data,
        "recurrent_indices": reservoir.recurrent.indices.astype(np.int32),
        "recurrent_indptr": reservoir.recurrent.indptr.astype(np.int32),
    }


def reservoir_from(arrays: Arrays, leak: float) -> Reservoir:
    """A reservoir of arrays that are as :data:`RESERVOIR` declares them.

    Raises:
        ValueError: if the recurrent ones make no matrix, or the leak is none.
    """
    if not 0.0 < leak <= 1.0:
        raise ValueError(f"leak must lie in (0, 1], got {leak:g}")
    n_units = len(arrays["bias"])
    recurrent = scipy.sparse.csr_array(
        (arrays["recurrent_data"], arrays["recurrent_indices"], arrays["recurrent_indptr"]),
        shape=(n_units, n_units),
    )
    recurrent.check_format(full_check=True)  # no index points outside the matrix
    return Reservoir(recurrent, arrays["inputs"], arrays["context"], arrays["bias"], leak)
