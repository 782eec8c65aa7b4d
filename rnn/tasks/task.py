"""What a task is: which trials it draws, how their answers are scored, and what they ask to hold.

A task is a frozen value. What a user writes derives from :class:`Task`, draws trials and names its
conditions; all else has a default. Training, validation, explanation and files ask the task and
know nothing else of it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any, ClassVar, NamedTuple, Protocol, Self

import numpy as np

from rnn.files.typed_json import typed


class Trials(NamedTuple):
    """Trials side by side, as long as the longest of them."""

    inputs: np.ndarray  # (time, trial, input) float32; without noise
    targets: np.ndarray  # (time, trial, output) float32
    mask: np.ndarray  # (time, trial) float32: how much the targets count; 0 after a trial's end
    last: np.ndarray  # (trial,): the step at which the answer is read
    answer: np.ndarray  # (trial,): which output is to be the largest, and -1 where none is asked
    contexts: np.ndarray | None = None  # (time or 1, trial, context) float32; None without any


class Stretch(NamedTuple):
    """So many steps in which nothing that is given changes."""

    given: np.ndarray  # (trial, input + context)
    n_steps: int


class ForkedTrials(NamedTuple):
    """Trials that share their beginning, so that a network runs through it but once.

    After the stem a network hears what is ``held``. At each of the forks a copy of it goes on
    through the branch, at whose end it answers.
    """

    stem: tuple[Stretch, ...]
    held: np.ndarray  # (trial, input + context)
    forks: tuple[int, ...]  # steps after the stem; in any order, and perhaps twice
    branch: tuple[Stretch, ...]
    answer: np.ndarray  # (trial,): trials of each condition in turn, equally many
    n_conditions: int
    about: Mapping[str, Any]  # what validations say of the forks, such as {"delays_s": [0.0, 0.5]}


class Memory(NamedTuple):
    """What a task asks to be held: two or more cues, and the input in which they are.

    Cues are told side by side: a stretch of the cues has a row for each of them.
    """

    names: tuple[str, ...]  # (cue,): "after high it is at rest"
    cues: tuple[Stretch, ...]  # from the start of a trial to the states that are to be held
    held: np.ndarray  # (input + context,): what a network is left with, for as long as it holds
    shortest_s: float  # of the delays that networks are trained on
    longest_s: float
    what: str = "the cue"  # in words: "in noise, the cue can be told …"


class Task(Protocol):
    """What a network is asked to do.

    Members without a default are what a task has to say. A task that is a dataclass of numbers
    and words is told to a file by its fields.
    """

    name: ClassVar[str]  # by which a file tells it from others

    @property
    @abstractmethod
    def n_inputs(self) -> int:
        """Inputs that a network has to have."""

    @property
    @abstractmethod
    def n_outputs(self) -> int:
        """Outputs that a network has to have."""

    @property
    def n_contexts(self) -> int:
        """Contexts that a network has to have: inputs without noise."""
        return 0

    @property
    @abstractmethod
    def conditions(self) -> tuple[str, ...]:
        """Kinds of trials: a network is as good as it is in the worst of them."""

    @property
    def last_level(self) -> int:
        """The level at which all is drawn; a task can be taught in levels, from 0 on."""
        return 0

    def check_step(self, dt_s: float) -> None:
        """Whether the task can be told in steps of ``dt_s``.

        Raises:
            ValueError: if it cannot.
        """

    @abstractmethod
    def draw(
        self,
        n_trials: int,
        dt_s: float,
        *,
        rng: np.random.Generator,
        level: int = 0,
        condition: int | None = None,
    ) -> Trials:
        """Trials by chance; with a condition, by its place among them, trials of it alone."""

    def score(self, outputs: np.ndarray, trials: Trials) -> np.ndarray:
        """How right each trial (trial,) was answered, from 0 to 1; NaN where nothing was asked.

        Args:
            outputs: (time, trial, output); no shorter than the trials.
            trials: what was asked.
        """
        chosen = outputs[trials.last, np.arange(len(trials.last))].argmax(1)
        return np.where(trials.answer >= 0, chosen == trials.answer, np.nan)

    def forked(
        self, dt_s: float, *, level: int, n_forks: int, n_trials: int
    ) -> ForkedTrials | None:
        """Trials for validation that share their beginning; None where they do not.

        Args:
            dt_s: the step.
            level: of the task.
            n_forks: about how many of them.
            n_trials: of each condition, shared out to the forks, rounded up.
        """
        return None

    def memory(self, dt_s: float) -> Memory | None:
        """What is to be held, in steps of ``dt_s``; None where nothing is."""
        return None

    def describe(self) -> dict[str, Any]:
        """All that has to be told of the task, as JSON has it.

        Raises:
            TypeError: if the task is no dataclass, and so has to say it in its own way.
        """
        if is_dataclass(self) and not isinstance(self, type):
            return asdict(self)
        raise TypeError(f"the task {self.name!r} is no dataclass: it needs a describe of its own.")

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The task that was described.

        Raises:
            ValueError: if this is no description of such a task.
            TypeError: if the task is no dataclass, and so has to read it in its own way.
        """
        if not is_dataclass(cls):
            raise TypeError(f"the task {cls.name!r} is no dataclass: it needs from_description.")
        known = {field.name for field in fields(cls)}
        if set(description) != known:
            raise ValueError(
                f"a task {cls.name!r} has {', '.join(sorted(known)) or 'no numbers'}, "
                f"got {', '.join(sorted(map(str, description))) or 'none'}"
            )
        return typed(cls, description, f"the task {cls.name!r}")


