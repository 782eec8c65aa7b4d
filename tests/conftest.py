"""Shared, seeded fixtures. Sounds and measurements of them are in signals.py."""

from __future__ import annotations

import secrets

import numpy as np
import pytest
from hypothesis import settings

from ctxaudio import ContextShift, Example, Sound
from rnn import solve_readouts, teach_loop
from tests.support.draw_once import draw_once, solve_once
from tests.support.signals import (
    LOW_RATE,
    STEADY_HZ,
    STEADY_RATE,
    chord,
    melody,
    mono,
    sine,
    tunes,
    with_noise,
)
from tests.support.sound_server import jack_server

settings.register_profile("seeded", derandomize=True, deadline=None, database=None, max_examples=25)
settings.load_profile("seeded")


@pytest.fixture(scope="session", autouse=True)
def drawn_once():
    """The network of a seed is always the same, and to draw it takes longer than most tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ctxaudio.memory.song_memory.draw_reservoir", draw_once)
        recalled = "ctxaudio.memory.alone.recalled"
        patch.setattr(f"{recalled}.draw_reservoir", draw_once)
        patch.setattr(f"{recalled}.teach_loop", solve_once(teach_loop))
        patch.setattr(f"{recalled}.solve_readouts", solve_once(solve_readouts))
        yield


@pytest.fixture(scope="session", autouse=True)
def own_memories(tmp_path_factory):
    """A folder for what the suite teaches, which is not to be among what the user has taught."""
    folder = tmp_path_factory.mktemp("remembered")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CTXAUDIO_CACHE_DIR", str(folder / "shared"))
        yield folder


@pytest.fixture(autouse=True)
def nothing_remembered(own_memories):
    """No test is quicker, or says less, for what another has taught."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CTXAUDIO_CACHE_DIR", str(own_memories / secrets.token_hex(8)))
        yield


@pytest.fixture
def rng():
    return np.random.default_rng(20210)


@pytest.fixture(scope="session")
def tune():
    """Three seconds of a decaying melody over a little noise."""
    return with_noise(melody(seed=0, seconds=3.0))


@pytest.fixture(scope="session")
def taught_tune(tune):
    return ContextShift.teach(tune)


@pytest.fixture(scope="session")
def tones():
    """Three steady sines, a little longer than two phrases."""
    return chord(seconds=3.2)


@pytest.fixture(scope="session")
def taught_tones(tones):
    return ContextShift.teach(tones)


@pytest.fixture(scope="session")
def jack():
    """A sound card that needs no hardware: JACK's dummy, paced like one. Gives its process."""
    with jack_server() as server:
        yield server


@pytest.fixture(scope="session")
def duet():
    return Sound(tunes(4_001, LOW_RATE), LOW_RATE)  # 41 hops and 65 samples


@pytest.fixture(scope="session")
def steady():
    return mono(sine(STEADY_HZ, seconds=1.5, rate=STEADY_RATE), STEADY_RATE)


@pytest.fixture(scope="session")
def steady_memory(steady):
    return ContextShift.teach(steady).memory


@pytest.fixture(scope="session")
def noise():
    return mono(0.1 * np.random.default_rng(3).standard_normal(LOW_RATE), LOW_RATE)


@pytest.fixture(scope="session")
def loudness_memory(noise):
    """Each step of the context is a decibel, and no pitch moves."""
    louder = (Example(Sound(10.0 ** (c / 20.0) * noise.samples, LOW_RATE), c) for c in (-1.0, 1.0))
    return ContextShift.teach(noise, louder).memory
