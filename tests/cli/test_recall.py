"""``ctxaudio teach --alone`` and ``ctxaudio recall``: a song that is sung with no song at hand."""

from __future__ import annotations

import json
import signal

import numpy as np
import pytest
import soundfile

from ctxaudio import Passage, Sound, load_alone, load_sound, sing
from tests.support.command import (
    HEAVY,
    ctxaudio,
    failed,
    finished,
    imported_by,
    notes,
    read,
    wait_until_it_writes,
    write,
)
from tests.support.forks import Forked
from tests.support.saved import forged
from tests.support.signals import cents, mono, sine, snr_db, tone

SONG = notes(channels=2)


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    """A memory file, whose song is gone, and what was said of it."""
    folder = tmp_path_factory.mktemp("alone")
    song, path = write(folder / "song.wav", SONG), folder / "song.memory"
    result = ctxaudio("teach", song, "--alone", "-o", path, "--json", "--seed", "5")
    song.unlink()
    return path, result


@pytest.fixture
def memory(taught):
    return taught[0]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def expected(memory, context=0.0, **passage):
    sound = sing(load_alone(memory), context, Passage(**passage))
    return sound.read(0, sound.n_samples)


def test_teaching_tells_what_was_taught(taught):
    path, result = taught
    assert (result.code, result.err, result.out.count(b"\n")) == (0, "", 1)
    facts = json.loads(result.out)
    assert facts.pop("timings_s").keys() == {"load", "make examples", "teach", "save"}
    assert facts == {
        "input": str(path.with_name("song.wav")),
        "output": str(path),
        "contexts": [-1.0, 0.0, 1.0],
        "alone": True,
        "seed": 5,
        "duration_s": 0.5,
        "bytes": path.stat().st_size,
        "bits_s": round(load_alone(path).bits_s, 1),
    }
    assert load_alone(path).seed == 5


def test_teaching_says_what_was_taught(here):
    song = write(here / "song.wav", SONG)
    result = ctxaudio("teach", song, "--alone", "--examples", "-2,1.5", "--threads", "2")
    assert (result.code, result.out) == (0, b"")
    assert result.err.startswith("wrote song.memory: 0.5 s taught at -2, 0, +1.5, to be sung alone")
    assert load_alone(here / "song.memory").contexts == (-2.0, 1.5)
    assert "--force replaces it" in failed(ctxaudio("teach", song, "--alone"))
    assert ctxaudio("teach", song, "--alone", "--force", "-q", "--threads", "1") == (0, b"", "")
    assert load_alone(here / "song.memory").contexts == (-1.0, 1.0)


def test_versions_of_one_s_own_are_taught(here):
    song = write(here / "song.wav", SONG)
    louder = write(here / "louder.wav", Sound(1.2 * SONG.samples, SONG.sample_rate))
    assert ctxaudio("teach", song, "--alone", "--example", "2", louder, "-q").code == 0
    assert load_alone(here / "song.memory").contexts == (2.0,)


@pytest.mark.parametrize(
    ("args", "name", "passage"),
    [
        ((), "song+0st.flac", {}),
        (("+5",), "song+5st.flac", {"context": 5.0}),
        (("-3.5",), "song-3.5st.flac", {"context": -3.5}),
        (("--speed", "-1"), "song-x-1.flac", {"speed": -1.0}),
        (("--speed", "−0.5", "-2"), "song-2st-x-0.5.flac", {"speed": -0.5, "context": -2.0}),
        (("+1", "--from", "0.1", "--to", "0.3", "-o", "a.wav"), "a.wav", {"context": 1.0}),
        (("--loop", "0.1", "0.25", "--seconds", "1", "-o", "b.wav"), "b.wav", {"loop": True}),
        (("--from", "0.2", "--speed", "0", "--seconds", "0.4", "-o", "c.wav"), "c.wav", {}),
        (("--seconds", "0.2", "-o", "d.wav"), "d.wav", {"seconds": 0.2}),
    ],
)
def test_every_option_sings_as_the_library_does(memory, here, args, name, passage):
    more = {
        "a.wav": {"begin_s": 0.1, "end_s": 0.3},
        "b.wav": {"begin_s": 0.1, "end_s": 0.25, "seconds": 1.0},
        "c.wav": {"begin_s": 0.2, "speed": 0.0, "seconds": 0.4},
    }
    result = ctxaudio("recall", memory, *args)
    assert (result.code, result.out) == (0, b"")
    (made,) = here.iterdir()
    assert made.name == name
    truth = expected(memory, **passage | more.get(name, {}))
    assert result.err.startswith(f"wrote {name}: {truth.shape[1] / 8_000:.1f} s, ")
    assert read(made).sample_rate == 8_000
    assert snr_db(truth, read(made).samples) > 50.0


