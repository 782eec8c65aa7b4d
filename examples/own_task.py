"""A task of one's own: which of two inputs was larger, answered after they are gone.

``python examples/own_task.py PICTURE``
"""

import sys
from dataclasses import dataclass
from typing import ClassVar

import matplotlib.pyplot as plt
import numpy as np

from rnn import trainable
from rnn.tasks import Task, Trials

DT_S = 0.02


@dataclass(frozen=True)
class Larger(Task):
    """Two inputs, each at a level of its own; then silence; then the answer."""

    name: ClassVar[str] = "larger"
    n_inputs: ClassVar[int] = 2
    n_outputs: ClassVar[int] = 2
    conditions: ClassVar[tuple[str, ...]] = ("first", "second")
    shown_s: float = 0.2
    delay_s: float = 0.2
    answer_s: float = 0.1
    difference: float = 0.15

    def draw(self, n_trials, dt_s, *, rng, level=0, condition=None):
        """Trials by chance, or of one condition."""
        right = rng.integers(0, 2, n_trials) if condition is None else np.full(n_trials, condition)
        shown, delay, answer = (
            round(s / dt_s) for s in (self.shown_s, self.delay_s, self.answer_s)
        )
        each, n_steps = np.arange(n_trials), shown + delay + answer
        inputs = np.zeros((n_steps, n_trials, 2))
        inputs[:shown] = rng.uniform(0.2, 0.8, (n_trials, 1))
        inputs[:shown, each, right] += self.difference
        targets = np.zeros((n_steps, n_trials, 2))
        targets[:, each, right] = 1.0
        mask = np.zeros((n_steps, n_trials))
        mask[shown + delay :] = 1.0
        return Trials(inputs, targets, mask, np.full(n_trials, n_steps - 1), right)


def main(picture: str) -> None:
    """Train a network at one difference, and ask it at others, and after a longer delay."""
    optimiser = trainable.OptimiserConfig(learning_rate=1e-2)
    plan = trainable.Plan(
        trainable.RateConfig(n_units=24, n_inputs=2, recurrent_noise=0.1),
        trainable.TrainingConfig(optimiser=optimiser, dt_s=DT_S, batch=32, validate_every=20),
        (trainable.Assignment(task=Larger(), seed=0),),
    )
    state = trainable.train(plan, trainable.begin(plan))

    differences = np.array([0.02, 0.05, 0.1, 0.15, 0.3])
    figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    for delay_s in (Larger().delay_s, 4.0):
        tasks = [Larger(difference=difference, delay_s=delay_s) for difference in differences]
        right = [
            trainable.measure_accuracy(state.networks, 0, task, DT_S, seed=1, n_trials=100).mean()
            for task in tasks
        ]
        axes.plot(differences, right, "o-", label=f"after {delay_s:g} s")
    axes.axvline(Larger().difference, ls=":", color="k", label="trained, after 0.2 s")
    axes.set(xlabel="difference", ylabel="share right", ylim=(0.45, 1.03))
    axes.legend()
    figure.savefig(picture, dpi=80)
    print(f"{state.outcome[0]}; of the largest difference after 4 s, {right[-1]:.2f} are right")


if __name__ == "__main__":
    main(sys.argv[1])
