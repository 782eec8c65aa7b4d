"""Tables and figures of delay-match networks, whatever became of them."""

from __future__ import annotations

import pytest

from rnn.experiments.delay_match import figures, settings
from rnn.experiments.delay_match.tables import (
    incident_notes,
    map_table,
    training_table,
)
from rnn.experiments.files import png
from rnn.experiments.table import text_lines


def result_of(outcome, *, trained=((0.0, 0.0), (0.5, 0.5)), tested=(0.0, 0.5, 1.0)):
    """A result as JSON has it, of two networks a row: one reached the criterion, one as asked."""
    shares = [[1.0, 0.9, 0.8, 0.3]] * len(tested)
    networks = [
        {
            "trained_s": list(row),
            "seed": k,
            "outcome": one,
            "updates": n,
            "restarts": k * (outcome == "failed"),
            "accuracy": shares,
        }
        for row in trained
        for k, (one, n) in enumerate((("reached", 1500), (outcome, 20_000)))
    ]
    mean = 1500.0 if outcome != "reached" else 10_750.0
    return {
        "form": "frequency",
        "trained_s": [list(row) for row in trained],
        "delays_s": list(tested),
        "maps": {name: [[0.75] * len(tested)] * len(trained) for name in ("overall", *"abcd")},
        "updates": [[1500, 20_000]] * len(trained),
        "reached": [1 + (outcome == "reached")] * len(trained),
        "mean_updates": [mean] * len(trained),
        "networks": networks,
    }


def training_lines(results):
    return text_lines(training_table(results, "training"))


def map_lines(result):
    return text_lines(map_table(result, "map"))


def test_a_table_has_the_presets_side_by_side():
    longer = result_of("reached", trained=((0.0, 5.0),))
    lines = training_lines({"modern": longer, "study": result_of("stopped")})
    assert lines[0].split() == ["modern", "study"]
    assert lines[1].split() == ["trained,", "s", "reached", "updates", "right"] * 2
    assert lines[2].split() == ["0–5", "2/2", "10,750", "75", "0", "1/2", "1,500", "75"]
    assert lines[3].split() == ["0.5", "1/2", "1,500", "75"]
    assert lines[4] == "modern: all 2 networks reached the criterion (1,500 to 20,000 updates)"
    assert lines[5].endswith(
        "2 of 4 networks reached the criterion (1,500 to 1,500 updates); 2 stopped"
    )
    assert max(map(len, lines)) <= 80


def test_restarts_are_counted_and_a_long_summary_is_wrapped():
    one = result_of("failed", trained=[(0.5 * k, 0.5 * k) for k in range(11)])
    *_, first, second = training_lines({"modern": one})
    assert first + second.replace(" ", "", 1) == (
        "modern: 11 of 22 networks reached the criterion (1,500 to 1,500 updates); 11 failed; "
        "11 restarts"
    )


def test_numbers_gone_wrong_are_noted_before_other_incidents():
    stuck = [f"network {i}: it still answered by chance" for i in range(20)]
    wrong = "network 20: its loss was no longer finite at update 3"
    notes = incident_notes([*stuck, wrong])
    assert notes[:8] == [wrong, *stuck[:7]]
    assert notes[8:] == ["and 13 more such notes, among the incidents in JSON"]
    assert incident_notes([]) == []


def test_a_full_map_fits_a_terminal():
    rows = tuple((0.25 * k, 5.0 - 0.25 * k) for k in range(11))
    lines = map_lines(result_of("reached", trained=rows, tested=settings.DELAYS_S))
    assert lines[1].split() == ["0", "0.5", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5"]
    assert lines[3].split() == ["0.25–4.75", *["75"] * 11]
    assert len(lines) == 13
    assert max(map(len, lines)) <= 80


def test_one_task_is_a_line_for_each_delay():
    delays_s = (*settings.DELAYS_S, *settings.LONG_DELAYS_S)
    head, *lines = map_lines(result_of("reached", trained=((0.0, 5.0),), tested=delays_s))
    assert "worst network  its worst condition" in head
    assert len(lines) == len(delays_s)
    assert lines[-1].split() == ["90", "75", "75", "30"]


@pytest.mark.parametrize(("outcome", "by_range"), [("reached", False), ("failed", True)])
def test_figures_are_drawn_whatever_became_of_networks(outcome, by_range):
    result = result_of(outcome)
    none = result | {"mean_updates": [None, None], "reached": [0, 0]}
    none["networks"] = [network | {"outcome": outcome} for network in none["networks"]]
    for figure in (
        figures.maps(none, "title", by_range=by_range),
        figures.updates({"modern": result, "study": none}, by_range=by_range),
        figures.curves({"modern": result_of(outcome, trained=((0.0, 0.5),)), "study": none}),
    ):
        assert png(figure).startswith(b"\x89PNG")


def test_a_map_is_drawn_on_a_true_scale_with_one_bar():
    figure = figures.maps(result_of("reached"), "title", by_range=False)
    *panels, bar = figure.axes
    assert [axes.get_title() for axes in panels] == ["overall", *"abcd"]
    assert {axes.images[0].get_clim() for axes in panels} == {(0.0, 100.0)}
    assert [text.get_text() for text in panels[0].texts] == ["75"] * 6
    assert bar.get_ylabel() == "right answers, % (50: chance)"


@pytest.mark.parametrize("variant", settings.VARIANTS)
def test_the_studys_own_optimiser_has_the_updates_it_takes(variant):
    training = settings.plan_for(variant, "study", seeds=1, sgd=True).training
    assert training.optimiser.method == "sgd"
    assert training.max_updates >= 100_000
    assert training.patience is None  # what is at chance for long is not stuck
