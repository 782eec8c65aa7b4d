"""Trials of delay match are told as they were asked for, in whole steps of any length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rnn.tasks import DelayMatch, Trials
from rnn.tasks.delay_match import DIFFERENT, LOUD, PULSES, QUIET, SAME

DT = 0.02
BASELINE = 0.2
# Steps of a trial of DelayMatch() at DT.
FIXATION, PULSE, DECISION = 5, 25, 15


def conditions(n_each=1):
    """First and second pulses, of each condition in turn."""
    return np.repeat(np.array(PULSES), n_each, axis=0).T


def stretches(values):
    """Lengths and values of the stretches in which (time,) stands still."""
    starts = np.flatnonzero(np.diff(values, prepend=np.nan) != 0.0)
    return np.diff(np.append(starts, len(values))).tolist(), values[starts].tolist()


def single(task, first, second, delay_s, dt_s=DT):
    """One trial, without the trial's axis."""
    trials = task.trials(np.array([first]), np.array([second]), np.array([delay_s]), dt_s)
    return Trials(*(part[:, 0] for part in trials[:3]), trials.last[0], trials.answer[0])


@pytest.mark.parametrize(("first", "second"), PULSES)
def test_a_trial_of_the_frequency_form_is_told_step_by_step(first, second):
    trial = single(DelayMatch(), first, second, 0.4)
    pulses = [0.2 + (1.2 if pulse else 0.4) for pulse in (first, second)]
    steps, levels = stretches(trial.inputs[:, 0])
    assert steps == [FIXATION, PULSE, 20, PULSE, DECISION]
    np.testing.assert_allclose(levels, [0.2, pulses[0], 0.2, pulses[1], 0.2], rtol=1e-6)
    assert trial.inputs.dtype == trial.targets.dtype == trial.mask.dtype == np.float32


@pytest.mark.parametrize(("first", "second"), PULSES)
def test_a_trial_of_the_input_form_has_a_pulse_on_one_input_at_a_time(first, second):
    trial = single(DelayMatch(form="input"), first, second, 0.4)
    expected = np.full((90, 2), BASELINE)
    expected[5:30, 0 if first else 1] += 1.2
    expected[50:75, 0 if second else 1] += 1.2
    np.testing.assert_allclose(trial.inputs, expected, rtol=1e-6)


@pytest.mark.parametrize(("first", "second"), PULSES)
def test_the_right_output_is_loud_in_the_decision_alone(first, second):
    trial = single(DelayMatch(), first, second, 0.4)
    right = SAME if first == second else DIFFERENT
    assert trial.answer == right
    assert trial.last == len(trial.inputs) - 1 == 89
    expected = np.full((90, 2), QUIET)
    expected[75:, right] = LOUD
    np.testing.assert_array_equal(trial.targets, expected.astype(np.float32))
    np.testing.assert_array_equal(np.flatnonzero(trial.mask), [*range(5), *range(75, 90)])
    assert set(trial.mask) == {0.0, 1.0}


def test_without_a_delay_one_pulse_follows_the_other():
    trial = single(DelayMatch(), 1, 0, 0.0)
    assert stretches(trial.inputs[:, 0])[0] == [FIXATION, PULSE, PULSE, DECISION]
    trial = single(DelayMatch(), 1, 1, 0.0)  # two like ones are one of twice the length
    assert stretches(trial.inputs[:, 0])[0] == [FIXATION, 2 * PULSE, DECISION]


def test_a_shorter_trial_beside_a_longer_one_has_nothing_after_its_end():
    first, second = conditions()
    delays_s = np.array([0.0, 0.2, 0.4, 0.6])
    trials = DelayMatch().trials(first, second, delays_s, DT)
    assert trials.inputs.shape == (100, 4, 1)
    assert trials.last.tolist() == [69, 79, 89, 99]
    assert trials.answer.tolist() == [SAME, SAME, DIFFERENT, DIFFERENT]
    for i, last in enumerate(trials.last):
        alone = single(DelayMatch(), first[i], second[i], delays_s[i])
        for beside, own in zip(trials[:3], alone[:3], strict=True):
            np.testing.assert_array_equal(beside[: last + 1, i], own)
        np.testing.assert_allclose(trials.inputs[last + 1 :, i], BASELINE)
        np.testing.assert_array_equal(trials.mask[last + 1 :, i], 0.0)


