"""Files of attractor memories: a taught network and where its runs ended, ready to go on."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import numpy as np
import scipy.sparse

from rnn.attractors.memory import AttractorMemory
from rnn.codec import DAMAGE, digest, pack, unpack
from rnn.continuous import FlowConfig
from rnn.readout import Readout
from rnn.reservoir import Reservoir

FORMAT = "rnn attractor memory"
FORMAT_VERSION = 1


def save_attractors(memory: AttractorMemory, target: BinaryIO) -> None:
    """Write a memory; the same one gives the same bytes."""
    recurrent = memory.reservoir.recurrent
    arrays = {
        "recurrent_data": recurrent.data,
        "recurrent_indices": recurrent.indices.astype(np.int32),
        "recurrent_indptr": recurrent.indptr.astype(np.int32),
        "inputs": memory.reservoir.inputs,
        "context": memory.reservoir.context,
        "bias": memory.reservoir.bias,
        "readout_weights": memory.readout.weights,
        "readout_offset": memory.readout.offset,
        "contexts": memory.contexts,
        "states": memory.states,
    }
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds values that are not finite: it is not saved.")
    about = {
        "flow": {name: float(value) for name, value in asdict(memory.flow).items()},
        "leak": float(memory.reservoir.leak),
    }
    metadata = {"format": FORMAT, "format_version": str(FORMAT_VERSION)}
    target.write(pack(arrays, json.dumps(about), metadata))


def load_attractors(path: str | Path) -> AttractorMemory:
    """Read a memory.

    Raises:
        OSError: if the file cannot be read.
        ValueError: if it is no such file, of another version, or damaged.
    """
    try:
        metadata, arrays = unpack(path)
        version = metadata.get("format"), metadata.get("format_version")
        if version != (FORMAT, str(FORMAT_VERSION)):
            raise ValueError(f"expected {FORMAT} {FORMAT_VERSION}, got {version}")
        if metadata["digest"] != digest(metadata["about"], arrays):
            raise ValueError("its contents have changed since it was made")
        about = json.loads(metadata["about"])
        n_units, n_inputs = arrays["inputs"].shape
        n_contexts, n_runs = arrays["contexts"].shape
        expected = {
            "context": (n_units, n_contexts),
            "bias": (n_units,),
            "readout_weights": (n_units, n_inputs),
            "readout_offset": (n_inputs,),
            "states": (n_units, n_runs),
            "recurrent_indptr": (n_units + 1,),
        }
        for name, shape in expected.items():
            if arrays[name].shape != shape:
                raise ValueError(f"{name} must have shape {shape}, got {arrays[name].shape}")
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise ValueError(f"{name} holds values that are not finite")
        recurrent = scipy.sparse.csr_array(
            (arrays["recurrent_data"], arrays["recurrent_indices"], arrays["recurrent_indptr"]),
            shape=(n_units, n_units),
        )
        recurrent.check_format(full_check=True)  # no index points outside the matrix
        return AttractorMemory(
            Reservoir(
                recurrent,
                arrays["inputs"],
                arrays["context"],
                arrays["bias"],
                float(about["leak"]),
            ),
            FlowConfig(**about["flow"]),
            Readout(arrays["readout_weights"], arrays["readout_offset"]),
            arrays["contexts"],
            arrays["states"],
        )
    except DAMAGE as error:
        raise ValueError(f"{path} is no attractor memory, or is damaged: {error}.") from error
