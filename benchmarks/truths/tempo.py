"""Sounds at another tempo: notes begin and last as the tempo says, and attacks stay what they are.

A note's pitch, its attack and its release are kept; when it begins, how long it lasts, how fast it
dies away and how fast its vibrato is are scaled. Bursts and drum hits keep their whole shape: they
are over before a tempo could be heard in them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import signal

from benchmarks.truths.additive import Partials, Voice, piece_partials, synthesise, voice_partials
from benchmarks.truths.bass import BASS_ONSETS, bass_partials
from benchmarks.truths.bursts import steady_noise
from benchmarks.truths.draws import draw
from benchmarks.truths.kick import kick_hit
from benchmarks.truths.material import RATE, Samples
from benchmarks.truths.score import Note

_PIECES = ("strings-and-melody", "choir-and-bells")
_PIECE_S = 8.5
_HITS, _GAP_S = 16, (0.45, 0.6)  # far enough apart to be judged one by one at twice the tempo
_BURST_DECAY_S, _BURST_ATTACK_S = 0.0228, 0.0005
TONE_HZ = (110.0, 220.0, 440.0, 880.0, 1760.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoMaterial:
    """A sound that can be rendered at any tempo.

    ``render(speed)`` returns (channel, time) samples, as long as the sound at tempo 1, divided by
    the speed; ``render(1.0)`` is the original.
    """

    name: str
    kind: str
    render: Callable[[float], Samples]
    onsets_s: tuple[float, ...] = ()  # at tempo 1
    fundamental_hz: float | None = None


def at_tempo(partials: Partials, speed: float) -> Partials:
    """The same notes at another tempo.

    >>> slow = at_tempo(piece_partials("choir-and-bells"), 0.5)
    >>> float(slow.onset_s.max() / piece_partials("choir-and-bells").onset_s.max())
    2.0
    """
    return partials._replace(
        onset_s=partials.onset_s / speed,
        duration_s=partials.duration_s / speed,
        decay_s=partials.decay_s / speed,
        vibrato_hz=partials.vibrato_hz * speed,
    )


def _length(seconds: float, speed: float) -> float:
    return round(round(seconds * RATE) / speed) / RATE


def _piece(name: str, seed: int, speed: float) -> Samples:
    played = at_tempo(piece_partials(name, seed), speed)
    return synthesise(played, seconds=_length(_PIECE_S, speed))


def _bass(seed: int, speed: float) -> Samples:
    partials, seconds = bass_partials(seed)
    return synthesise(at_tempo(partials, speed), seconds=_length(seconds, speed))


def _tone(hertz: float, speed: float) -> Samples:
    tone = Voice(level=0.1, attack_s=0.02)
    key = 69.0 + 12.0 * np.log2(hertz / 440.0)
    rng = draw(f"tone {hertz:g}")
    partials = voice_partials(tone, [Note(0.0, 3.0, key)], beat_s=1.0, rng=rng)
    return synthesise(at_tempo(partials, speed), seconds=_length(3.0, speed))


def _hit_onsets(name: str, seed: int) -> tuple[tuple[float, ...], float]:
    """When each is due at tempo 1, and how long all last."""
    gaps = draw(f"{name} at a tempo", seed).uniform(*_GAP_S, size=_HITS)
    onsets = 0.3 + np.cumsum(gaps) - gaps[0]
    return tuple(float(onset) for onset in onsets), float(onsets[-1] + _GAP_S[1])


def _burst(rng: np.random.Generator) -> np.ndarray:
    time = np.arange(round(10 * _BURST_DECAY_S * RATE)) / RATE
    envelope = np.clip(time / _BURST_ATTACK_S, 0, 1) * np.exp(-time / _BURST_DECAY_S)
    common, side = rng.standard_normal((2, len(time)))
    width, tilt = rng.uniform(0, 0.7), rng.uniform(0, 0.5)
    both = np.stack([common + width * side, common - width * side])
    return np.asarray(0.12 * signal.lfilter([1.0], [1.0, -tilt], both) * envelope)


def _kick(rng: np.random.Generator) -> np.ndarray:
    return np.array([[1.0], [0.9]]) * rng.uniform(0.7, 1.0) * kick_hit(1.0, rng)


def _hits(
    name: str, one: Callable[[np.random.Generator], np.ndarray], seed: int, speed: float
) -> Samples:
    onsets, seconds = _hit_onsets(name, seed)
    rng = draw(name, seed)
    sound = np.zeros((2, round(_length(seconds, speed) * RATE)))
    for onset in onsets:
        hit = one(rng)
        start = round(onset / speed * RATE)
        end = min(start + hit.shape[1], sound.shape[1])
        sound[:, start:end] += hit[:, : end - start]
    return sound.astype(np.float32)


def _noise(seed: int, speed: float) -> Samples:
    """Steady noise has no tempo, only a length."""
    noise = steady_noise(0, seed=seed)
    n_samples = round(noise.shape[1] / speed)
    return np.tile(noise, (1, int(np.ceil(n_samples / noise.shape[1]))))[:, :n_samples]


def tempo_materials(seed: int = 0) -> list[TempoMaterial]:
    """Two pieces, bass notes, kicks, bursts, noise, and tones of twelve harmonics."""
    hits = (("bursts", _burst), ("kick", _kick))
    return [
        *(
            TempoMaterial(name=name, kind="pieces", render=partial(_piece, name, seed))
            for name in _PIECES
        ),
        TempoMaterial(
            name="bass-notes", kind="bass", render=partial(_bass, seed), onsets_s=BASS_ONSETS
        ),
        *(
            TempoMaterial(
                name=name,
                kind=name,
                render=partial(_hits, name, one, seed),
                onsets_s=_hit_onsets(name, seed)[0],
            )
            for name, one in hits
        ),
        TempoMaterial(name="noise", kind="noise", render=partial(_noise, seed)),
        *(
            TempoMaterial(
                name=f"tone-{hertz:g}",
                kind="tone",
                render=partial(_tone, hertz),
                fundamental_hz=hertz,
            )
            for hertz in TONE_HZ
        ),
    ]
