"""Truths are what they say: transposed exactly, drawn alike each time, and anew under a seed."""

from __future__ import annotations

import io
from functools import cache

import mido
import numpy as np
import pytest

from benchmarks import metrics
from benchmarks.truths import (
    KINDS,
    RATE,
    additive_pieces,
    bass_material,
    chord_material,
    draw,
    drum_material,
    edge_material,
    glide_material,
    kick_material,
    lone_material,
    pad_material,
    shepard_material,
    singer_hz,
    singer_material,
    speech_material,
    steady_noise,
    tail_material,
    voice_material,
    wind_material,
)
from benchmarks.truths.midi import midi_bytes
from benchmarks.truths.pieces import PIECES


def materials(seed=0):
    return [
        chord_material(seed),
        *bass_material(seed),
        kick_material(seed),
        *singer_material(seed),
        voice_material(seed),
        *glide_material(seed),
        lone_material(seed),
        speech_material(seed),
        pad_material(seed),
        *wind_material(seed),
        tail_material(seed),
        *drum_material(seed),
        shepard_material(seed),
        edge_material(seed),
    ]


MATERIALS = {material.name: material for material in materials()}
HEARD = slice(3 * RATE)  # of a voice, where its harmonics are looked at one by one


@cache
def rendered(name, semitones):
    """A sound, which no test changes."""
    return MATERIALS[name].render(semitones)


@pytest.mark.parametrize("name", MATERIALS)
def test_a_truth_has_the_shape_of_its_original_and_is_drawn_alike_each_time(name):
    original, truth = rendered(name, 0), rendered(name, 5)
    assert original.shape == truth.shape
    assert original.dtype == np.float32
    assert len(original) == 2
    assert np.abs(original).max() < 1
    assert np.isfinite(truth).all()
    assert MATERIALS[name].kind in KINDS


@pytest.mark.parametrize("name", ["kick", "bass-notes", "vibrato-7hz", "whistle", "edges"])
def test_a_truth_is_drawn_alike_each_time(name):
    np.testing.assert_array_equal(rendered(name, 5), MATERIALS[name].render(5))


@pytest.mark.parametrize("name", MATERIALS)
def test_a_seed_draws_another_sound_of_the_same_length(name):
    other = next(material for material in materials(seed=3) if material.name == name)
    sound = other.render(0)
    assert sound.shape == rendered(name, 0).shape
    if name != "shepard":
        assert np.abs(sound).max() < 1
    assert not np.array_equal(sound, rendered(name, 0))


@pytest.mark.parametrize("name", [name for name, m in MATERIALS.items() if m.kind != "lone"])
def test_the_unshifted_original_is_far_from_the_truth(name):
    assert metrics.cqt_cosine(rendered(name, 5), rendered(name, 0), RATE) < 0.8


@pytest.mark.parametrize("name", ["singer", "vibrato-7hz", "speech", "whistle", "flute"])
def test_the_pitch_that_is_stated_is_the_one_that_sounds(name):
    """Read with it, harmonics are as loud an octave up: only breath is another."""
    pitch = MATERIALS[name].pitch_hz()[HEARD]
    levels = [
        metrics.harmonics.harmonic_levels(
            rendered(name, shift)[:, HEARD], RATE, pitch_hz=pitch * 2 ** (shift / 12), count=3
        )
        for shift in (0, 12)
    ]
    # the window is half as long an octave up: what moves within it is read a little otherwise
    loud = levels[0] > 0.1 * levels[0].max()
    change = 20 * np.log10(levels[1][loud] / levels[0][loud])
    assert np.median(np.abs(change)) < 0.5


def test_kept_formants_change_levels_and_moved_ones_do_not():
    def first_formant(semitones, kept):
        pitch = singer_hz()[HEARD] * 2 ** (semitones / 12)
        sound = rendered("singer-kept" if kept else "singer", semitones)[:, HEARD]
        return metrics.harmonics.harmonic_levels(sound, RATE, pitch_hz=pitch, count=8)

    original = first_formant(0, False)
    for kept, least, most in ((False, 0, 1.0), (True, 4, 40)):
        moved = first_formant(7, kept)
        change = np.sqrt(np.mean((20 * np.log10(moved / original)) ** 2))
        assert least <= change <= most


def test_the_sample_voice_has_the_pitch_and_the_voicing_that_are_stated():
    """Nothing sounds between the harmonics of what is voiced, and much does in what is not."""
    voice = MATERIALS["sample-voice"]
    pitch, voiced = voice.pitch_hz()[HEARD], voice.voiced()[HEARD]
    on, between = (
        metrics.harmonics.harmonic_levels(
            rendered("sample-voice", 5)[:, HEARD],
            RATE,
            pitch_hz=pitch * 2 ** (5 / 12),
            count=5,
            first=first,
        ).max(axis=1)
        for first in (1.0, 0.5)
    )
    ratio = 20 * np.log10(between / on)
    said = voiced[metrics.harmonics.moments(len(pitch), RATE)]
    assert 0.2 < said.mean() < 0.9
    assert np.median(ratio[said]) < -30
    assert np.median(ratio[~said]) > -15


@pytest.mark.parametrize("name", ["bass-notes", "kick"])
def test_nothing_sounds_before_an_attack(name):
    onsets = MATERIALS[name].onsets_s
    assert metrics.early_db(rendered(name, 5), RATE, onsets) < -85


def test_seeds_are_checked():
    with pytest.raises(ValueError, match="must not be negative"):
        draw("kick", -1)


def test_old_truths_are_what_they_were_and_drawn_anew_under_a_seed():
    """Of the first samples, which figures were quoted of since they were made."""
    first, again = additive_pieces()[0], additive_pieces(seed=2)[0]
    assert not np.array_equal(first.render(0), again.render(0))
    np.testing.assert_array_equal(first.render(0), additive_pieces(0)[0].render(0))
    noise = 0.1 * np.random.default_rng(3).standard_normal((2, 4 * RATE))
    steady = steady_noise()
    assert np.corrcoef(steady[0], noise[0])[0, 1] > 0.3
    assert np.abs(np.corrcoef(steady_noise(seed=1)[0], noise[0])[0, 1]) < 0.05


@pytest.mark.parametrize("semitones", [-12, 5])
def test_a_bent_piece_has_the_keys_of_the_original_and_no_drums(semitones):
    band = next(piece for piece in PIECES if any(part.drums for part in piece.parts))
    plain = mido.MidiFile(file=io.BytesIO(midi_bytes(band, 0, bent=True)))
    bent = mido.MidiFile(file=io.BytesIO(midi_bytes(band, semitones, bent=True)))
    notes = [
        [(m.note, m.time) for track in midi.tracks for m in track if m.type == "note_on"]
        for midi in (plain, bent)
    ]
    assert notes[0] == notes[1]
    wheels = {m.pitch for track in bent.tracks for m in track if m.type == "pitchwheel"}
    assert wheels == {round(8192 * semitones / 24)}
    assert len(bent.tracks) == sum(not part.drums for part in band.parts)
