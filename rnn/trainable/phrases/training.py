"""A reservoir trained for the phrases it is to remember, by back-propagation through time.

What is drawn of a reservoir is where the training begins: weights between units, from inputs and
from contexts, and biases. What comes out is a reservoir again, with the same connections, so that
a memory is taught and recalled with it as with any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import scipy.optimize
import scipy.sparse
import torch

from rnn.phrases.clock import ClockConfig, clock_signal
from rnn.phrases.memory import WARM_UP_TURNS, check_examples, targets_by_phrase
from rnn.reservoir import Reservoir
from rnn.rows import RowSource
from rnn.trainable.dynamics import acting
from rnn.trainable.gradients.through_time import Batch, backward, forward
from rnn.trainable.networks import from_reservoir
from rnn.trainable.phrases.loss import phrase_aims, phrase_loss
from rnn.trainable.workers import Workers

_FRAME_S = 1.0  # any: the networks of this module step frame by frame
_PAIRS = 20  # of steps and gradients, from which the curvature of the loss is guessed


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseTrainingConfig:
    """How long a network is trained, and for how far outside.

    ``reach`` counts half ranges of the taught contexts: after examples at -1 and +1, contexts.
    """

    n_updates: int = 60
    reach: float = 12.0

    def __post_init__(self) -> None:
        if self.n_updates < 1:
            raise ValueError(f"n_updates must be at least 1, got {self.n_updates}.")
        if not (self.reach >= 0.0 and np.isfinite(self.reach)):
            raise ValueError(f"reach must be finite and not negative, got {self.reach}.")


def train_phrases(
    reservoir: Reservoir,
    clock: ClockConfig,
    examples: Mapping[float, RowSource],
    *,
    ridge: float,
    config: PhraseTrainingConfig | None = None,
    after: Callable[[float], None] = lambda _: None,
) -> Reservoir:
    """Train a reservoir for a memory of examples, such as :func:`rnn.teach_phrases` takes.

    The loss is that of :mod:`rnn.trainable.phrases.loss`, over a whole turn of the clock at every
    taught context and all phrases at once; L-BFGS follows it down. Nothing is random.

    Args:
        reservoir: to begin with; it stays as it is.
        clock: that drives it, through as many inputs as it has.
        examples: for each context, the sequence (time, feature) as it is at that context.
        ridge: of the readouts that the memory will have.
        config: of the training.
        after: told the loss after each update; there may be fewer than were allowed.

    Raises:
        ValueError: if there are fewer than two contexts, or shapes differ.
        FloatingPointError: if a loss is not finite.
    """
    config = config or PhraseTrainingConfig()
    lesson = _Lesson(reservoir, clock, examples, ridge, config.reach)
    with Workers(1):  # to share out products as small as these takes longer than the products
        return _follow_down(lesson, config.n_updates, after)


def _follow_down(lesson: _Lesson, n_updates: int, after: Callable[[float], None]) -> Reservoir:
    first, _ = lesson.loss(lesson.start)
    if first == 0.0:
        return lesson.reservoir

    def relative(values: np.ndarray) -> tuple[float, np.ndarray]:
        loss, gradient = lesson.loss(values)
        return loss / first, gradient / first

    def tell(intermediate_result: scipy.optimize.OptimizeResult) -> None:
        after(float(intermediate_result.fun) * first)

    found = scipy.optimize.minimize(
        relative,
        lesson.start,
        jac=True,
        method="L-BFGS-B",
        callback=tell,
        options={
            "maxiter": n_updates,
            "maxfun": 2 * n_updates + 1,
            "maxcor": _PAIRS,
            "ftol": 0.0,
            "gtol": 0.0,
        },
    )
    return lesson.network(found.x)


def _targets(clock: ClockConfig, examples: Mapping[float, RowSource]) -> np.ndarray:
    """What is to be recalled, (context, phrase frame, target), read a few phrases at a time.

    The loss and the ridge know lengths and angles only, and turning all targets at once changes
    none: as many columns as rows hold the longest song.
    """
    n_frames, n_features = check_examples(examples)
    n_rows = len(examples) * clock.n_frames
    step = clock.n_frames * max(n_rows // n_features, 1)
    flat = np.zeros((n_rows, 0))
    for first in range(0, n_frames, step):
        parts = [targets_by_phrase(clock, each[first : first + step]) for each in examples.values()]
        flat = np.concatenate([flat, np.concatenate(parts)], axis=1)
        if flat.shape[1] > n_rows:
            flat = np.linalg.qr(flat.T).R.T
    return flat.reshape(len(examples), clock.n_frames, -1)


class _Lesson:
    """The loss as a function of what is trained: one array of weights, each by its block's size.

    In units of the blocks' sizes (recurrent, inputs, context, bias; root mean squares), for those
    differ by orders of magnitude. A block of zeros stays one.
    """

    def __init__(
        self,
        reservoir: Reservoir,
        clock: ClockConfig,
        examples: Mapping[float, RowSource],
        ridge: float,
        reach: float,
    ) -> None:
        if (reservoir.inputs.shape[1], reservoir.context.shape[1]) != (clock.n_bumps, 1):
            raise ValueError(
                f"the network must have {clock.n_bumps} inputs, the clock's bumps, and 1 context, "
                f"got {reservoir.inputs.shape[1]} and {reservoir.context.shape[1]}."
            )
        self.reservoir, self.ridge = reservoir, ridge
        contexts = np.array(list(examples))
        targets = _targets(clock, examples)
        self.targets, self.aims = targets, phrase_aims(contexts, targets, reach=reach)

        # The outputs are the states themselves.
        n = reservoir.n_units
        self.networks = from_reservoir(reservoir, _FRAME_S, n_outputs=n)
        self.networks.weights.matrix[0, n:, :n] = torch.eye(n)
        self.warm = WARM_UP_TURNS * clock.n_frames
        inputs = clock_signal(clock, 0, self.warm + clock.n_frames)
        columns = np.zeros((1, len(inputs) + 1, len(contexts), inputs.shape[1] + 2))
        columns[0, :-1, :, :-2] = inputs[:, None]
        columns[..., -2], columns[..., -1] = contexts, 1.0
        self.batch = Batch(
            columns=torch.from_numpy(columns),
            noise=torch.zeros(1, 1, 1, 1),
            stream=torch.tensor([0]),
            n_steps=[len(inputs)],
            targets=torch.empty(0),
            mask=torch.ones(1, len(inputs), len(contexts), dtype=torch.float64),
        )

        drawn = self.networks.weights.matrix[0, :n].numpy()
        self.trained = self.networks.wiring.mask[0, :n].numpy() != 0.0
        size = np.zeros_like(drawn)
        ends = np.cumsum([0, n, inputs.shape[1], 1, 1])
        for block in map(slice, ends[:-1], ends[1:]):
            weights = drawn[:, block][self.trained[:, block]]
            size[:, block] = np.sqrt(np.mean(weights**2)) if len(weights) else 0.0
        self.size = size[self.trained]
        self.start = drawn[self.trained] / np.where(self.size > 0.0, self.size, 1.0)

    def loss(self, values: np.ndarray) -> tuple[float, np.ndarray]:
        """The loss and its gradient."""
        n, config = self.reservoir.n_units, self.networks.config
        self.networks.weights.matrix[0, :n] = torch.from_numpy(self._matrix(values))
        weights = acting(self.networks, _FRAME_S)
        run = forward(config, weights, self.batch)
        states = run.outputs[0, self.warm :].transpose(0, 1).numpy()
        loss, by_states = phrase_loss(states, self.targets, self.aims, ridge=self.ridge)
        # Targets whose mean squared error over outputs has this gradient.
        wanted = run.outputs.clone()
        wanted[0, self.warm :] -= 0.5 * n * torch.from_numpy(by_states).transpose(0, 1)
        slopes = backward(config, weights, self.batch._replace(targets=wanted), run)
        gradient = slopes.matrix[0, :n].numpy()[self.trained] * self.size
        if not (np.isfinite(loss) and np.isfinite(gradient).all()):
            raise FloatingPointError("the loss or its gradient is no longer a finite number.")
        return loss, gradient

    def network(self, values: np.ndarray) -> Reservoir:
        """A reservoir with these values in the place of those it began with."""
        matrix, old = self._matrix(values), self.reservoir.recurrent
        n, n_inputs = self.reservoir.inputs.shape
        rows = np.repeat(np.arange(n), np.diff(old.indptr))
        return Reservoir(
            recurrent=scipy.sparse.csr_array(
                (matrix[rows, old.indices], old.indices.copy(), old.indptr.copy()), shape=(n, n)
            ),
            inputs=matrix[:, n : n + n_inputs].copy(),
            context=matrix[:, n + n_inputs : -1].copy(),
            bias=matrix[:, -1].copy(),
            leak=self.reservoir.leak,
        )

    def _matrix(self, values: np.ndarray) -> np.ndarray:
        matrix = np.zeros(self.trained.shape)
        matrix[self.trained] = values * self.size
        return matrix
