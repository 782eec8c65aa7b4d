"""Sound that goes through an effect in blocks, at a context that is turned meanwhile."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ctxaudio import recall_field
from ctxaudio.effect.stream import stream_resolution
from ctxaudio.synthesis.generator import generate, when_heard


def streamed(effect, samples, edges=()):
    edges = [0, *edges, samples.shape[1]]
    return np.concatenate([effect.process(samples[:, a:b]) for a, b in pairwise(edges)], axis=1)


def followed_by_silence(samples, n_samples):
    return np.pad(samples, ((0, 0), (0, n_samples)))


def turned(effect, samples, turns, *, start=0.0, edges=()):
    """What comes out if the context is turned at some samples, and blocks end at some others."""
    effect.reset()
    effect.context, parts = start, []
    # Two edges at one sample are an empty block.
    cuts = sorted([0, *turns, *edges, samples.shape[1]])
    for first, last in pairwise(cuts):
        effect.context = turns.get(first, effect.context)
        parts.append(effect.process(samples[:, first:last]))
    return np.concatenate(parts, axis=1)


def whole(memory, song, context, speed=1.0, formants=None):
    """The whole song, made with the windows of a stream."""
    resolution = stream_resolution(memory)
    when = when_heard(song, speed, resolution)
    field = recall_field(memory, context, formants)
    return generate(song, field, resolution, memory.bands, when=when)
