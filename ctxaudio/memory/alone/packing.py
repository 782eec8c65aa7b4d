"""A phrase of what is taught, in few bits: rounded to steps that are not heard, and compressed.

Of a slot that is silent nothing is kept but that it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.bands import REFERENCE_HZ, hz_to_semitones
from ctxaudio.analysis.noise_bands import LOOKS, N_BANDS
from ctxaudio.analysis.partials import N_SLOTS
from ctxaudio.analysis.sinusoids import SILENT_DB
from ctxaudio.memory.alone.layout import Layout
from ctxaudio.memory.alone.squeezing import squeezed, unsqueezed

# Of each part: semitones, dB, shares, turns, hops.
STEPS = {
    "pitch": 0.01,
    "level": 0.5,
    "pan": 1.0 / 128.0,
    "phase": 1.0 / 32.0,
    "attack": 1.0 / 64.0,
    "noise": 1.5,
    "likeness": 1.0 / 8.0,
}
# By how much they may be off before they are changed; of partials as loud as the loudest.
SLACK = {"level": 0.4, "pan": 1.0 / 200.0, "noise": 2.0, "likeness": 0.12}
SLACK_ST = 0.005
_CATCH_UP = 0.1  # of what a phase has been left behind, in the frame that follows
_SOFTEST_DB, _LOOSE_DB = 32.0, 40.0  # below the loudest: as many times as loose as 40 dB is ten
_OF_SLOTS = ("level", "pan")
_MOST = 2**15 - 1  # steps
_SILENT = round(SILENT_DB / STEPS["level"])


class Rounding(NamedTuple):
    """What rounding goes on from, after a frame."""

    steps: np.ndarray  # (feature,) as they were rounded
    turns: np.ndarray  # (slot,) that its phase has been left behind

    @classmethod
    def begin(cls, layout: Layout) -> Rounding:
        """Before the first frame."""
        steps = np.round(layout.silence / _step_of(layout)).astype(np.int16)
        return cls(steps, np.zeros(N_SLOTS))


def rounded(
    features: np.ndarray, layout: Layout, frame_s: float, before: Rounding, slack: float = 1.0
) -> tuple[np.ndarray, Rounding]:
    """Features (frame, feature) in whole steps, int16.

    A value stays what it was until it is off by more than its slack; softer partials may be off
    by more. What a phase has been left behind, the pitch catches up with, so that none drifts.
    """
    scaled = features / _step_of(layout)
    wanted = np.clip(np.round(scaled), -_MOST, _MOST)
    level, pitch = layout.parts["level"], layout.parts["pitch"]
    is_on = wanted[:, level] > _SILENT
    loudest_db = features[:, level].max(axis=1, keepdims=True)
    loose = slack * 10.0 ** (np.clip(loudest_db - features[:, level], 0.0, _SOFTEST_DB) / _LOOSE_DB)
    hertz = REFERENCE_HZ * 2.0 ** (features[:, pitch] / 12.0)
    steps = np.empty(features.shape, np.int16)
    held, turns = before.steps.astype(np.float64), before.turns.copy()
    was_on = held[level] > _SILENT
    for frame, here in enumerate(is_on):
        goes_on = here & was_on
        off = np.abs(scaled[frame] - held)
        stays = np.zeros(len(held), bool)
        for name, least in SLACK.items():
            where = layout.parts[name]
            most = least / STEPS[name]
            if name not in _OF_SLOTS:
                stays[where] = off[where] <= most * slack
            elif where.stop > where.start:  # one channel has no pan
                stays[where] = goes_on & (off[where] <= most * loose[frame])
        # Where it is silent, a slot's pitch and pan stay what they were.
        for name in ("pitch", "pan"):
            if layout.parts[name].stop > layout.parts[name].start:
                stays[layout.parts[name]] |= ~here
        turns[~goes_on] = 0.0
        due_hz = np.maximum(hertz[frame] + _CATCH_UP * turns / frame_s, 1.0)
        due = np.asarray(hz_to_semitones(due_hz)) / STEPS["pitch"]
        most = SLACK_ST / STEPS["pitch"] * loose[frame]
        stays[pitch] = ~here | (goes_on & (np.abs(due - held[pitch]) <= most))
        new = wanted[frame].copy()
        new[pitch] = np.clip(np.round(due), -_MOST, _MOST)
        held = np.where(stays, held, new)
        made = REFERENCE_HZ * 2.0 ** (held[pitch] * STEPS["pitch"] / 12.0)
        turns += np.where(here, (hertz[frame] - made) * frame_s, 0.0)
        steps[frame] = held
        was_on = here
    return steps, Rounding(steps[-1], turns)


def _step_of(layout: Layout) -> np.ndarray:
    """The step of each feature, (feature,)."""
    step = np.empty(layout.n_features)
    for name, where in layout.parts.items():
        step[where] = STEPS[name]
    return step


def features_of(steps: np.ndarray, layout: Layout) -> np.ndarray:
    """Features (frame, feature) that whole steps stand for."""
    return steps * _step_of(layout)


def packed(steps: np.ndarray, layout: Layout) -> bytes:
    """A phrase of whole steps (frame, feature), compressed."""
    is_on = steps[:, layout.parts["level"]].T > _SILENT
    numbers = [
        np.diff(_in_order(steps[:, layout.parts[name]], name)[kept].astype(np.int32), prepend=0)
        for name, kept in _kept(layout, is_on)
    ]
    return squeezed(np.packbits(is_on), np.concatenate(numbers))


def unpacked(data: bytes, n_frames: int, layout: Layout) -> np.ndarray:
    """The steps (frame, feature) of a phrase that :func:`packed` made.

    Raises:
        ValueError: if it did not.
    """
    n_mask = -(-N_SLOTS * n_frames // 8)
    mask, numbers = unsqueezed(data, n_mask, n_frames * layout.n_features)
    is_on = np.unpackbits(mask, count=N_SLOTS * n_frames).reshape(N_SLOTS, n_frames) > 0
    all_kept = list(_kept(layout, is_on))
    n_numbers = sum(int(np.count_nonzero(kept)) for _, kept in all_kept)
    if len(numbers) != n_numbers:
        raise ValueError(f"a phrase has {len(numbers)} numbers, and its slots need {n_numbers}")
    steps = np.zeros((n_frames, layout.n_features), np.int16)
    steps[:, layout.parts["level"]] = _SILENT
    begin = 0
    for name, kept in all_kept:
        where = layout.parts[name]
        ordered = _in_order(steps[:, where], name)
        end = begin + int(np.count_nonzero(kept))
        found = np.cumsum(numbers[begin:end])
        if len(found) and np.abs(found).max() > _MOST:
            raise ValueError(f"a phrase's {name} is beyond {_MOST} steps")
        ordered[kept] = found
        steps[:, where] = _back(ordered, name, n_frames)
        begin = end
    return steps


def _kept(layout: Layout, is_on: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Which numbers of each part are kept, in their order, where (slot, frame) sound."""
    begins = is_on.copy()
    begins[:, 1:] &= ~is_on[:, :-1]
    yield "level", is_on.ravel()
    yield "pitch", is_on.ravel()
    if layout.n_channels > 1:
        yield "pan", is_on.ravel()
    yield "phase", begins.ravel()
    for name in ("attack", "noise", "likeness"):
        where = layout.parts[name]
        yield name, np.ones((where.stop - where.start) * is_on.shape[1], bool)


def _in_order(part: np.ndarray, name: str) -> np.ndarray:
    """A part (frame, feature) as one series after the other; of noise, look after look."""
    if name == "noise":
        part = part.reshape(len(part), -1, LOOKS, N_BANDS).transpose(1, 3, 0, 2)
        return part.reshape(-1)
    return part.T.reshape(-1)


def _back(ordered: np.ndarray, name: str, n_frames: int) -> np.ndarray:
    if name == "noise":
        part = ordered.reshape(-1, N_BANDS, n_frames, LOOKS).transpose(2, 0, 3, 1)
        return part.reshape(n_frames, -1)
    return ordered.reshape(-1, n_frames).T
