"""Files that cannot be used and places that cannot be written: one line, code 1, nothing left."""

from __future__ import annotations

import json
import os
import shutil

import numpy as np
import pytest

from ctxaudio import Sound
from tests.support.command import ctxaudio, encoded, failed, finished, notes, read, started, write
from tests.support.forks import Forked

SONG = notes()
FULL = 4_000  # bytes of a file, after which writing fails as on a full disk


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def memory(tmp_path_factory):
    folder = tmp_path_factory.mktemp("memory")
    write(folder / "song.wav", SONG)
    path = folder / "song.memory"
    assert ctxaudio("teach", folder / "song.wav", "-o", path, "-q").code == 0
    return path


def not_finite(value):
    """A float WAV, one of whose last samples is not a number that can be heard."""
    data = bytearray(encoded(SONG, "WAV", "FLOAT"))
    data[-8:-4] = np.float32(value).tobytes()
    return bytes(data)


BAD_SONGS = {
    "empty": (b"", "it is empty"),
    "text": (b"This is no sound.\n" * 50, "expected a sound file such as WAV, FLAC, OGG or MP3"),
    "random": (np.random.default_rng(1).bytes(5_000), "expected a sound file"),
    "header": (encoded(SONG)[:20], "expected a sound file"),
    "no samples": (encoded(SONG)[:40] + bytes(4), "there are no samples"),
    "nan": (not_finite(np.nan), "expected finite samples, got nan"),
    "inf": (not_finite(-np.inf), "expected finite samples, got -inf"),
    "slow": (encoded(Sound(SONG.samples, 8_000)).replace(b"\x40\x1f\0\0", b"\x3f\x1f\0\0"), "7999"),
    "truncated": (encoded(SONG, "FLAC")[:-100], "truncated or damaged"),
}


@pytest.mark.parametrize("kind", BAD_SONGS)
@pytest.mark.parametrize("command", ["shift", "teach", "info"])
def test_a_file_that_is_no_usable_song_is_refused(here, command, kind):
    content, reason = BAD_SONGS[kind]
    song = here / "song.wav"
    song.write_bytes(content)
    message = failed(ctxaudio(command, song, *(["+5"] if command == "shift" else [])))
    assert message.startswith(f"ctxaudio: cannot use {song}: ")
    assert reason in message
    assert list(here.iterdir()) == [song]
    assert song.read_bytes() == content


def test_nine_channels_are_too_many(here):
    data = bytearray(encoded(notes(channels=8)))
    data[22], data[32] = 9, 18  # channels and bytes of all of them
    (here / "song.wav").write_bytes(data)
    assert "expected 1 to 8 channels, got 9" in failed(ctxaudio("shift", "song.wav", "1"))


@pytest.mark.parametrize(
    ("song", "reason"),
    [
        ("missing.wav", "No such file or directory"),
        ("folder.wav", "there is no sound file in it"),
        ("file/song.wav", "Not a directory"),
        ("x" * 300 + ".wav", "File name too long"),
        (os.devnull, "a device"),
        ("/dev/zero", "a device"),
    ],
)
def test_what_cannot_be_read_is_named_with_the_reason(here, song, reason):
    (here / "folder.wav").mkdir()
    (here / "file").write_bytes(b"")
    before = set(here.iterdir())
    message = failed(ctxaudio("shift", song, "+5", "-o", "out.wav"))
    assert f"{song}: " in message
    assert reason in message
    assert set(here.iterdir()) == before


