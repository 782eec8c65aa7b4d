"""Time stretchers to compare: a sound in, samples that last ``1 / speed`` out.

A peer is prepared once for (samples, rate), and then called with a speed: most do nothing to
prepare, ``ctxaudio`` teaches its memory.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
import soxr

from benchmarks.peers.peer import fit
from benchmarks.peers.rubberband import stretched
from benchmarks.truths.material import Samples
from ctxaudio.analysis.load_librosa import load_librosa

Stretcher: TypeAlias = Callable[[float], Samples]


def _length(samples: Samples, speed: float) -> int:
    return max(round(samples.shape[1] / speed), 1)


def prepare_ctxaudio(samples: Samples, rate: int) -> Stretcher:
    """A memory of the sound, recalled as it is at another speed."""
    from ctxaudio import ContextShift, Sound

    sound = Sound(samples, rate)
    effect = ContextShift.teach(sound)
    return lambda speed: np.asarray(effect(sound, 0.0, speed=speed).samples)


def rubberband_r3(samples: Samples, rate: int, speed: float) -> Samples:
    """Rubber Band's finer engine, offline, channels together."""
    import pylibrb

    option = pylibrb.Option
    options = option.PROCESS_OFFLINE | option.ENGINE_FINER | option.CHANNELS_TOGETHER
    made = stretched(samples, rate, options, 1.0 / speed, 1.0)
    return fit(made, _length(samples, speed))


def signalsmith(samples: Samples, rate: int, speed: float) -> Samples:
    """Signalsmith Stretch with its default preset."""
    from python_stretch.Signalsmith import Stretch

    stretch = Stretch(0)  # its seed
    stretch.preset(len(samples), rate)
    stretch.setTimeFactor(speed)
    stretched = stretch.process(np.ascontiguousarray(samples))
    return fit(np.asarray(stretched, dtype=np.float32), _length(samples, speed))


def librosa_stretch(samples: Samples, rate: int, speed: float) -> Samples:  # noqa: ARG001
    """The phase vocoder of librosa, with its defaults."""
    stretched = load_librosa().effects.time_stretch(samples, rate=speed)
    return fit(np.asarray(stretched, dtype=np.float32), _length(samples, speed))


def tape(samples: Samples, rate: int, speed: float) -> Samples:
    """The control: played faster or slower, the pitch with it."""
    played = soxr.resample(samples.T, rate * speed, rate).T
    return fit(np.asarray(played, dtype=np.float32), _length(samples, speed))


def _each_time(
    stretcher: Callable[[Samples, int, float], Samples],
) -> Callable[[Samples, int], Stretcher]:
    return lambda samples, rate: partial(stretcher, samples, rate)


# How each is prepared, and the module that it needs.
STRETCHERS: dict[str, tuple[Callable[[Samples, int], Stretcher], str]] = {
    "ctxaudio": (prepare_ctxaudio, "ctxaudio"),
    "rubberband-r3": (_each_time(rubberband_r3), "pylibrb"),
    "signalsmith": (_each_time(signalsmith), "python_stretch"),
    "librosa": (_each_time(librosa_stretch), "librosa"),
    "tape": (_each_time(tape), "soxr"),
}
