"""What makes a recording of a sound that was played or sung: length, level, fades."""

import numpy as np
import numpy.typing as npt

VOICE_SEED = 1829
PEAK = 10 ** (-1 / 20)  # -1 dBFS
FADE_IN_S = 0.01
FADE_OUT_S = 0.6
# Length of each recording in seconds; the sound has died away or is faded out by then.
LENGTHS_S = {"fantaisie": 14.2, "band": 12.4, "voice": 12.1}


def master(
    samples: npt.NDArray[np.float64], rate: int, *, length_s: float
) -> npt.NDArray[np.float64]:
    """Cut to ``length_s``, free of DC, faded at both ends, with its peak at -1 dBFS."""
    cut = samples[: round(length_s * rate)]
    cut = cut - cut.mean(axis=0)
    gain = np.ones(len(cut))
    n_in, n_out = round(FADE_IN_S * rate), round(FADE_OUT_S * rate)
    gain[:n_in] = np.sin(np.linspace(0, np.pi / 2, n_in)) ** 2
    gain[-n_out:] = np.cos(np.linspace(0, np.pi / 2, n_out)) ** 2
    faded = cut * gain[:, None]
    return np.asarray(faded * (PEAK / np.abs(faded).max()))
