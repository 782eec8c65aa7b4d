"""Contexts that change over time: ramps and holds between knots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Schedule:
    """Contexts (knot, context, run) at times (knot,) in seconds, linear in between.

    Before the first knot and after the last, the context is held.

    >>> sweep = Schedule(np.array([0.0, 2.0]), np.array([0.0, 4.0]).reshape(2, 1, 1))
    >>> sweep.sample(0, 4, dt=1.0)[:, 0, 0].tolist()
    [0.0, 2.0, 4.0, 4.0, 4.0]
    """

    times_s: np.ndarray
    contexts: np.ndarray

    def __post_init__(self) -> None:
        for name in ("times_s", "contexts"):  # lists are taken as well
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        if (
            self.contexts.ndim != 3
            or self.times_s.shape != self.contexts.shape[:1]
            or not len(self)
        ):
            raise ValueError(
                "contexts must have shape (knot, context, run) and each knot a time, "
                f"got {self.contexts.shape} and {self.times_s.shape}."
            )
        if not (np.diff(self.times_s) > 0.0).all() or not np.isfinite(self.times_s).all():
            raise ValueError("the times of a schedule must be finite and rise.")
        if not np.isfinite(self.contexts).all():
            raise ValueError("the contexts of a schedule must be finite.")

    def __len__(self) -> int:
        return len(self.times_s)

    @classmethod
    def constant(cls, contexts: npt.ArrayLike) -> Schedule:
        """Contexts (context, run) that stay."""
        return cls(np.zeros(1), np.asarray(contexts, dtype=np.float64)[None])

    @classmethod
    def ramp(cls, start: npt.ArrayLike, end: npt.ArrayLike, duration_s: float) -> Schedule:
        """From contexts (context, run) to others in ``duration_s``, then held."""
        start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
        if start.shape != end.shape:
            raise ValueError(
                f"a ramp must end in the shape (context, run) that it starts in, {start.shape}, "
                f"got {end.shape}."
            )
        return cls(np.array([0.0, duration_s]), np.stack([start, end]))

    def sample(self, first_step: int, n_steps: int, *, dt: float) -> np.ndarray:
        """Contexts (n_steps + 1, context, run) at the ends of steps ``first_step``, ..."""
        if len(self) == 1:
            return np.broadcast_to(self.contexts, (n_steps + 1, *self.contexts.shape[1:]))
        times = (first_step + np.arange(n_steps + 1)) * dt
        after = np.clip(np.searchsorted(self.times_s, times, "right"), 1, len(self) - 1)
        begin, end = self.times_s[after - 1], self.times_s[after]
        share = np.clip((times - begin) / (end - begin), 0.0, 1.0)[:, None, None]
        return (1.0 - share) * self.contexts[after - 1] + share * self.contexts[after]
