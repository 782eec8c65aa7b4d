"""Training many networks at once, each to its own criterion.

Everything that is drawn is drawn anew from the seed of a network, how often it was restarted and
how many updates it has had. So there is no generator whose state would have to be kept, a network
learns the same in a stack as alone, and a run that was stopped goes on as if it had not been.
Networks of one seed hear the same noise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from rnn.tasks.delay_match import Trials, draw_trials
from rnn.trainable.accuracy import accuracy_by_delay
from rnn.trainable.dynamics import Noise, acting
from rnn.trainable.gradients.gradients import gradients
from rnn.trainable.gradients.through_time import Gradient
from rnn.trainable.networks import RateNetworks, Weights, draw_network, stack
from rnn.trainable.optimiser import Moments, gradient_length, no_moments, update
from rnn.trainable.plan import Plan, TrainingConfig
from rnn.trainable.workers import Workers

# What random numbers are for; each has streams of its own.
_WEIGHTS, _TRIALS, _NOISE, _VALIDATION = range(4)

_CHANCE = 0.65  # smoothed accuracy below which a network answers by chance

TRAINING, REACHED, STOPPED, FAILED = "training", "reached", "stopped", "failed"
OUTCOMES = (TRAINING, REACHED, STOPPED, FAILED)


@dataclass(slots=True)
class Training:
    """Where the training of a stack stands: all that a checkpoint keeps.

    ``history`` has one list a network, of validations: updates, level, accuracy (delay,
    condition). ``incidents`` are the restarts and failures, in words.
    """

    networks: RateNetworks
    moments: Moments
    n_updates: np.ndarray  # (network,)
    restarts: np.ndarray  # (network,)
    level: np.ndarray  # (network,)
    smoothed: np.ndarray  # (network,): accuracy in training
    loss: np.ndarray  # (network,)
    outcome: list[str]
    history: list[list[dict[str, Any]]]
    incidents: list[str]

    @property
    def active(self) -> np.ndarray:
        """Indices of the networks that are still trained."""
        return np.flatnonzero([outcome == TRAINING for outcome in self.outcome])


def begin(plan: Plan, device: str = "cpu") -> Training:
    """Draw the networks."""
    n = len(plan.assignments)
    networks = stack([_draw(plan, i, 0) for i in range(n)]).to(device)
    return Training(
        networks=networks,
        moments=no_moments(networks.weights),
        n_updates=np.zeros(n, np.int64),
        restarts=np.zeros(n, np.int64),
        level=np.zeros(n, np.int64),
        smoothed=np.full(n, 0.5),
        loss=np.full(n, np.nan),
        outcome=[TRAINING] * n,
        history=[[] for _ in range(n)],
        incidents=[],
    )


def train(
    plan: Plan, state: Training, *, after: Callable[[Training], None] = lambda _: None
) -> Training:
    """Train until every network has reached the criterion, stopped or failed.

    ``after`` is called after each update of all, for progress and checkpoints.
    """
    with Workers.for_device(state.networks.weights.matrix.device) as workers:
        while len(state.active):
            advance(plan, state, workers)
            after(state)
    return state


def advance(plan: Plan, state: Training, workers: Workers | None = None) -> None:
    """One update of every network that is still trained, and what is due after it; in place.

    There has to be such a network.
    """
    workers = workers or Workers(1)
    active = state.active
    _learn(plan, state, active, workers)
    failing = active[~np.isfinite(state.loss[active])]
    for i in failing:
        _restart(plan, state, int(i), "its loss was no longer finite")
    sound = np.setdiff1d(active, failing)
    _widen(plan, state, sound)
    due = sound[state.n_updates[sound] % plan.training.validate_every == 0]
    if len(due):
        # Networks of equally many delays have equally many trials at each.
        delays = {int(i): _validation_delays(plan, state, i) for i in due}
        counts = np.array([len(delays[i]) for i in due])
        groups = [due[counts == count] for count in np.unique(counts)]
        shares = [group[k :: workers.n] for group in groups for k in range(workers.n)]
        workers.map(
            lambda share: _validate(plan, state, share, [delays[i] for i in share]),
            [share for share in shares if len(share)],
        )
    for i in sound[[state.outcome[i] == TRAINING for i in sound]]:
        if state.n_updates[i] >= plan.training.max_updates:
            state.outcome[i] = STOPPED
        elif (
            plan.training.patience is not None
            and state.n_updates[i] % plan.training.patience == 0
            and state.smoothed[i] < _CHANCE
            and state.restarts[i] < plan.training.max_restarts
        ):
            _restart(plan, state, int(i), "it still answered by chance")


def _learn(plan: Plan, state: Training, active: np.ndarray, workers: Workers) -> None:
    """One update; a loss that is not finite tells of one that failed."""
    training = plan.training
    trials = [
        draw_trials(
            plan.assignments[i].task,
            training.batch,
            training.dt_s,
            level=int(state.level[i]),
            rng=np.random.default_rng(_key(plan, state, i, _TRIALS)),
        )
        for i in active
    ]
    # Longest trials first: see rnn.trainable.gradients.through_time.
    order = sorted(range(len(active)), key=lambda k: -len(trials[k].inputs))
    active, trials = active[order], [trials[k] for k in order]
    networks = state.networks.select(active)
    slopes, outputs = gradients(
        networks,
        trials,
        [_key(plan, state, i, _NOISE) for i in active],
        training.dt_s,
        penalty=training.gradient_weight,
        workers=workers,
    )
    gradient = by_weights(networks, slopes)
    state.n_updates[active] += 1
    found = torch.where(gradient_length(gradient).isfinite(), slopes.loss, torch.nan)
    state.loss[active] = found.cpu().numpy()
    share = np.array([_right(z, one) for z, one in zip(outputs, trials, strict=True)])
    state.smoothed[active] = 0.8 * state.smoothed[active] + 0.2 * share
    which = torch.tensor(active, device=networks.weights.matrix.device)
    moments = Moments(
        *(Weights(*(part.index_select(0, which) for part in m)) for m in state.moments)
    )
    counted = torch.tensor(state.n_updates[active], device=which.device)
    update(training.optimiser, networks.weights, gradient, moments, counted)
    for whole, part in zip(
        (*state.networks.weights, *state.moments.first, *state.moments.second),
        (*networks.weights, *moments.first, *moments.second),
        strict=True,
    ):
        whole.index_copy_(0, which, part)


def by_weights(networks: RateNetworks, slopes: Gradient) -> Weights:
    """The gradient by what is trained, from that by what acts."""
    matrix = slopes.matrix * networks.wiring.mask
    if networks.config.excitatory_share is not None:
        n = networks.config.n_units
        matrix[:, :n, :n] *= networks.weights.matrix[:, :n, :n] > 0.0
    return Weights(matrix, slopes.initial)


def _validation_delays(plan: Plan, state: Training, i: int) -> list[float]:
    """Delays evenly through what is drawn at a level, in whole steps; one, if that is one delay."""
    training, task = plan.training, plan.assignments[i].task
    delays = np.linspace(
        task.shortest_s, task.limit_s(int(state.level[i])), training.validation_delays
    )
    return sorted({round(delay / training.dt_s) * training.dt_s for delay in delays.tolist()})


def _validate(plan: Plan, state: Training, due: np.ndarray, delays: list[list[float]]) -> None:
    """Validate networks of equally many delays."""
    training = plan.training
    acts = acting(state.networks.select(due), training.dt_s)
    keys = [_key(plan, state, i, _VALIDATION) for i in due]
    streams = list(dict.fromkeys(keys))
    listens = torch.tensor([streams.index(key) for key in keys], device=acts.matrix.device)
    share = accuracy_by_delay(
        plan.network,
        acts,
        plan.assignments[due[0]].task,
        delays,
        training.dt_s,
        trials_per_condition=-(-training.validation_trials // len(delays[0])),
        noise=Noise([np.random.default_rng(key) for key in streams], listens),
    )
    for i, own, row in zip(due, delays, share, strict=True):
        state.history[i].append(
            {
                "updates": int(state.n_updates[i]),
                "level": int(state.level[i]),
                "delays_s": own,
                "accuracy": row[: len(own)].tolist(),
            }
        )
        if state.level[i] == plan.assignments[i].task.last_level and _reached(
            training, state.history[i]
        ):
            state.outcome[i] = REACHED


def _reached(training: TrainingConfig, history: list[dict[str, Any]]) -> bool:
    """Whether the last validations, all of them at one level, meet the criterion."""
    last = history[-training.validations :]
    if len(last) < training.validations or len({one["level"] for one in last}) > 1:
        return False
    return bool(
        np.mean([least(one["accuracy"], training.every_delay) for one in last])
        >= training.criterion
    )


def least(accuracy: Sequence[Sequence[float]], every_delay: bool = False) -> float:
    """The least accuracy of the four conditions, (delay, condition): of each delay, or overall.

    >>> least([[1.0, 0.9, 1.0, 1.0], [1.0, 0.7, 1.0, 1.0]])
    0.8
    """
    array = np.asarray(accuracy)
    return float((array if every_delay else array.mean(0)).min())


def _widen(plan: Plan, state: Training, active: np.ndarray) -> None:
    for i in active:
        if (
            state.smoothed[i] > plan.training.widen_at
            and state.level[i] < plan.assignments[i].task.last_level
        ):
            state.level[i] += 1
            state.smoothed[i] = 0.8  # it has to be earned again


def _restart(plan: Plan, state: Training, i: int, why: str) -> None:
    seed, at = plan.assignments[i].seed, int(state.n_updates[i])
    what = f"network {i} (seed {seed}): {why} at update {at}"
    if state.restarts[i] >= plan.training.max_restarts:
        state.outcome[i] = FAILED
        state.incidents.append(f"{what}; it has failed.")
    else:
        state.restarts[i] += 1
        state.incidents.append(f"{what}; it starts again from another draw.")
    # One that has failed is what it was when it started, so that all numbers kept are finite.
    drawn = _draw(plan, i, int(state.restarts[i]))
    for whole, part in zip(
        (*state.networks.weights, *state.networks.wiring),
        (*drawn.weights, *drawn.wiring),
        strict=True,
    ):
        whole[i] = part[0]
    for whole in (*state.moments.first, *state.moments.second):
        whole[i] = 0.0
    if state.outcome[i] == TRAINING:
        state.n_updates[i], state.level[i], state.smoothed[i] = 0, 0, 0.5
        state.history[i] = []


def _draw(plan: Plan, i: int, restarts: int) -> RateNetworks:
    seed = plan.assignments[i].seed
    return draw_network(plan.network, rng=np.random.default_rng((_WEIGHTS, seed, restarts)))


def _key(plan: Plan, state: Training, i: int, purpose: int) -> tuple[int, ...]:
    return (purpose, plan.assignments[i].seed, int(state.restarts[i]), int(state.n_updates[i]))


def _right(outputs: np.ndarray, trials: Trials) -> float:
    """Share of right answers, catch trials left out; of outputs (time, trial, output)."""
    chosen = outputs[trials.last, np.arange(len(trials.last))].argmax(1)
    asked = trials.answer >= 0
    return float(((chosen == trials.answer) & asked).sum() / max(asked.sum(), 1))
