"""``ctxaudio shift``: songs of formats that are read, and what is written of them."""

from __future__ import annotations

import av
import numpy as np
import pytest

from cli.shifting.songs import _NOT_WRITTEN, _SUFFIXES
from ctxaudio import load_sound
from ctxaudio.errors import DataError
from ctxaudio.sound.encoding import WAV_FLOAT
from ctxaudio.sound.writing import format_for
from tests.support.command import ctxaudio, failed, notes, write
from tests.support.media import encoded_by_ffmpeg, video

VIDEOS = ("song.mp4", "out.mp4")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("suffix", sorted(_SUFFIXES | _NOT_WRITTEN))
def test_every_song_has_a_default_output(here, suffix):
    if suffix in _NOT_WRITTEN:
        with pytest.raises(DataError, match="expected a suffix"):
            format_for(here / f"song.{suffix}", WAV_FLOAT)
    else:
        assert format_for(here / f"song.{suffix}", WAV_FLOAT)


def test_what_cannot_be_written_becomes_flac_and_a_note_says_so(here):
    (here / "song.tta").write_bytes(encoded_by_ffmpeg(notes(), "tta", "tta"))
    result = ctxaudio("shift", "song.tta", "+2")
    assert result.code == 0
    note, done = result.err.splitlines()
    assert note == "ctxaudio: no .tta file can be written; what is made of one is FLAC."
    assert done.startswith("wrote song+2st.flac")
    assert load_sound(here / "song+2st.flac")[1] == ("FLAC", "PCM_24")
    result = ctxaudio("shift", "song.tta", "+2", "-o", "out.wav")
    assert (result.code, result.err.count("\n")) == (0, 1)


@pytest.mark.parametrize(
    ("suffix", "container", "codec"),
    [("m4a", "ipod", "aac"), ("m4a", "ipod", "alac"), ("webm", "webm", "libopus")],
)
def test_what_pyav_writes_stays_of_its_kind(here, suffix, container, codec):
    sound = notes(rate=16_000)
    (here / f"song.{suffix}").write_bytes(encoded_by_ffmpeg(sound, container, codec))
    result = ctxaudio("shift", f"song.{suffix}", "+2", "-q")
    assert (result.code, result.err) == (0, "")
    made, file_format = load_sound(here / f"song+2st.{suffix}")
    assert file_format == load_sound(here / f"song.{suffix}")[1]
    assert sound.duration_s <= made.duration_s < sound.duration_s + 1_024 / 16_000


def test_a_video_keeps_its_picture(here):
    (here / "song.mp4").write_bytes(video(notes(rate=16_000)))
    assert ctxaudio("shift", "song.mp4", "+2", "-o", "out.mp4", "-q").code == 0
    with av.open("song.mp4") as before, av.open("out.mp4") as after:
        sent = [
            [bytes(packet) for packet in each.demux(video=0) if packet.size]
            for each in (before, after)
        ]
    assert sent[0] == sent[1]
    assert not np.array_equal(*(load_sound(here / name)[0].samples[:, :7_000] for name in VIDEOS))


def test_a_video_is_not_parted_from_its_picture(here):
    (here / "song.mp4").write_bytes(video(notes(rate=16_000)))
    args = ("shift", "song.mp4", "0", "--speed", "0.8")
    assert "--speed would part the sound of song.mp4 from its picture" in failed(ctxaudio(*args))
    assert ctxaudio(*args, "-o", "out.m4a").code == 0


def test_without_the_extra_the_work_is_not_begun(here, monkeypatch):
    write(here / "song.wav", notes())
    monkeypatch.setattr("ctxaudio.extras.find_spec", lambda name: None)
    monkeypatch.setattr("cli.shifting.one.learn", None)
    message = failed(ctxaudio("shift", "song.wav", "+2", "-o", "out.m4a"))
    assert "writing a .m4a file needs av" in message


def test_what_a_codec_does_not_know_is_refused_before_the_work(here, monkeypatch):
    write(here / "song.wav", notes(rate=96_000, seconds=0.1))
    monkeypatch.setattr("cli.shifting.one.learn", None)
    message = failed(ctxaudio("shift", "song.wav", "+2", "-o", "out.mp3"))
    assert "MP3 (MPEG_LAYER_III) knows no rate of 96000 Hz" in message
