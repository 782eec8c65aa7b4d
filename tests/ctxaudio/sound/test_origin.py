"""Where a sound was read from: the same as long as the file is, another with any change."""

from __future__ import annotations

import io
import os

import pytest

from ctxaudio.sound.files import open_sound
from ctxaudio.sound.origin import origin_of_path
from tests.support.command import notes, write


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    monkeypatch.setattr("ctxaudio.sound.origin._SETTLED_NS", 0)


@pytest.fixture
def song(tmp_path):
    return write(tmp_path / "song.wav", notes())


def test_a_file_has_one_and_what_is_read_of_it_has_it(song):
    origin = origin_of_path(song)
    assert origin == origin_of_path(song) == open_sound(song)[0].origin
    assert open_sound(io.BytesIO(song.read_bytes()))[0].origin is None


def test_a_change_that_leaves_size_and_time_is_seen(song):
    about, origin = song.stat(), origin_of_path(song)
    with song.open("r+b") as file:
        file.seek(about.st_size // 2)
        file.write(b"\x7f\x7f")
    os.utime(song, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert (song.stat().st_size, song.stat().st_mtime_ns) == (about.st_size, about.st_mtime_ns)
    assert origin_of_path(song) not in (origin, None)


def test_a_copy_is_another(song, tmp_path):
    (tmp_path / "copy.wav").write_bytes(song.read_bytes())
    assert origin_of_path(tmp_path / "copy.wav") != origin_of_path(song)
    song.rename(tmp_path / "moved.wav")
    assert origin_of_path(tmp_path / "moved.wav") is not None


def test_what_was_changed_just_now_or_is_no_file_has_none(song, tmp_path, monkeypatch):
    for name in ("none.wav", ".", "\0"):
        assert origin_of_path(tmp_path / name) is None
    os.mkfifo(tmp_path / "pipe")
    assert origin_of_path(tmp_path / "pipe") is None
    monkeypatch.setattr("ctxaudio.sound.origin._SETTLED_NS", 10**12)
    assert origin_of_path(song) is None
    assert open_sound(song)[0].origin is None


def test_what_changes_while_it_is_read_has_none(song, monkeypatch):
    from ctxaudio.sound import files

    decode = files.libsndfile.decode

    def changed_meanwhile(*args):
        found = decode(*args)
        os.utime(song, ns=(1, 1))
        return found

    monkeypatch.setattr(files.libsndfile, "decode", changed_meanwhile)
    assert open_sound(song)[0].origin is None
