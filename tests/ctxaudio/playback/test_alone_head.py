"""A memory that sings alone as a player plays it: the same sound, glides, seeks and loops."""

from __future__ import annotations

import numpy as np
import pytest

from ctxaudio import DataError, Sound, sing, teach_alone
from ctxaudio.playback.alone_head import AloneHead
from tests.support.signals import cents, sine, tone

RATE = 16_000


@pytest.fixture(scope="module")
def memory():
    left, right = (sine(hz, seconds=3.0, rate=RATE) for hz in (440.0, 660.0))
    return teach_alone(Sound(0.6 * np.stack([left, right]), RATE))


def played(head, n=10**6):
    parts = []
    while len(parts) < n and (part := head.next()) is not None:
        parts.append(part)
    return np.concatenate(parts, axis=1)


def test_it_is_what_is_sung(memory):
    for context in (0.0, 7.0):
        sung = sing(memory, context)
        whole = sung.read(0, sung.n_samples)
        heard = played(AloneHead(memory, context))
        np.testing.assert_allclose(heard[:, : whole.shape[1]], whole, atol=1e-5)
        assert np.abs(heard[:, whole.shape[1] :]).max(initial=0.0) < 0.3


def test_a_context_is_turned_while_it_sounds(memory):
    head = AloneHead(memory)
    before = played(head, 100)
    head.context = 5.0
    after = played(head, 120)
    assert head.heard_context == 5.0
    # Of sines that glide, no sample is further from the next than the highest of them moves.
    steepest = 2.0 * np.pi * 660.0 * 2.0 ** (5.0 / 12.0) / RATE * 0.3
    assert np.abs(np.diff(np.concatenate([before, after], axis=1))).max() < 1.05 * steepest
    wanted_hz = 440.0 * 2.0 ** (5.0 / 12.0)
    found_hz, amplitude = tone(after[0, 10_000:18_000], wanted_hz, rate=RATE)
    assert abs(cents(found_hz, wanted_hz)) < 0.2
    assert amplitude == pytest.approx(0.3, rel=0.02)


def test_it_goes_on_elsewhere_and_round(memory):
    head = AloneHead(memory)
    played(head, 20)
    head.seek(2 * RATE)
    played(head, 2)
    assert abs(head.position - 2 * RATE) <= memory.frames.hop
    assert played(head).shape[1] < 1.1 * RATE
    assert head.next() is None
    head.seek(0)
    head.loop = True
    n_hops = -(-memory.n_samples // memory.frames.hop)
    assert played(head, 3 * n_hops).shape[1] == 3 * n_hops * memory.frames.hop
    head.loop = False
    played(head)
    assert head.next() is None


def test_it_runs_backwards_and_stands_still(memory):
    head = AloneHead(memory, speed=-1.0)
    assert abs(played(head).shape[1] - memory.n_samples) <= 4 * memory.frames.hop
    assert head.position == 0
    head = AloneHead(memory, speed=0.0)
    head.seek(RATE)
    assert np.abs(played(head, 400)[:, -2000:]).max() > 0.25
    assert abs(head.position - RATE) <= memory.frames.hop


def test_what_it_cannot_do_is_refused(memory):
    with pytest.raises(DataError, match="within ±36"):
        AloneHead(memory, 40.0)
    with pytest.raises(ValueError, match="speed must lie between -2 and 4"):
        AloneHead(memory, speed=5.0)
    head = AloneHead(memory)
    with pytest.raises(DataError, match="within ±36"):
        head.context = float("nan")


def test_what_was_recalled_last_is_told_by_band(memory):
    head = AloneHead(memory)
    played(head, 50)
    pitches, levels_db = np.split(head.recalled, 2)
    loudest = np.argmax(levels_db)
    assert min(abs(pitches[loudest] - each) for each in (0.0, 7.02)) < 0.1
    assert levels_db[loudest] == pytest.approx(0.0, abs=4.0)  # of the song's peak
