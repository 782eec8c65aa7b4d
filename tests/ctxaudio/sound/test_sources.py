"""A sound that is read part by part is the sound: wherever it lies, in whatever order."""

from __future__ import annotations

import errno
import io

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxaudio import DataError, Sound, load_sound, true_peak
from ctxaudio.analysis.tape import TapeVersion
from ctxaudio.sound.files import open_sound
from ctxaudio.sound.source import Divided, Excerpt
from ctxaudio.sound.stored import StoredSound
from tests.ctxaudio.sound.test_files import FORMATS, WHOLE

RATE = 8_000


def noise(n, channels=2, seed=0):
    rng = np.random.default_rng(seed)
    return Sound(0.3 * rng.standard_normal((channels, n)), RATE)


def stored(sound, cuts=()):
    found = StoredSound(sound.sample_rate, sound.n_channels)
    for part in np.split(sound.samples, sorted(cuts), axis=1):
        found.append(part)
    return found


@given(
    n=st.integers(1, 60),
    cuts=st.lists(st.integers(0, 60), max_size=3),
    begin=st.integers(-80, 80),
    length=st.integers(0, 160),
)
def test_any_part_is_that_of_the_whole_and_silence_around_it(n, cuts, begin, length):
    sound = noise(n)
    padded = np.pad(sound.samples, ((0, 0), (300, 300)))
    expected = padded[:, 300 + begin : 300 + begin + length]
    for source in (sound, stored(sound, cuts)):
        np.testing.assert_array_equal(source.read(begin, begin + length), expected)
        assert source.read(begin, begin + length).dtype == np.float32


@pytest.mark.parametrize("most_bytes", [0, 1 << 20])
def test_a_sound_is_the_same_on_the_disk(most_bytes, monkeypatch):
    monkeypatch.setattr("ctxaudio.sound.stored._MOST_BYTES", most_bytes)
    sound = noise(70_000)
    found = stored(sound, [1, 65_536, 65_600])
    assert repr(found) == repr(sound).replace("Sound(", "StoredSound(")
    assert (found.peak, found.duration_s) == (sound.peak, sound.duration_s)
    assert found.fingerprint() == sound.fingerprint()
    assert true_peak(found) == true_peak(sound)
    np.testing.assert_array_equal(np.concatenate(list(found.blocks()), axis=1), sound.samples)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_is_decoded_as_libsndfile_decodes_it_at_once(kind, monkeypatch):
    monkeypatch.setattr("ctxaudio.sound.libsndfile.BLOCK", 1000)
    found, file_format = open_sound(io.BytesIO(WHOLE[kind]))
    with soundfile.SoundFile(io.BytesIO(WHOLE[kind])) as file:
        whole = file.read(file.frames, dtype="float32", always_2d=True)
        assert (file_format, found.sample_rate) == (kind, file.samplerate)
    np.testing.assert_array_equal(found.read(0, found.n_samples), whole.T)
    assert load_sound(io.BytesIO(WHOLE[kind]))[0].fingerprint() == found.fingerprint()


@pytest.mark.parametrize(
    ("value", "words"),
    [(np.nan, "got nan at sample 1003 of channel 2"), (1e33, "about full scale")],
)
def test_what_is_no_sample_is_refused_where_it_lies(value, words):
    found = stored(noise(1000))
    block = np.zeros((2, 10), np.float32)
    block[1, 3] = value
    with pytest.raises(DataError, match=words):
        found.append(block)


def test_a_full_folder_for_temporary_files_is_not_the_songs_fault(monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ctxaudio.sound.stored._MOST_BYTES", 0)
    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(OSError, match="No space left on device: 'a temporary file in "):
        open_sound(io.BytesIO(WHOLE["WAV", "PCM_16"]))


@settings(max_examples=30)
@given(
    n=st.integers(1, 3000),
    semitones=st.sampled_from([-12.0, -1.0, 0.37, 1.0, 7.0]),
    parts=st.lists(st.tuples(st.integers(-50, 6500), st.integers(0, 900)), max_size=5),
)
def test_a_tape_read_in_any_order_is_the_song_resampled_at_once(n, semitones, parts):
    song, speed = noise(n, seed=n), 2.0 ** (semitones / 12.0)
    version = TapeVersion(song, speed)
    expected = soxr.resample(song.samples.T, RATE * speed, RATE).T
    if expected.shape[1] == 0:
        expected = song.samples[:, :1]
    assert version.n_samples == expected.shape[1]
    padded = np.pad(expected, ((0, 0), (100, 8000)))
    for begin, length in parts:
        np.testing.assert_array_equal(
            version.read(begin, begin + length), padded[:, 100 + begin : 100 + begin + length]
        )
    np.testing.assert_array_equal(version.samples, expected)


def test_an_excerpt_has_the_songs_places():
    song = noise(500)
    part = Excerpt(song, -20, 100)
    assert (part.n_samples, part.n_channels, part.sample_rate) == (500, 2, RATE)
    np.testing.assert_array_equal(part.read(-10, 90), song.read(-10, 90))


def test_what_is_divided_is_rounded_as_a_sound_is():
    song = noise(500)
    np.testing.assert_array_equal(
        Divided(song, 1.7).read(0, 500), Sound(song.samples / np.float64(1.7), RATE).samples
    )
