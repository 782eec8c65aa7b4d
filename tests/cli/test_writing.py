"""``ctxaudio shift``: format, bit rate, depth, sample rate and dither of what is written."""

from __future__ import annotations

import json

import mutagen
import numpy as np
import pytest
import soundfile
from mutagen.mp3 import BitrateMode

from ctxaudio import FileFormat, Sound, load_sound
from ctxaudio.sound.bit_rates import BitRate
from ctxaudio.sound.channels import layout_of
from ctxaudio.sound.encoding import encode_into
from tests.support.command import ctxaudio, failed, notes, read, write
from tests.support.media import encoded_by_ffmpeg
from tests.support.signals import snr_db


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def song(here):
    return write(here / "song.wav", notes(rate=44_100, channels=2), encoding="FLOAT").name


def shifted(*args):
    result = ctxaudio("shift", *args)
    assert result.code == 0, result
    return result


def test_a_format_names_the_file(here, song):
    shifted(song, "0", "--format", "flac")
    assert load_sound(here / "song+0st.flac")[1] == ("FLAC", "PCM_24")
    message = failed(ctxaudio("shift", song, "0", "--format", "flac", "-o", "out.wav"), 2)
    assert "--format goes without -o, or with a folder, got out.wav" in message
    message = failed(ctxaudio("shift", song, "0", "--format", "xyz"))
    assert "expected a suffix such as .wav" in message


@pytest.mark.parametrize(
    ("suffix", "depth", "encoding"),
    [
        ("wav", "16", "PCM_16"),
        ("wav", "32", "PCM_32"),
        ("flac", "16", "PCM_16"),
        ("aiff", "float", "FLOAT"),
    ],
)
def test_a_depth_is_that_of_the_file(here, song, suffix, depth, encoding):
    shifted(song, "0", "-o", f"out.{suffix}", "--depth", depth)
    assert load_sound(here / f"out.{suffix}")[1].encoding == encoding


@pytest.mark.parametrize(
    ("name", "depth", "message"),
    [
        ("out.flac", "float", "FLAC (PCM_24) holds 16 or 24 bits a sample, not float"),
        ("out.mp3", "16", "MP3 (MPEG_LAYER_III) holds no bits a sample, not 16"),
    ],
)
def test_a_depth_that_a_format_has_not_is_refused(song, monkeypatch, name, depth, message):
    monkeypatch.setattr("cli.shifting.one.learn", None)
    assert message in failed(ctxaudio("shift", song, "0", "-o", name, "--depth", depth))


def test_what_loses_bits_is_dithered_always_alike(here):
    # A tone of a third of the last bit, which is lost without.
    time_s = np.arange(8_000) / 8_000
    tone = np.sin(2.0 * np.pi * 440.0 * time_s) / 3.0 / 2.0**15
    write(here / "song.wav", Sound(tone[None], 8_000), encoding="FLOAT")
    for name, *args in (("a.wav",), ("b.wav",), ("plain.wav", "--no-dither")):
        shifted("song.wav", "0", "--depth", "16", "-o", name, *args)
    assert not read(here / "plain.wav").samples.any()
    assert (here / "a.wav").read_bytes() == (here / "b.wav").read_bytes()
    heard = read(here / "a.wav").samples[0]
    assert np.dot(heard, tone) / np.dot(tone, tone) == pytest.approx(1.0, abs=0.1)
    # Half a bit in all: two parts of uniform density, and that of rounding.
    assert np.std((heard - tone) * 2.0**15) == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("rate", [48_000, 22_050, 96_000])
def test_a_rate_is_that_of_the_file(here, song, rate):
    result = shifted(song, "0", "-o", "out.wav", "--rate", rate, "--json")
    assert json.loads(result.out)["sample_rate"] == rate
    made = read(here / "out.wav")
    assert made.sample_rate == rate
    assert made.duration_s == pytest.approx(read(here / song).duration_s, abs=0.5 / rate)
    shifted("out.wav", "0", "-o", "back.wav", "--rate", "44100")
    middle = slice(2_000, -2_000)
    before, back = (read(here / name).samples[:, middle] for name in (song, "back.wav"))
    assert snr_db(before, back) > 25.0  # noise above 11 kHz is lost


