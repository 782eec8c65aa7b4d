"""Features: where the energy of each band lies and how much there is, frame by frame.

A version's features are the song's plus what registration says they differ by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from ctxaudio.analysis.bands import BandConfig, hz_to_semitones
from ctxaudio.analysis.examples import Example
from ctxaudio.analysis.frames import OVERLAP, FrameConfig
from ctxaudio.analysis.look import STEP, Look, compress, every_frame, search
from ctxaudio.analysis.registration import evidence, regularise
from ctxaudio.errors import DataError
from ctxaudio.sound.source import Excerpt, SoundSource
from ctxaudio.threads import in_order
from rnn.rows import MadeRows, Rows, RowSource, sum_of

_FLOOR_DB = -100.0  # against the loudest band
_GAIN_FLOOR_DB = -80.0  # what is softer than that says nothing of gain
# Share of a frame's power in bands that the version has room for. Below the first, what is in the
# bands is what leaks there from beside them, and says nothing of gain; above the second, all does.
_LEAKAGE, _HEARD = 0.3, 0.8
# A band of whose power less than this is where the version has room is registered by what is left
# of the rest: a lone tone is where it is, however much softer.
_ALONE = 0.01
_DOUBT = 0.05  # weight of having no gain, for each look that says nothing
_HIGHEST_SHARE = 0.45  # of the sample rate; above, resampling has cut away
_LENGTH_TOLERANCE_S = 0.5  # by which a version may be longer or shorter
_OVERLAP = OVERLAP // STEP  # looks that cover each sample
_AT_A_TIME = 4096  # looks

Progress = Callable[[int], None]  # told how many frames were done


class Features(NamedTuple):
    """Pitch and level of each band, one row a frame, made as they are read."""

    pitch: RowSource  # (frame, band) semitones above 440 Hz
    level: RowSource  # (frame, band) dB
    envelope: RowSource | None = None  # (frame, band) semitones that it is away from the song's

    def joined(self) -> MadeRows:
        """(frame, 2 band): pitches, then levels, as the memory is taught them.

        Where formants are taught apart, (frame, 3 band): envelopes come last.
        """
        parts = [part for part in self if part is not None]
        n_frames, n_bands = self.pitch.shape

        def make(begin: int, end: int) -> np.ndarray:
            return np.concatenate([part[begin:end] for part in parts], axis=1)

        return MadeRows((n_frames, len(parts) * n_bands), make)


def measure_features(
    song: SoundSource,
    examples: Sequence[Example],
    frames: FrameConfig,
    bands: BandConfig,
    progress: Progress = lambda _: None,
    workers: int = 0,
) -> tuple[Features, list[Features]]:
    """Features of the song, and of each version, in step with each other.

    A frame of a version is centred on the same moment of music and lasts the same musical time,
    so that a version made by tape speed has exactly the song's spectrum, displaced.

    Raises:
        DataError: if a version does not fit the song.
    """
    for example in examples:
        _check_fit(song, example)
    # One scale for all, near full scale: no level is too soft or too loud for float32.
    look = Look(frames, bands, full_scale=song.peak or 1.0)
    n_frames = frames.n_frames(song.n_samples)
    blocks = look.blocks(song)
    coarse, mean_energy = search(song, examples, blocks, look, workers)
    # Of what is above the bands little is left in a version that is higher.
    shares = bands.shares * (bands.grid <= bands.centres[-1])[:, None]
    heard = [shares * _heard(displacement, song.sample_rate, bands) for displacement in coarse]
    least = _ALONE * (mean_energy @ bands.shares)
    known = [np.where(mean_energy @ room < least, bands.shares, room) for room in heard]
    power, moment = Rows((bands.n_bands,)), Rows((bands.n_bands,))
    pairs = [_Pair.empty(bands.n_bands) for _ in examples]
    shares_by_pitch = shares * bands.grid[:, None].astype(np.float32)

    def parts() -> Iterator[tuple[slice, Excerpt, list[Excerpt]]]:
        # What is heard is read here, one block after the other, and looked at by all.
        for block in blocks:
            versions = [look.excerpt(each.sound, each.speed, block) for each in examples]
            yield block, look.excerpt(song, 1.0, block), versions

    def measure(part: tuple[slice, Excerpt, list[Excerpt]]) -> _Measured:
        block, song_part, version_parts = part
        energies = look.energy(song_part, 1.0, block)
        total = look.power(song_part, block) + np.finfo(np.float32).tiny
        here = compress(energies, bands)
        measured: list[tuple[np.ndarray, ...]] = []
        for i, version in enumerate(version_parts):
            there = look.energy(version, examples[i].speed, block, coarse[i])
            song_power = energies @ heard[i]
            share = song_power.sum(axis=1) / total
            trust = np.clip((share - _LEAKAGE) / (_HEARD - _LEAKAGE), 0.0, 1.0)[:, None]
            found = evidence(here, compress(there, bands), known[i], bands)
            measured.append((*found, song_power, there @ heard[i], trust))
        n_done = min(block.stop * STEP, n_frames) - block.start * STEP
        return n_done, energies @ shares, energies @ shares_by_pitch, measured

    loudest = 0.0
    for n_done, power_part, moment_part, measured in in_order(measure, parts(), workers):
        power.append(power_part)
        moment.append(moment_part)
        loudest = max(loudest, float(power_part.max()))
        for pair, part in zip(pairs, measured, strict=True):
            pair.append(*part)
        progress(n_done)
    loudest = loudest or 1.0  # of silence, any level is as good
    floor = loudest * 10.0 ** (_FLOOR_DB / 10.0)

    def centroid(begin: int, end: int) -> np.ndarray:
        # Towards silence it goes to the band's centre.
        return (moment[begin:end] + floor * bands.centres) / (power[begin:end] + floor)

    def level(begin: int, end: int) -> np.ndarray:
        return np.asarray(10.0 * np.log10(power[begin:end] + floor))

    shape = len(power), bands.n_bands
    song_is = Features(
        *(every_frame(MadeRows(shape, make), n_frames) for make in (centroid, level))
    )
    look_s = look.hop / song.sample_rate
    versions = []
    for displacement, pair in zip(coarse, pairs, strict=True):
        rest, gain = (every_frame(part, n_frames) for part in _differences(pair, loudest, look_s))
        versions.append(_displaced(song_is, displacement, rest, gain))
    return song_is, versions


def _displaced(
    song_is: Features, displacement: np.ndarray, rest: RowSource, gain: RowSource
) -> Features:
    def pitch(begin: int, end: int) -> np.ndarray:
        return np.asarray(song_is.pitch[begin:end] + displacement + rest[begin:end])

    def level(begin: int, end: int) -> np.ndarray:
        return np.asarray(song_is.level[begin:end] + gain[begin:end])

    shape = rest.shape[0], rest.shape[1]
    return Features(MadeRows(shape, pitch), MadeRows(shape, level))


# Frames that were done; power, moment and what each pair takes, of a block of looks.
_Measured: TypeAlias = tuple[int, np.ndarray, np.ndarray, list[tuple[np.ndarray, ...]]]


class _Pair(NamedTuple):
    """What the song and a version laid over it give, each (look, band) but the last."""

    shift: Rows  # evidence for the displacement that is left
    shift_weight: Rows
    song_power: Rows
    version_power: Rows
    trust: Rows  # (look, 1) how far a look says something of gain, 0 to 1

    @classmethod
    def empty(cls, n_bands: int) -> _Pair:
        """Before any look."""
        shift, shift_weight, song_power, version_power = (Rows((n_bands,)) for _ in range(4))
        return cls(shift, shift_weight, song_power, version_power, Rows((1,), np.float64))

    def append(self, *parts: np.ndarray) -> None:
        """The next looks."""
        for rows, part in zip(self, parts, strict=True):
            rows.append(part)


def _differences(pair: _Pair, loudest: float, look_s: float) -> tuple[RowSource, RowSource]:
    """Displacement (semitones) and gain (dB) of a version against the song, (look, band)."""
    floor = loudest * 10.0 ** (_GAIN_FLOOR_DB / 10.0)
    n_looks, n_bands = shape = pair.shift.shape[0], pair.shift.shape[1]

    def amount(begin: int, end: int) -> np.ndarray:
        return np.sqrt(np.sqrt(pair.song_power[begin:end]))

    def weight(begin: int, end: int) -> np.ndarray:
        return np.asarray(amount(begin, end) * pair.trust[begin:end])

    def weighted(begin: int, end: int) -> np.ndarray:
        version, song = pair.version_power[begin:end], pair.song_power[begin:end]
        gain = 10.0 * np.log10((version + floor) / (song + floor))
        return np.asarray(gain * weight(begin, end))

    silent = Rows((n_bands,))  # what says nothing of gain
    for begin in range(0, n_looks, _AT_A_TIME):
        part = slice(begin, min(begin + _AT_A_TIME, n_looks))
        silent.append(amount(part.start, part.stop)[pair.trust[part][:, 0] == 0.0])
    weights = MadeRows(shape, weight)
    trusted, doubted = sum_of(weights), _DOUBT * sum_of(silent)
    believed = trusted / (trusted + doubted) if trusted else 0.0
    # Where no window fits into the song, its ends are all that is heard; two windows are enough.
    believed *= min(max(n_looks / _OVERLAP - 1.0, 0.0), 1.0)
    gains = regularise(MadeRows(shape, weighted), weights, look_s, _OVERLAP)
    return (
        regularise(pair.shift, pair.shift_weight, look_s, _OVERLAP),
        MadeRows(shape, lambda begin, end: believed * gains[begin:end]),
    )


def _heard(displacement: np.ndarray, sample_rate: int, bands: BandConfig) -> np.ndarray:
    """Which points (point, 1) a version has room for below its Nyquist frequency, as 0 and 1."""
    there = bands.grid + bands.shares @ displacement
    return (there < hz_to_semitones(_HIGHEST_SHARE * sample_rate))[:, None].astype(np.float32)


def _check_fit(song: SoundSource, example: Example) -> None:
    version = example.sound
    name = f"the version for context {example.context:+g}"
    if version.sample_rate != song.sample_rate:
        raise DataError(
            f"{name} must have the song's sample rate, {song.sample_rate} Hz, "
            f"got {version.sample_rate} Hz."
        )
    surplus_s = version.duration_s * example.speed - song.duration_s
    if abs(surplus_s) > _LENGTH_TOLERANCE_S:
        raise DataError(
            f"{name} must run in step with the song, but it is {abs(surplus_s):.1f} s "
            f"{'longer' if surplus_s > 0.0 else 'shorter'}."
        )
