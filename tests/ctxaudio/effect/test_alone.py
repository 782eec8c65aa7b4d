"""A song that a network sings by itself: as it was, at other pitches and speeds, of any shape."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.metrics.spectrum import log_spectral_distance
from benchmarks.truths.additive import piece_partials, synthesise
from ctxaudio import DataError, Example, Passage, Sound, sing, tape_example, teach_alone
from ctxaudio.effect.alone import n_sung, n_taught_alone, sing_into
from ctxaudio.memory.alone.memory import CLOCK
from ctxaudio.sound.stored import StoredSound
from rnn.phrases.loop import PhraseLoop
from tests.support.signals import (
    CHORD_HZ,
    LOW_RATE,
    RATE,
    cents,
    chord,
    mono,
    sine,
    snr_db,
    tone,
    tunes,
)

HOP = 96  # of 8 kHz
PHRASE = HOP * CLOCK.n_frames  # samples
SECONDS = 3.0


def samples_of(memory, context=0.0, **passage):
    sound = sing(memory, context, Passage(**passage))
    return sound.read(0, sound.n_samples)


def taught(samples, rate=LOW_RATE):
    return teach_alone(Sound(samples, rate), threads=1)


@pytest.fixture(scope="module")
def partials():
    return piece_partials("strings-and-melody")


@pytest.fixture(scope="module")
def piece(partials):
    return taught(synthesise(partials, seconds=SECONDS), RATE)


@pytest.fixture(scope="module")
def duet_memory(duet):
    return teach_alone(duet, threads=1)


@pytest.fixture(scope="module")
def tones_memory():
    return teach_alone(chord(seconds=2.5, rate=LOW_RATE), threads=1)


@pytest.mark.parametrize(("context", "most_db"), [(0.0, 1.3), (5.0, 1.6), (-7.0, 1.4)])
def test_a_piece_is_sung_as_it_would_be_played(partials, piece, context, most_db):
    truth = synthesise(partials, seconds=SECONDS, semitones=context)
    assert log_spectral_distance(truth, samples_of(piece, context), RATE) < most_db
    if context:
        assert log_spectral_distance(truth, synthesise(partials, seconds=SECONDS), RATE) > 5.0


@pytest.mark.parametrize("context", [-12.0, -3.5, 0.0, 5.0, 12.0])
def test_steady_tones_are_in_tune(tones_memory, context):
    middle = samples_of(tones_memory, context)[0, 4_000:-4_000]
    for hz in CHORD_HZ:
        expected = hz * 2.0 ** (context / 12.0)
        found, amplitude = tone(middle, expected, rate=LOW_RATE)
        assert abs(cents(found, expected)) < 0.1
        assert amplitude == pytest.approx(0.2, rel=0.05)


def test_half_as_fast_is_twice_as_long_and_as_high(tones_memory):
    whole = samples_of(tones_memory)
    for speed, pitch_of in ((0.5, 1.0), (2.0, 1.0), (-1.0, 1.0), (-0.5, 1.0)):
        made = samples_of(tones_memory, speed=speed)
        assert made.shape[1] == round(whole.shape[1] / abs(speed))
        found, _ = tone(made[0, 2_000:-2_000], CHORD_HZ[1] * pitch_of, rate=LOW_RATE)
        assert abs(cents(found, CHORD_HZ[1])) < 0.2


def test_backwards_the_other_way_round_is_the_song(piece, partials):
    truth = synthesise(partials, seconds=SECONDS)
    backwards = samples_of(piece, speed=-1.0)[:, ::-1]
    assert log_spectral_distance(truth, backwards, RATE) < 3.0
    assert log_spectral_distance(truth, truth[:, ::-1], RATE) > 6.0


def test_a_part_is_that_part_of_the_song(piece, partials):
    truth = synthesise(partials, seconds=SECONDS)[:, RATE : 2 * RATE]
    made = samples_of(piece, begin_s=1.0, end_s=2.0)
    assert made.shape == truth.shape
    assert log_spectral_distance(truth, made, RATE) < 3.0


def test_a_loop_and_a_frozen_moment_do_not_click(tones_memory):
    """No sample is further from the one before than those of the tones are, and a little more."""
    steepest = sum(0.2 * 2.0 * np.pi * hz / LOW_RATE for hz in CHORD_HZ)
    for passage in (
        {"begin_s": 0.7, "end_s": 1.2133, "loop": True},
        {"begin_s": 0.7, "end_s": 1.2133, "loop": True, "speed": -0.7},
        {"begin_s": 1.1, "speed": 0.0},
    ):
        made = samples_of(tones_memory, seconds=3.0, **passage)
        assert made.shape[1] == 3 * LOW_RATE
        assert np.abs(np.diff(made[0, HOP:])).max() < 1.1 * steepest


def test_what_is_frozen_stands_still(tones_memory):
    made = samples_of(tones_memory, 5.0, begin_s=1.3, speed=0.0, seconds=2.0)[0]
    for hz in CHORD_HZ:
        expected = hz * 2.0 ** (5.0 / 12.0)
        assert abs(cents(tone(made, expected, rate=LOW_RATE)[0], expected)) < 1.0


@pytest.mark.parametrize("block", [1, 7])
def test_blocks_do_not_matter(duet_memory, block, monkeypatch):
    for passage in ({"speed": -0.5}, {"begin_s": 0.1, "loop": True, "seconds": 0.6}):
        whole = samples_of(duet_memory, 3.0, **passage)
        with monkeypatch.context() as patch:
            patch.setattr("ctxaudio.effect.alone._BLOCK", block)
            # The network is set to where a block that runs backwards begins.
            assert np.abs(samples_of(duet_memory, 3.0, **passage) - whole).max() < 2e-3


def test_channels_keep_their_places():
    tones = sine(523.0, rate=LOW_RATE, amplitude=0.4)
    for left, right in ((1.0, 0.0), (0.5, 0.5), (0.7, -0.7), (0.0, 1.0)):
        made = samples_of(taught(np.stack([left * tones, right * tones])), 2.0)
        inner = made[:, 1_000:-1_000]
        assert np.std(inner, axis=1) == pytest.approx(
            np.abs([left, right]) * 0.4 / np.sqrt(2.0), abs=0.01
        )
        assert np.sign(np.sum(inner[0] * inner[1]).round(3)) == np.sign(left * right)


@pytest.mark.parametrize("rate", [8_000, 11_025, 48_000, 96_000])
@pytest.mark.parametrize("n_channels", [1, 2])
def test_every_rate_is_sung_in_tune(rate, n_channels):
    song = Sound(np.tile(sine(660.0, rate=rate), (n_channels, 1)), rate)
    made = sing(teach_alone(song, threads=1), 7.0)
    assert (made.sample_rate, made.n_channels, made.n_samples) == (rate, n_channels, rate)
    expected = 660.0 * 2.0 ** (7.0 / 12.0)
    middle = made.read(rate // 4, 3 * rate // 4)[0]
    assert abs(cents(tone(middle, expected, rate=rate)[0], expected)) < 0.5


@pytest.mark.parametrize(
    "n_samples",
    [1, HOP, HOP + 1, 3_000, PHRASE - HOP + 1, PHRASE, PHRASE + 1, 2 * PHRASE],
)
def test_every_length_is_kept(n_samples):
    samples = np.resize(tunes(4_000, LOW_RATE), (2, n_samples)).astype(np.float32)
    memory = taught(samples)
    assert len(memory.phrases) == -(-n_samples // PHRASE)
    for context in (0.0, -5.0):
        made = samples_of(memory, context)
        assert made.shape == samples.shape
        assert np.isfinite(made).all()
        assert np.abs(made).max() < 2.5


@pytest.mark.parametrize("n_samples", [1, 100, 5_000])
def test_silence_is_silence(n_samples):
    assert not samples_of(taught(np.zeros((2, n_samples))), 5.0).any()


@pytest.mark.parametrize("scale", [1e-12, 8.0, 1e31])
def test_a_song_of_any_peak_is_sung_alike(scale):
    samples = tunes(4_001, LOW_RATE)
    expected = samples_of(taught(samples), 4.0)
    made = samples_of(taught(np.float32(scale) * samples.astype(np.float32)), 4.0)
    assert np.abs(made / scale - expected).max() < 0.05


def test_the_same_seed_sings_the_same(duet, duet_memory):
    again = teach_alone(duet, threads=3)
    assert samples_of(again, 5.0).tobytes() == samples_of(duet_memory, 5.0).tobytes()
    other = teach_alone(duet, seed=1, threads=1)
    assert samples_of(other, 5.0).tobytes() != samples_of(duet_memory, 5.0).tobytes()


def test_progress_tells_of_every_frame(duet):
    seen = []
    memory = teach_alone(duet, threads=1, progress=seen.append)
    assert sum(seen) == n_taught_alone(duet) == 2 * memory.n_frames
    for passage in (Passage(), Passage(speed=0.3), Passage(loop=True, end_s=0.2, seconds=1.0)):
        seen.clear()
        sound = StoredSound(memory.sample_rate, memory.n_channels)
        sing_into(sound.append, memory, 1.0, passage, progress=seen.append)
        assert sum(seen) == n_sung(memory, passage) == -(-sound.n_samples // HOP)


def test_what_cannot_be_taught_is_refused(duet):
    cases = [
        (Sound(np.zeros((3, 100)), LOW_RATE), None, "one channel or two, got 3"),
        (duet, [], "at least one example is needed"),
        (duet, [tape_example(duet, 1.0), tape_example(duet, 1.0)], "a context of its own"),
        (duet, [Example(duet, 1.0, formants=0.0)], "one knob, pitch"),
        (duet, [Example(Sound(duet.samples, 16_000), 1.0)], "sample rate"),
    ]
    for song, examples, reason in cases:
        with pytest.raises(DataError, match=reason):
            teach_alone(song, examples, threads=1)


@pytest.mark.parametrize("context", [36.5, -37.0, np.nan, np.inf])
def test_what_is_beyond_the_contexts_is_refused(duet_memory, context):
    with pytest.raises(DataError):
        sing(duet_memory, context)


def test_a_part_behind_the_end_is_refused(duet_memory):
    with pytest.raises(DataError, match=r"behind the song's end, 0\.50 s"):
        sing(duet_memory, 0.0, Passage(begin_s=0.51))


def test_a_memory_says_what_it_is(duet_memory):
    words = repr(duet_memory)
    assert words.startswith("AloneMemory(4001 samples at 8000 Hz, taught at 0, -1, +1: ")
    assert duet_memory.bits_s < duet_memory.readout_bits_s / 10.0
    assert duet_memory.duration_s == 4_001 / 8_000


def test_a_louder_example_is_sung_louder():
    song = mono(0.1 * np.random.default_rng(3).standard_normal(LOW_RATE), LOW_RATE)
    louder = [Example(Sound(10.0 ** (c / 20.0) * song.samples, LOW_RATE), c) for c in (-1.0, 1.0)]
    memory = teach_alone(song, louder, threads=1)
    levels = [20.0 * np.log10(np.std(samples_of(memory, c))) for c in (0.0, 6.0)]
    assert levels[1] - levels[0] == pytest.approx(6.0, abs=0.5)


@pytest.mark.parametrize("phase", np.linspace(0.0, 2.0 * np.pi, 5, endpoint=False))
@pytest.mark.parametrize("gains", [(1.0,), (1.0, -0.5)])
def test_a_tone_that_begins_at_any_phase_is_sung_without_noise(phase, gains):
    """But for its phase, which is kept to a thirty-second of a turn."""
    samples = sine(523.0, rate=LOW_RATE, phase=phase)
    samples[:3_000] = 0.0
    song = np.array(gains)[:, None] * samples
    assert snr_db(song[:, 3_500:-1_000], samples_of(taught(song))[:, 3_500:-1_000]) > 14.0


def odd_waves():
    time_s = np.arange(4_000) / LOW_RATE
    return {
        "a constant": np.full(4_000, 0.5),
        "nothing but 15 Hz": 0.5 * np.sin(2.0 * np.pi * 15.0 * time_s),
        "half the rate": 0.5 * (-1.0) ** np.arange(4_000),
        "a click": np.arange(4_000) == 2_000,
        "a click at first": np.arange(4_000) == 0,
        "clicks": np.arange(4_000) % 400 == 0,
        "a square wave": np.sign(np.sin(2.0 * np.pi * 110.0 * time_s)),
        "a fade": 2.0 * time_s * np.sin(2.0 * np.pi * 300.0 * time_s),
        "nearly nothing, then all": np.where(time_s < 0.25, 1e-20, 1.0) * np.sin(2_000.0 * time_s),
        "the smallest numbers": np.full(4_000, 1e-44),
    }


@pytest.mark.parametrize("name", odd_waves())
def test_odd_sounds_are_sung_without_a_warning_and_not_much_louder(name):
    wave = odd_waves()[name].astype(np.float32)
    memory = taught(wave[None])
    for context, most in ((0.0, 1.5), (-36.0, 1.5), (12.0, 3.0)):
        made = samples_of(memory, context)
        assert np.isfinite(made).all()
        assert np.sqrt(np.mean(made**2)) <= most * np.sqrt(np.mean(np.square(wave, dtype=float)))


@pytest.mark.parametrize("speed", [1.0, 0.37, 2.5])
def test_the_network_is_set_to_the_beginning_and_goes_on_by_itself(
    tones_memory, speed, monkeypatch
):
    seen = []
    start = PhraseLoop.start

    def counted(loop, frame, context=0.0):
        seen.append(frame)
        return start(loop, frame, context)

    monkeypatch.setattr(PhraseLoop, "start", counted)
    monkeypatch.setattr("ctxaudio.effect.alone._BLOCK", 16)
    samples_of(tones_memory, 5.0, speed=speed)
    assert seen == [0]
