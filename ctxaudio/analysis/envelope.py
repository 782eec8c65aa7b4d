"""The spectral envelope: how loud a frame is where it has no partial, as where it has one.

A voice is a source whose harmonics sample the resonances of a throat. Between the harmonics nothing
is heard of these, and what a window makes of the gaps says nothing of them. So the envelope is the
course from harmonic to harmonic: levels of harmonics in a window that follows the fundamental,
three periods long, joined by a curve that has no bump they do not have. Such a window is short:
a vibrato does not blunt the upper harmonics, as it does in the frames that are moved.

Of sounds with no fundamental, or several, it is the course of the loudest in each stretch of
``NOISE_HZ`` of the whole window, in which the partials of a chord do not beat.
"""

from __future__ import annotations

import numpy as np
import scipy.fft

from ctxaudio.analysis.bands import REFERENCE_HZ, BandAxis, hz_to_semitones
from rnn.compiled import compiled

LOWEST_HZ, HIGHEST_HZ = 70.0, 1000.0  # of a fundamental
NOISE_HZ = 250.0
PERIODS = 3.0  # in a window

POINTS_PER_SEMITONE = 4
AXIS = BandAxis(float(hz_to_semitones(40.0)), 1.0 / POINTS_PER_SEMITONE)
N_POINTS = 440  # up to 23 kHz

# Boersma (1993): of two periods that explain a frame as well, the shorter by an octave is preferred
# by this much of the autocorrelation. What is below the second is no fundamental: voices have .85
# and more, chords .6 and less.
_OCTAVE_COST = 0.01
_LEAST_PERIODICITY = 0.75
_DULL_HZ = 1500.0
_SHORT_S = 0.06  # seconds; of a window that is looked at as a whole
_REACH = 0.25  # of a fundamental; as far as a harmonic is looked for
_HALF = 0.5  # of a stretch: together they leave nothing out
_FLOOR_DB = -80.0  # against the loudest point of a frame


def fundamental(windows: np.ndarray, sample_rate: float) -> np.ndarray:
    """Fundamental of each frame in Hz, 0 where there is none.

    The highest peak of the autocorrelation, divided by the window's own: P. Boersma, "Accurate
    short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled
    sound", Proceedings of the Institute of Phonetic Sciences 17, 1993. The middle half of each
    window is looked at, or all of a short one: three periods of a low voice are needed.

    Args:
        windows: (channel, frame, window) samples, not windowed.

    Returns:
        (frame,) float64.
    """
    window = windows.shape[2]
    aside = window // 4 if window > _SHORT_S * sample_rate else 0
    middle = windows[:, :, aside : window - aside]
    n = middle.shape[2]
    taper = 0.5 - 0.5 * np.cos(2.0 * np.pi * (np.arange(n) + 0.5) / n)
    longest = min(int(sample_rate / LOWEST_HZ) + 2, n - 1)
    size = scipy.fft.next_fast_len(n + longest, real=True)
    taper_power = np.abs(scipy.fft.rfft(taper, size)) ** 2
    power = np.abs(scipy.fft.rfft((middle - middle.mean(axis=2, keepdims=True)) * taper, size)) ** 2
    # Without highs the peaks are as broad as a parabola needs that goes through three lags.
    hz = np.arange(power.shape[2]) * (sample_rate / size)
    power = power.sum(axis=0) / (1.0 + (hz / _DULL_HZ) ** 4)
    alike = scipy.fft.irfft(power, size)[:, :longest]
    alike /= scipy.fft.irfft(taper_power, size)[:longest]
    found = np.zeros(len(alike))
    find_periods(alike, sample_rate, found)
    return found


def envelope(windows: np.ndarray, sample_rate: float, fundamental_hz: np.ndarray) -> np.ndarray:
    """Level of each frame's envelope, (frame, point) dB, on :data:`AXIS`.

    Args:
        windows: (channel, frame, window) samples, not windowed; channels are summed in power.
        fundamental_hz: (frame,) from :func:`fundamental`.

    Returns:
        A sinusoid of amplitude a has 20 log10(a). Past the last harmonic its level goes on, and
        nothing is more than 80 dB below a frame's loudest.
    """
    window = windows.shape[2]
    voiced = fundamental_hz > 0.0
    step_hz = np.where(voiced, fundamental_hz, NOISE_HZ)
    periods = np.minimum(PERIODS * sample_rate / step_hz, 0.5 * window)
    length = np.where(voiced, periods, float(window))[:, None]
    time = np.arange(window) - window // 2
    inside = np.abs(time) < 0.5 * length
    taper = np.where(inside, 0.5 + 0.5 * np.cos(2.0 * np.pi * time / length), 0.0)
    taper *= 2.0 / taper.sum(axis=1, keepdims=True)
    spectra = scipy.fft.rfft(windows * taper)
    power = np.sum(spectra.real**2 + spectra.imag**2, axis=0)
    out = np.empty((len(power), N_POINTS))
    reach = np.where(voiced, _REACH, _HALF) * step_hz
    _follow(power, sample_rate / window, step_hz, reach, out)
    return out


