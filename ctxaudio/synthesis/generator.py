"""The generator: a song whose energy is moved along a field, block by block."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy.fft

from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.frames import OVERLAP, FrameConfig, cut, hann
from ctxaudio.memory.field import Field
from ctxaudio.sound.samples import Sound
from ctxaudio.synthesis.attacks import AttackState, hold_attacks
from ctxaudio.synthesis.formants import Envelopes, rows_of
from ctxaudio.synthesis.noise import NoiseShare, move_noise, noise_share, segment_edges
from ctxaudio.synthesis.transport import PADDING, Spectra, apply_window, transport

_BLOCK = 64  # frames at a time: spectra stay in the cache

# Squared Hann windows that overlap eightfold sum to 3/8 of the overlap.
_OVERLAP_GAIN = 0.375 * OVERLAP


class GeneratorState(NamedTuple):
    """What a frame hands on to the next."""

    rotation: np.ndarray  # (bin,) radians that peaks have turned
    turns: np.ndarray  # (segment,) that noise has turned
    flatness: np.ndarray  # (segment, 2) averaged over frames
    tail: np.ndarray  # (channel, window - hop) samples that later frames add to
    attacks: AttackState

    @classmethod
    def zeros(cls, n_channels: int, frames: FrameConfig) -> GeneratorState:
        """Before the first frame."""
        n_bins = PADDING * frames.window // 2 + 1
        n_segments = len(segment_edges(n_bins)) - 1
        return cls(
            rotation=np.zeros(n_bins),
            turns=np.zeros(n_segments, np.int64),
            flatness=np.zeros((n_segments, 2)),
            tail=np.zeros((n_channels, frames.window - frames.hop), np.float32),
            attacks=AttackState.zeros(),
        )


def generate_frames(
    windows: np.ndarray,
    sample_rate: int,
    field: Field,
    frames: FrameConfig,
    bands: BandConfig,
    state: GeneratorState,
) -> tuple[np.ndarray, GeneratorState]:
    """Samples that consecutive frames complete.

    Args:
        windows: (channel, frame, window) samples, not windowed.
        field: one row a frame.

    Returns:
        (channel, frame * hop) samples, which begin with the first sample of the first frame, and
        the state to go on from. Any split into blocks gives the same samples.
    """
    n_channels, n_frames, window = windows.shape
    hop = frames.hop
    spectra = scipy.fft.rfft(windows, PADDING * window)
    windowed = np.empty_like(spectra)
    power = np.zeros(spectra.shape[1:], np.float32)
    apply_window(spectra, windowed, power)

    frames_in = Spectra(spectra, windowed, power, sample_rate / (PADDING * window))
    # Only a field that moves the envelope apart asks where it is.
    envelopes = None if field.envelope is None else Envelopes.of(windows, sample_rate)
    rows = rows_of(field, envelopes, bands)
    rotation, turns, flatness = state.rotation.copy(), state.turns.copy(), state.flatness.copy()
    moved = np.zeros_like(spectra)
    keep = np.ones_like(power)
    edges = segment_edges(spectra.shape[2])
    noise = NoiseShare(edges, noise_share(power, edges, flatness))
    noise.share[rows.sung] = 0.0
    move_noise(frames_in, rows.noise, noise, turns, keep, moved)
    turn = 2.0 * np.pi * hop / (PADDING * window)
    transport(frames_in, rows.partials, keep, rotation, turn, moved)
    pieces = scipy.fft.irfft(moved, PADDING * window)[:, :, :window]
    pieces *= hann(window) / np.float32(_OVERLAP_GAIN)
    out = np.zeros((n_channels, n_frames * hop + window - hop), np.float32)
    out[:, : window - hop] = state.tail
    for frame in range(n_frames):
        out[:, frame * hop : frame * hop + window] += pieces[:, frame]
    made, tail = out[:, : n_frames * hop], out[:, n_frames * hop :]
    made, attacks = hold_attacks(
        made, windows, rows.partials.gain.max(axis=1), frames, state.attacks
    )
    return made, GeneratorState(rotation, turns, flatness, tail, attacks)


def full_scale(song: Sound) -> np.float32:
    """What a song is divided by on the way, so that no level is too soft or loud for float32.

    A power of 2, which changes no digit of any sample; 0 for silence.
    """
    peak = np.abs(song.samples).max()
    return np.float32(np.ldexp(0.5, np.frexp(peak)[1])) if peak else np.float32(0.0)


def n_generated(song: Sound, frames: FrameConfig) -> int:
    """How many frames make a song: those in it and those that reach into it."""
    return song.samples.shape[1] // frames.hop + OVERLAP + 1


def generate(
    song: Sound,
    field: Field,
    frames: FrameConfig,
    bands: BandConfig,
    progress: Callable[[int], None] = lambda _: None,
) -> Sound:
    """The whole song, moved along the field; as long as the song, in step with it.

    What is moved is spread over a window's time. Of a song shorter than that, much would sound
    before and after it: what is left within is made as loud as all of it.
    """
    n_channels, n_samples = song.samples.shape
    if not any(part is not None and np.any(part) for part in field):
        return song  # moved nowhere, and not even rounded
    scale = full_scale(song)
    if scale == 0.0:
        return song
    samples = np.empty_like(song.samples)
    # Frames before the first and after the last sample complete the overlap at both ends.
    indices = np.arange(n_generated(song, frames)) - OVERLAP // 2
    rows = np.clip(indices, 0, len(field.displacement) - 1)
    state = GeneratorState.zeros(n_channels, frames)
    energy = 0.0  # of all that is made, within the song and around it
    for start in range(0, len(indices), _BLOCK):
        block = slice(start, start + _BLOCK)
        windows = cut(song.samples, indices[block] * frames.hop, frames.window) / scale
        made, state = generate_frames(
            windows,
            song.sample_rate,
            field.rows(rows[block]),
            frames,
            bands,
            state,
        )
        energy += float(np.vdot(made, made))
        first = int(indices[start]) * frames.hop - frames.window // 2
        begin, end = max(first, 0), min(first + made.shape[1], n_samples)
        if begin < end:
            samples[:, begin:end] = made[:, begin - first : end - first]
        progress(len(rows[block]))
    within = float(np.vdot(samples, samples))
    if n_samples < frames.window and within > 0.0:
        samples *= np.float32(np.sqrt(energy / within))
    samples *= scale
    return Sound(samples, song.sample_rate)
