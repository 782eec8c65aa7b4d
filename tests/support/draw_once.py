"""Networks that are drawn, and solved, once a process."""

from __future__ import annotations

from rnn import draw_reservoir

_drawn = {}


def draw_once(config, *, rng):
    """The network of a seed is always the same, and to draw it takes longer than most tests."""
    key = config, str(rng.bit_generator.state)
    if key not in _drawn:
        _drawn[key] = draw_reservoir(config, rng=rng)
    return _drawn[key]


def solve_once(solve):
    """What is solved of such a network at some contexts is always the same, and takes as long."""
    solved = {}

    def once(network, clock, contexts, *, rng=None, **options):
        state = None if rng is None else str(rng.bit_generator.state)
        key = id(network), clock, tuple(contexts), state, *options.items()
        if key not in solved:
            more = {} if rng is None else {"rng": rng}
            solved[key] = network, solve(network, clock, contexts, **more, **options)
        return solved[key][1]

    return once
