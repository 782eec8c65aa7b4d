"""``ctxaudio shift``: what is written, where, in which format, and what is said of it."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from ctxaudio import Sound, load_memory, load_sound, tape_example
from tests.support.command import (
    ctxaudio,
    encoded,
    failed,
    finished,
    imported_by,
    notes,
    read,
    write,
)
from tests.support.forks import Forked
from tests.support.signals import snr_db

FACTS = {
    "input",
    "output",
    "semitones",
    "drums",
    "speed",
    "memory",
    "taught",
    "seed",
    "duration_s",
    "sample_rate",
    "channels",
    "lowered_by_db",
    "learned",
    "doubts",
    "remembered",
    "timings_s",
}


@pytest.fixture(scope="module")
def song():
    return notes(channels=2)


@pytest.fixture(scope="module")
def learned(song, tmp_path_factory):
    """The song as WAV, and what was taught of it: shifting with it is quick."""
    folder = tmp_path_factory.mktemp("learned")
    write(folder / "song.wav", song)
    memory = folder / "song.memory"
    assert ctxaudio("teach", folder / "song.wav", "-o", memory, "-q").code == 0
    return folder / "song.wav", memory


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("number", "name"),
    [("+5", "song+5st.wav"), ("-3.5", "song-3.5st.wav"), ("0", "song+0st.wav"), ("−0", "song+0st")],
)
def test_the_result_is_named_after_song_and_shift(learned, here, number, name):
    song, memory = learned
    result = ctxaudio("shift", song, number, "-m", memory)
    assert result.code == 0
    (made,) = here.iterdir()
    assert made.name.startswith(name)
    assert result.err.startswith(f"wrote {made.name}: 0.5 s")
    assert (read(made).samples.shape, read(made).sample_rate) == ((2, 4_000), 8_000)


def test_teaching_on_the_way_gives_the_same_as_a_memory(learned, here):
    song, memory = learned
    assert ctxaudio("shift", song, "+7", "-m", memory, "-o", "with.wav").code == 0
    assert ctxaudio("shift", song, "+7", "-o", "without.wav", "--examples", "-1,1").code == 0
    assert (here / "with.wav").read_bytes() == (here / "without.wav").read_bytes()
    assert not np.array_equal(read(here / "with.wav").samples, read(song).samples)


@pytest.mark.parametrize(
    ("container", "encoding"), [("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("FLAC", "PCM_24")]
)
def test_a_shift_by_0_keeps_every_bit_of_integers(here, container, encoding):
    song = write(here / f"song.{container.lower()}", notes(peak=1.0), container, encoding)
    assert ctxaudio("shift", song, "0", "-q").code == 0
    made, file_format = load_sound(here / f"song+0st.{container.lower()}")
    assert file_format == (container, encoding)
    np.testing.assert_array_equal(made.samples, read(song).samples)


def test_a_shift_by_0_keeps_floats(here):
    song = write(here / "song.wav", notes(peak=3.0), encoding="FLOAT")
    assert ctxaudio("shift", song, "0", "-q").code == 0
    made, file_format = load_sound(here / "song+0st.wav")
    assert file_format == ("WAV", "FLOAT")
    np.testing.assert_array_equal(made.samples, read(song).samples)


@pytest.mark.parametrize(
    ("suffix", "container", "encoding"),
    [(".mp3", "MP3", "MPEG_LAYER_III"), (".ogg", "OGG", "VORBIS"), (".opus", "OGG", "OPUS")],
)
def test_a_lossy_song_gives_a_song_of_its_kind_and_length(here, suffix, container, encoding):
    song = write(here / f"song{suffix}", notes(rate=16_000, seconds=0.61), container, encoding)
    assert ctxaudio("shift", song, "+2").code == 0
    made, file_format = load_sound(here / f"song+2st{suffix}")
    assert file_format == (container, encoding)
    assert made.samples.shape == read(song).samples.shape
    assert made.sample_rate == 16_000


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("out.flac", ("FLAC", "PCM_16")),
        ("out.WAV", ("WAV", "PCM_16")),
        ("out.aif", ("AIFF", "PCM_16")),
        ("out.ogg", ("OGG", "VORBIS")),
        ("out.mp3", ("MP3", "MPEG_LAYER_III")),
    ],
)
def test_the_suffix_of_the_output_decides_its_format(learned, here, name, expected):
    song, memory = learned
    assert ctxaudio("shift", song, "-2", "-m", memory, "-o", name).code == 0
    assert load_sound(here / name)[1] == expected


@pytest.mark.parametrize("name", ["out", "out.txt", "out.raw", "out.sd2", "out.wav.gz", "out."])
def test_a_suffix_that_names_no_format_is_refused(learned, here, name):
    song, memory = learned
    assert "expected a suffix" in failed(ctxaudio("shift", song, "1", "-m", memory, "-o", name))
    assert list(here.iterdir()) == []


def test_a_format_that_cannot_hold_the_song_is_refused(here):
    song = write(here / "song.wav", notes(channels=3))
    message = failed(ctxaudio("shift", song, "1", "-o", "out.mp3"))
    assert "MP3 (MPEG_LAYER_III) cannot hold 3 channels at 8000 Hz" in message
    assert list(here.iterdir()) == [song]


def test_an_existing_file_is_replaced_only_by_force(learned, here):
    song, memory = learned
    out = here / "out.wav"
    out.write_bytes(b"precious")
    args = ("shift", song, "+1", "-m", memory, "-o", out)
    assert "--force replaces it" in failed(ctxaudio(*args))
    assert out.read_bytes() == b"precious"
    assert ctxaudio(*args, "--force").code == 0
    assert read(out).samples.shape == (2, 4_000)
    assert list(here.iterdir()) == [out]


def test_a_device_is_not_replaced_even_by_force(learned):
    song, memory = learned
    args = ("shift", song, "+1", "-m", memory, "-o", os.devnull, "--force")
    assert "is not a file" in failed(ctxaudio(*args))


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_the_mode_of_the_result_honours_the_umask(learned, here, mask):
    song, memory = learned
    before = os.umask(mask)
    try:
        assert ctxaudio("shift", song, "+1", "-m", memory).code == 0
    finally:
        os.umask(before)
    assert (here / "song+1st.wav").stat().st_mode & 0o777 == 0o666 & ~mask


def test_a_result_that_would_clip_is_softer_and_a_note_says_so(here):
    loud = notes(channels=1).samples
    song = write(here / "song.wav", Sound(np.sign(loud), 8_000), encoding="PCM_16")
    result = ctxaudio("shift", song, "+3", "--json")
    assert result.code == 0
    facts = json.loads(result.out)
    assert facts["lowered_by_db"] > 0.01
    assert "its true peaks would have been over -1 dBTP" in result.err
    assert np.abs(read(here / "song+3st.wav").samples).max() <= 1.0
    assert ctxaudio("shift", song, "+3", "-o", "float.wav", "-q").err == ""


def test_json_is_one_line_of_facts_on_standard_output(learned, here):
    song, memory = learned
    result = ctxaudio("shift", song, "-3.5", "-m", memory, "--json")
    assert (result.code, result.err, result.out.count(b"\n")) == (0, "", 1)
    facts = json.loads(result.out)
    assert set(facts) == FACTS
    assert facts["input"] == str(song)
    assert facts["output"] == "song-3.5st.wav"
    assert (facts["semitones"], facts["seed"], facts["memory"]) == (-3.5, None, str(memory))
    assert (facts["duration_s"], facts["sample_rate"], facts["channels"]) == (0.5, 8_000, 2)
    assert facts["taught"] == list(load_memory(memory).contexts)
    assert set(facts["timings_s"]) == {"load", "read memory", "shift", "save"}
    assert all(seconds >= 0.0 for seconds in facts["timings_s"].values())


def test_quiet_says_nothing(learned, here):
    song, memory = learned
    assert ctxaudio("shift", song, "-3.5", "-m", memory, "--quiet") == (0, b"", "")


def test_a_sound_comes_from_standard_input_and_goes_to_standard_output(learned, here):
    song, memory = learned
    data = song.read_bytes()
    assert ctxaudio("shift", song, "+4", "-m", memory, "-o", "file.wav").code == 0
    for args in (("-", "+4"), ("-", "+4", "-o", "-"), (song, "+4", "-o", "-")):
        result = ctxaudio("shift", *args, "-m", memory, "--json", stdin=data)
        assert result.code == 0
        (here / "piped.wav").write_bytes(result.out)
        piped, file_format = load_sound(here / "piped.wav")
        assert file_format == ("WAV", "FLOAT")
        assert snr_db(read(here / "file.wav").samples, piped.samples) > 70.0
        facts = json.loads(result.err)  # where it does not mix with the sound
        assert (set(facts), facts["output"]) == (FACTS, None)
    result = ctxaudio("shift", "-", "+4", "-m", memory, "-o", "out.flac", stdin=data)
    assert result.code == 0
    assert read(here / "out.flac").samples.shape == (2, 4_000)


def test_a_pipeline_of_processes_passes_the_sound_on(learned, here):
    song, memory = learned
    result = finished(Forked("shift", "-", "+0", "-m", memory, "-q", stdin=-1), song.read_bytes())
    assert (result.code, result.err) == (0, "")
    (here / "out.wav").write_bytes(result.out)
    np.testing.assert_array_equal(read(here / "out.wav").samples, read(song).samples)


def test_several_songs_go_to_a_folder_and_a_bad_one_does_not_stop_the_rest(learned, here):
    song, memory = learned
    bad = here / "bad.flac"
    bad.write_bytes(b"no song")
    copy = here / "copy.wav"
    copy.write_bytes(song.read_bytes())
    result = ctxaudio("shift", song, bad, copy, "+1", "-m", memory, "-o", "new/folder", "--json")
    assert result.code == 1
    assert [json.loads(line)["input"] for line in result.out.splitlines()] == [str(song), str(copy)]
    first, second = result.err.splitlines()
    assert first.startswith(f"ctxaudio: 2/3 cannot use {bad}: expected a sound file")
    assert second == "ctxaudio: 1 of 3 songs could not be shifted."
    names = {path.name for path in (here / "new" / "folder").iterdir()}
    assert names == {"song+1st.wav", "copy+1st.wav"}


def test_one_song_goes_to_a_folder_too(learned, here):
    song, memory = learned
    (here / "folder").mkdir()
    assert ctxaudio("shift", song, "+1", "-m", memory, "-o", "folder").code == 0
    assert ctxaudio("shift", song, "+1", "-m", memory, "-o", "made/").code == 0
    assert (here / "folder" / "song+1st.wav").is_file()
    assert (here / "made" / "song+1st.wav").is_file()


def test_examples_of_one_s_own_are_taught(song, here):
    write(here / "song.wav", song, encoding="FLOAT")
    for number, name in ((-1.0, "low.wav"), (1.0, "high.wav")):
        # As long as the song: what a program that shifts pitch alone would write.
        version = tape_example(song, number).sound.samples
        version = np.resize(version, song.samples.shape)
        write(here / name, Sound(version, song.sample_rate), encoding="FLOAT")
    own = ("--example", "-1", "low.wav", "--example", "1", "high.wav")
    result = ctxaudio("shift", "song.wav", "+5", *own, "--json")
    assert result.code == 0
    assert json.loads(result.out)["taught"] == [-1.0, 0.0, 1.0]
    made = read(here / "song+5st.wav").samples
    assert made.shape == song.samples.shape
    assert not np.allclose(made, song.samples, atol=0.01)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda song: notes(rate=16_000), "must have the song's sample rate"),
        (lambda song: notes(seconds=1.5), "1.0 s longer"),
        (lambda song: None, "cannot read low.wav"),
    ],
)
def test_an_example_that_does_not_fit_is_refused(song, here, make, reason):
    write(here / "song.wav", song)
    version = make(song)
    if version is not None:
        write(here / "low.wav", version)
    before = set(here.iterdir())
    assert reason in failed(ctxaudio("shift", "song.wav", "+5", "--example", "-1", "low.wav"))
    assert set(here.iterdir()) == before


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (11_025, 8), (192_000, 2)])
def test_every_rate_and_number_of_channels_is_kept(here, rate, channels):
    song = write(here / "song.wav", notes(seconds=0.05, rate=rate, channels=channels))
    assert ctxaudio("shift", song, "-2", "-q").code == 0
    made = read(here / "song-2st.wav")
    assert (made.sample_rate, made.samples.shape[0]) == (rate, channels)
    assert made.samples.shape == read(song).samples.shape


def test_silence_stays_silence(here):
    song = write(here / "song.flac", Sound(np.zeros((2, 3_000)), 44_100), "FLAC")
    assert ctxaudio("shift", song, "+5", "-q").code == 0
    made = read(here / "song+5st.flac").samples
    assert made.shape == (2, 3_000)
    assert not made.any()


@pytest.mark.parametrize("n", [1, 2, 100])
def test_a_sound_shorter_than_a_frame_is_shifted(here, n):
    song = write(here / "song.wav", Sound(np.full((1, n), 0.5), 44_100))
    assert ctxaudio("shift", song, "+5", "-q").code == 0
    assert read(here / "song+5st.wav").samples.shape == (1, n)


def test_names_with_blanks_newlines_and_letters_of_all_kinds_are_read(learned, here):
    song, memory = learned
    name = "été №1\n\x1b[31m .wav"
    (here / name).write_bytes(encoded(read(song)))
    result = ctxaudio("shift", name, "+1", "-m", memory)
    assert result.code == 0
    assert result.err.count("\n") == 1
    assert result.err[:-1].isprintable()
    assert (here / "été №1\n\x1b[31m +1st.wav").is_file()


def test_drums_are_kept_or_moved_and_nothing_else(learned, here):
    song, memory = learned
    result = ctxaudio("shift", song, "+5", "-m", memory, "--drums", "keep", "--json")
    assert (result.code, json.loads(result.out)["drums"]) == (0, "keep")
    assert read(here / "song+5st.wav").samples.shape == (2, 4_000)
    message = failed(ctxaudio("shift", song, "+5", "--drums", "mute"), code=2)
    assert "'mute' is not one of 'move', 'keep'" in message


@pytest.mark.parametrize("args", [("play", "+5"), ("live", "--no-ui")])
def test_what_is_played_cannot_keep_its_drums(learned, args):
    command, *rest = args
    message = failed(ctxaudio(command, learned[0], *rest, "--drums", "keep"), code=2)
    assert "only 'ctxaudio shift', which has the whole song, can keep them" in message


def test_a_shift_waits_for_no_compiler_once_its_loops_are_compiled(song, tmp_path):
    args = ("shift", write(tmp_path / "song.wav", song), "+2", "--force", "-o", tmp_path / "o.wav")
    assert ctxaudio(*args).code == 0
    assert {"numba", "librosa", "rich"}.isdisjoint(imported_by(*map(str, args)))
