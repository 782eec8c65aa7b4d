"""How a user would have a file shifted by each peer: a program, or a script of a few lines."""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from typing import NamedTuple

_READ = """
import sys
import numpy as np
import soundfile
source, target, semitones = sys.argv[1], sys.argv[2], float(sys.argv[3])
samples, rate = soundfile.read(source, dtype="float32", always_2d=True)
"""
_SIGNALSMITH = f"""{_READ}
from python_stretch.Signalsmith import Stretch
stretch = Stretch()
stretch.preset(samples.shape[1], rate)
stretch.setTransposeSemitones(semitones)
soundfile.write(target, stretch.process(np.ascontiguousarray(samples.T)).T, rate)
"""
_BUNGEE = f"""{_READ}
from bungee_python.bungee import Bungee
shifted = Bungee(rate, samples.shape[1]).pitch_shift(samples, semitones)
soundfile.write(target, shifted, rate)
"""
_LIBROSA = f"""{_READ}
import librosa
shifted = librosa.effects.pitch_shift(samples.T, sr=rate, n_steps=semitones)
soundfile.write(target, shifted.T, rate)
"""


class CommandLine(NamedTuple):
    """A peer as it is started on a file."""

    name: str
    needs: str  # a program, or a Python package
    words: tuple[str, ...]  # SOURCE, TARGET and SEMITONES stand for what they say

    def is_here(self) -> bool:
        """Whether it can be started."""
        return shutil.which(self.needs) is not None or find_spec(self.needs) is not None

    def on(self, source: str, target: str, semitones: str) -> list[str]:
        """The words that shift one file into another.

        >>> sox = CommandLine("SoX", "sox", ("sox", "SOURCE", "TARGET", "pitch", "SEMITONES"))
        >>> sox.on("in.wav", "out.wav", "400")
        ['sox', 'in.wav', 'out.wav', 'pitch', '400']
        """
        words = self.words
        for name, value in (("SOURCE", source), ("TARGET", target), ("SEMITONES", semitones)):
            words = tuple(word.replace(name, value) for word in words)
        return list(words)


_FILES = ("SOURCE", "TARGET")


def _script(name: str, package: str, script: str) -> CommandLine:
    return CommandLine(name, package, (sys.executable, "-c", script, *_FILES, "SEMITONES"))


def _rubberband(engine: str) -> CommandLine:
    words = ("rubberband", f"--{engine}", "-q", "-p", "SEMITONES", *_FILES)
    return CommandLine(f"Rubber Band, {engine}", "rubberband", words)


COMMAND_LINES = (
    _rubberband("fine"),  # R3
    _rubberband("fast"),  # R2
    _script("Signalsmith", "python_stretch", _SIGNALSMITH),
    CommandLine("SoundTouch", "soundstretch", ("soundstretch", *_FILES, "-pitch=SEMITONES")),
    _script("Bungee", "bungee_python", _BUNGEE),
    _script("librosa", "librosa", _LIBROSA),
)
