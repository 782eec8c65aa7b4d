"""The generator: a song whose energy is moved along a field, block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import scipy.fft

from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.frames import hann
from ctxaudio.memory.field import Field, FieldSource
from ctxaudio.sound.samples import Sound
from ctxaudio.sound.source import BLOCK, Divided, SoundSource
from ctxaudio.synthesis.attacks import AttackState, hold_attacks
from ctxaudio.synthesis.formants import rows_of
from ctxaudio.synthesis.noise import NoiseFrames, NoiseShare, keep_rest, move_noise, noise_edges
from ctxaudio.synthesis.onsets import song_onsets
from ctxaudio.synthesis.preparation import PreparationState, Prepared, prepare, samples_needed
from ctxaudio.synthesis.resolution import OVERLAP_GAIN, PADDING, Resolution
from ctxaudio.synthesis.time_map import TimeMap, n_made
from ctxaudio.synthesis.transport import Frames, Moves, transport
from ctxaudio.threads import in_order

_BLOCK = 48  # steps at a time at the most: more take more memory and a little less time

# What moves by less than this, in semitones, is made by one window alone, which gives back to the
# last digit what does not move at all. (Windows that fade into one another do so to some -40 dB.)
_STILL_ST = 0.01


class GeneratorState(NamedTuple):
    """What a step hands on to the next."""

    rotation: np.ndarray  # (6, place), see :func:`~ctxaudio.synthesis.transport.transport`
    turns: np.ndarray  # (segment,) that noise has turned
    tails: np.ndarray  # (window, channel, longest - hop) samples that later frames add to
    attacks: AttackState

    @classmethod
    def zeros(
        cls, n_channels: int, first: int, resolution: Resolution, lag: int = 0
    ) -> GeneratorState:
        """Before a step, made so many samples after its moment in the song."""
        layout = resolution.layout
        n_all = PADDING * resolution.longest // 2 + 1
        rotation = np.zeros((6, layout.n_fine + (n_all - layout.n_fine) // layout.coarse + 1))
        rotation[2] = first * resolution.frames.hop
        rotation[4] = lag
        n_segments = len(noise_edges(resolution)) - 1
        return cls(
            rotation=rotation,
            turns=np.zeros(n_segments, np.int64),
            tails=np.zeros(
                (len(resolution.windows), n_channels, resolution.longest - resolution.frames.hop),
                np.float32,
            ),
            attacks=AttackState.zeros(),
        )


def synthesise(
    prepared: Prepared,
    field: Field,
    resolution: Resolution,
    bands: BandConfig,
    state: GeneratorState,
) -> tuple[np.ndarray, GeneratorState]:
    """Samples that consecutive steps complete.

    Args:
        prepared: the steps.
        field: one row a step.

    Returns:
        (channel, step * hop) samples, which begin half of the longest window before the first
        step's centre, and the state to go on from. Any split into parts gives the same samples.
    """
    seen, n_steps, hop = prepared.seen, prepared.n_steps, resolution.frames.hop
    layout = resolution.layout
    rows = rows_of(field, seen.envelopes, bands)
    rotation, turns = state.rotation.copy(), state.turns.copy()
    share = np.where(rows.sung[:, None], 0.0, prepared.noise)
    noise = NoiseShare(noise_edges(resolution), share)
    steps = [
        resolution.steps_of(i, seen.first, len(power)) for i, power in enumerate(seen.spectra.power)
    ]
    base = resolution.base
    weight = prepared.weight.copy()
    unmoved = np.abs(rows.partials.displacement).max(axis=1) < _STILL_ST
    still = unmoved & (seen.spectra.lag[base] == 0)
    weight[still] = np.eye(len(steps))[base][:, None]
    moved, keep, places, used = [], [], [], []
    for i, window in enumerate(resolution.windows):
        sounds = np.any(weight[:, i] > 0.0, axis=1)
        if i == base:
            sounds = sounds | np.any(share > 0.0, axis=1)
        used.append(np.flatnonzero(sounds[steps[i]]))
        places.append(np.full(len(steps[i]), -1))
        places[i][used[i]] = np.arange(len(used[i]))
        shape = len(used[i]), state.tails.shape[1], PADDING * window // 2 + 1
        moved.append(np.zeros(shape, np.complex64))
        keep.append(np.ones(seen.spectra.power[i].shape, np.float32))
        keep_rest(steps[i], resolution.frames.window / window, noise, keep[i])
    noisy = NoiseFrames(seen.noisy, seen.swell, layout.bin_hz[base])
    move_noise(noisy, rows.noise, noise, places[base], turns, moved[base])
    frames = Frames(*seen.spectra, tuple(keep), tuple(places), tuple(moved))
    moves = Moves(rows.partials, weight, prepared.onsets)
    transport(frames, seen.first, layout, moves, rotation)
    # Each window by itself, and all together at the end: so the order in which they are added, and
    # with it the rounding, does not depend on how a sound is split.
    out = np.pad(state.tails, ((0, 0), (0, 0), (0, n_steps * hop)))
    origin = seen.first * hop - resolution.longest // 2
    for i, window in enumerate(resolution.windows):
        pieces = scipy.fft.irfft(moved[i], PADDING * window)[:, :, :window]
        pieces *= hann(window) * np.float32(window / (OVERLAP_GAIN * resolution.spans[i].overlap))
        starts = (resolution.first_of(i, seen.first) + used[i]) * resolution.hops[i]
        for at, piece in zip(starts - window // 2 - origin, pieces, strict=True):
            out[i, :, at : at + window] += piece
    made, tails = out[:, :, : n_steps * hop].sum(axis=0), out[:, :, n_steps * hop :]
    loudest_gain = rows.partials.gain.max(axis=1)
    made, attacks = hold_attacks(
        made, seen.song_power, loudest_gain, resolution.frames, state.attacks
    )
    return made, GeneratorState(rotation, turns, tails, attacks)


def when_heard(song: SoundSource, speed: float, resolution: Resolution) -> TimeMap | None:
    """When each moment of a song is heard at a speed; None at its own."""
    if speed == 1.0:
        return None
    scaled = Divided(song, float(full_scale(song)) or 1.0)
    every, attacks, dying = song_onsets(scaled, resolution)
    rate, hop = song.sample_rate, resolution.frames.hop
    return TimeMap.through(song.n_samples, speed, attacks, dying, every, rate, hop)


def full_scale(song: SoundSource) -> np.float32:
    """What a song is divided by on the way, so that no level is too soft or loud for float32.

    A power of 2, which changes no digit of any sample; 0 for silence.
    """
    peak = np.float32(song.peak)
    return np.float32(np.ldexp(0.5, np.frexp(peak)[1])) if peak else np.float32(0.0)


def n_generated(song: SoundSource, resolution: Resolution, speed: float = 1.0) -> int:
    """How many steps make a song: those in it and those that reach into it."""
    hop = resolution.frames.hop
    return n_made(song.n_samples, speed) // hop + resolution.longest // hop + 1


def generate(
    song: SoundSource,
    field: FieldSource,
    resolution: Resolution,
    bands: BandConfig,
    progress: Callable[[int], None] = lambda _: None,
    when: TimeMap | None = None,
    workers: int = 0,
) -> Sound:
    """The whole song as :func:`generate_into` makes it, in memory."""
    parts: list[np.ndarray] = []
    generate_into(parts.append, song, field, resolution, bands, progress, when, workers)
    return Sound(np.concatenate(parts, axis=1), song.sample_rate)


def generate_into(
    write: Callable[[np.ndarray], None],
    song: SoundSource,
    field: FieldSource,
    resolution: Resolution,
    bands: BandConfig,
    progress: Callable[[int], None] = lambda _: None,
    when: TimeMap | None = None,
    workers: int = 0,
) -> None:
    """Make the song, moved along the field; as long as the song, in step with it, or ``when``.

    What is moved is spread over a window's time. Of a song shorter than that, much would sound
    before and after it: what is left within is made as loud as all of it. With ``workers``, blocks
    are looked at in another thread while those before them are made.

    Args:
        write: is given what is made, a block (channel, time) float32 after the other.
    """
    n_out = song.n_samples if when is None else when.n_made
    scale = full_scale(song)
    if when is None and (scale == 0.0 or not field.moves):
        for block in song.blocks():
            write(block)  # moved nowhere, and not even rounded
        return
    if scale == 0.0:
        for begin in range(0, n_out, BLOCK):
            write(np.zeros((song.n_channels, min(BLOCK, n_out - begin)), np.float32))
        return
    before = resolution.reach * resolution.frames.hop + resolution.longest // 2
    made = _made(song, scale, field, resolution, bands, progress, when, workers)
    if n_out >= resolution.longest:
        begins = -before
        for block in made:
            inside = block[:, max(-begins, 0) : max(n_out - begins, 0)]
            if inside.shape[1]:
                write(inside * scale)
            begins += block.shape[1]
        return
    blocks = list(made)
    energy = sum(float(np.vdot(block, block)) for block in blocks)
    whole = np.concatenate(blocks, axis=1)
    within = np.ascontiguousarray(whole[:, before : before + n_out])
    heard = float(np.vdot(within, within))
    if heard > 0.0:
        within *= np.float32(np.sqrt(energy / heard))
    write(within * scale)


def _made(
    song: SoundSource,
    scale: np.float32,
    field: FieldSource,
    resolution: Resolution,
    bands: BandConfig,
    progress: Callable[[int], None],
    when: TimeMap | None,
    workers: int,
) -> Iterator[np.ndarray]:
    """Blocks (channel, time) at full scale 1, from where the first step's frame begins."""
    n_out = song.n_samples if when is None else when.n_made
    hop = resolution.frames.hop
    # Steps before the first and after the last sample complete the overlap at both ends.
    first, n_steps = -resolution.reach, n_out // hop + resolution.longest // hop + 1
    preparation = PreparationState.begin(first, resolution)
    state = GeneratorState.zeros(song.n_channels, first, resolution)
    end = first + n_steps + resolution.wait
    # What is looked at together gets ready together.
    block = resolution.wait // -(-resolution.wait // _BLOCK) if resolution.wait else _BLOCK

    def look(start: int) -> list[Prepared]:
        nonlocal preparation
        n = min(block, end - start)
        part = song.read(*samples_needed(start, n, resolution, when)) / scale
        ready, preparation = prepare(
            part, n, resolution, preparation, when, with_envelopes=field.has_envelope
        )
        return ready

    for ready in in_order(look, range(first, end, block), min(workers, 1)):
        for prepared in ready:
            at = prepared.seen.first
            rows = np.arange(at, at + prepared.n_steps)
            if when is not None:  # the nearest that was taught
                rows = (2 * when.song_at(rows * hop) + hop) // (2 * hop)
            rows = np.clip(rows, 0, field.n_frames - 1)
            made, state = synthesise(prepared, field.rows(rows), resolution, bands, state)
            yield made.astype(np.float32, copy=False)
            progress(prepared.n_steps)
