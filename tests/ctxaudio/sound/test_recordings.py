"""Files that hold several recordings are read from the first to the last."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxaudio import DataError, load_sound
from ctxaudio.sound.containers import mp3
from ctxaudio.sound.containers.find import recordings_in
from tests.support.command import encoded, notes

RATE = 48_000
FIRST, SECOND = notes(seconds=0.7, rate=RATE, channels=2), notes(seconds=1.1, rate=RATE, channels=2)
KINDS = [("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III"), ("FLAC", "PCM_16")]
STARTS = [b"OggS", b"fLaC", b"ID3\x03", b"\xff\xfb\x90\x64"]
ID3 = b"ID3\x03\0\0\0\0\x02\x2c" + bytes(300)


def load(data, **options):
    return load_sound(io.BytesIO(data), **options)[0]


@pytest.mark.parametrize("kind", KINDS)
def test_one_after_the_other_is_each_by_itself(kind):
    parts = [encoded(sound, *kind) for sound in (FIRST, SECOND, FIRST)]
    read = load(b"".join(parts)).samples
    np.testing.assert_array_equal(read, np.concatenate([load(p).samples for p in parts], axis=1))
    assert read.shape[1] == 2 * FIRST.n_samples + SECOND.n_samples


@pytest.mark.parametrize("between", [b"", b"TAG" + bytes(125), ID3, b"\0" * 700, b"\xff\xfb" * 9])
def test_what_lies_between_mp3s_is_passed_over(between):
    parts = [encoded(sound, "MP3", "MPEG_LAYER_III") for sound in (FIRST, SECOND)]
    read = load(ID3 + parts[0] + between + parts[1] + between).samples
    np.testing.assert_array_equal(read, np.concatenate([load(p).samples for p in parts], axis=1))


@pytest.mark.parametrize("kind", KINDS)
def test_recordings_that_cannot_follow_each_other_are_refused(kind):
    slower = notes(seconds=0.5, rate=24_000, channels=2)
    mono = notes(seconds=0.5, rate=RATE, channels=1)
    data = encoded(FIRST, *kind)
    for other, about in ((slower, "2 channels at 24000 Hz"), (mono, "1 channels at 48000 Hz")):
        with pytest.raises(DataError, match=rf"from 0\.70 s on, {about}; split it there"):
            load(data + encoded(other, *kind))


def of_varying_bitrate(samples):
    """An MP3 whose bitrate varies, and the same without the frame that says how long it is."""
    file = io.BytesIO()
    with soundfile.SoundFile(
        file, "w", RATE, 1, format="MP3", compression_level=0.5, bitrate_mode="VARIABLE"
    ) as writer:
        writer.write(samples)
    data = file.getvalue()
    assert b"Xing" in data[:200]
    return data, data[mp3.header_of(data[:4]).n_bytes :]


@pytest.mark.parametrize("order", [1, -1])
def test_an_mp3_of_varying_bitrate_that_does_not_say_how_long_it_is_is_read_whole(order):
    noise = 0.3 * np.random.default_rng(0).standard_normal(2 * RATE)
    song = np.concatenate([noise, np.zeros(3 * RATE)])[::order]
    said, unsaid = of_varying_bitrate(song)
    expected, read = load(said).samples[0], load(unsaid).samples[0]
    # What the encoder has put in front is said in the frame that was taken away.
    np.testing.assert_allclose(read[576:][: len(song)], expected, atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_recording_that_breaks_off_says_where(kind):
    whole = encoded(notes(seconds=4.0, rate=RATE, channels=2), *kind)
    data = encoded(FIRST, *kind) + whole[: 3 * len(whole) // 4]
    with pytest.raises(DataError, match=r"truncated.*breaks off after [23]\.\d\d s"):
        load(data)
    with pytest.warns(UserWarning, match=r"it is read as far as it goes, [23]\.\d\d s"):
        read = load(data, damaged=True)
    assert 2.0 < read.duration_s < 4.0


@given(
    version=st.sampled_from([0, 2, 3]),
    layer=st.integers(1, 3),
    index=st.integers(1, 14),
    rate=st.integers(0, 2),
    padding=st.integers(0, 1),
    mode=st.integers(0, 3),
)
def test_the_head_of_a_frame_says_how_long_it_is(version, layer, index, rate, padding, mode):
    head = bytes([255, 0xE1 | version << 3 | layer << 1, index << 4 | rate << 2 | padding << 1])
    header = mp3.header_of(head + bytes([mode << 6]))
    of_version, of_layer, hz = header.kind
    n_samples = 384 if of_layer == 1 else 1152 // (1 + (of_layer == 3 and of_version > 1))
    kbit = 8 * header.n_bytes * hz / n_samples / 1000
    assert kbit == pytest.approx(round(kbit / 8) * 8, rel=0.15)
    assert header.is_mono == (mode == 3)
    assert hz in (8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


@settings(deadline=None)
@given(
    data=st.binary(max_size=300),
    kind=st.sampled_from([b"OggS", b"fLaC", b"ID3\x03", b"\xff\xfb\x90\x64"]),
)
def test_recordings_cover_a_file_in_order(data, kind):
    found = recordings_in(io.BytesIO(kind + data))
    assert found
    ends = [0, *(end for recording in found for end in recording[:2]), 4 + len(data)]
    assert ends == sorted(ends)
