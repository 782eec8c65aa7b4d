"""Fixed points of a closed loop: taught where Lorenz is stable, asked where it starts to swing.

The memory sees spirals into both fixed points at rho = 23 (context 0) and 24 (context 1) alone. The
real parts of its eigenvalues say at which rho the fixed points of its own lose their stability; the
true system's do so at 24.74.

``python examples/fixed_points.py PICTURE``
"""

import sys

import matplotlib.pyplot as plt
import numpy as np

from rnn import FlowConfig, ReservoirConfig, draw_reservoir, fixed_point, teach_attractors
from rnn.systems import Lorenz, trajectory

CONTEXTS = np.array([[0.0, 0.0, 1.0, 1.0]])


def main(picture: str) -> None:
    """Teach the spirals, follow the fixed point over contexts, draw its growth rate."""
    system = Lorenz(rho=23.0 + CONTEXTS[0])
    resting = system.fixed_points()  # (2, 3, run)
    resting = np.stack([resting[run % 2, :, run] for run in range(4)], axis=1)
    push = np.array([0.6, 1.1, 0.0])[:, None] * np.array([4.0, -4.0, 2.8, -2.8])
    network = draw_reservoir(
        ReservoirConfig(
            n_units=100,
            n_inputs=3,
            spectral_abscissa=0.95,
            operating_point=(0.8, 1.0),
            input_scale=0.012,
            context_scale=0.004,
        ),
        rng=np.random.default_rng(0),
    )
    flow = FlowConfig(rate=100.0, dt=0.005)
    examples = trajectory(system, resting + push, flow.dt, 4000)
    memory = teach_attractors(network, flow, examples, CONTEXTS, discard_steps=200, ridge=1e-18)

    contexts = np.linspace(0.0, 5.0, 21)
    growth, state = [], memory.states[:, 0]
    for context in contexts:
        point = fixed_point(memory, np.array([context]), state)
        state = point.state
        growth.append(point.leading_pair().real)

    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    axes.plot(23.0 + contexts, growth, label="the memory's fixed point")
    axes.axvline(Lorenz().hopf_rho(), ls=":", color="k", label="the true Hopf point")
    axes.axvspan(23.0, 24.0, alpha=0.15, label="taught")
    axes.axhline(0.0, lw=0.5, color="k")
    axes.set(xlabel="rho", ylabel="growth of the leading pair, 1/s")
    axes.legend()
    figure.savefig(picture, dpi=80)
    print(f"starts to swing at rho = {23.0 + np.interp(0.0, growth, contexts):.2f}")


if __name__ == "__main__":
    main(sys.argv[1])
