"""The Lorenz experiments: their families and settings are the study's, their verdicts are right."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn.attractors.metrics import moments
from rnn.experiments.lorenz import bifurcation, mechanism
from rnn.experiments.lorenz.extrapolation import (
    FAR,
    NEAR,
    Tolerance,
    compare,
    recall_family,
    teach_family,
)
from rnn.experiments.lorenz.families import Family
from rnn.experiments.lorenz.flight import flight_path
from rnn.experiments.lorenz.jobs import (
    EXPERIMENTS,
    FAMILIES,
    MECHANISMS,
    Job,
    prepare,
    setting_of,
    teach_draw,
)
from rnn.experiments.lorenz.settings import PRESETS, STUDY, setting_for
from rnn.experiments.lorenz.summary import spread, summarise_contexts, summarise_draws
from rnn.experiments.lorenz.truth import (
    LARGEST_EXPONENT,
    exponent_scatter,
    noise_floor,
    settled,
    true_track,
)
from rnn.systems import Lorenz, integrate

MEASURED = ("mean", "std", "mean_error", "std_ratio", "distance", "exponent", "return_map")
# Two contexts that deform and move; so little that any context drawn here can be undone.
BENT = Family(
    name="bent",
    shifts=np.array([[1.0, -2.0, 0.5], [0.0, 0.3, 1.0]]),
    matrices=np.array([np.diag([0.01, -0.02, 0.01]), [[0, 0.02, 0], [0.01, 0, 0], [0, 0, -0.01]]]),
)
ALL_FAMILIES = [*FAMILIES.values(), BENT]


def job(name="translate", **changes):
    plain = {"preset": "modern", "seed": 0, "asked": (), "runs": 4, "seconds": 20.0}
    return Job(name=name, **plain | changes)


@pytest.fixture(scope="module")
def prepared():
    return prepare(job())


@pytest.fixture(scope="module")
def track():
    """True runs of another seed (time, run, 3), two and a half times what the floor is of."""
    return true_track(n_runs=16, seconds=40.0, rng=np.random.default_rng(7))


@pytest.fixture(scope="module")
def translated():
    """A memory of the family "translate"."""
    return teach_draw(job())


# The families.


@pytest.mark.parametrize(
    ("name", "shifts", "entries"),
    [
        ("translate", [(1, 0, 0)], {}),
        ("translate-y", [(0, 1, 0)], {}),
        ("translate-z", [(0, 0, 1)], {}),
        ("transform", [(0, 0, 0)], {(1, 1): -0.012}),
        ("stretch", [(0, 0, 0)], {(3, 3): 0.012}),
        ("shear", [(0, 0, 0)], {(2, 1): 0.012}),
        ("squeeze", [(0, 0, 0)], {(1, 1): 0.012, (2, 2): -0.012}),
        ("flight", [(1, 0, 0), (0, 0, 1)], {}),
    ],
)
def test_the_families_are_those_of_the_paper_s_table(name, shifts, entries):
    family = FAMILIES[name]
    matrices = np.zeros((len(shifts), 3, 3))
    for (row, column), value in entries.items():  # counted from 1, as T11 in the paper
        matrices[0, row - 1, column - 1] = value
    np.testing.assert_array_equal(family.shifts, shifts)
    np.testing.assert_array_equal(family.matrices, matrices)
    assert (family.name, family.n_contexts) == (name, len(shifts))
    assert family.deforms == bool(entries)


@given(
    family=st.sampled_from(ALL_FAMILIES),
    point=st.tuples(*[st.floats(-60.0, 60.0)] * 3),
    both=st.tuples(*[st.floats(-20.0, 20.0)] * 2),
)
def test_what_a_context_does_to_a_point_can_be_undone(family, point, both):
    context = np.array(both[: family.n_contexts])
    moved = family.apply(np.array(point)[:, None], context[:, None])
    np.testing.assert_allclose(family.undo(moved.T, context)[0], point, atol=1e-8)


@given(family=st.sampled_from(ALL_FAMILIES), point=st.tuples(*[st.floats(-60.0, 60.0)] * 3))
def test_context_0_leaves_the_attractor_where_it_is(family, point):
    points = np.array(point)[:, None]
    still = np.zeros((family.n_contexts, 1))
    np.testing.assert_array_equal(family.apply(points, still), points)


@given(
    family=st.sampled_from(ALL_FAMILIES),
    point=st.tuples(*[st.floats(-40.0, 40.0)] * 3),
    velocity=st.tuples(*[st.floats(-200.0, 200.0)] * 3),
    both=st.tuples(*[st.floats(-20.0, 20.0)] * 2),
)
def test_the_response_is_the_derivative_by_the_first_context(family, point, velocity, both):
    context = np.array(both[: family.n_contexts])
    later = 1e-3  # a time; a point and its successor, both moved by the context
    true = np.stack([point, np.array(point) + later * np.array(velocity)], axis=1)

    def seen(change):
        moved = context + change * np.eye(family.n_contexts)[0]
        return family.apply(true, np.stack([moved, moved], axis=1))

    at, (up, down) = seen(0.0), (seen(0.5), seen(-0.5))
    wanted = up - down  # exact: a family is affine in its contexts
    moves, rates = family.response(at[:, 0], (at[:, 1] - at[:, 0]) / later, context)
    np.testing.assert_allclose(moves, wanted[:, 0], atol=1e-9)
    np.testing.assert_allclose(rates, (wanted[:, 1] - wanted[:, 0]) / later, atol=1e-6)


def test_each_run_is_moved_by_its_own_contexts():
    points = np.random.default_rng(1).uniform(-20.0, 20.0, (5, 4, 3, 6))  # as stages are
    contexts = np.random.default_rng(2).uniform(-3.0, 3.0, (2, 6))
    moved = BENT.apply(points, contexts)
    for run in range(6):
        alone = BENT.apply(points[..., run : run + 1], contexts[:, run : run + 1])
        np.testing.assert_allclose(moved[..., run], alone[..., 0], atol=1e-12)


def test_the_flight_goes_from_edge_to_edge_and_to_30_either_way():
    path = flight_path(160.0)
    first, second = path.contexts[:, :, 0].T
    assert (path.times_s[0], path.times_s[-1], first[0], first[-1]) == (0.0, 160.0, -40.0, 40.0)
    assert (second.min(), second.max()) == (-30.0, 30.0)


# The settings.


def test_the_study_s_numbers_are_those_of_the_paper():
    network, flow = STUDY.reservoir, STUDY.flow
    assert (network.n_units, network.n_inputs, network.density) == (450, 3, 0.1)
    assert (network.spectral_abscissa, network.operating_point) == (0.95, (0.8, 1.0))
    assert (network.input_scale, network.context_scale) == (0.008, 0.004)
    assert (flow.rate, flow.dt) == (100.0, 0.001)
    assert STUDY.contexts == (0.0, 1.0, 2.0, 3.0)
    assert (STUDY.every, STUDY.ridge, STUDY.intercept) == (1, 0.0, False)


def test_the_study_learns_from_800_000_of_880_000_steps():
    runs = len(STUDY.contexts) * STUDY.runs_per_context
    assert runs * STUDY.n_steps == 880_000
    assert runs * (STUDY.n_steps - STUDY.discard_steps) == 800_000


def test_the_study_teaches_all_alike_and_modern_does_not():
    assert setting_for("study", deforming=True) == setting_for("study", deforming=False) == STUDY
    assert setting_for("modern", deforming=True) != setting_for("modern", deforming=False)
    assert setting_of(job("transform")) == setting_for("modern", deforming=True)
    assert setting_of(job("bifurcation")) == setting_for("modern", deforming=False)


@pytest.mark.parametrize("preset", ["", "Modern", "old"])
def test_a_preset_that_is_not_there_is_refused(preset):
    with pytest.raises(ValueError, match="there is no preset"):
        setting_for(preset, deforming=False)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"runs_per_context": 0}, "runs_per_context must be at least 1"),
        ({"every": 0}, "every must be at least 1"),
        ({"keep_s": 0.0}, "must hold two of the frames"),
        ({"keep_s": float("nan")}, "keep_s must be a finite time"),
        ({"discard_s": -1.0}, "discard_s must be a finite time"),
        ({"discard_s": float("nan")}, "discard_s must be a finite time"),
    ],
)
def test_a_setting_refuses_what_it_cannot_do(preset, changes, reason):
    with pytest.raises(ValueError, match=reason):
        replace(setting_for(preset, deforming=False), **changes)


@pytest.mark.parametrize("config", [STUDY, STUDY.flow, STUDY.reservoir, job(), NEAR])
def test_a_config_stays_what_it_is(config):
    with pytest.raises(FrozenInstanceError):
        setattr(config, next(iter(config.__slots__)), 1)


def test_tolerances_are_stricter_near_what_was_taught():
    assert Tolerance.at(np.array([20.0])) is Tolerance.at(np.array([-20.0, 3.0])) is NEAR
    assert Tolerance.at(np.array([-20.1])) is Tolerance.at(np.array([0.0, 21.0])) is FAR
    assert NEAR.std < FAR.std
    assert NEAR.centre < FAR.centre
    assert NEAR.exponent < FAR.exponent


# The truth.


def test_the_truth_is_its_own_mirror_image(prepared):
    points = prepared[0].points
    half = points.shape[1] // 2
    np.testing.assert_array_equal(points[:, half:], points[:, :half] * [-1.0, -1.0, 1.0])
    np.testing.assert_allclose(moments(points).mean[:2], 0.0, atol=1e-12)


def test_the_truth_has_the_moments_of_the_lorenz_attractor(prepared):
    mean, std = moments(prepared[0].points)
    assert mean[2] == pytest.approx(23.55, rel=0.005)
    np.testing.assert_allclose(std, [7.92, 9.01, 8.6], rtol=0.01)


def test_starts_are_on_the_attractor():
    """They lie near points of other runs: it is nearly a surface, and U(0, 10) is not on it."""
    starts = settled(np.random.default_rng(3), 200).T
    known = true_track(n_runs=8, seconds=40.0, rng=np.random.default_rng(4)).reshape(-1, 3)

    def off(points):
        nearest = [np.linalg.norm(known - point, axis=1).min() for point in points]
        return np.quantile(nearest, 0.95)

    assert off(starts) < 0.5
    assert off(np.random.default_rng(5).uniform(0.0, 10.0, (200, 3))) > 2.0


def test_the_noise_floor_shrinks_like_the_root_of_time(prepared):
    short, long = (
        noise_floor(
            prepared[0], n_runs=8, n_tangents=4, seconds=seconds, rng=np.random.default_rng(seed)
        )
        for seconds, seed in ((10.0, 2), (40.0, 3))
    )
    # The wings of x and y are as good as drawn by chance: four times as long is half the floor.
    np.testing.assert_allclose(short.mean[:2] / long.mean[:2], 2.0, rtol=0.35)
    # What swings about its mean also has a part that shrinks like the time itself.
    for name in ("mean", "std_ratio", "distance", "exponent"):
        ratio = np.divide(getattr(short, name), getattr(long, name))
        assert (ratio > 1.5).all(), name
        assert (ratio < 6.0).all(), name


def test_the_noise_floor_is_about_what_two_true_samples_differ_by(prepared):
    """Pairs of samples as long as the floor's: some, and not many, differ by more."""
    floor = prepared[1]
    runs = true_track(n_runs=4 * 40, seconds=20.0, rng=np.random.default_rng(6))
    means = runs.mean(axis=0).reshape(40, 4, 3).mean(axis=1)
    beyond = np.abs(means[::2] - means[1::2]) > floor.mean
    assert beyond.mean() < 0.25
    assert (np.abs(means[::2] - means[1::2]).max(axis=0) > 0.5 * floor.mean).all()


