"""Flight: two contexts in one network, that move the attractor along x and along z.

Kim et al. (2021) teach ten pairs of contexts along three lines and fly the attractor through the
plane. The pairs here lie in a ring, as the single contexts of the other experiments lie about 0.
"""

import numpy as np

from rnn.attractors.schedule import Schedule

TAUGHT = {
    "modern": ((-3, -3), (-3, 3), (3, -3), (3, 3), (-1, 0), (1, 0), (0, -1), (0, 1)),
    "study": (
        *((0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (0, 2), (0, 3)),
        *((1, 1), (2, 2), (3, 3)),
    ),
}


def flight_path(duration_s: float, *, n_knots: int = 401) -> Schedule:
    """The study's flight: the first context from -40 to 40, the second up and down by 30."""
    turn = np.linspace(-1.0, 1.0, n_knots)
    wave = np.sin(2.0 * np.pi * turn)
    height = 30.0 * np.sign(wave) * np.sqrt(np.abs(wave))
    contexts = np.stack([40.0 * turn, height], axis=1)[:, :, None]
    return Schedule(np.linspace(0.0, duration_s, n_knots), contexts)