def test_the_song_is_sung_without_its_file(memory, here):
    assert not memory.with_name("song.wav").exists()
    assert ctxaudio("recall", memory, "-o", "song.wav", "-q") == (0, b"", "")
    made = read(here / "song.wav").samples
    assert made.shape == SONG.samples.shape
    assert snr_db(SONG.samples, made) > 10.0


def test_json_is_one_line_of_facts(memory, here):
    args = ("+5", "--loop", "0", "0.2", "--seconds", "0.75", "--speed", "0.5", "-o", "o.wav")
    result = ctxaudio("recall", memory, *args, "--json")
    assert (result.code, result.err, result.out.count(b"\n")) == (0, "", 1)
    facts = json.loads(result.out)
    assert facts.pop("timings_s").keys() == {"read memory", "recall", "save"}
    assert facts == {
        "input": str(memory),
        "output": "o.wav",
        "semitones": 5.0,
        "speed": 0.5,
        "begin_s": 0.0,
        "end_s": 0.2,
        "loop": True,
        "seconds": 0.75,
        "duration_s": 0.75,
        "sample_rate": 8_000,
        "channels": 2,
        "lowered_by_db": 0.0,
    }


def test_a_sound_goes_to_standard_output(memory, here):
    result = ctxaudio("recall", memory, "-2", "-o", "-", "--json")
    assert result.code == 0
    assert json.loads(result.err)["output"] is None
    (here / "piped.wav").write_bytes(result.out)
    made, file_format = load_sound(here / "piped.wav")
    assert file_format == ("WAV", "FLOAT")
    np.testing.assert_array_equal(made.samples, expected(memory, -2.0))
    result = ctxaudio("recall", memory, "-o", "-", "-q")
    assert (result.code, result.err) == (0, "")


def test_an_existing_file_is_replaced_only_by_force(memory, here):
    out = here / "out.wav"
    out.write_bytes(b"precious")
    assert "--force replaces it" in failed(ctxaudio("recall", memory, "-o", out))
    assert out.read_bytes() == b"precious"
    assert ctxaudio("recall", memory, "-o", out, "--force", "-q").code == 0
    assert read(out).samples.shape == (2, 4_000)
    assert list(here.iterdir()) == [out]


def test_what_would_clip_is_softer_and_a_note_says_so(here):
    loud = write(here / "song.wav", Sound(4.0 * SONG.samples, 8_000), encoding="FLOAT")
    assert ctxaudio("teach", loud, "--alone", "-q").code == 0
    result = ctxaudio("recall", "song.memory", "-o", "o.flac")
    assert "dB softer: it would have been clipped" in result.err
    assert np.abs(read(here / "o.flac").samples).max() <= 1.0
    assert ctxaudio("recall", "song.memory", "-o", "o.mp3", "-q").code == 0


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        ((), "Missing argument 'MEMORY'"),
        (("m", "nan"), "expected a number of semitones"),
        (("m", "37"), "at most ±36 semitones"),
        (("m", "--speed", "4.1"), "--speed"),
        (("m", "--speed", "-2.1"), "--speed"),
        (("m", "--speed", "nan"), "--speed"),
        (("m", "--speed", "0"), "say how many seconds"),
        (("m", "--loop", "0", "1"), "say how many seconds"),
        (("m", "--loop", "1", "1", "--seconds", "3"), "to a later moment, got 1 to 1 s"),
        (("m", "--loop", "1", "--seconds", "3"), "--loop"),
        (("m", "--loop", "0", "1", "--seconds", "3", "--from", "0"), "leave --from and --to out"),
        (("m", "--loop", "0", "1", "--seconds", "3", "--to", "1"), "leave --from and --to out"),
        (("m", "--from", "2", "--to", "1"), "to a later moment, got 2 to 1 s"),
        (("m", "--from", "-1"), "--from"),
        (("m", "--to", "0"), "to a later moment, got 0 to 0 s"),
        (("m", "--to", "inf"), "--to"),
        (("m", "--seconds", "0"), "--seconds"),
        (("m", "--seconds", "1e9"), "at most 86400 s"),
        (("m", "+1", "+2"), "unexpected extra argument"),
    ],
)
def test_a_usage_error_is_one_line_with_code_2(args, reason, here):
    assert reason in failed(ctxaudio("recall", *args), code=2)
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    "args", [("--alone", "--formants"), ("--alone", "--network", "trained"), ("--alone", "-o", "-")]
)
def test_what_no_memory_that_sings_alone_can_be_is_refused(args, here):
    failed(ctxaudio("teach", write(here / "song.wav", SONG), *args), code=2)
    assert [path.name for path in here.iterdir()] == ["song.wav"]


