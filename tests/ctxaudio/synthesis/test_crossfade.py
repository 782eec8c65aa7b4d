"""Windows that take turns add up to one window, in weights and in sound."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio.analysis.frames import FrameConfig, hann
from ctxaudio.synthesis.crossfade import Crossfade, even_out
from ctxaudio.synthesis.resolution import Resolution
from tests.support.signals import RATE, mono, moved, sine

RESOLUTION = Resolution(sample_rate=RATE, frames=FrameConfig.for_rate(RATE))
N_STEPS = 200
HIGH = 8  # a range in which every window is allowed


def of_windows(which):
    """Weights (step, window, band) of one window at a time, (step,) of them."""
    n_windows, n_bands = RESOLUTION.allowed.shape
    return np.repeat(np.eye(n_windows)[which][:, :, None], n_bands, axis=2)


def evened(chosen, sizes=(N_STEPS,)):
    state, parts, start = Crossfade.begin(0, RESOLUTION), [], 0
    for size in sizes:
        part, state = even_out(chosen[start : start + size], RESOLUTION, state)
        parts.append(part)
        start += size
    return np.concatenate(parts)


def heard(weights):
    """(sample,) how much all frames of some weights (step, window) add up to, plainly."""
    hop, longest = RESOLUTION.frames.hop, RESOLUTION.longest
    out = np.zeros(len(weights) * hop + longest)
    for i, (window, own) in enumerate(zip(RESOLUTION.windows, RESOLUTION.hops, strict=True)):
        shape = hann(window).astype(np.float64) ** 2 * own / window / 0.375
        for centre in range(0, len(weights) * hop, own):
            begin = centre + longest // 2 - window // 2
            out[begin : begin + window] += weights[centre // hop, i] * shape
    return out[longest : len(weights) * hop]


def turns(rng):
    """Windows that take turns of 8 to 40 steps each."""
    which = []
    while len(which) < N_STEPS:
        which += [int(rng.integers(len(RESOLUTION.windows)))] * int(rng.integers(8, 40))
    return np.array(which[:N_STEPS])


def test_windows_that_take_turns_add_up(rng):
    for _ in range(5):
        chosen = of_windows(turns(rng))
        plain, even = heard(chosen[..., HIGH]), heard(evened(chosen)[..., HIGH])
        assert np.abs(even - 1.0).max() < 0.2
        assert np.abs(plain - 1.0).max() > 2.0 * np.abs(even - 1.0).max()
        assert np.sqrt(np.mean((even - 1.0) ** 2)) < 0.03


@pytest.mark.parametrize("window", range(5))
def test_a_window_that_is_alone_stays_alone(window):
    even = evened(of_windows(np.full(N_STEPS, window)))[2 * RESOLUTION.crossfade_steps :]
    np.testing.assert_allclose(even, of_windows(np.full(len(even), window)), atol=1e-6)


def test_what_is_not_chosen_anywhere_makes_nothing(rng):
    which = turns(rng)
    which[which == 1] = 3
    assert (evened(of_windows(which))[:, 1] == 0.0).all()


def test_any_split_gives_the_same_weights(rng):
    chosen = of_windows(turns(rng))
    np.testing.assert_array_equal(evened(chosen, (1, 70, 9, N_STEPS - 80)), evened(chosen))


def test_it_waits_for_as_long_as_it_says():
    reach = RESOLUTION.crossfade_steps
    assert len(evened(of_windows(np.zeros(N_STEPS, int)))) == N_STEPS - reach
    assert RESOLUTION.wait == RESOLUTION.look_ahead + reach


@pytest.mark.parametrize("hz", [220.0, 1760.0])
def test_a_tone_that_begins_at_once_is_level_from_then_on(hz):
    """With weights that only sum to 1 in each step it is 1.4 dB too loud, and then too soft."""
    samples = sine(hz, seconds=1.5)
    samples[: RATE // 2] = 0.0
    made = moved(mono(samples), 5.0).samples[0].astype(np.float64)
    block = RATE // 50
    levels = np.sqrt(np.mean(made[: len(made) // block * block].reshape(-1, block) ** 2, axis=1))
    after = levels[26:70]  # from 20 ms after the onset on
    assert np.abs(20.0 * np.log10(after / (0.5 / np.sqrt(2.0)))).max() < 0.7
