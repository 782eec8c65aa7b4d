"""Dynamical systems to teach, and how they are integrated."""

from rnn.systems.lorenz import Lorenz
from rnn.systems.runge_kutta import VectorField, integrate, runge_kutta_step, trajectory

__all__ = ["Lorenz", "VectorField", "integrate", "runge_kutta_step", "trajectory"]
