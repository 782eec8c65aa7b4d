"""Bytes that are not what a program wrote: cut, flipped, repeated, forged, mixed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_ODD = (0, 1, 0x7F, 0x80, 0xFF)
_SIZES = (0, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**24)


class Mutation(NamedTuple):
    """What became of a whole file."""

    data: bytes
    is_prefix: bool  # a shorter part of it, from its beginning, and nothing else


def mutated(data: bytes, other: bytes, rng: np.random.Generator) -> Mutation:
    """A file with something wrong; ``other`` is a file that it may be mixed with."""
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, 4))):
        way = rng.integers(8)
        if way == 0:
            cut = int(rng.integers(len(data)))
            return Mutation(data[:cut], is_prefix=True)
        if not changed:
            break
        # Headers are at the beginning, and what is there matters most.
        reach = len(changed) if rng.random() < 0.5 else min(len(changed), 256)
        at = int(rng.integers(reach))
        if way == 1:
            changed[at] = int(rng.integers(256))
        elif way == 2:
            changed[at] = _ODD[rng.integers(len(_ODD))]
        elif way == 3:  # a size of four bytes, of either order
            size = _SIZES[rng.integers(len(_SIZES))]
            changed[at : at + 4] = size.to_bytes(4, ("little", "big")[rng.integers(2)])
        elif way == 4:
            end = at + int(rng.integers(1, 2000))
            del changed[at:end]
        elif way == 5:
            end = at + int(rng.integers(1, 2000))
            changed[at:at] = changed[at:end]
        elif way == 6:
            changed[at:at] = rng.bytes(int(rng.integers(1, 300)))
        else:
            begin = int(rng.integers(len(other)))
            changed[at:] = other[begin:]
    return Mutation(bytes(changed), is_prefix=False)
