"""What a memory has learned, in a few numbers, and what of its examples is to be doubted.

Nothing here changes what is taught: copies under the wrong labels are taught as they are. It only
says what came of it, with the tolerances that it is judged by.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from ctxaudio.analysis.examples import Example
from ctxaudio.analysis.likeness import match
from ctxaudio.memory.field import MAX_GAIN_DB
from ctxaudio.memory.quantiles import Loudest, medians_of_columns
from ctxaudio.memory.recalled import field_of
from ctxaudio.memory.song_memory import SongMemory
from ctxaudio.sound.source import SoundSource
from rnn.rows import Rows

AGREEMENT_ST = 0.02  # semitones a step by which a band may differ; a quarter of one at +12
STILL_ST = 0.01  # semitones a step; less than that is no movement,
STILL_DB = 0.1  # and less gain a step than that no change of level
LEAST_LIKENESS = 0.5  # of an example; see match()
UNEVEN_ST = 0.1  # semitones by which an example may lie elsewhere than all together have it
BELIEVED_DB = 6.0  # of gain; what is extrapolated to more is seldom right

Kind = Literal["unlike", "channels", "uneven", "still"]


class Learned(NamedTuple):
    """What a step of the context does, as the memory recalls it where it was taught."""

    semitones: float  # displacement a step: the median over bands
    n_agreeing: int  # bands that are displaced like that, within AGREEMENT_ST
    n_bands: int
    gain_db: float  # of all frames and bands, the size of gain a step that 5 % exceed

    @property
    def moves(self) -> bool:
        """Whether anything is displaced, or changes its level."""
        still = abs(self.semitones) < STILL_ST and self.n_agreeing == self.n_bands
        return not (still and self.gain_db < STILL_DB)

    def gain_at(self, context: float) -> float:
        """Size of the gains, in dB, that are recalled at a context."""
        return min(self.gain_db * abs(context), MAX_GAIN_DB)


class Doubt(NamedTuple):
    """A reason to look at an example again."""

    kind: Kind
    context: float  # of the example; 0 of all together
    value: float  # its likeness; its channels; semitones a step


def what_was_learned(memory: SongMemory) -> Learned:
    """What a memory recalls at the contexts that it was taught, a step of the context.

    Raises:
        DataError: if it is of no song in particular.
    """
    contexts = [context for context in memory.contexts if context != 0.0]
    slopes, gains = [], []
    for context in contexts:
        displacement = Rows((memory.bands.n_bands,), np.float64)
        sizes = Loudest(memory.phrases.n_frames * memory.bands.n_bands)
        for field in field_of(memory, context).phrases():
            displacement.append(field.displacement)
            sizes.add(np.abs(field.gain))
        slopes.append(medians_of_columns(displacement) / context)
        gains.append(sizes.exceeded() / abs(context))
    of_band = np.mean(slopes, axis=0)
    semitones = float(np.median(of_band))
    agreeing = np.abs(of_band - semitones) <= AGREEMENT_ST
    return Learned(
        semitones=semitones,
        n_agreeing=int(agreeing.sum()),
        n_bands=len(of_band),
        gain_db=float(np.max(gains)),
    )


def doubts(song: SoundSource, examples: Sequence[Example], learned: Learned) -> list[Doubt]:
    """What speaks against examples: one is unlike the song or the rest, or nothing comes of them.

    Args:
        song: what they are of.
        examples: those that may be doubted; copies that were made of the song need not be.
        learned: what came of all together.
    """
    found = []
    for example in examples:
        context, n_channels = example.context, example.sound.n_channels
        if n_channels != song.n_channels:
            found.append(Doubt("channels", context, n_channels))
        alike, semitones = match(song, example)
        if alike < LEAST_LIKENESS:
            found.append(Doubt("unlike", context, alike))
        elif abs(semitones - learned.semitones * context) > UNEVEN_ST:
            found.append(Doubt("uneven", context, semitones / context))
    if not learned.moves:
        found.append(Doubt("still", 0.0, learned.semitones))
    return found
