"""What mutations are given to, and what is a fault.

Right is a result, or an error of this project's own in one line. Anything else that is raised is a
fault; so is a result that numpy warns of, and a sound that is shorter than it was, of a file that
breaks off, without a word.
"""

from __future__ import annotations

import io
import json
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from benchmarks.fuzzing import wholes, words
from benchmarks.fuzzing.forged import forged
from benchmarks.fuzzing.mutations import Mutation, mutated
from ctxaudio import DataError, FileFormat, load_alone, load_memory, sing
from ctxaudio.sound.files import open_sound
from ctxaudio.sound.tags.files import read_tags, write_tags

_TEXT = tuple("+-0123456789.,cstxoup down a fifth octave nan inf 1e999 \N{MINUS SIGN}☃\0\x1b[31m")


class Draw(NamedTuple):
    """Something to be tried."""

    kind: str
    data: bytes
    is_prefix: bool = False


class Fault(NamedTuple):
    """What went wrong with it."""

    draw: Draw
    reason: str


def draw(rng: np.random.Generator) -> Draw:
    """Anything of all there is."""
    way = rng.random()
    if way < 0.15:
        kind = wholes.TAGGED[rng.integers(len(wholes.TAGGED))]
        other = wholes.TAGGED[rng.integers(len(wholes.TAGGED))]
        mutation = mutated(wholes.tagged_file(*kind), wholes.tagged_file(*other), rng)
        return Draw(f"tags {kind[0]} {kind[1]}", *mutation)
    if way < 0.75:
        kind = wholes.SOUNDS[rng.integers(len(wholes.SOUNDS))]
        other = wholes.SOUNDS[rng.integers(len(wholes.SOUNDS))]
        mutation = mutated(wholes.sound_file(*kind), wholes.sound_file(*other), rng)
        return Draw(f"sound {kind[0]} {kind[1]}", *mutation)
    if way < 0.9:
        name = sorted(wholes.FILES)[rng.integers(len(wholes.FILES))]
        mutation = _of_file(name, rng)
        return Draw(name, *mutation)
    if way < 0.95:
        kind_of_text = ("interval", "key")[rng.integers(2)]
        return Draw(kind_of_text, "".join(rng.choice(_TEXT, rng.integers(1, 12))).encode())
    if way < 0.98:
        return Draw("command", json.dumps(words.words(rng)).encode())
    return Draw("config", str(rng.integers(2**32)).encode())


def _of_file(name: str, rng: np.random.Generator) -> Mutation:
    whole = wholes.FILES[name]()
    if rng.random() < 0.5:
        return Mutation(forged(whole, rng), is_prefix=False)
    return mutated(whole, wholes.sound_file("WAV", "PCM_16"), rng)


def fault_of(tried: Draw) -> str | None:
    """Why what comes of a draw is a fault, or None."""
    name = tried.kind.split(" ")[0]
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            lost = _TARGETS[name](tried)
    except Exception as error:  # everything that it may be is what is looked for
        own = isinstance(error, _OWN[name])
        if not own:
            return f"{type(error).__name__}: {error}"
        return None if _is_one_line(str(error)) else f"not one line: {error!r}"
    if numbers := [str(each.message) for each in warned if each.category is RuntimeWarning]:
        return f"numbers that nobody has looked at: {numbers[0]}"
    return lost if lost is not None and not warned else None


def _is_one_line(text: str) -> bool:
    return bool(text) and "\n" not in text


def _sound(tried: Draw) -> str | None:
    stored, _ = open_sound(io.BytesIO(tried.data))
    samples = stored.read(0, stored.n_samples)
    if not np.isfinite(samples).all():
        return "samples that are not finite"
    if not tried.is_prefix:
        return None
    whole = open_sound(io.BytesIO(wholes.sound_file(*tried.kind.split(" ")[1:])))[0]
    if stored.n_samples < whole.n_samples and tried.kind not in _ENDLESS:
        return f"silently short: {stored.n_samples} of {whole.n_samples} samples"
    return None


# Streams that do not say how long they are, at their beginning or their end.
_ENDLESS = ("sound adts aac", "sound ac3 ac3", "sound mpegts aac", "sound flv aac")


def _tags(tried: Draw) -> None:
    """Read, and written into files of every kind: what is damaged must not damage those."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "song")
        path.write_bytes(tried.data)
        tags = read_tags(path)
    for kind in wholes.TAGGED:
        file = io.BytesIO(wholes.sound_file(*kind))
        write_tags(file, tags, FileFormat(*kind))
        file.seek(0)
        stored, _ = open_sound(file)
        if stored.n_samples != wholes.N_SAMPLES:
            raise AssertionError(f"tags have changed how many samples there are in {kind}.")


def _memory(tried: Draw) -> None:
    load_memory(io.BytesIO(tried.data))


def _alone(tried: Draw) -> None:
    """Read, and sung if it is short: what phrases hold is looked at only then."""
    memory = load_alone(io.BytesIO(tried.data))
    if memory.n_samples <= 2 * wholes.N_SAMPLES:
        sing(memory, 5.0)


def _attractors(tried: Draw) -> None:
    from rnn import load_attractors

    load_attractors(io.BytesIO(tried.data))


def _networks(tried: Draw) -> None:
    from rnn.trainable import load_networks

    load_networks(io.BytesIO(tried.data))


def _training(tried: Draw) -> None:
    from rnn.trainable import load_plan

    load_plan(io.BytesIO(tried.data))


def _interval(tried: Draw) -> None:
    from cli.intervals import semitones_of

    semitones_of(tried.data.decode())


def _key(tried: Draw) -> None:
    from ctxaudio.analysis.key import Key

    Key.named(tried.data.decode())


def _command(tried: Draw) -> str | None:
    """In an empty folder, in which nothing may be left where the command fails."""
    before = Path.cwd()
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            return words.run_command(json.loads(tried.data)) or _left_in(Path(folder))
        finally:
            os.chdir(before)


def _left_in(folder: Path) -> str | None:
    # There is no song in it, so no command can have made anything but a folder for songs.
    left = [path.name for path in folder.iterdir() if path.is_file()]
    return f"left {left}" if left else None


def _config(tried: Draw) -> None:
    rng = np.random.default_rng(int(tried.data))
    kinds = words.configs()
    config = kinds[sorted(kinds)[rng.integers(len(kinds))]]
    config(**words.options(config, rng))


_TARGETS: dict[str, Callable[[Draw], str | None]] = {
    "sound": _sound,
    "tags": _tags,
    "memory": _memory,
    "alone": _alone,
    "attractors": _attractors,
    "networks": _networks,
    "training": _training,
    "interval": _interval,
    "key": _key,
    "command": _command,
    "config": _config,
}
_OWN: dict[str, type[Exception] | tuple[type[Exception], ...]] = {
    "sound": DataError,
    "tags": DataError,
    "memory": DataError,
    "alone": DataError,
    "attractors": ValueError,
    "networks": ValueError,
    "training": ValueError,
    "interval": ValueError,
    "key": DataError,
    "command": (),
    "config": (ValueError, TypeError),  # the latter of what is no number
}
