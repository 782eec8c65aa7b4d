"""Transport: every peak of a spectrum, with the region around it, moves to where the field says.

Laroche & Dolson (1999), "New phase-vocoder techniques for pitch-shifting, harmonizing and other
exotic effects", WASPAA: a sinusoid is shifted by moving the bins around its peak, and by turning
them by the phase that the change of frequency has gathered since. All channels are moved and
turned alike, so the stereo image holds.
"""

from __future__ import annotations

import numba
import numpy as np

PADDING = 2  # spectra are of frames that are padded to twice their length

# Half the width, in bins of a padded spectrum, over which a peak is the highest: smaller than the
# half width of a Hann window's main lobe, so that two partials that are just parted are two peaks.
_PEAK_REACH = 3


@numba.njit(cache=True, error_model="numpy")
def transport(  # type: ignore[no-untyped-def]
    spectra, displacement, gain, rotation, bin_hz, turn, lowest, band_width, out
):
    """Move the spectra of consecutive frames along the field.

    Args:
        spectra: (channel, frame, bin) complex, transforms of *unwindowed* frames padded to twice
            their length; the Hann window is applied here, as a convolution.
        displacement: (frame, band) semitones.
        gain: (frame, band) dB.
        rotation: (bin,) radians turned so far; changed in place.
        bin_hz: width of a bin in Hz.
        turn: radians that a change of frequency by one bin turns from frame to frame.
        lowest: centre of the lowest band, semitones above 440 Hz.
        band_width: semitones from band to band.
        out: (channel, frame, bin) complex zeros; the moved spectra are added.
    """
    n_channels, n_frames, n_bins = spectra.shape
    n_bands = displacement.shape[1]
    windowed = np.empty((n_channels, n_bins), dtype=spectra.dtype)
    power = np.empty(n_bins)
    peaks = np.empty(n_bins, dtype=np.int64)
    turned = np.empty(n_bins)
    for frame in range(n_frames):
        power[:] = 0.0
        for channel in range(n_channels):
            raw = spectra[channel, frame]
            for k in range(n_bins):
                # The spectrum of a real signal goes on as its conjugate past both ends.
                below = raw[k - 2] if k >= 2 else np.conj(raw[2 - k])
                above = raw[k + 2] if k + 2 < n_bins else np.conj(raw[2 * n_bins - 4 - k])
                # A Hann window that is centred on time 0 is 1/4, 1/2, 1/4 in the bins of an
                # unpadded spectrum. Frames start at 0 instead: the neighbours change sign.
                value = np.float32(0.5) * raw[k] - np.float32(0.25) * (below + above)
                windowed[channel, k] = value
                power[k] += value.real * value.real + value.imag * value.imag
        n_peaks = _find_peaks(power, peaks)
        start = 0
        for i in range(n_peaks):
            peak = peaks[i]
            # The region ends where the power is least on the way to the next peak.
            end = n_bins
            if i + 1 < n_peaks:
                end = peak + 1
                for k in range(peak + 1, peaks[i + 1] + 1):
                    if power[k] < power[end]:
                        end = k
            # Instantaneous frequency from the derivative of the window (Auger & Flandrin 1995),
            # averaged over channels by power.
            offset = 0.0
            if 2 <= peak < n_bins - 2:
                for channel in range(n_channels):
                    slope = spectra[channel, frame, peak - 2] - spectra[channel, frame, peak + 2]
                    value = windowed[channel, peak]
                    offset += slope.real * value.real + slope.imag * value.imag
                offset = min(max(0.5 * offset / power[peak], -2.0), 2.0)
            position = max(peak + offset, 0.25)
            band = (12.0 * np.log2(position * bin_hz / 440.0) - lowest) / band_width
            band = min(max(band, 0.0), n_bands - 1.000001)
            left = int(band)
            share = band - left
            semitones = (1.0 - share) * displacement[frame, left]
            semitones += share * displacement[frame, left + 1]
            decibels = (1.0 - share) * gain[frame, left] + share * gain[frame, left + 1]
            change = position * (2.0 ** (semitones / 12.0) - 1.0)
            shift = int(np.round(change))
            angle = (rotation[peak] + turn * change) % (2.0 * np.pi)
            for k in range(start, end):
                turned[k] = angle
            # Frames start half a window, a quarter of the padded length, before time 0: each bin
            # of shift is another quarter turn back.
            factor = 10.0 ** (decibels / 20.0) * np.exp(1j * (angle - 0.5 * np.pi * (shift % 4)))
            weight = np.complex64(factor)
            for channel in range(n_channels):
                for k in range(start, end):
                    to = k + shift
                    if to >= n_bins:
                        break
                    if to >= 0:
                        out[channel, frame, to] += windowed[channel, k] * weight
                    else:  # below 0 Hz is the mirror image of above
                        out[channel, frame, -to] += np.conj(windowed[channel, k] * weight)
            start = end
        rotation[:] = turned


@numba.njit(cache=True)
def _find_peaks(power, peaks):  # type: ignore[no-untyped-def]
    """Bins that are the highest within the reach; at least one. Returns how many."""
    n_bins = len(power)
    count = 0
    best = 0
    for k in range(n_bins):
        if power[k] > power[best]:
            best = k
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
        peaks[0] = best
        count = 1
    return count
