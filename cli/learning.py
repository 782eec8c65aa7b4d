"""What shift, play, live and teach share: reading a song, teaching, what was learned."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cli.doubts import doubt_words
from cli.output import Reporter, quiet_libraries
from cli.remembering import known_file, learned_of, remembered
from ctxaudio.errors import DataError

if TYPE_CHECKING:
    from ctxaudio import AloneMemory, ContextShift, Example, FileFormat
    from ctxaudio.memory.learned import Learned
    from ctxaudio.memory.song_memory import NetworkKind
    from ctxaudio.sound.source import SoundSource
    from ctxaudio.sound.stored import StoredSound

_PAUSE_S = 1.0  # between songs that are taught together


def open_song(name: str, *, damaged: bool) -> tuple[StoredSound, FileFormat]:
    """A sound file, or ``-`` for standard input; what breaks off too, if ``damaged`` says so."""
    from ctxaudio.sound.files import open_sound

    with quiet_libraries():
        return open_sound(sys.stdin.buffer if name == "-" else name, damaged=damaged)


def open_to_play(
    name: str, memory: str | None, speed: float, *, damaged: bool, cache: bool
) -> SoundSource:
    """As :func:`open_song`; or decoded while it plays, where nothing asks for all of it before.

    That is so if it has a memory file, or if what is in it is known from before and may be.
    """
    if name == "-" or speed != 1.0:
        return open_song(name, damaged=damaged)[0]
    foretold = known_file(name) if memory is None and cache else None
    if memory is None and foretold is None:
        return open_song(name, damaged=damaged)[0]
    from ctxaudio.sound.ahead import AheadSound

    with quiet_libraries():
        return AheadSound(name, damaged=damaged, foretold=foretold)


def refuse_input(target: Path, inputs: Iterable[str]) -> None:
    """A file that is read is never written, whatever name it has there, and not by force.

    Raises:
        DataError: if the target is one of the inputs.
    """
    for name in inputs:
        try:
            same = target.samefile(name)
        except (OSError, ValueError):  # one of them is not there, or is standard input
            continue
        if same:
            raise DataError(f"{target} is read too, as {name}; name another file with -o.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaching:
    """What options say of a lesson."""

    examples: tuple[float, ...]  # semitones of the versions that are made,
    example_files: tuple[tuple[float, str], ...]  # unless some are given
    seed: int
    network: NetworkKind = "reservoir"
    formants: bool = False  # whether they are a second knob
    damaged: bool = False  # whether versions that break off are taken as far as they go
    threads: int | None = None
    cache: bool = False  # whether what was taught before is remembered, and what is taught kept


class Lesson(NamedTuple):
    """An effect, and what is to be said of how it was taught."""

    effect: ContextShift
    learned: Learned
    doubts: list[str]
    remembered: bool = False  # whether it was taught before

    @property
    def facts(self) -> dict[str, Any]:
        """For one line of JSON."""
        return {
            "learned": {
                "semitones_a_step": round(self.learned.semitones, 4),
                "bands_that_agree": self.learned.n_agreeing,
                "bands": self.learned.n_bands,
                "gain_db_a_step": round(self.learned.gain_db, 4),
            },
            "doubts": self.doubts,
        }

    @property
    def words(self) -> str:
        """For the line that says what was done."""
        from ctxaudio.memory.learned import STILL_DB

        learned = self.learned
        words = (
            f"{'remembered' if self.remembered else 'learned'} "
            f"{learned.semitones:+.2f} semitones a step, "
            f"{learned.n_agreeing} of {learned.n_bands} bands agree"
        )
        return words + (f", {learned.gain_db:.1f} dB a step" * (learned.gain_db >= STILL_DB))


def recall_or_learn(
    song: SoundSource, memory: str | None, teaching: Teaching, reporter: Reporter
) -> ContextShift:
    """What a memory file holds, or else what is learned of a song and its versions."""
    if memory is None:
        return learn(song, teaching, reporter).effect
    return _read_memory(memory, reporter)


def recalled(memory: str, reporter: Reporter) -> Lesson:
    """What a memory file holds, and what it has learned."""
    from ctxaudio.memory.learned import what_was_learned

    effect = _read_memory(memory, reporter)
    return Lesson(effect, what_was_learned(effect.memory), [])


def _read_memory(memory: str, reporter: Reporter) -> ContextShift:
    from ctxaudio import ContextShift, load_memory
    from ctxaudio.memory.alone.files import sings_alone

    with reporter.stage("read memory"):
        if sings_alone(memory):
            raise DataError(f"{memory} sings alone; 'ctxaudio recall {memory}' has it do so.")
        return ContextShift(load_memory(memory))


def learn(song: SoundSource, teaching: Teaching, reporter: Reporter) -> Lesson:
    """Teach a network a song and its versions, and say what of them is to be doubted."""
    from ctxaudio import ContextShift
    from ctxaudio.memory.knobs import PITCH, PITCH_AND_FORMANTS
    from ctxaudio.memory.learned import doubts
    from ctxaudio.memory.remembered import users_memories
    from ctxaudio.memory.song_memory import n_taught

    knobs = PITCH_AND_FORMANTS if teaching.formants else PITCH
    network, seed = teaching.network, teaching.seed

    versions = _versions(song, teaching, reporter)
    given = versions if teaching.example_files else []
    memory = taught = None
    if teaching.cache:
        memory, taught = remembered(
            song, teaching.examples, given, reporter, knobs=knobs, network=network, seed=seed
        )
    is_remembered = memory is not None
    if memory is None:
        with reporter.stage("teach", n_taught(song, network)) as progress:
            memory = ContextShift.teach(
                song,
                versions,
                knobs=knobs,
                network=network,
                seed=seed,
                progress=progress,
                threads=teaching.threads,
            ).memory
            if taught is not None:
                users_memories().keep(taught, memory)
    with reporter.stage("check"):
        learned = learned_of(memory, taught)
        # What was made of the song here is a version of it.
        found = doubts(song, given, learned)
    said = [doubt_words(doubt, song, learned) for doubt in found]
    for line in said:
        reporter.note(line)
    return Lesson(ContextShift(memory), learned, said, is_remembered)


def learn_alone(
    songs: Sequence[SoundSource], teaching: Teaching, reporter: Reporter
) -> AloneMemory:
    """Teach a network songs and their versions so that it sings them with no song at hand."""
    from ctxaudio import teach_alone
    from ctxaudio.effect.alone import n_taught_alone
    from ctxaudio.sound.joined import Joined

    song = Joined(songs, pause=round(_PAUSE_S * songs[0].sample_rate))
    versions = _versions(song, teaching, reporter)
    with reporter.stage("teach", n_taught_alone(song)) as progress:
        return teach_alone(
            song,
            versions,
            songs=song.ends if len(songs) > 1 else (),
            seed=teaching.seed,
            progress=progress,
            threads=teaching.threads,
        )


def _versions(song: SoundSource, teaching: Teaching, reporter: Reporter) -> list[Example]:
    from ctxaudio import Example, tape_example

    with reporter.stage("make examples"):
        if not teaching.example_files:
            return [tape_example(song, semitones) for semitones in teaching.examples]
        return [
            Example(open_song(file, damaged=teaching.damaged)[0], context)
            for context, file in teaching.example_files
        ]
