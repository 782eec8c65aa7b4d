"""Jobs of the Lorenz experiments, and records as draws give them."""

from __future__ import annotations

import numpy as np

from rnn.experiments.lorenz.extrapolation import MEASURED
from rnn.experiments.lorenz.jobs import Job
from rnn.experiments.lorenz.truth import Floor

# Chance as of runs that are long enough to tell.
FLOOR = Floor(np.full(3, 0.5), np.full(3, 0.03), 0.05, 0.06, 0.01)
TOLERANCE = {"std": 0.05, "centre": 1.0, "exponent": 0.10}


def job(name="translate", **changes):
    plain = {"preset": "modern", "seed": 0, "asked": (), "runs": 4, "seconds": 20.0}
    return Job(name=name, **plain | changes)


def row(context, outcome, value=None):
    """What is said of one context; all that is measured is one number."""
    values = dict.fromkeys(MEASURED, value)
    if value is not None:
        values |= {name: [value] * 3 for name in ("mean", "std", "mean_error", "std_ratio")}
    return {"context": list(context), "outcome": outcome, "tolerance": TOLERANCE} | values


def bifurcation_result(outcome="kept", value=0.5, **changes):
    return (
        row((5.0,), outcome, value)
        | {
            "hopf_eigenvalues": [1.7, 1.8],
            "hopf_swings": [1.7, None],
            "hopf_tolerance": 0.05,
            "wings": value,
        }
        | changes
    )


def mechanism_result(value=0.25):
    names = ("zeroth_correlation", "zeroth_error", "first_correlation", "first_error")
    return dict.fromkeys((*names, "output_error"), value)


def records(*results):
    return [{"result": result} for result in results]
