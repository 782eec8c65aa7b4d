"""What is said of a recall: it is kept, or distorted, at rest, diverged, or too short to tell."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.attractors.metrics import moments
from rnn.experiments.lorenz.extrapolation import MEASURED, compare
from rnn.experiments.lorenz.families import FAMILIES
from rnn.experiments.lorenz.truth import LARGEST_EXPONENT, Floor
from rnn.experiments.lorenz.verdict import FAR, NEAR, Tolerance, judge
from tests.support.draws import FLOOR


def test_tolerances_are_stricter_near_what_was_taught():
    assert Tolerance.at(np.array([20.0])) is Tolerance.at(np.array([-20.0, 3.0])) is NEAR
    assert Tolerance.at(np.array([-20.1])) is Tolerance.at(np.array([0.0, 21.0])) is FAR
    assert NEAR.std < FAR.std
    assert NEAR.centre < FAR.centre
    assert NEAR.exponent < FAR.exponent


def verdict(truth, family, context, outputs, exponents=None, floor=FLOOR):
    if exponents is None:
        exponents = np.full(4, LARGEST_EXPONENT)
    record = compare(family, np.array(context), outputs, exponents, truth, floor)
    json.dumps(record, allow_nan=False)
    assert record["context"] == list(context)
    return record


def moved(family, context, track):
    contexts = np.repeat(np.array(context)[:, None], track.shape[1], axis=1)
    return family.observe(track.transpose(0, 2, 1), contexts).transpose(0, 2, 1)


CASES = [
    ("translate", (20.0,)),
    ("translate", (-40.0,)),
    ("transform", (40.0,)),
    ("shear", (-40.0,)),
    ("squeeze", (40.0,)),
    ("flight", (-40.0, 30.0)),
]


@pytest.mark.parametrize(("name", "context"), CASES)
def test_the_truth_itself_is_kept(truth, track, name, context):
    record = verdict(truth, FAMILIES[name], context, moved(FAMILIES[name], context, track))
    assert record["outcome"] == "kept"
    assert record["exponent"] == LARGEST_EXPONENT
    np.testing.assert_allclose(record["std_ratio"], 1.0, atol=0.05)
    assert 0.0 < record["distance"] < 0.1
    assert 0.0 < record["return_map"] < 0.1


@pytest.mark.parametrize(("name", "context"), CASES)
def test_the_truth_half_as_large_again_is_distorted(truth, track, name, context):
    larger = moved(FAMILIES[name], context, 1.5 * track)
    record = verdict(truth, FAMILIES[name], context, larger)
    assert record["outcome"] == "distorted"
    assert max(record["std_ratio"]) > 1.4
    assert record["distance"] > 0.3


@pytest.mark.parametrize(("name", "context"), CASES)
def test_the_attractor_where_it_was_taught_is_not_the_one_asked_for(truth, track, name, context):
    still = np.zeros_like(context)
    record = verdict(truth, FAMILIES[name], context, moved(FAMILIES[name], still, track))
    assert record["outcome"] == "distorted"


def test_another_exponent_is_a_distortion(truth, track):
    family, context = FAMILIES["translate"], (5.0,)
    outputs = moved(family, context, track)
    for share, outcome in ((1.05, "kept"), (0.95, "kept"), (1.15, "distorted"), (0.0, "distorted")):
        exponents = np.full(4, share * LARGEST_EXPONENT)
        assert verdict(truth, family, context, outputs, exponents)["outcome"] == outcome


def test_the_error_of_the_mean_is_read_back(truth, track):
    family, context, off = FAMILIES["shear"], (20.0,), np.array([0.5, -4.0, 2.0])
    outputs = moved(family, context, track)
    right = verdict(truth, family, context, outputs)
    wrong = verdict(truth, family, context, outputs + off)
    np.testing.assert_allclose(np.subtract(wrong["mean_error"], right["mean_error"]), off)
    np.testing.assert_allclose(np.subtract(wrong["mean"], right["mean"]), off)
    np.testing.assert_allclose(wrong["std_ratio"], right["std_ratio"])
    assert (right["outcome"], wrong["outcome"]) == ("kept", "distorted")


@pytest.mark.parametrize("share", [0.0, 1e-3])
def test_one_run_at_rest_is_not_made_up_for_by_others(truth, track, share):
    family, context = FAMILIES["translate"], (20.0,)
    outputs = moved(family, context, track)
    outputs[:, 5] = outputs[:, 5].mean(axis=0) + share * outputs[:, 5]
    record = verdict(truth, family, context, outputs)
    assert record["outcome"] == "at rest"


def test_a_constant_is_at_rest(truth):
    family, context = FAMILIES["transform"], (-20.0,)
    outputs = np.broadcast_to([5.0, 5.0, 25.0], (4000, 4, 3))
    record = verdict(truth, family, context, outputs, np.full(4, -3.0))
    assert (record["outcome"], record["return_map"]) == ("at rest", None)
    np.testing.assert_allclose(record["std_ratio"], 0.0, atol=1e-12)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300, 500.0])
@pytest.mark.parametrize("name", ["translate", "transform", "flight"])
def test_one_run_that_is_lost_is_a_divergence_of_which_nothing_else_is_said(
    truth, track, name, value
):
    family = FAMILIES[name]
    context = (10.0,) * family.n_contexts
    outputs = moved(family, context, track)
    outputs[-1, 3, 1] = value
    record = verdict(truth, family, context, outputs)
    assert record["outcome"] == "diverged"
    assert set(record) == {"context", "outcome", "tolerance", *MEASURED}
    assert all(record[part] is None for part in MEASURED)


@pytest.mark.parametrize("exponent", [np.nan, np.inf])
def test_an_exponent_that_is_no_number_is_a_divergence(truth, track, exponent):
    family, context = FAMILIES["translate"], (10.0,)
    exponents = np.array([LARGEST_EXPONENT, exponent])
    record = verdict(truth, family, context, moved(family, context, track), exponents)
    assert record["outcome"] == "diverged"


# What is too short to tell is said so: no tolerance is widened.

QUIET = Floor(np.full(3, 0.1), np.full(3, 0.005), 0.05, 0.01, 0.01)
NOISY = {
    "mean": QUIET._replace(mean=np.array([2.5, 2.5, 0.3])),
    "std_ratio": QUIET._replace(std_ratio=np.full(3, 0.08)),
    "exponent": QUIET._replace(exponent=0.15),
}


@pytest.mark.parametrize("name", NOISY)
def test_the_truth_in_runs_too_short_to_tell_is_not_kept(truth, track, name):
    family, context = FAMILIES["translate"], (20.0,)
    outputs = moved(family, context, track)
    assert verdict(truth, family, context, outputs, floor=QUIET)["outcome"] == "kept"
    assert verdict(truth, family, context, outputs, floor=NOISY[name])["outcome"] == "too short"


@pytest.mark.parametrize("off", [1.54, 2.4])
def test_an_error_within_chance_alone_is_not_kept(truth, track, off):
    """The centre may be 1 off; a short run's is 2.5 off by chance: 1.54 is no success."""
    family, context = FAMILIES["translate"], (5.0,)
    outputs = moved(family, context, track)
    centred = outputs - (moments(outputs).mean - moments(truth.points).mean - [context[0], 0, 0])
    wrong = centred + np.array([off, 0.0, 0.0])
    seen = verdict(truth, family, context, wrong, floor=NOISY["mean"])
    assert (seen["outcome"], seen["mean_error"][0]) == ("too short", pytest.approx(off))
    assert verdict(truth, family, context, wrong, floor=QUIET)["outcome"] == "distorted"


