"""How a network is drawn and taught: the study's own way, and the one that measuring led to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnn.attractors.memory import AttractorMemory
from rnn.attractors.teaching import teach_system
from rnn.continuous import FlowConfig
from rnn.experiments.lorenz.truth import KEEP_S
from rnn.reservoir import Reservoir, ReservoirConfig, draw_reservoir
from rnn.systems import System

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
    "": (
        "n_taught",
        "taught_low",
        "taught_high",
        "runs_per_context",
        "discard_s",
        "keep_s",
        "every",
        "ridge",
        "intercept",
        "normal_equations",
    ),
}
WHOLE = ("n_units", "n_taught", "runs_per_context", "every")
SWITCHES = ("intercept", "normal_equations")  # 0 or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Everything but the draw and the examples."""

    reservoir: ReservoirConfig
    flow: FlowConfig
    n_taught: int  # contexts, evenly spaced
    taught_low: float
    taught_high: float
    runs_per_context: int
    discard_s: float  # of each run
    keep_s: float
    every: int  # one frame in so many steps is fitted
    ridge: float  # relative to a frame
    intercept: bool
    normal_equations: bool = False  # fitted from the Gram matrix instead of the QR factorisation

    def __post_init__(self) -> None:
        steps = KEEP_S / self.flow.dt
        if not 1.0 - 1e-9 <= steps <= 1e6 or abs(steps - round(steps)) > 1e-9 * steps:
            raise ValueError(
                f"dt must go into {KEEP_S:g} s a whole number of times, got {self.flow.dt:g} s."
            )
        for name in ("n_taught", "runs_per_context", "every"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}.")
        if not -np.inf < self.taught_low <= self.taught_high < np.inf:
            raise ValueError(
                "taught_low and taught_high must be finite and rise, "
                f"got {self.taught_low} and {self.taught_high}."
            )
        for name in ("discard_s", "keep_s"):
            if not 0.0 <= getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be a finite time, got {getattr(self, name)}.")
        if self.keep_s < 2.0 * self.every * self.flow.dt:
            raise ValueError(
                f"keep_s must hold two of the frames that are fitted, one in every {self.every} "
                f"steps, got {self.keep_s:g} s."
            )
        if self.normal_equations and self.intercept:
            raise ValueError("normal_equations go without an intercept: set intercept to 0.")
        if not (self.ridge >= 0.0 and np.isfinite(self.ridge)):
            raise ValueError(f"ridge must be finite and not negative, got {self.ridge}.")

    @property
    def contexts(self) -> tuple[float, ...]:
        """What is taught, of an experiment with one context."""
        return tuple(np.linspace(self.taught_low, self.taught_high, self.n_taught).tolist())

    @property
    def n_steps(self) -> int:
        """Steps of a run."""
        return round((self.discard_s + self.keep_s) / self.flow.dt)

    def changed(self, changes: Iterable[tuple[str, float]]) -> Setting:
        """The same with some of its numbers changed, each by the name of its field.

        Raises:
            ValueError: if there is no such number, or a value is none for it.
        """
        parts: dict[str, dict[str, Any]] = {part: {} for part in CHANGEABLE}
        for name, value in changes:
            part = next((part for part, names in CHANGEABLE.items() if name in names), None)
            if part is None:
                known = ", ".join(name for names in CHANGEABLE.values() for name in names)
                raise ValueError(f"there is no number {name!r} to set; there are {known}.")
            if name in SWITCHES and value not in (0, 1):
                raise ValueError(f"{name} must be 0 or 1, got {value:g}.")
            if name in WHOLE and not float(value).is_integer():
                raise ValueError(f"{name} must be a whole number, got {value:g}.")
            kind = bool if name in SWITCHES else round if name in WHOLE else float
            parts[part][name] = kind(value)
        return replace(
            self,
            reservoir=replace(self.reservoir, **parts["reservoir"]),
            flow=replace(self.flow, **parts["flow"]),
            **parts[""],
        )

    def draw(self, *, n_contexts: int, rng: np.random.Generator) -> Reservoir:
        """A reservoir for so many contexts."""
        return draw_reservoir(replace(self.reservoir, n_contexts=n_contexts), rng=rng)

    def teach(
        self,
        system: System,
        contexts: np.ndarray,
        reservoir: Reservoir,
        *,
        rng: np.random.Generator,
    ) -> AttractorMemory:
        """A memory of a system at contexts (context, run), taught in this way."""
        return teach_system(
            system,
            contexts,
            reservoir,
            self.flow,
            discard_s=self.discard_s,
            keep_s=self.keep_s,
            ridge=self.ridge,
            rng=rng,
            intercept=self.intercept,
            normal_equations=self.normal_equations,
            every=self.every,
        )


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
    n_taught=4,
    taught_low=0.0,
    taught_high=3.0,
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
    taught_low=-3.0,
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
    n_taught=7,
    runs_per_context=5,
    ridge=1e-18,
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
