"""``ctxaudio shift --album``: the songs of a folder keep their balance."""

from __future__ import annotations

import json
import shutil
import signal

import numpy as np
import pytest

from cli.shifting.album import album_outcomes
from cli.shifting.jobs import Job, Outcome
from ctxaudio import Sound
from tests.support.command import ctxaudio, failed, finished, notes, read, write
from tests.support.forks import Forked

LOUDEST = ("a.wav", "loudest.wav")  # songs of which each must be lowered


def clipped(times, **about):
    """Made louder and cut off, as loud masters are: shifted, it has higher peaks."""
    sound = notes(**about)
    return Sound(np.clip(times * sound.samples, -0.98, 0.98), sound.sample_rate)


@pytest.fixture
def album(tmp_path, monkeypatch):
    """Three songs: two that are lowered by themselves, each by its own, and a soft one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "album").mkdir()
    write(tmp_path / "album" / "a.wav", clipped(2.5, seconds=0.3, seed=1))
    write(tmp_path / "album" / "loudest.wav", clipped(6.0, seconds=0.3, seed=2))
    write(tmp_path / "album" / "soft.flac", notes(seconds=0.3, peak=0.2), "FLAC")
    return tmp_path / "album"


def shifted(*args, code=0):
    """Facts of each file, and what was said."""
    result = ctxaudio("shift", "album", *args, "--json")
    assert result.code == code, result
    facts = [json.loads(line) for line in result.out.splitlines()]
    return {each["output"]: each for each in facts}, result.err


def lowered_db(facts):
    return {output: each["lowered_by_db"] for output, each in facts.items()}


def gain_db(made, written):
    """By how much what was written is louder than what was made."""
    made, written = (read(path).samples.astype(np.float64) for path in (made, written))
    return 20.0 * np.log10(np.vdot(made, written) / np.vdot(made, made))


def test_all_songs_get_the_gain_of_the_one_that_is_lowered_most(album, tmp_path):
    plain = ("--format", "wav", "--no-dither")
    alone = lowered_db(shifted("+2", "-o", "alone", *plain)[0])
    assert alone["alone/loudest+2st.wav"] > alone["alone/a+2st.wav"] + 0.1 > 0.2
    assert alone["alone/soft+2st.wav"] == 0.0
    shifted("+2", "-o", "made", *plain, "--depth", "float")

    facts, said = shifted("+2", "-o", "out", *plain, "--album")
    most = alone["alone/loudest+2st.wav"]
    assert [*lowered_db(facts).values()] == [most] * 3
    (note,) = said.splitlines()
    assert f"the album is {most:.2f} dB softer: out/loudest+2st.wav's true peaks" in note
    for name in ("a+2st.wav", "loudest+2st.wav", "soft+2st.wav"):
        gain = gain_db(tmp_path / "made" / name, tmp_path / "out" / name)
        assert gain == pytest.approx(-most, abs=1e-3)
        assert read(tmp_path / "out" / name).peak <= 1.0
    assert len([*(tmp_path / "out").iterdir()]) == 3

    (album / "bad.mp3").write_bytes(b"no song")
    args = ("shift", "album", "+2", "-o", "two", *plain, "--album", "--jobs", "2")
    assert finished(Forked(*args, cwd=tmp_path)).code == 1
    assert len([*(tmp_path / "two").iterdir()]) == 3
    for path in (tmp_path / "out").iterdir():
        again = read(tmp_path / "two" / path.name).samples
        # Bit by bit where both have one thread for products, which a warm process may not have.
        np.testing.assert_allclose(read(path).samples, again, atol=2.0**-14)


def test_an_album_that_need_not_be_lowered_is_as_its_songs_alone(album, tmp_path):
    for name in LOUDEST:
        (album / name).unlink()
    write(album / "other.wav", notes(seconds=0.3, seed=5))
    facts, said = shifted("+2", "-o", "out", "--album")
    assert (set(lowered_db(facts).values()), said) == ({0.0}, "")
    shifted("+2", "-o", "alone")
    for path in (tmp_path / "out").iterdir():
        assert path.read_bytes() == (tmp_path / "alone" / path.name).read_bytes()


def test_a_song_that_fails_leaves_the_rest_one_gain(album, tmp_path):
    (album / "bad.mp3").write_bytes(b"no song")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "loudest+2st.wav").write_bytes(b"precious")
    args = ("+2", "-o", "out", "--album", "--report", "report")
    facts, said = shifted(*args, code=1)
    assert len(facts) == 2
    assert len({*lowered_db(facts).values()} - {0.0}) == 1
    assert "out/a+2st.wav's true peaks" in said
    assert "2 of 4 songs could not be shifted." in said
    assert (tmp_path / "out" / "loudest+2st.wav").read_bytes() == b"precious"
    told = [json.loads(line) for line in (tmp_path / "report").read_text().splitlines()]
    assert sorted(each["status"] for each in told) == ["failed"] * 2 + ["shifted"] * 2
    assert len([*(tmp_path / "out").iterdir()]) == 3


def test_how_far_it_is_is_told_of_both_what_is_made_and_what_is_written(album):
    (album / "bad.mp3").write_bytes(b"no song")
    lines = ctxaudio("shift", "album", "+2", "-o", "out", "--album").err.splitlines()
    begins = [
        "1/4 made album/a.wav (",
        "ctxaudio: 2/4 cannot use album/bad.mp3",
        "3/4 made album/loudest.wav (",
        "4/4 made album/soft.flac",
        "ctxaudio: the album is ",
        "2/4 wrote out/a+2st.wav",
        "3/4 wrote out/loudest+2st.wav",
        "4/4 wrote out/soft+2st.flac",
        "ctxaudio: 1 of 4 songs",
    ]
    assert all(line.startswith(begin) for line, begin in zip(lines, begins, strict=True))
    assert [line.endswith("left)") for line in lines] == [True, False, True, *[False] * 6]


def test_each_folder_and_each_shift_is_an_album_of_its_own(album):
    (album / "quiet").mkdir()
    shutil.copy(album / "soft.flac", album / "quiet" / "soft.flac")
    facts, said = shifted("--by", "-2,+2", "-r", "-o", "out", "--album")
    lowered = lowered_db(facts)
    assert len(lowered) == 8
    for shift in ("-2st", "+2st"):
        assert lowered.pop(f"out/quiet/soft{shift}.flac") == 0.0
        (one,) = {each for output, each in lowered.items() if shift in output}
        assert f"the album is {one:.2f} dB softer: out/loudest{shift}.wav's" in said
    assert len({*lowered.values()}) == 2


def test_what_is_written_as_floats_asks_for_nothing_and_goes_along(album, tmp_path):
    facts, _ = shifted("+2", "-o", "floats", "--format", "wav", "--depth", "float", "--album")
    assert set(lowered_db(facts).values()) == {0.0}
    assert read(tmp_path / "floats" / "loudest+2st.wav").peak > 1.0
    write(album / "loudest.wav", clipped(6.0, seconds=0.3, seed=2), encoding="FLOAT")
    facts, said = shifted("+2", "-o", "out", "--album")
    assert "out/a+2st.wav's true peaks" in said
    assert len({*lowered_db(facts).values()} - {0.0}) == 1


def test_what_is_there_is_left_out_as_a_whole_album(album, tmp_path):
    args = ("+2", "-o", "out", "--album", "--skip-existing")
    first, _ = shifted(*args)
    nothing, said = shifted(*args)
    assert (nothing, "3 of 3 songs were there already." in said) == ({}, True)
    (tmp_path / "out" / "a+2st.wav").unlink()
    message = failed(ctxaudio("shift", "album", *args))
    assert "2 of the 3 songs of an album are there already, such as out/" in message
    assert "--force makes them all anew" in message
    again, _ = shifted(*args, "--force")
    assert lowered_db(again) == lowered_db(first)


def test_one_song_is_as_without(album):
    alone, with_it = (
        ctxaudio("shift", "album/a.wav", "+2", "--json", "-o", f"{name}.wav", *args)
        for name, args in (("alone", ()), ("with", ("--album",)))
    )
    assert json.loads(alone.out)["lowered_by_db"] == json.loads(with_it.out)["lowered_by_db"] > 0.0


@pytest.mark.parametrize("args", [("--album",), ("--report", "r"), ("--skip-existing",)])
def test_standard_output_takes_one_song_as_it_was_made(album, args):
    message = failed(ctxaudio("shift", "album/a.wav", "+2", "-o", "-", *args), 2)
    assert "one song goes to standard output, as it was made" in message


def test_a_disk_must_have_room_for_what_is_kept_too(album, monkeypatch):
    usage = shutil.disk_usage(album)
    kept, written = 4 * 2_400, 2 * 2_400  # bytes
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=kept + written - 1))
    (album / "soft.flac").unlink()
    assert ctxaudio("shift", "album", "+2", "-o", "alone").code == 0
    result = ctxaudio("shift", "album", "+2", "-o", "out", "--album")
    assert result.code == 1
    assert "cannot write out/a+2st.wav: it takes 0.0 MB" in result.err


def test_more_songs_than_a_process_may_have_files_open(tmp_path):
    resource = pytest.importorskip("resource")
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    jobs = [Job(f"{n}.wav", [tmp_path / f"{n}+2st.wav"], None) for n in range(200)]

    def kept(job):
        return Outcome("made", job, [], [])

    resource.setrlimit(resource.RLIMIT_NOFILE, (150, most))
    try:
        found = [*album_outcomes(jobs, lambda begun: map(kept, begun), None)]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
    assert [outcome.status for outcome in found] == ["made"] * 200


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_leaves_nothing(album, tmp_path, jobs):
    write(album / "soft.flac", notes(seconds=60.0, rate=16_000), "FLAC")
    process = Forked("shift", "album", "+2", "-o", "out", "--album", "--jobs", jobs, cwd=tmp_path)
    said = process.stderr.readline()
    assert b"1/3 made album/" in said
    assert len([*(tmp_path / "out").iterdir()]) == 3  # hidden files
    process.send_signal(signal.SIGINT)
    assert finished(process).code == 130
    assert [*(tmp_path / "out").iterdir()] == []
