"""Shared, seeded fixtures. Sounds and measurements of them are in signals.py."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import settings

from ctxaudio import ContextShift
from signals import chord, melody, with_noise
from sound_server import jack_server

settings.register_profile("seeded", derandomize=True, deadline=None, database=None, max_examples=25)
settings.load_profile("seeded")


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
