"""Attractors: a network that runs on its own output, steered by contexts, and measured."""
