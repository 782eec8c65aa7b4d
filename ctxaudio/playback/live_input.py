"""A live input: what a microphone hears, moved by what a memory learned of another sound."""

from __future__ import annotations

import numpy as np

from ctxaudio.effect.stream import Voice, begin_blocks, process_block
from ctxaudio.memory.knobs import Formants
from ctxaudio.memory.song_memory import SongMemory, check_context, for_any_sound
from ctxaudio.playback.ring import Ring

_LATEST_S = 0.05  # what has waited for longer is left out, or everything would be late from then on
_LOUDEST = 4.0  # of full scale; a sound card that gives more is broken


class LiveInput:
    """Shifts what is written to ``incoming``. One thread at a time may use it."""

    loop = False
    goes_on = True

    def __init__(
        self,
        memory: SongMemory,
        incoming: Ring,
        sample_rate: int,
        context: float = 0.0,
        *,
        formants: Formants = None,
    ) -> None:
        self.context = check_context(context)
        self.sample_rate = sample_rate
        self.incoming = incoming
        self.n_channels = incoming.n_channels
        self.position = 0  # samples that came in
        self._voice = Voice.of(for_any_sound(memory, sample_rate), formants)
        self._state = begin_blocks(self._voice, self.n_channels, context)

    @property
    def latency_s(self) -> float:
        """From what goes in to what comes out, without the sound card's own."""
        return self._voice.resolution.latency / self.sample_rate

    @property
    def heard_context(self) -> float:
        """Where the context is, on its way to ``context``."""
        return float(self._state.glide.at(np.array(self._state.taken)))

    @property
    def recalled(self) -> np.ndarray:
        """(2 band,) pitches in semitones above 440 Hz, then levels in dB, as recalled last."""
        return self._state.stream.recalled[: 2 * self._voice.memory.bands.n_bands]

    def next(self) -> np.ndarray:
        """As many (channel, time) samples as have come since; possibly none."""
        block = np.empty((self.incoming.filled, self.n_channels), np.float32)
        block = block[: self.incoming.read_into(block)]
        block = block[-round(_LATEST_S * self.sample_rate) :]
        # A broken sample would be heard for ever after.
        block = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0).clip(-_LOUDEST, _LOUDEST)
        made, self._state = process_block(self._voice, block.T, self.context, self._state)
        self.position += len(block)
        return made

    def seek(self, position: int) -> None:
        """What comes in has no other place to go to."""
