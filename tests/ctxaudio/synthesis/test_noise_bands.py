"""Noise of bands: made as loud as it was measured, alike as it was, and in parts as at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio.analysis.bands import REFERENCE_HZ
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.analysis.load_librosa import load_librosa
from ctxaudio.analysis.noise_bands import LOOKS, N_BANDS, SILENT_DB, band_pitches, noise_bands
from ctxaudio.synthesis.noise_bands import NoiseState, _shape, make_noise
from tests.support.signals import LOW_RATE, RATE, power_db

WINDOW = FrameConfig.for_rate(LOW_RATE).hop
NONE = np.zeros(0, np.int64)


def bands_hz(rate, n_looks):
    return np.tile(REFERENCE_HZ * 2.0 ** (band_pitches(rate) / 12.0), (n_looks, 1))


def made_of(level_db, likeness, *, opens=None, rate=LOW_RATE, state=None, rng=None):
    n_channels, n_looks, _ = level_db.shape
    window = FrameConfig.for_rate(rate).hop
    opens = np.zeros(n_looks, np.int64) if opens is None else opens
    state = state or NoiseState.zeros(n_channels, window)
    rng = rng or np.random.default_rng(1)
    return make_noise(level_db, likeness, bands_hz(rate, n_looks), opens, window, rate, state, rng)


def measured(samples, rate):
    """Of whole frames of a sound, none near an end."""
    frames = FrameConfig.for_rate(rate)
    n_frames = samples.shape[1] // frames.hop - 2 * frames.window // frames.hop
    used = samples[:, : (n_frames + 16) * frames.hop]
    return noise_bands(used, np.zeros_like(used), NONE, n_frames, frames, rate)


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 192_000])
def test_bands_are_those_of_librosa(rate):
    hertz = load_librosa().mel_frequencies(N_BANDS + 2, fmin=0.0, fmax=rate / 2.0)[1:-1]
    np.testing.assert_allclose(bands_hz(rate, 1)[0], hertz, rtol=1e-9)


def mean_db(level_db):
    """Of each channel and band (channel, band)."""
    return 10.0 * np.log10((10.0 ** (level_db / 10.0)).mean(axis=(1, 2)))


@pytest.mark.parametrize("rate", [LOW_RATE, RATE])
@pytest.mark.parametrize("likeness", [0.0, 0.5, 1.0])
def test_noise_comes_back_at_its_level_and_as_alike(rate, likeness, rng):
    n = 4 * rate
    common, *own = rng.standard_normal((3, n))
    noise = [np.sqrt(likeness) * common + np.sqrt(1.0 - likeness) * each for each in own]
    samples = 0.1 * np.array(noise) * np.array([[1.0], [0.5]])
    there = measured(samples, rate)
    n_frames = there.level_db.shape[1]
    level_db = np.broadcast_to(mean_db(there.level_db)[:, None], (2, n_frames * LOOKS, N_BANDS))
    alike = np.broadcast_to(there.likeness.mean(axis=0), (n_frames * LOOKS, N_BANDS))
    made, _ = made_of(level_db, alike, rate=rate)
    back = measured(made, rate)
    # The lowest bands have a bin or two, and so few values to take a mean of.
    off = mean_db(back.level_db) - mean_db(there.level_db)
    assert np.abs(off[:, 4:-1]).max() < 0.5
    assert np.abs(off[:, :-1].mean(axis=1)).max() < 0.1
    assert there.likeness.mean() == pytest.approx(likeness, abs=0.2)
    assert back.likeness.mean() == pytest.approx(there.likeness.mean(), abs=0.1)


def test_levels_are_those_of_a_bin_of_a_hann_window(rng):
    """White noise of variance v has v times the sum of the window's squares in each."""
    samples = 0.1 * rng.standard_normal((1, 4 * LOW_RATE))
    expected = 10.0 * np.log10(0.01 * 0.375 * WINDOW)
    assert np.abs(mean_db(measured(samples, LOW_RATE).level_db) - expected).mean() < 0.2


def test_noise_is_as_loud_as_its_levels_say():
    level_db = np.full((1, 2_000, N_BANDS), 10.0 * np.log10(0.01 * 0.375 * WINDOW))
    made, _ = made_of(level_db, np.zeros((2_000, N_BANDS)))
    # Above the last band's centre there is none.
    room = bands_hz(LOW_RATE, 1)[0, -1] / (LOW_RATE / 2)
    assert power_db(made) == pytest.approx(-20.0 + 10.0 * np.log10(room), abs=0.2)


def test_sinusoids_leave_no_noise(rng):
    """What a model of them misses, by half of their power, counts as theirs."""
    frames = FrameConfig.for_rate(LOW_RATE)
    n = 40 * frames.hop + 2 * frames.window
    tone = 0.5 * np.sin(2.0 * np.pi * 700.0 * np.arange(n) / LOW_RATE)[None]
    noise = noise_bands(0.05 * tone, tone, NONE, 40, frames, LOW_RATE)
    assert (noise.level_db == SILENT_DB).all()


