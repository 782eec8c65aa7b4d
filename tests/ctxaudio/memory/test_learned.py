"""What a memory has learned is told in a few numbers; what is odd about its examples is doubted."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import ContextShift, Example, Sound, tape_example
from ctxaudio.memory.learned import Learned, doubts, what_was_learned
from tests.support.signals import melody, mono, moved, with_noise

RATE = 22_050


def judged(song, examples):
    learned = what_was_learned(ContextShift.teach(song, examples).memory)
    return learned, doubts(song, examples, learned)


def kinds(found):
    return [(doubt.kind, doubt.context) for doubt in found]


@pytest.mark.parametrize("factor", [1.0, 2.0, -1.0, 10.0])
def test_what_the_labels_make_of_a_semitone_is_learned_and_not_doubted(tune, factor):
    examples = [tape_example(tune, s, context=s * factor) for s in (-1.0, 1.0)]
    learned, found = judged(tune, examples)
    assert learned.semitones == pytest.approx(1.0 / factor, abs=0.002)
    assert (learned.n_agreeing, learned.n_bands) == (24, 24)
    assert learned.gain_db < 0.05
    assert found == []


def test_copies_by_a_pitch_shifter_are_not_doubted(tune):
    _, found = judged(tune, [Example(moved(tune, s), s) for s in (-1.0, 1.0)])
    assert found == []


@pytest.mark.parametrize("kind", ["another song", "noise", "silence"])
def test_an_example_that_is_no_version_is_doubted(tune, kind, rng):
    samples = {
        "another song": with_noise(melody(seed=77, seconds=3.0)).samples,
        "noise": 0.1 * rng.standard_normal(tune.samples.shape),
        "silence": np.zeros_like(tune.samples),
    }[kind]
    _, found = judged(tune, [tape_example(tune, -1.0), Example(Sound(samples, RATE), 1.0)])
    assert ("unlike", 1.0) in kinds(found)
    assert ("unlike", -1.0) not in kinds(found)


def test_the_song_itself_teaches_that_nothing_moves(tune):
    learned, found = judged(tune, [Example(tune, -1.0), Example(tune, 1.0)])
    assert learned.semitones == pytest.approx(0.0, abs=1e-3)
    assert not learned.moves
    assert kinds(found) == [("still", 0.0)]


def test_the_song_itself_beside_a_version_is_out_of_line(tune):
    learned, found = judged(tune, [tape_example(tune, -1.0), Example(tune, 1.0)])
    assert learned.semitones == pytest.approx(0.5, abs=0.01)
    assert kinds(found) == [("uneven", -1.0), ("uneven", 1.0)]
    assert [doubt.value for doubt in found] == pytest.approx([1.0, 0.0], abs=0.03)


def test_a_label_that_is_wrong_is_out_of_line(tune):
    examples = [tape_example(tune, s, context=c) for s, c in ((-2, -2), (-1, -1), (1, 1), (2, 1.5))]
    _, found = judged(tune, examples)
    worst = max(found, key=lambda doubt: abs(doubt.value - 1.0))
    assert (worst.kind, worst.context) == ("uneven", 1.5)
    assert worst.value == pytest.approx(2.0 / 1.5, abs=0.02)


def test_another_number_of_channels_is_told(tune):
    stereo = [
        Example(Sound(np.repeat(e.sound.samples, 2, axis=0), RATE), e.context, e.speed)
        for e in (tape_example(tune, s) for s in (-1.0, 1.0))
    ]
    learned, found = judged(tune, stereo)
    assert kinds(found) == [("channels", -1.0), ("channels", 1.0)]
    assert {doubt.value for doubt in found} == {2}
    assert learned.semitones == pytest.approx(1.0, abs=0.002)


def test_loudness_alone_is_no_standstill(noise, loudness_memory):
    learned = what_was_learned(loudness_memory)
    assert learned.moves
    assert learned.semitones == pytest.approx(0.0, abs=0.01)
    assert learned.gain_db == pytest.approx(1.0, abs=0.02)
    assert learned.gain_at(-5.0) == pytest.approx(5.0, abs=0.1)
    assert learned.gain_at(36.0) == 18.0  # as far as a field goes


def test_bands_that_move_apart_do_not_agree():
    low, high, raised = (
        melody(seed=seed, seconds=3.0, lowest=low, highest=low + 12, partials=2, semitones=s)
        for seed, low, s in ((3, -30, 0.0), (4, 24, 0.0), (4, 24, 1.0))
    )
    learned, _ = judged(with_noise(low + high), [Example(with_noise(low + raised), 1.0)])
    assert 0 < learned.n_agreeing < 24
    assert learned.moves


def test_silence_is_still():
    song = mono(np.zeros(8_000), 8_000)
    learned = what_was_learned(ContextShift.teach(song).memory)
    assert kinds(doubts(song, [], learned)) == [("still", 0.0)]


@pytest.mark.parametrize(
    ("semitones", "n_agreeing", "gain_db", "moves"),
    [
        (0.0, 24, 0.0, False),
        (0.009, 24, 0.09, False),
        (-0.011, 24, 0.0, True),
        (0.0, 23, 0.0, True),
        (0.0, 24, 0.11, True),
    ],
)
def test_standstill_has_stated_tolerances(semitones, n_agreeing, gain_db, moves):
    assert Learned(semitones, n_agreeing, 24, gain_db).moves is moves
