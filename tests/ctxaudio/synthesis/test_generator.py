"""The generator moves energy to where it is told, and changes nothing else."""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxaudio import Field, Sound
from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.sound.source import between
from ctxaudio.synthesis.generator import (
    GeneratorState,
    generate,
    n_generated,
    synthesise,
)
from ctxaudio.synthesis.preparation import PreparationState, Prepared, prepare
from ctxaudio.synthesis.resolution import Resolution
from tests.support.signals import (
    RATE,
    cents,
    inside,
    melody,
    mono,
    moved,
    power_db,
    sine,
    snr_db,
    tone,
    uniform_field,
)

FRAMES = FrameConfig()
RESOLUTION = Resolution(sample_rate=RATE, frames=FRAMES)
BANDS = BandConfig()
MARGIN = RATE // 5
# Ratios in hertz against each other: nothing that a window or a hop fits exactly.
PITCHES_HZ = (150.0, 440.0, 1000.0, 2500.0, 5100.0)
SHIFTS = (-24.0, -12.0, -5.0, 0.5, 5.0, 12.0, 24.0)


def in_range(hz, semitones):
    return 60.0 < hz * 2.0 ** (semitones / 12.0) < 16_000.0


@pytest.fixture(scope="module")
def stereo():
    """Notes and noise, different left and right."""
    rng = np.random.default_rng(4)
    notes = np.stack([melody(seed=seed, seconds=1.0, rate=RATE) for seed in (5, 6)])
    return Sound(notes + 0.01 * rng.standard_normal(notes.shape), RATE)


