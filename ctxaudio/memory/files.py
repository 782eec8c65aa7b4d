"""Memory files: a song's memory in safetensors, which holds arrays and text and runs nothing."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import scipy.sparse

from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.errors import DataError, one_line
from ctxaudio.limits import MAX_RATE, MIN_RATE
from ctxaudio.memory.song_memory import NETWORK_KINDS, SongMemory
from ctxaudio.version import __version__
from rnn import ClockConfig, PhraseMemory, Readout, Reservoir
from rnn.codec import DAMAGE, digest, pack, unpack

FORMAT = "ctxaudio memory"
FORMAT_VERSION = 1


def save_memory(memory: SongMemory, target: BinaryIO) -> None:
    """Write a memory whose network is a reservoir."""
    network = memory.phrases.network
    if not isinstance(network, Reservoir):
        raise TypeError(f"only a reservoir's memory can be saved, got {type(network).__name__}.")
    arrays = {
        "readouts": memory.phrases.readouts.weights,
        "recurrent_data": network.recurrent.data,
        "recurrent_indices": network.recurrent.indices.astype(np.int32),
        "recurrent_indptr": network.recurrent.indptr.astype(np.int32),
        "inputs": network.inputs,
        "context": network.context,
        "bias": network.bias,
    }
    about = {
        "leak": network.leak,
        "clock": asdict(memory.phrases.clock),
        "n_frames": memory.phrases.n_frames,
        "frames": asdict(memory.frames),
        "bands": asdict(memory.bands),
        "fingerprint": memory.fingerprint,
        "sample_rate": memory.sample_rate,
        "n_samples": memory.n_samples,
        "contexts": list(memory.contexts),
    }
    if memory.network != "reservoir":  # of which older files do not speak
        about["network"] = memory.network
    metadata = {
        "format": FORMAT,
        "format_version": str(FORMAT_VERSION),
        "made_by": f"ctxaudio {__version__}",
    }
    target.write(pack(arrays, json.dumps(about), metadata))


def load_memory(path: str | Path) -> SongMemory:
    """Read a memory file.

    Raises:
        DataError: if it is missing, not a memory, damaged, or of another format version.
    """
    try:
        metadata, arrays = unpack(path)
        _check_version(metadata)
        if metadata["digest"] != digest(metadata["about"], arrays):
            raise DataError("its contents have changed since it was made; it is damaged.")
        return _rebuild(json.loads(metadata["about"]), arrays)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}.") from error
    except DataError as error:
        raise DataError(f"cannot use {path}: {error}") from error
    except DAMAGE as error:  # whatever a stranger's metadata and arrays lead to
        raise DataError(
            f"{path} is not a memory file, or it is damaged ({one_line(error)[:120]}). "
            "Make a new one with 'ctxaudio teach'."
        ) from error


def is_memory_file(path: str | Path) -> bool:
    """Whether a file looks like safetensors: a little-endian length, then a JSON object."""
    try:
        with open(path, "rb") as file:
            start = file.read(9)
    except OSError:
        return False
    return start[4:] == b"\0\0\0\0{"


def _check_version(metadata: dict[str, str]) -> None:
    if metadata.get("format") != FORMAT:
        raise DataError("it is not a memory of ctxaudio.")
    version = metadata.get("format_version")
    if version != str(FORMAT_VERSION):
        raise DataError(
            f"expected memory format {FORMAT_VERSION}, got {version} "
            f"(made by {one_line(metadata.get('made_by', 'an unknown version'))[:120]}). "
            "Make a new one with 'ctxaudio teach'."
        )


def _rebuild(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> SongMemory:
    """A memory from what a file says, every part of which is checked against the others."""
    clock = ClockConfig(**about["clock"])
    frames = FrameConfig(**about["frames"])
    bands = BandConfig(**about["bands"])
    n_frames, n_samples = int(about["n_frames"]), int(about["n_samples"])
    sample_rate, leak = int(about["sample_rate"]), float(about["leak"])
    fingerprint = str(about["fingerprint"])
    contexts = tuple(float(context) for context in about["contexts"])
    if not MIN_RATE <= sample_rate <= MAX_RATE:
        raise DataError(f"a sample rate of {sample_rate} Hz is not one; the file is damaged.")
    if frames != FrameConfig.for_rate(sample_rate) or bands != BandConfig.for_rate(sample_rate):
        raise DataError(f"frames and bands are not those of {sample_rate} Hz.")
    if not (0.0 < leak <= 1.0 and np.isfinite(contexts).all()):
        raise DataError("its leak or contexts are no sensible numbers; the file is damaged.")
    network_kind = about.get("network", "reservoir")
    if network_kind not in NETWORK_KINDS:
        raise DataError("its network is of no kind that is known; the file is damaged.")
    if not re.fullmatch("[0-9a-f]{64}", fingerprint):
        raise DataError("its fingerprint is not one of a song; the file is damaged.")
    n_units = arrays["bias"].shape[0]
    n_phrases = -(-n_frames // clock.n_frames)
    expected = {
        "readouts": (np.float32, (n_phrases, n_units, 2 * bands.n_bands)),
        "inputs": (np.float64, (n_units, clock.n_bumps)),
        "context": (np.float64, (n_units, 1)),
        "bias": (np.float64, (n_units,)),
        "recurrent_data": (np.float64, arrays["recurrent_data"].shape[:1]),
        "recurrent_indices": (np.int32, arrays["recurrent_data"].shape[:1]),
        "recurrent_indptr": (np.int32, (n_units + 1,)),
    }
    for name, (dtype, shape) in expected.items():
        array = arrays[name]
        if array.dtype != dtype or array.shape != shape:
            raise DataError(
                f"{name} must be {np.dtype(dtype)} of shape {shape}, "
                f"got {array.dtype} of shape {array.shape}; the file is damaged."
            )
        if not np.isfinite(array).all():
            raise DataError(f"{name} holds values that are not finite; the file is damaged.")
    if n_frames != frames.n_frames(n_samples) or n_samples < 1:
        raise DataError(f"{n_frames} frames do not fit {n_samples} samples; the file is damaged.")
    recurrent = scipy.sparse.csr_array(
        (arrays["recurrent_data"], arrays["recurrent_indices"], arrays["recurrent_indptr"]),
        shape=(n_units, n_units),
    )
    recurrent.check_format(full_check=True)  # no index points outside the matrix
    network = Reservoir(recurrent, arrays["inputs"], arrays["context"], arrays["bias"], leak)
    weights = arrays["readouts"]
    readouts = Readout(weights, np.zeros(weights[:, 0].shape, np.float32))
    return SongMemory(
        phrases=PhraseMemory(network, clock, readouts, n_frames),
        frames=frames,
        bands=bands,
        fingerprint=fingerprint,
        sample_rate=sample_rate,
        n_samples=n_samples,
        contexts=contexts,
        network=network_kind,
    )
