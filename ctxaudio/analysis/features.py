"""Features: where the energy of each band lies and how much there is, frame by frame.

A version's features are the song's plus what registration says they differ by.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.bands import BandConfig, hz_to_semitones
from ctxaudio.analysis.examples import Example
from ctxaudio.analysis.frames import OVERLAP, FrameConfig
from ctxaudio.analysis.look import STEP, Look, compress, every_frame, search
from ctxaudio.analysis.registration import evidence, regularise
from ctxaudio.errors import DataError
from ctxaudio.sound.source import SoundSource
from ctxaudio.threads import in_order

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

Progress = Callable[[int], None]  # told how many frames were done


class Features(NamedTuple):
    """Pitch and level of each band, one row a frame."""

    pitch: np.ndarray  # (frame, band) semitones above 440 Hz
    level: np.ndarray  # (frame, band) dB
    envelope: np.ndarray | None = None  # (frame, band) semitones that it is away from the song's

    def joined(self) -> np.ndarray:
        """(frame, 2 band): pitches, then levels, as the memory is taught them.

        Where formants are taught apart, (frame, 3 band): envelopes come last.
        """
        return np.concatenate([part for part in self if part is not None], axis=1)


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
    shape = (blocks[-1].stop, bands.n_bands)
    power, moment = np.empty((2, *shape), np.float32)
    pairs = [_Pair.empty(shape) for _ in examples]
    shares_by_pitch = shares * bands.grid[:, None].astype(np.float32)

    def measure(block: slice) -> int:
        energies = look.energy(song, 1.0, block)
        total = look.power(song, block) + np.finfo(np.float32).tiny
        power[block] = energies @ shares
        moment[block] = energies @ shares_by_pitch
        here = compress(energies, bands)
        for i, (example, pair) in enumerate(zip(examples, pairs, strict=True)):
            there = look.energy(example.sound, example.speed, block, coarse[i])
            pair.song_power[block] = energies @ heard[i]
            pair.version_power[block] = there @ heard[i]
            share = pair.song_power[block].sum(axis=1) / total
            pair.trust[block, 0] = np.clip((share - _LEAKAGE) / (_HEARD - _LEAKAGE), 0.0, 1.0)
            pair.shift[block], pair.shift_weight[block] = evidence(
                here, compress(there, bands), known[i], bands
            )
        return min(block.stop * STEP, n_frames) - block.start * STEP

    for n_done in in_order(measure, blocks, workers):
        progress(n_done)
    loudest = float(power.max()) or 1.0  # of silence, any level is as good
    floor = loudest * 10.0 ** (_FLOOR_DB / 10.0)
    # Towards silence the centroid goes to the band's centre.
    centroid = (moment + floor * bands.centres) / (power + floor)
    song_is = Features(
        every_frame(centroid, n_frames), every_frame(10.0 * np.log10(power + floor), n_frames)
    )
    look_s = look.hop / song.sample_rate
    versions = []
    for displacement, pair in zip(coarse, pairs, strict=True):
        rest, gain = (every_frame(part, n_frames) for part in _differences(pair, loudest, look_s))
        versions.append(Features(song_is.pitch + displacement + rest, song_is.level + gain))
    return song_is, versions


class _Pair(NamedTuple):
    """What the song and a version laid over it give, each (look, band) but the last."""

    shift: np.ndarray  # evidence for the displacement that is left
    shift_weight: np.ndarray
    song_power: np.ndarray
    version_power: np.ndarray
    trust: np.ndarray  # (look, 1) how far a look says something of gain, 0 to 1

    @classmethod
    def empty(cls, shape: tuple[int, int]) -> _Pair:
        """Of some looks and bands, to be filled."""
        shift, shift_weight, song_power, version_power = np.empty((4, *shape), np.float32)
        return cls(shift, shift_weight, song_power, version_power, np.empty((shape[0], 1)))


def _differences(pair: _Pair, loudest: float, look_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Displacement (semitones) and gain (dB) of a version against the song, (look, band)."""
    floor = loudest * 10.0 ** (_GAIN_FLOOR_DB / 10.0)
    gain = 10.0 * np.log10((pair.version_power + floor) / (pair.song_power + floor))
    amount = np.sqrt(np.sqrt(pair.song_power))
    weight = amount * pair.trust
    trusted, doubted = weight.sum(), _DOUBT * amount[pair.trust[:, 0] == 0.0].sum()
    believed = trusted / (trusted + doubted) if trusted else 0.0
    # Where no window fits into the song, its ends are all that is heard; two windows are enough.
    believed *= min(max(len(amount) / _OVERLAP - 1.0, 0.0), 1.0)
    return (
        regularise(pair.shift, pair.shift_weight, look_s, _OVERLAP),
        believed * regularise(gain * weight, weight, look_s, _OVERLAP),
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
