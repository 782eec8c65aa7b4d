"""Sounds to listen to: what was shifted, what should have come out, what each tool made of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.truths import RATE, Samples

_SECONDS = 10.0
_PEAK = 0.5  # of the truth, or of the original where there is none: some tools are louder


def write_excerpts(
    folder: Path, results: Mapping[str, Samples], *, original: Samples, truth: Samples | None
) -> None:
    """Write ``original.flac``, ``truth.flac`` and one for each tool, all of them equally scaled."""
    folder.mkdir(parents=True, exist_ok=True)
    sounds = {"original": original, **({} if truth is None else {"truth": truth}), **results}
    gain = _PEAK / max(float(np.abs(original if truth is None else truth).max()), 1e-6)
    for name, sound in sounds.items():
        heard = np.clip(gain * sound[:, : round(_SECONDS * RATE)].T, -1, 1)
        soundfile.write(folder / f"{name}.flac", heard, RATE, subtype="PCM_16")
