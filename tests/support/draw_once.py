"""Networks that are drawn once a process."""

from __future__ import annotations

from rnn import draw_reservoir

_drawn = {}


def draw_once(config, *, rng):
    """The network of a seed is always the same, and to draw it takes longer than most tests."""
    key = config, str(rng.bit_generator.state)
    if key not in _drawn:
        _drawn[key] = draw_reservoir(config, rng=rng)
    return _drawn[key]
