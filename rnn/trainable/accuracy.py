"""How often networks answer right, by delay and by condition, in trials with noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from rnn.tasks.delay_match import CONDITIONS, DIFFERENT, SAME, DelayMatch, pulse_levels
from rnn.trainable.config import RateConfig
from rnn.trainable.dynamics import Noise, outputs_of, run_constant, some
from rnn.trainable.gradients.through_time import Acting


def accuracy_by_delay(
    config: RateConfig,
    acting: Acting,
    task: DelayMatch,
    delays_s: Sequence[Sequence[float]],
    dt_s: float,
    *,
    trials_per_condition: int,
    noise: Noise | None,
) -> np.ndarray:
    """Share of right answers, (network, delay, condition), at delays of each network's own.

    The trials of all delays share what comes before the second pulse: a network is run once
    through its longest delay, and a copy of it goes on to a second pulse wherever one is asked
    for. Where a network has fewer delays than others, the rest is NaN. Delays, at least one for
    each network, are rounded to whole steps; ``noise`` is used up.
    """
    like = acting.matrix
    first, second = np.repeat(np.array(CONDITIONS), trials_per_condition, axis=0).T
    answer = np.where(first == second, SAME, DIFFERENT)
    quiet, one, two = (
        torch.as_tensor(task.baseline + added).to(like)
        for added in (
            0.0 * pulse_levels(task, first),
            *(pulse_levels(task, p) for p in (first, second)),
        )
    )
    fixation, pulse, decision = (
        round(s / dt_s) for s in (task.fixation_s, task.pulse_s, task.decision_s)
    )
    ends = [[round(delay / dt_s) for delay in own] for own in delays_s]
    share = np.full((len(ends), max(map(len, ends)), len(CONDITIONS)), np.nan)

    def go(
        which: torch.Tensor, state: torch.Tensor, shown: torch.Tensor, n: int, heard: Noise | None
    ) -> torch.Tensor:
        part = None if heard is None else heard.of(which)
        return run_constant(config, some(acting, which), state, shown, n, dt_s, part)

    # Longest delays first, so that those still running are the first ones.
    order = sorted(range(len(ends)), key=lambda i: -max(ends[i]))
    which = torch.tensor(order, device=like.device)
    state = acting.initial[which][:, None].expand(-1, len(first), -1)
    state = go(which, state, quiet, fixation, noise)
    state = go(which, state, one, pulse, noise)
    now = 0
    for time in sorted({end for own in ends for end in own}):
        running = [i for i in order if max(ends[i]) >= time]
        which, state = which[: len(running)], state[: len(running)]
        state = go(which, state, quiet, time - now, noise)
        now = time
        forks = [k for k, i in enumerate(running) if time in ends[i]]
        kept = torch.tensor(forks, device=like.device)
        forked, heard = which[kept], None if noise is None else noise.branch(time)
        last = go(forked, go(forked, state[kept], two, pulse, heard), quiet, decision, heard)
        chosen = outputs_of(config, some(acting, forked), last).argmax(2).cpu().numpy()
        right = (chosen == answer).reshape(len(forks), len(CONDITIONS), -1).mean(2)
        for i, row in zip((running[k] for k in forks), right, strict=True):
            for column in (c for c, end in enumerate(ends[i]) if end == time):
                share[i, column] = row
    return share
