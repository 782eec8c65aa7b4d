"""The plugin-style face: teach an effect one song, then call it with any context."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ctxaudio.errors import DataError
from ctxaudio.examples import Example, tape_example
from ctxaudio.features import Progress
from ctxaudio.generator import generate, n_generated
from ctxaudio.memory import SongMemory, recall_field, teach
from ctxaudio.sound import Sound

DEFAULT_EXAMPLES = (-1.0, 1.0)  # semitones


@dataclass(frozen=True, slots=True)
class ContextShift:
    """Shifts the pitch of the song it was taught.

    >>> import numpy as np
    >>> time_s = np.arange(22_050) / 44_100
    >>> song = Sound(0.5 * np.sin(2 * np.pi * 440 * time_s)[None], 44_100)
    >>> effect = ContextShift.teach(song)
    >>> effect(song, context=12.0)
    Sound(1 channels, 22050 samples, 44100 Hz)
    """

    memory: SongMemory

    @classmethod
    def teach(
        cls,
        song: Sound,
        examples: Iterable[Example] | None = None,
        *,
        seed: int = 0,
        progress: Progress = lambda _: None,
    ) -> ContextShift:
        """Teach a network the song and versions of it; by tape speed at ±1 semitone by default."""
        if examples is None:
            examples = [tape_example(song, semitones) for semitones in DEFAULT_EXAMPLES]
        return cls(teach(song, examples, seed=seed, progress=progress))

    def __call__(
        self, song: Sound, context: float, *, progress: Progress = lambda _: None
    ) -> Sound:
        """The song as the memory has it at a context, in semitones for the default examples.

        Raises:
            DataError: if it is not the song that was taught, or the context is beyond ±36.
        """
        memory = self.memory
        if song.fingerprint() != memory.fingerprint:
            raise DataError(
                f"the memory is of another song: it was taught {memory.n_samples} samples at "
                f"{memory.sample_rate} Hz, got {song!r}. Teach this one, or give the same file."
            )
        field = recall_field(memory, context)
        return generate(song, field, memory.frames, memory.bands, progress)

    def n_steps(self, song: Sound) -> int:
        """How many frames ``progress`` is told of in one call."""
        return n_generated(song, self.memory.frames)
