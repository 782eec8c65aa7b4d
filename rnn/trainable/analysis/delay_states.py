"""Where networks are while they hold something, with noise and without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from rnn.tasks.task import Memory, Stretch
from rnn.trainable.analysis.velocity import Velocity, velocity_of
from rnn.trainable.dynamics import Noise, acting, run_constant
from rnn.trainable.networks import RateNetworks


def delay_velocity(networks: RateNetworks, index: int, memory: Memory) -> Velocity:
    """The velocity of a network during the delay, under what it is left with.

    Raises:
        IndexError: if there is no such network.
        ValueError: if the network is not one for such a memory, or there is nothing to tell apart.
    """
    config = networks.config
    n_given = config.n_inputs + config.n_contexts
    if len(memory.names) < 2:
        raise ValueError(f"a memory is of two cues or more, got {len(memory.names)}.")
    for given in (memory.held[None], *(cue.given for cue in memory.cues)):
        if given.ndim != 2 or given.shape[1] != n_given:
            raise ValueError(
                f"what is to be held is told by {given.shape[-1]} inputs and contexts, the network "
                f"has {config.n_inputs} and {config.n_contexts}."
            )
    if any(len(cue.given) != len(memory.names) for cue in memory.cues):
        raise ValueError("each stretch of the cues must have a row for each of their names.")
    return velocity_of(networks, index, memory.held)


def quiet_starts(networks: RateNetworks, index: int, memory: Memory, dt_s: float) -> np.ndarray:
    """States (cue, unit) at the end of each cue, in trials without noise."""
    networks.config.alpha(dt_s)
    delay_velocity(networks, index, memory)  # whether network and memory fit
    first = networks.weights.initial[index].cpu().numpy().astype(np.float64)[None]
    starts = []
    for cue in range(len(memory.names)):
        state = first
        for given, n_steps in memory.cues:
            heard = velocity_of(networks, index, given[cue])
            state = heard.trajectory(state, n_steps, dt_s, every=max(1, n_steps))[-1]
        starts.append(state)
    return np.concatenate(starts)


def noisy_states(
    networks: RateNetworks,
    index: int,
    memory: Memory,
    dt_s: float,
    delays_s: Sequence[float],
    *,
    n_trials: int,
    rng: np.random.Generator,
) -> Iterator[np.ndarray]:
    """States (cue, trial, unit) after each of rising delays, of trials that go on through all.

    Args:
        networks: a stack.
        index: which of them.
        memory: what is to be held.
        dt_s: the step.
        delays_s: since the end of the cue.
        n_trials: of each cue.
        rng: noise.
    """
    delay_velocity(networks, index, memory)  # whether network and memory fit
    one, n_cues = networks.select([index]), len(memory.names)
    config, acts = one.config, acting(one, dt_s)
    noise = Noise([rng], torch.zeros(1, dtype=torch.long, device=acts.matrix.device))

    def go(state: torch.Tensor, part: Stretch) -> torch.Tensor:
        given = torch.as_tensor(part.given).to(acts.matrix).repeat_interleave(n_trials, 0)
        return run_constant(config, acts, state, given, part.n_steps, dt_s, noise)

    state = acts.initial[:, None].expand(-1, n_cues * n_trials, -1)
    for part in memory.cues:
        state = go(state, part)
    held = np.repeat(memory.held[None], n_cues, axis=0)
    now = 0
    for delay_s in delays_s:
        end = round(delay_s / dt_s)
        if end < now:
            raise ValueError("delays must rise.")
        state = go(state, Stretch(held, end - now))
        now = end
        yield state[0].cpu().numpy().astype(np.float64).reshape(n_cues, n_trials, -1)
