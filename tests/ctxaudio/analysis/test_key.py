"""The key that a song is in, and the names of keys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio import DataError, Sound
from ctxaudio.analysis.key import Key, key_of
from tests.support.songs import in_key


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("tonic", [0, 1, 4, 6, 9, 11])
def test_a_song_is_in_its_key_however_it_is_tuned(tonic, mode):
    heard = key_of(in_key(tonic, mode, cents=-40.0 + 7.0 * tonic))
    assert heard.key == Key(tonic, mode)
    assert heard.second != heard.key
    assert 0.0 < heard.confidence < 1.0


def test_silence_has_no_key():
    assert key_of(Sound(np.zeros((2, 30_000), np.float32), 22_050)) is None


def test_noise_has_a_key_that_nobody_is_sure_of():
    noise = 0.1 * np.random.default_rng(0).standard_normal((1, 60_000))
    assert key_of(Sound(noise.astype(np.float32), 22_050)).confidence < 0.2


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("C", Key(0)),
        ("F# minor", Key(6, "minor")),
        ("f♯m", Key(6, "minor")),
        ("Bb", Key(10)),
        ("b♭ Major", Key(10, "major")),
        ("b minor", Key(11, "minor")),
        ("bm", Key(11, "minor")),
        (" Abmaj ", Key(8, "major")),
        ("Cb", Key(11)),
        ("B#", Key(0)),
        ("E##", Key(6)),
    ],
)
def test_keys_have_many_names(text, key):
    assert Key.named(text) == key


@pytest.mark.parametrize("text", ["", "H", "C dorian", "A=442", "+5", "minor", "C#minorish", "1"])
def test_what_names_no_key_is_refused(text):
    with pytest.raises(DataError, match="expected a key such as 'F# minor', Bb or Am, got"):
        Key.named(text)


@given(tonic=st.integers(0, 11), mode=st.sampled_from([None, "major", "minor"]))
def test_a_key_is_named_what_it_is_called(tonic, mode):
    assert Key.named(str(Key(tonic, mode))) == Key(tonic, mode)


@given(one=st.integers(0, 11), other=st.integers(0, 11))
def test_the_way_from_key_to_key_is_the_nearest(one, other):
    up = Key(one).up_from(Key(other))
    assert -6 <= up < 6
    assert (other + up) % 12 == one


def test_there_are_twelve_tonics():
    with pytest.raises(DataError, match="tonic must be 0 to 11"):
        Key(12)
