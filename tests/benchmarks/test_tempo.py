"""Truths of tempo are what they say, and a truth itself is judged perfect."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.metrics import onset_scores
from benchmarks.peers.tempo import tape
from benchmarks.tempo import attack_likeness, judge, measure, table
from benchmarks.truths import RATE
from benchmarks.truths.additive import piece_partials
from benchmarks.truths.tempo import at_tempo, tempo_materials

MATERIALS = {material.name: material for material in tempo_materials()}


@pytest.mark.parametrize("name", ["bursts", "kick", "bass-notes"])
def test_hits_are_due_at_their_time_over_the_speed(name):
    material = MATERIALS[name]
    original, slow = material.render(1.0), material.render(0.8)
    assert slow.shape[1] == round(original.shape[1] / 0.8)
    due = [onset / 0.8 for onset in material.onsets_s]
    found = onset_scores(slow, slow, RATE, onsets_s=due)
    assert found.early_db < -60.0
    # Their attacks are what they were, to a sample's place.
    assert attack_likeness(original, slow, material.onsets_s, due) > 0.98


def test_a_piece_keeps_its_pitches_and_its_attacks():
    partials = piece_partials("choir-and-bells")
    fast = at_tempo(partials, 2.0)
    np.testing.assert_array_equal(fast.frequency_hz, partials.frequency_hz)
    np.testing.assert_array_equal(fast.attack_s, partials.attack_s)
    np.testing.assert_allclose(2.0 * fast.duration_s, partials.duration_s)


def test_the_truth_is_perfect_and_the_control_is_not():
    material = MATERIALS["bursts"]
    original, truth = material.render(1.0), material.render(0.5)
    perfect = dict(judge(material, original, truth, truth, 0.5))
    control = dict(judge(material, original, truth, tape(original, RATE, 0.5), 0.5))
    assert perfect["lsd_db"] == perfect["jitter_ms"] == perfect["width_error_ms"] == 0.0
    assert perfect["whole"] > 0.99
    assert control["lsd_db"] > 1.0
    assert control["width_error_ms"] > 10.0
    assert control["whole"] < 0.7


def test_a_table_has_a_row_a_metric():
    scores, failures = measure(MATERIALS["tone-440"], peers=["truth", "tape"], speeds=[0.8])
    assert not failures
    lines = table(scores, ["truth", "tape"], [0.8]).split("\n")
    row = next(line for line in lines if "cents" in line)
    truth, control = (float(cell) for cell in row.split("|")[2:4])
    assert truth == 0.0
    assert control == pytest.approx(1200.0 * np.log2(1 / 0.8), abs=20.0)
