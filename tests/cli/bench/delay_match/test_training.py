"""Networks of ``bench delay-match`` that fail, do not fit or cannot be explained; and the bar."""

from __future__ import annotations

import io
import sys

import pytest

from cli.output import Reporter
from rnn.experiments.delay_match import measuring, settings
from rnn.experiments.delay_match import runs as running
from rnn.experiments.delay_match.tables import training_table
from rnn.experiments.table import text_lines
from rnn.trainable import begin
from rnn.trainable import training as trainings
from rnn.trainable.files import load_networks
from tests.support.command import failed
from tests.support.delay_match import delays, tiny
from tests.support.reports import loads


@pytest.fixture
def failing(monkeypatch):
    """The first network of two has no finite loss, and no restart is left to it."""

    def begun(plan, device):
        state = begin(plan, device)
        state.networks.weights.matrix[0] = 1e30  # finite, but nothing that comes of it is
        state.restarts[0] = plan.training.max_restarts
        return state

    monkeypatch.setattr(running, "begin", begun)


def test_networks_that_fail_are_notes_and_numbers(failing, tmp_path, undrawn):
    result = delays("--json", out=tmp_path)
    assert result.code == 0
    notes = result.err.splitlines()
    for preset in settings.PRESETS:
        about = f"ctxaudio: delays, {preset}: network 0 (seed 0): its loss was no longer finite"
        assert any(note.startswith(about) and "at update 1" in note for note in notes)
        kept = load_networks(tmp_path / f"delays-{preset}.networks")
        assert kept.weights.matrix.isfinite().all()
    modern = loads(result.out)["presets"]["modern"]
    assert [network["outcome"] for network in modern["networks"]] == ["failed", "reached"]
    assert modern["mean_updates"][0] is None
    assert modern["memory"]["network"] == 1
    lines = text_lines(training_table({"modern": modern}, ""))
    assert lines[2].split()[:3] == ["0", "0/1", "-"]
    assert lines[-1].endswith("1 of 2 networks reached the criterion; 1 failed; 2 restarts")


def test_networks_that_do_not_fit_are_one_line(monkeypatch):
    def too_large(*_, **__):
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 1e15 bytes")

    monkeypatch.setattr(running, "train", too_large)
    assert failed(delays()) == "ctxaudio: not enough memory for what was asked.\n"


def test_a_network_that_cannot_be_explained_is_a_sentence(monkeypatch, tmp_path):
    def unexplained(*_, **__):
        raise ArithmeticError("the network grows without bounds within the delay.")

    monkeypatch.setattr(measuring, "explain", unexplained)
    result = delays("--preset", "modern", out=tmp_path)
    assert "Cannot be explained: the network grows without bounds" in result.out.decode()
    assert not (tmp_path / "delays-modern-memory.png").exists()


# The bar.


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("option", [None, "--quiet", "--json"])
def test_a_terminal_sees_how_many_are_done(option, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    reporter = Reporter(quiet=option == "--quiet", as_json=option == "--json")
    with reporter.count("Training", 7) as show:
        show(3, "120 updates")
    assert ("3/7" in terminal.getvalue()) == (option is None)
    assert ("120 updates" in terminal.getvalue()) == (option is None)
    assert reporter.timings_s["Training"] >= 0.0


def test_a_bar_tells_of_the_networks_that_are_still_trained():
    state = begin(tiny("delays", "modern", seeds=1))
    assert running.beside(state) == "update 0, 2 left, loss -, 50 %"
    state.n_updates[:] = 1200
    state.outcome[0] = trainings.REACHED
    state.loss[:], state.smoothed[:] = (7.0, 0.25), (1.0, 0.75)
    assert running.beside(state) == "update 1,200, 1 left, loss 0.2500, 75 %"
    state.outcome[1] = trainings.STOPPED
    assert running.beside(state) == "update 1,200"
