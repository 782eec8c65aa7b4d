"""Is a knob followed? Pitch against a knob that moves, clicks on the way, and how long turns take.

Pure measurements of steady tones whose pitch was moved. Sounds are one channel, (time,).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import optimize, signal

Vector: TypeAlias = npt.NDArray[np.float64]

# Clicks: below are the tones, swept up by an octave; above is what only a discontinuity has.
_STOP_HZ, _PASS_HZ = 2000.0, 6000.0
_STOP_DB = 140.0
_CLICK_S = 0.001
_EDGE_S = 0.5  # at both ends: a tone's own beginning

# Pitch.
_WINDOW_S = 0.06  # of a partial brought down to 0 Hz; its neighbour must be 2 / 0.06 Hz away
_SLOPE_S = 0.0025
_EVERY_S = 0.002
_LONGEST_DELAY_S = 0.4
_LEAST_SHARE = 0.1  # of a partial's amplitude; with less, there is none at that pitch

_STEP_S = 0.005  # over which the pitch of a single tone is taken where a turn is timed


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A knob that rests, moves in a straight line, and rests again."""

    start: float = -12.0  # semitones
    end: float = 12.0
    seconds: float = 5.0
    rest_s: float = 1.0

    @property
    def whole_s(self) -> float:
        """Seconds, with both rests."""
        return self.seconds + 2 * self.rest_s

    def at(self, time_s: Vector) -> Vector:
        """Semitones at each moment."""
        share = np.clip((time_s - self.rest_s) / self.seconds, 0.0, 1.0)
        return self.start + (self.end - self.start) * share


def tone(partials_hz: Sequence[float], n_samples: int, rate: int) -> Vector:
    """Steady partials of equal level, half of full scale in all, faded in."""
    time_s = np.arange(n_samples) / rate
    waves = [np.sin(2 * np.pi * hz * time_s + i) for i, hz in enumerate(partials_hz)]
    fade = np.sin(0.5 * np.pi * np.clip(time_s / 0.05, 0.0, 1.0)) ** 2
    return np.asarray(fade * np.sum(waves, axis=0) * (0.5 / len(waves)))


def ideal(partials_hz: Sequence[float], semitones: Vector, rate: int) -> Vector:
    """What a perfect shifter makes of such a tone when the knob is there at every sample."""
    turns = np.cumsum(2.0 ** (semitones / 12.0)) / rate
    waves = [np.sin(2 * np.pi * hz * turns) for hz in partials_hz]
    return np.asarray(np.sum(waves, axis=0) * (0.5 / len(waves)))


def clicks(samples: Vector, rate: int) -> float:
    """The loudest millisecond above 6 kHz, relative to the power of the sound.

    What a sum of tones below 2 kHz has there comes from discontinuities, of the sound or of its
    slope. 0 for a sound that has none; multiply by the power to have that of a click.
    """
    taps, beta = signal.kaiserord(_STOP_DB, (_PASS_HZ - _STOP_HZ) / (rate / 2))
    middle = 0.5 * (_STOP_HZ + _PASS_HZ)
    high = signal.firwin(taps | 1, middle, window=("kaiser", beta), fs=rate, pass_zero=False)
    edge, size = round(_EDGE_S * rate), round(_CLICK_S * rate)
    inner = np.asarray(samples, np.float64)[edge:-edge]
    residual = signal.oaconvolve(inner, high, mode="valid") ** 2
    loudest = signal.oaconvolve(residual, np.full(size, 1.0 / size), mode="valid").max()
    return float(max(loudest, 0.0) / np.mean(inner**2))


def decibels(power: float) -> float:
    """Of a share of the power, not below -200."""
    return float(10 * np.log10(max(power, 1e-20)))


class Following(NamedTuple):
    """How a knob was followed."""

    delay_ms: float  # the one that fits best
    cents: npt.NDArray[np.float64]  # (partial, moment) error beyond that delay; inf: not there


class _Track(NamedTuple):
    time_s: Vector
    cents: Vector  # from what was expected
    level: Vector  # amplitude


def _track(samples: Vector, rate: int, expected_hz: Vector) -> _Track:
    """A partial brought down by the frequency it should have: what is left is the error."""
    phase = 2 * np.pi * np.cumsum(expected_hz) / rate
    window = signal.get_window("hann", round(_WINDOW_S * rate))
    low = signal.oaconvolve(samples * np.exp(-1j * phase), window / window.sum(), mode="same")
    half = round(0.5 * _SLOPE_S * rate)
    centres = np.arange(len(window), len(samples) - len(window), round(_EVERY_S * rate))
    turn = np.angle(low[centres + half] * np.conj(low[centres - half]))
    residual_hz = turn * rate / (2 * np.pi * 2 * half)
    ratio = 1.0 + residual_hz / expected_hz[centres]
    cents = 1200 * np.log2(np.maximum(ratio, 1e-3))
    return _Track(centres / rate, cents, 2 * np.abs(low[centres]))