def test_what_a_window_sees_of_an_onset_before_it_comes_does_not_count(rng):
    frames = FrameConfig.for_rate(LOW_RATE)
    onset = 20 * frames.hop + 7
    samples = rng.standard_normal((1, 40 * frames.hop + 2 * frames.window))
    samples[:, : onset + frames.window] = 0.0
    for onsets, is_silent in ((np.array([onset]), True), (NONE, False)):
        there = noise_bands(samples, np.zeros_like(samples), onsets, 40, frames, LOW_RATE)
        looks = there.level_db.reshape(-1, N_BANDS)
        before = looks[: -(-onset * LOOKS // frames.hop)]
        assert (before == SILENT_DB).all() == is_silent
        assert looks[-(-onset * LOOKS // frames.hop) :].min() > -60.0


@pytest.mark.parametrize("onsets", [[], [5], [10 * WINDOW + 3], [10 * WINDOW], [10 * WINDOW - 40]])
def test_where_blocks_end_does_not_matter_to_what_is_measured(onsets, rng):
    frames, onsets = FrameConfig.for_rate(LOW_RATE), np.array(onsets, np.int64)
    left, tones = rng.standard_normal((2, 2, 20 * WINDOW + 2 * frames.window)) * [[[0.1]], [[0.03]]]
    begin, around = 10 * WINDOW, 2 * frames.window
    whole = noise_bands(left, tones, onsets, 20, frames, LOW_RATE)
    parts = [
        noise_bands(part[0], part[1], when, 10, frames, LOW_RATE)
        for part, when in (
            ((left[:, : begin + around], tones[:, : begin + around]), onsets),
            ((left[:, begin:], tones[:, begin:]), onsets - begin),
        )
    ]
    for ours, theirs, axis in zip(zip(*parts, strict=True), whole, (1, 0), strict=True):
        np.testing.assert_array_equal(np.concatenate(ours, axis=axis), theirs)


@given(st.integers(1, 19), st.integers(0, 2**32 - 1))
def test_split_is_whole(at, seed):
    rng = np.random.default_rng(seed)
    level_db = rng.uniform(SILENT_DB, 0.0, (2, 20, N_BANDS))
    likeness, opens = rng.random((20, N_BANDS)), rng.integers(0, WINDOW, 20)
    whole, _ = made_of(level_db, likeness, opens=opens, rng=np.random.default_rng(seed))
    draws = np.random.default_rng(seed)
    first, state = made_of(level_db[:, :at], likeness[:at], opens=opens[:at], rng=draws)
    rest = slice(at, None)
    second, _ = made_of(
        level_db[:, rest], likeness[rest], opens=opens[rest], state=state, rng=draws
    )
    assert np.concatenate([first, second], axis=1).tobytes() == whole.tobytes()


def test_what_opens_is_silent_before(rng):
    step, n_looks, at = WINDOW // 4, 40, 20
    opens = np.zeros(n_looks, np.int64)
    onset = at * step + WINDOW // 2 + 5  # in samples of what is made
    opens[:] = np.clip(onset - np.arange(n_looks) * step, 0, WINDOW)
    made, _ = made_of(np.zeros((2, n_looks, N_BANDS)), np.zeros((n_looks, N_BANDS)), opens=opens)
    assert not made[:, :onset].any()
    assert made[:, onset : onset + step].any()


def test_silence_is_silent():
    level_db = np.full((2, 8, N_BANDS), SILENT_DB + 5.0)  # as nearly as a network recalls it
    made, state = made_of(level_db, np.ones((8, N_BANDS)))
    assert not made.any()
    assert not state.tail.any()


def plain(drawn, amplitude, likeness, hertz, bin_hz):
    n_channels, n_looks, _ = amplitude.shape
    out = np.zeros((n_channels, n_looks, drawn.shape[2], 2), np.float32)
    at = np.arange(drawn.shape[2]) * bin_hz
    for look in range(n_looks):
        alike = np.interp(at, hertz[look], likeness[look])[:, None]
        for channel in range(n_channels):
            size = np.interp(at, hertz[look], amplitude[channel, look], right=0.0)[:, None]
            both = np.sqrt(alike) * drawn[look, 0] + np.sqrt(1.0 - alike) * drawn[look, 1 + channel]
            out[channel, look] = size * both
    return out


@given(st.integers(0, 2**32 - 1))
def test_bins_are_shaped_as_by_the_plain_twin(seed):
    rng = np.random.default_rng(seed)
    drawn = rng.standard_normal((3, 3, 40, 2)).astype(np.float32)
    amplitude, likeness = rng.random((2, 3, 6)), rng.random((3, 6))
    hertz = np.sort(rng.uniform(0.0, 500.0, (3, 6)), axis=1)
    out = np.zeros((2, 3, 40, 2), np.float32)
    _shape(drawn, amplitude, likeness, hertz, 10.0, out)
    np.testing.assert_allclose(out, plain(drawn, amplitude, likeness, hertz, 10.0), atol=1e-5)
