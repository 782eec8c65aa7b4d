"""What a playhead gives, and how smooth it is."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.signals import STEADY_HZ, STEADY_RATE, cents, sine, tone


def played(playhead, n_hops=None):
    """What is heard of the next hops, or of all to the end."""
    parts = []
    while n_hops is None or len(parts) < n_hops:
        made = playhead.next()
        if made is None:
            break
        parts.append(made)
        assert len(parts) < 1_000  # it ends
    return np.concatenate(parts, axis=1)


def steepest(samples, order=1):
    """The largest step, or step of steps."""
    return np.abs(np.diff(np.asarray(samples, np.float64), order)).max()


def steepest_sine(context, order=1):
    """That of the steady tone at a context."""
    hz = STEADY_HZ * 2.0 ** (context / 12.0)
    return steepest(sine(hz, seconds=0.2, rate=STEADY_RATE), order)


def assert_steady(samples, context, within_cents=1.0):
    """It is the steady tone at a context, and of its level."""
    expected_hz = STEADY_HZ * 2.0 ** (context / 12.0)
    found_hz, amplitude = tone(samples[-6_000:], expected_hz, rate=STEADY_RATE)
    assert abs(cents(found_hz, expected_hz)) < within_cents
    assert amplitude == pytest.approx(0.5, rel=0.02)
