"""A limit cycle that contexts move, and a small memory of it."""

from __future__ import annotations

import numpy as np

from rnn import FlowConfig, ReservoirConfig, draw_reservoir, teach_attractors
from rnn.systems import trajectory

RESERVOIR = draw_reservoir(
    ReservoirConfig(
        n_units=60,
        n_inputs=2,
        density=0.15,
        spectral_abscissa=0.9,
        operating_point=(0.3, 0.8),
        input_scale=0.1,
        context_scale=0.03,
    ),
    rng=np.random.default_rng(0),
)
FLOW = FlowConfig(rate=30.0, dt=0.01)
PERIOD_S = 1.0
TAUGHT = np.array([[-1.0, -0.5, 0.0, 0.5, 1.0] * 4])  # (context, run)


def cycle(state):
    """A limit cycle: the unit circle, once round in a period."""
    x, y = state
    pull = 2.0 * (1.0 - x**2 - y**2)
    turn = 2.0 * np.pi / PERIOD_S
    return np.stack([pull * x - turn * y, pull * y + turn * x])


def moved_cycles(contexts, n_steps, block=1000):
    """Examples of the cycle that each context moves along x by as much as it is."""
    start = 1.5 * np.random.default_rng(1).standard_normal((2, contexts.shape[1]))
    shift = np.array([[1.0], [0.0]]) @ contexts
    for stages, last in trajectory(cycle, start, FLOW.dt, n_steps, block=block):
        yield stages + shift, last + shift


def teach(contexts=TAUGHT, n_steps=1500, block=1000, *, discard_steps=30, ridge=1e-10, every=1):
    return teach_attractors(
        RESERVOIR,
        FLOW,
        moved_cycles(contexts, n_steps, block),
        contexts,
        discard_steps=discard_steps,
        ridge=ridge,
        every=every,
    )


def assert_same(found, expected):
    for part, expected_part in zip(found, expected, strict=True):
        np.testing.assert_array_equal(part, expected_part)
