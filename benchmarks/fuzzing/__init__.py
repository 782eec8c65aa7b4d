"""Mutated files and command lines: what is tried, and what must come of it."""
