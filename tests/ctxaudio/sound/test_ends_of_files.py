"""Where a sound file ends is told from its own bytes, in the formats that say it in odd ways."""

from __future__ import annotations

import io

import pytest

from ctxaudio import DataError, FileFormat, Sound, load_sound, save_sound
from ctxaudio.sound.encoding import WAV_FLOAT
from ctxaudio.sound.truncation import missing_part
from ctxaudio.sound.writing import format_for
from tests.support.command import encoded, notes

SONG = notes(seconds=1.0, rate=16_000, channels=2)


@pytest.mark.parametrize("encoding", ["VORBIS", "OPUS"])
@pytest.mark.parametrize("kept", [4, 10, 26, 27, 30])
def test_an_ogg_that_ends_within_the_head_of_its_last_page_is_truncated(encoding, kept):
    data = encoded(SONG, "OGG", encoding)
    cut = data[: data.rfind(b"OggS") + kept]
    with pytest.raises(DataError, match="truncated: the end of the stream is missing"):
        load_sound(io.BytesIO(cut))


@pytest.mark.parametrize(
    ("found", "expected", "missing"),
    [(5, 9, "9 samples expected, 5 found"), (9, 9, None), (9, 5, None)],
)
def test_an_rf64_lacks_what_its_own_count_says_beyond_what_is_there(found, expected, missing):
    log = f"*** frame count {found} does not match value from 'ds64' chunk of {expected}.\n"
    assert missing_part(log) == missing


def test_opus_is_an_encoding_of_ogg(tmp_path):
    path = tmp_path / "a.opus"
    assert format_for(path, WAV_FLOAT) == FileFormat("OGG", "OPUS")
    Sound(SONG.samples, 16_000).save(path)
    sound, file_format = load_sound(path)
    assert file_format == ("OGG", "OPUS")
    assert sound.samples.shape == SONG.samples.shape


def test_an_rf64_that_tells_its_size_twice_and_was_cut_is_held_to_its_count():
    data = bytearray(encoded(SONG, "RF64", "PCM_16"))
    data[4:8] = len(data).to_bytes(4, "little")
    assert load_sound(io.BytesIO(data))[0].samples.shape == SONG.samples.shape
    with pytest.raises(DataError, match=r"truncated: 16000 samples expected, \d+ found"):
        load_sound(io.BytesIO(data[: len(data) // 2]))


@pytest.mark.parametrize("encoding", ["MPEG_LAYER_II", "MPEG_LAYER_III"])
@pytest.mark.parametrize("container", ["MP3", "WAV"])
def test_what_mpeg_encoded_goes_into_what_can_be_written(container, encoding, tmp_path):
    for suffix in ("wav", "flac", "mp3"):
        path = tmp_path / f"a.{suffix}"
        save_sound(SONG, path, format_for(path, FileFormat(container, encoding)), replace=True)
        assert load_sound(path)[0].samples.shape == SONG.samples.shape