def test_exponents_of_true_runs_scatter_about_as_it_is_said():
    def both(state):
        """The system, and a tangent along it."""
        (x, y, z), (dx, dy, dz) = state[:3], state[3:]
        tangent = [10.0 * (dy - dx), (28.0 - z) * dx - dy - x * dz, y * dx + x * dy - 8 / 3 * dz]
        return np.concatenate([Lorenz()(state[:3]), np.stack(tangent)])

    # The wait is for runs that begin near a fixed point, which swing slowly out of it.
    n_runs, wait_s = 256, 30
    rng = np.random.default_rng(11)
    state = np.concatenate([settled(rng, n_runs), rng.standard_normal((3, n_runs))])
    growth = np.zeros(n_runs)
    for second in range(-wait_s, 80):
        _, state = integrate(both, state, 0.01, 100)
        lengths = np.linalg.norm(state[3:], axis=0)
        state[3:] /= lengths
        growth += np.log(lengths) * (second >= 0)
        if second + 1 in (40, 80):
            seconds = second + 1
            exponents = growth / seconds
            scatter = exponents.std() / exponents.mean()
            # 256 runs tell it to 5 %; lengths in another space, the network's, end otherwise.
            assert scatter == pytest.approx(exponent_scatter(seconds), rel=0.2)
            assert exponents.mean() == pytest.approx(
                LARGEST_EXPONENT, rel=4.0 * scatter / np.sqrt(n_runs)
            )


