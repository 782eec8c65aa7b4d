"""Transport: every peak of a spectrum, with the region around it, moves to where the field says.

Laroche & Dolson (1999), "New phase-vocoder techniques for pitch-shifting, harmonizing and other
exotic effects", WASPAA: a sinusoid is shifted by moving the bins around its peak, and by turning
them by the phase that the change of frequency has gathered since. All channels are moved and
turned alike, so the stereo image holds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.bands import REFERENCE_HZ, BandAxis, at_pitch
from rnn.compiled import compiled

PADDING = 2  # spectra are of frames that are padded to twice their length

# Bins of a padded spectrum to each side that a peak is higher than: less than half a Hann window's
# main lobe, so that two partials that are just parted are two peaks.
_PEAK_REACH = 2

# A region that moves by a part of a bin goes to the two bins around, in proportion. That tapers
# its frame, at x windows from the middle by 1 - part (1 - part) (pi x)^2 / 2, so a sinusoid is
# softer by misfit * part (1 - part), with pi^2 / 2 times a squared Hann window's second moment.
_MISFIT = 0.0987


class Spectra(NamedTuple):
    """Consecutive frames, as the kernels take them."""

    raw: np.ndarray  # (channel, frame, bin) complex, of unwindowed frames
    windowed: np.ndarray  # the same under a Hann window
    power: np.ndarray  # (frame, bin), of those, summed over channels
    bin_hz: float  # width of a bin


class FieldRows(NamedTuple):
    """A field for these frames, as the kernels take it."""

    displacement: np.ndarray  # (frame, band) semitones, float64
    gain: np.ndarray  # (frame, band) dB, float64
    axis: BandAxis  # the bands' places
    formant_gain: np.ndarray  # (frame, point) dB, float64, beside it
    formant_axis: BandAxis  # the points' places


@compiled
def transport(frames, field, keep, rotation, turn, out):  # type: ignore[no-untyped-def]
    """Move the peaks of consecutive frames along the field.

    Args:
        frames: :class:`Spectra`.
        field: :class:`FieldRows`.
        keep: (frame, bin) share of each bin that moves here.
        rotation: (bin,) radians turned so far; changed in place.
        turn: radians that a change of frequency by one bin turns from frame to frame.
        out: (channel, frame, bin) complex; the moved spectra are added.
    """
    spectra, windowed, power, bin_hz = frames
    displacement, gain, axis, formant_gain, formant_axis = field
    n_channels, n_frames, n_bins = spectra.shape
    peaks = np.empty(n_bins, dtype=np.int64)
    turned = np.empty(n_bins)
    for frame in range(n_frames):
        heights = power[frame]
        n_peaks = _find_peaks(heights, peaks)
        start = 0
        for i in range(n_peaks):
            peak = peaks[i]
            # The region ends where the power is least on the way to the next peak.
            end = n_bins
            if i + 1 < n_peaks:
                end = peak + 1
                for k in range(peak + 1, peaks[i + 1] + 1):
                    if heights[k] < heights[end]:
                        end = k
            # Instantaneous frequency from the derivative of the window (Auger & Flandrin 1995),
            # averaged over channels by power.
            offset = 0.0
            if 2 <= peak < n_bins - 2:
                for channel in range(n_channels):
                    slope = spectra[channel, frame, peak - 2] - spectra[channel, frame, peak + 2]
                    value = windowed[channel, frame, peak]
                    offset += slope.real * value.real + slope.imag * value.imag
                offset = min(max(0.5 * offset / heights[peak], -2.0), 2.0)
            position = max(peak + offset, 0.0)  # a constant stays one
            semitones = 12.0 * np.log2(max(position, 0.25) * bin_hz / REFERENCE_HZ)
            ratio = 2.0 ** (at_pitch(displacement[frame], semitones, axis) / 12.0)
            louder = at_pitch(gain[frame], semitones, axis)
            louder += at_pitch(formant_gain[frame], semitones, formant_axis)
            amplitude = 10.0 ** (louder / 20.0)
            change = position * (ratio - 1.0)
            # Between two bins, it goes to both: frames that overlap then agree on the phase of
            # all their samples, not of the middle one alone.
            shift = int(np.floor(change))
            part = change - shift
            # Half of a hop's turn before this frame and half after it: the change of frequency
            # between two frames is the mean of theirs (trapezoidal rule).
            half = 0.5 * turn * change
            angle = rotation[peak] + half
            for k in range(start, end):
                turned[k] = (angle + half) % (2.0 * np.pi)
            amplitude *= 1.0 + _MISFIT * part * (1.0 - part)
            lower = moved_by(shift, amplitude * (1.0 - part), angle)
            upper = moved_by(shift + 1, amplitude * part, angle)
            first = min(max(start, -shift), end)
            last = max(min(end, n_bins - shift), first)
            for channel in range(n_channels):
                for k in range(start, first):  # below 0 Hz is the mirror image of above
                    value = windowed[channel, frame, k] * keep[frame, k]
                    to = -(k + shift)
                    out[channel, frame, to] += np.conj(value * lower)
                    out[channel, frame, to - 1] += np.conj(value * upper)
                previous = np.complex64(0.0)
                for k in range(first, last):
                    value = windowed[channel, frame, k] * keep[frame, k]
                    out[channel, frame, k + shift] += value * lower + previous * upper
                    previous = value
                if last + shift < n_bins:
                    out[channel, frame, last + shift] += previous * upper
            start = end
        for k in range(n_bins):  # a slice would take numba two seconds more to compile
            rotation[k] = turned[k]


@compiled
def moved_by(shift, amplitude, angle):  # type: ignore[no-untyped-def]
    """What bins that move by ``shift`` are multiplied by, to be turned by ``angle`` in all."""
    # Phases are meant at the middle of a frame, half a window, a quarter of the padded length,
    # after its start: each bin of shift is a quarter turn back.
    angle -= 0.5 * np.pi * (shift % 4)
    return np.complex64(amplitude * complex(np.cos(angle), np.sin(angle)))


@compiled
def apply_window(spectra, windowed, power):  # type: ignore[no-untyped-def]
    """The spectra of the same frames under a Hann window, and their power over channels.

    Args:
        spectra: (channel, frame, bin) complex, padded twofold.
        windowed: the same shape, to be filled.
        power: (frame, bin) zeros, to be filled.
    """
    n_channels, n_frames, n_bins = spectra.shape
    for channel in range(n_channels):
        for frame in range(n_frames):
            raw = spectra[channel, frame]
            for k in range(n_bins):
                # The spectrum of a real signal goes on as its conjugate past both ends.
                below = raw[k - 2] if k >= 2 else np.conj(raw[2 - k])
                above = raw[k + 2] if k + 2 < n_bins else np.conj(raw[2 * n_bins - 4 - k])
                # A Hann window is these weights of neighbours in an unpadded spectrum, which are
                # two bins away here; they are negative because frames start at time 0.
                value = np.float32(0.5) * raw[k] - np.float32(0.25) * (below + above)
                windowed[channel, frame, k] = value
                power[frame, k] += value.real * value.real + value.imag * value.imag


@compiled
def _find_peaks(power, peaks):  # type: ignore[no-untyped-def]
    """Bins that are the highest within the reach; at least one. Returns how many."""
    n_bins = len(power)
    count = 0
    for k in range(n_bins):
        highest = power[k] > 0.0
        for other in range(max(0, k - _PEAK_REACH), min(n_bins, k + _PEAK_REACH + 1)):
            # Of equals, the first.
            if power[other] > power[k] or (power[other] == power[k] and other < k):
                highest = False
                break
        if highest:
            peaks[count] = k
            count += 1
    if count == 0:
        peaks[0] = 0
        count = 1
    return count
