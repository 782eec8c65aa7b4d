"""What a network that sings alone recalls is what it was taught, and it goes on by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ctxaudio import DataError, Sound, teach_alone
from ctxaudio.memory.alone.displacement import Displacement, at_frames
from ctxaudio.memory.alone.memory import CLOCK
from ctxaudio.memory.alone.packed import Packed
from ctxaudio.memory.alone.packing import features_of, unpacked
from ctxaudio.memory.alone.recalled import AloneRecall
from rnn.phrases.loop import PhraseLoop
from tests.support.signals import LOW_RATE, tunes

N_FRAMES = 2 * CLOCK.n_frames + 40  # two phrases and a part of one


@pytest.fixture(scope="module")
def memory():
    song = Sound(tunes(8_000, LOW_RATE), LOW_RATE)
    samples = np.concatenate([song.samples] * 4, axis=1)[:, : (N_FRAMES - 1) * 96 + 1]
    made = teach_alone(Sound(samples, LOW_RATE), threads=1)
    assert made.n_frames == N_FRAMES
    return made


@pytest.fixture
def recall(memory):
    return AloneRecall(memory)


def taught(memory):
    """Features of all frames at 0, as they were packed."""
    ends = np.minimum((np.arange(3) + 1) * CLOCK.n_frames, N_FRAMES)
    return np.concatenate(
        [
            features_of(unpacked(memory.phrases[i], n, memory.layout), memory.layout)
            for i, n in enumerate(np.diff(ends, prepend=0))
        ]
    )


def test_it_recalls_what_it_was_taught_and_silence_behind_it(memory, recall):
    features, noise_st = recall.frames(0, np.zeros(3 * CLOCK.n_frames))
    np.testing.assert_allclose(features[:N_FRAMES], taught(memory), atol=0.02)
    level = features[N_FRAMES:, memory.layout.parts["level"]]
    np.testing.assert_allclose(level, -120.0, atol=0.02)
    np.testing.assert_allclose(noise_st, np.tile(recall.noise_st, (len(noise_st), 1)), atol=0.02)


@pytest.mark.parametrize("context", [-1.0, 1.0, 12.0, -36.0])
def test_at_other_contexts_it_is_displaced_as_far_as_was_taught(memory, recall, context):
    features, _ = recall.frames(0, np.full(N_FRAMES, context))
    at_0, _ = AloneRecall(memory).frames(0, np.zeros(N_FRAMES))
    level, pitch = memory.layout.parts["level"], memory.layout.parts["pitch"]
    is_on = taught(memory)[:, level] > -60.0
    moved = (features - at_0)[:, pitch][is_on]
    assert np.abs(np.median(moved) - context) < 1e-3 * abs(context)
    assert memory.contexts == (-1.0, 1.0)
    if abs(context) == 1.0:
        number = memory.contexts.index(context)
        kept = Displacement.unpacked(memory.displacements[number], N_FRAMES, memory.bands.n_bands)
        semitones = at_frames(kept, 0, N_FRAMES, N_FRAMES).semitones
        assert moved.min() >= semitones.min() - 5e-3
        assert moved.max() <= semitones.max() + 5e-3


def test_in_parts_it_recalls_what_it_does_at_once(memory, recall):
    contexts = np.linspace(-2.0, 7.0, 300)
    whole, whole_st = AloneRecall(memory).frames(5, contexts)
    found = [recall.frames(5 + begin, contexts[begin : begin + 60]) for begin in range(0, 300, 60)]
    features, noise_st = (np.concatenate(each) for each in zip(*found, strict=True))
    # Products of other shapes are rounded otherwise.
    np.testing.assert_allclose(features, whole, atol=1e-4)
    np.testing.assert_allclose(noise_st, whole_st, atol=1e-4)


@pytest.fixture
def starts(monkeypatch):
    """The frames that a network is set to."""
    seen = []
    start = PhraseLoop.start

    def counted(loop, frame, context=0.0):
        seen.append(frame)
        return start(loop, frame, context)

    monkeypatch.setattr(PhraseLoop, "start", counted)
    return seen


def test_it_keeps_its_own_time_from_where_it_was_set_to(recall, starts):
    for begin in range(20, 260, 40):
        recall.frames(begin - 3, np.full(43, 2.0))  # three of them were recalled before
    assert starts == [17]
    recall.frames(0, np.full(10, 2.0))
    assert starts == [17, 0]


def test_what_was_recalled_last_is_told_again(recall, starts):
    contexts = np.full(30, 1.5)
    whole, _ = recall.frames(10, contexts)
    for begin, end in ((27, 30), (22, 25), (25, 30)):
        again, _ = recall.frames(10 + begin, contexts[begin:end])
        np.testing.assert_array_equal(again, whole[begin:end])
    assert starts == [10]
    other, _ = recall.frames(37, np.full(3, 1.0))  # but not at another context
    assert starts == [10, 37]
    assert not np.allclose(other, whole[27:30])


def test_a_phrase_that_is_none_is_refused_in_one_line(memory):
    bad = Packed.of([memory.phrases[0], b"\x01\x00", memory.phrases[2]])
    recall = AloneRecall(replace(memory, phrases=bad))
    recall.frames(0, np.zeros(100))
    with pytest.raises(DataError, match="phrase 1 of the memory is none: ") as error:
        recall.frames(100, np.zeros(100))
    assert "\n" not in str(error.value)
