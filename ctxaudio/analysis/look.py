"""How a song and its versions are looked at: in step all along, and in a few places all over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ctxaudio.analysis.bands import BandConfig, smooth
from ctxaudio.analysis.energy import energy
from ctxaudio.analysis.examples import Example
from ctxaudio.analysis.frames import FrameConfig, frame_power
from ctxaudio.analysis.proportional import at_speed, proportional
from ctxaudio.analysis.registration import find_displacement
from ctxaudio.sound.source import Excerpt, SoundSource
from ctxaudio.threads import in_order
from rnn.rows import MadeRows, RowSource

STEP = 2  # frames from look to look: a quarter of a window, after which little is new
_BLOCK = 32  # looks at a time: what is made of them fits into a processor's cache
_SEARCH_BLOCKS = 8  # blocks, spread over the song, for the coarse search


@dataclass(frozen=True, slots=True)
class Look:
    """How sounds are looked at; a sample of ``full_scale`` counts as 1.

    Look i is centred where frame ``i * STEP`` is. What the memory is taught changes far more
    slowly than frames follow each other, and is interpolated between looks.
    """

    frames: FrameConfig
    bands: BandConfig
    full_scale: float

    @property
    def hop(self) -> int:
        """Samples of the song from look to look."""
        return STEP * self.frames.hop

    @property
    def window(self) -> int:
        """Samples of the song in a look; about as many as in a frame."""
        return proportional(self.frames.window)

    def blocks(self, song: SoundSource) -> list[slice]:
        """Blocks of looks; no frame of the song comes after the last."""
        n_frames = self.frames.n_frames(song.n_samples)
        return blocks_of(-(-(n_frames - 1) // STEP) + 1, _BLOCK)

    def excerpt(self, sound: SoundSource, speed: float, block: slice) -> Excerpt:
        """What a block of looks hears of a version at a speed."""
        centres, window = self._heard(speed, block)
        begin, last = (int(centre) - window // 2 for centre in centres[[0, -1]])
        return Excerpt(sound, begin, last + window)

    def _heard(self, speed: float, block: slice) -> tuple[np.ndarray, int]:
        """Centres of looks, and how many samples are around each."""
        centres = np.round(np.arange(block.start, block.stop) * self.hop / speed)
        return centres.astype(np.int64), at_speed(self.window, speed)

    def energy(
        self, sound: SoundSource, speed: float, block: slice, displacement: np.ndarray | None = None
    ) -> np.ndarray:
        """Energy (look, point) of a block of looks at the song, in a version at a speed."""
        centres, window = self._heard(speed, block)
        return energy(sound, centres, window, self.bands, displacement, self.full_scale)

    def power(self, song: SoundSource, block: slice) -> np.ndarray:
        """Power (look,) of a block of looks at the song, wherever in the spectrum."""
        centres = np.arange(block.start, block.stop) * self.hop
        power = frame_power(song, centres, self.window)
        return power / self.full_scale**2


def every_frame(looks: RowSource, n_frames: int) -> MadeRows:
    """What holds of frames (frame, column), by linear interpolation between looks."""
    n_looks, n_columns = looks.shape

    def make(begin: int, end: int) -> np.ndarray:
        place = np.arange(begin, end) / STEP
        before = place.astype(int)
        share = (place - before)[:, None]
        after = np.minimum(before + 1, n_looks - 1)
        first = begin // STEP
        part = looks[first : (end - 1) // STEP + 2]
        return (1.0 - share) * part[before - first] + share * part[after - first]

    return MadeRows((n_frames, n_columns), make)


def search(
    song: SoundSource,
    examples: Sequence[Example],
    blocks: list[slice],
    look: Look,
    workers: int = 0,
) -> tuple[list[np.ndarray], np.ndarray]:
    """What a few blocks all over the song say of the whole.

    Returns:
        Coarse displacements (band,) of the versions, and the song's mean energy (point,).
    """
    chosen = some_of(blocks)

    def energies(sound: SoundSource, speed: float) -> np.ndarray:
        # What is heard is read here, one block after the other, and looked at by all.
        heard = ((block, look.excerpt(sound, speed, block)) for block in chosen)
        parts = in_order(lambda item: look.energy(item[1], speed, item[0]), heard, workers)
        return np.concatenate(list(parts))

    here = energies(song, 1.0)
    amplitudes = compress(here, look.bands)
    displacements = []
    for example in examples:
        there = compress(energies(example.sound, example.speed), look.bands)
        displacements.append(find_displacement(amplitudes, there, look.bands))
    return displacements, here.mean(axis=0)


def some_of(blocks: list[slice]) -> list[slice]:
    """A few of the blocks, spread over the song."""
    return blocks[:: -(-len(blocks) // _SEARCH_BLOCKS)]


def compress(values: np.ndarray, bands: BandConfig) -> np.ndarray:
    """Smoothed energy, compressed so that loud partials do not decide alone."""
    return np.sqrt(np.sqrt(smooth(values, bands)))


def blocks_of(n_looks: int, size: int) -> list[slice]:
    """Blocks of looks, or of frames, that are worked on together."""
    return [slice(i, min(i + size, n_looks)) for i in range(0, n_looks, size)]
