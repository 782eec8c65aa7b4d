"""How a memory of phrases decays: with noise in its weights and its states, and with units lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from benchmarks.phrase_network import (
    EXACT,
    Errors,
    Row,
    Setting,
    Turns,
    draw_network,
    draw_sequence,
    errors_of,
    left_alone,
    own_clock,
    readout_of,
    share_lost,
    share_lost_in_noise,
    silenced,
)
from benchmarks.runner import say
from ctxaudio.memory.song_memory import RIDGE as SONG_RIDGE
from rnn import ClockConfig, ReservoirConfig, SelfClock
from rnn.phrases.self_clock import RIDGE

CLOCK = ClockConfig()
# A larger ridge needs a larger scale, or it leaves no room for the context: so does the third.
SETTINGS = (
    EXACT,
    Setting(ReservoirConfig().context_scale, SONG_RIDGE),
    Setting(1e-5, 1e-6),
    Setting(1e-2, 1e-6),
    Setting(1e-1, 1e-3),
)
NOISES = (1e-9, 1e-7, 1e-5, 1e-3, 1e-1)  # of a weight, relative to it; of a state, whose range is 2
SHARES_SILENCED = (0.01, 0.03, 0.1, 0.3)
CLOCK_RIDGES = (1e-3, 1e-2, RIDGE)
CLOCK_STATE_NOISES = (0.03, 0.1, 0.2, 0.3)
CLOCK_WEIGHT_NOISES = (0.1, 0.3, 1.0)
_N_FRAMES = 4 * CLOCK.n_frames

Found = dict[tuple[str, float], Sequence[float]]  # by what was done, and how much of it


def recall_decay(seeds: Iterable[int]) -> list[Row]:
    """Relative errors of recall, medians over draws."""
    rows: list[Row] = []
    for setting in SETTINGS:
        middle = _medians([_recall(setting, seed) for seed in seeds])
        for (what, size), values in middle.items():
            named = {"scale": setting.context_scale, "ridge": setting.ridge}
            rows.append({**named, "of": what, "size": size, **Errors(*values)._asdict()})
        say(f"decay of recall at ridge {setting.ridge:g}")
    return rows


def clock_decay(seeds: Iterable[int]) -> list[Row]:
    """Shares of frames that the network's own clock loses, medians over draws."""
    rows: list[Row] = []
    for ridge in CLOCK_RIDGES:
        middle = _medians([_clock(ridge, seed) for seed in seeds])
        rows += [
            {"ridge": ridge, "of": what, "size": size, "lost": values[0]}
            for (what, size), values in middle.items()
        ]
        say(f"decay of a clock at ridge {ridge:g}")
    return rows


def _recall(setting: Setting, seed: int) -> Found:
    rng = np.random.default_rng(seed)
    network = draw_network(CLOCK, context_scale=setting.context_scale, seed=seed)
    sequence = draw_sequence(CLOCK.n_frames, rng=rng)
    own = own_clock(network, CLOCK)
    alone, weights = left_alone(own), readout_of(network, CLOCK, sequence, ridge=setting.ridge)
    found: Found = {("nothing", 0.0): errors_of(alone, weights, sequence)}
    for noise in NOISES:
        noisy = weights * (1.0 + rng.normal(0.0, noise, weights.shape))
        found["noise in weights", noise] = errors_of(alone, noisy, sequence)
    for noise in NOISES:
        here, there = (
            states + rng.normal(0.0, noise, states.shape) for states in (alone.here, alone.there)
        )
        found["noise in states", noise] = errors_of(Turns(here, there), weights, sequence)
    for share in SHARES_SILENCED:
        kept = _left(share, network.n_units, rng)
        rest = silenced(network, kept)
        alone = left_alone(SelfClock(rest, CLOCK, own.weights[kept]))
        found["units lost", share] = errors_of(alone, weights[kept], sequence)
        alone = left_alone(own_clock(rest, CLOCK))
        again = readout_of(rest, CLOCK, sequence, ridge=setting.ridge)
        found["units lost, learned again", share] = errors_of(alone, again, sequence)
    return found


def _clock(ridge: float, seed: int) -> Found:
    rng = np.random.default_rng(seed)
    network = draw_network(CLOCK, seed=seed)
    own = own_clock(network, CLOCK, ridge=ridge)
    found: Found = {("nothing", 0.0): [share_lost(own, _N_FRAMES)]}
    for noise in CLOCK_WEIGHT_NOISES:
        noisy = own.weights * (1.0 + rng.normal(0.0, noise, own.weights.shape))
        lost = share_lost(SelfClock(network, CLOCK, noisy), _N_FRAMES)
        found["noise in weights", noise] = [lost]
    for noise in CLOCK_STATE_NOISES:
        lost = share_lost_in_noise(own, _N_FRAMES, noise, rng=rng)
        found["noise in states", noise] = [lost]
    for share in SHARES_SILENCED:
        kept = _left(share, network.n_units, rng)
        rest = silenced(network, kept)
        lost = share_lost(SelfClock(rest, CLOCK, own.weights[kept]), _N_FRAMES)
        found["units lost", share] = [lost]
        lost = share_lost(own_clock(rest, CLOCK, ridge=ridge), _N_FRAMES)
        found["units lost, learned again", share] = [lost]
    return found


def _left(share: float, n_units: int, rng: np.random.Generator) -> np.ndarray:
    """The units that are left when a share of them is lost."""
    return np.sort(rng.permutation(n_units)[round(share * n_units) :])


def _medians(draws: Sequence[Found]) -> Found:
    return {key: np.median([draw[key] for draw in draws], axis=0).tolist() for key in draws[0]}
