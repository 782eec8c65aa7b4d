"""Sweep: a partial that glides through a frame glides as many cents a second where it is moved to.

A region of a spectrum that is moved as it is keeps its sweep in Hz a second; moved by a ratio r it
should sweep r times as fast. What lacks is a phase that grows with the square of the time from the
frame's middle: over a frame, a multiplication by exp(i b u^2), u from -1 to 1. That is smooth, and
under the windows a few terms of its Fourier series make it, so to a spectrum it is a convolution
with a few neighbours.

How fast a partial sweeps shows in the bend of its lobe's logarithm. Under a Gaussian window
exp(-a u^2) a partial that turns by g u^2 has the spectrum exp(-w^2 / (4 (a - i g))): the second
difference of the complex logarithm has what is wanted in its inverse. Under a Hann window this is
nearly so, with another factor, for g to some 8 radians.

Radians are those at both ends of a frame, by which a partial is ahead of a steady one.
"""

from __future__ import annotations

import numpy as np

from rnn.compiled import compiled

LEAST_SWEEP = 0.1  # radians; less than this is not heard
# A frame's frequency is the mean under its Hann window, so what is integrated of it has turned too
# far by the mean of u^2 there, 1/3 - 2/pi^2, of each radian.
BLUR = 1.0 / 3.0 - 2.0 / np.pi**2

_REACH = 4  # bins of a padded spectrum to each side that a region gets wider by
SWEEP_ROOM = 4 * _REACH  # bins that are needed beside a region to work in
_BESIDE = 2  # bins from a peak to where the bend is taken: a bin of an unpadded spectrum
_TO_RADIANS = 6.15  # of the inverse of the bend, under a Hann window
# The real part of that inverse, whatever the sweep; where it is another, no partial is alone.
_LEAST_WIDTH, _MOST_WIDTH = 0.4, 0.85
# Of phase at the bend; for what has so little, the least sweep asks for a flatter lobe than any.
_STEADY = LEAST_SWEEP / (_MOST_WIDTH**2 * _TO_RADIANS)
_MOST = 8.0  # radians; what sweeps faster has several peaks, each of which moves by itself
_STEPS = 8  # of the table, in each radian


def _taps() -> np.ndarray:
    """Weights of the bin itself and those 2 and 4 aside, by radians at a frame's ends."""
    time = np.linspace(-1.0, 1.0, 513)
    counts = (0.5 + 0.5 * np.cos(np.pi * time)) ** 2  # the window of analysis, and of synthesis
    terms = np.cos(np.pi * np.outer(time, np.arange(_REACH // 2 + 1)))
    radians = np.arange(_MOST * _STEPS + 2) / _STEPS
    wanted = np.exp(1j * np.outer(time**2, radians))
    series = np.linalg.lstsq(terms * counts[:, None], wanted * counts[:, None], rcond=None)[0].T
    # Half to each side; frames start at time 0, half of them before their middle.
    series *= np.array([1.0, -0.5, 0.5])
    return np.ascontiguousarray(series)


_TAPS = _taps()


@compiled
def sweep_of(windowed, peak):  # type: ignore[no-untyped-def]
    """Radians that a partial sweeps by; 0 if it is not known.

    Args:
        windowed: (channel, bin) of a frame.
        peak: its bin.
    """
    n_channels, n_bins = windowed.shape
    if peak < _BESIDE or peak + _BESIDE >= n_bins:
        return 0.0
    real, imag, power = 0.0, 0.0, 0.0
    for channel in range(n_channels):
        here = windowed[channel, peak]
        beside = windowed[channel, peak - _BESIDE] * windowed[channel, peak + _BESIDE]
        turned = here * here
        real += np.float64(beside.real * turned.real + beside.imag * turned.imag)
        imag += np.float64(beside.imag * turned.real - beside.real * turned.imag)
        power += np.float64(turned.real * turned.real + turned.imag * turned.imag)
    # Most partials are steady, and most of those are told from others without a logarithm.
    product = real * real + imag * imag
    if product <= 0.0 or abs(imag) < _STEADY * real:
        return 0.0
    # The logarithm of beside / power, and what is asked of the real part of its inverse.
    level, phase = 0.5 * np.log(product / (power * power)), np.arctan2(imag, real)
    size = level * level + phase * phase
    if not _LEAST_WIDTH * size < -level < _MOST_WIDTH * size:
        return 0.0
    radians = -_TO_RADIANS * phase / size
    return radians if abs(radians) < _MOST else 0.0


@compiled
def ahead_by(windowed, peak, radians):  # type: ignore[no-untyped-def]
    """Bins by which the frequency that is found at a peak is above that in the frame's middle."""
    turned = complex(0.0, 0.0)
    for channel in range(len(windowed)):
        turned += windowed[channel, peak + 1] * np.conj(windowed[channel, peak - 1])
    # What is there is of another moment than the middle: its group delay, in halves of a frame.
    late = -np.arctan2(-turned.imag, -turned.real) / np.pi
    return min(max(4.0 / np.pi * radians * late, -2.0), 2.0)


@compiled
def sweep_more(windowed, keep, start, end, radians, line, swept):  # type: ignore[no-untyped-def]
    """A region (channel, bin) from ``start`` to ``end`` that sweeps by more radians.

    Args:
        keep: (bin,) share of each bin that is taken.
        line: (bin + SWEEP_ROOM,) to work in.
        swept: (channel, bin) to be filled, from 4 before the start to as far after the end.

    Returns:
        The first bin that was filled, and the one after the last.
    """
    n_channels, n_bins = windowed.shape
    size = min(abs(radians), _MOST) * _STEPS
    row = int(size)
    share = size - row
    taps = (1.0 - share) * _TAPS[row] + share * _TAPS[row + 1]
    if radians < 0.0:
        taps = np.conj(taps)
    middle, near, far = np.complex64(taps[0]), np.complex64(taps[1]), np.complex64(taps[2])
    first, last = max(start - _REACH, 0), min(end + _REACH, n_bins)
    margin, n_taken = 2 * _REACH, end - start
    for channel in range(n_channels):
        for i in range(margin):
            line[i] = line[margin + n_taken + i] = 0.0
        for i in range(n_taken):
            line[margin + i] = windowed[channel, start + i] * keep[start + i]
        for k in range(first, last):
            i = margin + k - start
            value = middle * line[i] + near * (line[i - 2] + line[i + 2])
            swept[channel, k] = value + far * (line[i - 4] + line[i + 4])
    return first, last
