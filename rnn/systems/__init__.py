"""Dynamical systems to teach, and how they are integrated."""

from rnn.systems.lorenz import Lorenz
from rnn.systems.lyapunov import growth_rates
from rnn.systems.runge_kutta import (
    Block,
    VectorField,
    flow_map,
    integrate,
    runge_kutta_step,
    trajectory,
)
from rnn.systems.system import System, field_at, tangent_field_at

__all__ = [
    "Block",
    "Lorenz",
    "System",
    "VectorField",
    "field_at",
    "flow_map",
    "growth_rates",
    "integrate",
    "runge_kutta_step",
    "tangent_field_at",
    "trajectory",
]
