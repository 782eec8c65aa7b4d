"""A picture of what a memory holds, for a notebook: displacement against context, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from ctxaudio.limits import MAX_CONTEXT
from ctxaudio.memory.field import field_between
from ctxaudio.memory.knobs import PITCH, Knobs, points
from rnn import PhraseMemory

_PHRASES = 6  # spread over the song, of which the picture is made
_POINTS = 13  # contexts; an odd number, so that 0 is one
_WIDTH, _HEIGHT, _MARGIN = 360, 220, 34  # pixels


def displacements(phrases: PhraseMemory, contexts: np.ndarray, knobs: Knobs = PITCH) -> np.ndarray:
    """Displacement, (context, 3): what 5, 50 and 95 % of a few phrases' bands and frames have."""
    chosen = np.unique(np.linspace(0, phrases.n_phrases - 1, _PHRASES).round().astype(int))
    length = phrases.clock.n_frames
    unshifted = phrases.states(points(knobs, 0.0, None))
    found = []
    for context in contexts:
        states = phrases.states(points(knobs, float(context), None))
        moved = [
            field_between(
                phrases.features(states, phrase * length),
                phrases.features(unshifted, phrase * length),
                with_envelope=knobs != PITCH,
            ).displacement
            for phrase in chosen
        ]
        found.append(np.percentile(np.stack(moved), [5.0, 50.0, 95.0]))
    return np.array(found)


def html_of(
    phrases: PhraseMemory, taught: Sequence[float], words: str, knobs: Knobs = PITCH
) -> str:
    """The picture of a memory taught at some contexts, with words below; it runs nothing.

    A line for the median over frames and bands, a shade for what 90 % of them have, and a dot
    where a context was taught.
    """
    reach = min(MAX_CONTEXT, 12.0 * max(1.0, np.ceil(np.abs(taught).max() / 12.0)))
    contexts = np.linspace(-reach, reach, _POINTS)
    curves = displacements(phrases, contexts, knobs)
    seen = [context for context in taught if abs(context) <= reach]
    dots = displacements(phrases, np.array(seen), knobs)[:, 1]
    top = max(1.0, float(np.ceil(np.abs(curves).max())))

    def point(context: float, semitones: float) -> str:
        x = _MARGIN + (context + reach) / (2.0 * reach) * (_WIDTH - 2 * _MARGIN)
        y = _MARGIN + (top - semitones) / (2.0 * top) * (_HEIGHT - 2 * _MARGIN)
        return f"{x:.1f},{y:.1f}"

    low, middle, high = (
        [point(context, value) for context, value in zip(contexts, curve, strict=True)]
        for curve in curves.T
    )
    marks = "".join(
        '<circle cx="{}" cy="{}" r="4"/>'.format(*point(context, value).split(","))
        for context, value in zip(seen, dots, strict=True)
    )
    axes = f"M{point(-reach, 0)} L{point(reach, 0)} M{point(0, -top)} L{point(0, top)}"
    texts = [
        (_MARGIN, _HEIGHT / 2 + 14, "start", f"{-reach:+g}"),
        (_WIDTH - _MARGIN, _HEIGHT / 2 + 14, "end", f"{reach:+g}"),
        (_WIDTH - _MARGIN, _HEIGHT / 2 - 6, "end", "context"),
        (_WIDTH / 2 + 6, _MARGIN - 4, "start", f"{top:+g} semitones"),
        (_WIDTH / 2 + 6, _HEIGHT - _MARGIN + 12, "start", f"{-top:+g}"),
    ]
    labels = "".join(
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'
        for x, y, anchor, text in texts
    )
    return (
        f'<figure style="margin:0"><svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" '
        f'height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-size="11" '
        'font-family="sans-serif" fill="currentColor" role="img">'
        f"<title>{escape(words)}</title>"
        f'<path d="{axes}" stroke="currentColor" opacity="0.4" fill="none"/>'
        f'<polygon points="{" ".join([*low, *reversed(high)])}" fill="#e8743b" opacity="0.3"/>'
        f'<polyline points="{" ".join(middle)}" fill="none" stroke="#e8743b" stroke-width="2"/>'
        f"{marks}{labels}</svg><figcaption><code>{escape(words)}</code></figcaption></figure>"
    )
