"""A system of one's own: Van der Pol's oscillator, its damping moved by the context.

``python examples/own_system.py PICTURE``
"""

import sys

import matplotlib.pyplot as plt
import numpy as np

from rnn import FlowConfig, ReservoirConfig, Schedule, draw_reservoir, free_run, teach_system
from rnn.systems import System, field_at, integrate

TAUGHT = np.array([[0.4, 0.6, 0.8, 1.0] * 2])  # (context, run)
ASKED = np.array([[0.2, 1.5, 2.0]])


class VanDerPol(System):
    """``x'' = c (1 - x²) x' - x``."""

    n_variables = 2

    def velocity(self, states, contexts):
        """The vector field (variable, run)."""
        x, y = states
        return np.stack([y, contexts[0] * (1.0 - x**2) * y - x])

    def initial_states(self, contexts, *, rng):
        """Anywhere within the cycle and a little beyond."""
        return rng.uniform(-2.5, 2.5, (2, contexts.shape[1]))


def main(picture: str) -> None:
    """Teach the cycles of four contexts, and compare those of others with the true ones."""
    rng = np.random.default_rng(0)
    network = draw_reservoir(
        ReservoirConfig(
            n_units=100,
            n_inputs=2,
            spectral_abscissa=0.95,
            operating_point=(0.8, 1.0),
            input_scale=0.2,
            context_scale=0.1,
        ),
        rng=rng,
    )
    flow = FlowConfig(rate=50.0, dt=0.01)
    memory = teach_system(
        VanDerPol(), TAUGHT, network, flow, discard_s=0.5, keep_s=15.0, ridge=1e-12, rng=rng
    )

    state, start = memory.start(ASKED)
    turn = Schedule.ramp(start, ASKED, 10.0)
    recalled, _ = free_run(memory, turn, state, n_steps=4000, every=2)
    true, _ = integrate(field_at(VanDerPol(), ASKED), np.ones((2, 3)), flow.dt, 4000)

    figure, panels = plt.subplots(1, 3, figsize=(8, 3), sharey=True, layout="constrained")
    for run, axes in enumerate(panels):
        axes.plot(*true[2500:, 0, :, run].T, "k", lw=3, alpha=0.3, label="true")
        axes.plot(*recalled[1250:, run].T, label="recalled")
        axes.set(title=f"context {ASKED[0, run]:g}", xlabel="x")
    panels[0].set_ylabel("dx/dt")
    panels[0].legend()
    figure.savefig(picture, dpi=80)
    fastest = np.abs(recalled[1250:, 2, 1]).max(), np.abs(true[2500:, 0, 1, 2]).max()
    print("fastest at context 2: {1:.2f}, recalled {0:.2f}".format(*fastest))


if __name__ == "__main__":
    main(sys.argv[1])
