"""``ctxaudio shift --cluster``: songs that others shift, as files that all see or as bytes."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import shutil
import signal
import time

import av
import joblib
import numpy as np
import pytest

from tests.support.command import ctxaudio, failed, finished, notes, read, started, write
from tests.support.forks import Forked
from tests.support.media import video


@pytest.fixture
def album(tmp_path, monkeypatch):
    """Three songs of which two are so loud that they are lowered."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "album").mkdir()
    for seed, name in enumerate(("a.wav", "b.wav", "c.flac")):
        sound = notes(seconds=0.3, seed=seed, peak=0.99 if seed else 0.3)
        write(tmp_path / "album" / name, sound, name[-4:].strip(".").upper())
    return tmp_path / "album"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Two processes that work in a folder of their own, and keep there what is not to last."""
    import distributed

    folder = tmp_path_factory.mktemp("elsewhere")
    temporary = folder / "temporary"
    temporary.mkdir()
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
        env={"TMPDIR": str(temporary)},
        preload=f"import os; os.chdir({str(folder)!r})",
    ) as cluster:
        yield cluster, temporary


def kill_one_at_work(cluster, process):
    """Kill a worker that has a song, by the number of its process."""
    while True:
        assert process.poll() is None
        for nanny in cluster.workers.values():
            worker = cluster.scheduler.workers.get(nanny.worker_address)
            if worker is not None and worker.processing:
                os.kill(nanny.pid, signal.SIGKILL)
                return
        time.sleep(0.002)


@pytest.mark.timeout(120)
def test_no_song_is_lost_with_a_worker(album, tmp_path, cluster):
    scheduler, _ = cluster
    for copy in range(4):
        shutil.copy(album / "a.wav", album / f"copy{copy}.wav")
    process = started(
        "shift", album, "+2", "-o", tmp_path / "out", "--report", tmp_path / "report",
        "--cluster", scheduler.scheduler_address, "--album",
    )  # fmt: skip
    kill_one_at_work(scheduler, process)
    assert finished(process).code == 0
    assert len([*(tmp_path / "out").iterdir()]) == 7
    told = [json.loads(line)["status"] for line in (tmp_path / "report").read_text().splitlines()]
    assert told == ["shifted"] * 7


@pytest.mark.timeout(120)
def test_songs_are_sent_to_workers_that_do_not_see_them(album, tmp_path, cluster):
    scheduler, temporary = cluster
    args = ("shift", "album", "+2", "--cluster", scheduler.scheduler_address)
    result = ctxaudio(*args, "-o", "none")
    assert "3 of 3 songs could not be shifted." in result.err
    process = Forked(*args, "--send", "--album", "-o", "out", "--report", "report")
    kill_one_at_work(scheduler, process)
    assert finished(process).code == 0
    told = [json.loads(line) for line in (tmp_path / "report").read_text().splitlines()]
    assert {each["input"] for each in told} == {"album/a.wav", "album/b.wav", "album/c.flac"}
    assert ctxaudio("shift", "album", "+2", "-o", "here", "--album").code == 0
    for each in told:
        made, expected = (
            read(tmp_path / folder / each["output"].removeprefix("out/"))
            for folder in ("out", "here")
        )
        np.testing.assert_allclose(made.samples, expected.samples, atol=2.0**-14)
    left = [path for path in temporary.rglob("ctxaudio-*") if any(path.rglob("*.flac"))]
    assert len(left) <= 1  # of the killed one


@pytest.mark.timeout(120)
def test_an_interrupt_leaves_nothing_of_what_was_sent(album, tmp_path, cluster):
    scheduler, _ = cluster
    write(album / "a.wav", notes(seconds=60.0, rate=16_000))
    process = Forked(
        "shift", "album", "+2", "-o", "out", "--cluster", scheduler.scheduler_address, "--send"
    )
    while b"1/3 wrote" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    result = finished(process)
    assert (result.code, "Traceback" in result.err) == (130, False)
    assert not (tmp_path / "out" / "a+2st.wav").exists()
    assert not [*(tmp_path / "out").glob(".*")]


def test_a_cluster_that_is_not_there_is_one_line(album):
    message = failed(ctxaudio("shift", "album", "+2", "-o", "out", "--cluster", "nowhere"))
    assert "a Dask scheduler's address is like tcp://host:8786" in message


@pytest.fixture
def sent(tmp_path, monkeypatch):
    """The work of a cluster done here, of what came as bytes, in a folder of its own."""

    @contextlib.contextmanager
    def calls_to(_):
        def call(function, *args):
            return pickle.loads(pickle.dumps(function(*pickle.loads(pickle.dumps(args)))))  # noqa: S301

        with joblib.parallel_config(backend="sequential"):
            yield call

    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("rnn.experiments.workers.calls_to", calls_to)
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    yield "--cluster", "host:8786", "--send"
    assert [*temporary.iterdir()] == []


def without_times(line):
    return {key: fact for key, fact in json.loads(line).items() if key != "timings_s"}


@pytest.mark.parametrize(
    "args",
    [
        ("--by", "-1,+2"),
        ("+2", "--example", "-1", "lower.wav"),
        ("+2", "--memory", "a.memory"),
        ("+2", "--format", "mp3", "--bitrate", "64"),
    ],
)
def test_what_is_sent_becomes_what_it_would_here(album, tmp_path, sent, args):
    write(tmp_path / "lower.wav", notes(seconds=0.3, seed=5))
    assert ctxaudio("teach", "album/a.wav", "-o", "a.memory").code == 0
    command = ("shift", "album/a.wav", *args, "--json", "--no-cache", "-o", "out/")
    here = ctxaudio(*command, "--report", "report")
    assert here.code == 0
    made = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    shutil.rmtree(tmp_path / "out")
    there = ctxaudio(*command, *sent)
    assert there.code == 0
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == made
    lines = zip(there.out.splitlines(), here.out.splitlines(), strict=True)
    assert all(without_times(ours) == without_times(theirs) for ours, theirs in lines)


def test_what_may_be_written_is_asked_here_before_anything_is_sent(album, tmp_path, monkeypatch):
    @contextlib.contextmanager
    def no_calls(_):
        with joblib.parallel_config(backend="sequential"):
            yield None

    monkeypatch.setattr("rnn.experiments.workers.calls_to", no_calls)
    args = ("--cluster", "host:8786", "--send", "-o", "out.wav")
    (tmp_path / "out.wav").write_bytes(b"precious")
    for more, reason in (
        ((), "out.wav exists already; --force replaces it."),
        (("--example", "-1", "out.wav", "--force"), "out.wav is read too"),
    ):
        result = ctxaudio("shift", "album/a.wav", "+2", *args, *more)
        assert result.code == 1
        assert reason in result.err
    result = ctxaudio("shift", "album/a.wav", "+2", *args, "--skip-existing")
    assert (result.code, "1 of 1 songs were there already" in result.err) == (0, True)
    assert (tmp_path / "out.wav").read_bytes() == b"precious"


def test_what_is_replaced_leaves_its_mode_to_what_was_sent(album, tmp_path, sent):
    out = tmp_path / "out.wav"
    out.write_bytes(b"old")
    out.chmod(0o640)
    assert ctxaudio("shift", "album/a.wav", "+2", *sent, "-o", "out.wav", "--force").code == 0
    assert (read(out).n_samples, out.stat().st_mode & 0o777) == (2_400, 0o640)


@pytest.mark.parametrize("args", [(), ("--album",)])
def test_a_video_that_is_sent_keeps_its_picture(album, tmp_path, sent, args):
    (tmp_path / "song.mp4").write_bytes(video(notes(rate=16_000)))
    assert ctxaudio("shift", "song.mp4", "+2", *sent, *args).code == 0
    pictures = []
    for name in ("song.mp4", "song+2st.mp4"):
        with av.open(tmp_path / name) as file:
            pictures.append([bytes(packet) for packet in file.demux(video=0) if packet.size])
    assert pictures[0] == pictures[1] != []


def test_what_fails_there_is_told_by_its_name_here(album, tmp_path, sent):
    (album / "bad.mp3").write_bytes(b"no song")
    (album / "pipe.wav").unlink(missing_ok=True)
    os.mkfifo(album / "pipe.wav")
    result = ctxaudio("shift", "album", "+2", *sent, "-o", "out", "--album")
    assert result.code == 1
    assert "cannot use album/bad.mp3: expected a sound file" in result.err
    assert "cannot send album/pipe.wav: it is no file" in result.err
    assert str(tmp_path) not in result.err
    assert len([*(tmp_path / "out").iterdir()]) == 3


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("album", "+2", "-o", "out", "--send"), "--send says how songs come to a --cluster"),
        (("-", "+2", "-o", "out.wav", "--cluster", "host:1"), "does not hear standard input"),
        (("album/a.wav", "+2", "-o", "-", "--cluster", "host:1"), "one song goes to standard"),
    ],
)
def test_what_does_not_go_together_is_said(album, args, message):
    assert message in failed(ctxaudio("shift", *args), 2)