def test_opus_is_resampled_and_a_note_says_so(here, song):
    result = shifted(song, "0", "-o", "out.opus")
    assert "Opus knows no rate of 44100 Hz; the result is at 48000 Hz." in result.err
    made = read(here / "out.opus")
    assert (made.sample_rate, made.duration_s) == (48_000, read(here / song).duration_s)


@pytest.mark.parametrize("name", ["out.mp3", "out.m4a"])
def test_a_rate_that_a_codec_does_not_know_is_refused_with_advice(here, monkeypatch, name):
    write(here / "song.wav", notes(rate=192_000, seconds=0.1))
    monkeypatch.setattr("cli.shifting.one.learn", None)
    message = failed(ctxaudio("shift", "song.wav", "0", "-o", name))
    best = 48_000 if name == "out.mp3" else 96_000
    assert f"knows no rate of 192000 Hz; --rate {best} has the result resampled." in message


@pytest.mark.parametrize(
    ("name", "kbits"), [("out.mp3", 320), ("out.mp3", 128), ("out.ogg", 192), ("out.m4a", 192)]
)
def test_a_bit_rate_is_that_of_the_file(here, name, kbits):
    noise = 0.1 * np.random.default_rng(0).standard_normal((2, 3 * 44_100))
    write(here / "song.wav", Sound(noise, 44_100), encoding="FLOAT")
    shifted("song.wav", "0", "-o", name, "--bitrate", kbits)
    assert mutagen.File(here / name).info.bitrate == pytest.approx(1e3 * kbits, rel=0.1)
    assert (here / name).stat().st_size * 8 / 3 == pytest.approx(1e3 * kbits, rel=0.15)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out.mp3", "expected a bit rate of 32 to 320 kbit/s for MP3"),
        ("out.ogg", "expected a bit rate of 64 to 500 kbit/s for Vorbis"),
        ("out.m4a", "expected a bit rate of 16 to 529.2 kbit/s for AAC"),
        ("out.flac", "PCM_24 loses nothing and has no bit rate to choose"),
    ],
)
def test_a_bit_rate_that_a_format_has_not_is_refused(song, monkeypatch, name, message):
    monkeypatch.setattr("cli.shifting.one.learn", None)
    assert message in failed(ctxaudio("shift", song, "0", "-o", name, "--bitrate", "999"))


@pytest.mark.parametrize(
    ("kind", "level", "told"),
    [
        ("CONSTANT", 0.0, "-b 320"),
        ("CONSTANT", 0.5, "-b 160"),
        ("AVERAGE", 0.447, "--preset 191"),
        ("VARIABLE", 0.0, "-V 0"),
        ("VARIABLE", 0.2, "-V 2"),
        ("VARIABLE", 0.5, "-V 5"),
    ],
)
def test_an_mp3_keeps_its_kind_and_what_its_encoder_was_told(here, kind, level, told):
    # Of which V0 makes far fewer bits than its usual 245 kbit/s.
    with soundfile.SoundFile(
        here / "song.mp3", "w", 44_100, 2, compression_level=level, bitrate_mode=kind
    ) as file:
        file.write(notes(rate=44_100, channels=2).samples.T)
    shifted("song.mp3", "+1")
    before, after = (mutagen.File(here / name).info for name in ("song.mp3", "song+1st.mp3"))
    assert before.encoder_settings == after.encoder_settings == told
    assert after.bitrate_mode == before.bitrate_mode
    if kind == "CONSTANT":
        assert after.bitrate == pytest.approx(before.bitrate, abs=100)