def test_an_error_beyond_chance_is_a_distortion_however_short_the_runs(truth, track):
    family, context = FAMILIES["translate"], (5.0,)
    wrong = moved(family, context, track) + np.array([5.0, 0.0, 0.0])
    assert verdict(truth, family, context, wrong, floor=NOISY["mean"])["outcome"] == "distorted"


@pytest.mark.parametrize(("context", "tolerance"), [(20.0, NEAR), (-20.5, FAR)])
def test_a_verdict_names_its_tolerance(truth, track, context, tolerance):
    family = FAMILIES["translate"]
    seen = verdict(truth, family, (context,), moved(family, (context,), track))
    assert Tolerance(**seen["tolerance"]) == tolerance


@given(
    errors=st.tuples(*[st.floats(-4.0, 4.0)] * 3),
    stds=st.tuples(*[st.floats(0.8, 1.2)] * 3),
    exponent=st.floats(0.5, 1.3),
    scale=st.floats(0.0, 5.0),
    tolerance=st.sampled_from([NEAR, FAR]),
)
def test_what_is_kept_is_within_its_tolerance_however_long_the_runs(
    errors, stds, exponent, scale, tolerance
):
    def judged(scale):
        return judge(
            tolerance,
            mean_error=np.array(errors),
            std_ratio=np.array(stds),
            exponent=exponent,
            floor=Floor(*[scale * np.asarray(part) for part in FLOOR]),
            stretch=np.ones(3),
        )

    within = (
        np.abs(errors).max() <= tolerance.centre
        and np.abs(np.array(stds) - 1.0).max() <= tolerance.std
        and abs(exponent / LARGEST_EXPONENT - 1.0) <= tolerance.exponent
    )
    assert judged(0.0) == ("kept" if within else "distorted")
    # Shorter runs say the same or that they cannot tell.
    assert judged(scale) in (judged(0.0), "too short")
