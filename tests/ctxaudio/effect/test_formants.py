"""A voice that is shifted keeps its vowels, as a whole and block by block."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import ContextShift, Sound, recall_field
from ctxaudio.effect.formant_examples import formant_example
from ctxaudio.errors import DataError
from ctxaudio.playback.playhead import Playhead
from tests.support.heard import played
from tests.support.signals import snr_db
from tests.support.singers import harmonics_db, harmonics_error_db, sung
from tests.support.streaming import followed_by_silence, streamed, whole


@pytest.fixture(scope="module")
def song():
    return sung()


@pytest.fixture(scope="module")
def effect(song):
    return ContextShift.teach(song, knobs=("pitch", "formants"))


@pytest.mark.parametrize(("semitones", "most_db"), [(-5.0, 3.0), (5.0, 2.0), (12.0, 2.0)])
def test_vowels_are_kept(effect, song, semitones, most_db):
    truth = sung(semitones=semitones)
    kept = effect(song, semitones, formants="keep")
    assert harmonics_error_db(kept, truth, 150.0, semitones) < most_db
    assert harmonics_error_db(effect(song, semitones), truth, 150.0, semitones) > 6.0


def test_vowels_go_where_they_are_told(effect, song):
    made = effect(song, 4.0, formants=-3.0)
    truth = sung(semitones=4.0, formants_st=-3.0)
    assert harmonics_error_db(made, truth, 150.0, 4.0) < 2.5


def test_without_a_word_of_formants_all_moves_along(effect, song):
    """As with one knob, but for the network, which is drawn with another context."""
    plain = ContextShift.teach(song)
    for context in (5.0, -12.0):
        field, alone = (recall_field(each.memory, context) for each in (effect, plain))
        assert field.envelope is None
        assert np.abs(field.displacement - alone.displacement).max() < 0.03
    assert harmonics_error_db(effect(song, 5.0), plain(song, 5.0), 150.0, 5.0) < 0.5


def test_vowels_are_kept_at_another_speed(effect, song):
    kept = effect(song, 5.0, formants="keep", speed=0.8)
    truth = ContextShift.teach(sung(semitones=5.0))(sung(semitones=5.0), 0.0, speed=0.8)
    assert harmonics_error_db(kept, truth, 150.0, 5.0) < 2.5
    head = Playhead(effect.memory, song, 5.0, speed=0.8, formants="keep")
    found = played(head).astype(np.float64)
    assert snr_db(whole(effect.memory, song, 5.0, 0.8, "keep").samples, found) > 80.0


def test_nothing_is_kept_that_does_not_move(effect, song):
    assert snr_db(song.samples, effect(song, 0.0, formants="keep").samples) > 60.0


@pytest.mark.parametrize(("context", "formants"), [(5.0, "keep"), (-7.0, 2.0), (0.0, 5.0)])
def test_blocks_are_the_whole(effect, song, context, formants):
    late = effect.latency_samples
    effect.context, effect.formants = context, formants
    effect.reset()
    samples = followed_by_silence(song.samples, late)
    blocks = streamed(effect, samples, [9_999, 10_000])
    expected = whole(effect.memory, song, context, formants=formants).samples
    assert snr_db(expected, blocks[:, late:]) > 100.0
    effect.reset()
    np.testing.assert_array_equal(streamed(effect, samples, [1, 5_000]), blocks)
    effect.formants = None


def test_formants_may_be_turned_between_blocks(effect, song):
    effect.context = 5.0
    effect.formants = "keep"
    effect.reset()
    half = song.samples.shape[1] // 2
    before = effect.process(song.samples[:, :half])
    effect.formants = -3.0
    after = effect.process(song.samples[:, half:])
    assert np.isfinite(before).all()
    assert np.isfinite(after).all()
    assert effect.formants == -3.0
    assert "formants=-3" in repr(effect)
    effect.formants = None
    assert "formants=" not in repr(effect)


def test_a_song_that_is_played_keeps_them_through_a_turn(effect, song):
    """What was made ahead is made again, of envelopes that were seen before."""
    playhead, parts = Playhead(effect.memory, song, -3.0, formants="keep"), []
    while (part := playhead.next()) is not None:
        parts.append(part)
        if len(parts) == 20:
            playhead.context = 5.0
    made = Sound(np.concatenate(parts, axis=1), song.sample_rate)
    (levels, _), (true, _) = (
        harmonics_db(each, 150.0, 5.0) for each in (made, sung(semitones=5.0))
    )
    heard = true > true.max(axis=1, keepdims=True) - 45.0
    heard[: len(heard) // 2] = False
    assert np.sqrt(np.mean((levels - true)[heard] ** 2)) < 2.0


def test_both_channels_keep_theirs(song):
    stereo = Sound(np.concatenate([song.samples, 0.5 * song.samples]), song.sample_rate)
    made = ContextShift.teach(stereo, knobs=("pitch", "formants"))(stereo, 5.0, formants="keep")
    np.testing.assert_allclose(made.samples[1], 0.5 * made.samples[0], atol=1e-6)


def test_an_array_keeps_its_formants_too(effect, song):
    made = effect(song.samples[0], song.sample_rate, 5.0, formants="keep")
    np.testing.assert_array_equal(made, effect(song, 5.0, formants="keep").samples[0])


@pytest.mark.parametrize("semitones", [-5.0, 12.0])
def test_kept_formants_stay_and_told_ones_move_by_what_they_are_told(effect, semitones):
    for formants in (0.0, 2.0):
        envelope = recall_field(effect.memory, semitones, formants).envelope
        assert np.abs(envelope.mean(axis=0) - formants).max() < 0.05


@pytest.mark.parametrize("semitones", [0.0, 13.0, float("nan")])
def test_examples_of_no_use_are_refused(song, semitones):
    with pytest.raises(DataError, match="formants must lie within ±12 semitones and not at 0"):
        formant_example(song, semitones)
