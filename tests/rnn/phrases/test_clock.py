"""The clock tells the place in a phrase, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn import ClockConfig, clock_signal

configs = st.integers(1, 64).flatmap(
    lambda n: st.builds(ClockConfig, n_frames=st.just(n), n_bumps=st.integers(1, n))
)


@given(config=configs, start=st.integers(0, 500), n=st.integers(0, 80), turns=st.integers(1, 9))
def test_it_repeats_after_a_phrase(config, start, n, turns):
    later = clock_signal(config, start + turns * config.n_frames, n)
    np.testing.assert_array_equal(clock_signal(config, start, n), later)


@given(config=configs, start=st.integers(0, 200), n=st.integers(0, 80))
def test_a_later_start_is_a_later_part(config, start, n):
    whole = clock_signal(config, 0, start + n)
    np.testing.assert_array_equal(clock_signal(config, start, n), whole[start:])
    assert whole.shape == (start + n, config.n_bumps)


def test_every_frame_of_a_phrase_is_told_from_every_other():
    signal = clock_signal(ClockConfig(), 0, 128)
    distance = np.linalg.norm(signal[:, None] - signal, axis=2)
    assert distance[~np.eye(128, dtype=bool)].min() > 0.1


def test_each_bump_peaks_at_its_own_place_and_falls_off_evenly_around_the_circle():
    signal = clock_signal(ClockConfig(n_frames=32, n_bumps=8), 0, 32)
    np.testing.assert_array_equal(signal.argmax(axis=0), np.arange(8) * 4)
    np.testing.assert_allclose(signal.max(axis=0), 1.0)
    # One bump's distance away, one standard deviation; the last bump is the first one's neighbour.
    np.testing.assert_allclose(signal[0, [1, 7]], np.exp(-0.5))
    for bump in range(8):
        np.testing.assert_allclose(np.roll(signal[:, 0], 4 * bump), signal[:, bump])


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"n_frames": 0}, "n_frames"),
        ({"n_frames": -3}, "n_frames"),
        ({"n_bumps": 0}, "n_bumps"),
        ({"n_frames": 8, "n_bumps": 9}, "n_bumps"),
    ],
)
def test_a_bad_value_is_named(values, name):
    with pytest.raises(ValueError, match=f"^{name} must .*got {values[name]}"):
        ClockConfig(**values)
