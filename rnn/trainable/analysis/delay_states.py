"""Where networks are during the delay of delay-match trials, with noise and without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from rnn.tasks.delay_match import DelayMatch, pulse_levels
from rnn.trainable.analysis.velocity import Velocity, velocity_of
from rnn.trainable.dynamics import Noise, acting, run_constant
from rnn.trainable.networks import RateNetworks

PULSES = (1, 0)  # first pulses, in the order of all arrays here: high (or A), then low (or B)


def delay_velocity(networks: RateNetworks, index: int, task: DelayMatch) -> Velocity:
    """The velocity of a network during the delay, when its inputs are at the baseline.

    Raises:
        IndexError: if there is no such network.
        ValueError: if the network is not one for this task.
    """
    config = networks.config
    if (config.n_inputs, config.n_contexts) != (task.n_inputs, 0):
        raise ValueError(
            f"the {task.form} form needs {task.n_inputs} inputs and no context, the network has "
            f"{config.n_inputs} and {config.n_contexts}."
        )
    return velocity_of(networks, index, np.full(task.n_inputs, task.baseline))


def quiet_starts(networks: RateNetworks, index: int, task: DelayMatch, dt_s: float) -> np.ndarray:
    """States (pulse, unit) at the end of each first pulse, in trials without noise."""
    fixation, pulse = (round(s / dt_s) for s in (task.fixation_s, task.pulse_s))
    networks.config.alpha(dt_s)
    at_rest = delay_velocity(networks, index, task)
    state = networks.weights.initial[index].cpu().numpy().astype(np.float64)[None]
    state = at_rest.trajectory(state, fixation, dt_s, every=max(1, fixation))[-1]
    shown = task.baseline + pulse_levels(task, np.array(PULSES))
    heard = [velocity_of(networks, index, one) for one in shown]
    every = max(1, pulse)
    return np.concatenate([one.trajectory(state, pulse, dt_s, every=every)[-1] for one in heard])


def noisy_states(
    networks: RateNetworks,
    index: int,
    task: DelayMatch,
    dt_s: float,
    delays_s: Sequence[float],
    *,
    n_trials: int,
    rng: np.random.Generator,
) -> Iterator[np.ndarray]:
    """States (pulse, trial, unit) after each of rising delays, of trials that go on through all.

    Args:
        networks: a stack.
        index: which of them.
        task: what its trials are like.
        dt_s: the step.
        delays_s: since the end of the first pulse.
        n_trials: of each first pulse.
        rng: noise.
    """
    delay_velocity(networks, index, task)  # whether network and task fit
    one = networks.select([index])
    config, acts = one.config, acting(one, dt_s)
    noise = Noise([rng], torch.zeros(1, dtype=torch.long, device=acts.matrix.device))
    first = np.repeat(np.array(PULSES), n_trials)
    levels = pulse_levels(task, first)
    quiet, loud = (
        torch.as_tensor(task.baseline + added).to(acts.matrix) for added in (0.0 * levels, levels)
    )
    state = acts.initial[:, None].expand(-1, len(first), -1)
    state = run_constant(config, acts, state, quiet, round(task.fixation_s / dt_s), dt_s, noise)
    state = run_constant(config, acts, state, loud, round(task.pulse_s / dt_s), dt_s, noise)
    now = 0
    for delay_s in delays_s:
        end = round(delay_s / dt_s)
        if end < now:
            raise ValueError("delays must rise.")
        state = run_constant(config, acts, state, quiet, end - now, dt_s, noise)
        now = end
        yield state[0].cpu().numpy().astype(np.float64).reshape(2, n_trials, -1)
