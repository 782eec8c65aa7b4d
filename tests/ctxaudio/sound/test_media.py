"""What phones and the web give is read through ffmpeg's libraries, as they decode it."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio import DataError, Sound, load_sound
from ctxaudio.sound.containers.kinds import demuxer_of
from ctxaudio.sound.containers.sizes import bytes_missing
from tests.support.command import encoded
from tests.support.media import decoded_by_ffmpeg, encoded_by_ffmpeg

RATE = 48_000
TIME_S = np.arange(RATE) / RATE
SONG = Sound(
    0.4 * np.stack([np.sin(2 * np.pi * hz * TIME_S) for hz in (440, 550)]).astype(np.float32), RATE
)
LOSSLESS = [
    ("ipod", "alac"),
    ("mov", "pcm_s24le"),
    ("matroska", "flac"),
    ("caf", "alac"),
    ("wv", "wavpack"),
    ("tta", "tta"),
    ("ogg", "flac"),
    ("mp4", "flac"),
]
LOSSY = [
    ("ipod", "aac"),
    ("mp4", "aac"),
    ("mov", "aac"),
    ("adts", "aac"),
    ("matroska", "libopus"),
    ("webm", "libopus"),
    ("asf", "wmav2"),
    ("avi", "libmp3lame"),
    ("ac3", "ac3"),
    ("flv", "aac"),
    ("mpegts", "aac"),
    *(("voc", codec) for codec in ("pcm_s16le", "pcm_u8", "pcm_alaw")),
]


def load(data, **options):
    return load_sound(io.BytesIO(data), **options)[0]


@pytest.mark.parametrize(("container", "codec"), LOSSLESS)
def test_what_loses_nothing_is_read_to_the_sample(container, codec):
    read = load(encoded_by_ffmpeg(SONG, container, codec))
    assert read.samples.shape == SONG.samples.shape
    np.testing.assert_allclose(read.samples, SONG.samples, atol=2.0**-22)  # of 24 bits


@pytest.mark.parametrize(("container", "codec"), LOSSY)
def test_what_loses_something_is_read_as_ffmpeg_decodes_it(container, codec):
    data = encoded_by_ffmpeg(SONG, container, codec)
    read, expected = load(data).samples, decoded_by_ffmpeg(data)
    assert read.shape == expected.shape
    assert read.shape[1] > RATE - 1024
    np.testing.assert_allclose(read, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("container", "encoding"),
    [
        ("WAV", "PCM_U8"),
        ("WAV", "ULAW"),
        ("WAV", "ALAW"),
        ("WAVEX", "PCM_24"),
        ("WAV", "DOUBLE"),
        ("RF64", "PCM_16"),
        ("W64", "PCM_24"),
        ("CAF", "PCM_24"),
        ("AIFF", "FLOAT"),
        ("AIFF", "PCM_S8"),
        ("AU", "ULAW"),
        ("FLAC", "PCM_24"),
    ],
)
def test_what_libsndfile_reads_is_what_ffmpeg_decodes(container, encoding):
    data = encoded(SONG, container, encoding)
    np.testing.assert_array_equal(load(data).samples, decoded_by_ffmpeg(data))


def test_a_file_without_sound_is_refused():
    with pytest.raises(DataError, match="there is no sound track in it"):
        load(picture())


def picture():
    """A video of one picture, without sound."""
    import av

    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as output:
        track = output.add_stream("mpeg4", rate=25)
        track.width, track.height, track.pix_fmt = 32, 32, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8)).reformat(
            format="yuv420p"
        )
        for each in (frame, None):
            output.mux(track.encode(each))
    return file.getvalue()


@pytest.mark.parametrize("container", ["matroska", "ipod"])
@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_one_that_was_cut_is_refused_or_read_as_far_as_it_goes(container, keep):
    # With its index in front, as files are that are made to be streamed.
    options = {} if container == "matroska" else {"movflags": "faststart"}
    data = encoded_by_ffmpeg(SONG, container, "aac", **options)
    cut = data[: int(keep * len(data))]
    with pytest.raises(DataError, match=r"truncated.*it breaks off after 0\.\d\d s"):
        load(cut)
    with pytest.warns(UserWarning, match="it is read as far as it goes"):
        read = load(cut, damaged=True)
    assert 0.6 * keep < read.duration_s < keep + 0.1


def test_an_index_that_never_came_leaves_nothing_to_read():
    data = encoded_by_ffmpeg(SONG, "ipod", "aac")
    for damaged in (False, True):
        with pytest.raises(DataError, match="it is damaged, or ffmpeg does not read it"):
            load(data[:-500], damaged=damaged)


def test_the_extra_that_reads_it_is_named(monkeypatch):
    import ctxaudio.extras

    find = ctxaudio.extras.find_spec
    monkeypatch.setattr(
        ctxaudio.extras, "find_spec", lambda name: None if name == "av" else find(name)
    )
    with pytest.raises(DataError, match=r"needs av: .*pip install '\.\[media\]'"):
        load(encoded_by_ffmpeg(SONG, "ipod", "aac"))


@pytest.mark.parametrize(
    "text",
    [
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",
        b"ffconcat version 1.0\nfile /etc/hostname\n",
        b"<?xml version='1.0'?><MPD><BaseURL>http://localhost/</BaseURL></MPD>",
        b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=audio 5004 RTP/AVP 0\r\n",
    ],
)
def test_a_file_that_names_others_is_not_followed(text):
    assert demuxer_of(io.BytesIO(text)) is None
    with pytest.raises(DataError, match="expected a sound file"):
        load(text)


@pytest.mark.parametrize(
    ("container", "codec", "demuxer"),
    [
        ("ipod", "aac", "mov"),
        ("matroska", "flac", "matroska"),
        ("avi", "libmp3lame", "avi"),
        ("caf", "alac", "caf"),
    ],
)
def test_a_container_says_how_many_bytes_it_lacks(container, codec, demuxer):
    data = encoded_by_ffmpeg(SONG, container, codec)
    assert bytes_missing(io.BytesIO(data), demuxer) == 0
    assert bytes_missing(io.BytesIO(data[:-1]), demuxer) == 1
    assert bytes_missing(io.BytesIO(data[: len(data) // 2]), demuxer) > len(data) // 4


@pytest.mark.parametrize("encoding", ["PCM_16", "PCM_U8", "ALAW", "ULAW"])
def test_a_voc_that_breaks_off_is_truncated(encoding):
    """Of several parts, as ffmpeg writes it, or of one, as libsndfile does."""
    codec = {"PCM_16": "s16le", "PCM_U8": "u8", "ALAW": "alaw", "ULAW": "mulaw"}[encoding]
    parts = encoded_by_ffmpeg(SONG, "voc", f"pcm_{codec}")
    one = io.BytesIO()
    soundfile.write(one, SONG.samples[0, :20_000], 22_050, format="VOC", subtype=encoding)
    for data in (parts, one.getvalue()):
        assert load(data).n_samples >= 20_000
        for left in (len(data) - 2, len(data) // 2):
            with pytest.raises(DataError, match="it is truncated: "):
                load(data[:left])


@given(
    data=st.binary(max_size=80),
    demuxer=st.sampled_from(["mov", "matroska", "avi", "caf", "voc", "x"]),
)
def test_sizes_of_any_bytes_are_no_trouble(data, demuxer):
    assert bytes_missing(io.BytesIO(data), demuxer) >= 0