# What is said of a recall.


def verdict(prepared, family, context, outputs, exponents=None):
    if exponents is None:
        exponents = np.full(4, LARGEST_EXPONENT)
    record = compare(family, np.array(context), outputs, exponents, *prepared)
    json.dumps(record, allow_nan=False)
    assert record["context"] == list(context)
    return record


def moved(family, context, track):
    contexts = np.repeat(np.array(context)[:, None], track.shape[1], axis=1)
    return family.apply(track.transpose(0, 2, 1), contexts).transpose(0, 2, 1)


CASES = [
    ("translate", (20.0,)),
    ("translate", (-40.0,)),
    ("transform", (40.0,)),
    ("shear", (-40.0,)),
    ("squeeze", (40.0,)),
    ("flight", (-40.0, 30.0)),
]


@pytest.mark.parametrize(("name", "context"), CASES)
def test_the_truth_itself_is_kept(prepared, track, name, context):
    record = verdict(prepared, FAMILIES[name], context, moved(FAMILIES[name], context, track))
    assert record["outcome"] == "kept"
    assert record["exponent"] == LARGEST_EXPONENT
    np.testing.assert_allclose(record["std_ratio"], 1.0, atol=0.05)
    assert 0.0 < record["distance"] < 0.1
    assert 0.0 < record["return_map"] < 0.1


