"""Draws are what their job says, and carry the attractor to where it was never taught."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rnn.experiments.lorenz import mechanism
from rnn.experiments.lorenz.extrapolation import recall_family, teach_family
from rnn.experiments.lorenz.families import FAMILIES
from rnn.experiments.lorenz.jobs import EXPERIMENTS, MECHANISMS, teach_draw
from rnn.experiments.lorenz.settings import PRESETS, setting_for
from rnn.experiments.lorenz.truth import LARGEST_EXPONENT
from tests.support.draws import FLOOR, job


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "sing"}, "there is no experiment 'sing'"),
        ({"name": "multi"}, "there is no experiment 'multi'"),
        ({"preset": "old"}, "there is no preset 'old'"),
        ({"asked": ((float("nan"),),)}, "contexts must be finite"),
        ({"asked": ((1.0,), (float("inf"),))}, "contexts must be finite"),
        ({"seed": -1}, "seed must not be negative and runs must be"),
        ({"runs": 0}, "seed must not be negative and runs must be"),
        ({"seconds": 0.5}, "seconds must be at least 5"),
        ({"seconds": float("nan")}, "seconds must be at least 5"),
        ({"seconds": float("inf")}, "seconds must be at least 5"),
    ],
)
def test_a_job_that_cannot_be_done_is_refused(changes, reason):
    with pytest.raises(ValueError, match=reason):
        job(**changes)


def test_experiments_cover_every_job_once():
    names = [name for jobs in EXPERIMENTS.values() for name in jobs]
    assert sorted(names) == sorted([*FAMILIES, *MECHANISMS, "bifurcation"])
    paths = {job(name, preset=preset).path for name in names for preset in PRESETS}
    assert len(paths) == len(PRESETS) * len(names)


def test_one_seed_is_one_memory_and_another_seed_another():
    small = replace(
        setting_for("modern", deforming=False), runs_per_context=1, discard_s=1.0, keep_s=1.0
    )
    small = replace(small, reservoir=replace(small.reservoir, n_units=40, density=0.25))

    def taught(seed):
        return teach_family(
            FAMILIES["translate"],
            small,
            np.array(small.contexts)[:, None],
            rng=np.random.default_rng(seed),
        )

    first, again, other = taught(5), taught(5), taught(6)
    assert (first.reservoir.recurrent != again.reservoir.recurrent).nnz == 0
    for part in ("inputs", "context", "bias"):
        ours, same, theirs = (getattr(m.reservoir, part) for m in (first, again, other))
        np.testing.assert_array_equal(ours, same)
        assert not np.isclose(ours, theirs).all()
    np.testing.assert_array_equal(first.readout.weights, again.readout.weights)
    np.testing.assert_array_equal(first.states, again.states)
    assert not np.isclose(first.states, other.states).all()


def test_a_memory_does_not_depend_on_what_it_will_be_asked():
    """Nor does the mechanism's from the experiment's that it explains."""
    small = (("n_units", 60), ("density", 0.2), ("keep_s", 2.0))
    memory = teach_draw(job(changes=small))
    again = teach_draw(
        job("mechanism-translate", asked=((7.0,),), runs=1, seconds=5.0, changes=small)
    )
    np.testing.assert_array_equal(again.readout.weights, memory.readout.weights)
    np.testing.assert_array_equal(again.states, memory.states)
    np.testing.assert_array_equal(again.contexts, memory.contexts)


def test_a_draw_keeps_the_attractor_far_from_where_it_was_taught(translated, truth):
    asked = np.array([[-20.0], [20.0]])
    assert np.abs(translated.contexts).max() == 3.0
    seen = recall_family(
        translated,
        FAMILIES["translate"],
        asked,
        truth,
        FLOOR,
        n_runs=8,  # of half as many one strays now and then
        seconds=20.0,
        rng=np.random.default_rng(1),
    )
    for record, context in zip(seen, asked, strict=True):
        assert record["outcome"] == "kept"
        assert record["context"] == context.tolist()
        assert record["mean"][0] == pytest.approx(context[0], abs=3.0)
        np.testing.assert_allclose(record["std_ratio"], 1.0, atol=0.05)
        assert record["exponent"] == pytest.approx(LARGEST_EXPONENT, rel=0.1)


def test_theory_foretells_the_response_to_a_context(translated):
    summary = mechanism.summarise(mechanism.measure_response(translated, FAMILIES["translate"]))
    assert 0.999 < summary["zeroth_correlation"] <= summary["first_correlation"] <= 1.0
    assert summary["first_error"] < summary["zeroth_error"] < 0.01
    assert summary["output_error"] < 0.01


def test_another_computation_than_the_taught_one_is_not_foretold(translated):
    summary = mechanism.summarise(mechanism.measure_response(translated, FAMILIES["translate-y"]))
    assert summary["first_correlation"] < 0.9
    assert summary["output_error"] > 0.9
