"""``ctxaudio shift --speed``: how long the result is, how it is named, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ctxaudio import ContextShift, DataError, load_memory, load_sound
from tests.support.command import ctxaudio, failed, notes, write


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    """A song, and what was taught of it."""
    folder = tmp_path_factory.mktemp("learned")
    write(folder / "song.wav", notes(channels=2))
    memory = folder / "song.memory"
    assert ctxaudio("teach", folder / "song.wav", "-o", memory, "-q").code == 0
    return folder / "song.wav", memory


@pytest.mark.parametrize(
    ("semitones", "speed", "name"),
    [("0", "0.8", "song-x0.8.wav"), ("+5", "2", "song+5st-x2.wav"), ("+5", "1", "song+5st.wav")],
)
def test_the_result_is_as_long_as_the_speed_says(
    learned, tmp_path, monkeypatch, semitones, speed, name
):
    monkeypatch.chdir(tmp_path)
    song, memory = learned
    result = ctxaudio("shift", song, semitones, "--speed", speed, "-m", memory, "--json")
    assert result.code == 0, result.err
    said = json.loads(result.out)
    assert said["speed"] == float(speed)
    assert said["output"] == name
    made, original = load_sound(name)[0], load_sound(song)[0]
    assert made.samples.shape[1] == round(original.samples.shape[1] / float(speed))


@pytest.mark.parametrize(
    ("speed", "because"),
    [
        ("0.1", "expected a speed of 0.25 to 4, got 0.1."),
        ("80", "got 80. Did you mean 0.8?"),
        ("nan", "expected a speed of 0.25 to 4, got nan."),
        ("slow", "expected a speed such as 0.8 or 1.25, got 'slow'."),
    ],
)
def test_a_speed_that_is_none_is_one_line(learned, speed, because):
    song, _ = learned
    assert because in failed(ctxaudio("shift", song, "0", "--speed", speed), 2)


def test_from_python_the_same(learned):
    song, _ = load_sound(learned[0])
    effect = ContextShift(load_memory(learned[1]))
    slow = effect(song, 5.0, speed=0.8)
    assert slow.samples.shape == (2, round(song.samples.shape[1] / 0.8))
    array = effect(song.samples.T, song.sample_rate, 5.0, speed=0.8, layout="channels_last")
    np.testing.assert_array_equal(array.T, slow.samples)
    once = effect(song, 5.0)
    np.testing.assert_array_equal(effect(song, 5.0, speed=1.0).samples, once.samples)
    for speed in (0.2, 4.5, np.nan):
        with pytest.raises(DataError, match=r"the speed must lie between 0\.25 and 4, got"):
            effect(song, 5.0, speed=speed)
    with pytest.raises(DataError, match=r"got 125\. Did you mean 1\.25\?"):
        effect(song, 5.0, speed=125)


def test_progress_counts_every_step_once(learned):
    song, _ = load_sound(learned[0])
    effect, done = ContextShift(load_memory(learned[1])), []
    effect(song, 0.0, speed=1.25, progress=done.append)
    assert sum(done) == effect.n_steps(song, speed=1.25)


def test_what_comes_in_is_as_fast_as_it_comes(learned):
    asked = ("live", "--input", "--no-ui", "--memory", learned[1], "--speed", "0.5")
    assert "--speed goes with a song" in failed(ctxaudio(*asked), 2)
