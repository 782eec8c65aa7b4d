"""What sweeps through a frame sweeps as many cents a second where it is moved to."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import Field, Sound
from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.frames import FrameConfig, hann
from ctxaudio.synthesis.generator import generate
from ctxaudio.synthesis.resolution import Resolution
from ctxaudio.synthesis.sweep import SWEEP_ROOM, ahead_by, sweep_more, sweep_of
from tests.support.signals import RATE

WINDOW = 2048
TIME = (np.arange(WINDOW) - WINDOW // 2) / (WINDOW // 2)  # from -1 to 1
PEAK = 400


def partial(radians, *, bins=0.0):
    """A partial in the middle of a frame, not windowed, (time,) complex."""
    return np.exp(1j * (np.pi / 2.0 * (PEAK + bins) * TIME + radians * TIME**2))


def spectrum(frame):
    """Under a Hann window, one channel."""
    return np.fft.fft(frame * hann(WINDOW), 2 * WINDOW)[None, : WINDOW + 1].astype(np.complex64)


def peak_of(windowed):
    return int(np.argmax(np.abs(windowed[0])))


@pytest.mark.parametrize("radians", [-6.0, -2.0, -0.5, 0.0, 0.5, 2.0, 6.0])
@pytest.mark.parametrize("bins", [0.0, 0.4])
def test_how_far_a_partial_sweeps_is_found(radians, bins):
    windowed = spectrum(partial(radians, bins=bins))
    found = sweep_of(windowed, peak_of(windowed))
    assert found == pytest.approx(radians, rel=0.1, abs=1e-3)


def test_channels_are_looked_at_together():
    left, right = spectrum(partial(3.0)), 0.1j * spectrum(partial(3.0))
    both = np.concatenate([left, right])
    assert sweep_of(both, PEAK) == pytest.approx(sweep_of(left, PEAK), rel=1e-4)


def test_silence_edges_and_a_beat_do_not_sweep():
    silent = np.zeros((2, WINDOW + 1), np.complex64)
    assert sweep_of(silent, PEAK) == 0.0
    for edge in (0, 1, WINDOW - 1, WINDOW):
        assert sweep_of(spectrum(partial(2.0)), edge) == 0.0
    beating = spectrum(partial(0.0, bins=-1.5) + partial(0.0, bins=1.5))
    assert sweep_of(beating, peak_of(beating)) == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("beside", [-1, 1])
def test_the_frequency_beside_the_middle_is_that_of_another_moment(beside):
    windowed = spectrum(partial(6.0))
    assert 0.6 < beside * ahead_by(windowed, PEAK + beside, 6.0) < 1.0
    assert abs(ahead_by(windowed, PEAK, 6.0)) < 0.01


@pytest.mark.parametrize(("was", "more"), [(0.0, 1.0), (1.0, -2.0), (3.0, 3.0), (4.0, -4.0)])
def test_a_region_is_made_to_sweep_more(was, more):
    windowed = spectrum(partial(was))
    wanted = spectrum(partial(was + more))
    swept = np.full_like(windowed, np.nan)
    start, end = PEAK - 30, PEAK + 31
    line = np.zeros(WINDOW + 1 + SWEEP_ROOM, np.complex64)
    keep = np.ones(WINDOW + 1, np.float32)
    first, last = sweep_more(windowed, keep, start, end, more, line, swept)
    assert (first, last) == (start - 4, end + 4)
    frames = [np.zeros(2 * WINDOW, complex) for _ in range(2)]
    frames[0][first:last], frames[1][first:last] = swept[0, first:last], wanted[0, first:last]
    made, true = (np.fft.ifft(frame)[:WINDOW] * hann(WINDOW) for frame in frames)
    assert np.linalg.norm(made - true) < 0.02 * np.linalg.norm(true)


@pytest.mark.parametrize(("semitones", "most"), [(-5.0, 0.04), (12.0, 0.1)])
def test_a_vibrato_keeps_its_level_and_its_width(semitones, most):
    n_samples, ratio = RATE, 2.0 ** (semitones / 12.0)
    swing = 0.5 * np.sin(2.0 * np.pi * 5.5 * np.arange(n_samples) / RATE)
    phase = 2.0 * np.pi * np.cumsum(3_000.0 * 2.0 ** (swing / 12.0)) / RATE
    song = Sound(0.3 * np.cos(phase)[None], RATE)
    frames, bands = FrameConfig(), BandConfig.for_rate(RATE)
    rows = np.zeros((frames.n_frames(n_samples), bands.n_bands))
    resolution = Resolution(sample_rate=RATE, frames=frames)
    made = generate(song, Field(rows + semitones, rows), resolution, bands).samples[0]
    # The amplitude, and what phase there is beyond that of the truth, at moments of 6 ms.
    turned = made * np.exp(-1j * ratio * phase) * 2.0
    found = np.convolve(turned, np.hanning(257) / 128.0, "valid")[RATE // 8 : -RATE // 8]
    assert np.abs(20.0 * np.log10(np.abs(found) / 0.3)).max() < 0.6
    assert np.angle(found * np.conj(found.mean())).std() < most