@compiled
def find_periods(alike, sample_rate, found):  # type: ignore[no-untyped-def]
    """Fundamentals (frame,) of autocorrelations (frame, lag), ``sample_rate`` lags a second."""
    n_frames, n_lags = alike.shape
    first = max(2, int(sample_rate / HIGHEST_HZ))
    for frame in range(n_frames):
        values = alike[frame]
        if values[0] <= 0.0:
            continue
        best, period = -1.0, 0.0
        for lag in range(first, n_lags - 1):
            left, centre, right = values[lag - 1], values[lag], values[lag + 1]
            if centre < left or centre <= right or centre < _LEAST_PERIODICITY * values[0]:
                continue
            # A parabola through the three.
            shift = 0.5 * (left - right) / (left - 2.0 * centre + right)
            height = (centre - 0.25 * (left - right) * shift) / values[0]
            # Short windows leave little of a long lag, and rounding then has peaks above 1.
            height = min(height, 2.0 - height)
            score = height - _OCTAVE_COST * np.log2(lag + shift)
            if period == 0.0 or score > best:
                best, period = score, lag + shift
        if period > 0.0:
            found[frame] = sample_rate / period


@compiled
def _follow(power, bin_hz, step_hz, reach_hz, out):  # type: ignore[no-untyped-def]
    """Envelopes (frame, point) in dB through the highest of each stretch of a spectrum.

    Between them a piecewise cubic that overshoots nowhere (F. N. Fritsch, J. Butland, "A method
    for constructing local monotone piecewise cubic interpolants", 1984), mirrored at 0 Hz.
    """
    n_frames, n_bins = power.shape
    levels = np.empty(n_bins + 2)
    slopes = np.empty(n_bins + 2)
    for frame in range(n_frames):
        step = step_hz[frame] / bin_hz
        count = max(2, int((n_bins - 2) / step))
        highest = 0.0
        for i in range(1, count + 1):
            centre = int(min(i * step + 0.5, n_bins - 2.0))
            reach = int(reach_hz[frame] / bin_hz)
            best = centre
            for k in range(max(1, centre - reach), min(n_bins - 1, centre + reach + 1)):
                if power[frame, k] > power[frame, best]:
                    best = k
            left = np.log(power[frame, best - 1] + 1e-200)
            middle = np.log(power[frame, best] + 1e-200)
            right = np.log(power[frame, best + 1] + 1e-200)
            bend = left - 2.0 * middle + right
            if middle >= left and middle >= right and bend < 0.0:
                middle -= 0.125 * (left - right) ** 2 / bend
            levels[i] = 10.0 / np.log(10.0) * middle
            highest = levels[i] if i == 1 else max(highest, levels[i])
        for i in range(1, count + 1):
            levels[i] = max(levels[i], highest + _FLOOR_DB)
        levels[0] = levels[1]  # the mirror image is as far below 0 Hz: the middle lies between
        slopes[0] = 0.0
        slopes[count] = 0.0
        for i in range(1, count):
            before, after = levels[i] - levels[i - 1], levels[i + 1] - levels[i]
            slopes[i] = 2.0 * before * after / (before + after) if before * after > 0.0 else 0.0
        for point in range(out.shape[1]):
            semitones = AXIS.lowest + point * AXIS.width
            at = REFERENCE_HZ * 2.0 ** (semitones / 12.0) / bin_hz / step
            if at >= count:
                out[frame, point] = levels[count]
            elif at <= 1.0:
                out[frame, point] = levels[1]
            else:
                i = int(at)
                x = at - i
                rise = levels[i + 1] - levels[i]
                out[frame, point] = levels[i] + x * (
                    slopes[i]
                    + x
                    * (
                        (3.0 * rise - 2.0 * slopes[i] - slopes[i + 1])
                        + x * (slopes[i] + slopes[i + 1] - 2.0 * rise)
                    )
                )
