"""How a network is drawn and taught: the study's own way, and the one that measuring led to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnn.continuous import FlowConfig
from rnn.experiments.truth import KEEP_S
from rnn.reservoir import Reservoir, ReservoirConfig, draw_reservoir

# What may be set of a setting, by the part of it that holds it; and what of it is counted.
CHANGEABLE = {
    "reservoir": (
        "n_units",
        "density",
        "spectral_abscissa",
        "input_scale",
        "context_scale",
    ),
    "flow": ("rate", "dt"),
    "": ("runs_per_context", "discard_s", "keep_s", "every", "ridge"),
}
WHOLE = ("n_units", "runs_per_context", "every")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Everything but the draw and the examples."""

    reservoir: ReservoirConfig
    flow: FlowConfig
    contexts: tuple[float, ...]  # that are taught
    runs_per_context: int
    discard_s: float  # of each run
    keep_s: float
    every: int  # one frame in so many steps is fitted
    ridge: float  # relative to a frame
    intercept: bool

    def __post_init__(self) -> None:
        steps = KEEP_S / self.flow.dt
        if round(steps) < 1 or abs(steps - round(steps)) > 1e-9 * steps:
            raise ValueError(
                f"dt must go into {KEEP_S:g} s a whole number of times, got {self.flow.dt:g} s."
            )
        for name in ("runs_per_context", "every"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}.")
        if not (self.discard_s >= 0.0 and self.keep_s > 0.0):
            raise ValueError(
                f"discard_s and keep_s must be times, got {self.discard_s} and {self.keep_s}."
            )
        if not (self.ridge >= 0.0 and np.isfinite(self.ridge)):
            raise ValueError(f"ridge must be finite and not negative, got {self.ridge}.")

    @property
    def discard_steps(self) -> int:
        """First steps of a run that are not learned from."""
        return round(self.discard_s / self.flow.dt)

    @property
    def n_steps(self) -> int:
        """Steps of a run."""
        return round((self.discard_s + self.keep_s) / self.flow.dt)

    def changed(self, changes: Iterable[tuple[str, float]]) -> Setting:
        """The same with some of its numbers changed, each by the name of its field.

        Raises:
            ValueError: if there is no such number, or a value is none for it.
        """
        setting = self
        for name, value in changes:
            owner = next((part for part, names in CHANGEABLE.items() if name in names), None)
            if owner is None:
                known = ", ".join(name for names in CHANGEABLE.values() for name in names)
                raise ValueError(f"there is no number {name!r} to set; there are {known}.")
            if name in WHOLE:
                if value != round(value):
                    raise ValueError(f"{name} must be a whole number, got {value:g}.")
                value = round(value)
            changed: dict[str, Any] = {name: value}
            if owner:
                changed = {owner: replace(getattr(setting, owner), **changed)}
            setting = replace(setting, **changed)
        return setting

    def draw(self, *, n_contexts: int, rng: np.random.Generator) -> Reservoir:
        """A reservoir for so many contexts."""
        return draw_reservoir(replace(self.reservoir, n_contexts=n_contexts), rng=rng)


# Kim et al. (2021), Methods. Their 220 s at each context are cut into eight runs side by side.
STUDY = Setting(
    reservoir=ReservoirConfig(
        n_units=450,
        n_inputs=3,
        density=0.1,
        spectral_abscissa=0.95,
        input_scale=0.008,
        context_scale=0.004,
        operating_point=(0.8, 1.0),
    ),
    flow=FlowConfig(rate=100.0, dt=0.001),
    contexts=(0.0, 1.0, 2.0, 3.0),
    runs_per_context=8,
    discard_s=2.5,
    keep_s=25.0,
    every=1,
    ridge=0.0,
    intercept=False,
)

# A translated attractor obeys equations that are quadratic in state and context together. At a
# small scale a reservoir is a quadratic map and little else, so what it learned at -3 ... 3 holds
# far outside; the QR factorisation and an intercept find the quadratic part where the Gram matrix
# has lost it in rounding. Few connections and long steps cost nothing.
MOVING = replace(
    STUDY,
    reservoir=replace(
        STUDY.reservoir,
        n_units=300,
        density=10 / 300,
        input_scale=0.0005,
        context_scale=0.00025,
    ),
    flow=FlowConfig(rate=100.0, dt=0.005),
    contexts=(-3.0, -1.0, 1.0, 3.0),
    discard_s=2.0,
    every=2,
    ridge=1e-27,
    intercept=True,
)

# A deformed attractor obeys equations in which the context stands below a fraction's line: terms
# of higher order in it must be heard, and told apart by more contexts. Where they are too faint,
# the readout infers the deformation from the trajectory instead of the context, and in the closed
# loop nothing holds it.
DEFORMING = replace(
    MOVING,
    reservoir=replace(MOVING.reservoir, input_scale=0.012, context_scale=0.004),
    contexts=(-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0),
    runs_per_context=5,
    ridge=1e-16,
)

PRESETS = ("modern", "study")


def setting_for(preset: str, *, deforming: bool) -> Setting:
    """How a preset teaches: the study treats all alike.

    Raises:
        ValueError: if there is no such preset.
    """
    if preset not in PRESETS:
        raise ValueError(f"there is no preset {preset!r}; there are {' and '.join(PRESETS)}.")
    if preset == "study":
        return STUDY
    return DEFORMING if deforming else MOVING
