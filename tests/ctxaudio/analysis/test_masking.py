"""What is masked: a plain twin that compares each peak with every other of its frame."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio.analysis.masking import _BELOW_DB, _DOWN_DB, _UP_DB, bark, is_masked

peak = st.tuples(st.integers(0, 3), st.floats(20.0, 20_000.0), st.floats(-120.0, 0.0))


def plain(frame, hertz, power):
    masked = np.zeros(len(frame), bool)
    level_db = 10.0 * np.log10(power)
    for i in range(len(frame)):
        for j in range(len(frame)):
            if i == j or frame[i] != frame[j]:
                continue
            apart = bark(hertz[i]) - bark(hertz[j])
            falls = _UP_DB * apart if j < i else -_DOWN_DB * apart
            masked[i] |= level_db[i] < level_db[j] - _BELOW_DB - falls - 1e-9
    return masked


def arrays(peaks):
    frame, hertz, level_db = np.array(sorted(peaks), float).reshape(-1, 3).T
    return frame.astype(np.int64), hertz, 10.0 ** (level_db / 10.0)


@given(st.lists(peak, max_size=40))
def test_it_is_as_comparing_all_with_all_says(peaks):
    frame, hertz, power = arrays(peaks)
    np.testing.assert_array_equal(is_masked(frame, hertz, power), plain(frame, hertz, power))


@given(st.lists(peak, min_size=1, max_size=20), st.floats(1e-3, 1e3))
def test_it_depends_on_no_scale_and_leaves_the_loudest(peaks, scale):
    frame, hertz, power = arrays(peaks)
    masked = is_masked(frame, hertz, power)
    # What lies on a threshold may be rounded to either side.
    assert np.count_nonzero(masked != is_masked(frame, hertz, scale * power)) <= len(peaks) // 10
    for each in np.unique(frame):
        here = frame == each
        assert not masked[here][np.argmax(power[here])]


def test_a_louder_one_masks_more_of_what_is_above_it():
    near = np.array([0.0, 0.0])
    hz = np.array([1000.0, 1170.0])  # a Bark apart
    assert not is_masked(near, hz, np.array([1.0, 1e-3])).any()
    assert is_masked(near, hz, np.array([1.0, 10.0**-3.6])).tolist() == [False, True]
    assert not is_masked(near, hz, np.array([10.0**-3.6, 1.0])).any()
    assert is_masked(near, hz, np.array([10.0**-5.2, 1.0])).tolist() == [True, False]


def test_frames_do_not_mask_each_other():
    frame = np.array([0, 1])
    assert not is_masked(frame, np.array([440.0, 441.0]), np.array([1.0, 1e-9])).any()
