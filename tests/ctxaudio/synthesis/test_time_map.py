"""Time maps: monotone, exact at their ends, and at the song's own speed through attacks."""

import numpy as np
import pytest

from ctxaudio.synthesis.time_map import BEFORE_S, DYING_S, LASTING_S, TimeMap, n_made

RATE = 8_000
SPEEDS = (0.25, 0.5, 0.8, 1.1, 1.25, 2.0, 4.0)


def mapped(n_samples, speed, attacks, dying=1.0):
    attacks = np.array(attacks)
    return TimeMap.through(
        n_samples, speed, attacks, np.full(len(attacks), dying), attacks, RATE, 96
    )


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_song_is_heard_from_its_first_to_its_last_sample(speed):
    when = mapped(30_001, speed, [0, 4_000, 4_100, 9_000, 30_000, 30_001])
    assert when.n_made == n_made(30_001, speed) == round(30_001 / speed)
    ends = np.array([-5, 0, when.n_made, when.n_made + 7])
    assert when.song_at(ends).tolist() == [-5, 0, 30_001, 30_008]


@pytest.mark.parametrize("speed", SPEEDS)
def test_time_never_goes_back_and_is_never_far_from_even(speed):
    rng = np.random.default_rng(1)
    attacks = np.unique(rng.integers(1, 80_000, 60))
    when = mapped(80_000, speed, attacks)
    song = when.song_at(np.arange(when.n_made))
    assert (np.diff(song) >= 0).all()
    # Through an attack at 1, elsewhere at most twice as uneven as the speed; rounding adds 1.
    assert np.diff(song).max() <= np.ceil(max(2.0 * speed, 1.0)) + 1


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("dying", [0.0, 1.0])
def test_an_attack_is_whole_and_heard_when_it_is_due(speed, dying):
    when = mapped(40_000, speed, [10_000, 25_000], dying)
    after = round((LASTING_S + (DYING_S - LASTING_S) * dying) * RATE)
    around = np.arange(-round(BEFORE_S * RATE), after)
    for attack in (10_000, 25_000):
        due = round(attack / speed)
        np.testing.assert_array_equal(when.song_at(due + around), attack + around)
    assert when.onsets.tolist() == [[round(a / speed), a] for a in (10_000, 25_000)]


def test_a_song_without_attacks_is_even():
    when = TimeMap.uniform(1_000, 0.8)
    np.testing.assert_array_equal(
        when.song_at(np.arange(1_250)), np.round(np.arange(1_250) * 0.8).astype(int)
    )


def test_at_speed_1_nothing_lags():
    when = mapped(10_000, 1.0, [3_000, 3_200])
    made = np.arange(-100, 10_100)
    np.testing.assert_array_equal(when.song_at(made), made)
    assert (when.stays[:, 1] == 0).all()
