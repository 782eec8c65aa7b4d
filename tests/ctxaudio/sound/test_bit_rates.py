"""Bit rates: of files, hostile ones too, and as libsndfile is told of them."""

from __future__ import annotations

import pytest

from ctxaudio import DataError
from ctxaudio.sound.bit_rates import BitRate, bit_rate_of, check_media_bit_rate, quality_for
from tests.support.command import notes, write


def test_a_file_tells_its_own(tmp_path):
    sound = notes(rate=44_100)
    song = write(tmp_path / "a.mp3", sound, "MP3", "MPEG_LAYER_III")
    assert not bit_rate_of(song, "MPEG_LAYER_III").is_constant  # as libsndfile writes them
    assert bit_rate_of(write(tmp_path / "a.ogg", sound, "OGG", "VORBIS"), "VORBIS").is_constant
    assert bit_rate_of(write(tmp_path / "a.flac", sound, "FLAC"), "PCM_16") is None


@pytest.mark.parametrize("data", [b"", b"no song", b"ID3\x03\0\0\0\0\0\x14TIT2\0\0\0\x0a\0\x80"])
def test_a_file_that_tells_none_is_no_fault(tmp_path, data):
    (tmp_path / "a.mp3").write_bytes(data)
    assert bit_rate_of(tmp_path / "a.mp3", "MPEG_LAYER_III") is None


@pytest.mark.parametrize(
    ("bit_rate", "level"),
    [(BitRate(320_000), 0.0), (BitRate(176_000), 0.5), (BitRate(190_000, False), 0.2)],
)
def test_a_better_rate_is_a_lower_level(bit_rate, level):
    assert quality_for("MPEG_LAYER_III", bit_rate, 44_100, 2).level == pytest.approx(level)


@pytest.mark.parametrize("encoding", ["ALAC", "FLAC"])
def test_what_loses_nothing_has_none(encoding):
    with pytest.raises(DataError, match=f"{encoding} loses nothing"):
        check_media_bit_rate(encoding, BitRate(128_000), 44_100, 2)
