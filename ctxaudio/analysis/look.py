"""How a song and its versions are looked at: frame by frame in step, and a few of them all over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ctxaudio.analysis.bands import BandConfig, smooth
from ctxaudio.analysis.energy import energy
from ctxaudio.analysis.examples import Example
from ctxaudio.analysis.frames import FrameConfig, frame_power
from ctxaudio.analysis.registration import find_displacement
from ctxaudio.sound.samples import Sound

_BLOCK = 128  # frames at a time
_SEARCH_BLOCKS = 8  # blocks of frames, spread over the song, for the coarse search


@dataclass(frozen=True, slots=True)
class Look:
    """How sounds are looked at; a sample of ``full_scale`` counts as 1."""

    frames: FrameConfig
    bands: BandConfig
    full_scale: float

    def energy(
        self, sound: Sound, speed: float, block: slice, displacement: np.ndarray | None = None
    ) -> np.ndarray:
        """Energy (frame, point) of a block of the song's frames, in a version at a speed."""
        centres = np.round(np.arange(block.start, block.stop) * self.frames.hop / speed)
        # To the sample, not to a length that is fast to transform: a window that is half a
        # percent off makes the displacement many times less exact.
        window = 2 * round(self.frames.window / speed / 2.0)
        return energy(
            sound, centres.astype(np.int64), window, self.bands, displacement, self.full_scale
        )

    def power(self, song: Sound, block: slice) -> np.ndarray:
        """Power (frame,) of a block of the song's frames, wherever in the spectrum."""
        centres = np.arange(block.start, block.stop) * self.frames.hop
        power = frame_power(song.samples, centres, self.frames.window)
        return power / self.full_scale**2


def search(
    song: Sound, examples: Sequence[Example], blocks: list[slice], look: Look
) -> list[np.ndarray]:
    """Coarse displacements (band,) of the versions, from a few blocks all over the song."""
    chosen = some_of(blocks)

    def amplitudes(sound: Sound, speed: float) -> np.ndarray:
        energies = [look.energy(sound, speed, block) for block in chosen]
        return compress(np.concatenate(energies), look.bands)

    here = amplitudes(song, 1.0)
    return [
        find_displacement(here, amplitudes(example.sound, example.speed), look.bands)
        for example in examples
    ]


def some_of(blocks: list[slice]) -> list[slice]:
    """A few of the blocks, spread over the song."""
    return blocks[:: -(-len(blocks) // _SEARCH_BLOCKS)]


def compress(values: np.ndarray, bands: BandConfig) -> np.ndarray:
    """Smoothed energy, compressed so that loud partials do not decide alone."""
    return np.sqrt(np.sqrt(smooth(values, bands)))


def blocks_of(n_frames: int) -> list[slice]:
    """Blocks of frames that are looked at together."""
    return [slice(i, min(i + _BLOCK, n_frames)) for i in range(0, n_frames, _BLOCK)]
