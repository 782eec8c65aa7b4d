"""Tables and figures of reports are data, say by what was judged, and miss nothing that is lost."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from rnn.experiments.files import png
from rnn.experiments.lorenz import figures, portraits
from rnn.experiments.lorenz.bifurcation import sweep_schedule
from rnn.experiments.lorenz.mechanism import Response
from rnn.experiments.lorenz.plan import DEFAULT, QUICK, make_jobs
from rnn.experiments.lorenz.report import summarise, tables_of
from rnn.experiments.lorenz.summary import summarise_contexts, summarise_draws
from rnn.experiments.lorenz.tables import bifurcation_table, contexts_table, mechanism_table
from rnn.experiments.lorenz.truth import LARGEST_EXPONENT
from rnn.experiments.lorenz.verdict import FAR, NEAR
from rnn.experiments.table import WIDTH, text_lines
from tests.support.draws import FLOOR, bifurcation_result, mechanism_result, records, row


@pytest.fixture
def all_lost():
    """Rows of two contexts, at which every one of two draws diverged."""
    result = {"contexts": [row([-40.0], "diverged"), row([40.0], "diverged")]}
    return summarise_contexts(records(result, result))


def test_a_table_of_which_every_draw_is_lost_has_dashes(all_lost):
    head, *lines = text_lines(contexts_table("", all_lost, FLOOR))
    assert lines[0].split() == ["-40", "0/2", *["-"] * 8]
    assert lines[1].split() == ["2", "diverged"]
    assert lines[2].split()[0] == "+40"
    # A dash ends where the number above or below it does.
    assert {len(line) for line in (head, lines[0], lines[2], *lines[4:6])} == {len(head)}


def test_the_truth_and_chance_are_two_rows_that_say_what_they_are(all_lost):
    truth, chance = contexts_table("", all_lost, FLOOR).rows[-2:]
    assert truth.cells == ("truth", "", (0.0,) * 3, (1.0,) * 3, 0.0, LARGEST_EXPONENT)
    lines = text_lines(contexts_table("", all_lost, FLOOR))
    spreads = next(line for line in lines if line.startswith("  by chance"))
    assert [float(part) for part in spreads.split()[2:]] == pytest.approx(
        [*FLOOR.mean, *FLOOR.std_ratio, FLOOR.distance, FLOOR.exponent * LARGEST_EXPONENT], abs=5e-4
    )
    assert chance.cells[0] == "by chance"
    assert any(line.startswith("by chance: what true runs") for line in lines)


def test_a_table_of_two_contexts_names_both():
    result = {"contexts": [row([-40.0, 30.0], "diverged"), row([0.0, 0.0], "diverged")]}
    rows = summarise_contexts(records(result))
    named = [line for line in text_lines(contexts_table("", rows, FLOOR)) if "0/1" in line]
    assert named[0].strip().startswith("-40, +30 ")
    assert named[1].strip().startswith("0, 0 ")


def test_a_verdict_names_its_tolerance_in_every_table():
    far = {"std": FAR.std, "centre": FAR.centre, "exponent": FAR.exponent}
    near_row, far_row = row([20.0], "kept", 1.0), row([40.0], "too short", 1.0) | {"tolerance": far}
    for rows, said in (
        ([near_row], [f"kept: {NEAR.words}"]),
        ([far_row], [f"kept: {FAR.words}"]),
        (
            [near_row, far_row],
            [f"kept within context 20: {NEAR.words}", f"kept beyond: {FAR.words}"],
        ),
    ):
        table = contexts_table("", summarise_contexts(records({"contexts": rows})), FLOOR)
        assert list(table.notes[1:]) == said
    notes = " ".join(bifurcation_table("", summarise_draws(records(bifurcation_result()))).notes)
    assert "Hopf contexts within 5 %: 2 of 2 by eigenvalues, 1 of 2 by swings" in notes
    assert f"1 kept (kept: both wings, {NEAR.words})" in notes


def test_what_is_too_short_to_tell_is_said_so():
    rows = summarise_contexts(records({"contexts": [row([20.0], "too short", 1.0)]}))
    first, remark = text_lines(contexts_table("", rows, FLOOR))[1:3]
    assert first.split()[1] == "0/1"
    assert remark.strip() == "1 too short to tell"


def test_no_table_is_wider_than_a_terminal(all_lost):
    tables = [
        contexts_table("", all_lost, FLOOR),
        bifurcation_table("", summarise_draws(records(bifurcation_result()))),
        mechanism_table("", summarise_draws(records(mechanism_result()))),
    ]
    assert max(len(line) for table in tables for line in text_lines(table)) <= WIDTH


def test_a_bifurcation_of_which_every_draw_is_lost_has_dashes():
    result = bifurcation_result(
        "diverged", None, hopf_eigenvalues=[None, None], hopf_swings=[None, 1.75]
    )
    lines = text_lines(bifurcation_table("", summarise_draws(records(result, result))))
    eigenvalues, swings, exponent, wings, within, both, outcome, _ = lines[1:]
    assert eigenvalues.split()[-5:] == ["1.7368", "-", "-", "-", "0"]
    assert swings.split()[-5:] == ["1.7368", "1.7500", "1.7500", "1.7500", "2"]
    assert exponent.split()[-4:] == wings.split()[-4:] == ["-", "-", "-", "0"]
    assert "0 of 4 by eigenvalues, 2 of 4 by swings" in within
    assert "in 0 of 2 draws" in both
    assert "2 diverged" in outcome


def test_a_mechanism_s_table_has_a_line_for_each_number():
    result = mechanism_result(0.25)
    lines = text_lines(mechanism_table("", summarise_draws(records(result, result, result))))
    assert len(lines) == 6
    assert all(float(line.split()[-2]) == 0.25 and line.split()[-1] == "3" for line in lines[1:])
    missing = {name: {"n": 0, "median": None, "low": None, "high": None} for name in result}
    lines = text_lines(mechanism_table("", missing))
    assert all(line.split()[-4:] == ["-", "-", "-", "0"] for line in lines[1:])


def test_a_report_has_a_table_for_each_kind_of_job():
    planned = make_jobs("all", "modern", QUICK)
    results = {
        "bifurcation": bifurcation_result(),
        "mechanism-translate": mechanism_result(),
        "mechanism-transform": mechanism_result(),
    }
    done = [
        {
            "job": job.as_json(),
            "result": results.get(job.name)
            or {"contexts": [row(context, "kept", 1.0) for context in job.asked]},
        }
        for job in planned
    ]
    report = summarise(planned, done, FLOOR)
    tables = tables_of(report)
    assert list(tables) == [job.name for job in planned]
    assert tables["shear"].title == "shear (modern, 1 draw)"
    assert report["by_chance"]["mean_error"] == FLOOR.mean.tolist()


# Plans.


def test_a_plan_asks_at_each_context_of_its_size():
    jobs = make_jobs("multi", "modern", DEFAULT)
    assert len(jobs) == 5 * DEFAULT.seeds
    assert all(job.asked == tuple((c,) for c in DEFAULT.grid) for job in jobs)
    (one, *_) = make_jobs("flight", "study", QUICK, context=(-40.0, 30.0))
    assert (one.asked, one.preset) == (((-40.0, 30.0),), "study")


@pytest.mark.parametrize(
    ("experiment", "context", "reason"),
    [
        ("bifurcation", (5.0,), "does not go with bifurcation"),
        ("all", (5.0,), "does not go with all"),
        ("translate", (1.0, 2.0), r"translate has 1 context, got 2: \+1, \+2"),
        ("flight", (0.0,), "flight has 2 contexts, got 1: 0"),
    ],
)
def test_a_context_that_an_experiment_has_not_is_refused(experiment, context, reason):
    with pytest.raises(ValueError, match=reason):
        make_jobs(experiment, "modern", QUICK, context=context)


# Figures.


def is_drawn(figure):
    content = png(figure)
    return content.startswith(b"\x89PNG") and content.endswith(b"IEND\xaeB`\x82")


def test_figures_are_drawn_of_what_is_left_where_draws_are_lost(all_lost):
    found = summarise_contexts(records({"contexts": [row([5.0], "kept", 0.5)]}))
    assert is_drawn(figures.errors([*all_lost, *found], FLOOR, "lost"))
    assert is_drawn(figures.errors(all_lost, FLOOR, "lost"))


def test_a_figure_of_errors_shows_its_tolerance():
    rows = summarise_contexts(records({"contexts": [row([5.0], "kept", 0.5)]}))
    figure = figures.errors(rows, FLOOR, "title")
    assert "dashed: tolerance" in figure.get_suptitle()
    dashed = [
        sorted(line.get_ydata()[0] for line in axes.lines if line.get_linestyle() == "--")
        for axes in figure.axes
    ]
    assert dashed == [
        [],
        pytest.approx([-1.0, 1.0]),
        pytest.approx([0.95, 1.05]),
        [],
        pytest.approx([0.9 * LARGEST_EXPONENT, 1.1 * LARGEST_EXPONENT]),
        [],
    ]


def test_figures_are_functions_of_data(rng):
    track = rng.standard_normal((2, 50, 3))
    contexts = np.array([[-3.0], [3.0]])
    lost = np.where(np.arange(50)[:, None] > 9, np.nan, track)
    seen = portraits.Attractors("name", contexts, track, contexts, track, lost)
    path = portraits.Path(sweep_schedule(5.0), np.arange(50.0), track[0], track[1])
    response = Response(*(rng.standard_normal((20, 8)) for _ in range(3)), track[0], track[0])
    assert is_drawn(figures.attractors(seen))
    assert is_drawn(figures.sweep(path))
    assert is_drawn(figures.flight(path))
    assert is_drawn(figures.response(response))


def test_what_is_no_figure_does_without_matplotlib():
    script = (
        "import sys, rnn.experiments.lorenz.report, rnn.experiments.lorenz.sweep\n"
        "print('matplotlib' in sys.modules, 'joblib' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]
