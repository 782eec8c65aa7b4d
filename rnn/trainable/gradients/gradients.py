"""The gradient of a stack in trials with noise: by compiled loops, or stacked on a GPU."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from rnn.tasks.task import Trials
from rnn.trainable.config import RateConfig
from rnn.trainable.dynamics import acting
from rnn.trainable.gradients.kernel import Lesson, Network, Scratch, Slope, learn
from rnn.trainable.gradients.through_time import Batch, Gradient, backward, forward
from rnn.trainable.networks import RateNetworks
from rnn.trainable.workers import Workers

Key = tuple[int, ...]


def gradients(
    networks: RateNetworks,
    trials: Sequence[Trials],
    keys: Sequence[Key],
    dt_s: float,
    *,
    penalty: float,
    workers: Workers,
) -> tuple[Gradient, list[np.ndarray]]:
    """Gradient by what acts, and outputs (time, trial, output) of each network.

    Args:
        networks: those with the longest trials first.
        trials: of each network.
        keys: seed of each network's noise; networks of one key hear the same.
        dt_s: step.
        penalty: weight of Ω.
        workers: who share out the networks, on a processor.
    """
    if networks.weights.matrix.device.type == "cpu":
        return _compiled(networks, trials, keys, dt_s, penalty, workers)
    batch = make_batch(networks.config, trials, keys, dt_s, like=networks.weights.matrix)
    acts = acting(networks, dt_s)
    run = forward(networks.config, acts, batch)
    outputs = run.outputs.cpu().numpy()
    gradient = backward(networks.config, acts, batch, run, penalty=penalty)
    return gradient, [outputs[i, : len(one.inputs)] for i, one in enumerate(trials)]


def _compiled(
    networks: RateNetworks,
    trials: Sequence[Trials],
    keys: Sequence[Key],
    dt_s: float,
    penalty: float,
    workers: Workers,
) -> tuple[Gradient, list[np.ndarray]]:
    config = networks.config
    acts = acting(networks, dt_s)
    weights, initial, alpha, scale = (part.numpy() for part in acts)
    longest = {key: len(one.inputs) for one, key in reversed(list(zip(trials, keys, strict=True)))}
    drawn = workers.map(
        lambda key: draw_noise(config, key, longest[key], trials[0].inputs.shape[1], dt_s), longest
    )
    noise = dict(zip(longest, drawn, strict=True))
    slope, slope_initial = np.empty_like(weights), np.empty_like(initial)

    def one(i: int) -> tuple[np.ndarray, float, float]:
        heard, kicks = noise[keys[i]]
        n_times, n_trials = trials[i].inputs.shape[:2]
        rates = np.empty((n_times + 1, n_trials, weights.shape[2]), weights.dtype)
        return learn(
            config.form == "rate",
            Network(weights[i], initial[i], alpha[i], scale[i]),
            Lesson(
                given_with(trials[i], heard),
                kicks,
                trials[i].targets,
                trials[i].mask / trials[i].mask.sum(),
            ),
            float(penalty),
            Scratch(rates, np.empty_like(rates) if config.form == "rate" else rates[:0]),
            Slope(slope[i], slope_initial[i]),
        )

    outputs, loss, omega = zip(*workers.map(one, range(len(trials))), strict=True)
    gradient = Gradient(
        torch.from_numpy(slope),
        torch.from_numpy(slope_initial),
        torch.tensor(loss),
        torch.tensor(omega),
    )
    return gradient, list(outputs)


def draw_noise(
    config: RateConfig, key: Key, n_steps: int, n_trials: int, dt_s: float
) -> tuple[np.ndarray, np.ndarray]:
    """Noise of the inputs (time, trial, input), to scale, and of the units, standard normal.

    Fewer steps are the first ones of more.
    """
    rng = np.random.default_rng(key)
    units = rng.spawn(1)[0]
    heard = rng.standard_normal((n_steps, n_trials, config.n_inputs), np.float32)
    heard *= np.float32(config.input_noise * np.sqrt(2.0 / config.alpha(dt_s)))
    return heard, units.standard_normal((n_steps, n_trials, config.n_units), np.float32)


def given_with(trials: Trials, heard: np.ndarray) -> np.ndarray:
    """Inputs with noise, rectified, contexts, and the constant 1: (time, trial, column)."""
    n_times, n_trials, n_inputs = trials.inputs.shape
    n_contexts = 0 if trials.contexts is None else trials.contexts.shape[2]
    given = np.ones((n_times, n_trials, n_inputs + n_contexts + 1), np.float32)
    np.maximum(trials.inputs + heard[:n_times], 0.0, out=given[..., :n_inputs])
    if trials.contexts is not None:
        given[..., n_inputs:-1] = trials.contexts
    return given


def make_batch(
    config: RateConfig,
    trials: Sequence[Trials],
    keys: Sequence[Key],
    dt_s: float,
    *,
    like: torch.Tensor,
) -> Batch:
    """Trials of a stack, longest networks first, with the noise that their keys stand for."""
    n_networks = len(trials)
    n_times, n_trials = trials[0].inputs.shape[:2]
    n_given = config.n_inputs + config.n_contexts
    columns = np.zeros((n_networks, n_times + 1, n_trials, n_given + 1), np.float32)
    columns[..., -1] = 1.0
    targets = np.zeros((n_networks, n_times, n_trials, config.n_outputs), np.float32)
    mask = np.zeros((n_networks, n_times, n_trials), np.float32)
    streams = list(dict.fromkeys(keys))
    drawn = [draw_noise(config, key, n_times, n_trials, dt_s) for key in streams]
    stream = [streams.index(key) for key in keys]
    for i, one in enumerate(trials):
        n_steps = len(one.inputs)
        columns[i, :n_steps] = given_with(one, drawn[stream[i]][0])
        targets[i, :n_steps] = one.targets
        mask[i, :n_steps] = one.mask / one.mask.sum()

    def tensor(array: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(array).to(like)

    return Batch(
        columns=tensor(columns),
        noise=tensor(np.stack([kicks for _, kicks in drawn])),
        stream=torch.tensor(stream, device=like.device),
        n_steps=[len(one.inputs) for one in trials],
        targets=tensor(targets),
        mask=tensor(mask),
    )
