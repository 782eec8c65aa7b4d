"""What the live benchmark measures by: known errors are read back, perfect sounds have none."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.live_stream import delay_samples, resident_mib, restless
from benchmarks.streams import blocks, stream
from benchmarks.sweeps import Sweep, clicks, decibels, following, half_heard_ms, ideal, tone

RATE = 44_100
QUICK = Sweep(seconds=2.0, rest_s=0.7)
PARTIALS = [220.0, 440.0, 660.0]


def swept(sweep=QUICK, delay_s=0.09, partials=PARTIALS):
    time_s = np.arange(round(QUICK.whole_s * RATE)) / RATE
    return ideal(partials, sweep.at(time_s - delay_s), RATE)


def jump_at(samples, seconds):
    """A phase jump: a tenth of a millisecond is left out."""
    first = round(seconds * RATE)
    return np.concatenate([samples[:first], samples[first + 4 :]])


def worst(samples, **options):
    return np.abs(following(samples, RATE, PARTIALS, QUICK, **options).cents).max()


def test_clean_sweep_has_no_clicks_however_quick():
    for samples in (swept(), swept(Sweep(seconds=0.5, rest_s=0.7))):
        assert decibels(clicks(samples, RATE)) < -110


def test_float32_is_clean_enough_for_the_target():
    assert decibels(clicks(swept().astype(np.float32), RATE)) < -110


def test_jump_is_a_click():
    assert decibels(clicks(jump_at(swept(), 1.5), RATE)) > -60


def test_frequency_in_steps_is_worse_than_a_line():
    time_s = np.arange(round(QUICK.whole_s * RATE)) / RATE
    steps = ideal([440.0], QUICK.at(np.floor(time_s * 86) / 86), RATE)
    line = ideal([440.0], QUICK.at(time_s), RATE)
    assert clicks(steps, RATE) > 1e3 * clicks(line, RATE)


@pytest.mark.parametrize("gain", [0.01, 4.0])
def test_clicks_do_not_depend_on_the_level(gain):
    sound = jump_at(swept(), 1.5)
    assert clicks(gain * sound, RATE) == pytest.approx(clicks(sound, RATE), rel=1e-3)


@pytest.mark.parametrize("delay_s", [0.0, 0.046, 0.15])
def test_delay_is_read_back_and_no_error_is_left(delay_s):
    found = following(swept(delay_s=delay_s), RATE, PARTIALS, QUICK)
    assert found.delay_ms == pytest.approx(1e3 * delay_s, abs=0.5)
    assert np.abs(found.cents).max() < 3


def test_wrong_knob_is_out_of_tune():
    assert worst(swept(Sweep(start=-12.0, end=11.5, seconds=2.0, rest_s=0.7))) > 20
    assert worst(swept(Sweep(seconds=1.5, rest_s=0.7))) > 20


def test_unshifted_tone_and_silence_are_not_there():
    assert worst(tone(PARTIALS, round(QUICK.whole_s * RATE), RATE)) == np.inf
    assert worst(np.zeros(round(QUICK.whole_s * RATE))) == np.inf


def test_wobble_is_read_back():
    time_s = np.arange(round(QUICK.whole_s * RATE)) / RATE
    wobble = 0.2 * np.sin(2 * np.pi * 3.0 * time_s)  # 20 cents
    sound = ideal(PARTIALS, QUICK.at(time_s) + wobble, RATE)
    assert worst(sound) == pytest.approx(20, abs=3)


@pytest.mark.parametrize("after_s", [0.0, 0.025, 0.1])
def test_turn_is_timed(after_s):
    time_s = np.arange(2 * RATE) / RATE
    sound = ideal([880.0], np.where(time_s < 1.0 + after_s, -5.0, 5.0), RATE)
    heard = half_heard_ms(sound, RATE, 880.0, RATE, -5.0, 5.0)
    assert heard == pytest.approx(1e3 * after_s, abs=2.5)


def test_turn_that_is_not_heard_is_an_error():
    sound = ideal([880.0], np.zeros(RATE), RATE)
    with pytest.raises(ValueError, match="not heard"):
        half_heard_ms(sound, RATE, 880.0, RATE // 2, 0.0, 2.0)


def test_delay_of_a_stream(rng):
    sound = rng.standard_normal(8000)
    assert delay_samples(sound, np.concatenate([np.zeros(2047), sound])[:8000]) == 2047


def test_stream_waits_for_what_is_owed():
    sound = np.arange(1.0, 1025.0, dtype=np.float32)[None]
    held = [np.zeros((1, 0), np.float32)]

    def late(block, context):
        held.append(block)
        return held.pop(0)

    made = stream(late, sound, lambda _: 0.0, 128)
    np.testing.assert_array_equal(made[0, :128], 0)
    np.testing.assert_array_equal(made[0, 128:], sound[0, :896])


def test_contexts_are_those_of_the_blocks_beginnings():
    seen = []

    def step(block, context):
        seen.append(context)
        return block

    sound = np.zeros((2, 1000), np.float32)
    assert stream(step, sound, float, 300).shape == (2, 900)
    assert seen == [0.0, 300.0, 600.0]
    assert [block.shape for block in blocks(sound, 300)] == [(2, 300)] * 3


def test_restless_context_never_rests(rng):
    contexts = restless(1000, rng=rng)
    assert np.all(np.diff(contexts)) and np.abs(contexts).max() <= 12


def test_resident_memory_is_plausible():
    assert 20 < resident_mib() < 20_000