@pytest.mark.parametrize("quality", ["0", "4"])
def test_a_quality_is_that_of_the_encoder(here, song, quality):
    shifted(song, "0", "-o", "out.mp3", "--quality", quality)
    assert mutagen.File(here / "out.mp3").info.encoder_settings == f"-V {quality}"
    shifted(song, "0", "-o", "out.ogg", "--quality", quality)
    assert mutagen.File(here / "out.ogg").info.bitrate == {"0": 64_000, "4": 128_000}[quality]


def test_a_quality_that_an_encoder_has_not_is_refused(here, song):
    for name, quality in (("out.mp3", "10"), ("out.flac", "1"), ("out.m4a", "1")):
        message = failed(ctxaudio("shift", song, "0", "-o", name, "--quality", quality))
        assert f"0 to 10 for Vorbis (10 is), got {quality} for" in message
    message = failed(ctxaudio("shift", song, "0", "--quality", "1", "--bitrate", "128"), 2)
    assert "--quality says what --bitrate does" in message


def test_a_rate_below_the_least_becomes_the_least(here, monkeypatch):
    write(here / "song.ogg", notes(rate=44_100, channels=2), "OGG", "VORBIS")
    told = BitRate(45_000)  # as other encoders have it
    monkeypatch.setattr("ctxaudio.sound.bit_rates.bit_rate_of", lambda *_: told)
    shifted("song.ogg", "0", "-o", "out.ogg")
    assert mutagen.File(here / "out.ogg").info.bitrate == 64_000  # where its own were 112


def test_an_mp3_that_names_no_quality_keeps_its_mean(here):
    noise = 0.1 * np.random.default_rng(0).standard_normal((2, 2 * 44_100))
    data = encoded_by_ffmpeg(Sound(noise, 44_100), "mp3", "libmp3lame")
    (here / "song.mp3").write_bytes(data.replace(b"Info", b"Xing", 1))
    shifted("song.mp3", "0")
    before, after = (mutagen.File(here / name).info for name in ("song.mp3", "song+0st.mp3"))
    assert (before.encoder_settings, before.bitrate_mode) == ("", BitrateMode.VBR)
    assert after.bitrate_mode == BitrateMode.VBR
    assert after.bitrate == pytest.approx(before.bitrate, rel=0.1)


def test_an_m4a_keeps_its_bit_rate(here):
    noise = 0.1 * np.random.default_rng(0).standard_normal((2, 3 * 44_100))
    data = encoded_by_ffmpeg(Sound(noise, 44_100), "ipod", "aac")
    (here / "song.m4a").write_bytes(data)
    shifted("song.m4a", "0")
    assert (here / "song+0st.m4a").stat().st_size == pytest.approx(len(data), rel=0.1)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none/out.wav", "cannot write to none: No such file or directory."),
        ("out.ape", "expected a suffix such as .wav"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_song_is_read(
    song, monkeypatch, name, message
):
    monkeypatch.setattr("cli.shifting.one.open_song", None)
    assert message in failed(ctxaudio("shift", song, "0", "-o", name))


def test_many_channels_are_heard_where_they_were(here):
    layout = ("FL", "FR", "LFE")
    song = notes(rate=44_100, seconds=0.3)
    three = Sound(np.concatenate([song.samples] * 3), 44_100)
    with (here / "song.wav").open("wb") as file:
        encode_into(file, three, FileFormat("WAV", "PCM_16"), layout=layout)
    assert shifted("song.wav", "0", "-o", "out.wav").err.count("FL FR") == 0
    assert layout_of(here / "out.wav", "WAV", "PCM_16", 3) == layout
    said = shifted("song.wav", "0", "-o", "out.ogg").err
    assert "3 channels of OGG (VORBIS) are heard as FL FR FC, and these are FL FR LFE" in said


def test_standard_output_is_what_was_made(song):
    message = failed(ctxaudio("shift", song, "0", "-o", "-", "--rate", "48000"), 2)
    assert "what goes to standard output is a WAV of floats" in message
