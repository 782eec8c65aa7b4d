"""Features of versions differ from the song's by what the versions were made to differ by."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import DataError, Example, Sound, tape_example
from ctxaudio.analysis.bands import BandConfig, hz_to_semitones
from ctxaudio.analysis.features import measure_features
from ctxaudio.analysis.frames import FrameConfig
from tests.support.signals import melody, mono, sine, with_noise

RATE = 22_050
FRAMES = FrameConfig.for_rate(RATE)
BANDS = BandConfig.for_rate(RATE)


def differences(song, *examples):
    """Displacement and gain (example, frame, band) of examples against the song."""
    song_is, versions = measure_features(song, examples, FRAMES, BANDS)
    displacement = np.array([version.pitch[:] - song_is.pitch[:] for version in versions])
    return displacement, np.array([version.level[:] - song_is.level[:] for version in versions])


@pytest.mark.parametrize(
    ("semitones", "median_cents", "worst_cents"),
    [
        (-1.0, 0.005, 0.05),
        (1.0, 0.005, 0.05),
        (-2.0, 0.05, 0.2),
        (2.0, 0.05, 0.2),
        (0.37, 0.3, 1.0),
    ],
)
def test_a_tape_version_is_displaced_by_its_semitones(tune, semitones, median_cents, worst_cents):
    displacement, gain = differences(tune, tape_example(tune, semitones))
    error_cents = 100.0 * np.abs(displacement - semitones)
    assert np.median(error_cents) < median_cents
    assert error_cents.max() < worst_cents
    assert np.median(np.abs(gain)) < 0.01
    assert np.abs(gain).max() < 0.5


@pytest.mark.parametrize("semitones", [-7.0, 7.0])
def test_a_tape_version_far_off_is_found_as_well(semitones):
    # No partial above 5 kHz: the version 7 semitones higher still has all of them.
    song = with_noise(melody(seed=2, seconds=3.0, highest=5, partials=6))
    displacement, _ = differences(song, tape_example(song, semitones))
    below = hz_to_semitones(0.5 * RATE) - 7.0 - 2.0 * (BANDS.centres[1] - BANDS.centres[0])
    error_cents = 100.0 * np.abs(displacement - semitones)[..., BANDS.centres < below]
    assert np.median(error_cents) < 0.5
    assert error_cents.max() < 3.0


def test_versions_are_measured_apart(tune):
    examples = [tape_example(tune, semitones) for semitones in (-1.0, 1.0, 2.0)]
    together = differences(tune, *examples)
    for i, example in enumerate(examples):
        alone = differences(tune, example)
        np.testing.assert_array_equal(together[0][i], alone[0][0])
        np.testing.assert_array_equal(together[1][i], alone[1][0])


def test_a_copy_is_not_displaced(tune):
    displacement, gain = differences(tune, Example(tune, 1.0))
    np.testing.assert_allclose(displacement, 0.0, atol=1e-9)
    np.testing.assert_allclose(gain, 0.0, atol=1e-9)


@pytest.mark.parametrize("gain_db", [-3.0, 2.0, 6.0])
def test_a_louder_version_is_as_much_louder_and_not_displaced(tune, gain_db):
    louder = Sound(tune.samples * 10.0 ** (gain_db / 20.0), RATE)
    displacement, gain = differences(tune, Example(louder, 1.0))
    assert np.median(gain) == pytest.approx(gain_db, abs=0.01)
    np.testing.assert_allclose(gain, gain_db, atol=0.05 * abs(gain_db))
    np.testing.assert_allclose(displacement, 0.0, atol=1e-4)


def test_the_voice_that_is_shifted_moves_and_the_other_stays():
    low = melody(seed=3, seconds=4.0, lowest=-30, highest=-18, partials=3)
    high, high_shifted = (
        melody(seed=4, seconds=4.0, lowest=24, highest=36, partials=2, semitones=semitones)
        for semitones in (0.0, 1.0)
    )
    song, version = with_noise(low + high), with_noise(low + high_shifted)
    displacement = differences(song, Example(version, 1.0))[0][0]
    centres_hz = 440.0 * 2.0 ** (BANDS.centres / 12.0)
    of_low = (centres_hz > 75.0) & (centres_hz < 400.0)
    of_high = (centres_hz > 2000.0) & (centres_hz < 6000.0)
    assert of_low.sum() > 3
    assert of_high.sum() > 3
    np.testing.assert_allclose(displacement[:, of_low], 0.0, atol=0.03)
    np.testing.assert_allclose(displacement[:, of_high], 1.0, atol=0.03)


def test_a_sine_is_at_its_pitch_and_level():
    song = mono(sine(1000.0, amplitude=0.5, rate=RATE), RATE)
    features, _ = measure_features(song, [], FRAMES, BANDS)
    band = int(np.argmin(np.abs(BANDS.centres - hz_to_semitones(1000.0))))
    inside = slice(8, -8)
    np.testing.assert_allclose(features.pitch[inside][:, band], hz_to_semitones(1000.0), atol=0.05)
    # The loudest sample of the song counts as full scale.
    total = 10.0 * np.log10(np.sum(10.0 ** (features.level[inside] / 10.0), axis=1))
    np.testing.assert_allclose(total, 10.0 * np.log10(0.25), atol=0.1)
    np.testing.assert_array_equal(features.joined()[:][:, : BANDS.n_bands], features.pitch)
    np.testing.assert_array_equal(features.joined()[:][:, BANDS.n_bands :], features.level)


@pytest.mark.parametrize("exponent", [-60, -20, 3])
def test_how_loud_the_song_is_does_not_matter(tune, exponent):
    scaled = Sound(np.ldexp(tune.samples, exponent), RATE)
    song_is, (version,) = measure_features(tune, [tape_example(tune, 1.0)], FRAMES, BANDS)
    scaled_is, (scaled_version,) = measure_features(
        scaled, [tape_example(scaled, 1.0)], FRAMES, BANDS
    )
    np.testing.assert_array_equal(scaled_is.joined(), song_is.joined())
    np.testing.assert_allclose(scaled_version.pitch, version.pitch, atol=1e-5)


@pytest.mark.parametrize("n_samples", [1, 2, 100, 5000])
@pytest.mark.parametrize("level", [0.0, 0.1])
def test_short_and_silent_songs_have_features(n_samples, level, rng):
    song = mono(level * rng.standard_normal(n_samples), RATE)
    song_is, (version,) = measure_features(song, [tape_example(song, 1.0)], FRAMES, BANDS)
    for features in (song_is, version):
        assert features.joined().shape == (FRAMES.n_frames(n_samples), 2 * BANDS.n_bands)
        assert np.isfinite(features.joined()).all()


def test_progress_counts_every_frame_once(tune):
    done = []
    song_is, _ = measure_features(tune, [Example(tune, 1.0)], FRAMES, BANDS, done.append)
    assert sum(done) == len(song_is.pitch) == FRAMES.n_frames(tune.samples.shape[1])


def test_a_version_of_another_rate_is_refused(tune):
    other = Sound(tune.samples, 44_100)
    with pytest.raises(DataError, match=r"context \+1 must have the song's sample rate, 22050 Hz"):
        differences(tune, Example(other, 1.0))


@pytest.mark.parametrize(("seconds", "word"), [(2.0, "shorter"), (4.0, "longer")])
def test_a_version_of_another_length_is_refused(tune, seconds, word):
    other = mono(sine(440.0, seconds=seconds, rate=RATE), RATE)
    with pytest.raises(DataError, match=f"context -2 must run in step .* 1.0 s {word}"):
        differences(tune, Example(other, -2.0))