@pytest.mark.parametrize(("name", "context"), CASES)
def test_the_truth_half_as_large_again_is_distorted(prepared, track, name, context):
    larger = moved(FAMILIES[name], context, 1.5 * track)
    record = verdict(prepared, FAMILIES[name], context, larger)
    assert record["outcome"] == "distorted"
    assert max(record["std_ratio"]) > 1.4
    assert record["distance"] > 0.3


@pytest.mark.parametrize(("name", "context"), CASES)
def test_the_attractor_where_it_was_taught_is_not_the_one_asked_for(prepared, track, name, context):
    still = np.zeros_like(context)
    record = verdict(prepared, FAMILIES[name], context, moved(FAMILIES[name], still, track))
    assert record["outcome"] == "distorted"


def test_another_exponent_is_a_distortion(prepared, track):
    family, context = FAMILIES["translate"], (5.0,)
    outputs = moved(family, context, track)
    for share, outcome in ((1.05, "kept"), (0.95, "kept"), (1.15, "distorted"), (0.0, "distorted")):
        exponents = np.full(4, share * LARGEST_EXPONENT)
        assert verdict(prepared, family, context, outputs, exponents)["outcome"] == outcome


def test_the_error_of_the_mean_is_read_back(prepared, track):
    family, context, off = FAMILIES["shear"], (20.0,), np.array([0.5, -4.0, 2.0])
    outputs = moved(family, context, track)
    right = verdict(prepared, family, context, outputs)
    wrong = verdict(prepared, family, context, outputs + off)
    np.testing.assert_allclose(np.subtract(wrong["mean_error"], right["mean_error"]), off)
    np.testing.assert_allclose(np.subtract(wrong["mean"], right["mean"]), off)
    np.testing.assert_allclose(wrong["std_ratio"], right["std_ratio"])
    assert (right["outcome"], wrong["outcome"]) == ("kept", "distorted")


@pytest.mark.parametrize("share", [0.0, 1e-3])
def test_one_run_at_rest_is_not_made_up_for_by_others(prepared, track, share):
    family, context = FAMILIES["translate"], (20.0,)
    outputs = moved(family, context, track)
    outputs[:, 5] = outputs[:, 5].mean(axis=0) + share * outputs[:, 5]
    record = verdict(prepared, family, context, outputs)
    assert record["outcome"] == "at rest"


