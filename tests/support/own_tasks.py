"""Tasks as a user would write them: with a context, with values, and with nothing to hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnn.tasks import Memory, Stretch, Task, Trials


@dataclass(frozen=True)
class Choice(Task):
    """Two inputs at once, of which a context tells the one that counts; it is to be remembered.

    After Mante, Sussillo, Shenoy and Newsome (2013), made short: the right output is that of the
    sign of the input that counts, asked for after a delay.
    """

    name: ClassVar[str] = "choice"
    n_inputs: ClassVar[int] = 2
    n_outputs: ClassVar[int] = 2
    n_contexts: ClassVar[int] = 2
    conditions: ClassVar[tuple[str, ...]] = (
        "first, up",
        "first, down",
        "second, up",
        "second, down",
    )

    shown_s: float = 0.2
    delay_s: float = 0.1
    answer_s: float = 0.1

    def draw(self, n_trials, dt_s, *, rng, level=0, condition=None):
        kind = rng.integers(0, 4, n_trials) if condition is None else np.full(n_trials, condition)
        other = rng.integers(0, 2, n_trials)
        shown, delay, answer = (
            round(s / dt_s) for s in (self.shown_s, self.delay_s, self.answer_s)
        )
        n_steps, counts, right = shown + delay + answer, kind // 2, kind % 2
        each = np.arange(n_trials)
        levels = np.empty((n_trials, 2))
        levels[each, counts], levels[each, 1 - counts] = 1.0 - right, other
        inputs = np.zeros((n_steps, n_trials, 2))
        inputs[:shown] = levels
        targets = np.zeros((n_steps, n_trials, 2))
        targets[:, each, right] = 1.0
        mask = np.zeros((n_steps, n_trials))
        mask[shown + delay :] = 1.0
        contexts = (counts[:, None] == np.arange(2))[None].astype(float)
        return Trials(inputs, targets, mask, np.full(n_trials, n_steps - 1), right, contexts)

    def memory(self, dt_s):
        """Of the first input, while it counts."""
        shown = np.array([[1.0, 0.5, 1.0, 0.0], [0.0, 0.5, 1.0, 0.0]])
        return Memory(
            names=("up", "down"),
            cues=(Stretch(shown, round(self.shown_s / dt_s)),),
            held=np.array([0.0, 0.0, 1.0, 0.0]),
            shortest_s=self.delay_s,
            longest_s=self.delay_s,
        )


@dataclass(frozen=True)
class Bump(Task):
    """One output is to have a value while the input is there, and 0 before; nothing is held."""

    name: ClassVar[str] = "bump"
    n_inputs: ClassVar[int] = 1
    n_outputs: ClassVar[int] = 1
    conditions: ClassVar[tuple[str, ...]] = ("go", "no-go")

    value: float = 0.5
    tolerance: float = 0.1

    def draw(self, n_trials, dt_s, *, rng, level=0, condition=None):
        stays = rng.integers(0, 2, n_trials) if condition is None else np.full(n_trials, condition)
        n_steps = round(0.4 / dt_s)
        go = ((np.arange(n_steps)[:, None] >= n_steps // 2) & (stays == 0))[..., None].astype(float)
        return Trials(
            inputs=go,
            targets=self.value * go,
            mask=np.ones((n_steps, n_trials)),
            last=np.full(n_trials, n_steps - 1),
            answer=stays,
        )

    def score(self, outputs, trials):
        each = np.arange(len(trials.last))
        wanted, said = (z[trials.last, each, 0] for z in (trials.targets, outputs))
        return (np.abs(said - wanted) < self.tolerance).astype(float)


@dataclass(frozen=True)
class Three(Choice):
    """Three levels of one input to be told apart."""

    name: ClassVar[str] = "three"

    def memory(self, dt_s):
        levels = np.array([[0.0], [0.5], [1.0]])
        shown = np.hstack([levels, np.tile([0.5, 1.0, 0.0], (3, 1))])
        return (
            super()
            .memory(dt_s)
            ._replace(
                names=("low", "middle", "high"), cues=(Stretch(shown, round(self.shown_s / dt_s)),)
            )
        )
