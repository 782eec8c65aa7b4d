"""Examples of the formants' context: the song with its formants moved and its pitch left alone."""

from __future__ import annotations

import numpy as np

from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.examples import Example
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.errors import DataError
from ctxaudio.limits import MAX_EXAMPLE_SHIFT
from ctxaudio.memory.field import EqualFrames, Field
from ctxaudio.sound.source import SoundSource
from ctxaudio.sound.stored import StoredSound
from ctxaudio.synthesis.generator import generate_into
from ctxaudio.synthesis.resolution import Resolution


def formant_example(
    song: SoundSource, semitones: float, *, formants: float | None = None
) -> Example:
    """The song as a longer or shorter throat sings it, at the same pitch.

    The generator makes it, which moves the envelope of every frame and nothing else.

    Args:
        song: to be sung.
        semitones: how much higher its formants are.
        formants: what it is taught as; ``semitones`` by default.
    """
    if not 0.0 < abs(semitones) <= MAX_EXAMPLE_SHIFT:
        raise DataError(
            f"an example's formants must lie within ±{MAX_EXAMPLE_SHIFT:g} semitones and not at 0, "
            f"got {semitones:g}."
        )
    frames = FrameConfig.for_rate(song.sample_rate)
    bands = BandConfig.for_rate(song.sample_rate)
    still, moved = np.zeros((1, bands.n_bands)), np.full((1, bands.n_bands), float(semitones))
    field = EqualFrames(frames.n_frames(song.n_samples), Field(still, still, moved))
    resolution = Resolution(sample_rate=song.sample_rate, frames=frames)
    made = StoredSound(song.sample_rate, song.n_channels)
    generate_into(made.append, song, field, resolution, bands)
    taught_as = semitones if formants is None else formants
    return Example(made, 0.0, formants=taught_as, moved_st=float(semitones))
