"""The model of a song that a network is taught: sinusoids, and the noise that they leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.analysis.noise_bands import look_around, noise_bands
from ctxaudio.analysis.partials import N_SLOTS, find_partials
from ctxaudio.analysis.sinusoids import Onsets, sinusoids
from ctxaudio.memory.alone.layout import Layout
from ctxaudio.sound.source import SoundSource
from ctxaudio.sound.stored import StoredSound
from ctxaudio.synthesis.onsets import song_onsets
from ctxaudio.synthesis.oscillators import BankState, bank_of, oscillate
from ctxaudio.synthesis.resolution import Resolution
from rnn.rows import Rows

_BLOCK = 256  # frames
_SIDE_S = 0.01  # seconds before and after an onset that are compared
_ALL_NEW = 8.0  # times as much power after it, of an onset before which hardly anything sounds


def model_song(
    song: SoundSource, frames: FrameConfig, progress: Callable[[int], None] = lambda _: None
) -> Iterator[np.ndarray]:
    """Features (frame, feature) of a song of full scale 1, laid out as :class:`Layout` says, some
    after others.
    """
    layout = Layout(n_channels=song.n_channels)
    onsets = _onsets(song, frames)
    tones = _tones(song, onsets, frames, layout, progress)
    sung = _sung(tones, song, frames, layout)
    around = look_around(frames)
    for first in range(0, len(tones), _BLOCK):
        n = min(_BLOCK, len(tones) - first)
        begin = first * frames.hop - around
        end = (first + n) * frames.hop + around
        made = sung.read(begin, end)
        here = onsets.samples - first * frames.hop
        here = here[(here > -around) & (here < n * frames.hop + around)]
        left = song.read(begin, end) - made
        noise = noise_bands(left, made, here, n, frames, song.sample_rate)
        yield np.concatenate([tones[first : first + n], layout.of_noise(noise)], axis=1)


def _onsets(song: SoundSource, frames: FrameConfig) -> Onsets:
    found = song_onsets(song, Resolution(sample_rate=song.sample_rate, frames=frames)).every
    side = round(_SIDE_S * song.sample_rate)
    powers = []
    for onset in found:
        around = np.square(song.read(int(onset) - side, int(onset) + side).astype(np.float64))
        powers.append((around[:, :side].sum(), around[:, side:].sum()))
    before, after = np.array(powers).reshape(-1, 2).T
    return Onsets(found, after > _ALL_NEW * before)


def _tones(
    song: SoundSource,
    onsets: Onsets,
    frames: FrameConfig,
    layout: Layout,
    progress: Callable[[int], None],
) -> Rows:
    hertz = Rows((N_SLOTS,))
    value = Rows((N_SLOTS, song.n_channels), np.complex64)
    window = Rows((N_SLOTS,), np.int32)
    for slots in find_partials(song, frames):
        hertz.append(slots.hertz)
        value.append(np.moveaxis(slots.value, 0, 2))
        window.append(slots.window)
        progress(len(slots.hertz))
    tones = Rows((layout.n_tones,))
    for part in sinusoids(hertz, value, window, onsets, frames, song.sample_rate):
        tones.append(layout.of_tones(part))
    return tones


def _sung(tones: Rows, song: SoundSource, frames: FrameConfig, layout: Layout) -> StoredSound:
    """What the sinusoids sound like by themselves."""
    sung = StoredSound(song.sample_rate, song.n_channels)
    state = BankState.zeros(N_SLOTS)
    for first in range(0, len(tones), _BLOCK):
        last = min(first + _BLOCK, len(tones))
        rows = tones[first : last + 2]
        missing = last + 2 - first - len(rows)
        rows = np.concatenate([rows, np.tile(layout.silence[None, : layout.n_tones], (missing, 1))])
        bank = bank_of(layout.tones(rows), frames.hop, song.sample_rate, song.n_channels)
        sound, state = oscillate(bank, frames.hop, song.sample_rate, state)
        sung.append(sound)
    return sung
