"""Delay match: two pulses, a delay between them, and the question whether they were the same.

The task of Atanasov (2016), "Dynamic Working Memory in Recurrent Neural Networks". In the
frequency form one input tells a high pulse from a low one; in the input form a pulse comes by
one of two inputs, A or B. A trial is

    fixation | first pulse | delay | second pulse | decision

and its answer, the larger of two outputs at the last step, is 0 for the same and 1 for different.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

# First and second pulse of each condition: 1 is high (or A), 0 is low (or B).
CONDITIONS = ((1, 1), (0, 0), (1, 0), (0, 1))

LOUD, QUIET = 1.0, 0.2  # target of the output that is chosen, and of the other
SAME, DIFFERENT = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayMatch:
    """The task; its delays are drawn evenly between two limits, in seconds.

    A task can be taught in levels: at level 0 the longest delay is ``first_limit_s``, and each
    further level adds ``widening_s`` until all delays are drawn. Without widening level 0 is all.
    """

    form: Literal["frequency", "input"] = "frequency"
    shortest_s: float = 0.0
    longest_s: float = 1.0
    widening_s: float = 0.0
    first_limit_s: float = 0.5
    fixation_s: float = 0.1
    pulse_s: float = 0.5
    decision_s: float = 0.3
    high: float = 1.2
    low: float = 0.4
    baseline: float = 0.2
    catch_share: float = 0.2  # of trials without pulses, in which no output is chosen

    def __post_init__(self) -> None:
        if self.form not in ("frequency", "input"):
            raise ValueError(f"form must be 'frequency' or 'input', got {self.form!r}.")
        if not 0.0 <= self.shortest_s <= self.longest_s < np.inf:
            raise ValueError(
                "delays must be finite, not negative, and rise, got "
                f"{self.shortest_s:g} s to {self.longest_s:g} s."
            )
        for name in ("fixation_s", "pulse_s", "decision_s"):
            if not 0.0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be a positive time, got {getattr(self, name):g}.")
        for name in ("widening_s", "first_limit_s"):
            if not 0.0 <= getattr(self, name) < np.inf:
                raise ValueError(
                    f"{name} must be finite and not negative, got {getattr(self, name):g}."
                )
        if not np.isfinite([self.high, self.low, self.baseline]).all():
            raise ValueError(
                f"levels must be finite, got {self.high}, {self.low} and {self.baseline}."
            )
        if not 0.0 <= self.catch_share < 1.0:
            raise ValueError(f"catch_share must lie in [0, 1), got {self.catch_share:g}.")

    @property
    def n_inputs(self) -> int:
        """One input that carries a level, or one for each of A and B."""
        return 1 if self.form == "frequency" else 2

    @property
    def last_level(self) -> int:
        """The level at which all delays are drawn."""
        if self.widening_s == 0.0 or self.longest_s <= self.first_limit_s:
            return 0
        return int(np.ceil((self.longest_s - self.first_limit_s) / self.widening_s - 1e-9))

    def limit_s(self, level: int) -> float:
        """The longest delay at a level.

        >>> task = DelayMatch(longest_s=2.0, widening_s=0.5)
        >>> [task.limit_s(level) for level in range(task.last_level + 1)]
        [0.5, 1.0, 1.5, 2.0]
        """
        if level >= self.last_level:
            return self.longest_s
        return max(self.shortest_s, self.first_limit_s + level * self.widening_s)

    def check_step(self, dt_s: float) -> None:
        """Whether the task can be told in steps of ``dt_s``.

        Raises:
            ValueError: if a part of a trial is shorter than a step.
        """
        for name, seconds in (
            ("fixation", self.fixation_s),
            ("pulse", self.pulse_s),
            ("decision", self.decision_s),
            ("delay", self.longest_s),
        ):
            if 0.0 < seconds < dt_s * (1.0 - 1e-9):
                raise ValueError(
                    f"a {name} of {seconds:g} s is shorter than a step of {dt_s:g} s; "
                    "make it longer, or the step shorter."
                )


class Trials(NamedTuple):
    """Trials side by side, as long as the longest of them."""

    inputs: np.ndarray  # (time, trial, input) float32; without noise, baseline included
    targets: np.ndarray  # (time, trial, output) float32
    mask: np.ndarray  # (time, trial) float32: 1 where the targets count
    last: np.ndarray  # (trial,): the step at which the answer is read
    answer: np.ndarray  # (trial,): SAME or DIFFERENT, and -1 of a catch trial


def draw_trials(
    task: DelayMatch, n_trials: int, dt_s: float, *, level: int = 0, rng: np.random.Generator
) -> Trials:
    """Trials for training: conditions, delays and catch trials by chance.

    >>> trials = draw_trials(DelayMatch(), 8, 0.02, rng=np.random.default_rng(0))
    >>> trials.inputs.shape[1:], trials.targets.shape[1:]
    ((8, 1), (8, 2))
    """
    first, second = rng.integers(0, 2, (2, n_trials))
    catch = rng.random(n_trials) < task.catch_share
    high = task.limit_s(level)
    delays_s = task.shortest_s + (high - task.shortest_s) * rng.random(n_trials)
    return make_trials(task, first, second, delays_s, dt_s, catch=catch)


def pulse_levels(task: DelayMatch, pulse: np.ndarray) -> np.ndarray:
    """What pulses (trial,) add to the baseline of each input, (trial, input).

    >>> pulse_levels(DelayMatch(), np.array([1, 0])).tolist()
    [[1.2], [0.4]]
    >>> pulse_levels(DelayMatch(form="input"), np.array([1, 0])).tolist()
    [[1.2, 0.0], [0.0, 1.2]]
    """
    if task.form == "frequency":
        return np.where(pulse == 1, task.high, task.low)[:, None]
    return task.high * (pulse[:, None] == np.array([1, 0]))


def make_trials(
    task: DelayMatch,
    first: np.ndarray,
    second: np.ndarray,
    delays_s: np.ndarray,
    dt_s: float,
    *,
    catch: np.ndarray | None = None,
) -> Trials:
    """Trials of given pulses (trial,) and delays (trial,)."""
    fixation, pulse, decision = (
        round(part / dt_s) for part in (task.fixation_s, task.pulse_s, task.decision_s)
    )
    shown = np.ones(len(first), bool) if catch is None else ~catch
    second_at = fixation + pulse + np.rint(delays_s / dt_s).astype(np.int64)
    decide_at = second_at + pulse
    n_steps = int(decide_at.max()) + decision
    time = np.arange(n_steps)[:, None]
    on_first = (time >= fixation) & (time < fixation + pulse) & shown
    on_second = (time >= second_at) & (time < decide_at) & shown
    deciding = (time >= decide_at) & (time < decide_at + decision)
    inputs = (
        task.baseline
        + on_first[..., None] * pulse_levels(task, first)
        + on_second[..., None] * pulse_levels(task, second)
    ).astype(np.float32)
    answer = np.where(first == second, SAME, DIFFERENT)
    chosen = answer[:, None] == np.arange(2)
    targets = np.where(
        deciding[..., None] & chosen & shown[:, None], np.float32(LOUD), np.float32(QUIET)
    )
    # Nothing is asked between fixation and decision, but a catch trial is quiet throughout.
    asked = (time < fixation) | deciding | (~shown & (time < decide_at + decision))
    return Trials(
        inputs,
        targets,
        asked.astype(np.float32),
        decide_at + decision - 1,
        np.where(shown, answer, -1),
    )