def test_more_channels_and_seeds_that_no_file_holds_are_refused(here):
    song = write(here / "song.wav", notes(channels=3))
    assert "one channel or two, got 3" in failed(ctxaudio("teach", song, "--alone"))
    write(song, SONG)
    message = failed(ctxaudio("teach", song, "--alone", "--seed", 2**63))
    assert "a seed must be a whole number from 0 to" in message
    assert list(here.iterdir()) == [song]


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("--from", "0.5"), "behind the song's end, 0.50 s"),
        (("--loop", "3", "4", "--seconds", "1"), "behind the song's end"),
        (("--speed", "0.000001"), "say how many seconds"),
        (("-o", "out.xyz"), "expected a suffix"),
        (("-o", "no/folder/out.wav"), "cannot write"),
        (("-o", "out.opus"), "cannot hold 2 channels at"),
    ],
)
def test_what_cannot_be_sung_or_written_is_refused(memory, here, args, reason):
    if args == ("-o", "out.opus"):
        song = write(here / "song.wav", notes(rate=11_025, channels=2))
        assert ctxaudio("teach", song, "--alone", "-q").code == 0
        memory = here / "song.memory"
    before = set(here.iterdir())
    assert reason in failed(ctxaudio("recall", memory, *args))
    assert set(here.iterdir()) == before


def test_another_file_is_refused(memory, here):
    song = write(here / "song.wav", SONG)
    assert ctxaudio("teach", song, "-o", "other.memory", "-q").code == 0
    for name in ("song.wav", "other.memory"):
        message = failed(ctxaudio("recall", name, "-o", "out.wav"))
        assert f"{name} is no memory of ctxaudio that sings alone" in message
    assert "cannot read nothing" in failed(ctxaudio("recall", "nothing"))
    assert "is read too" in failed(ctxaudio("recall", memory, "-o", memory, "--force"))
    (here / "cut.memory").write_bytes(memory.read_bytes()[:-100])
    assert "cut" in failed(ctxaudio("recall", "cut.memory"))
    assert not (here / "out.wav").exists()


def test_a_forged_phrase_is_refused_in_one_line_and_leaves_nothing(memory, here):
    data = forged(memory.read_bytes(), arrays={"phrases": np.zeros(3, np.uint8)})
    data = forged(data, arrays={"phrase_ends": np.array([3], np.int64)})
    (here / "bad.memory").write_bytes(data)
    assert "phrase 0 of the memory is none" in failed(ctxaudio("recall", "bad.memory"))
    assert [path.name for path in here.iterdir()] == ["bad.memory"]


def test_what_shifts_a_song_points_to_what_sings_it(memory, here):
    song = write(here / "song.wav", SONG)
    message = failed(ctxaudio("shift", song, "+5", "-o", "out.wav", "-m", memory))
    assert f"{memory} sings alone; 'ctxaudio recall {memory}' has it do so" in message
    assert list(here.iterdir()) == [song]


def test_info_of_a_memory_that_sings_alone(memory):
    facts = json.loads(ctxaudio("info", memory, "--json").out)
    loaded = load_alone(memory)
    assert facts == {
        "kind": "memory that sings alone",
        "contexts": [-1.0, 0.0, 1.0],
        "duration_s": 0.5,
        "sample_rate_hz": 8_000,
        "channels": 2,
        "songs": 1,
        "phrases": 1,
        "bits_a_second": round(loaded.bits_s),
        "readout_bits_a_second": round(loaded.readout_bits_s),
        "fingerprint": loaded.fingerprint[:16],
    }
    assert "contexts       -1, 0, +1\n" in ctxaudio("info", memory).out.decode()


