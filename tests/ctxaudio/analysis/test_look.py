"""Looks at a song and its versions are in step, and hold for the frames between them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxaudio.analysis.bands import BandConfig
from ctxaudio.analysis.frames import FrameConfig
from ctxaudio.analysis.look import STEP, Look, every_frame
from tests.support.signals import RATE, mono, sine

LOOK = Look(FrameConfig(), BandConfig(), full_scale=1.0)


@given(n_frames=st.integers(1, 300))
def test_blocks_follow_each_other_and_reach_the_last_frame(n_frames):
    song = mono(np.zeros((n_frames - 1) * LOOK.frames.hop + 1))
    blocks = LOOK.blocks(song)
    assert blocks[0].start == 0
    assert [block.stop for block in blocks[:-1]] == [block.start for block in blocks[1:]]
    last = blocks[-1].stop - 1
    assert last - 1 < (n_frames - 1) / STEP <= last


@given(n_frames=st.integers(1, 30))
def test_frames_lie_on_straight_lines_between_looks(n_frames):
    n_looks = -(-(n_frames - 1) // STEP) + 1
    line = np.stack([np.arange(n_looks) * float(STEP), np.ones(n_looks)], axis=1)
    expected = np.stack([np.arange(n_frames), np.ones(n_frames)], axis=1)
    np.testing.assert_allclose(every_frame(line, n_frames), expected, atol=1e-12)


@pytest.mark.parametrize("hz", [50.0, 1000.0, 18_000.0])
def test_power_is_that_of_all_energy(hz):
    song = mono(sine(hz, amplitude=0.5, seconds=1.0))
    block = slice(8, 12)
    np.testing.assert_allclose(LOOK.power(song, block), 0.25 / 4.0, rtol=1e-3)
    energy = LOOK.energy(song, 1.0, block).sum(axis=1)
    np.testing.assert_allclose(LOOK.power(song, block), energy, rtol=2e-2)
    assert len(song.samples[0]) == RATE
