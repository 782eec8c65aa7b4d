"""The context-biased reservoir: a fixed, random recurrent network with a context input.

Kim et al. (2021), "Teaching recurrent neural networks to infer global temporal structure from
local examples", Nature Machine Intelligence 3, drive a reservoir with a signal and with a
*context*, a few constant inputs that move its operating point. Here it advances frame by frame,

    r[t+1] = (1 - leak) r[t] + leak tanh(A r[t] + B u[t] + C c[t] + d).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservoirConfig:
    """How a reservoir is drawn.

    ``context_scale`` is small so that the response to a context stays linear far beyond the
    contexts that were taught; float64 resolves it.

    Two settings take the place of others where they are given. ``spectral_abscissa`` scales the
    recurrent weights by the largest real part of their eigenvalues instead of the largest
    modulus, as stability in continuous time asks. ``operating_point`` (low, high) has each unit
    rest at plus or minus a level between the two while inputs and contexts are 0, instead of
    giving it a bias of its own.
    """

    n_units: int = 400
    n_inputs: int = 1
    n_contexts: int = 1
    density: float = 0.05  # share of non-zero recurrent weights
    spectral_radius: float = 0.5
    leak: float = 1.0
    input_scale: float = 1.0
    context_scale: float = 1e-4
    bias_scale: float = 0.5
    spectral_abscissa: float | None = None
    operating_point: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        for name in ("n_units", "n_inputs", "n_contexts"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}.")
        for name in ("density", "leak"):
            if not 0.0 < getattr(self, name) <= 1.0:
                raise ValueError(f"{name} must lie in (0, 1], got {getattr(self, name)}.")
        for name in ("spectral_radius", "input_scale", "context_scale", "bias_scale"):
            value = getattr(self, name)
            if not (value >= 0.0 and np.isfinite(value)):
                raise ValueError(f"{name} must be finite and not negative, got {value}.")
        abscissa = self.spectral_abscissa
        if abscissa is not None and not (abscissa > 0.0 and np.isfinite(abscissa)):
            raise ValueError(f"spectral_abscissa must be positive and finite, got {abscissa}.")
        if self.operating_point is not None:
            rises = len(self.operating_point) == 2 and np.diff(self.operating_point)[0] >= 0.0
            within = 0.0 <= min(self.operating_point) < 1.0 and max(self.operating_point) <= 1.0
            if not (rises and within):
                raise ValueError(
                    "operating_point must be two levels of a unit, rising and between 0 and 1, "
                    f"got {self.operating_point}."
                )


class Reservoir(NamedTuple):
    """The drawn arrays of a reservoir; a network in the sense of :class:`rnn.network.Network`."""

    recurrent: scipy.sparse.csr_array  # (unit, unit)
    inputs: np.ndarray  # (unit, input)
    context: np.ndarray  # (unit, context)
    bias: np.ndarray  # (unit,)
    leak: float

    @property
    def n_units(self) -> int:
        """Number of units."""
        return self.bias.shape[0]

    def run(
        self, inputs: np.ndarray, context: np.ndarray, state: np.ndarray | None = None
    ) -> np.ndarray:
        """States after each frame; see :func:`run`."""
        return run(self, inputs, context, state)


def draw_reservoir(config: ReservoirConfig, *, rng: np.random.Generator) -> Reservoir:
    """Draw a reservoir: sparse uniform weights, scaled to the spectral radius asked for.

    >>> net = draw_reservoir(ReservoirConfig(n_units=50), rng=np.random.default_rng(0))
    >>> float(abs(np.linalg.eigvals(net.recurrent.toarray())).max().round(6))
    0.5
    """
    recurrent_rng, input_rng, context_rng, bias_rng = rng.spawn(4)
    n = config.n_units
    mask = recurrent_rng.random((n, n)) < config.density
    recurrent = np.where(mask, recurrent_rng.uniform(-1.0, 1.0, (n, n)), 0.0)
    eigenvalues = np.linalg.eigvals(recurrent)
    if config.spectral_abscissa is None:
        wanted, extent = config.spectral_radius, float(np.abs(eigenvalues).max())
    else:
        wanted, extent = config.spectral_abscissa, float(eigenvalues.real.max())
    # A very small or thin draw can be nilpotent: there is nothing to scale, and it stays as it is.
    if extent > 0.0:
        recurrent *= wanted / extent

    def uniform(rng: np.random.Generator, scale: float, *shape: int) -> np.ndarray:
        return rng.uniform(-scale, scale, shape)

    if config.operating_point is None:
        bias = uniform(bias_rng, config.bias_scale, n)
    else:
        rest = bias_rng.choice([-1.0, 1.0], n) * bias_rng.uniform(*config.operating_point, n)
        bias = np.arctanh(rest) - recurrent @ rest

    return Reservoir(
        recurrent=scipy.sparse.csr_array(recurrent),
        inputs=uniform(input_rng, config.input_scale, n, config.n_inputs),
        context=uniform(context_rng, config.context_scale, n, config.n_contexts),
        bias=bias,
        leak=config.leak,
    )


def step(reservoir: Reservoir, state: np.ndarray, drive: np.ndarray) -> np.ndarray:
    """One leaky tanh step; ``drive = B u + C c + d``, shape (unit,)."""
    target = np.tanh(reservoir.recurrent @ state + drive)
    return (1.0 - reservoir.leak) * state + reservoir.leak * target


def run(
    reservoir: Reservoir,
    inputs: np.ndarray,
    context: np.ndarray,
    state: np.ndarray | None = None,
) -> np.ndarray:
    """States after each frame of a drive.

    Args:
        inputs: (time, input).
        context: (context,) for a constant context, or (time, context).
        state: (unit,) to start from; zeros by default. The last row returned continues the run:
            a split run equals a whole one to the last bit.

    Returns:
        (time, unit) states.

    Raises:
        ValueError: if a shape does not fit the reservoir.
    """
    n_units, n_inputs = reservoir.inputs.shape
    n_contexts = reservoir.context.shape[1]
    if inputs.ndim != 2 or inputs.shape[1] != n_inputs:
        raise ValueError(f"inputs must have shape (time, {n_inputs}), got {inputs.shape}.")
    context = np.asarray(context, dtype=np.float64)
    if context.shape not in ((n_contexts,), (len(inputs), n_contexts)):
        raise ValueError(
            f"context must have shape ({n_contexts},) or ({len(inputs)}, {n_contexts}), "
            f"got {context.shape}."
        )
    if state is not None and state.shape != (n_units,):
        raise ValueError(f"state must have shape ({n_units},), got {state.shape}.")
    contexts = np.broadcast_to(context, (len(inputs), n_contexts))
    states = np.empty((len(inputs), n_units))
    current = np.zeros(n_units) if state is None else state
    for time, (frame, frame_context) in enumerate(zip(inputs, contexts, strict=True)):
        drive = reservoir.inputs @ frame + reservoir.context @ frame_context + reservoir.bias
        current = step(reservoir, current, drive)
        states[time] = current
    return states