@pytest.mark.parametrize("name", ["a b\nc\r\td.wav", "\x1b[2J.wav", "naïve ♪.wav", "bad\udcff.wav"])
def test_a_name_of_any_kind_stays_on_one_line(here, name):
    failed(ctxaudio("shift", name, "+5"))
    lines = ctxaudio("shift", name, "+5", name + "2.wav", "5").err.splitlines()
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("file/out.wav", "cannot write to file: Not a directory"),
        ("missing/out.wav", "cannot write to missing: No such file or directory"),
        ("/proc/out.wav", "cannot write to /proc: "),
        ("x" * 300 + ".wav", "File name too long"),
    ],
)
@pytest.mark.parametrize("command", ["shift", "teach"])
def test_a_folder_that_cannot_be_written_is_named_before_the_work(
    here, memory, command, output, reason
):
    write(here / "song.wav", SONG)
    (here / "file").write_bytes(b"")
    before = set(here.iterdir())
    args = ("+5", "-m", memory) if command == "shift" else ()
    assert reason in failed(ctxaudio(command, "song.wav", *args, "-o", output))
    assert set(here.iterdir()) == before


@pytest.mark.parametrize("output", ["file/folder", "/proc/folder"])
def test_a_folder_that_cannot_be_made_is_named(here, output):
    (here / "file").write_bytes(b"")
    args = ("shift", "a.wav", "b.wav", "+5", "-o", output)
    assert f"cannot make the folder {output}: " in failed(ctxaudio(*args))


@pytest.mark.parametrize("command", ["shift", "teach"])
def test_a_full_disk_leaves_nothing(here, memory, command):
    write(here / "song.wav", SONG)
    args = ("+5", "-m", memory, "-o", "out.wav") if command == "shift" else ("-o", "out.memory")
    result = finished(Forked(command, "song.wav", *args, cwd=here, file_bytes=FULL))
    assert "cannot write out." in failed(result)
    assert [path.name for path in here.iterdir()] == ["song.wav"]


def test_a_full_disk_leaves_what_force_would_have_replaced(here, memory):
    write(here / "song.wav", SONG)
    (here / "out.wav").write_bytes(b"precious")
    args = ("shift", "song.wav", "+5", "-m", memory, "-o", "out.wav", "--force")
    failed(finished(Forked(*args, cwd=here, file_bytes=FULL)))
    assert (here / "out.wav").read_bytes() == b"precious"
    assert {path.name for path in here.iterdir()} == {"song.wav", "out.wav"}


@pytest.mark.parametrize(
    "args", [("shift", "song.wav", "+5", "-o", "-"), ("info", "song.memory"), ("shift", "--help")]
)
def test_standard_output_on_a_full_disk_is_one_line(here, memory, args):
    write(here / "song.wav", SONG)
    (here / "song.memory").write_bytes(memory.read_bytes())
    args = (*args, "-m", memory) if "song.wav" in args else args
    with open("/dev/full", "wb") as full:
        process = Forked(*args, cwd=here, stdout=full)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert err.decode() == "ctxaudio: input or output: No space left on device.\n"


@pytest.mark.parametrize(
    "args", [("shift", "song.wav", "+5", "-o", "-"), ("info", "song.memory"), ("--help",)]
)
def test_a_reader_that_goes_away_is_no_traceback(here, memory, args):
    write(here / "song.wav", notes(seconds=5.0))
    (here / "song.memory").write_bytes(memory.read_bytes())
    read_end, write_end = os.pipe()
    os.close(read_end)
    args = (*args, "-q") if "song.wav" in args else args
    process = Forked(*args, cwd=here, stdout=write_end)
    os.close(write_end)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert err == b""


def test_standard_streams_may_be_closed(here, memory):
    write(here / "song.wav", SONG)

    def closed():
        for descriptor in (0, 1, 2):
            os.close(descriptor)

    args = ("shift", "song.wav", "+5", "-m", memory)
    process = started(*args, cwd=here, preexec_fn=closed)
    assert finished(process) == (0, b"", "")
    assert (here / "song+5st.wav").is_file()
    process = started("shift", "-", "+5", "-o", "out.wav", cwd=here, preexec_fn=closed)
    assert finished(process) == (1, b"", "")
    assert not (here / "out.wav").exists()


