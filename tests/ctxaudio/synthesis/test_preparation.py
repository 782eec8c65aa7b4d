"""What is known of a sound before it is moved: its windows, its onsets, and where it is noise."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.synthesis.choice import band_sums
from ctxaudio.synthesis.noise import noise_edges
from ctxaudio.synthesis.onsets import NEVER, find_onsets
from ctxaudio.synthesis.preparation import PreparationState, prepare
from ctxaudio.synthesis.resolution import Resolution, Span
from ctxaudio.synthesis.spectra import take_spectra
from tests.support.signals import RATE, sine

RESOLUTION = Resolution(sample_rate=RATE, frames=FrameConfig())
HOP = RESOLUTION.frames.hop
N_STEPS = 120


def prepared(samples, resolution=RESOLUTION):
    """Steps of a sound, the first centred half of what it needs after its beginning."""
    state = PreparationState.begin(0, resolution)
    n_steps = (samples.shape[1] - resolution.needed) // HOP + 1
    (ready,), _ = prepare(samples.astype(np.float32), n_steps, resolution, state)
    return ready


def lasting(n_steps=N_STEPS):
    """Samples that so many steps take."""
    return (n_steps + RESOLUTION.wait - 1) * HOP + RESOLUTION.needed


def favourite(ready, hz, steps=slice(30, 90)):
    """The window that makes the most of the range around a frequency, and how much, in the mean."""
    band = np.argmin(np.abs(RESOLUTION.bands_hz - hz))
    weight = ready.weight[steps, :, band].mean(axis=0)
    return RESOLUTION.windows[np.argmax(weight)], weight.max()


@pytest.fixture(scope="module")
def clicks():
    samples = np.zeros((1, lasting()))
    samples[0, RESOLUTION.needed // 2 + 5 * HOP :: 30 * HOP] = 0.9
    return prepared(samples)


def test_all_that_windows_make_of_a_range_is_one(rng):
    """Where they are not evened out, for then it is so over time and not in each step."""
    alone = replace(RESOLUTION, evens_out=False)
    for ready in (prepared(0.1 * rng.standard_normal((n, lasting())), alone) for n in (1, 2)):
        np.testing.assert_allclose(ready.weight.sum(axis=1), 1.0, rtol=1e-12)
        assert not ready.weight.transpose(1, 2, 0)[~RESOLUTION.allowed].any()


@pytest.mark.parametrize(("hz", "longest"), [(220.0, 16_384), (3_000.0, 8_192), (9_000.0, 4_096)])
def test_a_steady_partial_is_made_by_the_longest_window_of_its_range(hz, longest):
    samples = sine(hz, seconds=lasting() / RATE)[None]
    window, share = favourite(prepared(samples), hz)
    assert window == longest
    assert share > 0.95


def test_around_a_click_the_shortest_window_sounds(clicks):
    window, share = favourite(clicks, 5_000.0, slice(4, 7))
    assert window == 1_024
    assert share > 0.95


@pytest.mark.parametrize(("swing_hz", "longest"), [(0.5, 16_384), (6.0, 2_048)])
def test_the_faster_a_pitch_moves_the_shorter_the_window(swing_hz, longest):
    time_s = np.arange(lasting()) / RATE
    pitch_hz = 1_000.0 * 2.0 ** (np.sin(2.0 * np.pi * swing_hz * time_s) / 12.0)
    samples = 0.4 * np.sin(2.0 * np.pi * np.cumsum(pitch_hz) / RATE)[None]
    window, _ = favourite(prepared(samples), 1_000.0)
    assert window <= longest


def test_the_sums_of_a_range_are_those_of_its_triangle(rng):
    samples = rng.standard_normal((2, RESOLUTION.needed + 7 * HOP)).astype(np.float32)
    spectra = take_spectra(samples, 0, 8, RESOLUTION)
    sums = band_sums(spectra.power, 0, 8, RESOLUTION)
    hz = RESOLUTION.bands_hz
    for i, power in enumerate(spectra.power):
        bins_hz = np.arange(power.shape[1]) * RATE / (2 * RESOLUTION.windows[i])
        # The highest range has all that is above its centre as well.
        triangles = np.array([np.interp(bins_hz, hz, np.eye(len(hz))[b]) for b in range(len(hz))])
        steps = RESOLUTION.steps_of(i, 0, len(power))
        plain = np.zeros(sums[:, i].shape)
        for frame, step in enumerate(steps):
            plain[step, :, 0] += triangles @ power[frame].astype(np.float64)
            plain[step, :, 1] += triangles @ np.sqrt(power[frame].astype(np.float64))
        np.testing.assert_allclose(sums[:, i], plain, rtol=1e-6, atol=1e-12)


def test_spectra_are_those_of_windowed_frames(rng):
    samples = rng.standard_normal((2, RESOLUTION.needed + 7 * HOP)).astype(np.float32)
    spectra = take_spectra(samples, 4, 8, RESOLUTION)
    for i, (window, hop) in enumerate(zip(RESOLUTION.windows, RESOLUTION.hops, strict=True)):
        hann = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(window) / window)
        n_bins = spectra.windowed[i].shape[2]
        frames = RESOLUTION.first_of(i, 4) + np.arange(len(spectra.power[i]))
        for frame, number in enumerate(frames):
            start = number * hop - window // 2 - (4 * HOP - RESOLUTION.needed // 2)
            plain = np.fft.rfft(samples[:, start : start + window] * hann / window, 2 * window)
            found = spectra.windowed[i][frame]
            np.testing.assert_allclose(found, plain[:, :n_bins], atol=1e-6)


# Onsets


def test_an_onset_is_found_to_a_few_milliseconds():
    at = RESOLUTION.needed // 2 + 40 * HOP + 77
    samples = np.zeros((1, lasting()))
    samples[0, at:] = sine(600.0, seconds=2.0)[: lasting() - at]
    ready = prepared(samples)
    found = np.unique(ready.onsets[ready.onsets != NEVER])
    assert len(found) == 1
    # A step's centre is half of what it needs after its first sample.
    assert abs(found[0] + RESOLUTION.needed // 2 - at) < 0.005 * RATE
    # All steps are told of it that have a frame it may be in.
    told = np.flatnonzero((ready.onsets != NEVER).any(axis=(1, 2)))
    assert told.min() < found[0] // HOP - 2
    assert told.max() >= found[0] // HOP + RESOLUTION.reach - 1


def test_what_goes_on_has_no_onset():
    ready = prepared(sine(600.0, seconds=lasting() / RATE)[None])
    inside = ready.onsets[RESOLUTION.reach + 20 :]
    assert np.all(inside == NEVER)


@settings(max_examples=20)
@given(
    onsets=st.lists(st.integers(20, 380), min_size=1, max_size=6, unique=True),
    scale=st.floats(1e-6, 1e6),
)
def test_steps_of_any_height_are_onsets(onsets, scale):
    onsets = sorted(onsets)
    assume(all(b - a > 40 for a, b in itertools.pairwise(onsets)))
    level = np.zeros((400, 3))
    for onset in onsets:
        level[onset : onset + 25] = scale
    found = find_onsets(level, 0, 1)
    assert len(found) == len(onsets)
    assert np.abs(found - np.array(onsets)).max() <= 2


# Noise


@pytest.mark.parametrize("n_channels", [1, 2])
def test_noise_is_noise_and_a_chord_is_none(n_channels, rng):
    noise = prepared(0.1 * rng.standard_normal((n_channels, lasting()))).noise[20:]
    middle = (noise_edges(RESOLUTION)[1:] * RATE / 8192) < 19_000.0
    assert noise[:, middle].mean() > 0.97
    chord = sum(sine(hz, seconds=lasting() / RATE, amplitude=0.1) for hz in (261.6, 329.6, 392.0))
    assert prepared(np.repeat(chord[None], n_channels, axis=0)).noise[20:, :4].max() == 0.0


def test_a_wide_vibrato_is_no_noise():
    time_s = np.arange(lasting()) / RATE
    phase = 2 * np.pi * np.cumsum(220.0 * 2.0 ** (np.sin(2 * np.pi * 7.0 * time_s) / 12.0)) / RATE
    tone = sum(np.cos(n * phase + n**2) / n for n in range(1, 40))
    ready = prepared(0.1 * tone[None])
    edges_hz = noise_edges(RESOLUTION) * RATE / 8192
    partials = (edges_hz[1:] < 6_000.0) & (edges_hz[:-1] > 300.0)
    assert ready.noise[30:][:, partials].max() < 0.5


# Windows


@pytest.mark.parametrize(
    "spans",
    [
        (Span(length=2.0),),
        (Span(length=4.0), Span(length=1.0)),
        (Span(length=0.5), Span(length=1.0)),
        (),
    ],
)
def test_windows_that_do_not_fit_each_other_are_refused(spans):
    with pytest.raises(ValueError, match="each window must be half of the one before"):
        Resolution(sample_rate=RATE, frames=FrameConfig(), spans=spans)


@given(rate=st.integers(8_000, 384_000))
def test_any_rate_has_windows(rate):
    resolution = Resolution(sample_rate=rate, frames=FrameConfig.for_rate(rate))
    assert resolution.windows[resolution.base] == resolution.frames.window
    assert all(
        hop * span.overlap == window
        for hop, span, window in zip(
            resolution.hops, resolution.spans, resolution.windows, strict=True
        )
    )
    assert resolution.allowed[resolution.base].all()
    assert resolution.reach * resolution.frames.hop * 2 == resolution.longest
