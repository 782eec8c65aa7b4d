"""Where in a song a cue is: a second or more of it as it was heard, at whatever pitch.

What a memory recalls, and what is heard in the cue, are laid over each other at every moment and
every shift: the place where they are most alike is where the memory goes on from, and the shift is
the context.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.fft

from ctxaudio.analysis.bands import hz_to_semitones
from ctxaudio.analysis.partials import find_partials
from ctxaudio.analysis.sinusoids import SILENT_DB
from ctxaudio.errors import DataError
from ctxaudio.limits import MAX_CONTEXT
from ctxaudio.memory.alone.memory import AloneMemory
from ctxaudio.memory.alone.recalled import AloneRecall
from ctxaudio.sound.resampled import resampled
from ctxaudio.sound.source import SoundSource

_BINS = 4  # to a semitone
_LOWEST_ST, _HIGHEST_ST = -54.0, 66.0  # above 440 Hz: 19 Hz to 20 kHz
_LEAST = 0.6  # of being the same; a cue that is less like any moment is of another song
_LONGEST_S = 10.0  # of a cue, that is looked at
_BLOCK = 4_096  # frames of the song at a time
_POWER = 0.25  # of power: what is soft counts, too


class Cue(NamedTuple):
    """Where a cue is."""

    begin_s: float  # in the song
    semitones: float  # that it is higher
    likeness: float  # to what the memory recalls there, at most 1


def find_cue(memory: AloneMemory, cue: SoundSource) -> Cue:
    """Find what was heard in what a memory holds.

    Args:
        memory: of a song.
        cue: some of it, as it is or shifted by up to 36 semitones; its first ten seconds count.

    Raises:
        DataError: if it is like no moment of the song, or silent.
    """
    heard = _heard(memory, cue)
    size = np.linalg.norm(heard)
    if size == 0.0:
        raise DataError("the cue is silent: there is nothing to be found.")
    recall = AloneRecall(memory)
    n_cue = len(heard)
    best = Cue(0.0, 0.0, -np.inf)
    frame_s = memory.frames.hop / memory.sample_rate
    for begin in range(0, memory.n_frames, _BLOCK):
        song = _recalled(recall, begin, min(begin + _BLOCK + n_cue, memory.n_frames + n_cue))
        likeness = _likeness(song, heard) / size
        frame, shift = np.unravel_index(np.argmax(likeness), likeness.shape)
        if likeness[frame, shift] > best.likeness:
            between = _highest(likeness[frame], int(shift))
            semitones = between / _BINS - MAX_CONTEXT
            place_s = (begin + int(frame)) * frame_s
            best = Cue(place_s, semitones, float(likeness[frame, shift]))
    if best.likeness < _LEAST:
        raise DataError(
            f"the cue is of another song: it is like no moment of this one (at most "
            f"{best.likeness:.2f}, of 1; expected {_LEAST:g} or more)."
        )
    return best


def _heard(memory: AloneMemory, cue: SoundSource) -> np.ndarray:
    if cue.sample_rate != memory.sample_rate:
        cue = resampled(cue, memory.sample_rate)
    n_frames = max(round(_LONGEST_S * memory.sample_rate / memory.frames.hop), 1)
    parts = []
    for slots in find_partials(cue, memory.frames):
        power = (np.abs(slots.value) ** 2).sum(axis=0)
        pitch = hz_to_semitones(np.maximum(slots.hertz, 1.0))
        parts.append(_map(np.asarray(pitch), np.where(slots.hertz > 0.0, power, 0.0)))
        if sum(map(len, parts)) >= n_frames:
            break
    return np.concatenate(parts)[:n_frames]


def _recalled(recall: AloneRecall, begin: int, end: int) -> np.ndarray:
    features, _ = recall.frames(begin, np.zeros(end - begin))
    tones = recall.layout.tones(features)
    is_on = tones.level_db > SILENT_DB + 1.0
    return _map(tones.pitch, np.where(is_on, 10.0 ** (tones.level_db / 10.0), 0.0))


def _map(pitch: np.ndarray, power: np.ndarray) -> np.ndarray:
    """How much there is at each pitch, (frame, bin), of partials (frame, slot)."""
    n_bins = round((_HIGHEST_ST - _LOWEST_ST) * _BINS)
    place = (pitch - _LOWEST_ST) * _BINS
    is_on = (power > 0.0) & (place >= 0.0) & (place < n_bins - 1.0)
    rows, slots = np.nonzero(is_on)
    left = place[rows, slots].astype(np.int64)
    share = place[rows, slots] - left
    amount = power[rows, slots] ** _POWER
    found = np.zeros((len(pitch), n_bins))
    np.add.at(found, (rows, left), (1.0 - share) * amount)
    np.add.at(found, (rows, left + 1), share * amount)
    return found


def _likeness(song: np.ndarray, heard: np.ndarray) -> np.ndarray:
    """Of a cue to the song from each frame on, (frame, shift), times the cue's own size."""
    n_cue, n_bins = heard.shape
    n_frames = len(song) - n_cue
    most = round(MAX_CONTEXT * _BINS)
    shape = [scipy.fft.next_fast_len(n, real=True) for n in (len(song) + n_cue, 2 * n_bins)]
    both = scipy.fft.rfft2(heard, shape) * np.conj(scipy.fft.rfft2(song, shape))
    # In a correlation the song's frame f and shift s are at -f and s.
    found = scipy.fft.irfft2(both, shape)
    rows = (-np.arange(n_frames)) % shape[0]
    columns = np.arange(-most, most + 1) % shape[1]
    passed = np.concatenate([[0.0], np.cumsum(np.square(song).sum(axis=1))])
    sizes = np.sqrt(np.maximum(passed[n_cue:] - passed[:-n_cue], 0.0))[:n_frames]
    return np.asarray(found[np.ix_(rows, columns)] / np.maximum(sizes, 1e-9)[:, None])


def _highest(values: np.ndarray, at: int) -> float:
    """Where the highest point is of a parabola through a value and its neighbours."""
    if not 0 < at < len(values) - 1:
        return float(at)
    before, here, after = values[at - 1 : at + 2]
    bend = before - 2.0 * here + after
    return at + (0.5 * float((before - after) / bend) if bend < 0.0 else 0.0)
