"""Energy of frames on the log-frequency axis, each bin's where its instantaneous frequency is.

Reassignment (F. Auger & P. Flandrin, "Improving the readability of time-frequency and time-scale
representations by the reassignment method", IEEE Transactions on Signal Processing 43, 1995):
a partial is a narrow ridge whatever the window.
"""

from __future__ import annotations

import numpy as np
import scipy.fft

from ctxaudio.analysis.bands import REFERENCE_HZ, BandAxis, BandConfig, at_pitch, hz_to_semitones
from ctxaudio.analysis.frames import cut
from ctxaudio.sound.source import SoundSource
from rnn.compiled import compiled

_REACH = 2.0  # bins; half of the main lobe's width, and as far as energy is reassigned
# From there on octaves are a series, off by less than 0.01 cents and much faster than a logarithm.
_LOW_BINS = 32


def energy(
    sound: SoundSource,
    centres: np.ndarray,
    window: int,
    config: BandConfig,
    displacement: np.ndarray | None = None,
    full_scale: float = 1.0,
) -> np.ndarray:
    """Energy of frames on the log-frequency grid, summed over channels.

    Args:
        centres: sample that each frame is centred on, (frame,).
        window: length of a frame in samples.
        displacement: (band,) semitones; energy is put that much lower than it is, so that a
            version is laid over the song that it is a version of.
        full_scale: sample value that counts as 1.

    Returns:
        (frame, point) float32, not yet smoothed; a sine of amplitude a has energy a²/4 in all.
    """
    first = int(centres.min()) - window // 2
    end = int(centres.max()) - window // 2 + window
    heard = sound.read(first, end) / np.float32(full_scale)
    spectrum = scipy.fft.rfft(cut(heard, centres - first, window))

    grid = config.grid
    lower = np.zeros(config.n_bands) if displacement is None else displacement
    bin_hz = sound.sample_rate / window
    highest_hz = REFERENCE_HZ * 2.0 ** ((grid[-1] + np.max(lower)) / 12.0)
    n_bins = min(spectrum.shape[2] - 1, int(highest_hz / bin_hz + _REACH) + 2)
    bins = np.maximum(np.arange(n_bins), 1)
    points = 100.0 / config.grid_cents  # to a semitone
    place = (np.asarray(hz_to_semitones(bins * bin_hz)) - grid[0]) * points
    lowered = np.asarray(lower, dtype=np.float64) * points
    if np.all(lowered == lowered[0]):  # which is faster
        place, lowered = place - lowered[0], np.empty(0)
    axis = BandAxis(0.0, config.axis.width * points)
    out = np.zeros((len(centres), len(grid)), dtype=np.float32)
    # A Hann window's transform is window / 2 high and carries 1.5 times its peak's power.
    scale = np.float32(1.0 / (1.5 * (window / 2.0) ** 2))
    _deposit(spectrum.view(np.float32), place, 12.0 * points, lowered, axis, scale, out)
    return out


@compiled
def _deposit(  # type: ignore[no-untyped-def]
    parts, place, octave, lowered, axis, scale, out
):
    """Add each bin's power to the two grid points beside its instantaneous frequency.

    The spectrum is of unwindowed frames. In it a Hann window is the weights -1/4, 1/2, -1/4 of
    neighbouring bins, and the window's derivative is their difference.

    Loops are kept apart: a processor runs all but the last on several bins at once.

    Args:
        parts: (channel, frame, 2 bin) float32, real and imaginary parts in turn.
        place: (bin,) points from the first, of those bins that matter.
        octave: points.
        lowered: (band,) points that energy is put lower; none if it is where it is.
        axis: where the bands lie, in points.
        scale: of power.
        out: (frame, point).
    """
    n_channels, n_frames, _ = parts.shape
    n_bins, last = len(place), out.shape[1] - 1
    low = min(_LOW_BINS, n_bins)
    power = np.empty(n_bins, np.float32)
    turning = np.empty(n_bins, np.float32)
    offset = np.empty(n_bins, np.float32)
    position = np.empty(n_bins)
    for frame in range(n_frames):
        for k in range(n_bins):
            power[k] = turning[k] = 0.0
        for channel in range(n_channels):
            x = parts[channel, frame]
            for below in range(n_bins - 1):
                i = 2 * below
                left_real, left_imag = x[i], x[i + 1]
                right_real, right_imag = x[i + 4], x[i + 5]
                real = np.float32(0.5) * x[i + 2] - np.float32(0.25) * (left_real + right_real)
                imag = np.float32(0.5) * x[i + 3] - np.float32(0.25) * (left_imag + right_imag)
                power[below + 1] += real * real + imag * imag
                turning[below + 1] += (left_real - right_real) * real
                turning[below + 1] += (left_imag - right_imag) * imag
        for k in range(1, n_bins):
            # Auger & Flandrin: w = w_k - Im(X_derivative / X), here in bins. Further away than
            # the main lobe is wide it is no reassignment but noise in a spectral valley.
            away = np.float32(0.25) * turning[k] / power[k]
            near = abs(away) <= _REACH and k + away > 0.5  # never where there is no power
            offset[k] = away if near else np.nan
        for k in range(1, low):
            position[k] = place[k] + octave * np.log2(1.0 + offset[k] / k)
        for k in range(low, n_bins):
            ratio = offset[k] / k
            octaves = 1.4426950408889634 * ratio * (1.0 - ratio * (0.5 - ratio / 3.0))
            position[k] = place[k] + octave * octaves
        row = out[frame]
        for k in range(1, n_bins):
            at = position[k]
            if len(lowered):
                at -= at_pitch(lowered, at, axis)
            if at >= 0.0 and at < last:
                point = int(at)
                amount = power[k] * scale
                above = np.float32(at - point) * amount
                row[point] += amount - above
                row[point + 1] += above