def test_help_imports_nothing_heavy():
    assert ctxaudio("recall", "--help").out.startswith(b"Usage: ctxaudio recall")
    assert HEAVY.isdisjoint(imported_by("recall", "--help"))
    assert HEAVY.isdisjoint(imported_by("recall", "m", "--speed", "9"))


def test_recall_waits_for_no_compiler_once_its_loops_are_compiled(memory, here):
    args = ("recall", str(memory), "+2", "-o", str(here / "o.wav"), "--force")
    assert ctxaudio(*args).code == 0
    assert {"librosa", "numba", "rich"}.isdisjoint(imported_by(*args))


@pytest.mark.parametrize("command", ["teach", "recall"])
def test_an_interrupt_leaves_nothing(here, command):
    song = write(here / "song.wav", notes(seconds=60.0, rate=16_000))
    args = (song, "--alone", "-o", "out.memory")
    if command == "recall":
        assert ctxaudio("teach", write(here / "short.wav", SONG), "--alone", "-q").code == 0
        args = ("short.memory", "--loop", "0", "0.4", "--seconds", "3600", "-o", "out.wav")
    before = set(here.iterdir())
    process = Forked(command, *args, cwd=here)
    wait_until_it_writes(process, here)
    process.send_signal(signal.SIGINT)
    result = finished(process)
    assert result.code in {130, -signal.SIGINT}
    assert (result.out, result.err.strip()) == (b"", "ctxaudio: interrupted.")
    assert set(here.iterdir()) == before


# Several songs


def two_tones(seconds):
    """No other pitch of one tone is like it."""
    low, high = (sine(hz, seconds=seconds, rate=16_000) for hz in (660.0, 935.0))
    return mono(0.5 * (low + high), 16_000)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    folder = tmp_path_factory.mktemp("both")
    one = write(folder / "one.wav", mono(sine(440.0, seconds=1.2, rate=16_000), 16_000))
    two = write(folder / "two.wav", two_tones(0.8))
    memory = folder / "both.memory"
    assert ctxaudio("teach", one, two, "--alone", "-o", memory).code == 0
    return memory


@pytest.mark.parametrize(
    ("options", "hz", "seconds"),
    [
        ((), 440.0, 1.2),
        (("--song", "2"), 660.0, 0.8),
        (("--song", "2", "--from", "0.5"), 660.0, 0.3),
    ],
)
def test_a_song_of_several_is_sung(both, tmp_path, options, hz, seconds):
    target = tmp_path / "sung.wav"
    assert ctxaudio("recall", both, *options, "-o", target).code == 0
    samples, rate = soundfile.read(target)
    assert len(samples) == round(seconds * rate)
    found_hz, _ = tone(samples[len(samples) // 4 : -len(samples) // 4], hz, rate=rate)
    assert abs(cents(found_hz, hz)) < 1.0


def test_a_cue_finds_the_song_that_it_is_of(both, tmp_path):
    cue = write(tmp_path / "cue.wav", two_tones(0.5))
    result = ctxaudio("recall", both, "--cue", cue, "-o", tmp_path / "on.wav", "--json")
    facts = json.loads(result.out)
    assert 2.1 < facts["begin_s"] < facts["end_s"] == 3.0
    assert facts["semitones"] == pytest.approx(0.0, abs=0.05)


def test_what_several_songs_cannot_be_asked_is_refused(both, tmp_path):
    assert "no song 3" in ctxaudio("recall", both, "--song", "3", "-o", tmp_path / "no.wav").err
    cue = ctxaudio("recall", both, "--song", "2", "--cue", both)
    assert (cue.code, "leave --song" in cue.err) == (2, True)
    late = ctxaudio("recall", both, "--song", "2", "--from", "0.9", "-o", tmp_path / "no.wav")
    assert (late.code, "behind the song's end, 0.80 s" in late.err) == (1, True)
    songs = both.parent / "one.wav", both.parent / "two.wav"
    plain = ctxaudio("teach", *songs, "-o", tmp_path / "no.memory")
    assert (plain.code, "--alone only" in plain.err) == (2, True)
    fast = write(tmp_path / "fast.wav", mono(sine(440.0, seconds=0.3, rate=8_000), 8_000))
    other = ctxaudio("teach", songs[0], fast, "--alone", "-o", tmp_path / "no.memory")
    assert (other.code, "one rate" in other.err) == (1, True)