def test_a_constant_is_at_rest(prepared):
    family, context = FAMILIES["transform"], (-20.0,)
    outputs = np.broadcast_to([5.0, 5.0, 25.0], (4000, 4, 3))
    record = verdict(prepared, family, context, outputs, np.full(4, -3.0))
    assert (record["outcome"], record["return_map"]) == ("at rest", None)
    np.testing.assert_allclose(record["std_ratio"], 0.0, atol=1e-12)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300, 500.0])
@pytest.mark.parametrize("name", ["translate", "transform", "flight"])
def test_one_run_that_is_lost_is_a_divergence_of_which_nothing_else_is_said(
    prepared, track, name, value
):
    family = FAMILIES[name]
    context = (10.0,) * family.n_contexts
    outputs = moved(family, context, track)
    outputs[-1, 3, 1] = value
    record = verdict(prepared, family, context, outputs)
    assert record["outcome"] == "diverged"
    assert set(record) == {"context", "outcome", *MEASURED}
    assert all(record[part] is None for part in MEASURED)


@pytest.mark.parametrize("exponent", [np.nan, np.inf])
def test_an_exponent_that_is_no_number_is_a_divergence(prepared, track, exponent):
    family, context = FAMILIES["translate"], (10.0,)
    exponents = np.array([LARGEST_EXPONENT, exponent])
    record = verdict(prepared, family, context, moved(family, context, track), exponents)
    assert record["outcome"] == "diverged"


# What many draws say together.


def row(context, outcome, value=None):
    values = dict.fromkeys(MEASURED, value)
    if value is not None:
        values |= {name: [value] * 3 for name in ("mean", "std", "mean_error", "std_ratio")}
    return {"context": list(context), "outcome": outcome} | values


def records(*results):
    return [{"result": result} for result in results]


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
            {"outcome": "kept", "hopf_eigenvalues": [1.0, 2.0], "wings": 0.5, "std": [1.0, 1.0]},
            {"outcome": "diverged", "hopf_eigenvalues": [3.0, None], "wings": None, "std": None},
        )
    )
    assert (summary["draws"], summary["outcomes"]) == (2, {"kept": 1, "diverged": 1})
    assert (summary["hopf_eigenvalues"]["n"], summary["hopf_eigenvalues"]["median"]) == (3, 2.0)
    assert (summary["wings"]["n"], summary["std"]["median"]) == (1, [1.0, 1.0])


# Jobs.


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


def test_a_memory_does_not_depend_on_what_it_will_be_asked(translated):
    """Nor does the mechanism's from the experiment's that it explains."""
    again = teach_draw(job("mechanism-translate", asked=((7.0,),), runs=1, seconds=5.0))
    np.testing.assert_array_equal(again.readout.weights, translated.readout.weights)
    np.testing.assert_array_equal(again.states, translated.states)
    np.testing.assert_array_equal(again.contexts, translated.contexts)


# Real draws.


def test_a_draw_keeps_the_attractor_far_from_where_it_was_taught(translated, prepared):
    asked = np.array([[-20.0], [20.0]])
    assert np.abs(translated.contexts).max() == 3.0
    seen = recall_family(
        translated,
        FAMILIES["translate"],
        asked,
        *prepared,
        n_runs=4,
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


def test_a_draw_taught_fixed_points_finds_their_bifurcation_and_the_chaos_beyond(prepared):
    memory = teach_draw(job("bifurcation"))
    assert set(memory.contexts[0]) == {0.0, 1.0}
    found = bifurcation.measure_bifurcation(
        memory, *prepared, n_runs=2, seconds=20.0, rng=np.random.default_rng(1)
    )
    true_hopf = Lorenz().hopf_rho() - 23.0
    for way in ("hopf_eigenvalues", "hopf_swings"):
        assert found[way] == [pytest.approx(true_hopf, rel=0.05)] * 2
    assert (found["outcome"], found["context"]) == ("kept", [5.0])
    assert 0.1 < found["wings"] <= 0.5
    json.dumps(found, allow_nan=False)


def test_the_sweep_of_the_bifurcation_goes_up_down_and_up():
    schedule = bifurcation.sweep_schedule(70.0)
    assert schedule.contexts[:, 0, 0].tolist() == [0.0, 0.0, 5.0, 5.0, 0.0, 0.0, 5.0, 5.0]
    assert schedule.times_s.tolist() == [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0]
