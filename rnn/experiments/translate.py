"""Translate: a unit of context moves the attractor a unit along x (Kim et al. 2021)."""

from rnn.experiments.family import Family

FAMILIES = (Family.translation("translate", (1.0, 0.0, 0.0)),)
