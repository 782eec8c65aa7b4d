"""Transport: every peak of a spectrum, with the region around it, moves to where the field says.

Laroche & Dolson (1999), "New phase-vocoder techniques for pitch-shifting, harmonizing and other
exotic effects", WASPAA: a sinusoid is shifted by moving the bins around its peak, and by turning
them by the phase that the change of frequency has gathered since. All channels are moved and
turned alike, so the stereo image holds.

The windows share one map of how far each place of the spectrum has turned. Whichever window makes
the most of a range writes it, all read it: so they agree on the phase of what they make together,
and one can fade into another without cancelling.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ctxaudio.analysis.bands import REFERENCE_HZ, BandAxis, at_pitch
from ctxaudio.synthesis.peaks import find_peaks, near_within, onset_of, valley
from ctxaudio.synthesis.rotation import moved_by, place_of
from ctxaudio.synthesis.sweep import (
    BLUR,
    LEAST_SWEEP,
    SWEEP_ROOM,
    ahead_by,
    sweep_more,
    sweep_of,
)
from rnn.compiled import compiled

# A region that moves by a part of a bin goes to the two bins around, in proportion. That tapers
# its frame, at x windows from the middle by 1 - part (1 - part) (pi x)^2 / 2, so a sinusoid is
# softer by misfit * part (1 - part), with pi^2 / 2 times a squared Hann window's second moment.
_MISFIT = 0.0987

_DB_PER_OCTAVE = 20.0 * np.log10(2.0)  # of amplitude

_LEAST = 1e-3  # a window that makes less than this of a region makes nothing of it


class FieldRows(NamedTuple):
    """A field for these steps, as the kernels take it."""

    displacement: np.ndarray  # (step, band) semitones, float64
    gain: np.ndarray  # (step, band) dB, float64
    axis: BandAxis  # the bands' places
    formant_gain: np.ndarray  # (step, point) dB, float64, beside it; no points where there is none
    formant_axis: BandAxis  # the points' places


class Frames(NamedTuple):
    """Frames of consecutive steps and what becomes of them; tuples are by window."""

    raw: tuple[np.ndarray, ...]  # these four are :class:`~ctxaudio.synthesis.spectra.Spectra`
    windowed: tuple[np.ndarray, ...]
    power: tuple[np.ndarray, ...]
    lag: tuple[np.ndarray, ...]
    keep: tuple[np.ndarray, ...]  # (frame, bin) share of each bin that moves here
    places: tuple[np.ndarray, ...]  # (frame,) where in ``out`` it is, or -1: nothing is made of it
    out: tuple[np.ndarray, ...]  # (frame, channel, bin) complex; the moved spectra are added


class Moves(NamedTuple):
    """Where consecutive steps go, and in which windows."""

    field: FieldRows
    weight: np.ndarray  # (step, window, band): how much of each range each window makes
    onsets: np.ndarray  # (step, onset, 2) samples of the onsets around: as made, and in the song


class Moment(NamedTuple):
    """Whose frame it is, and when."""

    window: int
    sample: int  # that the frame is centred on, as made
    lag: int  # samples from where it is in the song to there
    weight: np.ndarray  # (window, band): how much of each range each window makes
    onsets: np.ndarray  # (onset, 2) samples of the onsets around: as made, and in the song


@compiled
def transport(frames, first, layout, moves, rotation):  # type: ignore[no-untyped-def]
    """Move the peaks of consecutive steps along the field.

    Args:
        frames: :class:`Frames`.
        first: the first step.
        layout: :class:`Layout`.
        moves: :class:`Moves`.
        rotation: (6, place) the map, changed in place: radians that each place of the spectrum
            has turned at a sample; radians a sample that it turns since, while song and sound
            pass alike; that sample; radians a sample of the song; the lag there; by how much a
            sample the second changes, 0 where that is not known.
    """
    field = moves.field
    n_windows = len(layout.hops)
    most = 0
    for i in range(n_windows):
        most = max(most, frames.windowed[i].shape[2])
    peaks = np.empty(most, dtype=np.int64)
    swept = np.zeros((frames.windowed[0].shape[1], most), dtype=np.complex64)
    line = np.zeros(most + SWEEP_ROOM, dtype=np.complex64)
    whole = np.ones(most, dtype=np.float32)
    done = np.zeros(n_windows, dtype=np.int64)
    shortest = layout.hops[n_windows - 1]
    for step in range(len(moves.weight)):
        begin = (first + step) * layout.step
        for sample in range(begin, begin + layout.step, shortest):
            for i in range(n_windows):
                if sample % layout.hops[i] != 0:
                    continue
                frame = done[i]
                done[i] += 1
                place = frames.places[i][frame]
                if place < 0:
                    continue
                lag = frames.lag[i][frame]
                onsets = near_within(moves.onsets[step], sample - lag, layout.windows[i])
                _move_frame(
                    frames.raw[i][frame],
                    frames.windowed[i][frame],
                    frames.power[i][frame],
                    Moment(i, sample, lag, moves.weight[step], onsets),
                    layout,
                    FieldRows(
                        field.displacement[step],
                        field.gain[step],
                        field.axis,
                        field.formant_gain[step],
                        field.formant_axis,
                    ),
                    frames.keep[i][frame],
                    rotation,
                    (peaks, line, swept, whole),
                    frames.out[i][place],
                )


@compiled
def _move_frame(  # type: ignore[no-untyped-def]
    raw, windowed, heights, moment, layout, field, keep, rotation, room, out
):
    """Move the peaks of one frame; arguments are those of :func:`transport`, of this frame.

    ``room`` to work in: for peaks, two of :func:`~ctxaudio.synthesis.sweep.sweep_more`, and ones.
    """
    bands_hz, weight = layout.bands_hz, moment.weight[moment.window]
    bin_hz, n_bins = layout.bin_hz[moment.window], len(heights)
    band = 0
    while band < len(bands_hz):
        if weight[band] <= 0.0:
            band += 1
            continue
        # From one range to another this window makes something; around them nothing.
        start = 0 if band == 0 else min(int(bands_hz[band - 1] / bin_hz), n_bins - 1)
        while band < len(bands_hz) and weight[band] > 0.0:
            band += 1
        stop = n_bins
        if band < len(bands_hz):
            stop = min(int(bands_hz[band] / bin_hz) + 1, n_bins)
        span = start, stop
        _move_bins(raw, windowed, heights, span, moment, layout, field, keep, rotation, room, out)


@compiled
def _move_bins(  # type: ignore[no-untyped-def]
    raw, windowed, heights, span, moment, layout, field, keep, rotation, room, out
):
    """Move the peaks among some bins of a frame, with the regions around them."""
    start, stop = span
    peaks, line, swept, whole = room
    window, sample, lag, weight, onsets = moment
    displacement, gain, axis, formant_gain, formant_axis = field
    n_channels, n_bins = windowed.shape
    bin_hz = layout.bin_hz[window]
    bands_hz = layout.bands_hz
    places = layout.bin_places[window]
    n_windows = len(weight)
    n_peaks = find_peaks(heights, start, stop, peaks)
    if n_peaks == 0:
        return
    # What lies beyond the valleys around these belongs to peaks of which nothing is made.
    if start > 0:
        start = valley(heights, peaks[0], -1, 0)
    if stop < n_bins:
        stop = valley(heights, peaks[n_peaks - 1], 1, n_bins)
    band = 0
    for i in range(n_peaks):
        peak = peaks[i]
        # The region ends where the power is least on the way to the next peak.
        end = stop
        if i + 1 < n_peaks:
            end = peak + 1
            for k in range(peak + 1, peaks[i + 1] + 1):
                if heights[k] < heights[end]:
                    end = k
        kept = False
        for k in range(start, end):
            if keep[k] > 0.0:
                kept = True
                break
        if not kept:  # noise, which moves by itself
            start = end
            continue
        # Instantaneous frequency from the derivative of the window (Auger & Flandrin 1995),
        # averaged over channels by power.
        offset = 0.0
        if 2 <= peak < n_bins - 2:
            for channel in range(n_channels):
                slope = raw[channel, peak - 2] - raw[channel, peak + 2]
                value = windowed[channel, peak]
                offset += slope.real * value.real + slope.imag * value.imag
            offset = min(max(0.5 * offset / heights[peak], -2.0), 2.0)
        position = max(peak + offset, 0.0)  # a constant stays one
        # What each window makes of the range that the peak is in.
        hz = position * bin_hz
        while band > 0 and hz < bands_hz[band]:
            band -= 1
        while band + 2 < len(bands_hz) and hz >= bands_hz[band + 1]:
            band += 1
        low, high = bands_hz[band], bands_hz[band + 1]
        share = min(max((hz - low) / (high - low), 0.0), 1.0)
        amount = (1.0 - share) * weight[window, band] + share * weight[window, band + 1]
        leads = True
        for other in range(0 if amount > 0.5 else n_windows):  # more than all others
            its = (1.0 - share) * weight[other, band] + share * weight[other, band + 1]
            if its > amount or (its == amount and other < window):
                leads = False
        if amount < _LEAST:
            start = end
            continue
        # Of what sweeps, the frequency in the middle of the frame.
        sweep = sweep_of(windowed, peak)
        if abs(sweep) > LEAST_SWEEP:
            position -= ahead_by(windowed, peak, sweep)
            position = min(max(position, 0.0), n_bins - 1.0)
        semitones = 12.0 * np.log2(max(position, 0.25) * bin_hz / REFERENCE_HZ)
        ratio = np.exp2(at_pitch(displacement, semitones, axis) / 12.0)
        louder = at_pitch(gain, semitones, axis)
        if len(formant_gain) > 0:
            louder += at_pitch(formant_gain, semitones, formant_axis)
        amplitude = np.exp2(louder / _DB_PER_OCTAVE)
        change = position * (ratio - 1.0)
        # Between two bins, it goes to both: frames that overlap then agree on the phase of
        # all their samples, not of the middle one alone.
        shift = int(np.floor(change))
        part = change - shift
        # What it has turned since the map was written there: the change of frequency in between
        # is the mean of then and now (trapezoidal rule), and of what sweeps at both ends, what
        # the slopes there say beyond (Hermite's).
        rate = change * bin_hz * layout.rad_per_hz
        length = layout.windows[window]
        bend = (ratio - 1.0) * sweep * 8.0 / (length * length)
        place = place_of(int(position * places + 0.5), layout)
        angle = rotation[0, place] + 0.5 * (rate + rotation[1, place]) * (
            sample - rotation[2, place]
        )
        if bend != 0.0 and rotation[5, place] != 0.0:
            angle += (sample - rotation[2, place]) ** 2 / 12.0 * (rotation[5, place] - bend)
        # Of what lags behind more than then, the song's own turns in between are made up for.
        source = position * bin_hz * layout.rad_per_hz
        angle += 0.5 * (source + rotation[3, place]) * (lag - rotation[4, place])
        onset = onset_of(windowed, peak, sample - lag, length, onsets[:, 1])
        if onset >= 0:
            angle = rate * (sample - onsets[onset, 0])
            angle += source * (lag - (onsets[onset, 0] - onsets[onset, 1]))
        angle -= 2.0 * np.pi * np.floor(angle / (2.0 * np.pi))
        if leads:
            first = place_of(max(start * places - places // 2, 0), layout)
            end_place = place_of(end * places - places // 2, layout)
            end_place = max(end_place, first + 1)
            rotation[0, first:end_place] = angle
            rotation[1, first:end_place] = rate
            rotation[2, first:end_place] = sample
            rotation[3, first:end_place] = source
            rotation[4, first:end_place] = lag
            rotation[5, first:end_place] = bend
        amplitude *= (1.0 + _MISFIT * part * (1.0 - part)) * amount
        more = (ratio - 1.0) * sweep  # so that it sweeps as many cents a second
        if abs(more) > LEAST_SWEEP:
            angle -= BLUR * more
            begin, until = sweep_more(windowed, keep, start, end, more, line, swept)
            turn = moved_by(shift, amplitude, angle)
            _add_region(swept, whole, begin, until, shift, part, turn, out)
        else:
            turn = moved_by(shift, amplitude, angle)
            _add_region(windowed, keep, start, end, shift, part, turn, out)
        start = end


@compiled
def _add_region(windowed, keep, start, end, shift, part, turn, out):  # type: ignore[no-untyped-def]
    """Add a region of a frame, moved by bins and a part of one, and multiplied."""
    n_channels, n_out = out.shape
    lower = turn * np.float32(1.0 - part)
    upper = turn * np.complex64(complex(0.0, -part))  # a bin further, a quarter turn back
    first = min(max(start, -shift), end)
    last = max(min(end, n_out - shift), first)
    for channel in range(n_channels):
        for k in range(start, first):  # below 0 Hz is the mirror image of above
            value = windowed[channel, k] * keep[k]
            to = -(k + shift)
            out[channel, to] += np.conj(value * lower)
            out[channel, to - 1] += np.conj(value * upper)
        previous = np.complex64(0.0)
        for k in range(first, last):
            value = windowed[channel, k] * keep[k]
            out[channel, k + shift] += value * lower + previous * upper
            previous = value
        if last + shift < n_out:
            out[channel, last + shift] += previous * upper
