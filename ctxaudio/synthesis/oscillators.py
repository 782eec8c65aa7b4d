"""Oscillators: one for each slot of a sinusoidal model, of which the phase never jumps.

From frame to frame a phase is a cubic, as in R. McAulay & T. Quatieri (1986): it passes through the
phases at the frames with the frequencies there. An amplitude is a straight line, unless an attack
lies between the frames: what begins there, or gets louder by 6 dB, does so in an
instant.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.bands import REFERENCE_HZ
from ctxaudio.analysis.sinusoids import HEARD_DB, RISE_DB, Sinusoids
from rnn.compiled import compiled

_RISE = 10.0 ** (RISE_DB / 20.0)
_INSTANT_S = 0.001  # seconds that an attack takes
_FADE, _HIGHEST = 0.47, 0.49  # of the sample rate: between them, what is too high fades out


class Bank(NamedTuple):
    """Some frames of all slots."""

    advance: np.ndarray  # (frame, slot) turns from this frame to the next
    amplitude: np.ndarray  # (channel, frame, slot), 0 where a slot is silent
    phase: np.ndarray  # (frame, slot) turns, of what begins
    attack: np.ndarray  # (frame,) when one comes, in hops from this frame on, or NO_ATTACK


def bank_of(tones: Sinusoids, hop: int, sample_rate: int, n_channels: int) -> Bank:
    """Sinusoids as oscillators take them, for one channel or two."""
    hertz = REFERENCE_HZ * 2.0 ** (tones.pitch / 12.0)
    is_on = tones.level_db > HEARD_DB
    level = np.where(is_on, 10.0 ** (tones.level_db / 20.0), 0.0)
    angle = 2.0 * np.pi * tones.pan
    amplitude = np.stack([level * np.cos(angle), level * np.sin(angle)][:n_channels])
    return Bank(hertz * (hop / sample_rate), amplitude, tones.phase, tones.attack)


class BankState(NamedTuple):
    """Where the oscillators are, at a frame."""

    phase: np.ndarray  # (slot,) turns, nan of what has not begun
    before: np.ndarray  # (slot,) turns over the hop before, 0 of what begins

    @classmethod
    def zeros(cls, n_slots: int) -> BankState:
        """Before anything sounds."""
        return cls(np.full(n_slots, np.nan), np.zeros(n_slots))


def oscillate(
    bank: Bank, hop: int, sample_rate: int, state: BankState
) -> tuple[np.ndarray, BankState]:
    """The sound from the first frame to the last but one, (channel, time) float32.

    The last frame is where the next call begins; it is looked at, and so is one more before it
    sounds: of n frames, n - 2 hops are made.
    """
    n_channels, n_frames, _ = bank.amplitude.shape
    share = np.clip((_HIGHEST - bank.advance / hop) / (_HIGHEST - _FADE), 0.0, 1.0)
    out = np.zeros((n_channels, max(n_frames - 2, 0) * hop), np.float32)
    phase, before = state.phase.copy(), state.before.copy()
    instant = max(round(_INSTANT_S * sample_rate), 1)
    _oscillate(
        bank.advance,
        (bank.amplitude * share).astype(np.float32),
        bank.phase,
        bank.attack,
        hop,
        instant,
        phase,
        before,
        out,
    )
    return out, BankState(phase, before)


@compiled
def _oscillate(  # type: ignore[no-untyped-def]
    advance, amplitude, begin, attack, hop, instant, phase, before, out
):
    n_channels, n_frames, n_slots = amplitude.shape
    wave = np.empty(hop, np.float32)
    ramp = np.empty(hop, np.float32)
    step = np.empty(hop, np.float32)
    for k in range(hop):
        ramp[k] = k / hop
    for frame in range(n_frames - 2):
        strikes = attack[frame] >= 0.0
        at = attack[frame] * hop
        for k in range(hop):
            step[k] = min(max((k - at) / instant + 0.5, 0.0), 1.0)
        first = frame * hop
        for slot in range(n_slots):
            here, there, later = 0.0, 0.0, 0.0
            for channel in range(n_channels):
                here += amplitude[channel, frame, slot] ** 2
                there += amplitude[channel, frame + 1, slot] ** 2
                later += amplitude[channel, frame + 2, slot] ** 2
            if here == 0.0 and there == 0.0:
                before[slot] = 0.0
                continue
            if here == 0.0:  # it begins with the next frame
                moved = advance[frame + 1, slot]
                phase[slot] = begin[frame + 1, slot] - moved
                before[slot] = 0.0
            else:
                moved = advance[frame, slot]
                if np.isnan(phase[slot]):
                    phase[slot] = begin[frame, slot]
            # Turns a hop at both ends: as between the hops around, where it goes on.
            left = 0.5 * (before[slot] + moved) if before[slot] != 0.0 else moved
            right = moved
            if there != 0.0 and later != 0.0:
                right = 0.5 * (moved + advance[frame + 1, slot])
            start = phase[slot]
            square = 3.0 * moved - 2.0 * left - right
            cube = left + right - 2.0 * moved
            for k in range(hop):
                u = k / hop
                turns = start + u * (left + u * (square + u * cube))
                turns -= np.floor(turns + 0.5)
                # cos(2 pi turns) is the sine of what is left to a quarter, here by its series.
                x = np.float32(6.283185307179586) * np.float32(0.25 - abs(turns))
                y = x * x
                wave[k] = x * (
                    np.float32(1.0)
                    + y
                    * (
                        np.float32(-1.6666667e-1)
                        + y
                        * (
                            np.float32(8.3333333e-3)
                            + y
                            * (
                                np.float32(-1.9841270e-4)
                                + y * (np.float32(2.7557319e-6) + y * np.float32(-2.5052108e-8))
                            )
                        )
                    )
                )
            rises = strikes and there > _RISE * _RISE * here
            for channel in range(n_channels):
                from_here = amplitude[channel, frame, slot]
                more = amplitude[channel, frame + 1, slot] - from_here
                target = out[channel]
                if rises:
                    for k in range(hop):
                        target[first + k] += wave[k] * (from_here + more * step[k])
                else:
                    for k in range(hop):
                        target[first + k] += wave[k] * (from_here + more * ramp[k])
            if there == 0.0:
                before[slot] = 0.0
            else:
                phase[slot] = start + moved - np.floor(start + moved)
                before[slot] = moved
