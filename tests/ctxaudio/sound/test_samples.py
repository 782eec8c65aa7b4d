"""Sounds are what their files say, and come back from a file as they were."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio import DataError, FileFormat, Sound, load_sound, save_sound
from tests.support.signals import RATE, mono, sine


def through_a_file(sound, file_format):
    file = io.BytesIO()
    save_sound(sound, file, file_format)
    file.seek(0)
    return load_sound(file)


@given(seed=st.integers(0, 2**32 - 1), n_channels=st.integers(1, 8), n=st.integers(1, 500))
@pytest.mark.parametrize(
    "file_format",
    [FileFormat("WAV", "PCM_16"), FileFormat("FLAC", "PCM_24"), FileFormat("WAV", "PCM_U8")],
)
def test_integers_survive_a_file_bit_by_bit(file_format, seed, n_channels, n):
    bits = int(file_format.encoding.lstrip("PCM_SU"))
    integers = np.random.default_rng(seed).integers(
        -(2 ** (bits - 1)), 2 ** (bits - 1), (n_channels, n)
    )
    sound = Sound(integers / 2.0 ** (bits - 1), RATE)
    loaded, found = through_a_file(sound, file_format)
    np.testing.assert_array_equal(loaded.samples, sound.samples)
    assert loaded.sample_rate == RATE
    assert found == file_format


def test_floats_survive_a_file_bit_by_bit(rng):
    sound = Sound(3.0 * rng.standard_normal((2, 1000)), 48_000)
    loaded, _ = through_a_file(sound, FileFormat("WAV", "FLOAT"))
    np.testing.assert_array_equal(loaded.samples, sound.samples)


def test_what_is_beyond_full_scale_is_clipped_not_wrapped():
    loaded, _ = through_a_file(mono([1.5, -1.5, 0.0]), FileFormat("WAV", "PCM_16"))
    np.testing.assert_allclose(loaded.samples[0], [1.0, -1.0, 0.0], atol=1e-4)


def test_a_fingerprint_is_of_the_sound():
    sound = mono(sine(440.0))
    assert sound.fingerprint() == mono(sine(440.0)).fingerprint()
    zeros = Sound(np.array([[0.0, -0.0]]), RATE)
    assert zeros.fingerprint() == Sound(np.zeros((1, 2)), RATE).fingerprint()
    for other in (
        mono(sine(440.1)),
        mono(sine(440.0)[:-1]),
        Sound(sound.samples, 48_000),
        Sound(sound.samples.reshape(2, -1), RATE),
    ):
        assert other.fingerprint() != sound.fingerprint()


@pytest.mark.parametrize(
    ("samples", "rate", "match"),
    [
        (np.zeros(5), RATE, r"shape \(channel, time\), got \(5,\)"),
        (np.zeros((1, 0)), RATE, "no samples"),
        (np.zeros((0, 5)), RATE, "1 to 8 channels, got 0"),
        (np.zeros((500, 2)), RATE, r"got 500. Did you pass \(time, channel\)"),
        (np.zeros((1, 5)), 7_999, "8000 to 192000 Hz, got 7999"),
        (np.zeros((1, 5)), 192_001, "8000 to 192000 Hz, got 192001"),
        (np.array([[0.0, np.nan]]), RATE, "got nan at sample 1 of channel 1"),
        (np.array([[0.0], [-np.inf]]), RATE, "got -inf at sample 0 of channel 2"),
        (np.array([[1e300]]), RATE, "got inf at sample 0"),
    ],
)
def test_what_is_no_sound_is_refused(samples, rate, match):
    with pytest.raises(DataError, match=match):
        Sound(samples, rate)


def test_a_file_that_is_no_sound_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("A B C")
    for source in (path, tmp_path / "missing.wav", tmp_path):
        with pytest.raises(DataError, match=f"cannot (read|use) .*{source.name}"):
            load_sound(source)


@pytest.mark.parametrize("container", ["WAV", "FLAC", "AIFF"])
def test_a_truncated_file_is_refused(container, tmp_path, rng):
    file = io.BytesIO()
    sound = Sound(0.1 * rng.standard_normal((2, 20_000)), RATE)
    save_sound(sound, file, FileFormat(container, "PCM_16"))
    path = tmp_path / "cut"
    path.write_bytes(file.getvalue()[: len(file.getvalue()) // 2])
    with pytest.raises(DataError, match="cut"):
        load_sound(path)


def test_a_format_that_cannot_hold_it_is_refused():
    with pytest.raises(DataError, match="cannot hold 8 channels at 192000 Hz"):
        save_sound(
            Sound(np.zeros((8, 100)), 192_000), io.BytesIO(), FileFormat("MP3", "MPEG_LAYER_III")
        )
