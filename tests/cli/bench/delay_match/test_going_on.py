"""A run of ``bench delay-match`` that was stopped goes on to the same end."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from functools import partial

import pytest

from rnn.experiments.delay_match import runs as running
from rnn.trainable import training as trainings
from rnn.trainable import validation
from rnn.trainable.files import load_training
from tests.support.command import failed, finished
from tests.support.delay_match import COMMAND, delays, tiny, untimed
from tests.support.forks import Forked
from tests.support.reports import loads


def stopped_by(what, after_updates):
    """Training, in which something happens after some updates."""

    def train(plan, state, *, after, stopping):
        def counted(state):
            if state.n_updates.max() == after_updates:
                what()
            after(state)

        return trainings.train(plan, state, after=counted, stopping=stopping)

    return train


def interrupted(number=signal.SIGINT):
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_goes_on_to_the_same_end(
    number, code, whole, tmp_path, monkeypatch, undrawn
):
    monkeypatch.setattr(running, "train", stopped_by(partial(interrupted, number), 7))
    result = delays("--seeds", "2", out=tmp_path)
    assert (result.code, result.out) == (code, b"")
    kept = tmp_path / "delays-modern.training"
    assert f"kept {kept}: the same command goes on from there\n" in result.err
    assert [path.name for path in tmp_path.iterdir()] == [kept.name]
    assert load_training(tiny("delays", "modern", seeds=2), kept).n_updates.tolist() == [7] * 4
    monkeypatch.setattr(running, "train", trainings.train)
    goes_on(whole, tmp_path, before=28)


def test_a_run_that_was_killed_goes_on_from_its_last_checkpoint(
    whole, tmp_path, monkeypatch, undrawn
):
    def killed():
        raise SystemExit(9)

    monkeypatch.setattr(running, "CHECKPOINT_S", 0.0)
    monkeypatch.setattr(running, "train", stopped_by(killed, 7))
    assert delays("--seeds", "2", out=tmp_path).code == 9
    monkeypatch.setattr(running, "train", trainings.train)
    goes_on(whole, tmp_path, before=24)


def goes_on(whole, folder, *, before):
    """The same command does the rest, and leaves what an uninterrupted run does."""
    expected = loads(whole[1].out)
    report = loads(delays("--seeds", "2", "--json", out=folder).out)
    assert report["presets"]["modern"]["updates_before"] == before
    assert untimed(report) == untimed(expected)
    for name in ("delays-modern.networks", "delays-study.networks", "delays-modern.training"):
        assert (folder / name).read_bytes() == (whole[0] / name).read_bytes()


def test_what_is_finished_is_not_trained_again(whole, tmp_path, monkeypatch, undrawn):
    folder, result = whole
    for path in folder.glob("*.training"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(running, "train", lambda *args, **_: pytest.fail("it was trained"))
    again = delays("--seeds", "2", "--json", out=tmp_path)
    assert untimed(loads(again.out)) == untimed(loads(result.out))
    for path in folder.glob("*.networks"):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_a_checkpoint_that_is_damaged_is_one_line(whole, tmp_path):
    path = tmp_path / "delays-modern.training"
    content = bytearray((whole[0] / path.name).read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    said = failed(delays("--seeds", "2", out=tmp_path))
    assert str(path) in said
    assert "contents have changed" in said
    assert "remove it to begin anew" in said
    assert path.read_bytes() == content


def test_a_checkpoint_of_other_options_is_one_line(whole, tmp_path):
    path = tmp_path / "delays-modern.training"
    path.write_bytes((whole[0] / path.name).read_bytes())
    said = failed(delays("--seeds", "1", out=tmp_path))
    assert str(path) in said
    assert "another plan" in said
    assert "remove it" in said


def test_a_checkpoint_that_cannot_be_read_is_one_line(tmp_path):
    (tmp_path / "delays-modern.training").mkdir()
    assert "delays-modern.training: Is a directory" in failed(delays(out=tmp_path))


def test_a_folder_that_takes_no_file_is_known_before_the_work(monkeypatch):
    monkeypatch.setattr(running, "train", lambda *args, **_: pytest.fail("it was trained"))
    assert failed(delays(out="/proc/self")).startswith("ctxaudio: cannot write ")


def test_what_is_compiled_first_can_be_interrupted(tmp_path, monkeypatch):
    # With nothing kept yet, there is nothing that a signal would have to wait for.
    monkeypatch.setattr(running, "compile_ahead", interrupted)
    result = delays("--seeds", "2", out=tmp_path)
    assert (result.code, result.err.strip()) == (130, "ctxaudio: interrupted.")
    assert list(tmp_path.iterdir()) == []


def test_a_signal_is_noticed_in_the_middle_of_a_validation(whole, tmp_path, monkeypatch, undrawn):
    validated = validation.forked_accuracy

    def interrupted_there(*_, check, **__):
        interrupted()
        while True:  # as long as a validation at delays of minutes
            check()
            time.sleep(0.001)

    monkeypatch.setattr(validation, "forked_accuracy", interrupted_there)
    assert delays("--seeds", "2", out=tmp_path).code == 130
    kept = load_training(tiny("delays", "modern", seeds=2), tmp_path / "delays-modern.training")
    assert (kept.n_updates.tolist(), kept.history) == ([10] * 4, [[]] * 4)
    monkeypatch.setattr(validation, "forked_accuracy", validated)
    goes_on(whole, tmp_path, before=40)


def test_where_interrupts_are_ignored_it_can_still_be_terminated(tmp_path):
    args = (
        *COMMAND,
        "delays",
        "--preset",
        "study",
        "--optimiser",
        "sgd",
        "--quick",
        "--out",
        "out",
    )
    process = Forked(*args, cwd=tmp_path, ignored=[signal.SIGINT])
    kept = tmp_path / "out" / "delays-study-sgd.training"
    while not kept.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1.0)
    process.send_signal(signal.SIGTERM)
    result = finished(process)
    assert (result.code, result.out) == (143, b"")
    assert "the same command goes on from there" in result.err
