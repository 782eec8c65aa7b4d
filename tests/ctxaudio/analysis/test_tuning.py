import os
import sys
import threading
import warnings

import numpy as np
import pytest

from ctxaudio import Sound
from ctxaudio.analysis.load_librosa import _alone, load_librosa
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


@pytest.mark.parametrize("n", [1, 600, 22_050])
def test_it_is_what_librosa_says_of_the_whole(monkeypatch, rng, n):
    monkeypatch.setattr("ctxaudio.analysis.tuning._AT_A_TIME", 3)
    samples = chord(seconds=1.0).samples[:, :n] + 0.05 * rng.standard_normal((2, n))
    sound = Sound(samples, 22_050)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a window longer than the sound
        whole = load_librosa().estimate_tuning(y=sound.samples.mean(axis=0), sr=22_050)
    assert tuning_cents(sound) == 100.0 * whole


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
