"""Attacks stay sharp: what would sound before an attack is held at the level of the song before it.

A region of a spectrum that is moved by itself keeps its place in time only as exactly as it is
wide, so some of an attack sounds up to most of a window early. The song itself says how loud it is
there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.frames import OVERLAP, SLOTS, FrameConfig
from ctxaudio.analysis.highest import highest

REACH = SLOTS * OVERLAP * 3 // 4  # slots; as early as anything sounds

_ATTACK = 30.0  # in power: louder by this after than before (15 dB; a beat rises by less)
_MARGIN = 4.0  # in power: what is made may be this much louder than the song was (6 dB)
_RISE = 2  # slots (1.5 ms) just before an attack that stay as they are
_PERIOD = 8  # slots (6 ms) over which the loudest counts, so that no waveform is followed


class AttackState(NamedTuple):
    """What the slots before have left."""

    song: np.ndarray  # (REACH,) power of the song
    made: np.ndarray  # (_PERIOD - 1,) power of what was made
    gain: float  # at the end of the last slot

    @classmethod
    def zeros(cls) -> AttackState:
        """Before the first slot."""
        return cls(np.zeros(REACH), np.zeros(_PERIOD - 1), 1.0)


def hold_attacks(
    made: np.ndarray,
    song_power: np.ndarray,
    gain_db: np.ndarray,
    frames: FrameConfig,
    state: AttackState,
) -> tuple[np.ndarray, AttackState]:
    """Take down what sounds too early.

    Args:
        made: (channel, frame * hop) samples.
        song_power: (frame, SLOTS + REACH) power of the song in slots, from where ``made`` is on.
        gain_db: (frame,) the highest gain that the field asks for.

    Returns:
        ``made``, softer before attacks, and the state to go on from.
    """
    n_frames = len(song_power)
    slot = frames.hop // SLOTS
    song = np.concatenate([state.song, song_power[:, :SLOTS].ravel(), song_power[-1, SLOTS:]])
    made_power = np.concatenate([state.made, slot_power(made, slot)])
    n_slots = n_frames * SLOTS
    before = highest(song, REACH + _RISE + 1)[:n_slots]
    after = highest(song[REACH:], REACH + 1)
    level = highest(made_power, _PERIOD)
    margin = _MARGIN * np.repeat(10.0 ** (np.maximum(gain_db, 0.0) / 10.0), SLOTS)
    allowed = margin * before / np.maximum(level, np.finfo(np.float32).tiny)
    gain = np.where(after > _ATTACK * before, np.sqrt(np.minimum(allowed, 1.0)), 1.0)
    # From the last slot's gain to this one's, in a straight line.
    ends = np.concatenate([[state.gain], gain])
    following = AttackState(song[n_slots : n_slots + REACH], made_power[n_slots:], float(gain[-1]))
    if (ends == 1.0).all():
        return made, following
    curve = np.interp(np.arange(1, n_slots * slot + 1) / slot, np.arange(n_slots + 1), ends)
    return made * curve.astype(np.float32), following


def slot_power(samples: np.ndarray, slot: int) -> np.ndarray:
    """Mean power of each ``slot`` samples in a row, summed over channels."""
    slots = samples.reshape(len(samples), -1, slot).astype(np.float64)
    return np.einsum("cst,cst->s", slots, slots) / slot


def span_power(samples: np.ndarray, edges: np.ndarray, shortest: int) -> np.ndarray:
    """Mean power from each edge to the next, and over ``shortest`` at least; over channels."""
    passed = np.concatenate([[0.0], np.cumsum(np.einsum("ct,ct->t", *[samples.astype(float)] * 2))])
    begins = edges[:-1]
    ends = np.minimum(np.maximum(edges[1:], begins + shortest), samples.shape[1])
    return np.maximum(passed[ends] - passed[begins], 0.0) / np.maximum(ends - begins, 1)
