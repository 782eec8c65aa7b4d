"""Peaks of a frame, the valleys between them, and what begins within the frame."""

from __future__ import annotations

import numpy as np

from rnn.compiled import compiled

# Bins of a padded spectrum to each side that a peak is higher than: less than half a Hann window's
# main lobe, so that two partials that are just parted are two peaks.
_REACH = 2

_LATE = 0.04  # of a window, that the middle of what begins within a frame is late by
_LATE_SLOPE = np.tan(2.0 * np.pi * _LATE)


@compiled
def find_peaks(power, start, stop, peaks):  # type: ignore[no-untyped-def]
    """Bins that are the highest within the reach, of silence none. Returns how many."""
    n_bins = len(power)
    count = 0
    for k in range(start, stop):
        height = power[k]
        # Of equals, the first. Most bins are not even higher than the one before.
        if height <= 0.0 or (k > 0 and power[k - 1] >= height):
            continue
        highest = True
        for other in range(max(0, k - _REACH), k):
            highest &= power[other] < height
        for other in range(k + 1, min(n_bins, k + _REACH + 1)):
            highest &= power[other] <= height
        if highest:
            peaks[count] = k
            count += 1
    return count


@compiled
def valley(power, peak, step, last):  # type: ignore[no-untyped-def]
    """The first bin on the way from a peak to another bin from which it rises again.

    ``last`` if it never does; that may be one past the end.
    """
    k = peak
    while k != last and (k + step == len(power) or power[k + step] <= power[k]):
        k += step
    return k


@compiled
def near_within(onsets, sample, window):  # type: ignore[no-untyped-def]
    """The onsets (onset, 2), if any of them is within a frame around a sample; else none."""
    for i in range(len(onsets)):
        if abs(onsets[i, 1] - sample) < window // 2:
            return onsets
    return onsets[:0]


@compiled
def onset_of(windowed, peak, sample, window, onsets):  # type: ignore[no-untyped-def]
    """Which onset a region begins with, if it does so about now; else -1.

    Its centre of gravity in time is its group delay, the slope of its phase over frequency. Of a
    partial that lasts all through the frame that is the middle.
    """
    n_channels, n_bins = windowed.shape
    half = window // 2
    found = -1
    nearest = 2**62
    if len(onsets) == 0 or not 1 <= peak < n_bins - 1:
        return found
    turned = complex(0.0, 0.0)
    for channel in range(n_channels):
        turned += windowed[channel, peak + 1] * np.conj(windowed[channel, peak - 1])
    # The middle of the frame is half a turn in two bins.
    if turned.imag <= max(-_LATE_SLOPE * turned.real, 0.0):
        return found
    delay = np.arctan2(turned.imag, -turned.real) / (2.0 * np.pi) * window
    for i in range(len(onsets)):
        onset = onsets[i]
        if abs(onset - sample) >= half:
            continue
        distance = abs(onset - sample - delay)
        if distance < nearest:
            nearest, found = distance, i
    return found
