"""A song that lies on the disk is taught and shifted to the same bits as one in memory."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import ContextShift, load_memory, save_memory, tape_example, what_was_learned
from ctxaudio.sound.stored import StoredSound
from tests.support.command import notes

SONG = notes(seconds=2.5, rate=16_000, channels=2)


@pytest.fixture
def on_disk(monkeypatch):
    """Nothing that may lie on the disk is in memory, and all is done in small parts."""
    monkeypatch.setattr("ctxaudio.sound.stored._MOST_BYTES", 0)
    monkeypatch.setattr("rnn.rows.Rows.__init__.__kwdefaults__", {"most_bytes": 0})
    monkeypatch.setattr("rnn.phrases.memory._MOST_BYTES", 0)
    monkeypatch.setattr("rnn.phrases.memory._AT_A_TIME", 1)
    monkeypatch.setattr("rnn.files.array_file._MOST_BYTES", 0)
    monkeypatch.setattr("ctxaudio.analysis.features._AT_A_TIME", 7)
    monkeypatch.setattr("ctxaudio.synthesis.onsets._BLOCK", 50)
    monkeypatch.setattr("rnn.rows._LEAF", 128)


def stored(song):
    found = StoredSound(song.sample_rate, song.n_channels)
    for block in song.blocks():
        found.append(block)
    return found


@pytest.fixture(scope="module")
def in_memory(tmp_path_factory):
    effect = ContextShift.teach(SONG, threads=1)
    path = tmp_path_factory.mktemp("whole") / "song.memory"
    save_memory(effect.memory, path)
    return effect, path


@pytest.mark.usefixtures("on_disk")
def test_a_song_on_the_disk_is_taught_the_same(in_memory, tmp_path):
    whole, path = in_memory
    song = stored(SONG)
    effect = ContextShift.teach(song, [tape_example(song, s) for s in (-1.0, 1.0)], threads=2)
    assert not isinstance(effect.memory.phrases.readouts.weights, np.ndarray)
    save_memory(effect.memory, tmp_path / "song.memory")
    assert (tmp_path / "song.memory").read_bytes() == path.read_bytes()
    loaded = load_memory(path)
    assert not isinstance(loaded.phrases.readouts.weights, np.ndarray)
    assert what_was_learned(loaded) == what_was_learned(whole.memory)
    any_sound = ContextShift.for_input(loaded).memory.phrases.readouts.weights
    expected = ContextShift.for_input(whole.memory).memory.phrases.readouts.weights
    np.testing.assert_array_equal(any_sound, expected)


@pytest.mark.usefixtures("on_disk")
def test_formants_of_a_song_on_the_disk_are_taught_the_same(monkeypatch):
    knobs = ("pitch", "formants")
    found = ContextShift.teach(stored(SONG), knobs=knobs).memory.phrases.readouts.weights
    monkeypatch.undo()
    expected = ContextShift.teach(SONG, knobs=knobs).memory.phrases.readouts.weights
    assert isinstance(expected, np.ndarray)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.usefixtures("on_disk")
@pytest.mark.parametrize(
    ("context", "options"),
    [
        (5.0, {}),
        (0.0, {}),
        (-3.0, {"speed": 0.8}),
        (4.0, {"drums": "keep"}),
        (4.0, {"drums": "keep", "speed": 1.25}),
    ],
)
def test_a_song_on_the_disk_is_shifted_the_same(in_memory, context, options):
    whole, path = in_memory
    made = StoredSound(SONG.sample_rate, SONG.n_channels)
    ContextShift(load_memory(path)).shift_into(made.append, stored(SONG), context, **options)
    expected = whole(SONG, context, **options)
    np.testing.assert_array_equal(made.read(0, made.n_samples), expected.samples)


def test_an_effect_is_called_with_a_song_on_the_disk_as_with_one_in_memory(in_memory):
    effect, _ = in_memory
    made = effect(stored(SONG), 5.0)
    np.testing.assert_array_equal(made.samples, effect(SONG, 5.0).samples)