@pytest.mark.parametrize("form", ["frequency", "input"])
def test_a_catch_trial_is_quiet_throughout_and_asked_throughout(form):
    first, second = conditions()
    delays_s = np.array([0.0, 0.2, 0.4, 0.6])
    catch = np.array([True, True, True, False])
    trials = DelayMatch(form=form).trials(first, second, delays_s, DT, catch=catch)
    assert trials.answer.tolist() == [-1, -1, -1, DIFFERENT]
    np.testing.assert_allclose(trials.inputs[:, :3], BASELINE)
    np.testing.assert_array_equal(trials.targets[:, :3], np.float32(QUIET))
    assert trials.last.tolist() == [69, 79, 89, 99]
    for i, last in enumerate(trials.last[:3]):
        np.testing.assert_array_equal(trials.mask[:, i], np.arange(100) <= last)
    beside = single(DelayMatch(form=form), 0, 1, 0.6)
    np.testing.assert_array_equal(trials.inputs[:, 3], beside.inputs)
    np.testing.assert_array_equal(trials.mask[:, 3], beside.mask)


SECONDS = st.floats(0.001, 1.5)


@given(
    dt_s=st.floats(0.001, 0.1),
    parts=st.tuples(SECONDS, SECONDS, SECONDS),
    delay_s=st.floats(0.0, 3.0),
    form=st.sampled_from(["frequency", "input"]),
)
def test_every_part_lasts_as_many_steps_as_come_nearest(dt_s, parts, delay_s, form):
    assume(min(parts) >= dt_s)
    names = ("fixation_s", "pulse_s", "decision_s")
    task = DelayMatch(form=form, longest_s=delay_s, **dict(zip(names, parts, strict=True)))
    trial = single(task, 1, 0, delay_s, dt_s)
    added = np.abs(trial.inputs - BASELINE).sum(1) > 1e-6
    steps, shown = stretches(added.astype(float))
    if shown == [0.0, 1.0, 0.0]:  # no delay: the pulses touch
        where = int(np.flatnonzero(np.abs(np.diff(trial.inputs[:, 0])) > 0.5)[1]) + 1
        steps = [steps[0], where - steps[0], 0, sum(steps[:2]) - where, steps[2]]
    else:
        assert shown == [0.0, 1.0, 0.0, 1.0, 0.0]
    fixation, pulse, decision = parts
    for n_steps, seconds in zip(steps, (fixation, pulse, delay_s, pulse, decision), strict=True):
        assert abs(n_steps * dt_s - seconds) <= dt_s / 2.0 * (1.0 + 1e-9)
    assert trial.last == sum(steps) - 1 == len(trial.inputs) - 1
    loud = np.flatnonzero(trial.targets[:, DIFFERENT] == LOUD)
    np.testing.assert_array_equal(loud, np.arange(sum(steps[:4]), sum(steps)))
    asked = np.append(np.arange(steps[0]), loud)
    np.testing.assert_array_equal(np.flatnonzero(trial.mask), asked)


def test_a_draw_is_that_of_its_seed():
    task = DelayMatch()
    one, again, other = (task.draw(16, DT, rng=np.random.default_rng(seed)) for seed in (5, 5, 6))
    for part, same in zip(one[:5], again[:5], strict=True):
        np.testing.assert_array_equal(part, same)
    assert not np.array_equal(one.last, other.last)


def told(task, trials, dt_s):
    """First and second pulse and delay in steps, of trials that are not catch trials."""
    pulse, fixation = round(task.pulse_s / dt_s), round(task.fixation_s / dt_s)
    decision = round(task.decision_s / dt_s)
    asked = np.flatnonzero(trials.answer >= 0)
    second_at = trials.last[asked] + 1 - decision - pulse
    levels = trials.inputs[..., 0] > BASELINE + (task.high + task.low) / 2.0
    delays = second_at - fixation - pulse
    return levels[fixation, asked], levels[second_at, asked], delays


def test_conditions_delays_and_catch_trials_come_as_often_as_they_should():
    # 4 standard deviations of a share of n: 4 sqrt(p (1 - p) / n).
    task = DelayMatch(shortest_s=0.1, longest_s=0.3, pulse_s=0.04, fixation_s=0.04, decision_s=0.04)
    n = 8_000
    trials = task.draw(n, DT, rng=np.random.default_rng(1))
    assert np.mean(trials.answer < 0) == pytest.approx(0.2, abs=0.018)
    first, second, delays = told(task, trials, DT)
    for condition in PULSES:
        met = (first == condition[0]) & (second == condition[1])
        assert np.mean(met) == pytest.approx(0.25, abs=0.022)
    right = np.where(first == second, SAME, DIFFERENT)
    np.testing.assert_array_equal(right, trials.answer[trials.answer >= 0])
    # Evenly from 5 to 15 steps: those at the ends have half a step's share.
    counts = np.bincount(delays, minlength=16) / len(delays)
    assert counts[:5].sum() == 0.0
    np.testing.assert_allclose(counts[6:15], 0.1, atol=0.016)
    np.testing.assert_allclose(counts[[5, 15]], 0.05, atol=0.012)
    for whether in (first, second):
        assert abs(np.corrcoef(whether, delays)[0, 1]) < 0.05


