"""The plugin-style face: teach an effect one song, then call it with any context."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Literal, TypeAlias, get_args, overload

import numpy as np

from ctxaudio.analysis.examples import Example, tape_example
from ctxaudio.analysis.features import Progress
from ctxaudio.effect.formant_examples import formant_example
from ctxaudio.effect.stream import (
    BlockState,
    Voice,
    begin_blocks,
    file_resolution,
    process_block,
    stream_resolution,
)
from ctxaudio.errors import DataError
from ctxaudio.limits import MAX_CHANNELS
from ctxaudio.memory.field import EqualFrames, Field
from ctxaudio.memory.knobs import PITCH, Formants, check_formants, check_knobs
from ctxaudio.memory.recalled import field_of
from ctxaudio.memory.song_memory import (
    ANY_SOUND,
    NetworkKind,
    SongMemory,
    check_context,
    check_network,
    check_speed,
    for_any_sound,
    knobs_of,
    teach_song,
)
from ctxaudio.sound.door import Layout, as_floats
from ctxaudio.sound.samples import Sound
from ctxaudio.sound.source import SoundSource
from ctxaudio.sound.stored import StoredSound
from ctxaudio.synthesis.generator import generate_into, n_generated, when_heard
from ctxaudio.threads import in_order, workers_of

Drums: TypeAlias = Literal["move", "keep"]  # with the rest, or as they are

DEFAULT_EXAMPLES = (-1.0, 1.0)  # semitones


class ContextShift:
    """Shifts the pitch of the song it was taught: the whole song, or block by block.

    >>> import numpy as np
    >>> time_s = np.arange(22_050) / 44_100
    >>> song = Sound(0.5 * np.sin(2 * np.pi * 440 * time_s)[None], 44_100)
    >>> effect = ContextShift.teach(song)
    >>> effect(song, context=12.0)
    Sound(1 channels, 22050 samples, 44100 Hz)

    A song that is an array with a sample rate comes out as an array.

    >>> effect(song.samples[0], 44_100, context=12.0).shape
    (22050,)

    Block by block, ``context`` may be turned between any two; the sound glides there in 50 ms.

    >>> effect.context = -5.0
    >>> effect.process(song.samples[:, :300]).shape
    (1, 300)
    >>> effect.latency_samples
    6143

    Taught two knobs, it keeps a voice's formants where they are, or moves them by themselves.

    >>> effect = ContextShift.teach(song, knobs=("pitch", "formants"))
    >>> effect(song, 12.0, formants="keep")
    Sound(1 channels, 22050 samples, 44100 Hz)
    """

    def __init__(
        self, memory: SongMemory, context: float = 0.0, *, formants: Formants = None
    ) -> None:
        self.memory = memory
        self._context = check_context(context)
        self._formants = check_formants(memory.knobs, formants)
        self._voice: Voice | None = None
        self._state: BlockState | None = None

    def __repr__(self) -> str:
        stand = "" if self._formants is None else f", formants={self._formants:g}"
        return f"ContextShift({self.memory!r}, context={self._context:g}{stand})"

    def _repr_html_(self) -> str:
        """What a notebook shows of it."""
        return self.memory._repr_html_()

    @classmethod
    def teach(
        cls,
        song: SoundSource,
        examples: Iterable[Example] | None = None,
        *,
        knobs: Sequence[str] = PITCH,
        network: NetworkKind = "reservoir",
        seed: int = 0,
        progress: Progress = lambda _: None,
        threads: int | None = None,
    ) -> ContextShift:
        """Teach a network the song and versions of it; by tape speed at ±1 semitone by default.

        With ``knobs=("pitch", "formants")`` versions are taught as well whose formants are a
        semitone away and whose pitch is the song's; unless ``examples`` has versions that say
        where their formants are. A ``"trained"`` network takes longer than the reservoir, is more
        exact, needs torch, and has one knob. ``threads`` work side by side, by default one a core;
        the memory is the same.
        """
        knobs = check_knobs(knobs)
        check_network(network, knobs)
        if examples is None:
            make = partial(tape_example, song)
            examples = in_order(make, DEFAULT_EXAMPLES, workers_of(threads))
        examples = list(examples)
        if knobs != PITCH and knobs_of(examples) == PITCH:
            examples += [formant_example(song, semitones) for semitones in DEFAULT_EXAMPLES]
        memory = teach_song(
            song, examples, network=network, seed=seed, progress=progress, threads=threads
        )
        return cls(memory)

    @classmethod
    def for_input(
        cls,
        memory: SongMemory,
        sample_rate: float | None = None,
        context: float = 0.0,
        *,
        formants: Formants = None,
    ) -> ContextShift:
        """An effect for sounds that nobody has heard yet, such as a microphone's.

        It applies what the memory learned of its song on the whole: after shifted copies, a
        shift. Its window is half as long, and so is its latency.
        """
        rate = memory.sample_rate if sample_rate is None else sample_rate
        return cls(for_any_sound(memory, rate), context, formants=formants)

    @overload
    def __call__(
        self,
        song: SoundSource,
        context: float,
        *,
        formants: Formants = ...,
        speed: float = ...,
        drums: Drums = ...,
        progress: Progress = ...,
        threads: int | None = ...,
    ) -> Sound: ...

    @overload
    def __call__(
        self,
        song: Any,
        sample_rate: float,
        context: float,
        *,
        formants: Formants = ...,
        speed: float = ...,
        layout: Layout = ...,
        drums: Drums = ...,
        progress: Progress = ...,
        threads: int | None = ...,
    ) -> np.ndarray: ...

    def __call__(self, song: Any, *args: Any, **options: Any) -> Sound | np.ndarray:
        """The song as the memory has it at a context, in semitones for the default examples.

        Args:
            song: a :class:`Sound` or another source, followed by the context; or an array, followed
                by its sample rate and the context, as :meth:`Sound.from_array` takes it.
            args, options: the rest, by place or name; ``formants``, ``"keep"`` or where they go,
                in semitones for the default examples; ``speed``, 1 unless another is given, of
                .25 to 4, at which the pitch stays; ``drums``: ``"move"`` shifts them with the rest,
                ``"keep"`` leaves them as they are; ``threads``, that work side by side, by default
                one a core, with the same result; ``layout`` of an array, and ``progress``.

        Returns:
            A sound as long as the song, divided by the speed; or of an array, a new one, float32.

        Raises:
            DataError: if it is not the song that was taught, a context is beyond ±36, formants
                are asked for that were not taught, the speed is beyond its bounds, or drums are
                neither moved nor kept.
        """
        shift = self._shift_sound if isinstance(song, SoundSource) else self._shift_array
        return shift(song, *args, **options)

    def _shift_sound(self, song: SoundSource, context: float, **options: Any) -> Sound:
        parts: list[np.ndarray] = []
        self.shift_into(parts.append, song, context, **options)
        return Sound(np.concatenate(parts, axis=1), song.sample_rate)

    def shift_into(
        self,
        write: Callable[[np.ndarray], None],
        song: SoundSource,
        context: float,
        *,
        formants: Formants = None,
        speed: float = 1.0,
        drums: Drums = "move",
        progress: Progress = lambda _: None,
        threads: int | None = None,
    ) -> None:
        """As the effect called with a sound, of one that need not fit into memory.

        Args:
            write: is given what is made, a block (channel, time) float32 after the other.
            song: is read in blocks, more than once.
            context: and the rest, as in a call.
        """
        memory, workers = self.memory, workers_of(threads)
        check_speed(speed)
        check_song(memory, song)
        if drums not in get_args(Drums):
            raise DataError(f"drums: expected 'move' or 'keep', got {drums!r}.")
        field = field_of(memory, context, formants)
        resolution = file_resolution(memory)
        when = when_heard(song, speed, resolution)
        bands = memory.bands
        if drums == "move" or (when is None and not field.moves):
            generate_into(write, song, field, resolution, bands, progress, when, workers)
            return
        # With it comes scipy.signal, which takes a third of a second to import.
        from ctxaudio.analysis.percussion import split_drums

        beaten, rest = split_drums(song)
        if speed != 1.0:  # at the same moments
            still = np.zeros((1, bands.n_bands))
            nowhere = EqualFrames(field.n_frames, Field(still, still))
            made = StoredSound(song.sample_rate, song.n_channels)
            generate_into(
                made.append, beaten, nowhere, resolution, bands, when=when, workers=workers
            )
            beaten = made
        written = 0

        def write_both(block: np.ndarray) -> None:
            nonlocal written
            until = written + block.shape[1]
            write(block + beaten.read(written, until))
            written = until

        generate_into(write_both, rest, field, resolution, bands, progress, when, workers)

    def _shift_array(
        self,
        song: Any,
        sample_rate: float,
        context: float,
        *,
        formants: Formants = None,
        speed: float = 1.0,
        layout: Layout = "channels_first",
        drums: Drums = "move",
        progress: Progress = lambda _: None,
        threads: int | None = None,
    ) -> np.ndarray:
        sound = Sound.from_array(song, sample_rate, layout=layout)
        shifted = self._shift_sound(
            sound,
            context,
            formants=formants,
            speed=speed,
            drums=drums,
            progress=progress,
            threads=threads,
        )
        samples = shifted.samples.copy()
        if np.ndim(song) == 1:
            return samples[0]
        return samples if layout == "channels_first" else np.ascontiguousarray(samples.T)

    def n_steps(self, song: SoundSource, speed: float = 1.0) -> int:
        """How many frames ``progress`` is told of in one call."""
        return n_generated(song, file_resolution(self.memory), speed)

    @property
    def context(self) -> float:
        """Where :meth:`process` is, or glides to."""
        return self._context

    @context.setter
    def context(self, context: float) -> None:
        self._context = check_context(context)

    @property
    def formants(self) -> float | None:
        """Where they stand in :meth:`process`; None where they move along."""
        return self._formants

    @formants.setter
    def formants(self, formants: Formants) -> None:
        self._formants, self._voice = check_formants(self.memory.knobs, formants), None

    @property
    def latency_samples(self) -> int:
        """By how many samples :meth:`process` is late."""
        return stream_resolution(self.memory).latency

    def process(self, block: np.ndarray) -> np.ndarray:
        """The next samples of the song, shifted.

        Drums are moved with the rest: to keep them, all of the song must be known. The memory
        follows from the first sample after :meth:`reset` on, so they must be those of
        the song that was taught, from its beginning; :meth:`for_input` gives an effect for others.

        Args:
            block: (channel, time), of any length; floats, or integers that are scaled as
                :meth:`Sound.from_array` scales them.

        Returns:
            As many samples, float32, :attr:`latency_samples` late; what comes before is as much
            of the song's beginning as sounds early.

        Raises:
            DataError: if the shape or a value is not that of a sound.
        """
        block = as_floats(block)
        n_channels = 0 if self._state is None else len(self._state.pending)
        if block.ndim != 2 or len(block) not in ((n_channels,) if n_channels else _CHANNELS):
            wanted = n_channels or f"1 to {MAX_CHANNELS}"
            raise DataError(
                f"a block must have shape (channel, time) with {wanted} channels, "
                f"got {block.shape}; reset() before another sound."
            )
        if not (np.abs(block) <= _LOUDEST).all():
            raise DataError("a block holds values that are no samples: not finite, or over 120 dB.")
        if self._voice is None:
            self._voice = Voice.of(self.memory, self._formants)
        if self._state is None:
            self._state = begin_blocks(self._voice, len(block), self._context)
        made, self._state = process_block(
            self._voice, block.astype(np.float32, copy=False), self._context, self._state
        )
        return made

    def reset(self) -> None:
        """Go back to before the first sample."""
        self._state = None


_CHANNELS = range(1, MAX_CHANNELS + 1)
_LOUDEST = 1e6  # of full scale


def check_song(memory: SongMemory, song: SoundSource) -> None:
    """Refuse a song that the memory is not of.

    Raises:
        DataError: if it was taught another.
    """
    if memory.fingerprint == ANY_SOUND:
        raise DataError("the memory is of no song in particular: it shifts block by block.")
    length = song.n_samples, song.sample_rate
    if length != (memory.n_samples, memory.sample_rate) or not song.is_of(memory.fingerprint):
        raise DataError(
            f"the memory is of another song: it was taught {memory.n_samples} samples at "
            f"{memory.sample_rate} Hz, got {song!r}. Teach this one, or give the same file."
        )
