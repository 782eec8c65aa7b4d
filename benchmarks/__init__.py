"""Benchmarks of pitch shifting: ``python -m benchmarks.sound``, ``.pitch`` and ``.speed``."""
