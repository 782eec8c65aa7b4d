"""Features between frames: what is recalled, at another speed, backwards, or standing still."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.noise_bands import LOOKS, NoiseBands
from ctxaudio.analysis.partials import N_SLOTS
from ctxaudio.analysis.sinusoids import HEARD_DB, NO_ATTACK, RISE_DB, SILENT_DB, Sinusoids
from ctxaudio.memory.alone.recalled import AloneRecall


class Placed(NamedTuple):
    """What sounds at some places, one a frame that is made."""

    tones: Sinusoids
    noise: NoiseBands
    noise_st: np.ndarray  # (frame, band) where the noise's bands are, semitones above 440 Hz


def silence(n_frames: int, n_channels: int, noise_st: np.ndarray) -> Placed:
    """So many frames in which nothing sounds."""
    of_slots = np.zeros((n_frames, N_SLOTS))
    levels = np.full_like(of_slots, SILENT_DB)
    attack = np.full(n_frames, NO_ATTACK)
    noise_db = np.full((n_channels, n_frames, LOOKS, len(noise_st)), SILENT_DB)
    return Placed(
        Sinusoids(of_slots, levels, of_slots, of_slots, attack),
        NoiseBands(noise_db, np.zeros((n_frames, len(noise_st)))),
        np.tile(noise_st, (n_frames, 1)),
    )


def at_places(
    recall: AloneRecall, places: np.ndarray, speed: float, contexts: np.ndarray
) -> Placed:
    """What a memory recalls at places in the song, one for each frame that is made.

    Args:
        recall: of the memory; outside its song is silence.
        places: (frame,) frames of the song, whole or not, apart by ``speed``.
        speed: frames of the song that pass in one that is made; negative if it runs backwards.
        contexts: (frame,) at each place; of what does not go on in the song, the last counts.
    """
    # A pitch is that on the way to the next frame: it is looked at half-way to the next place.
    pitch_at = places + 0.5 * (speed - 1.0)
    looks = (places[:, None] + np.arange(LOOKS) / LOOKS * speed).ravel()
    first = int(np.floor(min(places.min(), pitch_at.min(), looks.min()))) - 1
    last = int(np.ceil(max(places.max(), pitch_at.max(), looks.max()))) + 2
    wanted = np.full(last - first, contexts[-1])
    if speed > 0.0:
        wanted = np.interp(np.arange(first, last), places, contexts)
    features, noise_st = _song(recall, first, wanted, goes_on=speed > 0.0)
    tones, noise = recall.layout.tones(features), recall.layout.noise(features)
    made = _tones(tones, places - first, pitch_at - first, speed)
    look = np.clip(np.round((looks - first) * LOOKS).astype(np.int64), 0, LOOKS * len(features) - 1)
    n_channels, _, _, n_bands = noise.level_db.shape
    level_db = noise.level_db.reshape(n_channels, -1, n_bands)[:, look]
    near = np.round(places - first).astype(np.int64)
    return Placed(
        made,
        NoiseBands(level_db.reshape(n_channels, len(places), LOOKS, n_bands), noise.likeness[near]),
        noise_st[near],
    )


def _song(
    recall: AloneRecall, first: int, contexts: np.ndarray, *, goes_on: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Frames of the song from one on, which may lie before it."""
    n_before = min(max(-first, 0), len(contexts))
    silent = np.tile(recall.layout.silence, (n_before, 1))
    features, noise_st = recall.frames(max(first, 0), contexts[n_before:], goes_on=goes_on)
    before = np.tile(recall.noise_st, (n_before, 1))
    return np.concatenate([silent, features]), np.concatenate([before, noise_st])


def _tones(song: Sinusoids, at: np.ndarray, pitch_at: np.ndarray, speed: float) -> Sinusoids:
    here = np.floor(at).astype(np.int64)
    part = (at - here)[:, None]
    is_on = song.level_db > HEARD_DB
    on, next_on = is_on[here], is_on[here + 1]
    level, next_level = song.level_db[here], song.level_db[here + 1]
    attack = song.attack[here][:, None]
    strikes = attack > 0.5 * NO_ATTACK
    # In a straight line of dB where a partial goes on; of amplitude where it begins or ends.
    with np.errstate(divide="ignore"):
        ends_db = level + 20.0 * np.log10(1.0 - part)
        begins_db = next_level + 20.0 * np.log10(part)
    begins_db = np.where(strikes, np.where(part >= attack, next_level, SILENT_DB), begins_db)
    goes_db = (1.0 - part) * level + part * next_level
    rises = strikes & (next_level - level > RISE_DB)
    goes_db = np.where(rises, np.where(part >= attack, next_level, level), goes_db)
    level_db = np.where(on & next_on, goes_db, np.where(on, ends_db, begins_db))
    level_db = np.where(on | (next_on & (part > 0.0)), np.maximum(level_db, SILENT_DB), SILENT_DB)
    there = np.floor(pitch_at).astype(np.int64)
    share = (pitch_at - there)[:, None]
    left, right = is_on[there], is_on[there + 1]
    share = np.where(left & right, share, np.where(left, 0.0, 1.0))
    # Where neither sounds, the place itself does, or nothing.
    pitch = (1.0 - share) * song.pitch[there] + share * song.pitch[there + 1]
    own = np.where(on, song.pitch[here], song.pitch[here + 1])
    return Sinusoids(
        np.where(left | right, pitch, own),
        level_db,
        np.where(on, song.pan[here], song.pan[here + 1]),
        np.where(on & (part == 0.0), song.phase[here], song.phase[here + 1]),
        _attacks(song.attack, at, speed),
    )


def _attacks(attack: np.ndarray, at: np.ndarray, speed: float) -> np.ndarray:
    """When an attack of the song comes, in frames that are made; none comes backwards."""
    made = np.full(len(at), NO_ATTACK)
    if speed <= 0.0:
        return made
    frames = np.flatnonzero(attack > 0.5 * NO_ATTACK)
    when = frames + np.clip(attack[frames], 0.0, 1.0)
    row = np.searchsorted(at, when, side="right") - 1
    inside = (row >= 0) & (row < len(at))
    after = (when[inside] - at[row[inside]]) / speed
    soon = after < 1.0
    made[row[inside][soon]] = after[soon]
    return made
