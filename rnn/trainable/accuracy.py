"""How often networks answer right, in trials with noise: by forks of a run, or by whole trials."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from rnn.random_streams import Stream, generator
from rnn.tasks.task import ForkedTrials, Stretch, Task, draw_trials, share_right
from rnn.trainable.config import RateConfig
from rnn.trainable.dynamics import Noise, acting, outputs_of, run_constant, some
from rnn.trainable.gradients.gradients import make_batch
from rnn.trainable.gradients.through_time import Acting, forward
from rnn.trainable.networks import RateNetworks


def forked_accuracy(
    config: RateConfig,
    acting: Acting,
    trials: Sequence[ForkedTrials],
    dt_s: float,
    *,
    noise: Noise | None,
    check: Callable[[], None] = lambda: None,
) -> np.ndarray:
    """Share of right answers, (network, fork, condition), at forks of each network's own.

    A network is run once through its last fork, and a copy of it goes on into the branch wherever
    there is a fork. Where a network has fewer forks than others, the rest is NaN.

    Args:
        config: of the networks.
        acting: their weights.
        trials: of each network: with a fork at least, and alike but for their forks.
        dt_s: the step.
        noise: is used up; none for trials without.
        check: called at each step; what it raises ends the run.

    Raises:
        ValueError: if trials differ in more than their forks.
    """
    if len({alike(one) for one in trials}) != 1:
        raise ValueError("trials of networks that run side by side may differ in their forks only.")
    shared, forks = trials[0], [one.forks for one in trials]
    share = np.full((len(forks), max(map(len, forks)), shared.n_conditions), np.nan)

    def go(
        which: torch.Tensor, state: torch.Tensor, part: Stretch, heard: Noise | None
    ) -> torch.Tensor:
        given = torch.as_tensor(part.given).to(acting.matrix)
        own = None if heard is None else heard.of(which)
        acts = some(acting, which)
        return run_constant(config, acts, state, given, part.n_steps, dt_s, own, check=check)

    # Last forks first, so that those still running are the first ones.
    order = sorted(range(len(forks)), key=lambda i: -max(forks[i]))
    which = torch.tensor(order, device=acting.matrix.device)
    state = acting.initial[which][:, None].expand(-1, len(shared.answer), -1)
    for part in shared.stem:
        state = go(which, state, part, noise)
    now = 0
    for time in sorted({fork for own in forks for fork in own}):
        running = [i for i in order if max(forks[i]) >= time]
        which, state = which[: len(running)], state[: len(running)]
        state = go(which, state, Stretch(shared.held, time - now), noise)
        now = time
        forking = [k for k, i in enumerate(running) if time in forks[i]]
        kept = torch.tensor(forking, device=acting.matrix.device)
        forked, heard = which[kept], None if noise is None else noise.branch(time)
        last = state[kept]
        for part in shared.branch:
            last = go(forked, last, part, heard)
        chosen = outputs_of(config, some(acting, forked), last).argmax(2).cpu().numpy()
        right = (chosen == shared.answer).reshape(len(forking), shared.n_conditions, -1).mean(2)
        for i, row in zip((running[k] for k in forking), right, strict=True):
            for column in (c for c, fork in enumerate(forks[i]) if fork == time):
                share[i, column] = row
    return share


def alike(trials: ForkedTrials) -> tuple[object, ...]:
    """Equal for trials that differ in their forks only."""
    stretches = (*trials.stem, Stretch(trials.held, 0), *trials.branch)
    told = ((one.n_steps, one.given.shape, one.given.tobytes()) for one in stretches)
    return (len(trials.stem), *told, trials.answer.tobytes(), trials.n_conditions)


def plain_accuracy(
    networks: RateNetworks,
    index: int,
    task: Task,
    dt_s: float,
    *,
    n_trials: int,
    key: tuple[int, ...],
    level: int | None = None,
    check: Callable[[], None] = lambda: None,
) -> np.ndarray:
    """Share of right answers (condition,) of one network, in whole trials of each condition.

    Args:
        networks: a stack.
        index: which of them.
        task: whose trials are drawn.
        dt_s: the step.
        n_trials: of each condition.
        key: of the random numbers; the same one gives the same trials and noise.
        level: of the task; the last one, if not given.
        check: called before each condition; what it raises ends the run.
    """
    one = networks.select([index])
    acts = acting(one, dt_s)
    share = []
    for condition in range(len(task.conditions)):
        check()
        trials = draw_trials(
            task,
            n_trials,
            dt_s,
            rng=generator(Stream.CONDITION_TRIALS, *key, condition),
            level=task.last_level if level is None else level,
            condition=condition,
        )
        keys = [(Stream.CONDITION_NOISE, *key, condition)]
        batch = make_batch(one.config, [trials], keys, dt_s, like=acts.matrix)
        outputs = forward(one.config, acts, batch).outputs[0].cpu().numpy()
        share.append(share_right(task.score(outputs, trials)))
    return np.array(share)


def measure_accuracy(
    networks: RateNetworks,
    index: int,
    task: Task,
    dt_s: float,
    *,
    seed: int,
    n_trials: int = 100,
    n_forks: int = 5,
) -> np.ndarray:
    """Share of right answers, (fork, condition), of one network of a stack in a whole task.

    A task whose trials do not fork has one row.

    Args:
        networks: a stack.
        index: which of them.
        task: what is asked.
        dt_s: the step.
        seed: of trials and noise.
        n_trials: of each condition.
        n_forks: about how many of them.

    Raises:
        ValueError: if the network is not one for this task, or the step not one for either.
    """
    check_fit(networks.config, task)
    task.check_step(dt_s)
    forked = task.forked(dt_s, level=task.last_level, n_forks=n_forks, n_trials=n_trials)
    if forked is None:
        return plain_accuracy(networks, index, task, dt_s, n_trials=n_trials, key=(seed,))[None]
    acts = acting(networks.select([index]), dt_s)
    listens = torch.zeros(1, dtype=torch.long, device=acts.matrix.device)
    noise = Noise([generator(Stream.TEST, seed)], listens)
    return forked_accuracy(networks.config, acts, [forked], dt_s, noise=noise)[0]


def check_fit(config: RateConfig, task: Task) -> None:
    """Whether networks have the inputs, contexts and outputs of a task.

    Raises:
        ValueError: if they have not.
    """
    needed = (task.n_inputs, task.n_contexts, task.n_outputs)
    if needed != (config.n_inputs, config.n_contexts, config.n_outputs):
        raise ValueError(
            f"the task {task.name!r} needs {_counted(*needed)}, the network has "
            f"{_counted(config.n_inputs, config.n_contexts, config.n_outputs)}."
        )


def _counted(inputs: int, contexts: int, outputs: int) -> str:
    return f"{inputs} inputs, {contexts} contexts and {outputs} outputs"
