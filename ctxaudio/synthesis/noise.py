"""Noise moves in fixed stretches of the spectrum, not around peaks.

The peaks of noise come and go from frame to frame: regions around them, moved apart, leave holes
that wander, and are heard as bubbling. So where the spectrum is flat, whole segments are moved,
each by a whole number of bins that stays the same as long as the field does, and laid side by
side, every second one reversed, as often as it takes to fill the place they go to. Within a
segment every phase relation is kept, and with it the moment of an attack.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.bands import REFERENCE_HZ, at_pitch
from ctxaudio.analysis.frames import OVERLAP
from ctxaudio.synthesis.resolution import PADDING, Resolution
from ctxaudio.synthesis.rotation import moved_by
from rnn.compiled import compiled

# A bin turns once in this many frames, so a segment of a multiple of as many bins can be laid
# beside itself without any turn.
TURNS = PADDING * OVERLAP

_FIRST_BIN = 2 * TURNS  # about 170 Hz; below, partials are too close to be told from noise
_WIDEST = 16 * TURNS  # bins; about 1.4 kHz
_NARROWEST_SHARE = 0.25  # width of a segment over its lowest frequency


def noise_edges(resolution: Resolution) -> np.ndarray:
    """The segments' edges in bins of the memory's window."""
    return segment_edges(PADDING * resolution.frames.window // 2 + 1)


class NoiseFrames(NamedTuple):
    """What noise is made of, as the kernel takes it."""

    windowed: np.ndarray  # (frame, channel, bin) complex, of the memory's window
    swell: np.ndarray  # (frame,) how much louder each is made
    bin_hz: float  # width of a bin


class NoiseShare(NamedTuple):
    """How far each segment of each frame is noise."""

    edges: np.ndarray  # (segment + 1,) bins
    share: np.ndarray  # (frame, segment) 0 to 1,


@cache
def segment_edges(n_bins: int) -> np.ndarray:
    """First bins of the segments, and the end of the last, shape (segment + 1,); read only.

    >>> segment_edges(4097)[:5].tolist()
    [32, 48, 64, 80, 96]
    """
    edges = [_FIRST_BIN]
    while True:
        turns = int(edges[-1] * _NARROWEST_SHARE) // TURNS
        width = min(_WIDEST, max(1, turns) * TURNS)
        if edges[-1] + width > n_bins:
            found = np.array(edges)
            found.flags.writeable = False
            return found
        edges.append(edges[-1] + width)


@compiled
def move_noise(noisy, field, noise, places, turns, out):  # type: ignore[no-untyped-def]
    """Move the noisy share of each segment along the field.

    Args:
        noisy: :class:`NoiseFrames`.
        field: :class:`~ctxaudio.synthesis.transport.FieldRows`.
        noise: :class:`NoiseShare`.
        places: (frame,) where in ``out`` a frame is, or -1: nothing is made of it.
        turns: (segment,) turns so far, in parts of ``TURNS``; changed in place.
        out: (frame, channel, bin) complex; the moved spectra are added.
    """
    windowed, swell, bin_hz = noisy
    displacement, gain, axis, formant_gain, formant_axis = field
    edges, share = noise
    n_frames, n_channels, n_bins = windowed.shape
    louder = np.ones(n_bins + 1, np.float32)
    for frame in range(n_frames):
        for k in range(edges[0], n_bins if formant_gain.shape[1] > 0 else 0):
            semitones = 12.0 * np.log2(k * bin_hz / REFERENCE_HZ)
            louder[k] = 10.0 ** (at_pitch(formant_gain[frame], semitones, formant_axis) / 20.0)
        for segment in range(len(edges) - 1):
            first, end = edges[segment], edges[segment + 1]
            width = end - first
            semitones = 12.0 * np.log2(0.5 * (first + end) * bin_hz / REFERENCE_HZ)
            ratio = 2.0 ** (at_pitch(displacement[frame], semitones, axis) / 12.0)
            shift = int(np.floor(first * (ratio - 1.0) + 0.5))
            turns[segment] = (turns[segment] + shift) % TURNS
            noisy = share[frame, segment]
            if noisy <= 0.0:
                continue
            # As many times wider, as many times less dense: the power stays.
            amplitude = noisy * 10.0 ** (at_pitch(gain[frame], semitones, axis) / 20.0)
            amplitude /= np.sqrt(ratio)
            amplitude *= swell[frame]
            angle = 2.0 * np.pi / TURNS * turns[segment]
            last = min(int(np.floor(end * ratio + 0.5)), n_bins)
            for tile in range((last - first - shift + width - 1) // width):
                to = first + shift + tile * width
                # Every second tile is the segment reversed in frequency: its envelope is the
                # same, but side by side they do not beat, as two equal tiles would.
                mirrored = tile % 2 == 1
                factor = moved_by(to + end if mirrored else to - first, amplitude, angle)
                for channel in range(n_channels):
                    for j in range(min(width, last - to)):
                        if mirrored:
                            value = np.conj(windowed[frame, channel, end - j]) * louder[end - j]
                        else:
                            value = windowed[frame, channel, first + j] * louder[first + j]
                        out[places[frame], channel, to + j] += value * factor


@compiled
def keep_rest(frame_steps, bins_each, noise, keep):  # type: ignore[no-untyped-def]
    """What is left of each bin beside the noise.

    Args:
        frame_steps: (frame,) the step that each frame is in.
        bins_each: how many bins of the noise's window a bin is wide.
        noise: :class:`NoiseShare`.
        keep: (frame, bin) ones, to be changed.
    """
    edges, share = noise
    n_frames, n_bins = keep.shape
    for frame in range(n_frames):
        row = share[frame_steps[frame]]
        for segment in range(len(row)):
            if row[segment] <= 0.0:
                continue
            first = int(np.ceil(edges[segment] / bins_each))
            end = int(np.ceil(edges[segment + 1] / bins_each))
            for k in range(first, min(end, n_bins)):
                keep[frame, k] = 1.0 - row[segment]
