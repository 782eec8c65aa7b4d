"""Oscillators against a plain twin; their phases never jump, whatever they are asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio.analysis.sinusoids import NO_ATTACK, SILENT_DB, Sinusoids
from ctxaudio.synthesis.oscillators import Bank, BankState, bank_of, oscillate
from tests.support.signals import power_db, sine

HOP, RATE = 64, 8_000
INSTANT = 8  # samples, a millisecond
RISE = 10.0 ** (6.0 / 20.0)
seeds = st.integers(0, 2**32 - 1)


def drawn(seed, n_frames=12, n_slots=6, n_channels=2):
    """Partials that come and go, glide, and begin with attacks."""
    rng = np.random.default_rng(seed)
    advance = rng.uniform(0.1, 30.0, (n_frames, n_slots))
    amplitude = rng.uniform(-1.0, 1.0, (n_channels, n_frames, n_slots))
    amplitude *= rng.random((n_frames, n_slots)) < 0.7
    attack = np.where(rng.random(n_frames) < 0.4, rng.random(n_frames), NO_ATTACK)
    return Bank(advance, amplitude, rng.uniform(-1.0, 1.0, (n_frames, n_slots)), attack)


def part_of(bank, begin, end):
    frames = slice(begin, end)
    return Bank(
        bank.advance[frames], bank.amplitude[:, frames], bank.phase[frames], bank.attack[frames]
    )


def made_of(bank, state=None):
    state = state or BankState.zeros(bank.advance.shape[1])
    return oscillate(bank, HOP, RATE, state)


def plain(bank):
    """A slot after the other, a hop after the other, in float64."""
    n_channels, n_frames, n_slots = bank.amplitude.shape
    out = np.zeros((n_channels, (n_frames - 2) * HOP))
    u = np.arange(HOP) / HOP
    loud = np.sqrt((bank.amplitude**2).sum(axis=0))
    for slot in range(n_slots):
        phase, before = np.nan, 0.0
        for frame in range(n_frames - 2):
            here, there, later = loud[frame : frame + 3, slot]
            if here == there == 0.0:
                before = 0.0
                continue
            if here == 0.0:
                moved = bank.advance[frame + 1, slot]
                phase, before = bank.phase[frame + 1, slot] - moved, 0.0
            else:
                moved = bank.advance[frame, slot]
                phase = bank.phase[frame, slot] if np.isnan(phase) else phase
            left = 0.5 * (before + moved) if before else moved
            goes_on = there > 0.0 and later > 0.0
            right = 0.5 * (moved + bank.advance[frame + 1, slot]) if goes_on else moved
            # The cubic through 0 and moved, with slopes left and right.
            cubic = (
                left * (u - 2.0 * u**2 + u**3)
                + moved * (3.0 * u**2 - 2.0 * u**3)
                + right * (u**3 - u**2)
            )
            wave = np.cos(2.0 * np.pi * (phase + cubic))
            attack = bank.attack[frame]
            share = u
            if attack >= 0.0 and there > RISE * here:
                share = np.clip((np.arange(HOP) - attack * HOP) / INSTANT + 0.5, 0.0, 1.0)
            for channel in range(n_channels):
                first, last = bank.amplitude[channel, frame : frame + 2, slot]
                hop = slice(frame * HOP, (frame + 1) * HOP)
                out[channel, hop] += wave * (first + (last - first) * share)
            phase, before = (phase + moved, moved) if there else (phase, 0.0)
    return out


@given(seeds)
def test_they_are_their_plain_twin(seed):
    bank = drawn(seed)
    np.testing.assert_allclose(made_of(bank)[0], plain(bank), atol=2e-5)


@given(seeds, st.integers(1, 9))
def test_split_is_whole(seed, at):
    bank = drawn(seed)
    whole, _ = made_of(bank)
    first, state = made_of(part_of(bank, 0, at + 2))
    second, _ = made_of(part_of(bank, at, None), state)
    assert np.concatenate([first, second], axis=1).tobytes() == whole.tobytes()


@given(seeds)
def test_what_goes_on_from_is_not_changed(seed):
    bank = drawn(seed)
    _, state = made_of(part_of(bank, 0, 5))
    kept = BankState(*(part.copy() for part in state))
    made_of(part_of(bank, 3, None), state)
    for ours, theirs in zip(state, kept, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@given(seeds)
def test_nothing_jumps(seed):
    """From sample to sample no further than by how fast partials turn, and how fast they grow."""
    bank = drawn(seed)._replace(attack=np.full(12, NO_ATTACK))
    made, _ = made_of(bank)
    loudest = np.abs(bank.amplitude).max(axis=1).sum(axis=1)  # (channel,)
    # A cubic is at its steepest at most half as steep again as its ends and its mean.
    fastest = 2.0 * np.pi * 3.0 * bank.advance.max() / HOP
    most = loudest * (min(fastest, 2.0) + 2.0 / HOP)
    assert (np.abs(np.diff(made, axis=1)).max(axis=1) <= most).all()
    assert (np.abs(made).max(axis=1) <= loudest).all()


def test_a_slow_sum_of_many_has_no_jump(rng):
    bank = drawn(5, n_frames=30, n_slots=20)
    bank = bank._replace(advance=bank.advance / 30.0, attack=np.full(30, NO_ATTACK))
    made, _ = made_of(bank)
    loudest = np.abs(bank.amplitude).max(axis=1).sum(axis=1)
    steepest = 2.0 * np.pi * 2.0 * bank.advance.max() / HOP + 2.0 / HOP
    assert (np.abs(np.diff(made, axis=1)).max(axis=1) <= loudest * steepest).all()


def steady(hz, *, n_frames=40, level_db=-6.0, phase=0.0, rate=RATE):
    """One partial of one channel."""
    shape = (n_frames, 1)
    pitch = np.full(shape, 12.0 * np.log2(hz / 440.0))
    tones = Sinusoids(
        pitch, np.full(shape, level_db), np.zeros(shape), np.full(shape, phase), np.full(40, -1.0)
    )
    return bank_of(tones, HOP, rate, 1)


def test_a_steady_one_is_a_sine():
    made, _ = made_of(steady(441.0, phase=-0.25))
    expected = sine(441.0, amplitude=10.0 ** (-6.0 / 20.0), rate=RATE)[: made.shape[1]]
    np.testing.assert_allclose(made[0], expected, atol=3e-5)


@pytest.mark.parametrize("share", [0.491, 0.5, 0.7, 3.0, 1e3])
def test_above_049_of_the_rate_there_is_nothing(share):
    assert not made_of(steady(share * RATE))[0].any()


def test_towards_049_of_the_rate_it_fades():
    levels = [power_db(made_of(steady(share * RATE))[0]) for share in (0.46, 0.475, 0.485, 0.489)]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] == pytest.approx(-9.0, abs=0.1)


def test_an_attack_is_an_instant():
    bank = steady(500.0)
    bank.amplitude[:, :20] = 0.0
    bank.attack[19] = 0.5
    made = made_of(bank)[0][0]
    onset = 19 * HOP + HOP // 2
    assert not made[: onset - INSTANT // 2].any()
    after = made[onset + INSTANT // 2 : onset + INSTANT // 2 + 160]
    assert power_db(after) == pytest.approx(-9.0, abs=0.2)


def test_what_gets_louder_by_less_than_6_db_is_no_attack():
    for gain, is_instant in ((1.9, False), (2.1, True)):
        bank = steady(500.0, level_db=-20.0)
        bank.amplitude[:, 20:] *= gain
        bank.attack[19] = 0.0
        made = made_of(bank)[0][0, 19 * HOP : 20 * HOP]
        plain_made = made_of(bank._replace(attack=np.full(40, NO_ATTACK)))[0][
            0, 19 * HOP : 20 * HOP
        ]
        assert np.array_equal(made, plain_made) != is_instant


@pytest.mark.parametrize("n_channels", [1, 2])
def test_what_a_network_recalls_of_silence_is_silent(n_channels):
    shape = (5, 3)
    zeros = np.zeros(shape)
    tones = Sinusoids(zeros, zeros + SILENT_DB + 5.0, zeros + 0.1, zeros, np.full(5, NO_ATTACK))
    assert not bank_of(tones, HOP, RATE, n_channels).amplitude.any()


@pytest.mark.parametrize("n_frames", [0, 1, 2])
def test_two_frames_are_looked_at_before_they_sound(n_frames):
    bank = part_of(drawn(0), 0, n_frames)
    made, state = made_of(bank)
    assert made.shape == (2, 0)
    assert np.isnan(state.phase).all()
