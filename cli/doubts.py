"""What of a song's examples is to be doubted, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctxaudio.memory.learned import Doubt, Learned
    from ctxaudio.sound.source import SoundSource


def doubt_words(doubt: Doubt, song: SoundSource, learned: Learned) -> str:
    """A line on a reason to look at an example again."""
    from ctxaudio.memory.learned import LEAST_LIKENESS

    example = f"the example for context {doubt.context:+g}"
    if doubt.kind == "unlike":
        return (
            f"{example} is unlike the song: likeness {doubt.value:.2f}, a version has "
            f"{LEAST_LIKENESS:g} and more. Is it another song, silent, or out of step?"
        )
    if doubt.kind == "channels":
        return f"{example} has {doubt.value:g} channels, the song {song.n_channels}."
    if doubt.kind == "still":
        return "nothing moves at any context. Are the examples the song itself?"
    return (
        f"{example} teaches {doubt.value:+.2f} semitones a step, all together "
        f"{learned.semitones:+.2f}. Is a label or a file wrong?"
    )
