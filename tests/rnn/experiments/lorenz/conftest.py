"""What the tests of the Lorenz experiments share: it takes seconds to find, and is not changed."""

from __future__ import annotations

import numpy as np
import pytest

from rnn.experiments.lorenz.jobs import teach_draw
from rnn.experiments.lorenz.truth import find_truth, true_track
from rnn.random_streams import Stream, generator
from tests.support.draws import job


@pytest.fixture(scope="session")
def truth():
    return find_truth(generator(Stream.LORENZ_TRUTH))


@pytest.fixture(scope="session")
def track():
    """True runs of another seed (time, run, 3)."""
    return true_track(n_runs=8, seconds=40.0, rng=np.random.default_rng(7))


@pytest.fixture(scope="session")
def translated():
    """A memory of the family "translate"."""
    return teach_draw(job(changes=(("n_units", 150),)))
