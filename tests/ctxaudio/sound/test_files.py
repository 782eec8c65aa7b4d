"""Sound files that others wrote: whole ones are read, cut ones refused, streams understood."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
import soundfile
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from ctxaudio import DataError, FileFormat, Sound, load_sound, save_sound
from ctxaudio.sound.truncation import missing_part
from tests.support.command import encoded, notes
from tests.support.signals import snr_db

SONG = notes(seconds=1.0, rate=16_000, channels=2)
FORMATS = [
    ("WAV", "PCM_16"),
    ("WAV", "PCM_24"),
    ("WAV", "FLOAT"),
    ("WAV", "IMA_ADPCM"),
    ("WAVEX", "PCM_24"),
    ("RF64", "PCM_16"),
    ("W64", "PCM_16"),
    ("AIFF", "PCM_16"),
    ("AIFF", "FLOAT"),
    ("AU", "PCM_16"),
    ("FLAC", "PCM_16"),
    ("FLAC", "PCM_24"),
    ("OGG", "VORBIS"),
    ("OGG", "OPUS"),
    ("MP3", "MPEG_LAYER_III"),
]
WHOLE = {kind: encoded(SONG, *kind) for kind in FORMATS}


def load(data):
    return load_sound(io.BytesIO(data))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_whole_file_is_read_whole(kind):
    sound, file_format = load(WHOLE[kind])
    assert sound.sample_rate == 16_000
    if kind[1] != "IMA_ADPCM":  # which fills up its last block
        assert sound.samples.shape == SONG.samples.shape
    assert file_format == kind


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, -200, -1])
def test_a_file_that_was_cut_is_refused(kind, keep):
    data = WHOLE[kind]
    cut = data[:keep] if keep < 0 else data[: int(keep * len(data))]
    with pytest.raises(DataError, match=r"truncated|expected a sound file"):
        load(cut)


def test_an_mp3_that_does_not_tell_its_size_is_read_as_far_as_it_goes():
    # A stream has no first frame that tells it. Its length is an estimate, which is never exact.
    file = io.BytesIO()
    with soundfile.SoundFile(
        file, "w", 16_000, 2, format="MP3", compression_level=0.5, bitrate_mode="CONSTANT"
    ) as mp3:
        mp3.write(SONG.samples.T)
    data = file.getvalue()
    stream = data[data.index(data[:2], 4) :]
    assert b"Info" in data
    assert b"Info" not in stream
    whole, half = (load(part)[0].samples.shape[1] for part in (stream, stream[: len(stream) // 2]))
    assert abs(whole - SONG.samples.shape[1]) < 2_400
    assert abs(half - whole / 2) < 1_200


def with_tag(mp3):
    """The file after an ID3 tag of 300 bytes."""
    return b"ID3\x03\0\0\0\0\x02\x2c" + bytes(300) + mp3


def test_a_tag_in_front_of_an_mp3_does_not_hide_that_it_was_cut():
    data = with_tag(WHOLE["MP3", "MPEG_LAYER_III"])
    assert load(data)[0].samples.shape == SONG.samples.shape
    with pytest.raises(DataError, match=r"truncated: \d+ bytes expected, \d+ found"):
        load(data[:-500])


@pytest.mark.parametrize(
    "size", [0, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFF000, 0x7FFFEFFC, 0xFFFFFFD8]
)
@pytest.mark.parametrize("encoding", ["PCM_16", "PCM_24", "FLOAT"])
def test_a_wav_of_unknown_size_is_read_to_its_end(size, encoding):
    # What ffmpeg, SoX, GStreamer and others write to a pipe.
    data = bytearray(WHOLE["WAV", encoding])
    at = data.index(b"data") + 4
    data[at : at + 4] = size.to_bytes(4, "little")
    data[4:8] = b"\xff" * 4
    with pytest.warns(UserWarning, match="its header was never finished"):
        read = load(bytes(data))[0]
    assert read.samples.tobytes() == load(WHOLE["WAV", encoding])[0].samples.tobytes()


def test_an_aiff_of_unknown_size_is_read_to_its_end():
    data = bytearray(WHOLE["AIFF", "PCM_16"])
    at = data.index(b"SSND") + 4
    data[at : at + 4] = (0x7F000008).to_bytes(4, "big")
    with pytest.warns(UserWarning, match="its header was never finished"):
        assert load(bytes(data))[0].samples.shape == SONG.samples.shape


def test_a_flac_of_unknown_length_is_read_to_its_end():
    data = bytearray(WHOLE["FLAC", "PCM_16"])
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    with pytest.warns(UserWarning, match="its header was never finished"):
        read = load(bytes(data))[0]
    assert read.samples.tobytes() == load(WHOLE["FLAC", "PCM_16"])[0].samples.tobytes()


def test_a_flac_that_promises_more_than_memory_holds_is_refused():
    data = bytearray(WHOLE["FLAC", "PCM_16"])
    data[21] |= 0x0F
    data[22:26] = b"\xff" * 4
    with pytest.raises(DataError, match=r"do not fit into memory|truncated"):
        load(bytes(data))


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("data : 2000 (should be 1000)", "2000 bytes of sound expected, 1000 found"),
        (" SSND : 2000 (should be 1000)", "2000 bytes of sound expected, 1000 found"),
        ("  Data Size   : 9 (should be 8)", "9 bytes of sound expected, 8 found"),
        ("data : 1000 (should be 2000)", None),
        ("RIFF : 2000 (should be 1000)", None),
        ("data : 4294967295 (should be 1000)", None),
        ("data : 0 (should be 1000)", None),
        ("", None),
    ],
)
def test_what_libsndfile_logs_tells_what_is_missing(log, expected):
    assert missing_part(f"Length : 1044\n{log}\nEnd\n") == expected


def test_what_lies_behind_the_sound_does_not_matter():
    for kind in (("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "VORBIS")):
        assert load(WHOLE[kind] + b"TAG" + bytes(125))[0].samples.shape == SONG.samples.shape


@pytest.mark.parametrize("name", ["song.raw", "song", "song.txt", "song.mp3"])
def test_what_a_file_holds_counts_not_its_name(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(WHOLE["WAV", "PCM_16"])
    assert load_sound(path)[1] == ("WAV", "PCM_16")


def test_a_midi_sample_dump_is_refused_before_libsndfile_prints(capfd):
    file = io.BytesIO()
    soundfile.write(file, SONG.samples[0], 16_000, format="SDS", subtype="PCM_16")
    with pytest.raises(DataError, match="MIDI sample dump"):
        load(file.getvalue())
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("container", "encoding", "step"),
    [("WAV", "PCM_16", 2**-15), ("FLAC", "PCM_24", 2**-23), ("WAV", "PCM_32", 2**-31)],
)
def test_full_scale_is_written_as_full_scale(container, encoding, step):
    samples = np.array([[1.0, -1.0, 0.5, 0.0]])
    sound, _ = load(encoded(Sound(samples, 8_000), container, encoding))
    assert np.abs(sound.samples - samples).max() <= step


@pytest.mark.parametrize("container", ["OGG", "MP3", "FLAC"])
def test_minutes_are_written(container):
    # libsndfile's Vorbis encoder crashes on more than a minute at once.
    rng = np.random.default_rng(4)
    long = Sound(np.tile(0.1 * rng.standard_normal((2, 8_000)), 100), 8_000)
    file_format = {
        "OGG": FileFormat("OGG", "VORBIS"),
        "MP3": FileFormat("MP3", "MPEG_LAYER_III"),
        "FLAC": FileFormat("FLAC", "PCM_24"),
    }[container]
    file = io.BytesIO()
    save_sound(long, file, file_format)
    again, _ = load(file.getvalue())
    assert again.samples.shape == long.samples.shape
    assert snr_db(long.samples, again.samples) > (100.0 if container == "FLAC" else 0.0)


@settings(max_examples=40)
@given(st.binary(max_size=400), st.sampled_from([b"", *(data[:64] for data in WHOLE.values())]))
def test_bytes_of_any_kind_are_refused_with_one_error(data, start):
    try:
        sound, _ = load(start + data)
    except DataError as error:
        assert "\n" not in str(error)
    else:
        assert np.isfinite(sound.samples).all()


@settings(max_examples=60)
@given(st.sampled_from(FORMATS), st.data())
def test_a_damaged_file_is_read_or_refused(kind, data):
    damaged = bytearray(WHOLE[kind])
    # Most of what can be believed wrongly is at the beginning.
    places = st.one_of(st.integers(0, 120), st.integers(0, len(damaged) - 1))
    for at, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=8)):
        damaged[at] = value
    try:
        sound, _ = load(bytes(damaged))
    except DataError:
        return
    assert np.isfinite(sound.samples).all()


@settings(max_examples=40)
@given(
    samples=st_numpy.arrays(
        np.float32,
        st.tuples(st.integers(1, 8), st.integers(1, 300)),
        elements=st.floats(-1.0, 1.0, width=32),
    ),
    rate=st.integers(8_000, 192_000),
    encoding=st.sampled_from(["PCM_16", "PCM_24", "PCM_32", "FLOAT"]),
)
@example(np.float32([[1e-45, -0.0, 1.0, -1.0]]), 8_000, "FLOAT")
def test_a_sound_survives_a_wav_file(samples, rate, encoding):
    sound = Sound(samples, rate)
    again, file_format = load(encoded(sound, "WAV", encoding))
    assert file_format.encoding == encoding
    assert (again.samples.shape, again.sample_rate) == (samples.shape, rate)
    step = 0.0 if encoding == "FLOAT" else 2.0 ** (1 - int(re.sub(r"\D", "", encoding)))
    assert np.abs(again.samples - sound.samples).max() <= step


# Sounds that are saved by name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.wav", ("WAV", "FLOAT")),
        ("a.flac", ("FLAC", "PCM_24")),
        ("a.OGG", ("OGG", "VORBIS")),
        ("a.mp3", ("MP3", "MPEG_LAYER_III")),
    ],
)
def test_a_suffix_says_what_is_saved(name, expected, tmp_path):
    SONG.save(tmp_path / name)
    sound, file_format = load_sound(tmp_path / name)
    assert file_format == expected
    assert sound.samples.shape == SONG.samples.shape
    save_sound(SONG, str(tmp_path / "b.wav"), FileFormat("WAV", "PCM_16"))
    assert load_sound(tmp_path / "b.wav")[1] == ("WAV", "PCM_16")


def test_a_file_is_replaced_only_where_that_was_asked_for(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        SONG.save(path)
    assert path.read_bytes() == b"precious"
    SONG.save(path, replace=True)
    np.testing.assert_array_equal(load_sound(path)[0].samples, SONG.samples)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["a.raw", "a", "a.txt"])
def test_a_suffix_that_says_no_format_is_refused(name, tmp_path):
    with pytest.raises(DataError, match="expected a suffix such as"):
        SONG.save(tmp_path / name)
    with pytest.raises(DataError, match="give a file_format"):
        save_sound(SONG, io.BytesIO())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.flac", "a.mp3"])
def test_what_would_clip_is_not_saved_in_silence(name, tmp_path):
    loud = Sound(3.0 * SONG.samples, SONG.sample_rate)
    with pytest.raises(DataError, match=r"would clip it: its loudest sample is 3\.52 dB over"):
        loud.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    loud.save(tmp_path / "a.wav")
    np.testing.assert_array_equal(load_sound(tmp_path / "a.wav")[0].samples, loud.samples)
