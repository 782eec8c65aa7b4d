import os
import sys
import threading

import numba
import numpy as np
import pytest

from ctxaudio import Sound
from ctxaudio.analysis.load_librosa import _alone, _compiling_late, load_librosa
from ctxaudio.analysis.tuning import tuning_cents
from tests.support.signals import chord


@pytest.mark.parametrize("cents", [-30.0, 0.0, 20.0])
def test_a_chord_that_is_off_says_by_how_much(cents):
    time_s = np.arange(44_100) / 22_050
    pitches = (220.0, 277.18, 329.63, 440.0)
    detuned = [np.sin(2.0 * np.pi * hz * 2.0 ** (cents / 1200.0) * time_s) for hz in pitches]
    # The estimate comes in steps of a cent.
    assert tuning_cents(Sound.from_array(0.1 * np.sum(detuned, 0), 22_050)) == pytest.approx(
        cents, abs=2.0
    )


def test_two_channels_are_tuned_as_one():
    tones = chord(seconds=1.0)
    both = Sound(np.repeat(tones.samples[:1], 2, axis=0), tones.sample_rate)
    assert tuning_cents(both) == tuning_cents(Sound(tones.samples[:1], tones.sample_rate))


def test_what_librosa_compiles_waits_for_a_call(tmp_path):
    before = numba.vectorize
    with _compiling_late(str(tmp_path)):
        assert numba.vectorize is not before

        @numba.vectorize(["float64(float64)"])
        def doubled(x):
            return 2.0 * x

    assert numba.vectorize is before
    assert isinstance(load_librosa().util.utils._localmax, type(doubled))
    assert "_function" not in vars(doubled)
    assert doubled(3.0) == 6.0
    assert "_function" in vars(doubled)


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no locks there")
def test_what_compiles_waits_for_another_that_does(tmp_path):
    import fcntl

    other = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    begun = threading.Event()

    def begin():
        with _alone(str(tmp_path)):
            begun.set()

    thread = threading.Thread(target=begin)
    thread.start()
    assert not begun.wait(0.1)
    os.close(other)
    assert begun.wait(10.0)
    thread.join()
