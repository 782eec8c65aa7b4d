"""Sound that comes in blocks, at a context that is turned meanwhile, and how it glides there."""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ctxaudio import ContextShift, DataError, Example, Sound, recall_field
from ctxaudio.analysis.frames import INPUT_WINDOW_S, FrameConfig
from ctxaudio.effect.stream import FIRST_FRAME, Voice, begin_blocks, process_block
from ctxaudio.memory.song_memory import for_any_sound
from ctxaudio.synthesis.glide import GLIDE_S, Glide
from rnn import recall
from tests.support.signals import (
    LOW_RATE,
    STEADY_HZ,
    cents,
    chord,
    chord_errors_cents,
    sine,
    snr_db,
    tone,
    tunes,
)

CONTEXTS = (-36.0, -12.0, -1.0, 0.0, 0.5, 5.0, 24.0)


@pytest.fixture(scope="module")
def memory(duet):
    return ContextShift.teach(duet).memory


@pytest.fixture(scope="module")
def duet_effect(memory):
    return ContextShift(memory)  # for those who reset it


def streamed(effect, samples, edges=()):
    edges = [0, *edges, samples.shape[1]]
    return np.concatenate([effect.process(samples[:, a:b]) for a, b in pairwise(edges)], axis=1)


def followed_by_silence(samples, n_samples):
    return np.pad(samples, ((0, 0), (0, n_samples)))


def turned(effect, samples, turns, *, start=0.0, edges=()):
    """What comes out if the context is turned at some samples, and blocks end at some others."""
    effect.reset()
    effect.context, parts = start, []
    # Two edges at one sample are an empty block.
    cuts = sorted([0, *turns, *edges, samples.shape[1]])
    for first, last in pairwise(cuts):
        effect.context = turns.get(first, effect.context)
        parts.append(effect.process(samples[:, first:last]))
    return np.concatenate(parts, axis=1)


def steepest(samples, order):
    return np.abs(np.diff(np.asarray(samples, np.float64), order)).max()


# The glide

contexts = st.floats(-36.0, 36.0)
glides = st.builds(
    Glide, contexts, contexts, begins=st.integers(0, 10**9), length=st.integers(1, 10_000)
)


@given(glide=glides)
def test_a_glide_meets_both_its_ends(glide):
    ends = np.array([-1, 0, glide.length, glide.length + 1, 10**6]) + glide.begins
    np.testing.assert_array_equal(
        glide.at(ends), [glide.start, glide.start, glide.target, glide.target, glide.target]
    )


@given(glide=glides)
def test_a_glide_is_a_parabola_between(glide):
    at = np.linspace(0, glide.length, 21).astype(int)
    way = 1.0 - (1.0 - at / glide.length) ** 2
    expected = glide.start + way * (glide.target - glide.start)
    found = glide.at(glide.begins + at)
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=1e-12)
    assert (np.diff(found) * np.sign(glide.target - glide.start) >= -1e-13).all()


@given(glide=glides, offset=st.integers(-100, 20_000), target=contexts)
def test_a_turned_glide_goes_on_from_where_it_was(glide, offset, target):
    position = max(glide.begins + offset, 0)
    after = glide.towards(target, position, 50)
    assert after.at(np.array(position)) == glide.at(np.array(position))
    # It ends there at once, or, if it was on its way there, when it would have.
    assert after.at(np.array(position + max(50, 10_000 + 100))) == target


@given(glide=glides, offset=st.integers(-100, 20_000))
def test_a_glide_is_not_disturbed_by_a_turn_to_where_it_goes(glide, offset):
    assert glide.towards(glide.target, glide.begins + offset, 7) == glide


def test_a_glide_at_rest_has_always_been_there():
    assert (Glide.rest(-7.5).at(np.array([-(10**12), 0, 1, 10**12])) == -7.5).all()


# Streamed and whole


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
        whole = effect(song, context).samples
        assert blocks.shape == (2, n_samples + late)
        assert snr_db(whole, blocks[:, late:]) > 120.0
        # The whole leaves out what would sound before the song.
        assert np.abs(blocks).max() < 3.0 * level


@pytest.mark.parametrize("context", [-12.0, 5.0])
def test_an_impulse_is_late_by_the_latency(memory, context):
    at = 2_500
    samples = np.zeros((1, 4_000))
    samples[0, at] = 0.9
    effect = ContextShift(memory, context)
    power = np.square(streamed(effect, samples)[0], dtype=np.float64)
    offset = np.arange(4_000) - at - effect.latency_samples
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
    effect.process(np.zeros((1, 2 * steady_memory.frames.window)))
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


