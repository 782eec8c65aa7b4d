"""Training many networks at once, each to its own criterion.

Everything that is drawn is drawn anew from the seed of a network, how often it was restarted and
how many updates it has had. So there is no generator whose state would have to be kept, a network
learns the same in a stack as alone, and a run that was stopped goes on as if it had not been.
Networks of one seed hear the same noise.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import numpy as np
import torch

from rnn.random_streams import Stream, generator
from rnn.tasks.task import Task, draw_trials, share_right
from rnn.trainable.gradients.gradients import gradients
from rnn.trainable.gradients.through_time import Gradient
from rnn.trainable.networks import RateNetworks, Weights, draw_network, stack
from rnn.trainable.optimiser import Moments, gradient_length, no_moments, update
from rnn.trainable.plan import Plan
from rnn.trainable.state import FAILED, REACHED, STOPPED, TRAINING, Training, stream_key
from rnn.trainable.validation import validate
from rnn.trainable.workers import Stopped, Workers

_CHANCE = 0.65  # smoothed accuracy below which a network answers by chance


def begin(plan: Plan[Task], device: str = "cpu") -> Training:
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
    plan: Plan[Task],
    state: Training,
    *,
    after: Callable[[Training], None] = lambda _: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Training:
    """Train until every network has reached the criterion, stopped or failed; in place.

    Args:
        plan: what is to be trained.
        state: where the training stands.
        after: called after each update of all, for progress and checkpoints.
        stopping: whether to stop; asked often, also in the middle of a validation and by several
            threads. A training that was stopped goes on from its state to the same end.
    """
    with (
        contextlib.suppress(Stopped),
        Workers.for_device(state.networks.weights.matrix.device, stopping) as workers,
    ):
        while len(state.active):
            advance(plan, state, workers)
            after(state)
    return state


def advance(plan: Plan[Task], state: Training, workers: Workers | None = None) -> None:
    """One update of every network that is still trained, and what is due after it; in place.

    There has to be such a network. What was due already, but was stopped, is done first.

    Raises:
        Stopped: if the workers are asked to; the state is whole.
    """
    workers = workers or Workers(1)
    _settle(plan, state, workers)
    active = state.active
    if not len(active):
        return
    _learn(plan, state, active, workers)
    failing = active[~np.isfinite(state.loss[active])]
    for i in failing:
        _restart(plan, state, int(i), "its loss was no longer finite")
    _widen(plan, state, np.setdiff1d(active, failing))
    _settle(plan, state, workers)


def _settle(plan: Plan[Task], state: Training, workers: Workers) -> None:
    """All that is due after an update; nothing if it was done."""
    training = plan.training
    begun = state.active[state.n_updates[state.active] > 0]
    due = [
        int(i)
        for i in begun
        if state.n_updates[i] % training.validate_every == 0
        and not (state.history[i] and state.history[i][-1]["updates"] == state.n_updates[i])
    ]
    for i in validate(plan, state, due, workers):
        state.outcome[i] = REACHED
    for i in begun[[state.outcome[i] == TRAINING for i in begun]]:
        if state.n_updates[i] >= training.max_updates:
            state.outcome[i] = STOPPED
        elif (
            training.patience is not None
            and state.n_updates[i] % training.patience == 0
            and state.smoothed[i] < _CHANCE
            and state.restarts[i] < training.max_restarts
        ):
            _restart(plan, state, int(i), "it still answered by chance")


def _learn(plan: Plan[Task], state: Training, active: np.ndarray, workers: Workers) -> None:
    """One update; a loss that is not finite tells of one that failed."""
    training = plan.training
    trials = [
        draw_trials(
            plan.assignments[i].task,
            training.batch,
            training.dt_s,
            level=int(state.level[i]),
            rng=np.random.default_rng(stream_key(plan, state, i, Stream.TRIALS)),
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
        [stream_key(plan, state, i, Stream.NOISE) for i in active],
        training.dt_s,
        penalty=training.gradient_weight,
        workers=workers,
    )
    gradient = by_weights(networks, slopes)
    state.n_updates[active] += 1
    found = torch.where(gradient_length(gradient).isfinite(), slopes.loss, torch.nan)
    state.loss[active] = found.cpu().numpy()
    tasks = [plan.assignments[i].task for i in active]
    share = np.array(
        [
            share_right(task.score(answered, one))
            for task, answered, one in zip(tasks, outputs, trials, strict=True)
        ]
    )
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


def _widen(plan: Plan[Task], state: Training, active: np.ndarray) -> None:
    for i in active:
        if (
            state.smoothed[i] > plan.training.widen_at
            and state.level[i] < plan.assignments[i].task.last_level
        ):
            state.level[i] += 1
            state.smoothed[i] = 0.8  # it has to be earned again


def _restart(plan: Plan[Task], state: Training, i: int, why: str) -> None:
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


def _draw(plan: Plan[Task], i: int, restarts: int) -> RateNetworks:
    seed = plan.assignments[i].seed
    return draw_network(plan.network, rng=generator(Stream.WEIGHTS, seed, restarts))
