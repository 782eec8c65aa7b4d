"""What is packed comes back; what is no packed phrase is refused, and takes no more memory."""

from __future__ import annotations

import lzma
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio.analysis.bands import REFERENCE_HZ
from ctxaudio.analysis.partials import N_SLOTS
from ctxaudio.analysis.sinusoids import SILENT_DB
from ctxaudio.memory.alone.layout import Layout
from ctxaudio.memory.alone.packed import Packed
from ctxaudio.memory.alone.packing import (
    STEPS,
    Rounding,
    features_of,
    packed,
    rounded,
    unpacked,
)
from ctxaudio.memory.alone.squeezing import _FILTERS, squeezed, unsqueezed

LAYOUTS = [Layout(n_channels=1), Layout(n_channels=2)]
SILENT = round(SILENT_DB / STEPS["level"])
FRAME_S = 0.012
seeds = st.integers(0, 2**32 - 1)
layouts = st.sampled_from(LAYOUTS)
int32 = st.integers(-(2**31), 2**31 - 1)


def drawn_steps(layout, n_frames, rng):
    steps = rng.integers(-(2**15) + 1, 2**15, (n_frames, layout.n_features)).astype(np.int16)
    level = steps[:, layout.parts["level"]]
    level[rng.random(level.shape) < 0.7] = SILENT
    return steps


