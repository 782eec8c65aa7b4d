"""Transform: each unit of context squeezes the attractor along x (Kim et al. 2021)."""

from rnn.experiments.family import Family

FAMILIES = (Family.transformation("transform", {(0, 0): -0.012}),)
