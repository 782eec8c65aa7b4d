"""Pitch shifters to compare, each behind one signature.

A shifter takes ``(samples, rate, semitones)`` with (channel, time) float32 samples and returns as
many samples. A :class:`Peer` is prepared once for a sound and then called with semitones: most do
nothing to prepare, ``ctxaudio`` teaches its memory.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
import soundfile

from benchmarks.truths.material import Samples
from ctxaudio.analysis.load_librosa import load_librosa

Prepared: TypeAlias = Callable[[float], Samples]
CONTROL = "control"
OURS = "ctxaudio"
REFERENCE = "rubberband-r3"


def _fit(samples: Samples, length: int) -> Samples:
    """Cut or zero-padded at the end to ``length``."""
    samples = samples[:, :length]
    missing = length - samples.shape[1]
    return np.ascontiguousarray(np.pad(samples, ((0, 0), (0, missing))), dtype=np.float32)


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
    stretcher = pylibrb.RubberBandStretcher(
        rate, len(samples), options | option.THREADING_NEVER, 1.0, 2 ** (semitones / 12)
    )
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
    return _fit(np.concatenate(pieces, axis=1), samples.shape[1])


def signalsmith(samples: Samples, rate: int, semitones: float) -> Samples:
    """Signalsmith Stretch with its default preset."""
    from python_stretch.Signalsmith import Stretch

    stretch = Stretch(0)  # its seed
    stretch.preset(len(samples), rate)
    stretch.setTransposeSemitones(semitones)
    stretch.setTimeFactor(1.0)
    shifted = stretch.process(np.ascontiguousarray(samples))
    return _fit(np.asarray(shifted, dtype=np.float32), samples.shape[1])


def librosa_shift(samples: Samples, rate: int, semitones: float) -> Samples:
    """The phase vocoder and resampling of librosa, with its defaults."""
    shifted = load_librosa().effects.pitch_shift(samples, sr=rate, n_steps=semitones)
    return _fit(np.asarray(shifted, dtype=np.float32), samples.shape[1])


def pedalboard_shift(samples: Samples, rate: int, semitones: float) -> Samples:
    """The PitchShift plug-in of pedalboard."""
    import pedalboard

    board = pedalboard.PitchShift(semitones=semitones)
    return _fit(board(samples, rate), samples.shape[1])


def sox_shift(samples: Samples, rate: int, semitones: float) -> Samples:
    """The ``pitch`` effect of the SoX program, with its defaults."""
    headroom = 0.5  # SoX computes in integers and clips
    with tempfile.TemporaryDirectory() as folder:
        source, result = Path(folder, "source.wav"), Path(folder, "result.wav")
        soundfile.write(source, headroom * samples.T, rate, subtype="FLOAT")
        cents = f"{100 * semitones:g}"
        subprocess.run(
            ["sox", "-D", str(source), "-b", "32", str(result), "pitch", cents],
            check=True,
            capture_output=True,
        )
        shifted = soundfile.read(result, dtype="float32", always_2d=True)[0].T
    return _fit((shifted / headroom).astype(np.float32), samples.shape[1])


def unshifted(samples: Samples, rate: int, semitones: float) -> Samples:  # noqa: ARG001
    """The control: the sound as it was."""
    return samples


def prepare_ctxaudio(samples: Samples, rate: int) -> Prepared:
    """Teach a memory once, to be recalled at any number of semitones."""
    from ctxaudio import ContextShift, Sound

    sound = Sound(samples, rate)
    effect = ContextShift.teach(sound)

    def shift(semitones: float) -> Samples:
        return _fit(np.asarray(effect(sound, context=semitones).samples), samples.shape[1])

    return shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A shifter by name, and what it needs to run."""

    name: str
    prepare: Callable[[Samples, int], Prepared]
    needs: tuple[str, ...] = ()  # "module" or "module:attribute"
    program: str | None = None
    keeps_formants: bool = False  # and is measured where they should be kept, and only there

    def missing(self) -> str | None:
        """What keeps this peer from running here, or None."""
        if self.program is not None and shutil.which(self.program) is None:
            return f"the program {self.program} is not installed"
        for need in self.needs:
            module, _, attribute = need.partition(":")
            try:
                found = importlib.import_module(module)
            except ImportError as error:
                return str(error)
            if attribute and not hasattr(found, attribute):
                return f"{module} has no {attribute}"
        return None


def _each_time(
    shifter: Callable[[Samples, int, float], Samples], samples: Samples, rate: int
) -> Prepared:
    return partial(shifter, samples, rate)


def _simple(
    name: str,
    shifter: Callable[[Samples, int, float], Samples],
    *needs: str,
    program: str | None = None,
    keeps_formants: bool = False,
) -> Peer:
    return Peer(
        name=name,
        prepare=partial(_each_time, shifter),
        needs=needs,
        program=program,
        keeps_formants=keeps_formants,
    )


PEERS: tuple[Peer, ...] = (
    Peer(name=OURS, prepare=prepare_ctxaudio, needs=("ctxaudio:ContextShift", "ctxaudio:Sound")),
    _simple(REFERENCE, rubberband_r3, "pylibrb"),
    _simple(f"{REFERENCE}-apart", partial(rubberband_r3, together=False), "pylibrb"),
    _simple(
        f"{REFERENCE}-formant",
        partial(rubberband_r3, keep_formants=True),
        "pylibrb",
        keeps_formants=True,
    ),
    _simple("signalsmith", signalsmith, "python_stretch"),
    _simple("librosa", librosa_shift, "librosa"),
    _simple("pedalboard", pedalboard_shift, "pedalboard"),
    _simple("sox", sox_shift, program="sox"),
    _simple(CONTROL, unshifted),
)


def find_peers(names: Sequence[str] | None = None) -> tuple[list[Peer], list[str]]:
    """The peers called ``names`` (all by default) that can run, and a line for each that cannot."""
    known = {peer.name: peer for peer in PEERS}
    unknown = sorted(set(names or ()) - set(known))
    if unknown:
        raise ValueError(f"unknown peers {unknown}, known are {sorted(known)}.")
    wanted = [peer for peer in PEERS if names is None or peer.name in names]
    reasons = {peer.name: peer.missing() for peer in wanted}
    present = [peer for peer in wanted if reasons[peer.name] is None]
    return present, [f"{name} is missing: {why}" for name, why in reasons.items() if why]
