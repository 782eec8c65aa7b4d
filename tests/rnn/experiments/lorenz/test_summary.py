"""What many draws say together."""

from __future__ import annotations

import json

import pytest

from rnn.experiments.lorenz.bifurcation import TRUE_HOPF
from rnn.experiments.lorenz.summary import is_hopf, spread, summarise_contexts, summarise_draws
from tests.support.draws import TOLERANCE, bifurcation_result, records, row


def test_a_spread_counts_what_is_known():
    assert spread([1.0, None, 3.0, None]) == {
        "n": 2,
        "median": 2.0,
        "low": pytest.approx(1.2),
        "high": pytest.approx(2.8),
    }
    assert spread([[0.0, 10.0], None, [4.0, 30.0]])["median"] == [2.0, 20.0]
    assert spread([None, None]) == {"n": 0, "median": None, "low": None, "high": None}
    assert spread([]) == spread([None])


def test_contexts_are_counted_over_all_draws():
    rows = summarise_contexts(
        records(
            {"contexts": [row((20.0,), "kept", 1.0), row((-5.0,), "diverged")]},
            {"contexts": [row((20.0,), "kept", 3.0), row((-5.0,), "diverged")]},
            {"contexts": [row((20.0,), "diverged"), row((-5.0,), "at rest", 2.0)]},
            {"contexts": [row((20.0,), "distorted", 8.0), row((-5.0,), "diverged")]},
        )
    )
    assert [seen["context"] for seen in rows] == [[-5.0], [20.0]]
    low, high = rows
    assert (low["success_rate"], low["outcomes"]) == (0.0, {"diverged": 3, "at rest": 1})
    assert (high["success_rate"], sum(high["outcomes"].values())) == (0.5, 4)
    assert (high["exponent"]["n"], high["exponent"]["median"]) == (3, 3.0)
    assert high["mean_error"]["median"] == [3.0, 3.0, 3.0]
    assert (low["distance"]["n"], low["distance"]["median"]) == (1, 2.0)
    json.dumps(rows, allow_nan=False)


def test_contexts_of_which_every_draw_is_lost_have_no_medians():
    (only,) = summarise_contexts(records({"contexts": [row((1.0, 2.0), "diverged")]}))
    assert (only["success_rate"], only["std_ratio"]["n"]) == (0.0, 0)
    assert only["std_ratio"]["median"] is only["exponent"]["high"] is None


def test_either_fixed_point_of_a_draw_counts():
    summary = summarise_draws(
        records(
            bifurcation_result(hopf_eigenvalues=[TRUE_HOPF, 2.0], std=[1.0, 1.0, 1.0]),
            bifurcation_result("diverged", None, hopf_eigenvalues=[3.0, None]),
        )
    )
    assert (summary["draws"], summary["outcomes"]) == (2, {"kept": 1, "diverged": 1})
    found = summary["hopf_eigenvalues"]
    assert (found["n"], found["median"], found["within"], found["of"]) == (3, 2.0, 1, 4)
    assert (summary["wings"]["n"], summary["std"]["median"]) == (1, [1.0, 1.0, 1.0])
    assert (summary["both_wings"], summary["hopf_tolerance"]) == (1, 0.05)
    json.dumps(summary, allow_nan=False)


@pytest.mark.parametrize(
    ("context", "right"),
    [(TRUE_HOPF, True), (1.04 * TRUE_HOPF, True), (0.94 * TRUE_HOPF, False), (None, False)],
)
def test_a_hopf_context_is_right_within_its_tolerance(context, right):
    assert is_hopf(context, 0.05) is right


def test_a_summary_names_the_tolerance_of_its_verdicts():
    (of_context,) = summarise_contexts(records({"contexts": [row((20.0,), "kept", 1.0)]}))
    of_draws = summarise_draws(records(bifurcation_result()))
    assert of_context["tolerance"] == of_draws["tolerance"] == TOLERANCE