def test_no_catch_trials_where_none_are_asked_for():
    trials = DelayMatch(catch_share=0.0).draw(500, DT, rng=np.random.default_rng(0))
    assert (trials.answer >= 0).all()


@pytest.mark.parametrize(
    ("settings", "limits"),
    [
        ({}, [1.0]),
        ({"longest_s": 2.0, "widening_s": 0.5}, [0.5, 1.0, 1.5, 2.0]),
        ({"longest_s": 1.7, "widening_s": 0.5}, [0.5, 1.0, 1.5, 1.7]),
        ({"longest_s": 0.8, "widening_s": 0.1}, [0.5, 0.6, 0.7, 0.8]),  # not a level more
        ({"longest_s": 0.4, "widening_s": 0.5}, [0.4]),
        ({"longest_s": 0.5, "widening_s": 0.5}, [0.5]),
        ({"longest_s": 1.0, "widening_s": 0.5, "first_limit_s": 0.0}, [0.0, 0.5, 1.0]),
        ({"shortest_s": 0.8, "longest_s": 1.2, "widening_s": 0.4}, [0.8, 0.9, 1.2]),
    ],
)
def test_levels_widen_the_delays_to_all_of_them(settings, limits):
    task = DelayMatch(**settings)
    assert task.last_level == len(limits) - 1
    assert [task.limit_s(level) for level in range(len(limits))] == pytest.approx(limits)
    assert task.limit_s(len(limits) + 3) == task.longest_s


@pytest.mark.parametrize("level", [0, 1, 2])
def test_delays_are_drawn_up_to_the_limit_of_the_level(level):
    task = DelayMatch(
        shortest_s=0.1, longest_s=0.5, widening_s=0.15, first_limit_s=0.2, catch_share=0.0
    )
    trials = task.draw(400, DT, level=level, rng=np.random.default_rng(2))
    delays_s = DT * told(task, trials, DT)[2]
    assert delays_s.min() == pytest.approx(0.1, abs=0.02)
    assert delays_s.max() == pytest.approx([0.2, 0.35, 0.5][level], abs=0.021)


@pytest.mark.parametrize("high", [1.2, 2.5])
def test_pulses_of_the_input_form_are_all_high(high):
    task = DelayMatch(form="input", high=high, low=0.1)
    np.testing.assert_array_equal(
        task.pulse_levels(np.array([0, 1, 1])), [[0.0, high], [high, 0.0], [high, 0.0]]
    )
    assert task.n_inputs == 2
    assert DelayMatch().n_inputs == 1


@pytest.mark.parametrize(
    ("name", "part"), [("fixation_s", "fixation"), ("pulse_s", "pulse"), ("decision_s", "decision")]
)
def test_a_part_shorter_than_a_step_is_refused(name, part):
    task = DelayMatch(**{name: 0.02})
    task.check_step(0.02)
    task.check_step(0.01)
    with pytest.raises(ValueError, match=rf"a {part} of 0.02 s is shorter than a step of 0.05 s"):
        task.check_step(0.05)


def test_delays_shorter_than_a_step_are_refused_but_not_no_delay():
    DelayMatch(longest_s=0.0).check_step(0.02)
    DelayMatch(longest_s=0.02).check_step(0.02)
    DelayMatch(longest_s=0.1).check_step(0.1 + 1e-15)
    with pytest.raises(ValueError, match=r"a delay of 0.01 s is shorter than a step of 0.02 s"):
        DelayMatch(longest_s=0.01).check_step(0.02)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"form": "frequencies"}, r"form must be 'frequency' or 'input', got 'frequencies'"),
        ({"shortest_s": 2.0}, r"delays must be .* rise, got 2 s to 1 s"),
        ({"shortest_s": -0.1}, r"delays must be .* got -0.1 s to 1 s"),
        ({"longest_s": np.inf}, r"delays must be finite.* to inf s"),
        ({"longest_s": np.nan}, r"delays must be finite.* to nan s"),
        *(
            ({name: value}, rf"{name} must be a positive time, got {value:g}")
            for name in ("fixation_s", "pulse_s", "decision_s")
            for value in (0.0, -0.1, np.inf, np.nan)
        ),
        *(
            ({name: value}, rf"{name} must be finite and not negative, got {value:g}")
            for name in ("widening_s", "first_limit_s")
            for value in (-0.1, np.inf, np.nan)
        ),
        *(
            ({"catch_share": value}, rf"catch_share must lie in \[0, 1\), got {value:g}")
            for value in (-0.1, 1.0, np.nan)
        ),
    ],
)
def test_a_bad_task_is_named(settings, complaint):
    with pytest.raises(ValueError, match=complaint):
        DelayMatch(**settings)
