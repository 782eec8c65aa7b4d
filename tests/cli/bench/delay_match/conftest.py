"""The command with small networks, and a whole run of it."""

from __future__ import annotations

import contextlib
import signal
from functools import partial

import pytest

from rnn.experiments.delay_match import measuring, report, settings
from rnn.trainable.analysis.account import explain
from tests.support.delay_match import LONG_S, TESTED_S, delays, tiny


@contextlib.contextmanager
def small_networks():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "plan_for", tiny)
        patch.setattr(settings, "QUICK_DELAYS_S", TESTED_S)
        patch.setattr(settings, "QUICK_LONG_DELAYS_S", LONG_S)
        patch.setattr(measuring, "TRIALS", 10)
        brief = partial(explain, longest_run_s=10.0, longest_delay_s=2.0, n_starts=8)
        patch.setattr(measuring, "explain", brief)
        yield


@pytest.fixture(scope="module", autouse=True)
def small():
    with small_networks():
        yield


@pytest.fixture(autouse=True)
def heard_signals():
    """A suite in the background has SIGINT ignored; here signals are as at a terminal."""
    normal = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
        signal.SIGHUP: signal.SIG_DFL,
    }
    before = {number: signal.signal(number, handler) for number, handler in normal.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def undrawn(monkeypatch):
    """Figures take longer than all the rest."""
    monkeypatch.setattr(report, "files_of", lambda *_: {})


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """A folder and the run that filled it, with both presets and two seeds."""
    folder = tmp_path_factory.mktemp("delay-match") / "not" / "there"
    with small_networks():
        return folder, delays("--seeds", "2", "--json", out=folder)
