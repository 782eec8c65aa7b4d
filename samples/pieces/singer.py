"""A singing voice: glottal pulses and breath through a gliding vocal tract, in a small room.

The model is the classic one of source and filter: G. Fant, "Acoustic Theory of Speech
Production" (1960), with the glottal pulse of D. and L. Klatt, JASA 87 (1990).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import signal

from .amazing_grace import Syllable, syllables
from .phonemes import ORAL_ZERO_HZ
from .phrasing import FRAME, RATE, Curves, phrase

FORMANT_WIDTHS_HZ = (75.0, 100.0, 160.0, 210.0, 280.0)
# Fixed resonances above the five that move, a little denser than the one a kilohertz
# of a tube of 17 cm: without them the filter falls off and the voice sounds as behind a wall.
HIGH_FORMANTS_HZ = tuple(np.arange(4400.0, 18_000.0, 900.0))
HIGH_WIDTH_HZ = 450.0
NASAL_POLE_HZ = ORAL_ZERO_HZ
NASAL_WIDTH_HZ = 100.0

BREATHINESS = 0.08  # noise in the voiced sound, relative to the aspiration of the phonemes
REVERB_S = 1.1  # to -60 dB
REVERB_GAIN = 0.16
FRICATION_GAIN = 1.1  # of the noises against the voice

Samples = npt.NDArray[np.float64]


def sing(
    transpose_semitones: float = 0.0,
    *,
    rng: np.random.Generator,
    line: Sequence[Syllable] | None = None,
) -> tuple[Samples, int]:
    """Sing "Amazing Grace", or another ``line``.

    Args:
        transpose_semitones: moves the pitch and leaves the formants: the same singer, higher.
        rng: breath, wavering and the room. The same generator state gives the same sound.
        line: what to sing.

    Returns:
        Samples of shape (time, 2), not normalised, and their rate in Hz.
    """
    pitch_rng, breath_rng, noise_rng, room_rng = rng.spawn(4)
    sung = syllables() if line is None else line
    curves = phrase(sung, transpose_semitones=transpose_semitones, rng=pitch_rng)
    voice = _vocal_tract(_glottis(curves, breath_rng), curves)
    # Voice and noise are made apart; measured loudness brings them to one scale.
    loud = np.abs(voice) > 0.05 * np.abs(voice).max()
    voice /= np.sqrt(np.mean(voice[loud] ** 2))
    mono = voice + FRICATION_GAIN * _frication(curves, noise_rng)
    mono = signal.sosfilt(signal.butter(2, 60, "highpass", fs=RATE, output="sos"), mono)
    return _room(np.asarray(mono), room_rng), RATE


def sung_pitch(
    transpose_semitones: float = 0.0,
    *,
    rng: np.random.Generator,
    line: Sequence[Syllable] | None = None,
) -> tuple[Samples, Samples]:
    """What ``sing`` sings with a generator of the same state: its pitch in Hz, where it is silent
    as well, and how voiced it is, 0 to 1; both (time,).
    """
    pitch_rng, *_ = rng.spawn(4)
    sung = syllables() if line is None else line
    curves = phrase(sung, transpose_semitones=transpose_semitones, rng=pitch_rng)
    return _per_sample(curves.frequency_hz), _per_sample(curves.voicing)


def _glottis(curves: Curves, rng: np.random.Generator) -> Samples:
    """The glottis: pulses that are a sum of harmonics, so nothing aliases, and breath."""
    frequency_hz = _per_sample(curves.frequency_hz)
    effort = _per_sample(curves.effort)
    voicing = _per_sample(curves.voicing)
    phase = 2 * np.pi * np.cumsum(frequency_hz) / RATE
    n_harmonics = int(0.45 * RATE / frequency_hz.max())
    loud = _pulse_harmonics(n_harmonics, open_quotient=0.52)
    # A soft voice opens the glottis longer and closes it smoothly: its harmonics fall faster.
    soft = _pulse_harmonics(n_harmonics, open_quotient=0.7)
    soft = soft / (1 + (np.arange(1, n_harmonics + 1) / 7) ** 2)

    turn = np.exp(1j * phase)
    rotor = np.ones_like(turn)
    pulses = np.zeros_like(phase)
    for loud_k, soft_k in zip(loud, soft, strict=True):
        rotor *= turn
        pulses += (rotor * (loud_k * effort + soft_k * (1 - effort))).real
    # Breath rushes while the glottis is open, that is in the first part of each cycle.
    flow = 0.35 + 0.65 * (1 - np.cos(phase)) / 2
    breath = rng.standard_normal(len(phase)) * (
        _per_sample(curves.aspiration) + BREATHINESS * voicing * flow * effort
    )
    return np.asarray(pulses / np.abs(pulses).max() * effort * voicing + 0.1 * breath)


def _pulse_harmonics(n_harmonics: int, *, open_quotient: float) -> npt.NDArray[np.complex128]:
    """Fourier coefficients of the derivative of one glottal pulse.

    While open, the flow is t²(q - t), so its derivative is 2qt - 3t²; then it is zero. The mouth
    radiates the derivative of the flow, which is why we start from there.
    """
    turn = np.arange(8192) / 8192
    derivative = np.where(turn < open_quotient, 2 * open_quotient * turn - 3 * turn**2, 0)
    harmonics = np.fft.rfft(derivative)[1 : n_harmonics + 1]
    # The topmost harmonics fade, for a hard edge of the spectrum rings.
    place = np.arange(n_harmonics) / n_harmonics
    fade = np.cos(np.pi / 2 * np.clip((place - 0.7) / 0.3, 0, 1)) ** 2
    return np.asarray(harmonics / np.abs(harmonics).max() * fade)


def _vocal_tract(source: Samples, curves: Curves) -> Samples:
    """Pass ``source`` through resonators in a row, set anew in every frame."""
    sound = _nasal_zero(source, curves)
    sections = np.stack(
        [
            _resonators(curves.formants_hz[:, k], width_hz)
            for k, width_hz in enumerate(FORMANT_WIDTHS_HZ)
        ],
        axis=1,
    )
    state = np.zeros((len(FORMANT_WIDTHS_HZ), 2))
    filtered = np.empty_like(source)
    for frame, section in enumerate(sections):
        part = slice(frame * FRAME, (frame + 1) * FRAME)
        filtered[part], state = signal.sosfilt(section, sound[part], zi=state)
    # The fixed resonances come last: they lift the treble by far more than the moving ones leave
    # of it, and moving coefficients would scatter such a strong treble over the whole spectrum.
    fixed = [_resonators(np.array([NASAL_POLE_HZ]), NASAL_WIDTH_HZ)[0]]
    fixed += [_resonators(np.array([hz]), HIGH_WIDTH_HZ)[0] for hz in HIGH_FORMANTS_HZ]
    return np.asarray(signal.sosfilt(np.array(fixed), filtered))


def _nasal_zero(source: Samples, curves: Curves) -> Samples:
    """Dampen what the nose swallows; elsewhere the zero only cancels the nasal pole.

    The zero leaps far within a few frames, so its coefficients move with every sample.
    """
    inverse = _resonators(_per_sample(curves.nasal_zero_hz), NASAL_WIDTH_HZ)
    padded = np.concatenate([np.zeros(2), source])
    total = padded[2:] + inverse[:, 4] * padded[1:-1] + inverse[:, 5] * padded[:-2]
    return np.asarray(total / inverse[:, 0])


def _resonators(frequency_hz: Samples, width_hz: float) -> Samples:
    """Second-order sections (frame, 6) that resonate at ``frequency_hz`` and pass 0 Hz as is."""
    radius = np.exp(-np.pi * width_hz / RATE)
    feedback = -2 * radius * np.cos(2 * np.pi * frequency_hz / RATE)
    sections = np.zeros((len(frequency_hz), 6))
    sections[:, 0] = 1 + feedback + radius**2
    sections[:, 3] = 1
    sections[:, 4] = feedback
    sections[:, 5] = radius**2
    return sections


def _frication(curves: Curves, rng: np.random.Generator) -> Samples:
    """Hiss and bursts: one band of noise for each place in the mouth."""
    total = np.zeros(len(curves.effort) * FRAME)
    for (low_hz, high_hz), level in curves.frication.items():
        band = signal.butter(2, [low_hz, high_hz], "bandpass", fs=RATE, output="sos")
        noise = signal.sosfilt(band, rng.standard_normal(len(total)))
        total += noise / noise.std() * _per_sample(level)
    return total


def _room(dry: Samples, rng: np.random.Generator) -> Samples:
    """Put the voice in a small hall: to each ear its own echoes, treble dying first."""
    seconds = np.arange(round(REVERB_S * RATE)) / RATE
    decay = 10 ** (-3 * seconds / REVERB_S)
    onset = np.clip((seconds - 0.012) / 0.02, 0, 1)  # the walls answer after 12 ms
    noise = rng.standard_normal((len(seconds), 2))
    dull = signal.sosfilt(signal.butter(1, 2200, "lowpass", fs=RATE, output="sos"), noise, axis=0)
    echo = (decay**2 * onset)[:, None] * noise * 0.4 + (decay * onset)[:, None] * dull
    echo *= REVERB_GAIN / np.sqrt(np.mean(np.sum(echo**2, axis=0)))
    wet = np.stack([signal.fftconvolve(dry, echo[:, ear])[: len(dry)] for ear in (0, 1)], axis=1)
    return np.asarray(dry[:, None] + wet)


def _per_sample(curve: Samples) -> Samples:
    frames = np.arange(len(curve)) * FRAME
    return np.interp(np.arange(len(curve) * FRAME), frames, curve)
