"""The sinusoidal model of a sound: what each slot's partial does, frame by frame, as values.

Pitches are such that an oscillator which follows them is in phase with the partial at every frame.
A window sees an attack before it comes, and sees what follows only in part: around an onset, a
partial that gets louder is given the level from before until then, and the level from after it
from then on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.bands import hz_to_semitones
from ctxaudio.analysis.chirps import seen_of_chirps
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.analysis.peaks import parts_of
from rnn.rows import RowSource

SILENT_DB = -120.0
HEARD_DB = SILENT_DB + 10.0  # a network recalls silence as nearly that
RISE_DB = 6.0  # what gets louder by less is no attack
NO_ATTACK = -1.0

_SHORTEST = 3  # frames; a partial that is over before is none
_SLOPE_FRAMES = 4  # after an attack, that say how fast it dies
_FASTEST_DB = 3.0  # a frame
_STEP_DB = 4.0  # that a step may look different
_BLOCK = 256  # frames


class Onsets(NamedTuple):
    """When something begins in a sound."""

    samples: np.ndarray  # (onset,) ascending
    is_all: np.ndarray  # (onset,) whether hardly anything sounds before it


class Sinusoids(NamedTuple):
    """Some frames of a sinusoidal model."""

    pitch: np.ndarray  # (frame, slot) semitones above 440 Hz, on the way to the next frame
    level_db: np.ndarray  # (frame, slot) of full scale, SILENT_DB where there is none
    pan: np.ndarray  # (frame, slot) turns: 0 is all left, a quarter all right, more in antiphase
    phase: np.ndarray  # (frame, slot) turns, of a partial that begins with this frame
    attack: np.ndarray  # (frame,) hops until an attack comes, below 1, or NO_ATTACK


def sinusoids(
    hertz: RowSource,
    value: RowSource,
    window: RowSource,
    onsets: Onsets,
    frames: FrameConfig,
    sample_rate: int,
) -> Iterator[Sinusoids]:
    """A sound's sinusoidal model, some frames after others.

    Args:
        hertz: (frame, slot) of :func:`ctxaudio.analysis.partials.find_partials`.
        value: (frame, slot, channel) of the same.
        window: (frame, slot) of the same.
        onsets: at which something begins.
    """
    n_frames, n_slots = hertz.shape[:2]
    half = max(part.windows[0] for part in parts_of(frames, sample_rate)) // 2
    reach = half // frames.hop + _SLOPE_FRAMES + _SHORTEST + 2
    when = onsets.samples
    carried = _Carried(np.zeros(n_slots), np.zeros(n_slots), np.zeros(n_slots))
    for first in range(0, n_frames, _BLOCK):
        end = min(first + _BLOCK, n_frames)
        begin, until = max(first - reach, 0), min(end + reach, n_frames)
        seen = window[begin:until]
        tones = hertz[begin:until]
        share = seen_of_chirps(tones, seen, frames.hop, sample_rate)
        around = tones, np.moveaxis(value[begin:until], 2, 0) / share
        runs = _runs(around[0] > 0.0, begin > 0, until < n_frames)
        level_db = _levels(around[1], runs)
        is_near = (when >= begin * frames.hop) & (when < until * frames.hop)
        for onset, is_all in zip(when[is_near], onsets.is_all[is_near], strict=True):
            onset_here = int(onset) - begin * frames.hop
            _sharpen(level_db, runs, seen, onset_here, frames.hop, is_all=bool(is_all))
        part_of = slice(first - begin, end - begin)
        made, carried = _in_phase(around, level_db, part_of, frames.hop, sample_rate, carried)
        attack = np.full(end - first, NO_ATTACK)
        here = when[(when >= first * frames.hop) & (when < end * frames.hop)]
        attack[here // frames.hop - first] = here % frames.hop / frames.hop
        yield made._replace(attack=attack)


class _Runs(NamedTuple):
    """In which frames the partial begins and ends that a slot holds in a frame, (frame, slot)."""

    begin: np.ndarray
    last: np.ndarray
    is_heard: np.ndarray


def _runs(is_on: np.ndarray, goes_back: bool, goes_on: bool) -> _Runs:
    n_frames = len(is_on)
    number = np.arange(n_frames)[:, None]
    is_first = is_on & ~np.vstack([np.zeros_like(is_on[:1]), is_on[:-1]])
    is_last = is_on & ~np.vstack([is_on[1:], np.zeros_like(is_on[:1])])
    begin = np.maximum.accumulate(np.where(is_first, number, -1))
    last = np.minimum.accumulate(np.where(is_last, number, n_frames)[::-1])[::-1]
    # Of those at an edge it is not known how long they are, which matters to none that is asked.
    cut = (goes_back & (begin == 0)) | (goes_on & (last == n_frames - 1))
    return _Runs(begin, last, is_on & (cut | (last - begin + 1 >= _SHORTEST)))


def _levels(value: np.ndarray, runs: _Runs) -> np.ndarray:
    power = (value.real.astype(np.float64) ** 2 + value.imag.astype(np.float64) ** 2).sum(axis=0)
    return np.where(runs.is_heard, 10.0 * np.log10(np.maximum(power, 1e-12)), SILENT_DB)


def _sharpen(
    level_db: np.ndarray, runs: _Runs, window: np.ndarray, onset: int, hop: int, *, is_all: bool
) -> None:
    """Give partials that an onset is of their levels from before and after it, in place.

    Args:
        window: (frame, slot) samples that were looked at.
        onset: samples from the first frame on.
        is_all: whether all that sounds after it is new; or else only what looks like a step.
    """
    n_frames = len(level_db)
    at = -(-onset // hop)  # the first frame that lies after it
    if not 1 <= at < n_frames:
        return
    slots = np.flatnonzero(runs.is_heard[at])
    first, last = runs.begin[at, slots], runs.last[at, slots]
    # As far as the widest window sees that sees it.
    number = np.arange(n_frames)[:, None]
    inside = (number >= first) & (number <= last)
    sees = inside & (np.abs(number * hop - onset) < window[:, slots] // 2)
    half = np.where(sees, window[:, slots] // 2, hop).max(axis=0)
    before = (onset - half) // hop  # the last frame that does not see the onset
    after = -((-onset - half) // hop)  # the first that sees nothing of what was before
    settled = np.minimum(after, last)
    then = level_db[settled, slots]
    held = np.where(before >= first, level_db[np.maximum(before, 0), slots], SILENT_DB)
    further = np.minimum(settled + _SLOPE_FRAMES, last)
    slope = (level_db[further, slots] - then) / np.maximum(further - settled, 1)
    slope = np.clip(slope, -_FASTEST_DB, 0.0)
    rises = then - held > RISE_DB
    # What a window sees of a step.
    for frame in (at - 1, at):
        after_it = np.clip((frame * hop - onset) / half, -1.0, 1.0)
        seen = 0.5 + 0.5 * after_it + np.sin(np.pi * after_it) / (2.0 * np.pi)
        from_then = 10.0 ** ((then + slope * (frame - settled)) / 20.0)
        due_db = 20.0 * np.log10(10.0 ** (held / 20.0) * (1.0 - seen) + from_then * seen + 1e-9)
        off_db = np.abs(level_db[frame, slots] - due_db)
        rises &= is_all | (off_db < _STEP_DB) | (frame < first) | (frame >= settled)
    early = inside & rises & (number > before) & (number < at)
    late = inside & rises & (number >= at) & (number < settled)
    now = level_db[:, slots]
    now = np.where(early, held, np.where(late, then + slope * (number - settled), now))
    level_db[:, slots] = now


class _Carried(NamedTuple):
    """From the frame before, of each slot."""

    pan: np.ndarray  # (slot,) turns
    pitch: np.ndarray  # (slot,) semitones
    flipped: np.ndarray  # (slot,) times that an oscillator is away from the phase as measured


def _in_phase(
    around: tuple[np.ndarray, np.ndarray],
    level_db: np.ndarray,
    part: slice,
    hop: int,
    sample_rate: int,
    carried: _Carried,
) -> tuple[Sinusoids, _Carried]:
    hertz, value = around
    n_frames, n_slots = part.stop - part.start, hertz.shape[1]
    made = Sinusoids(
        np.zeros((n_frames, n_slots)),
        level_db[part],
        np.zeros((n_frames, n_slots)),
        np.zeros((n_frames, n_slots)),
        np.zeros(n_frames),
    )
    # Channels may be in antiphase: of several, a phase is known up to half a turn.
    if len(value) == 1:
        known, phase = 1.0, np.angle(value[0].astype(np.complex128)) / (2.0 * np.pi)
    else:
        known, phase = 0.5, np.angle((value.astype(np.complex128) ** 2).sum(axis=0)) / (4.0 * np.pi)
    turned = np.real(value * np.exp(-2j * np.pi * phase))
    direction = np.arctan2(turned[1:].sum(axis=0), turned[0]) / (2.0 * np.pi)
    is_on = level_db > SILENT_DB
    pan, pitch, flipped = carried
    flipped = flipped.copy()
    for row, frame in enumerate(range(part.start, part.stop)):
        here = is_on[frame]
        begins = here & ~is_on[frame - 1] if frame else here
        made.phase[row] = np.where(begins, phase[frame], 0.0)
        # Of what goes on, the next one to where it was, for a sign is not known.
        flipped[begins] = 0.0
        new = direction[frame] - known * flipped
        near = new - np.round(new - pan)
        pan = np.where(here, np.where(begins, new, near), pan)
        made.pan[row] = pan
        mean_hz = hertz[frame].copy()
        if frame + 1 < len(is_on):
            goes_on = here & is_on[frame + 1]
            due = 0.5 * (hertz[frame] + hertz[frame + 1]) * hop / sample_rate
            off = phase[frame + 1] - phase[frame] - due
            more = np.round(off / known)
            mean_hz[goes_on] = ((due + off - known * more) * sample_rate / hop)[goes_on]
            flipped[goes_on] += more[goes_on]
        heard = here & (mean_hz > 0.0)
        pitch = np.where(heard, hz_to_semitones(np.maximum(mean_hz, 1.0)), pitch)
        made.pitch[row] = pitch
    return made, _Carried(pan, pitch, flipped)
