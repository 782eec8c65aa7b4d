"""Noise: bursts at known times, for what becomes of an attack; steady, for its texture."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy import signal

from benchmarks.truths.material import RATE, Material, Samples

_SECONDS = 8.0
_DECAY_S = 0.0228  # amplitude; its energy spends 25 ms between 10 and 90 %
_ATTACK_S = 0.0005

# irregular, so that no multiple of a hop falls on all of them, and at whole samples
_GAPS = np.random.default_rng(20).uniform(0.26, 0.36, size=24)
BURST_ONSETS: tuple[float, ...] = tuple(
    float(onset) for onset in np.round((0.3 + np.cumsum(_GAPS) - _GAPS[0]) * RATE) / RATE
)


def noise_bursts(semitones: int = 0, *, seed: int = 0) -> Samples:
    """Twenty-four bursts of shaped noise, (2, time); they have no transposed truth.

    Each is partly common to both channels and panned, and its spectrum tilts by another amount.
    """
    if semitones:
        raise ValueError(f"bursts have no transposed truth, got semitones={semitones}.")
    rng = np.random.default_rng([7, seed] if seed else 7)
    sound = np.zeros((2, round(_SECONDS * RATE)))
    time = np.arange(round(10 * _DECAY_S * RATE)) / RATE
    envelope = np.clip(time / _ATTACK_S, 0, 1) * np.exp(-time / _DECAY_S)
    for onset in BURST_ONSETS:
        common, left, right = rng.standard_normal((3, len(time)))
        width, pan, tilt = rng.uniform(0, 0.7), rng.uniform(0.2, 0.8), rng.uniform(0, 0.5)
        both = np.stack([common + width * left, common + width * right])
        both = signal.lfilter([1.0], [1.0, -tilt], both) * envelope
        gains = np.array([np.cos(np.pi / 2 * pan), np.sin(np.pi / 2 * pan)])
        start = round(onset * RATE)
        sound[:, start : start + len(time)] += 0.12 * gains[:, None] * both
    return sound.astype(np.float32)


def burst_material(seed: int = 0) -> Material:
    """The bursts, with the times of their onsets."""
    return Material(
        name="bursts",
        kind="bursts",
        render=partial(noise_bursts, seed=seed),
        onsets_s=BURST_ONSETS,
    )


def steady_noise(semitones: int = 0, *, seed: int = 0) -> Samples:
    """Four seconds of steady noise that falls off above 2 kHz, (2, time), channels independent."""
    if semitones:
        raise ValueError(f"noise has no transposed truth, got semitones={semitones}.")
    white = np.random.default_rng([3, seed] if seed else 3).standard_normal((2, 4 * RATE))
    numerator, denominator = signal.butter(1, 2000, fs=RATE)
    return (0.1 * signal.lfilter(numerator, denominator, white)).astype(np.float32)


def noise_material(seed: int = 0) -> Material:
    """The steady noise."""
    return Material(name="noise", kind="noise", render=partial(steady_noise, seed=seed))
