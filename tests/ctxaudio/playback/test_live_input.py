"""What comes in at a microphone, shifted: the same as block by block, and never broken or late."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import ContextShift, DataError
from ctxaudio.playback.live_input import LiveInput
from tests.support.rings import empty_ring
from tests.support.signals import melody, mono

RATE = 16_000
LATEST = RATE // 20  # samples; what has waited for longer is left out


@pytest.fixture(scope="module")
def memory():
    return ContextShift.teach(mono(melody(seed=0, seconds=0.5, rate=RATE), RATE)).memory


@pytest.fixture(scope="module")
def speech():
    """What nobody was taught, (channel, time)."""
    return np.stack([melody(seed=i, seconds=1.0, rate=RATE) for i in (3, 4)]).astype(np.float32)


def live_input(memory, *, rate=RATE, context=0.0, n_channels=2):
    ring = empty_ring(1 << 16, n_channels)
    return LiveInput(memory, ring, rate, context), ring


def passed_through(source, ring, samples, sizes):
    """What comes out if blocks of these sizes come in, again and again."""
    parts, start = [], 0
    while start < samples.shape[1]:
        n = sizes[len(parts) % len(sizes)]
        ring.write(samples[:, start : start + n].T)
        parts.append(source.next())
        start += n
    return np.concatenate(parts, axis=1)


@pytest.mark.parametrize("sizes", [[64], [1, 700, 0, 257]])
@pytest.mark.parametrize(("rate", "context"), [(RATE, 5.0), (44_100, -12.0)])
def test_it_is_the_effect_for_any_input(memory, speech, sizes, rate, context):
    effect = ContextShift.for_input(memory, rate, context)
    source, ring = live_input(memory, rate=rate, context=context)
    np.testing.assert_array_equal(
        passed_through(source, ring, speech, sizes), effect.process(speech)
    )
    assert source.position == speech.shape[1]
    assert source.latency_s == effect.latency_samples / rate
    assert source.recalled.shape == (2 * memory.bands.n_bands,)


def test_a_turn_is_the_effect_s(memory, speech):
    effect = ContextShift.for_input(memory)
    source, ring = live_input(memory)
    for start, context in [(0, 0.0), (5_000, 7.0), (9_000, -2.0)]:
        block = speech[:, start : start + 4_000]
        effect.context = source.context = context
        np.testing.assert_array_equal(
            passed_through(source, ring, block, [100]), effect.process(block)
        )
        assert source.heard_context == context


def test_nothing_in_gives_nothing_out(memory):
    source, _ = live_input(memory)
    for _ in range(3):
        assert source.next().shape == (2, 0)
    source.seek(1_000)
    assert source.position == 0
    assert source.goes_on
    assert not source.loop


def test_a_backlog_is_left_out_and_not_heard_late(memory, speech):
    effect = ContextShift.for_input(memory)
    source, ring = live_input(memory)
    ring.write(speech.T)
    np.testing.assert_array_equal(source.next(), effect.process(speech[:, -LATEST:]))
    assert (ring.filled, source.position) == (0, LATEST)
    ring.write(speech[:, :LATEST].T)  # just in time
    np.testing.assert_array_equal(source.next(), effect.process(speech[:, :LATEST]))


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf, 1e30, -3e38, 1e-45])
def test_a_broken_sample_is_not_heard_for_ever(memory, speech, broken):
    source, ring = live_input(memory, context=3.0)
    samples = speech.copy()
    samples[:, 3_000:3_100] = broken
    made = passed_through(source, ring, samples, [64])
    assert np.isfinite(made).all()
    assert np.abs(made).max() < 20.0
    whole = passed_through(*live_input(memory, context=3.0), speech, [64])
    n_wrong = 3_100 + 2 * round(source.latency_s * RATE)
    assert np.abs(made[:, n_wrong:]).max() < 3.0 * np.abs(whole).max()
    np.testing.assert_array_equal(made[:, :3_000], whole[:, :3_000])


def test_a_context_that_no_memory_reaches_is_refused(memory):
    with pytest.raises(DataError, match="36"):
        live_input(memory, context=40.0)
    with pytest.raises(DataError, match="36"):
        live_input(memory, context=float("nan"))


def test_mono_stays_mono(memory):
    source, ring = live_input(memory, n_channels=1)
    ring.write(np.ones((100, 1), np.float32))
    assert source.n_channels == 1
    assert source.next().shape == (1, 100)
