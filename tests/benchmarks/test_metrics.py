"""The benchmark's metrics: identity is perfect, known errors are read back, the control is last."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from benchmarks import metrics
from benchmarks.metrics.onset import burst_times
from benchmarks.peers import CONTROL, find_peers
from benchmarks.report import COLUMNS, Score, control_ranks, summarise, table, verdicts
from benchmarks.truths import (
    BURST_ONSETS,
    RATE,
    Voice,
    additive_tones,
    noise_bursts,
    steady_noise,
    synthesise,
    voice_partials,
)
from benchmarks.truths.midi import midi_bytes
from benchmarks.truths.pieces import PIECES
from benchmarks.truths.score import Note, parse

TONES = {tone.name: tone for tone in additive_tones()}


@cache
def rendered(name, semitones):
    """A tone, which no test changes."""
    return TONES[name].render(semitones)


@cache
def short_piece(semitones=0.0):
    """Two seconds of chords under a vibrato melody, which no test changes."""
    rng, few = np.random.default_rng(3), tuple(float(n) for n in range(1, 7))
    voices = [
        (
            Voice(ratios=few, level=0.1, decay_s=0.8, pan=0.3, stiffness=3e-4),
            "C4+E4+G4:2 F4+A4+C5:2",
        ),
        (Voice(ratios=few, level=0.1, pan=0.8, vibrato_cents=20), "G5:1 E5:1 A5:1 -:1"),
    ]
    return sum(
        synthesise(
            voice_partials(voice, parse(line), beat_s=0.5, rng=rng),
            seconds=2.0,
            semitones=semitones,
        )
        for voice, line in voices
    )


@pytest.fixture(scope="module")
def piece():
    return short_piece()


@pytest.fixture(scope="module")
def bursts():
    return noise_bursts()


def delayed(sound, samples):
    return np.roll(sound, samples, axis=1)


def test_identity_is_perfect(piece, bursts):
    assert metrics.cqt_cosine(piece, piece, RATE) == pytest.approx(1, abs=1e-6)
    assert metrics.log_spectral_distance(piece, piece, RATE) == 0
    assert metrics.stereo_change(piece, piece, RATE) == 0
    assert metrics.level_jump(piece, piece, RATE) == 0
    assert metrics.click_rate(piece, piece, RATE) == 0
    score = metrics.onset_scores(bursts, bursts, RATE, onsets_s=BURST_ONSETS)
    assert (score.lag_ms, score.jitter_ms) == (0, 0)


@pytest.mark.parametrize("shift", [-24, -12, -5, 1, 12, 24])
@pytest.mark.parametrize("name", TONES)
def test_exactly_shifted_tone_is_in_tune(name, shift):
    error = metrics.pitch_error(
        rendered(name, 0),
        rendered(name, shift),
        RATE,
        semitones=shift,
        fundamental_hz=TONES[name].fundamental_hz,
    )
    assert error < 0.01


@pytest.mark.parametrize("cents", [-40, -10, 0.5, 10])
def test_mistuning_is_read_back(cents):
    partials = voice_partials(
        Voice(level=0.1), [Note(0, 2, 57)], beat_s=1.0, rng=np.random.default_rng(1)
    )
    original = synthesise(partials, seconds=2.0)
    shifted = synthesise(partials, seconds=2.0, semitones=7 + cents / 100)
    error = metrics.pitch_error(original, shifted, RATE, semitones=7, fundamental_hz=220.0)
    assert error == pytest.approx(abs(cents), abs=0.01)


@pytest.mark.parametrize("shift", [-12, 5, 12])
def test_unshifted_tone_misses_by_the_whole_shift(shift):
    """Also by an octave, where its even partials are those of the shifted tone."""
    tone = rendered("tone-low", 0)
    fundamental = TONES["tone-low"].fundamental_hz
    error = metrics.pitch_error(tone, tone, RATE, semitones=shift, fundamental_hz=fundamental)
    assert error == 100 * abs(shift)


def test_delay_is_a_lag(bursts):
    late = delayed(bursts, round(0.001 * RATE))
    score = metrics.onset_scores(bursts, late, RATE, onsets_s=BURST_ONSETS)
    width = metrics.onset_scores(bursts, bursts, RATE, onsets_s=BURST_ONSETS).width_ms
    assert score.lag_ms == pytest.approx(1000 * round(0.001 * RATE) / RATE, abs=0.01)
    assert score.jitter_ms < 0.01
    assert score.width_ms == pytest.approx(width, abs=0.01)


def test_bursts_have_the_width_they_were_made_with(bursts):
    begins, widths = burst_times(bursts, RATE, BURST_ONSETS)
    assert np.mean(widths) == pytest.approx(0.025, abs=0.001)
    assert np.std(begins) < 0.0003  # what chance in the noise alone does


def test_pre_echo_widens_and_hastens(bursts):
    smeared = bursts + 0.5 * delayed(bursts, -round(0.02 * RATE))
    score = metrics.onset_scores(bursts, smeared, RATE, onsets_s=BURST_ONSETS)
    assert score.lag_ms < -10
    assert score.width_ms > 30


def test_uniform_gain_is_its_decibels():
    noise = 0.1 * np.random.default_rng(5).standard_normal((2, 2 * RATE))
    gained = noise * 10 ** (6 / 20)
    assert metrics.log_spectral_distance(noise, gained, RATE) == pytest.approx(6, abs=0.01)
    assert metrics.log_spectral_distance(noise, gained, RATE, any_level=True) < 1e-3
    assert metrics.cqt_cosine(noise, gained, RATE) == pytest.approx(1, abs=1e-6)


def test_lost_stereo_is_seen():
    left, right = 0.1 * np.random.default_rng(6).standard_normal((2, RATE))
    wide, narrow = np.stack([left, right]), np.stack([left, left])
    assert metrics.stereo_change(wide, narrow, RATE) == pytest.approx(1, abs=0.02)


def test_clicks_and_jumps_are_counted(piece):
    clicking = piece.copy()
    clicking[:, round(0.35 * RATE) :: RATE // 2] += 0.05
    assert metrics.click_rate(piece, clicking, RATE) == pytest.approx(2, abs=0.5)
    gated = piece.copy()
    gated[:, RATE // 4 : RATE // 4 + 2000] = 0
    assert metrics.level_jump(piece, gated, RATE) > 6


@pytest.mark.parametrize("shift", [-12, -5, 5, 12])
def test_control_is_last(piece, shift):
    """Behind a result that is noisy and 5 cents off."""
    truth = short_piece(shift)
    noise = np.random.default_rng(8).standard_normal(truth.shape)
    mediocre = short_piece(shift + 0.05) + 0.0002 * noise
    assert metrics.cqt_cosine(truth, piece, RATE) < metrics.cqt_cosine(truth, mediocre, RATE)
    distances = [metrics.log_spectral_distance(truth, s, RATE) for s in (piece, mediocre)]
    assert distances[0] > distances[1]


def test_shapes_are_checked(piece):
    with pytest.raises(ValueError, match=r"Did you pass \(time, channel\)"):
        metrics.cqt_cosine(piece.T, piece.T, RATE)
    with pytest.raises(ValueError, match="keep the length"):
        metrics.cqt_cosine(piece, piece[:, :-1], RATE)
    with pytest.raises(ValueError, match="finite"):
        metrics.stereo_change(piece, piece * np.nan, RATE)
    with pytest.raises(ValueError, match="no burst near"):
        metrics.onset_scores(piece, piece, RATE, onsets_s=[100.0])


def test_drums_stay_where_they_are():
    band = next(piece for piece in PIECES if any(part.drums for part in piece.parts))
    plain, shifted = midi_bytes(band, 0), midi_bytes(band, 3)
    changed = sum(a != b for a, b in zip(plain, shifted, strict=True))
    played = sum(len(parse(part.line)) for part in band.parts if not part.drums)
    assert changed == 2 * played  # a byte for its beginning, one for its end


def test_report_ranks_and_compares():
    cosines = {"ctxaudio": 0.9, "rubberband-r3": 0.8, CONTROL: 0.2}
    scores = [Score(p, "piano", "midi", 5, "cqt_cosine", v) for p, v in cosines.items()]
    names = list(cosines)
    assert summarise(scores, COLUMNS[0], peer="ctxaudio") == 0.9
    assert "control (the input)" in table(scores, names)
    assert "ahead by 0.100" in verdicts(scores, "ctxaudio", "rubberband-r3")[0]
    assert "yes" in control_ranks(scores, names)[0]
    scores.append(Score("worse", "piano", "midi", 5, "cqt_cosine", 0.1))
    assert "NO" in control_ranks(scores, [*names, "worse"])[0]
    assert "worse on piano +5" in control_ranks(scores, [*names, "worse"])[0]


def test_peers_are_found_or_named(monkeypatch):
    monkeypatch.setenv("PATH", "")
    present, missing = find_peers(["sox", CONTROL])
    assert [peer.name for peer in present] == [CONTROL]
    assert missing == ["sox is missing: the program sox is not installed"]
    with pytest.raises(ValueError, match="unknown peers"):
        find_peers(["nobody"])


def test_early_energy_of_untouched_bursts_is_silence_and_an_echo_before_is_heard() -> None:
    bursts = noise_bursts()
    early = bursts.copy()
    early[:, : -RATE // 50] += 0.1 * bursts[:, RATE // 50 :]
    untouched = metrics.onset_scores(bursts, bursts, RATE, onsets_s=BURST_ONSETS)
    echoed = metrics.onset_scores(bursts, early, RATE, onsets_s=BURST_ONSETS)
    assert untouched.early_db < -80
    assert -26 < echoed.early_db < -20


def test_noise_has_no_texture_and_fluttering_noise_has() -> None:
    noise = steady_noise()
    flutter = noise * (1 + np.sin(2 * np.pi * 15 * np.arange(noise.shape[1]) / RATE))
    assert metrics.noise_texture(noise, noise, RATE) < 0.15
    assert metrics.noise_texture(noise, flutter.astype(np.float32), RATE) > 1
