"""Rubber Band R3 by the binding that is installed from a package index: pylibrb."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.peers.peer import fit
from benchmarks.truths.material import Samples


def stretched(
    samples: Samples, rate: int, options: Any, time_ratio: float, pitch: float
) -> Samples:
    """All that pylibrb makes of a sound, offline, as often as long and as high."""
    import pylibrb

    options |= pylibrb.Option.THREADING_NEVER
    stretcher = pylibrb.RubberBandStretcher(rate, len(samples), options, time_ratio, pitch)
    samples = np.ascontiguousarray(samples, dtype=np.float32)
    block = 4096
    stretcher.set_max_process_size(block)
    stretcher.set_expected_input_duration(samples.shape[1])
    stretcher.study(samples, final=True)
    pieces = []
    for start in range(0, samples.shape[1], block):
        final = start + block >= samples.shape[1]
        stretcher.process(np.ascontiguousarray(samples[:, start : start + block]), final=final)
        while stretcher.available() > 0:
            pieces.append(stretcher.retrieve_available())
    # offline, the library itself pads the start and drops its delay
    return np.concatenate(pieces, axis=1)


def rubberband_r3(
    samples: Samples,
    rate: int,
    semitones: float,
    *,
    together: bool = True,
    keep_formants: bool = False,
) -> Samples:
    """Rubber Band's finer engine, offline: the whole sound is studied before it is processed.

    Channels apart, its default, keep each channel a little truer and lose the stereo image.
    """
    import pylibrb

    option = pylibrb.Option
    channels = option.CHANNELS_TOGETHER if together else option.CHANNELS_APART
    options = option.PROCESS_OFFLINE | option.ENGINE_FINER | channels
    if keep_formants:
        options |= option.FORMANT_PRESERVED
    pitch = 2 ** (semitones / 12)
    return fit(stretched(samples, rate, options, 1.0, pitch), samples.shape[1])
