"""Further computations, each taught in the same way (Kim et al. 2021, supplement)."""

from rnn.experiments.family import Family

FAMILIES = (
    Family.translation("translate-y", (0.0, 1.0, 0.0)),
    Family.translation("translate-z", (0.0, 0.0, 1.0)),
    Family.transformation("stretch", {(2, 2): 0.012}),
    Family.transformation("shear", {(1, 0): 0.012}),
    Family.transformation("squeeze", {(0, 0): 0.012, (1, 1): -0.012}),
)
