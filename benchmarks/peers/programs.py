"""Shifters that are programs: a file goes in, a file comes out."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.peers.peer import fit
from benchmarks.truths.material import Samples

_HEADROOM = 0.5  # both compute in integers and clip


def _by_files(
    samples: Samples, rate: int, command: Callable[[str, str], list[str]], *, subtype: str
) -> Samples:
    with tempfile.TemporaryDirectory() as folder:
        source, result = Path(folder, "source.wav"), Path(folder, "result.wav")
        soundfile.write(source, _HEADROOM * samples.T, rate, subtype=subtype)
        subprocess.run(command(str(source), str(result)), check=True, capture_output=True)
        shifted = soundfile.read(result, dtype="float32", always_2d=True)[0].T
    return fit((shifted / _HEADROOM).astype(np.float32), samples.shape[1])


def sox_shift(samples: Samples, rate: int, semitones: float) -> Samples:
    """The ``pitch`` effect of the SoX program, with its defaults."""
    cents = f"{100 * semitones:g}"
    return _by_files(
        samples,
        rate,
        lambda source, result: ["sox", "-D", source, "-b", "32", result, "pitch", cents],
        subtype="FLOAT",
    )


def soundtouch_shift(samples: Samples, rate: int, semitones: float) -> Samples:
    """SoundTouch's own program, soundstretch, with its defaults."""
    return _by_files(
        samples,
        rate,
        lambda source, result: ["soundstretch", source, result, f"-pitch={semitones:g}"],
        subtype="PCM_24",
    )


def says(*command: str) -> str:
    """The first version number that a program prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found.group() if found else "of unknown version"
