"""Writing by PyAV: what is read back, with its pictures, chapters and fields."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
import pytest

from ctxaudio import DataError, FileFormat, Sound, load_sound, save_sound
from ctxaudio.sound.encoding import WAV_FLOAT
from ctxaudio.sound.media_encoding import encode_media_into, picture_for
from ctxaudio.sound.tags.files import read_tags
from ctxaudio.sound.tags.values import Chapter, Picture, Tags
from ctxaudio.sound.writing import check_holds, encode, format_for, of_depth
from tests.support.media import video
from tests.support.signals import snr_db

RATE = 48_000
TAGS = Tags(
    fields={"TITLE": ("é",), "ARTIST": ("a",), "TRACKNUMBER": ("3",), "NOBODY": ("x",)},
    chapters=(Chapter(0.0, 0.2, "first"), Chapter(0.2, 0.7, "second")),
)


def tones(n_channels, rate=RATE):
    hz = 220.0 * np.arange(1, n_channels + 1)
    time_s = np.arange(round(0.7 * rate)) / rate
    return Sound(0.5 * np.sin(2.0 * np.pi * hz[:, None] * time_s), rate)


def written(path, sound, like=WAV_FLOAT, **kwargs):
    with path.open("w+b") as file:
        assert encode(file, sound, format_for(path, like), **kwargs)
    return load_sound(path)


@pytest.mark.parametrize("n_channels", [1, 2, 3, 4, 6, 8])
@pytest.mark.parametrize("suffix", ["mka", "webm"])
def test_opus_is_as_long_and_each_channel_is_in_its_place(tmp_path, suffix, n_channels):
    sound = tones(n_channels)
    made, file_format = written(tmp_path / f"a.{suffix}", sound)
    assert file_format == ("MATROSKA", "OPUS")
    assert made.samples.shape == sound.samples.shape
    for channel, expected in zip(made.samples, sound.samples, strict=True):
        assert snr_db(expected, channel) > 15.0


@pytest.mark.parametrize("n_channels", [1, 2, 6, 8])
@pytest.mark.parametrize("suffix", ["m4a", "mp4", "mov", "mkv"])
def test_aac_is_as_long_but_for_its_last_frame(tmp_path, suffix, n_channels):
    sound = tones(n_channels)
    made, file_format = written(tmp_path / f"a.{suffix}", sound, FileFormat("MOV", "AAC"))
    assert file_format.encoding == "AAC"
    assert 0 <= made.n_samples - sound.n_samples < 1_024
    middle = slice(4_096, 30_000)
    for n in range(n_channels):
        if n_channels < 6 or n != 3:  # which is for low frequencies alone
            assert snr_db(sound.samples[n, middle], made.samples[n, middle]) > 15.0


@pytest.mark.parametrize(
    ("suffix", "encoding"), [("m4a", "ALAC"), ("mov", "ALAC"), ("mkv", "FLAC")]
)
def test_what_loses_nothing_is_written_to_24_bits(tmp_path, suffix, encoding):
    sound = tones(2, 44_100)
    made, file_format = written(tmp_path / f"a.{suffix}", sound, FileFormat("MOV", encoding))
    assert file_format.encoding == encoding
    np.testing.assert_allclose(made.samples, sound.samples, atol=2.0**-23)


@pytest.mark.parametrize("suffix", ["m4a", "mka", "webm"])
def test_tags_and_chapters_are_written_with_it(tmp_path, suffix):
    written(tmp_path / f"a.{suffix}", tones(1), tags=TAGS)
    found = read_tags(tmp_path / f"a.{suffix}")
    assert TAGS.fields.items() <= found.fields.items()
    assert [each.title for each in found.chapters] == ["first", "second"]
    begins_s = [each.begin_s for each in found.chapters]
    np.testing.assert_allclose(begins_s, [0.0, 0.2], atol=1e-3)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov"])
def test_pictures_are_copied_as_they_are(tmp_path, suffix):
    source = tmp_path / "a.mp4"
    source.write_bytes(video(tones(1)))
    picture = picture_for(source, tmp_path / f"b.{suffix}")
    written(tmp_path / f"b.{suffix}", tones(2), picture=picture)
    with av.open(str(source)) as before, av.open(str(tmp_path / f"b.{suffix}")) as after:
        shown = [[frame.to_ndarray() for frame in each.decode(video=0)] for each in (before, after)]
        np.testing.assert_array_equal(*shown)
        assert after.streams.audio[0].channels == 2


def test_pictures_go_to_no_file_that_shows_none(tmp_path):
    (tmp_path / "a.mp4").write_bytes(video(tones(1)))
    assert picture_for(tmp_path / "a.mp4", tmp_path / "b.m4a") is None
    with pytest.raises(DataError, match=r"a \.webm file cannot hold the picture of .*264"):
        picture_for(tmp_path / "a.mp4", tmp_path / "b.webm")


@pytest.mark.parametrize(
    ("file_format", "rate", "n_channels"),
    [
        (FileFormat("WEBM", "OPUS"), 44_100, 2),
        (FileFormat("WEBM", "OPUS"), 48_000, 5),
        (FileFormat("IPOD", "AAC"), 192_000, 2),
        (FileFormat("IPOD", "ALAC"), 48_000, 4),
        (FileFormat("MP3", "MPEG_LAYER_III"), 96_000, 2),
    ],
)
def test_what_a_codec_does_not_know_is_refused_before_the_work(file_format, rate, n_channels):
    with pytest.raises(DataError, match=f"cannot hold {n_channels} channels at {rate} Hz"):
        check_holds(file_format, rate, n_channels)


@pytest.mark.parametrize(
    ("file_format", "rate", "n_channels", "n_samples"),
    [
        (FileFormat("WVE", "ALAW"), 44_100, 1, 8_000),  # which is of 8 kHz
        (FileFormat("HTK", "PCM_16"), 44_100, 1, 8_000),
        (FileFormat("VOC", "PCM_U8"), 44_100, 1, 8_000),
        (FileFormat("VOC", "ULAW"), 44_100, 1, 8_000),  # which is a sample longer
        (FileFormat("AIFF", "PCM_S8"), 44_100, 1, 8_001),
        (FileFormat("PAF", "PCM_24"), 44_100, 2, 8_001),
    ],
)
def test_what_libsndfile_would_write_otherwise_is_refused(
    tmp_path, file_format, rate, n_channels, n_samples
):
    with pytest.raises(DataError, match="does not hold"):
        check_holds(file_format, rate, n_channels, n_samples)
    with pytest.raises(DataError, match="does not hold"):
        save_sound(Sound(np.zeros((n_channels, n_samples)), rate), tmp_path / "a", file_format)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("container", "n_samples"), [("WAV", 1 << 30), ("AIFF", 1 << 30), ("VOC", 1 << 22)]
)
def test_more_bytes_than_a_file_can_count_are_refused(container, n_samples):
    with pytest.raises(DataError, match=f"a file of {container} has less than .* MB, and this"):
        check_holds(FileFormat(container, "PCM_16"), RATE, 2, n_samples)
    check_holds(FileFormat(container, "PCM_16"), RATE, 2, n_samples * 9 // 10)
    check_holds(FileFormat("RF64", "PCM_16"), RATE, 2, n_samples)


@pytest.mark.parametrize(
    "file_format",
    [FileFormat("WVE", "ALAW"), FileFormat("AIFF", "PCM_S8"), FileFormat("VOC", "PCM_U8")],
)
def test_what_it_writes_as_told_is_written(file_format):
    check_holds(file_format, 8_000, 1, 8_000)


@pytest.mark.parametrize("encoding", ["ALAW", "ULAW"])
def test_a_voc_that_would_be_longer_becomes_one_of_integers(encoding):
    assert format_for(Path("a.voc"), FileFormat("VOC", encoding)) == ("VOC", "PCM_16")


def test_a_playlist_is_no_video(tmp_path):
    (tmp_path / "a.mp4").write_bytes(video(tones(1)))
    (tmp_path / "list.mp4").write_bytes(b"ffconcat version 1.0\nfile a.mp4\n")
    assert picture_for(tmp_path / "list.mp4", tmp_path / "b.mp4") is None


def test_a_cover_is_attached_to_matroska(tmp_path):
    with av.open(cover := io.BytesIO(), "w", format="image2pipe") as output:
        stream = output.add_stream("png")
        stream.width = stream.height = 16
        stream.pix_fmt = "rgb24"
        image = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
        output.mux(stream.encode(image))
    tags = Tags(pictures=(Picture(3, "image/png", "", cover.getvalue()),))
    written(tmp_path / "a.mka", tones(1), tags=tags)
    assert read_tags(tmp_path / "a.mka").pictures == tags.pictures
    assert picture_for(tmp_path / "a.mka", tmp_path / "b.mkv") is None  # which moves, a cover not


def test_without_the_extra_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("ctxaudio.extras.find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"writing a \.m4a file needs av: .*\[media\]"):
        format_for(tmp_path / "a.m4a", FileFormat("WAV", "PCM_16"))


def test_a_full_disk_is_said_as_such():
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        encode_media_into(Full(), tones(1), FileFormat("IPOD", "AAC"))


@pytest.mark.parametrize(("suffix", "codec"), [("m4a", "ALAC"), ("mkv", "FLAC")])
def test_16_bits_stay_16_bits(tmp_path, suffix, codec):
    sound = Sound(np.rint(tones(2).samples * 2.0**15) / 2.0**15, RATE)
    like = FileFormat("MOV", f"{codec}_16")
    made, file_format = written(tmp_path / f"a.{suffix}", sound, like)
    assert file_format.encoding == like.encoding
    np.testing.assert_array_equal(made.samples, sound.samples)
    assert format_for(tmp_path / "a.flac", file_format) == ("FLAC", "PCM_16")
    deeper = of_depth(format_for(tmp_path / f"a.{suffix}", file_format), "24")
    assert deeper.encoding == codec


def test_a_sound_saves_itself_where_pyav_writes(tmp_path):
    tones(2).save(tmp_path / "a.m4a")
    assert load_sound(tmp_path / "a.m4a")[1] == ("MOV", "AAC")
