"""Sound that comes in blocks is the whole sound later, to the last bit whatever the blocks."""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ctxaudio import ContextShift, DataError, Sound
from ctxaudio.effect.stream import Voice, begin_blocks, process_block, stream_resolution
from ctxaudio.synthesis.preparation import PreparationState, prepare
from rnn import recall
from tests.support.signals import LOW_RATE, STEADY_HZ, cents, snr_db, tone, tunes
from tests.support.streaming import followed_by_silence, streamed, turned, whole

CONTEXTS = (-36.0, -12.0, -1.0, 0.0, 0.5, 5.0, 24.0)


@pytest.fixture(scope="module")
def memory(duet):
    return ContextShift.teach(duet).memory


@pytest.fixture(scope="module")
def duet_effect(memory):
    return ContextShift(memory)  # for those who reset it


@pytest.mark.parametrize(
    ("rate", "n_samples", "level"),
    [
        (8_000, 4_001, 1e-4),
        (22_050, 6_999, 1.0),
        (44_100, 10_241, 1e-4),
        (48_000, 14_011, 100.0),
        (8_000, 1, 1.0),
        (8_000, 97, 1.0),
    ],
)
def test_a_song_in_blocks_is_the_whole_song_later(rate, n_samples, level):
    song = Sound(level * tunes(n_samples, rate), rate)
    effect = ContextShift.teach(song)
    late = effect.latency_samples
    for context in (0.0, 1.0, -1.0, 5.0, -12.0, 24.0):
        effect.context = context
        effect.reset()
        blocks = streamed(effect, followed_by_silence(song.samples, late), [n_samples // 3])
        expected = whole(effect.memory, song, context).samples
        assert blocks.shape == (2, n_samples + late)
        # The whole leaves out what would sound before the song.
        assert np.abs(blocks).max() < 3.0 * level
        if n_samples < stream_resolution(effect.memory).longest:
            # Blocks know of no end: what sounds around a song so short is not made up for.
            blocks *= np.linalg.norm(expected) / np.linalg.norm(blocks[:, late:])
        assert snr_db(expected, blocks[:, late:]) > 120.0


@pytest.mark.parametrize("context", [-12.0, 5.0])
def test_an_impulse_is_late_by_the_latency(memory, context):
    at = 2_500
    effect = ContextShift(memory, context)
    samples = np.zeros((1, 4_000 + effect.latency_samples))
    samples[0, at] = 0.9
    power = np.square(streamed(effect, samples)[0], dtype=np.float64)
    offset = np.arange(samples.shape[1]) - at - effect.latency_samples
    assert abs(np.average(offset, weights=power)) < 4e-3 * LOW_RATE
    # Nothing sounds before the first window that the impulse is in has come.
    assert not power[:at].any()


@pytest.mark.parametrize("n_channels", [1, 2, 8])
def test_silence_stays_silent_and_float32(memory, n_channels):
    effect = ContextShift(memory, 12.0)
    made = effect.process(np.zeros((n_channels, 3_000)))
    assert made.dtype == np.float32
    np.testing.assert_array_equal(made, np.zeros((n_channels, 3_000)))


@pytest.mark.parametrize("context", [0.0, 7.0])
def test_after_the_song_more_sound_is_shifted_and_silence_is_silent(steady, steady_memory, context):
    effect = ContextShift(steady_memory, context)
    n = steady.samples.shape[1]
    streamed(effect, steady.samples)
    beyond = effect.process(steady.samples)[0]
    target_hz = STEADY_HZ * 2.0 ** (context / 12.0)
    found_hz, amplitude = tone(beyond[n // 3 :][:6_000], target_hz, rate=steady.sample_rate)
    assert abs(cents(found_hz, target_hz)) < 1.0
    assert amplitude == pytest.approx(0.5, rel=0.02)
    effect.process(np.zeros((1, 2 * effect.latency_samples)))
    assert not effect.process(np.zeros((1, 5_000))).any()


# Blocks of any size

sizes = st.lists(st.one_of(st.integers(0, 2), st.integers(0, 5_000)), max_size=8)


@settings(max_examples=18)
@given(
    sizes=sizes,
    turns=st.dictionaries(st.integers(0, 4_999), st.sampled_from(CONTEXTS), max_size=6),
)
@example(sizes=[0, 0, 1, 1, 96], turns={0: 5.0, 1: -12.0, 2: 5.0, 100: 5.0, 101: 5.0, 102: 0.0})
def test_any_split_gives_the_same_bits(duet, duet_effect, sizes, turns):
    samples = followed_by_silence(duet.samples, 1_000)
    edges = [edge for edge in np.cumsum(sizes, dtype=int) if edge <= samples.shape[1]]
    whole = turned(duet_effect, samples, turns)
    assert whole.shape == samples.shape
    np.testing.assert_array_equal(turned(duet_effect, samples, turns, edges=edges), whole)


def test_sample_by_sample_gives_the_same_bits(duet, duet_effect):
    turns = {500: 5.0, 900: -12.0}  # the second on the way to the first
    samples = duet.samples[:, :1_500]
    np.testing.assert_array_equal(
        turned(duet_effect, samples, turns, edges=range(1_500)), turned(duet_effect, samples, turns)
    )


@settings(max_examples=8)
@given(again=st.lists(st.integers(0, 3_999), max_size=6))
@example(again=[1_000, 1_001, 1_100, 1_399])
def test_the_same_context_again_changes_nothing(duet, duet_effect, again):
    turns = {1_000: 7.0}
    repeated = turns | {at: 7.0 if at >= 1_000 else 0.0 for at in again}
    np.testing.assert_array_equal(
        turned(duet_effect, duet.samples, repeated), turned(duet_effect, duet.samples, turns)
    )


def prepared(voice, samples, first, n_steps):
    """Steps of a sound that begins half a window before the first step's centre."""
    resolution = voice.resolution
    more = n_steps + resolution.look_ahead
    state = PreparationState.begin(first, resolution)
    length = (more - 1) * resolution.frames.hop + resolution.longest
    padded = np.pad(samples, ((0, 0), (0, max(length - samples.shape[1], 0))))
    (ready,), _ = prepare(padded[:, :length], more, resolution, state)
    return ready


@settings(max_examples=12)
@given(
    lengths=st.lists(st.integers(1, 20), min_size=1, max_size=8), first=st.sampled_from([-4, 0, 30])
)
def test_steps_one_by_one_or_together_are_the_same_bits(duet, memory, lengths, first):
    rng = np.random.default_rng(sum(lengths))
    n_steps = sum(lengths)  # some reach beyond the song's 42
    voice = Voice.of(memory)
    samples = 0.1 * rng.standard_normal((2, 20_000)).astype(np.float32)
    steps = prepared(voice, samples, first, n_steps)
    moving = rng.uniform(-12.0, 12.0, n_steps)
    start = voice.begin(2, first, moving[0], first)
    untouched = deepcopy((steps, moving, start))
    whole, end = voice.make(steps, moving, start)
    state, parts = start, []
    for a, b in pairwise([0, *np.cumsum(lengths)]):
        some, _ = steps.split(b, voice.resolution)
        made, state = voice.make(some.split(a, voice.resolution)[1], moving[a:b], state)
        parts.append(made)
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)
    np.testing.assert_equal(state, end)
    np.testing.assert_equal((steps, moving, start), untouched)


@pytest.mark.parametrize("frame", [0, 7, 30, 41])
def test_a_voice_that_begins_anywhere_recalls_what_the_song_has_there(memory, frame):
    voice = Voice.of(memory)
    step = prepared(voice, np.zeros((1, 1), np.float32), frame, 1)
    _, state = voice.make(step, np.array([5.0]), voice.begin(1, frame, 5.0, frame))
    np.testing.assert_allclose(state.recalled, recall(memory.phrases, 5.0)[frame], atol=1e-6)


def test_a_stream_can_be_taken_up_again_from_any_state(duet, memory):
    voice = Voice.of(memory)
    _, middle = process_block(voice, duet.samples[:, :1_111], 3.0, begin_blocks(voice, 2, 0.0))
    one, _ = process_block(voice, duet.samples[:, 1_111:], 3.0, middle)
    process_block(voice, -duet.samples, -12.0, middle)
    other, _ = process_block(voice, duet.samples[:, 1_111:], 3.0, middle)
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", ["strided", "float64", "list", "int16"])
def test_a_block_may_be_held_in_any_way(duet, memory, kind):
    samples = np.ldexp(np.rint(np.ldexp(0.9 * duet.samples, 15)), -15)
    block = {
        "strided": np.asfortranarray(np.repeat(samples, 2, axis=1))[:, ::2],
        "float64": samples.astype(np.float64),
        "list": samples.tolist(),
        "int16": np.ldexp(samples, 15).astype(np.int16),
    }[kind]
    np.testing.assert_array_equal(
        ContextShift(memory, 5.0).process(block), ContextShift(memory, 5.0).process(samples)
    )


def test_caller_and_effect_share_no_memory(duet, memory):
    expected = streamed(ContextShift(memory, 5.0), duet.samples, range(0, 4_001, 250))
    effect, parts = ContextShift(memory, 5.0), []
    for start in range(0, 4_001, 250):
        block = duet.samples[:, start : start + 250].copy()
        made = effect.process(block)
        parts.append(made.copy())
        block[:], made[:] = 99.0, 99.0
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), expected)


def test_reset_is_as_good_as_new(duet, memory):
    effect = ContextShift(memory, 5.0)
    streamed(effect, duet.samples[:, :1_777], [600])
    effect.context = -12.0
    effect.process(duet.samples[:, :100])  # on its way there
    effect.reset()
    np.testing.assert_array_equal(
        effect.process(duet.samples), ContextShift(memory, -12.0).process(duet.samples)
    )


def test_channels_change_with_a_reset_and_not_without(duet, memory):
    effect = ContextShift(memory, 5.0)
    effect.process(duet.samples)
    with pytest.raises(DataError, match=r"with 2 channels, got \(1, 4001\); reset\(\) before"):
        effect.process(duet.samples[:1])
    effect.reset()
    np.testing.assert_array_equal(
        effect.process(duet.samples[:1]), ContextShift(memory, 5.0).process(duet.samples[:1])
    )


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (np.zeros(5), r"shape \(channel, time\) with 2 channels, got \(5,\)"),
        (np.zeros(()), r"got \(\)"),
        (np.zeros((0, 5)), r"got \(0, 5\)"),
        (np.zeros((9, 5)), r"got \(9, 5\)"),
        (np.zeros((2, 5, 1)), r"got \(2, 5, 1\)"),
        (np.full((2, 5), np.nan), "no samples"),
        (np.array([[0.0, 0.0], [0.0, np.inf]]), "no samples"),
        (np.array([[-np.inf], [0.0]]), "no samples"),
        (np.array([[0.0], [1e9]]), "no samples"),
        (np.array([[-1e9], [0.0]]), "no samples"),
    ],
)
def test_a_block_that_is_none_is_refused_and_leaves_no_trace(duet, memory, block, message):
    effect = ContextShift(memory, 5.0)
    with pytest.raises(DataError, match=r"channels|samples") as refused:
        effect.process(block)
    assert "\n" not in str(refused.value)
    first = effect.process(duet.samples[:, :1_000])
    with pytest.raises(DataError, match=message):
        effect.process(block)
    second = effect.process(duet.samples[:, 1_000:])
    np.testing.assert_array_equal(
        np.concatenate([first, second], axis=1), ContextShift(memory, 5.0).process(duet.samples)
    )


@pytest.mark.parametrize("context", [36.1, -40.0, np.inf, -np.inf, np.nan])
def test_a_context_beyond_reach_is_refused_wherever_it_is_set(memory, context):
    effect = ContextShift(memory, 36.0)
    for ask in (
        lambda: ContextShift(memory, context),
        lambda: ContextShift.for_input(memory, 48_000, context),
        lambda: setattr(effect, "context", context),
    ):
        with pytest.raises(DataError, match="the context must lie within ±36, got") as refused:
            ask()
        assert "\n" not in str(refused.value)
    assert effect.context == 36.0


def test_a_stream_begins_with_the_step_that_ends_where_the_sound_begins(memory):
    voice = Voice.of(memory)
    state = begin_blocks(voice, 2, 5.0)
    resolution = voice.resolution
    assert resolution.reach * memory.frames.hop == resolution.longest // 2
    assert state.preparation.next == 1 - resolution.reach
    assert state.taken == 0
