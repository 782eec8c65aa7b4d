"""``ctxaudio shift``: what a song's file says of it is said of the result."""

from __future__ import annotations

import struct

import mutagen
import pytest
from mutagen.flac import FLAC

from tests.support.command import ctxaudio, notes, write


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def song(here):
    file = FLAC(write(here / "song.flac", notes(), "FLAC"))
    file.update({"TITLE": "a", "KEY": "Am", "BPM": "120", "REPLAYGAIN_TRACK_GAIN": "-7 dB"})
    file.save()
    return "song.flac"


def shifted(song, *args):
    result = ctxaudio("shift", song, *args, "-q")
    assert (result.code, result.err) == (0, "")


def test_title_and_key_go_with_the_shift_and_gains_do_not(here, song):
    shifted(song, "+2")
    assert FLAC(here / "song+2st.flac").tags.as_dict() == {
        "title": ["a"],
        "key": ["Bm"],
        "bpm": ["120"],
    }


@pytest.mark.parametrize(
    ("args", "key", "bpm"),
    [(("0.5",), None, "120"), (("0", "--speed", "0.8"), "Am", "96"), (("-12",), "Am", "120")],
)
def test_key_and_tempo_are_those_of_the_result(here, song, args, key, bpm):
    shifted(song, *args, "-o", "out.mp3")
    tags = mutagen.File(here / "out.mp3").tags
    assert (tags.get("TKEY"), str(tags["TBPM"])) == (key, bpm)


def test_tags_are_left_out_if_asked(here, song):
    shifted(song, "+2", "--no-tags")
    assert not FLAC(here / "song+2st.flac").tags


def test_tags_that_no_file_of_a_format_holds_are_said(song):
    result = ctxaudio("shift", song, "+2", "-o", "out.au")
    assert result.code == 0
    assert "a file of AU holds no tags; the song's are not kept." in result.err


def test_damaged_tags_are_said_and_the_song_is_shifted(here):
    data = write(here / "song.mp3", notes(rate=16_000), "MP3", "MPEG_LAYER_III").read_bytes()
    frame = b"TIT2\0\0\0\x0a\0\x80" + bytes(10)
    (here / "song.mp3").write_bytes(b"ID3\x03\0\0\0\0\0\x14" + frame + data)
    result = ctxaudio("shift", "song.mp3", "+2")
    assert result.code == 0
    first, second = result.err.splitlines()
    assert first == "ctxaudio: song.mp3: its tags are not kept: the frame TIT2 is compressed."
    assert second.startswith("wrote song+2st.mp3")


def test_cue_points_follow_speed_and_rate(here):
    cue = struct.pack("<4s8I", b"cue ", 28, 1, 1, 800, 0, 0, 0, 800)
    data = write(here / "song.wav", notes()).read_bytes() + cue
    (here / "song.wav").write_bytes(data)
    shifted("song.wav", "0", "-o", "same.wav")
    shifted("song.wav", "0", "--speed", "0.5", "--rate", "16000", "-o", "out.wav")
    assert cue in (here / "same.wav").read_bytes()
    moved = cue.replace(struct.pack("<I", 800), struct.pack("<I", 3_200))
    assert moved in (here / "out.wav").read_bytes()
