"""What of a sound is no sinusoid: noise, in mel bands, four times a frame.

It is what a sinusoidal model leaves (X. Serra & J. O. Smith, "Spectral modeling synthesis",
Computer Music Journal 14, 1990), less what a model leaves of sinusoids, which is loud where these
are.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import scipy.ndimage

from ctxaudio.analysis.bands import hz_to_semitones
from ctxaudio.analysis.frames import FrameConfig, cut, hann
from ctxaudio.analysis.load_librosa import load_librosa

N_BANDS = 32
LOOKS = 4  # to a frame
SILENT_DB = -120.0

_MEL_1_KHZ, _MEL_STEP = 15.0, np.log(6.4) / 27.0  # of M. Slaney's Auditory Toolbox
_LEFT = 0.5  # of the power of sinusoids near by, that a model of them may leave
_SILENT = 10.0 ** (SILENT_DB / 10.0)


class NoiseBands(NamedTuple):
    """Some frames of the noise in a sound."""

    level_db: np.ndarray  # (channel, frame, look, band) of full scale, of a band's mean bin
    likeness: np.ndarray  # (frame, band) of the channels' noise, 0 to 1


@cache
def band_pitches(sample_rate: int) -> np.ndarray:
    """Where the bands' centres are, (band,) semitones above 440 Hz; read only."""
    # As librosa's mel_frequencies; to import that takes a second, and nothing else that sings needs
    # it: in equal steps up to 1 kHz, and in equal ratios from there.
    highest = _MEL_1_KHZ + np.log(sample_rate / 2_000.0) / _MEL_STEP
    mel = np.linspace(0.0, highest, N_BANDS + 2)[1:-1]
    hertz = np.minimum(mel / _MEL_1_KHZ, 1.0) * 1_000.0
    hertz *= np.exp(_MEL_STEP * np.maximum(mel - _MEL_1_KHZ, 0.0))
    pitches = np.asarray(hz_to_semitones(hertz))
    pitches.flags.writeable = False
    return pitches


@cache
def _weights(sample_rate: int, window: int) -> np.ndarray:
    weights = load_librosa().filters.mel(
        sr=sample_rate, n_fft=window, n_mels=N_BANDS, fmax=sample_rate / 2.0, norm=None
    )
    return np.asarray(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9))


def look_around(frames: FrameConfig) -> int:
    """Samples before the first and after the last frame that its noise is measured from."""
    return frames.window


def noise_bands(
    left: np.ndarray,
    sinusoids: np.ndarray,
    onsets: np.ndarray,
    n_frames: int,
    frames: FrameConfig,
    sample_rate: int,
) -> NoiseBands:
    """The noise of frames.

    Args:
        left: (channel, time) of the sound less its sinusoids, from :func:`look_around` samples
            before the first of the frames to as many after the last.
        sinusoids: the same of these.
        onsets: (onset,) samples from the first frame on, at which something begins. What a window
            sees of it before it comes does not count.
    """
    hop, around = frames.hop, look_around(frames)
    step, window = hop // LOOKS, hop
    reach = frames.window // 2 // step
    # An onset at the first of these looks is seen by those before it: they are looked at too.
    n_looks = LOOKS + n_frames * LOOKS
    looks = np.arange(-LOOKS - reach, n_frames * LOOKS + reach) * step + around
    weights = _weights(sample_rate, window)
    shape = hann(window)
    spectra = np.fft.rfft(cut(left, looks, window) * shape)
    inner = spectra[:, reach : reach + n_looks]
    tones = np.fft.rfft(cut(sinusoids, looks, window) * shape)
    tonal = (tones.real**2 + tones.imag**2) @ weights.T  # (channel, look, band)
    power = (inner.real**2 + inner.imag**2) @ weights.T
    near = scipy.ndimage.maximum_filter1d(tonal, 2 * reach + 1, axis=1)
    noise = np.maximum(power - _LEFT * near[:, reach : reach + n_looks], 0.0)
    level_db = 10.0 * np.log10(np.maximum(noise, _SILENT))
    for onset in onsets:
        before = (onset - window // 2) // step + LOOKS  # the last look that does not see it
        if 0 <= before < n_looks:
            seeing = level_db[:, before : -(-onset // step) + LOOKS]
            np.minimum(seeing, level_db[:, before, None], out=seeing)
    level_db, power, inner = level_db[:, LOOKS:], power[:, LOOKS:], inner[:, LOOKS:]
    n_channels = len(left)
    by_frame = (n_frames, LOOKS, N_BANDS)
    total = power.reshape(n_channels, *by_frame).sum(axis=2)
    # How much of the sum's power is more than that of noises which have nothing in common.
    both = np.abs(inner.sum(axis=0)) ** 2 @ weights.T
    more = both.reshape(by_frame).sum(axis=1) - total.sum(axis=0)
    most = np.sqrt(total).sum(axis=0) ** 2 - total.sum(axis=0)
    likeness = np.clip(more / np.maximum(most, 1e-20), 0.0, 1.0)
    return NoiseBands(level_db.reshape(n_channels, *by_frame), likeness)
