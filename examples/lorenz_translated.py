"""A memory of the Lorenz attractor, taught at contexts -3 to 3, walks to context 20 and back.

``python examples/lorenz_translated.py PICTURE``
"""

import sys

import matplotlib.pyplot as plt
import numpy as np

from rnn import FlowConfig, ReservoirConfig, Schedule, draw_reservoir, free_run, teach_attractors
from rnn.systems import Lorenz, trajectory

CONTEXTS = np.array([[-3.0, -1.0, 1.0, 3.0]])  # each moves its example by as much along x


def main(picture: str) -> None:
    """Teach, turn the context, draw."""
    rng = np.random.default_rng(0)
    network = draw_reservoir(
        ReservoirConfig(
            n_units=100,
            n_inputs=3,
            spectral_abscissa=0.95,
            operating_point=(0.8, 1.0),
            input_scale=5e-4,
            context_scale=2.5e-4,
        ),
        rng=rng,
    )
    flow = FlowConfig(rate=100.0, dt=0.005)
    moved = np.array([1.0, 0.0, 0.0])[:, None] * CONTEXTS
    true = trajectory(Lorenz(), rng.uniform(0.0, 10.0, (3, 4)), flow.dt, 2000)
    examples = ((stages + moved, last + moved) for stages, last in true)
    memory = teach_attractors(network, flow, examples, CONTEXTS, discard_steps=600, ridge=1e-27)

    state, start = memory.start(np.array([[0.0]]))
    knots = np.array([start[0, 0], 20.0, 20.0, 0.0]).reshape(4, 1, 1)
    walk = Schedule(np.array([0.0, 10.0, 25.0, 35.0]), knots)
    outputs, _ = free_run(memory, walk, state, n_steps=10_000, every=2)

    time_s = np.arange(len(outputs)) * 2 * flow.dt
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
    left.plot(time_s, outputs[:, 0, 0], lw=0.6)
    left.plot(walk.times_s, walk.contexts[:, 0, 0], label="context")
    left.set(xlabel="s", ylabel="x")
    left.legend()
    right.plot(outputs[:, 0, 0], outputs[:, 0, 2], lw=0.4)
    right.set(xlabel="x", ylabel="z")
    figure.savefig(picture, dpi=80)
    print(f"centre at context 20: {outputs[1000:2500, 0, 0].mean():.1f}")


if __name__ == "__main__":
    main(sys.argv[1])