@settings(max_examples=12)
@given(
    lengths=st.lists(st.integers(1, 20), min_size=1, max_size=8), first=st.sampled_from([-4, 0, 30])
)
def test_frames_one_by_one_or_together_are_the_same_bits(duet, memory, lengths, first):
    rng = np.random.default_rng(sum(lengths))
    n_frames = sum(lengths)  # some reach beyond the song's 42
    windows = 0.1 * rng.standard_normal((2, n_frames, memory.frames.window)).astype(np.float32)
    moving = rng.uniform(-12.0, 12.0, n_frames)
    voice = Voice.of(memory)
    start = voice.begin(2, first, moving[0])
    untouched = deepcopy((windows, moving, start))
    whole, end = voice.make(windows, moving, start)
    state, parts = start, []
    for a, b in pairwise([0, *np.cumsum(lengths)]):
        made, state = voice.make(windows[:, a:b], moving[a:b], state)
        parts.append(made)
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)
    np.testing.assert_equal(state, end)
    np.testing.assert_equal((windows, moving, start), untouched)


@pytest.mark.parametrize("frame", [0, 7, 30, 41])
def test_a_voice_that_begins_anywhere_recalls_what_the_song_has_there(memory, frame):
    voice = Voice.of(memory)
    window = np.zeros((1, 1, memory.frames.window), np.float32)
    _, state = voice.make(window, np.array([5.0]), voice.begin(1, frame, 5.0))
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
    samples = np.ldexp(np.rint(np.ldexp(duet.samples, 14)), -14)
    block = {
        "strided": np.asfortranarray(np.repeat(samples, 2, axis=1))[:, ::2],
        "float64": samples.astype(np.float64),
        "list": samples.tolist(),
        "int16": np.ldexp(samples, 14).astype(np.int16),
    }[kind]
    factor = 2.0**14 if kind == "int16" else 1.0
    np.testing.assert_array_equal(
        ContextShift(memory, 5.0).process(block),
        ContextShift(memory, 5.0).process(factor * samples),
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


# Turns


@pytest.mark.parametrize(
    ("start", "target", "at"),
    [
        (0.0, 12.0, 12_000),
        (0.0, 12.0, 12_289),
        (12.0, 0.0, 12_000),
        (-12.0, 12.0, 12_289),
        (12.0, -12.0, 12_000),
        (0.0, -24.0, 12_111),
    ],
)
def test_a_turn_does_not_click_and_leads_where_it_should(steady, steady_memory, start, target, at):
    rate = steady.sample_rate
    found = turned(ContextShift(steady_memory), steady.samples, {at: target}, start=start)[0]
    highest = STEADY_HZ * 2.0 ** (max(start, target) / 12.0)
    of_highest = sine(highest, seconds=0.2, rate=rate)
    around = found[at - 1_000 : at + rate // 4]
    assert steepest(around, 1) < 1.05 * steepest(of_highest, 1)
    assert steepest(around, 2) < 1.05 * steepest(of_highest, 2)
    for part, context in (
        (found[at - 6_000 : at], start),
        (found[at + 5_000 : at + 11_000], target),
    ):
        target_hz = STEADY_HZ * 2.0 ** (context / 12.0)
        found_hz, amplitude = tone(part, target_hz, rate=rate)
        assert abs(cents(found_hz, target_hz)) < 2.0
        assert amplitude == pytest.approx(0.5, rel=0.02)


def test_a_turn_takes_50_ms_from_its_sample_on(noise, loudness_memory):
    # A slow twin: each frame as loud as the context was when its last sample came. The network
    # itself follows a little late, by a tenth of a frame.
    hop, window = loudness_memory.frames.hop, loudness_memory.frames.window
    at, target = 3_333, 12.0
    found = turned(ContextShift(loudness_memory), noise.samples, {at: target})[0]
    shape = np.hanning(window + 1)[:-1] ** 2
    n = noise.samples.shape[1]
    level, overlap = np.zeros(n + 2 * window), np.zeros(n + 2 * window)
    for last in range(hop, n + window, hop):  # one past the frame's last sample
        left = 1.0 - np.clip((last - at) / (0.05 * LOW_RATE), 0.0, 1.0)
        decibels = target * (1.0 - left**2)
        level[last : last + window] += shape * 10.0 ** (decibels / 20.0)
        overlap[last : last + window] += shape
    late = window - 1
    expected = noise.samples[0, :-late] * (level / np.maximum(overlap, 1e-9))[window : n + 1]
    around = slice(at - window, at + window)
    assert snr_db(expected[around], found[late:][around]) > 30.0
    assert GLIDE_S == 0.05


# What nobody has heard before


@pytest.mark.parametrize("rate", [8_000, 48_000])
@pytest.mark.parametrize("context", [-7.0, 7.0])
def test_what_was_learned_of_a_song_shifts_another_sound(taught_tune, rate, context):
    effect = ContextShift.for_input(taught_tune.memory, rate, context)
    sound = chord(seconds=0.8, rate=rate)
    shifted = Sound(streamed(effect, sound.samples, range(0, sound.samples.shape[1], 3_333)), rate)
    assert np.abs(chord_errors_cents(shifted, context)).max() < 1.0


def test_input_is_at_the_memorys_rate_unless_told_otherwise(taught_tune, memory):
    assert ContextShift.for_input(taught_tune.memory).memory.sample_rate == 22_050
    assert ContextShift.for_input(memory).memory.sample_rate == LOW_RATE
    assert ContextShift.for_input(memory, 96_000).memory.sample_rate == 96_000


@given(rate=st.integers(8_000, 192_000))
def test_input_is_60_ms_late_at_most(memory, rate):
    late = ContextShift.for_input(memory, rate).latency_samples
    assert late == FrameConfig.for_rate(rate, INPUT_WINDOW_S).window - 1
    assert 0.04 * rate < late < 0.06 * rate


def test_input_is_given_back_at_context_0(taught_tune, duet):
    effect = ContextShift.for_input(taught_tune.memory, LOW_RATE)
    late = effect.latency_samples
    assert snr_db(duet.samples[:, :-late], effect.process(duet.samples)[:, late:]) > 120.0


@pytest.mark.parametrize("context", [-5.0, 7.0])
def test_unshifted_copies_teach_that_input_is_not_moved(duet, context):
    taught = ContextShift.teach(duet, [Example(duet, -1.0), Example(duet, 1.0)])
    effect = ContextShift.for_input(taught.memory, 48_000, context)
    late = effect.latency_samples
    sound = chord(seconds=0.8, rate=48_000)
    made = effect.process(sound.samples)
    assert snr_db(sound.samples[:, :-late], made[:, late:]) > 60.0


@pytest.mark.parametrize("frame", [128, 128 * 10**9, 2**63 - 1024])
def test_input_never_ends(memory, rng, frame):
    voice = Voice.of(for_any_sound(memory, LOW_RATE))
    window = voice.memory.frames.window
    windows = 0.1 * rng.standard_normal((1, 300, window)).astype(np.float32)
    moving = np.repeat([5.0, -7.0, 5.0], 100)
    at_first, _ = voice.make(windows, moving, voice.begin(1, 0, 5.0))
    at_last, end = voice.make(windows, moving, voice.begin(1, frame, 5.0))
    np.testing.assert_array_equal(at_last, at_first)
    assert end.frame == frame + 300


def test_a_stream_begins_with_the_frame_that_ends_where_the_sound_begins(memory):
    state = begin_blocks(Voice.of(memory), 2, 5.0)
    assert FIRST_FRAME * memory.frames.hop + memory.frames.window // 2 == 0
    assert state.stream.frame == FIRST_FRAME + 1
    assert state.taken == 0


def test_an_effect_for_any_sound_has_no_whole_song(taught_tune, tune):
    effect = ContextShift.for_input(taught_tune.memory)
    with pytest.raises(DataError, match="of no song in particular"):
        effect(tune, 5.0)
    with pytest.raises(DataError, match="of no song in particular"):
        recall_field(effect.memory, 5.0)


@pytest.mark.parametrize("rate", [0, -5, 7_999, 10**9, np.nan])
def test_an_effect_for_any_sound_needs_the_rate_of_one(taught_tune, rate):
    with pytest.raises(DataError, match="expected a sample rate"):
        ContextShift.for_input(taught_tune.memory, rate)


@pytest.mark.parametrize("block", [[["a"]], [[None]], [[1j]]])
def test_what_holds_no_numbers_is_refused(taught_tune, block):
    with pytest.raises(DataError, match=r"\A[^\n]*no samples[^\n]*\Z"):
        ContextShift(taught_tune.memory).process(np.array(block))


def test_no_time_is_no_turn(taught_tune, tune):
    plain, disturbed = ContextShift(taught_tune.memory), ContextShift(taught_tune.memory)
    for effect in (plain, disturbed):
        effect.process(tune.samples[:, :5_000])
        effect.context = 12.0
        effect.process(tune.samples[:, 5_000:5_300])
    disturbed.context = -5.0
    assert disturbed.process(np.zeros((1, 0))).shape == (1, 0)
    disturbed.context = 12.0
    rest = [effect.process(tune.samples[:, 5_300:9_000]) for effect in (plain, disturbed)]
    np.testing.assert_array_equal(*rest)