def draw_trials(
    task: Task,
    n_trials: int,
    dt_s: float,
    *,
    rng: np.random.Generator,
    level: int = 0,
    condition: int | None = None,
) -> Trials:
    """Trials of a task, in the types and shapes that they are to have.

    Raises:
        ValueError: if the task draws others.
    """
    drawn = task.draw(n_trials, dt_s, rng=rng, level=level, condition=condition)
    contexts = np.zeros((1, n_trials, 0)) if drawn.contexts is None else drawn.contexts
    n_steps = len(drawn.inputs)
    steps = 1 if len(contexts) == 1 else n_steps
    for name, array, shape in (
        ("inputs", drawn.inputs, (n_steps, n_trials, task.n_inputs)),
        ("targets", drawn.targets, (n_steps, n_trials, task.n_outputs)),
        ("mask", drawn.mask, (n_steps, n_trials)),
        ("last", drawn.last, (n_trials,)),
        ("answer", drawn.answer, (n_trials,)),
        ("contexts", contexts, (steps, n_trials, task.n_contexts)),
    ):
        if np.shape(array) != shape:
            raise ValueError(
                f"the task {task.name!r} draws {name} of shape {np.shape(array)}, expected {shape}:"
                " (time, trial, …), or (trial,)."
            )
        if not np.isfinite(array).all():
            raise ValueError(f"the task {task.name!r} draws {name} that are not finite.")
    if not (np.min(drawn.mask) >= 0.0 and np.max(drawn.mask) > 0.0):
        raise ValueError(f"the task {task.name!r} draws a mask under which no target counts.")
    if not (np.min(drawn.last) >= 0 and np.max(drawn.last) < n_steps):
        raise ValueError(f"the task {task.name!r} draws answers outside of its {n_steps} steps.")
    inputs, targets, mask = (np.asarray(part, np.float32) for part in drawn[:3])
    return Trials(
        inputs,
        targets,
        mask,
        np.asarray(drawn.last),
        np.asarray(drawn.answer),
        np.asarray(contexts, np.float32) if task.n_contexts else None,
    )


def share_right(scores: np.ndarray) -> float:
    """The mean score (trial,) of what was asked; 0 where nothing was.

    >>> share_right(np.array([1.0, 0.0, np.nan]))
    0.5
    """
    asked = ~np.isnan(scores)
    return float(scores[asked].sum() / max(asked.sum(), 1))
