"""Likeness: whether an example is a version of its song at all, wherever it is displaced to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.examples import Example
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.analysis.look import Look, compress, some_of
from ctxaudio.analysis.registration import find_displacement
from ctxaudio.sound.source import SoundSource


class Match(NamedTuple):
    """How an example fits its song."""

    likeness: float  # up to 1
    semitones: float  # where it fits best: the median over bands, to some hundredths


def match(song: SoundSource, example: Example) -> Match:
    """How far an example, laid over the song where it fits best, has its spectra.

    Its likeness is the correlation of the slopes of both spectra, frame by frame, in a few
    stretches all over the song. A copy at another speed has 1, one by a pitch shifter .75 and
    more, another song, noise or the song played backwards less than .1, silence 0.

    >>> from ctxaudio import Sound
    >>> time_s = np.arange(8_000) / 8_000
    >>> song, other = (
    ...     Sound(np.sin(2 * np.pi * np.outer([hz], time_s) ** power), 8_000)
    ...     for hz, power in ((440.0, 1.0), (30.0, 2.0))
    ... )
    >>> match(song, Example(song, 1.0)).likeness > 0.99
    True
    >>> match(song, Example(other, 1.0)).likeness < 0.3
    True
    """
    frames = FrameConfig.for_rate(song.sample_rate)
    bands = BandConfig.for_rate(song.sample_rate)

    def amplitudes(
        sound: SoundSource, speed: float, offsets: np.ndarray | None = None
    ) -> np.ndarray:
        look = Look(frames, bands, full_scale=sound.peak or 1.0)
        blocks = some_of(look.blocks(song))
        energies = [look.energy(sound, speed, block, offsets) for block in blocks]
        return compress(np.concatenate(energies), bands)

    here = amplitudes(song, 1.0)
    displacement = find_displacement(here, amplitudes(example.sound, example.speed), bands)
    there = amplitudes(example.sound, example.speed, displacement)
    slopes, others = (np.gradient(part.astype(np.float64), axis=1) for part in (here, there))
    size = np.sqrt(np.sum(slopes**2) * np.sum(others**2))
    alike = float(np.sum(slopes * others) / size) if size > 0.0 else 0.0
    return Match(alike, float(np.median(displacement)))
