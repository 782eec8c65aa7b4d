"""Mechanism: how the closed loop answers a change of context, predicted and simulated.

Along a trajectory of the closed loop at context c let K = 1 - tanh^2 of its input p. A state that
is displaced by dr because the context has moved by dc, and whose output is displaced by a dc, obeys

    dr' = rate (-dr + K (A dr + g)),   g = (B a + C) dc        (Kim et al. 2021, supplement)

Zeroth order, dr' = 0:  M dr = K g with M = I - K A. First order keeps dr' and drops dr'': the
derivative of the line above, 0 = -M dr' + K' (A dr + g) + K g', gives dr', and

    (M + M^-1 K' A / rate) dr = K g - M^-1 (K' g + K g') / rate,   K' = -2 tanh K p'.

For a translation a is a constant; for a deformation it moves with the point.
Nothing of it is fitted: the readout enters by the trajectory alone. That W dr = a dc holds along
it is what the network was taught at its few contexts, and what carries it to others.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rnn.attractors.memory import AttractorMemory, free_run
from rnn.attractors.schedule import Schedule
from rnn.experiments.lorenz.families import Family

# The displaced run forgets its start, but for what is chaotic in it, before it is compared.
SETTLE_S, COMPARE_S, N_INSTANTS, N_PAIRS = 0.2, 0.4, 5, 12


class Response(NamedTuple):
    """Displacements (sample, unit) of the state, predicted and simulated, and of the output."""

    zeroth: np.ndarray
    first: np.ndarray
    simulated: np.ndarray
    output: np.ndarray  # (sample, 3), simulated
    wanted: np.ndarray  # (sample, 3), a dc


def predict_response(
    memory: AttractorMemory, family: Family, state: np.ndarray, context: np.ndarray, change: float
) -> tuple[np.ndarray, np.ndarray]:
    """The displacement of a state (unit,) to zeroth and to first order, each (unit,).

    Args:
        context: (context,).
        change: dc, of the first context.
    """
    reservoir, readout, rate = memory.reservoir, memory.readout, memory.flow.rate
    recurrent = reservoir.recurrent.toarray()
    output = readout.weights.T @ state + readout.offset
    p = recurrent @ state + reservoir.inputs @ output + reservoir.context @ context + reservoir.bias
    level = np.tanh(p)
    gain = 1.0 - level**2
    velocity = rate * (level - state)
    output_velocity = readout.weights.T @ velocity
    p_velocity = recurrent @ velocity + reservoir.inputs @ output_velocity
    gain_velocity = -2.0 * level * gain * p_velocity
    goal, goal_velocity = family.response(output, output_velocity, context)
    g = (reservoir.inputs @ goal + reservoir.context[:, 0]) * change
    g_velocity = reservoir.inputs @ goal_velocity * change
    still = np.eye(len(state)) - gain[:, None] * recurrent
    zeroth = np.linalg.solve(still, gain * g)
    forces = np.column_stack(
        [gain_velocity[:, None] * recurrent, gain_velocity * g + gain * g_velocity]
    )
    moving = np.linalg.solve(still, forces) / rate
    first = np.linalg.solve(still + moving[:, :-1], gain * g - moving[:, -1])
    return zeroth, first


def measure_response(memory: AttractorMemory, family: Family, *, change: float = 1.0) -> Response:
    """Simulate pairs of closed loops, one displaced in context, and predict their difference.

    :data:`N_PAIRS` start from taught states. The second of a pair starts at the first-order
    prediction, so that its output runs in step with the first one's: two unrelated runs of a
    chaotic attractor have no difference to speak of. Pairs are compared at :data:`N_INSTANTS`.
    """
    chosen = np.linspace(0, memory.states.shape[1] - 1, N_PAIRS).astype(int)
    state, context = memory.states[:, chosen], memory.contexts[:, chosen]
    moved = context.copy()
    moved[0] += change
    both = Schedule.constant(np.concatenate([context, moved], axis=1))
    start = [
        predict_response(memory, family, *run, change)[1]
        for run in zip(state.T, context.T, strict=True)
    ]
    pairs = np.concatenate([state, state + np.array(start).T], axis=1)
    zeroth, first, simulated, output, wanted = [], [], [], [], []
    for wait_s in [SETTLE_S, *[COMPARE_S / N_INSTANTS] * (N_INSTANTS - 1)]:
        n_steps = round(wait_s / memory.flow.dt)
        outputs, pairs = free_run(memory, both, pairs, n_steps=n_steps, every=n_steps)
        for run in range(N_PAIRS):
            predicted = predict_response(memory, family, pairs[:, run], context[:, run], change)
            zeroth.append(predicted[0])
            first.append(predicted[1])
            point = memory.readout.weights.T @ pairs[:, run] + memory.readout.offset
            wanted.append(family.response(point, np.zeros(3), context[:, run])[0] * change)
        simulated.extend((pairs[:, N_PAIRS:] - pairs[:, :N_PAIRS]).T)
        output.extend(outputs[0, N_PAIRS:] - outputs[0, :N_PAIRS])
    return Response(
        zeroth=np.array(zeroth),
        first=np.array(first),
        simulated=np.array(simulated),
        output=np.array(output),
        wanted=np.array(wanted),
    )


def agreement(predicted: np.ndarray, simulated: np.ndarray) -> tuple[float, float]:
    """Correlation of two arrays of one shape, and the norm of their difference over the second's.

    >>> agreement(np.array([1.0, 2.0]), np.array([2.0, 4.0]))
    (1.0, 0.5)
    """
    correlation = np.corrcoef(predicted.ravel(), simulated.ravel())[0, 1]
    error = np.linalg.norm(predicted - simulated) / np.linalg.norm(simulated)
    return round(float(correlation), 12), float(error)


def summarise(response: Response) -> dict[str, Any]:
    """Agreement at either order, and how far the output is from where it was to go."""
    zeroth = agreement(response.zeroth, response.simulated)
    first = agreement(response.first, response.simulated)
    return {
        "zeroth_correlation": zeroth[0],
        "zeroth_error": zeroth[1],
        "first_correlation": first[0],
        "first_error": first[1],
        "output_error": float(np.abs(response.output - response.wanted).max()),
    }