def drawn_features(layout, n_frames, rng, *, moves=0.02):
    """Partials that come and go and move a little, under noise."""
    features = np.tile(layout.silence, (n_frames, 1))
    walk = rng.standard_normal((n_frames, layout.n_features)).cumsum(axis=0)
    parts = layout.parts
    features[:, parts["pitch"]] = moves * walk[:, parts["pitch"]] + rng.uniform(-30, 30, N_SLOTS)
    is_on = rng.random((n_frames // 8 + 1, N_SLOTS)).repeat(8, axis=0)[:n_frames] < 0.3
    level = -30.0 + 0.3 * walk[:, parts["level"]]
    features[:, parts["level"]] = np.where(is_on, np.clip(level, -100.0, 0.0), SILENT_DB)
    features[:, parts["pan"]] = 0.125 + 0.002 * walk[:, parts["pan"]]
    features[:, parts["phase"]] = rng.uniform(-0.5, 0.5, (n_frames, N_SLOTS))
    features[:, parts["noise"]] = -60.0 + walk[:, parts["noise"]]
    features[:, parts["likeness"]] = rng.random(walk[:, parts["likeness"]].shape)
    return features


@given(layouts, st.integers(1, 20), seeds)
def test_a_phrase_comes_back(layout, n_frames, seed):
    steps = drawn_steps(layout, n_frames, np.random.default_rng(seed))
    back = unpacked(packed(steps, layout), n_frames, layout)
    is_on = steps[:, layout.parts["level"]] > SILENT
    begins = is_on & ~np.vstack([np.zeros_like(is_on[:1]), is_on[:-1]])
    kept = {"level": is_on, "pitch": is_on, "pan": is_on, "phase": begins}
    for name, where in layout.parts.items():
        if where.start == where.stop:
            continue
        ours, theirs = back[:, where], steps[:, where]
        sounds = kept.get(name, np.ones_like(ours, bool))
        np.testing.assert_array_equal(ours[sounds], theirs[sounds])
        assert (ours[~sounds] == (SILENT if name == "level" else 0)).all()
    assert unpacked(packed(back, layout), n_frames, layout).tobytes() == back.tobytes()


def test_silence_takes_few_bytes():
    for layout in LAYOUTS:
        steps, _ = rounded(np.tile(layout.silence, (128, 1)), layout, 0.01, Rounding.begin(layout))
        np.testing.assert_array_equal(features_of(steps, layout)[5], layout.silence)
        assert len(packed(steps, layout)) < 500


@given(layouts, st.integers(1, 30), seeds)
def test_rounding_in_parts_is_rounding_at_once(layout, at, seed):
    features = drawn_features(layout, 31, np.random.default_rng(seed))
    whole, _ = rounded(features, layout, FRAME_S, Rounding.begin(layout))
    first, state = rounded(features[:at], layout, FRAME_S, Rounding.begin(layout))
    second, _ = rounded(features[at:], layout, FRAME_S, state)
    np.testing.assert_array_equal(np.concatenate([first, second]), whole)


@given(layouts, seeds)
def test_what_is_rounded_is_near(layout, seed):
    features = drawn_features(layout, 40, np.random.default_rng(seed))
    back = features_of(rounded(features, layout, FRAME_S, Rounding.begin(layout))[0], layout)
    level = features[:, layout.parts["level"]]
    is_on = level > SILENT_DB
    np.testing.assert_array_equal(back[:, layout.parts["level"]] > SILENT_DB, is_on)
    below_db = level.max(axis=1, keepdims=True) - level
    loose = 10.0 ** (np.clip(below_db, 0.0, 32.0) / 40.0)
    off = np.abs(back - features)
    assert (off[:, layout.parts["level"]] <= 0.4 * loose + 0.25)[is_on].all()
    if layout.n_channels > 1:
        assert (off[:, layout.parts["pan"]] <= loose / 200.0 + 1.0 / 256.0)[is_on].all()
    assert off[:, layout.parts["noise"]].max() <= 2.0
    assert off[:, layout.parts["attack"]].max() <= 1.0 / 128.0


@pytest.mark.parametrize("moves", [0.0, 0.001, 0.05])
def test_no_phase_drifts(moves, rng):
    layout = LAYOUTS[0]
    features = drawn_features(layout, 2_000, rng, moves=moves)
    features[:, layout.parts["level"]] = -20.0
    back = features_of(rounded(features, layout, FRAME_S, Rounding.begin(layout))[0], layout)
    turns = [
        (FRAME_S * REFERENCE_HZ * 2.0 ** (each[:, layout.parts["pitch"]] / 12.0)).cumsum(axis=0)
        for each in (features, back)
    ]
    assert np.abs(turns[1] - turns[0]).max() < 0.15


@given(st.lists(st.integers(0, 255), max_size=9), st.lists(int32, max_size=60))
def test_whole_numbers_come_back(start, numbers):
    data = squeezed(np.array(start, np.uint8), np.array(numbers, np.int64))
    found_start, found = unsqueezed(data, len(start), len(numbers))
    assert (found_start.tolist(), found.tolist()) == (start, numbers)


@given(st.binary(max_size=200), layouts)
def test_what_is_no_phrase_is_refused(data, layout):
    with pytest.raises(ValueError):
        unpacked(data, 4, layout)


@given(st.data())
def test_a_damaged_phrase_is_refused_or_a_phrase(draw):
    layout = draw.draw(layouts)
    data = bytearray(packed(drawn_steps(layout, 3, np.random.default_rng(0)), layout))
    places = st.tuples(st.integers(0, len(data) - 1), st.integers(0, 255))
    for at, value in draw.draw(st.lists(places, min_size=1, max_size=4)):
        data[at] = value
    try:
        steps = unpacked(bytes(data), 3, layout)
    except ValueError:
        return
    assert np.isfinite(features_of(steps, layout)).all()


def test_a_part_of_a_phrase_or_one_of_another_length_is_refused(rng):
    for layout in LAYOUTS:
        data = packed(drawn_steps(layout, 4, rng), layout)
        for bad, n_frames in ((data[:-20], 4), (data, 3), (data, 5), (b"", 4)):
            with pytest.raises(ValueError):
                unpacked(bad, n_frames, layout)


def test_numbers_beyond_what_is_packed_are_refused():
    """They would be taken for others, of 16 bits."""
    layout = LAYOUTS[0]
    n_numbers = layout.n_features - 3 * N_SLOTS
    with pytest.raises(ValueError, match="beyond 32767 steps"):
        unpacked(squeezed(np.zeros(N_SLOTS // 8, np.uint8), np.full(n_numbers, 2**30)), 1, layout)


def test_what_would_become_large_is_not_unpacked():
    bomb = lzma.compress(bytes(1 << 26), format=lzma.FORMAT_RAW, filters=_FILTERS)
    assert len(bomb) < 20_000
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="are not so many numbers"):
            unsqueezed(bomb, 10, 1_000)
        assert tracemalloc.get_traced_memory()[1] < 1 << 24
    finally:
        tracemalloc.stop()


def test_parts_lie_one_behind_the_other_in_memory_and_on_the_disk(monkeypatch):
    parts = [b"one", b"", bytes(range(200))]
    for most_bytes in (1 << 20, 0):
        monkeypatch.setattr("rnn.rows.Rows.__init__.__kwdefaults__", {"most_bytes": most_bytes})
        held = Packed.of(iter(parts))
        assert [held[i] for i in range(len(held))] == parts
        assert (held.n_bytes, held.ends.tolist()) == (203, [3, 3, 203])
