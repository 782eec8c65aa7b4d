"""Pitch and formants are two knobs of one memory, turned apart and together, far from what was
taught."""

from __future__ import annotations

import io

import numpy as np
import pytest

from ctxaudio import (
    ContextShift,
    DataError,
    Example,
    load_memory,
    recall_field,
    save_memory,
    tape_example,
)
from ctxaudio.memory.knobs import PITCH, PITCH_AND_FORMANTS, check_formants, check_knobs
from ctxaudio.memory.song_memory import for_any_sound
from tests.support.saved import about_of, forged
from tests.support.singers import sung


@pytest.fixture(scope="module")
def song():
    return sung()


@pytest.fixture(scope="module")
def memory(song):
    return ContextShift.teach(song, knobs=PITCH_AND_FORMANTS).memory


def saved(memory):
    target = io.BytesIO()
    save_memory(memory, target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("pitch", "formants"), [(12.0, 0.0), (-12.0, 0.0), (0.0, 12.0), (0.0, -12.0), (5.0, -7.0)]
)
def test_each_knob_moves_its_own_far_out(memory, pitch, formants):
    field = recall_field(memory, pitch, formants)
    assert np.abs(field.displacement - pitch).max() < 0.05
    # What a step of an example is measured to be is extrapolated with it.
    assert abs(np.median(field.envelope) - formants) < 0.03 * (abs(pitch) + abs(formants))
    assert np.abs(field.gain).max() < 0.2


@pytest.mark.parametrize("semitones", [-12.0, 12.0])
def test_together_they_are_a_tape(memory, semitones):
    field = recall_field(memory, semitones, semitones)
    assert 100.0 * np.abs(np.median(field.envelope) - semitones) < 2.0
    alone = recall_field(memory, semitones)
    assert alone.envelope is None
    np.testing.assert_array_equal(alone.displacement, field.displacement)


def test_kept_is_at_0(memory):
    kept, at_0 = (recall_field(memory, 5.0, formants) for formants in ("keep", 0.0))
    np.testing.assert_array_equal(kept.envelope, at_0.envelope)


def test_a_memory_says_what_it_was_taught(memory):
    assert memory.knobs == ("pitch", "formants")
    assert memory.contexts == (-1.0, 0.0, 1.0)
    assert set(memory.points) == {(0.0, 0.0), (-1.0, -1.0), (1.0, 1.0), (0.0, -1.0), (0.0, 1.0)}
    assert "taught at -1, 0, +1 of pitch and formants" in repr(memory)
    assert "<svg" in memory._repr_html_()


def test_a_memory_of_two_knobs_is_saved_whole(memory):
    data = saved(memory)
    loaded = load_memory(io.BytesIO(data))
    assert (loaded.knobs, loaded.points) == (memory.knobs, memory.points)
    assert saved(loaded) == data
    kept, again = (recall_field(each, 7.0, "keep") for each in (memory, loaded))
    np.testing.assert_array_equal(kept.envelope, again.envelope)


def test_a_memory_of_one_knob_says_nothing_of_knobs(song):
    memory = ContextShift.teach(song).memory
    data = saved(memory)
    assert not {"knobs", "points"} & set(about_of(data))
    assert load_memory(io.BytesIO(data)).knobs == PITCH


@pytest.mark.parametrize(
    "changed",
    [
        {"knobs": ["formants", "pitch"]},
        {"knobs": ["pitch", "formants", "pitch"]},
        {"knobs": ["pitch", "reverb"]},
        {"knobs": ["pitch"]},
        {"knobs": []},
        {"points": []},
        {"points": [[0.0, 0.0], [1.0]]},
        {"points": [[0.0, 0.0], [2.0, 1.0]]},
        {"contexts": [0.0, 5.0]},
    ],
)
def test_forged_knobs_are_refused(memory, changed):
    data = saved(memory)
    with pytest.raises(DataError, match="no memory of ctxaudio, or is damaged"):
        load_memory(io.BytesIO(forged(data, about=about_of(data) | changed)))


def test_live_input_has_both_knobs(memory):
    effect = ContextShift(for_any_sound(memory, 22_050), 5.0, formants="keep")
    assert np.isfinite(effect.process(np.zeros((1, 4_000)))).all()
    assert effect.formants == 0.0


@pytest.mark.parametrize("formants", ["kept", 37.0, float("nan")])
def test_formants_that_are_none_are_refused(formants):
    with pytest.raises(DataError, match="formants must be 'keep', a number within ±36 or None"):
        check_formants(PITCH_AND_FORMANTS, formants)


def test_formants_that_were_not_taught_are_refused(taught_tune, tune):
    with pytest.raises(DataError, match="has one knob, pitch; teach it anew with --formants"):
        taught_tune(tune, 5.0, formants="keep")
    with pytest.raises(DataError, match="one knob"):
        ContextShift(taught_tune.memory, formants=2.0)
    assert check_formants(PITCH, None) is None


@pytest.mark.parametrize("knobs", [(), ("formants",), ("formants", "pitch"), ("pitch", "reverb")])
def test_other_knobs_are_refused(knobs):
    with pytest.raises(DataError, match="knobs must be"):
        check_knobs(knobs)


def test_a_trained_network_has_one_knob(song):
    with pytest.raises(DataError, match="a trained network has one knob"):
        ContextShift.teach(song, knobs=PITCH_AND_FORMANTS, network="trained")


def test_examples_that_move_both_alike_teach_no_two_knobs(song):
    tape = tape_example(song, 1.0)
    alike = Example(tape.sound, 1.0, tape.speed, formants=1.0)
    with pytest.raises(DataError, match="examples must move pitch and formants apart"):
        ContextShift.teach(song, [alike])


def test_examples_of_ones_own_teach_both(song):
    """Exact copies at −1 and +1: of a tape, and with formants kept.

    In the latter, bands without a partial follow all of the spectrum, which comes out a few cents
    short of the partials: its resonances stay.
    """
    examples = [tape_example(song, s) for s in (-1.0, 1.0)]
    examples += [Example(sung(semitones=s), s, formants=0.0) for s in (-1.0, 1.0)]
    field = recall_field(ContextShift.teach(song, examples).memory, 5.0, "keep")
    assert abs(np.median(field.displacement) - 5.0) < 0.15
    assert abs(np.median(field.envelope)) < 0.6


def test_an_example_is_somewhere(song):
    with pytest.raises(DataError, match="not both 0"):
        Example(song, 0.0, formants=0.0)
    assert Example(song, 0.0, formants=1.0).point(2) == (0.0, 1.0)
    assert Example(song, 2.0).point(2) == (2.0, 2.0)
