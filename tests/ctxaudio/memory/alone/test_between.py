"""Between frames: at whole ones it is what is recalled, elsewhere what lies between them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio.analysis.noise_bands import LOOKS, N_BANDS, band_pitches
from ctxaudio.analysis.sinusoids import NO_ATTACK, SILENT_DB
from ctxaudio.memory.alone.between import at_places, silence
from ctxaudio.memory.alone.layout import Layout

N_FRAMES = 24
ON = 3  # slots that sound in what is drawn


class Recall:
    """What recalls these features, and silence behind them; and tells what it was asked for."""

    def __init__(self, features, n_channels):
        self.layout = Layout(n_channels=n_channels)
        self.noise_st = band_pitches(8_000)
        self.asked = []
        self._features = features

    def frames(self, begin, contexts, *, goes_on=False):
        self.asked.append((begin, len(contexts), *set(contexts)))
        known = self._features[begin : begin + len(contexts)]
        rest = np.tile(self.layout.silence, (len(contexts) - len(known), 1))
        return np.concatenate([known, rest]), np.tile(self.noise_st, (len(contexts), 1))


def drawn(n_channels=2, seed=0):
    rng = np.random.default_rng(seed)
    layout = Layout(n_channels=n_channels)
    features = np.tile(layout.silence, (N_FRAMES, 1))
    for name, scale in (("pitch", 12.0), ("pan", 0.2), ("phase", 0.5)):
        part = features[:, layout.parts[name]][:, :ON]  # one channel has no pan
        part += scale * rng.uniform(-1.0, 1.0, part.shape)
    features[:, layout.parts["level"]][:, :ON] = rng.uniform(-60.0, 0.0, (N_FRAMES, ON))
    features[:, layout.parts["noise"]] = rng.uniform(-90.0, -20.0, (N_FRAMES, n_channels * 128))
    return Recall(features, n_channels)


def placed_at(recall, places, speed, context):
    return at_places(recall, places, speed, np.full(len(places), context))


def frame_of(recall, number):
    """As it was taught: sinusoids and noise."""
    features, _ = recall.frames(number, np.zeros(1))
    return recall.layout.tones(features), recall.layout.noise(features)


@pytest.mark.parametrize("begin", [0, 3])
def test_at_the_song_s_own_speed_it_is_what_is_recalled(begin):
    recall = drawn()
    placed = placed_at(recall, np.arange(begin, N_FRAMES, dtype=float), 1.0, 2.0)
    assert recall.asked[0][2:] == (2.0,)
    for row, number in enumerate(range(begin, N_FRAMES)):
        tones, noise = frame_of(recall, number)
        for name in ("level_db", "pitch", "pan", "phase"):
            ours, theirs = getattr(placed.tones, name)[row], getattr(tones, name)[0]
            np.testing.assert_array_equal(ours[:ON], theirs[:ON])
        np.testing.assert_array_equal(placed.noise.level_db[:, row], noise.level_db[:, 0])
        np.testing.assert_array_equal(placed.noise.likeness[row], noise.likeness[0])
    assert (placed.tones.level_db[:, ON:] == SILENT_DB).all()
    np.testing.assert_array_equal(placed.noise_st, np.tile(recall.noise_st, (N_FRAMES - begin, 1)))


@given(st.floats(-2.0, 4.0), st.floats(0.0, 30.0), st.integers(1, 20), st.sampled_from([1, 2]))
def test_everything_is_finite_and_between_its_neighbours(speed, begin, n, n_channels):
    recall = drawn(n_channels)
    places = np.maximum(begin + speed * np.arange(n), 0.0)
    placed = placed_at(recall, places, speed, 0.0)
    level = placed.tones.level_db
    assert level.shape == (n, 192)
    assert placed.noise.level_db.shape == (n_channels, n, LOOKS, N_BANDS)
    assert all(np.isfinite(part).all() for part in (*placed.tones, *placed.noise))
    assert level.min() >= SILENT_DB
    assert level.max() <= 0.0
    for row, place in enumerate(places):
        here, there = (frame_of(recall, int(place) + step)[0] for step in (0, 1))
        both = np.stack([here.level_db[0, :ON], there.level_db[0, :ON]])
        if both.min() > -100.0:
            assert (level[row, :ON] >= both.min(axis=0) - 1e-9).all()
            assert (level[row, :ON] <= both.max(axis=0) + 1e-9).all()


def test_half_way_a_level_is_half_way_and_what_ends_is_half_as_loud():
    recall = drawn()
    level = recall.layout.parts["level"]
    recall._features[5:7, level][:, :ON] = [[-10.0, -30.0, SILENT_DB], [-20.0, SILENT_DB, -40.0]]
    made = placed_at(recall, np.array([5.5]), 1.0, 0.0).tones.level_db[0, :ON]
    np.testing.assert_allclose(made, [-15.0, -36.02, -46.02], atol=0.01)


def test_an_attack_stays_one_at_every_speed():
    recall = drawn()
    level, attack = recall.layout.parts["level"], recall.layout.parts["attack"]
    recall._features[:11, level][:, 0] = SILENT_DB
    recall._features[11:, level][:, 0] = -10.0
    recall._features[10, attack] = 0.25
    for speed in (0.25, 0.5, 1.0, 3.0):
        places = speed * np.arange(int(20 / speed))
        made = placed_at(recall, places, speed, 0.0).tones
        (row,) = np.flatnonzero(made.attack != NO_ATTACK)
        assert places[row] + speed * made.attack[row] == pytest.approx(10.25)
        is_on = made.level_db[:, 0] > SILENT_DB
        np.testing.assert_array_equal(is_on, places >= 10.25)
    backwards = placed_at(recall, np.arange(20.0)[::-1], -1.0, 0.0).tones
    assert (backwards.attack == NO_ATTACK).all()


def test_backwards_is_forwards_the_other_way_round():
    recall = drawn()
    places = np.arange(2.0, 20.0)
    there = placed_at(recall, places, 1.0, 0.0)
    back = placed_at(recall, places[::-1], -1.0, 0.0)
    np.testing.assert_array_equal(back.tones.level_db[::-1], there.tones.level_db)
    # A pitch is that of the way to the next frame, which is the one before.
    np.testing.assert_array_equal(back.tones.pitch[-2::-1, :ON], there.tones.pitch[:-1, :ON])
    noise = [each.noise.level_db.reshape(2, -1, N_BANDS) for each in (there, back)]
    np.testing.assert_array_equal(noise[1][:, ::-1][:, 3:], noise[0][:, :-3])


def test_before_the_song_and_behind_it_is_silence():
    recall = drawn()
    made = placed_at(recall, np.array([0.0, 0.25]), 0.25, 0.0)
    assert (made.tones.level_db[:, :ON] > SILENT_DB).all()
    late = placed_at(recall, N_FRAMES + 1.0 + np.arange(3.0), 1.0, 0.0)
    assert (late.tones.level_db == SILENT_DB).all()
    assert (late.noise.level_db == SILENT_DB).all()


@pytest.mark.parametrize("n_channels", [1, 2])
def test_silence_is_what_its_layout_says(n_channels):
    layout = Layout(n_channels=n_channels)
    made = silence(5, n_channels, band_pitches(8_000))
    np.testing.assert_array_equal(
        layout.of_tones(made.tones), np.tile(layout.silence[: layout.n_tones], (5, 1))
    )
    np.testing.assert_array_equal(
        layout.of_noise(made.noise), np.tile(layout.silence[layout.n_tones :], (5, 1))
    )


@given(st.sampled_from([1, 2]), st.integers(0, 2**32 - 1))
def test_features_come_back_from_what_they_stand_for(n_channels, seed):
    layout = Layout(n_channels=n_channels)
    features = np.random.default_rng(seed).standard_normal((4, layout.n_features))
    np.testing.assert_array_equal(
        layout.of_tones(layout.tones(features)), features[:, : layout.n_tones]
    )
    np.testing.assert_array_equal(
        layout.of_noise(layout.noise(features)), features[:, layout.n_tones :]
    )


def test_a_layout_is_of_one_channel_or_two():
    for n_channels in (0, 3):
        with pytest.raises(ValueError, match="one channel or two"):
            Layout(n_channels=n_channels)
