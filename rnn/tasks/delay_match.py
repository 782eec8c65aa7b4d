"""Delay match: two pulses, a delay between them, and the question whether they were the same.

The task of Atanasov (2016), "Dynamic Working Memory in Recurrent Neural Networks". In the
frequency form one input tells a high pulse from a low one; in the input form a pulse comes by
one of two inputs, A or B. A trial is

    fixation | first pulse | delay | second pulse | decision

and its answer, the larger of two outputs at the last step, is 0 for the same and 1 for different.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from rnn.tasks.task import ForkedTrials, Memory, Stretch, Task, Trials

# First and second pulse of each condition: 1 is high (or A), 0 is low (or B).
PULSES = ((1, 1), (0, 0), (1, 0), (0, 1))
_NAMES = {
    "frequency": ("HiHi", "LoLo", "HiLo", "LoHi"),
    "input": ("AA", "BB", "AB", "BA"),
}

LOUD, QUIET = 1.0, 0.2  # target of the output that is chosen, and of the other
SAME, DIFFERENT = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayMatch(Task):
    """The task; its delays are drawn evenly between two limits, in seconds.

    A task can be taught in levels: at level 0 the longest delay is ``first_limit_s``, and each
    further level adds ``widening_s`` until all delays are drawn. Without widening level 0 is all.
    """

    name: ClassVar[str] = "delay-match"

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
    def n_outputs(self) -> int:
        """Same and different."""
        return 2

    @property
    def conditions(self) -> tuple[str, ...]:
        """First and second pulse, such as HiLo or AB."""
        return _NAMES[self.form]

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

    def draw(
        self,
        n_trials: int,
        dt_s: float,
        *,
        rng: np.random.Generator,
        level: int = 0,
        condition: int | None = None,
    ) -> Trials:
        """Trials for training: conditions, delays and catch trials by chance.

        Trials of one condition alone have no catch trials among them.

        >>> trials = DelayMatch().draw(8, 0.02, rng=np.random.default_rng(0))
        >>> trials.inputs.shape[1:], trials.targets.shape[1:]
        ((8, 1), (8, 2))
        """
        if condition is None:
            first, second = rng.integers(0, 2, (2, n_trials))
            catch = rng.random(n_trials) < self.catch_share
        else:
            first, second = np.repeat(np.array(PULSES[condition])[:, None], n_trials, axis=1)
            catch = np.zeros(n_trials, bool)
        high = self.limit_s(level)
        delays_s = self.shortest_s + (high - self.shortest_s) * rng.random(n_trials)
        return self.trials(first, second, delays_s, dt_s, catch=catch)

    def pulse_levels(self, pulse: np.ndarray) -> np.ndarray:
        """What pulses (trial,) add to the baseline of each input, (trial, input).

        >>> DelayMatch().pulse_levels(np.array([1, 0])).tolist()
        [[1.2], [0.4]]
        >>> DelayMatch(form="input").pulse_levels(np.array([1, 0])).tolist()
        [[1.2, 0.0], [0.0, 1.2]]
        """
        if self.form == "frequency":
            return np.where(pulse == 1, self.high, self.low)[:, None]
        return self.high * (pulse[:, None] == np.array([1, 0]))

    def trials(
        self,
        first: np.ndarray,
        second: np.ndarray,
        delays_s: np.ndarray,
        dt_s: float,
        *,
        catch: np.ndarray | None = None,
    ) -> Trials:
        """Trials of given pulses (trial,) and delays (trial,)."""
        fixation, pulse, decision = self._steps(dt_s)
        shown = np.ones(len(first), bool) if catch is None else ~catch
        second_at = fixation + pulse + np.rint(delays_s / dt_s).astype(np.int64)
        decide_at = second_at + pulse
        n_steps = int(decide_at.max()) + decision
        time = np.arange(n_steps)[:, None]
        on_first = (time >= fixation) & (time < fixation + pulse) & shown
        on_second = (time >= second_at) & (time < decide_at) & shown
        deciding = (time >= decide_at) & (time < decide_at + decision)
        inputs = (
            self.baseline
            + on_first[..., None] * self.pulse_levels(first)
            + on_second[..., None] * self.pulse_levels(second)
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

    def forked(self, dt_s: float, *, level: int, n_forks: int, n_trials: int) -> ForkedTrials:
        """Trials at delays evenly through what is drawn at a level, in whole steps.

        The trials of all delays share what comes before the second pulse. There is one fork if
        that is one delay.
        """
        delays = np.linspace(self.shortest_s, self.limit_s(level), n_forks)
        own = sorted({round(delay / dt_s) * dt_s for delay in delays.tolist()})
        return self.forked_at(own, dt_s, n_trials=-(-n_trials // len(own)))

    def forked_at(self, delays_s: Sequence[float], dt_s: float, *, n_trials: int) -> ForkedTrials:
        """So many trials of each condition at each of given delays, rounded to whole steps."""
        first, second = np.repeat(np.array(PULSES), n_trials, axis=0).T
        one, two = (self.baseline + self.pulse_levels(pulse) for pulse in (first, second))
        quiet = np.full_like(one, self.baseline)
        fixation, pulse, decision = self._steps(dt_s)
        return ForkedTrials(
            stem=(Stretch(quiet, fixation), Stretch(one, pulse)),
            held=quiet,
            forks=tuple(round(delay / dt_s) for delay in delays_s),
            branch=(Stretch(two, pulse), Stretch(quiet, decision)),
            answer=np.where(first == second, SAME, DIFFERENT),
            n_conditions=len(PULSES),
            about={"delays_s": list(delays_s)},
        )

    def memory(self, dt_s: float) -> Memory:
        """The first pulse, high (or A) and low (or B), through the delay."""
        loud = self.baseline + self.pulse_levels(np.array([1, 0]))
        fixation, pulse, _ = self._steps(dt_s)
        return Memory(
            names=("high", "low") if self.form == "frequency" else ("A", "B"),
            cues=(Stretch(np.full_like(loud, self.baseline), fixation), Stretch(loud, pulse)),
            held=np.full(self.n_inputs, self.baseline),
            shortest_s=self.shortest_s,
            longest_s=self.longest_s,
            what="the first pulse",
        )

    def _steps(self, dt_s: float) -> tuple[int, int, int]:
        """Steps of fixation, pulse and decision."""
        fixation, pulse, decision = (
            round(part / dt_s) for part in (self.fixation_s, self.pulse_s, self.decision_s)
        )
        return fixation, pulse, decision
