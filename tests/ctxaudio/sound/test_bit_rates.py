"""Bit rates: of files, hostile ones too, and as libsndfile is told of them."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from ctxaudio import DataError
from ctxaudio.sound.bit_rates import BitRate, bit_rate_of, check_media_bit_rate, quality_for
from tests.support.command import notes, write


def test_a_file_tells_its_own(tmp_path):
    sound = notes(rate=44_100)
    song = write(tmp_path / "a.mp3", sound, "MP3", "MPEG_LAYER_III")
    assert bit_rate_of(song, "MPEG_LAYER_III").kind == "VARIABLE"  # as libsndfile writes them
    assert bit_rate_of(write(tmp_path / "a.ogg", sound, "OGG", "VORBIS"), "VORBIS").bits_s > 0
    assert bit_rate_of(write(tmp_path / "a.flac", sound, "FLAC"), "PCM_16") is None


@pytest.mark.parametrize("data", [b"", b"no song", b"ID3\x03\0\0\0\0\0\x14TIT2\0\0\0\x0a\0\x80"])
def test_a_file_that_tells_none_is_no_fault(tmp_path, data):
    (tmp_path / "a.mp3").write_bytes(data)
    assert bit_rate_of(tmp_path / "a.mp3", "MPEG_LAYER_III") is None


@pytest.mark.parametrize(
    ("bit_rate", "level"),
    [
        (BitRate(320_000), 0.0),
        (BitRate(176_000), 0.5),
        (BitRate(190_000, "VARIABLE"), 0.2),
        (BitRate(90_000, "VARIABLE", 2), 0.2),
    ],
)
def test_a_better_rate_is_a_lower_level(bit_rate, level):
    assert quality_for("MPEG_LAYER_III", bit_rate, 44_100, 2).level == pytest.approx(level)


@pytest.mark.parametrize("encoding", ["ALAC", "FLAC"])
def test_what_loses_nothing_has_none(encoding):
    with pytest.raises(DataError, match=f"{encoding} loses nothing"):
        check_media_bit_rate(encoding, BitRate(128_000), 44_100, 2)


@pytest.mark.parametrize("kind", ["CONSTANT", "VARIABLE"])
def test_frames_tell_what_no_header_does(tmp_path, kind):
    path = tmp_path / "a.mp3"
    options = {"compression_level": 0.5, "bitrate_mode": kind}
    with soundfile.SoundFile(path, "w", 44_100, 2, format="MP3", **options) as file:
        noise = 0.1 * np.random.default_rng(0).standard_normal((44_100, 2))
        noise[:20_000] = 0.0  # of which the first frames tell too little
        file.write(noise)
    told = bit_rate_of(path, "MPEG_LAYER_III")
    data = path.read_bytes()
    path.write_bytes(data[data.index(data[:2], 4) :])  # the first frame is the header
    found = bit_rate_of(path, "MPEG_LAYER_III")
    assert (found.kind, found.step) == (kind, None)
    assert found.bits_s == pytest.approx(told.bits_s, rel=0.02)


@pytest.mark.parametrize(("n_channels", "rate"), [(1, 44_100), (2, 22_050), (6, 48_000)])
@pytest.mark.parametrize("quality", [0.0, 0.4, 0.75])
def test_a_vorbis_names_its_quality(tmp_path, n_channels, rate, quality):
    paths = [tmp_path / "a.ogg", tmp_path / "b.ogg"]

    def written(path, level):
        options = {"format": "OGG", "subtype": "VORBIS", "compression_level": level}
        with soundfile.SoundFile(path, "w", rate, n_channels, **options) as file:
            file.write(np.zeros((1_000, n_channels)))
        return bit_rate_of(path, "VORBIS")

    before = written(paths[0], 1.0 - quality)
    told = quality_for("VORBIS", before, rate, n_channels)
    assert told.level == pytest.approx(1.0 - quality, abs=1e-4)
    assert written(paths[1], told.level) == before


def test_vorbis_has_none_to_choose_at_high_rates():
    with pytest.raises(DataError, match="Vorbis at 96000 Hz names no bit rates"):
        quality_for("VORBIS", BitRate(128_000), 96_000, 2)
