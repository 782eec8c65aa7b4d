"""Channels: each is where it was, in files that others wrote and in those that others read."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio import FileFormat, Sound, load_sound, save_sound
from ctxaudio.sound.channels import layout_of, mask_of, untold
from ctxaudio.sound.containers.apple import described
from ctxaudio.sound.encoding import encode_into
from ctxaudio.sound.speakers import SPEAKERS, USUAL
from tests.support.media import decoded_by_ffmpeg, encoded_by_ffmpeg

RATE = 48_000


def tones(n_channels):
    """A tone for each, low enough for that which has low frequencies alone."""
    hz = 20.0 * np.arange(1, n_channels + 1)
    time_s = np.arange(RATE // 2) / RATE
    return Sound(0.3 * np.sin(2.0 * np.pi * hz[:, None] * time_s), RATE)


def places(samples):
    """Which tone each channel has."""
    spectra = np.abs(np.fft.rfft(samples[:, :24_000], axis=1))
    return (2.0 * spectra.argmax(axis=1) / 20.0 - 1.0).round().astype(int).tolist()


def written(file_format, n_channels, layout=None):
    file = io.BytesIO()
    encode_into(file, tones(n_channels), FileFormat(*file_format), layout=layout)
    return file.getvalue()


@pytest.mark.parametrize("n_channels", range(3, 9))
@pytest.mark.parametrize(
    "file_format", [("OGG", "VORBIS"), ("OGG", "OPUS"), ("FLAC", "PCM_16"), ("WAV", "PCM_16")]
)
def test_each_is_where_ffmpeg_expects_it(file_format, n_channels):
    data = written(file_format, n_channels)
    assert places(decoded_by_ffmpeg(data)) == [*range(n_channels)]
    assert places(load_sound(io.BytesIO(data))[0].samples) == [*range(n_channels)]


@pytest.mark.parametrize("n_channels", [3, 4, 6, 8])  # it mixes up others, of Opus
def test_each_is_where_ffmpeg_has_put_it(n_channels):
    data = encoded_by_ffmpeg(tones(n_channels), "ogg", "libopus")
    assert places(load_sound(io.BytesIO(data))[0].samples) == [*range(n_channels)]


@pytest.mark.parametrize("n_channels", range(3, 9))
@pytest.mark.parametrize("encoding", ["PCM_24", "FLOAT"])
def test_a_wav_says_what_it_was_told(tmp_path, encoding, n_channels):
    layout = (*USUAL[n_channels][:-1], "TC")
    (tmp_path / "a.wav").write_bytes(written(("WAV", encoding), n_channels, layout))
    sound, (container, found) = load_sound(tmp_path / "a.wav")
    assert (container, found) == ("WAVEX", encoding)
    assert layout_of(tmp_path / "a.wav", container, found, n_channels) == layout
    assert places(sound.samples) == [*range(n_channels)]


def test_a_wav_that_was_told_nothing_says_nothing(tmp_path):
    for container in ("WAV", "WAVEX"):
        path = tmp_path / f"{container}.wav"
        path.write_bytes(written((container, "PCM_16"), 8))
        assert layout_of(path, container, "PCM_16", 8) is None


@pytest.mark.parametrize(
    ("container", "codec", "n_channels"), [("ipod", "aac", 6), ("ogg", "libopus", 8)]
)
def test_other_files_say_it_too(tmp_path, container, codec, n_channels):
    path = tmp_path / "song"
    path.write_bytes(encoded_by_ffmpeg(tones(n_channels), container, codec))
    sound, file_format = load_sound(path)
    assert layout_of(path, *file_format, n_channels) == USUAL[n_channels]
    others = [n for n in range(n_channels) if USUAL[n_channels][n] != "LFE"]
    assert np.array(places(sound.samples))[others].tolist() == others
    assert layout_of(path, *file_format, 2) is None


@pytest.mark.parametrize("n_channels", [6, 8])
def test_of_what_libsndfile_decodes_ffmpeg_is_not_asked(tmp_path, monkeypatch, n_channels):
    monkeypatch.setattr("ctxaudio.sound.channels._layout_of_media", None)
    at_sides = {"BL": "SL", "BR": "SR"} if n_channels == 6 else {}
    for container, codec in (("caf", "pcm_s16le"), ("aiff", "pcm_s16be")):
        path = tmp_path / "song"
        path.write_bytes(encoded_by_ffmpeg(tones(n_channels), container, codec))
        found = layout_of(path, *load_sound(path)[1], n_channels)
        assert found == tuple(at_sides.get(each, each) for each in USUAL[n_channels])
        path.write_bytes(written((container.upper(), "PCM_16"), n_channels))
        assert layout_of(path, *load_sound(path)[1], n_channels) is None


APPLE = {  # by its number in the tag, where each of WAV's six is in the file
    121: [0, 1, 2, 3, 4, 5],
    122: [0, 1, 4, 5, 2, 3],
    123: [0, 2, 1, 5, 3, 4],
    124: [1, 2, 0, 5, 3, 4],
}


def of_apple(container, codec, head, n_channels=6):
    """A file whose description of its channels begins with other bytes."""
    data = bytearray(encoded_by_ffmpeg(tones(n_channels), container, codec))
    begin = max(data.find(b"chan"), data.find(b"CHAN")) + (12 if container == "caf" else 8)
    data[begin : begin + len(head)] = head
    return bytes(data)


OF_APPLE = [("mov", "pcm_s16le"), ("caf", "pcm_s16le"), ("aiff", "pcm_s16be")]


@pytest.mark.parametrize("number", APPLE)
@pytest.mark.parametrize(("container", "codec"), OF_APPLE)
def test_an_order_of_its_own_is_put_into_that_of_wav(tmp_path, container, codec, number):
    """PyAV itself aborts the process at such a film."""
    path = tmp_path / "song"
    path.write_bytes(of_apple(container, codec, (number << 16 | 6).to_bytes(4, "big")))
    sound, file_format = load_sound(path)
    assert places(sound.samples) == APPLE[number]
    layout = ("FL", "FR", "FC", "LFE", "SL", "SR")
    assert layout_of(path, *file_format, 6) == layout


@pytest.mark.parametrize(("container", "codec"), OF_APPLE[1:])  # ffmpeg tells of films
def test_an_order_that_is_not_known_is_said_and_kept(tmp_path, container, codec):
    path = tmp_path / "song"
    path.write_bytes(of_apple(container, codec, (1).to_bytes(4, "big")))
    with pytest.warns(UserWarning, match="where its channels are heard is not known here"):
        assert places(load_sound(path)[0].samples) == [*range(6)]


def test_an_order_of_descriptions_is_read(tmp_path):
    labels = (3, 1, 2, 33, 34, 4)
    described = b"".join(bytes([0, 0, 0, label]) + bytes(16) for label in labels)
    chunk = bytes(8) + (6).to_bytes(4, "big") + described
    data = encoded_by_ffmpeg(tones(6), "caf", "pcm_s16le")
    begin = data.find(b"chan")
    told = b"chan" + len(chunk).to_bytes(8, "big") + chunk
    (tmp_path / "a.caf").write_bytes(data[:begin] + told + data[begin + 24 :])
    sound, file_format = load_sound(tmp_path / "a.caf")
    assert places(sound.samples) == [1, 2, 0, 5, 3, 4]
    assert layout_of(tmp_path / "a.caf", *file_format, 6) == USUAL[6]


@pytest.mark.parametrize("head", [b"caff", b"caff" + bytes(4) + b"chan", b"FORM....AIFFCHAN"])
@given(rest=st.binary(max_size=60))
def test_descriptions_of_any_bytes_are_no_trouble(head, rest):
    found = described(io.BytesIO(head + rest), SPEAKERS)
    assert found is None or {*found} <= {*SPEAKERS}


@pytest.mark.parametrize(
    "data", [b"", b"RIFF....WAVE", b"RIFF....WAVEfmt \xff\xff\xff\xff", b"OggS"]
)
def test_a_damaged_file_says_nothing(tmp_path, data):
    (tmp_path / "song").write_bytes(data)
    assert layout_of(tmp_path / "song", "WAV", "PCM_16", 6) is None


@pytest.mark.parametrize(
    ("file_format", "layout", "said"),
    [
        (("WAV", "PCM_16"), ("FL", "FR", "LFE"), None),
        (("OGG", "VORBIS"), USUAL[6], None),
        (("FLAC", "PCM_16"), ("FL", "FR", "FC", "LFE", "SL", "SR"), None),
        (
            ("FLAC", "PCM_16"),
            ("FL", "FR", "LFE"),
            "3 channels of FLAC (PCM_16) are heard as FL FR FC, and these are FL FR LFE; a .wav "
            "file says so.",
        ),
        (
            ("AIFF", "PCM_16"),
            ("FL", "FR", "FC"),
            "a file of AIFF does not say that its channels are FL FR FC.",
        ),
    ],
)
def test_what_a_format_cannot_say_is_said(file_format, layout, said):
    assert untold(*file_format, layout) == said


def test_a_mask_has_a_bit_for_each():
    assert mask_of(USUAL[8]) == 0x63F


def test_saving_and_loading_give_the_same_order(tmp_path):
    save_sound(tones(6), tmp_path / "a.ogg")
    assert places(load_sound(tmp_path / "a.ogg")[0].samples) == [*range(6)]


@pytest.mark.filterwarnings("ignore:.*where its channels are heard is not known")
def test_no_order_that_a_film_names_aborts_the_process():
    for number in range(100, 200):
        data = of_apple("mov", "pcm_s16le", (number << 16 | 6).to_bytes(4, "big"))
        assert load_sound(io.BytesIO(data))[0].n_channels == 6