@pytest.fixture(scope="module")
def drums():
    """Bursts of noise that begin at once and die away, over next to nothing."""
    rng = np.random.default_rng(14)
    since_s = np.arange(RATE) % (RATE // 5) / RATE
    bursts = 0.3 * np.exp(-since_s / 0.02) * rng.standard_normal((2, RATE))
    return Sound(bursts + 1e-5 * rng.standard_normal((2, RATE)), RATE)


@pytest.fixture(scope="module")
def wandering():
    """A field that differs from band to band and from frame to frame."""
    rng = np.random.default_rng(8)
    frames = np.arange(FRAMES.n_frames(RATE))[:, None]
    displacement = 6.0 * np.sin(frames / 20.0 + rng.uniform(0.0, 6.0, BANDS.n_bands))
    # Some frames are louder in all bands, some softer.
    return Field(displacement, 6.0 * np.cos(frames / 9.0 + 0.02 * np.arange(BANDS.n_bands)))


@pytest.mark.parametrize("kind", ["notes", "noise", "impulses"])
def test_no_displacement_gives_the_sound_back(kind, stereo, rng):
    samples = {
        "notes": stereo.samples,
        "noise": 0.1 * rng.standard_normal((2, RATE)),
        "impulses": np.where(rng.random((2, RATE)) < 1e-3, 0.9, 0.0),
    }[kind]
    song = Sound(samples, RATE)
    assert snr_db(song.samples, moved(song, 1e-9).samples) > 120.0


@pytest.mark.parametrize("gain_db", [-12.0, 2.0, 6.0])
def test_gain_alone_is_a_factor(gain_db, stereo):
    expected = stereo.samples * 10.0 ** (gain_db / 20.0)
    assert snr_db(expected, moved(stereo, 0.0, gain_db).samples) > 120.0


@pytest.mark.parametrize(
    ("hz", "semitones"), [(hz, s) for hz in PITCHES_HZ for s in SHIFTS if in_range(hz, s)]
)
def test_a_sine_moves_to_its_new_pitch_and_keeps_its_level(hz, semitones):
    expected_hz = hz * 2.0 ** (semitones / 12.0)
    shifted = moved(mono(sine(hz, phase=1.0)), semitones)
    found_hz, amplitude = tone(inside(shifted.samples[0], MARGIN), expected_hz)
    assert abs(cents(found_hz, expected_hz)) < 0.2
    assert abs(20.0 * np.log10(amplitude / 0.5)) < 0.05


@given(hz=st.floats(100.0, 4_000.0), semitones=st.floats(-24.0, 24.0))
def test_any_sine_moves_by_any_shift(hz, semitones):
    expected_hz = hz * 2.0 ** (semitones / 12.0)
    if not in_range(hz, semitones):
        expected_hz, semitones = hz, 0.0
    shifted = moved(mono(sine(hz, seconds=0.8)), semitones)
    found_hz, amplitude = tone(inside(shifted.samples[0], 10_000), expected_hz)
    assert abs(cents(found_hz, expected_hz)) < 0.2
    assert abs(20.0 * np.log10(amplitude / 0.5)) < 0.05


@pytest.mark.parametrize(("semitones", "ripple_db"), [(-5.0, 1.0), (5.0, 1.0), (12.0, 2.5)])
def test_a_vibrato_keeps_its_course_and_its_evenness(semitones, ripple_db):
    time_s = np.arange(RATE) / RATE
    course_hz = 800.0 * 2.0 ** (60.0 / 1200.0 * np.sin(2.0 * np.pi * 5.0 * time_s))
    phase = 2.0 * np.pi * np.cumsum(course_hz) / RATE
    ratio = 2.0 ** (semitones / 12.0)
    shifted = moved(mono(0.5 * np.sin(phase)), semitones).samples[0].astype(np.float64)
    analytic = inside(scipy.signal.hilbert(shifted), MARGIN)
    # What turns beyond the ideal course, over 10 ms, in cycles a second.
    lag = RATE // 100
    beyond = np.unwrap(np.angle(analytic * np.exp(-1j * ratio * phase[MARGIN:-MARGIN])))
    beyond_hz = (beyond[lag:] - beyond[:-lag]) / (2.0 * np.pi * lag / RATE)
    middle_hz = ratio * course_hz[MARGIN:-MARGIN][lag // 2 :][: len(beyond_hz)]
    assert np.abs(cents(middle_hz + beyond_hz, middle_hz)).max() < 12.0
    level_db = 20.0 * np.log10(np.abs(analytic))
    assert np.ptp(level_db) < ripple_db


@pytest.mark.parametrize("semitones", [-5.0, 5.0, 12.0])
def test_next_to_a_moved_sine_there_is_little(semitones):
    song = mono(sine(1000.0))
    found = inside(moved(song, semitones).samples[0], MARGIN)
    hz, _ = tone(found, 1000.0 * 2.0 ** (semitones / 12.0))
    time_s = np.arange(len(found)) / RATE
    parts = np.stack([np.cos(2 * np.pi * hz * time_s), np.sin(2 * np.pi * hz * time_s)], axis=1)
    sinusoid = parts @ np.linalg.lstsq(parts, found, rcond=None)[0]
    assert snr_db(sinusoid, found) > 25.0


@pytest.fixture(scope="module", params=["notes", "attacks"])
def prepared(request):
    """Steps of half a second, and samples that they are of."""
    song = request.getfixturevalue("stereo" if request.param == "notes" else "drums")
    samples = song.samples[:, : RATE // 2]
    n_steps = n_generated(Sound(samples, RATE), RESOLUTION)
    first, hop = -RESOLUTION.reach, FRAMES.hop
    begin = first * hop - RESOLUTION.needed // 2
    end = (first + n_steps - 1) * hop + RESOLUTION.needed // 2
    return between(samples, begin, end), n_steps


def in_parts(samples, edges):
    """Steps of ``samples``, looked at part by part."""
    state, ready = PreparationState.begin(-RESOLUTION.reach, RESOLUTION), []
    for start, stop in pairwise(edges):
        end = (stop - 1) * FRAMES.hop + RESOLUTION.needed
        part = samples[:, start * FRAMES.hop : end]
        some, state = prepare(part, stop - start, RESOLUTION, state)
        ready += some
    return ready


def test_parts_that_are_joined_are_the_whole(prepared):
    samples, _ = prepared
    together = next(part for part in in_parts(samples, (0, 66)) if part.n_steps > 6)
    first, rest = together.split(2, RESOLUTION)
    second, third = rest.split(3, RESOLUTION)
    joined = Prepared.joined((first, second, third))
    assert joined.seen.first == together.seen.first
    for found, whole in zip(leaves(joined), leaves(together), strict=True):
        np.testing.assert_array_equal(found, whole)


def leaves(values):
    """All arrays in tuples of tuples."""
    if isinstance(values, tuple):
        return [leaf for value in values for leaf in leaves(value)]
    return [values]


def made_of(ready, wandering):
    state, parts = GeneratorState.zeros(2, -RESOLUTION.reach, RESOLUTION), []
    for part in ready:
        steps = part.seen.first + np.arange(part.n_steps)
        rows = np.clip(steps, 0, len(wandering.displacement) - 1)
        field = Field(wandering.displacement[rows], wandering.gain[rows])
        samples, state = synthesise(part, field, RESOLUTION, BANDS, state)
        parts.append(samples)
    return np.concatenate(parts, axis=1), state


@settings(max_examples=10)
@given(
    sizes=st.lists(st.integers(1, 30), max_size=8), again=st.lists(st.integers(1, 20), max_size=5)
)
def test_any_split_into_blocks_gives_the_same_samples(sizes, again, prepared, wandering):
    samples, n_steps = prepared
    whole, last = made_of(in_parts(samples, [0, n_steps]), wandering)
    edges = [0, *(edge for edge in np.cumsum(sizes, dtype=int) if edge < n_steps), n_steps]
    ready, cut = in_parts(samples, edges), []
    for part in ready:  # what is prepared may be made in other parts yet
        for n in again:
            if n < part.n_steps:
                first, part = part.split(n, RESOLUTION)
                cut.append(first)
        cut.append(part)
    found, state = made_of(cut, wandering)
    np.testing.assert_allclose(found, whole, rtol=0.0, atol=1e-6)
    np.testing.assert_allclose(state.tails, last.tails, rtol=0.0, atol=1e-6)


def test_neither_what_is_prepared_nor_a_state_is_changed(prepared, wandering):
    samples, n_steps = prepared
    before = deepcopy(samples)
    ready = in_parts(samples, [0, n_steps])
    field = Field(wandering.displacement[:20], wandering.gain[:20])
    part, _ = ready[0].split(20, RESOLUTION)
    start = GeneratorState.zeros(2, -RESOLUTION.reach, RESOLUTION)
    untouched = deepcopy((part, start))
    synthesise(part, field, RESOLUTION, BANDS, start)
    np.testing.assert_equal((part, start, samples), (*untouched, before))


def test_a_field_that_ends_early_holds_its_last_frame(stereo):
    whole = uniform_field(stereo, 5.0)
    short = Field(whole.displacement[:1], whole.gain[:1])
    np.testing.assert_array_equal(
        generate(stereo, short, RESOLUTION, BANDS).samples, moved(stereo, 5.0).samples
    )


def test_bands_move_by_their_own_displacement(rng):
    song = mono(sine(150.0, amplitude=0.3) + sine(3000.0, amplitude=0.3))
    field = uniform_field(song, 0.0)
    field.displacement[:, BANDS.centres > 12.0] = 7.0
    field.gain[:, BANDS.centres > 12.0] = -6.0
    shifted = inside(generate(song, field, RESOLUTION, BANDS).samples[0], MARGIN)
    low_hz, low = tone(shifted, 150.0)
    high_hz, high = tone(shifted, 3000.0 * 2.0 ** (7.0 / 12.0))
    assert abs(cents(low_hz, 150.0)) < 0.2
    assert abs(cents(high_hz, 3000.0 * 2.0 ** (7.0 / 12.0))) < 0.2
    assert 20.0 * np.log10(high / low) == pytest.approx(-6.0, abs=0.3)


@pytest.mark.parametrize("semitones", [-7.0, 5.0, 12.0])
def test_antiphase_stereo_is_shifted_and_stays_antiphase(semitones):
    left = sine(440.0) + 0.3 * sine(1234.0)
    shifted = moved(Sound(np.stack([left, -left]), RATE), semitones).samples
    np.testing.assert_array_equal(shifted[0], -shifted[1])
    expected_hz = 440.0 * 2.0 ** (semitones / 12.0)
    found_hz, amplitude = tone(inside(shifted[0], MARGIN), expected_hz)
    assert abs(cents(found_hz, expected_hz)) < 0.2
    assert abs(20.0 * np.log10(amplitude / 0.5)) < 0.05


def test_equal_channels_stay_equal_and_are_moved_as_one_would_be(stereo):
    alone = Sound(stereo.samples[:1], RATE)
    both = moved(Sound(np.repeat(alone.samples, 2, axis=0), RATE), 5.0).samples
    np.testing.assert_array_equal(both[0], both[1])
    np.testing.assert_allclose(both[0], moved(alone, 5.0).samples[0], atol=1e-5)


def test_swapped_channels_are_swapped_in_the_output(stereo, wandering):
    swapped = Sound(stereo.samples[::-1], RATE)
    np.testing.assert_array_equal(
        generate(swapped, wandering, RESOLUTION, BANDS).samples[::-1],
        generate(stereo, wandering, RESOLUTION, BANDS).samples,
    )


def test_any_order_of_channels_is_the_order_of_the_output(rng):
    notes = np.stack([sine(hz, amplitude=0.2) for hz in (200.0, 500.0, 1200.0, 3100.0, 6000.0)])
    order = np.array([3, 0, 4, 1, 2])
    straight = moved(Sound(notes, RATE), 4.0).samples
    permuted = moved(Sound(notes[order], RATE), 4.0).samples
    np.testing.assert_allclose(permuted, straight[order], atol=1e-5)


@given(exponent=st.integers(-100, 60))
def test_a_power_of_two_scales_exactly(exponent, stereo):
    short = stereo.samples[:, :9000]
    scaled = moved(Sound(np.ldexp(short, exponent), RATE), 5.0)
    np.testing.assert_array_equal(
        scaled.samples, np.ldexp(moved(Sound(short, RATE), 5.0).samples, exponent)
    )


@pytest.mark.parametrize("semitones", [-12.0, -5.0, 5.0, 12.0, 24.0])
def test_an_impulse_stays_at_its_moment(semitones):
    at = 22_000
    samples = np.zeros(RATE)
    samples[at] = 0.9
    power = np.square(moved(mono(samples), semitones).samples[0], dtype=np.float64)
    offset_ms = (np.arange(RATE) - at) / RATE * 1e3
    assert abs(np.average(offset_ms, weights=power)) < 1.0
    assert power[np.abs(offset_ms) < 10.0].sum() > 0.95 * power.sum()


@pytest.mark.parametrize(
    ("n_channels", "rate", "n_samples"),
    [
        (1, 8_000, 1),
        (2, 44_100, 1),
        (8, 192_000, 2),
        (3, 11_025, 511),
        (2, 44_100, 512),
        (2, 44_100, 513),
        (5, 48_000, 4_095),
        (4, 96_000, 32_769),
        (7, 22_050, 9_999),
        (6, 37_123, 20_000),
    ],
)
@pytest.mark.parametrize("semitones", [-24.0, 0.0, 36.0])
def test_length_channels_and_rate_are_kept(n_channels, rate, n_samples, semitones, rng):
    song = Sound(0.1 * rng.standard_normal((n_channels, n_samples)), rate)
    shifted = moved(song, semitones)
    assert shifted.samples.shape == song.samples.shape
    assert shifted.sample_rate == rate
    assert np.isfinite(shifted.samples).all()
    assert np.abs(shifted.samples).max() < 2.0
    if semitones == 0.0:
        assert snr_db(song.samples, shifted.samples) > 120.0


@given(n_samples=st.integers(1, 3000))
def test_any_length_is_kept(n_samples):
    song = mono(np.linspace(-0.5, 0.5, n_samples) + 0.25, 8_000)
    assert snr_db(song.samples, moved(song, 1e-9).samples) > 110.0
    assert moved(song, 7.0).samples.shape == (1, n_samples)


@pytest.mark.parametrize("semitones", [-12.0, 5.0, 24.0])
def test_nothing_sounds_well_before_an_attack(semitones, drums):
    at = RATE // 2
    samples = 1e-5 * np.random.default_rng(1).standard_normal(RATE)
    samples[at] = 0.9
    shifted = np.square(moved(mono(samples), semitones).samples[0], dtype=np.float64)
    before = shifted[at - RATE // 10 : at - RATE // 200]  # from 100 to 5 ms before
    # Each of the 95 ms is at most a few times louder than the song was there.
    assert before.mean() < 10.0 * np.mean(samples[: RATE // 4] ** 2)


def test_silence_stays_silent(stereo):
    silent = Sound(np.zeros((2, 5000)), RATE)
    np.testing.assert_array_equal(moved(silent, 12.0).samples, 0.0)
    # Silence before and after a sound, further away than a window, is silent too.
    samples = np.zeros((1, 3 * RATE))
    samples[0, RATE : 2 * RATE] = sine(700.0)
    shifted = moved(Sound(samples, RATE), 5.0).samples
    assert np.abs(shifted[0, RATE : 2 * RATE]).max() > 0.3
    assert not shifted[0, : RATE - RESOLUTION.longest].any()
    assert not shifted[0, 2 * RATE + RESOLUTION.longest :].any()


def test_progress_counts_every_frame_once(stereo):
    done = []
    generate(stereo, uniform_field(stereo, 1.0), RESOLUTION, BANDS, done.append)
    assert sum(done) == n_generated(stereo, RESOLUTION)


def test_what_would_be_above_nyquist_is_left_out():
    shifted = moved(mono(sine(9_000.0)), 24.0).samples[0]
    assert power_db(inside(shifted, MARGIN)) < power_db(sine(9_000.0)) - 60.0


def test_a_constant_stays_where_it_is():
    song = mono(0.4 + sine(1000.0, amplitude=0.2))
    shifted = inside(moved(song, 5.0).samples[0], 12_000)
    slow = np.convolve(shifted, np.ones(2048) / 2048, "valid")
    np.testing.assert_allclose(slow, 0.4, atol=0.01)


def vibrato(semitones, cents_wide=50.0, n_partials=20):
    """A tone of harmonic partials with a vibrato, as it is or exactly transposed."""
    time_s = np.arange(2 * RATE) / RATE
    pitch = semitones + cents_wide / 100.0 * np.sin(2.0 * np.pi * 5.5 * time_s)
    phase = 2.0 * np.pi * np.cumsum(220.0 * 2.0 ** (pitch / 12.0)) / RATE
    partials = np.arange(1, n_partials + 1)[:, None]
    return 0.1 * np.sum(np.cos(partials * phase + partials**2) / partials, axis=0)


@pytest.mark.parametrize(("semitones", "least"), [(-12.0, 0.997), (5.0, 0.9983), (12.0, 0.9945)])
def test_a_vibrato_is_where_its_exact_transposition_is(semitones, least):
    def magnitudes(samples):
        return np.abs(scipy.signal.stft(inside(samples, 6000), RATE, nperseg=2048)[2])

    truth = magnitudes(vibrato(semitones))
    found = magnitudes(moved(mono(vibrato(0.0)), semitones).samples[0])
    cosine = np.sum(truth * found) / np.sqrt(np.sum(truth**2) * np.sum(found**2))
    assert cosine > least


@pytest.mark.parametrize("semitones", [-7.0, 5.0, 12.0])
@pytest.mark.parametrize("hz", [130.0, 700.0, 2_000.0, 5_000.0])
def test_windows_that_take_turns_do_not_cancel(hz, semitones):
    """A steady tone beside clicks that make the window change all the time stays as loud."""
    clicks = np.zeros(2 * RATE)
    clicks[3_000::6_500] = 0.3
    both = moved(mono(sine(hz, seconds=2.0, amplitude=0.3) + clicks), semitones).samples[0]
    alone = moved(mono(clicks), semitones).samples[0]
    target_hz = hz * 2.0 ** (semitones / 12.0)
    time_s = np.arange(2 * RATE) / RATE
    turned = (both.astype(np.float64) - alone) * np.exp(-2j * np.pi * target_hz * time_s)
    # Over 25 ms, so that little of a click that came out otherwise beside the tone is left.
    level = np.abs(np.convolve(turned, np.hanning(2_205) / np.hanning(2_205).sum(), "valid"))
    level_db = 20.0 * np.log10(2.0 * level[RATE // 4 : -RATE // 4] / 0.3)
    assert np.percentile(np.abs(level_db), 99) < 1.5


def test_a_new_note_begins_as_it_did(rng):
    """Its partials keep to each other as they did at its onset: a pulse stays one."""
    time_s = np.arange(RATE // 2) / RATE

    def note(ratio):
        partials = np.arange(1, 12)[:, None]
        tone = np.sum(np.cos(2.0 * np.pi * 110.0 * ratio * partials * time_s), axis=0)
        return np.concatenate([np.zeros(RATE // 2), 0.05 * tone])

    found = moved(mono(note(1.0)), 5.0).samples[0].astype(np.float64)
    truth = note(2.0 ** (5.0 / 12.0))
    part = slice(RATE // 2 + 2_000, RATE // 2 + 9_000)
    lags = range(-120, 121)
    likeness = max(
        np.corrcoef(truth[part], found[part.start + lag : part.stop + lag])[0, 1] for lag in lags
    )
    assert likeness > 0.9
