import os
import sys
import threading

import numpy as np
import pytest

from ctxaudio import Sound
from ctxaudio.analysis.load_librosa import _alone
from ctxaudio.analysis.tuning import tuning_cents
from tests.support.signals import chord
from tests.support.songs import in_key


@pytest.mark.parametrize("cents", [-50.0, -49.0, -30.0, 0.0, 20.0, 49.5])
def test_a_song_that_is_off_says_by_how_much(cents):
    found = tuning_cents(in_key(0, "major", cents=cents))
    # At half a semitone, up and down are the same tuning.
    assert abs((found - cents + 50.0) % 100.0 - 50.0) < 0.5


@pytest.mark.parametrize("kind", ["silence", "noise", "clicks", "glide"])
def test_what_has_no_tuning_is_left_alone(kind):
    rng = np.random.default_rng(0)
    time_s = np.arange(4 * 22_050) / 22_050
    samples = {
        "silence": np.zeros(len(time_s)),
        "noise": 0.1 * rng.standard_normal(len(time_s)),
        "clicks": 1.0 * (np.arange(len(time_s)) % 5000 == 0),
        "glide": 0.5 * np.sin(2 * np.pi * 100 * 2.0 ** (0.5 * time_s) * 2 / np.log(2.0)),
    }[kind]
    assert tuning_cents(Sound.from_array(samples, 22_050)) == 0.0


def test_two_channels_are_tuned_as_one():
    tones = chord(seconds=1.0)
    both = Sound(np.repeat(tones.samples[:1], 2, axis=0), tones.sample_rate)
    assert tuning_cents(both) == tuning_cents(Sound(tones.samples[:1], tones.sample_rate))


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
