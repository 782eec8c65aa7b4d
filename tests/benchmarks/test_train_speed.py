"""Threads of what is timed are said, and none of them waits for another's."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from benchmarks import train_speed
from rnn.tasks import DelayMatch
from rnn.trainable import Assignment, Plan, RateConfig, TrainingConfig
from tests.support.reports import loads


def tiny(variant, preset, *, seeds):
    task = DelayMatch(fixation_s=0.04, pulse_s=0.06, decision_s=0.06, longest_s=0.1)
    tasks = [replace(task, shortest_s=low) for low in (0.0, 0.1)]
    return Plan(
        RateConfig(n_units=8),
        TrainingConfig(batch=4, gradient_weight=1.0 if preset == "study" else 0.0),
        tuple(Assignment(task=task, seed=0) for task in tasks),
    )


@pytest.mark.parametrize("threads", [1, 3])
def test_torch_shares_nothing_out_while_anything_is_timed(threads, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(train_speed, "plan_for", tiny)
    monkeypatch.setattr(train_speed, "find_spec", lambda _: None)
    timed, seen = {"advance": train_speed.advance, "_update": train_speed._update}, []

    def watched(*args):
        seen.append(("stack", args[2].n, torch.get_num_threads()))
        return timed["advance"](*args)

    def made(*args):
        update = timed["_update"](*args)
        return lambda: (seen.append(("loop", 1, torch.get_num_threads())), update())

    monkeypatch.setattr(train_speed, "advance", watched)
    monkeypatch.setattr(train_speed, "_update", made)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    path = tmp_path / "speed.json"
    try:
        train_speed.main(["--rounds", "1", "--threads", str(threads), "--json", str(path)])
    finally:
        torch.set_num_threads(before)
    assert set(seen) == {("stack", threads, 1), ("loop", 1, 1)}
    assert loads(path.read_text())["threads"] == {"stack": threads, "loops": 1}
    said = capsys.readouterr().out
    assert f"threads: {threads} of the stack, 1 of the loops" in said


def test_no_thread_is_a_mistake(capsys):
    with pytest.raises(SystemExit):
        train_speed.main(["--threads", "0"])
    assert "--threads must be at least 1" in capsys.readouterr().err