def following(
    samples: Vector, rate: int, partials_hz: Sequence[float], sweep: Sweep, *, edge_s: float = 0.35
) -> Following:
    """By how much the pitch of a tone is off a knob, after the one delay that fits best.

    Args:
        samples: what was made of a tone of these partials while the knob moved, from the first
            sample of the input on.
        edge_s: seconds at both ends that are not looked at.
    """
    samples = np.asarray(samples, np.float64)
    time_s = np.arange(len(samples)) / rate
    usual = 0.5 / len(partials_hz)  # amplitude of a partial of :func:`tone`

    def tracks(delay_s: float) -> list[_Track]:
        ratio = 2.0 ** (sweep.at(time_s - delay_s) / 12.0)
        return [_track(samples, rate, hz * ratio) for hz in partials_hz]

    def inside(found: _Track) -> npt.NDArray[np.bool_]:
        return np.asarray((found.time_s > edge_s) & (found.time_s < time_s[-1] - edge_s))

    def captured(delay_s: float) -> float:
        ratio = 2.0 ** (sweep.at(time_s - delay_s) / 12.0)
        return sum(_captured(samples, rate, hz * ratio) for hz in partials_hz)

    grid = np.arange(0.0, _LONGEST_DELAY_S, 0.02)
    delay_s = float(grid[np.argmax([captured(delay) for delay in grid])])
    for _ in range(2):
        found = tracks(delay_s)
        delay_s = _best_delay(found, sweep, delay_s, usual, inside(found[0]))
    found = tracks(delay_s)
    cents = np.array([track.cents[inside(track)] for track in found])
    level = np.array([track.level[inside(track)] for track in found])
    return Following(1e3 * delay_s, np.where(level < _LEAST_SHARE * usual, np.inf, cents))


def _captured(samples: Vector, rate: int, expected_hz: Vector) -> float:
    """Mean level of a partial, by and large."""
    phase = 2 * np.pi * np.cumsum(expected_hz) / rate
    size = round(_WINDOW_S * rate)
    n = len(samples) // size * size
    brought_down = (samples * np.exp(-1j * phase))[:n].reshape(-1, size)
    return float(np.abs(brought_down.mean(axis=1)).mean())


def _best_delay(
    found: list[_Track],
    sweep: Sweep,
    delay_s: float,
    usual: float,
    inside: npt.NDArray[np.bool_],
) -> float:
    """Least squares of all partials' errors, where there is a partial."""
    time_s = found[0].time_s
    base = 100.0 * sweep.at(time_s - delay_s)
    there = np.array([(t.level > _LEAST_SHARE * usual) & inside for t in found])
    measured = np.array([base + track.cents for track in found])

    def error(delay: float) -> float:
        off = measured - 100.0 * sweep.at(time_s - delay)
        return float(np.sum(off[there] ** 2))

    bounds = (delay_s - 0.05, delay_s + 0.05)
    return float(optimize.minimize_scalar(error, bounds=bounds, method="bounded").x)


def half_heard_ms(
    samples: Vector, rate: int, hz: float, turned: int, before: float, after: float
) -> float:
    """Milliseconds from sample ``turned`` until half of a change is heard, for good.

    Args:
        samples: of a single tone of ``hz`` at context ``before``, and then ``after``.

    Raises:
        ValueError: if the change is never heard, or was before it was asked for.
    """
    phase = np.unwrap(np.angle(signal.hilbert(np.asarray(samples, np.float64))))
    half = round(0.5 * _STEP_S * rate)
    slope = (phase[2 * half :] - phase[: -2 * half]) * rate / (2 * np.pi * 2 * half)
    semitones = 12 * np.log2(np.maximum(slope, 1.0) / hz)
    done = (semitones - before) / (after - before)
    edge = round(0.02 * rate)  # of the Hilbert transform
    waiting = np.flatnonzero(done[edge:-edge] < 0.5) + edge
    if not waiting.size or waiting[-1] == len(done) - edge - 1:
        raise ValueError(f"a turn from {before:+g} to {after:+g} is not heard.")
    return 1e3 * float(waiting[-1] + 1 + half - turned) / rate