def without_output():
    os.close(1)


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("shift", "song.wav", "+3", "-o", "-"), "closed, and the sound was to go there"),
        (("shift", "song.wav", "+3", "--json"), "closed, and JSON was to go there"),
        (("teach", "song.wav", "--json"), "closed, and JSON was to go there"),
        (("bench", "lorenz", "translate", "--quick"), "closed, and the report was to go there"),
        (("bench", "delay-match", "delays"), "closed, and the report was to go there"),
        (("info", "{memory}"), "Bad file descriptor"),
        (("--help",), "Bad file descriptor"),
    ],
)
def test_a_closed_output_that_was_to_take_the_result_is_an_error(here, memory, args, reason):
    write(here / "song.wav", SONG)
    args = [arg.format(memory=memory) for arg in args]
    result = finished(started(*args, cwd=here, preexec_fn=without_output))
    assert reason in failed(result)
    assert [path.name for path in here.iterdir()] == ["song.wav"]


def test_a_closed_output_that_is_not_needed_does_no_harm(here, memory):
    write(here / "song.wav", SONG)
    args = ("shift", "song.wav", "+3", "-m", memory, "-o", "o.wav")
    result = finished(started(*args, cwd=here, preexec_fn=without_output))
    assert (result.code, result.out) == (0, b"")
    assert result.err.startswith("wrote o.wav: ")
    assert (here / "o.wav").is_file()


@pytest.mark.parametrize("content", [b"", b"no memory", b"\xff" * 100, None])
def test_a_memory_that_is_none_is_refused(here, content):
    song = write(here / "song.wav", SONG)
    if content is not None:
        (here / "song.memory").write_bytes(content)
    before = set(here.iterdir())
    assert "song.memory" in failed(ctxaudio("shift", song, "+5", "-m", "song.memory"))
    assert set(here.iterdir()) == before


@pytest.mark.parametrize(
    "other", [notes(seed=1), notes(seconds=0.6), notes(rate=11_025), notes(channels=2)]
)
def test_a_memory_of_another_song_is_refused(here, memory, other):
    song = write(here / "other.wav", other)
    message = failed(ctxaudio("shift", song, "+5", "-m", memory))
    assert "the memory is of another song: it was taught 4000 samples at 8000 Hz" in message
    assert list(here.iterdir()) == [song]


def test_what_breaks_off_is_read_so_far_where_that_is_asked_for(tmp_path):
    whole = encoded(notes(seconds=12.0), "FLAC", "PCM_16")
    song, out = tmp_path / "song.flac", tmp_path / "out.wav"
    song.write_bytes(whole[: len(whole) // 2])
    assert "it breaks off after 5." in failed(ctxaudio("shift", song, "+1", "-o", out))
    for args, data in ((song, b""), ("-", song.read_bytes())):
        result = ctxaudio("shift", args, "+1", "-o", out, "--force", "--damaged", stdin=data)
        assert result.code == 0
        assert "it is read as far as it goes, 5." in result.err
        assert 5.0 < read(out).duration_s < 6.5


def test_a_header_that_was_never_finished_is_said(tmp_path):
    data = bytearray(encoded(notes(seconds=0.5), "WAV", "PCM_16"))
    data[4:8] = data[40:44] = b"\xff" * 4
    result = ctxaudio("info", "-", "--json", stdin=bytes(data))
    assert json.loads(result.out)["duration_s"] == 0.5
    assert "its header was never finished, and it is read as far as it goes" in result.err


@pytest.mark.parametrize("suffix", ["wav", "aiff", "flac"])
def test_a_disk_without_room_is_known_before_the_work(tmp_path, monkeypatch, suffix):
    song = write(tmp_path / "song.wav", notes(seconds=2.0, channels=2))  # 16 bits at 8 kHz
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=50_000))
    out = tmp_path / f"out.{suffix}"
    result = ctxaudio("shift", song, "+1", "-o", out)
    if suffix == "flac":  # of which nobody knows how large it will be
        assert result.code == 0
    else:
        message = f"cannot write {out}: it takes 0.1 MB, and in {tmp_path} 0.1 MB are free."
        assert message in failed(result)
        assert not out.exists()
