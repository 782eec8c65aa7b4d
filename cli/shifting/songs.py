"""Which songs are meant, and which file each becomes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from ctxaudio.errors import DataError

# Of files in a folder, those that end so are songs. Any file may be named by itself.
_SUFFIXES = {
    *(
        "aif",
        "aifc",
        "aiff",
        "au",
        "caf",
        "flac",
        "mp2",
        "mp3",
        "oga",
        "ogg",
        "opus",
        "rf64",
        "snd",
    ),
    *("w64", "wav"),
    *("3gp", "aac", "ac3", "amr", "ape", "avi", "dsf", "dts", "flv", "m4a", "m4b", "mka", "mkv"),
    *("mov", "mp4", "mpc", "tak", "tta", "webm", "wma", "wv"),
}
# Those that are read and not written: what is made of them is FLAC, unless a name is given.
_NOT_WRITTEN = {
    *("3gp", "aac", "ac3", "amr", "ape", "avi", "dsf", "dts", "flv", "mp2", "mpc", "tak", "tta"),
    *("wma", "wv"),
    *("8svx", "eac3", "m2ts", "mpeg", "mpg", "sph", "ts"),
}

_LONGEST_NAME = 255  # bytes, on the usual file systems


class Song(NamedTuple):
    """A song, and where below the folder that was named it is."""

    name: str  # as it is opened; - for standard input
    below: Path  # its folder, relative; . where the song itself was named


def songs_of(names: Sequence[str], output: str | None, *, recursive: bool) -> list[Song]:
    """The songs that names mean: files as they are, and of folders the sound files in them.

    What lies in the output folder is none of them: it was made of them.

    Raises:
        DataError: if there is no sound file in a folder.
    """
    found: list[Song] = []
    for name in names:
        folder = Path(name)
        if name == "-" or not folder.is_dir():
            found.append(Song(name, Path()))
            continue
        inside = [
            Song(str(path), path.parent.relative_to(folder))
            for path in _files_in(folder, recursive=recursive)
            if output is None or not _is_within(path, Path(output), folder)
        ]
        if not inside:
            more = "" if recursive else "; --recursive looks into its folders too"
            raise DataError(f"cannot use {name}: there is no sound file in it{more}.")
        found += inside
    return found


def _files_in(folder: Path, *, recursive: bool) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if recursive and not name.startswith("."))
        for name in sorted(files):
            path = Path(root, name)
            if path.suffix[1:].lower() in _SUFFIXES and not name.startswith("."):
                yield path


def _is_within(path: Path, output: Path, folder: Path) -> bool:
    # An output folder around all songs does not hide them.
    inner = output.resolve()
    return inner != folder.resolve() and path.resolve().is_relative_to(inner)


def targets_of(
    songs: Sequence[Song], labels: Sequence[str], output: str | None, form: str | None = None
) -> list[list[Path]]:
    """Where each song goes, a file for each label; none for standard output.

    Args:
        songs: of :func:`songs_of`.
        labels: what a name gets, for each shift.
        output: a file, a folder, or - for standard output.
        form: a suffix, instead of the song's.

    Raises:
        click.UsageError: if several would go to the same file or to standard output.
        DataError: if the folder cannot be made.
    """
    several = len(songs) * len(labels) > 1
    if output == "-" or (output is None and [song.name for song in songs] == ["-"]):
        if form is not None:
            raise click.UsageError("--format names files; on standard output is a WAV of floats.")
        if several:
            raise click.UsageError("several songs cannot go to standard output.")
        if sys.stdout.isatty():
            raise click.UsageError("a sound cannot go to a terminal; name a file with -o.")
        return [[]]
    folder = _folder(output, several=several or any(song.below != Path() for song in songs))
    if folder is None:
        if form is not None:
            raise click.UsageError(f"--format goes without -o, or with a folder, got {output}.")
        return [[Path(str(output))]]
    targets = [
        [folder / song.below / _name(song, label, form) for label in labels] for song in songs
    ]
    everything = [path for each in targets for path in each]
    if len(set(everything)) < len(everything):
        raise click.UsageError("two songs of the same name would be written to the same file.")
    return targets


def _name(song: Song, label: str, form: str | None) -> str:
    path = Path("stdin.wav" if song.name == "-" else song.name)
    suffix = ".flac" if _is_not_written(song) else path.suffix
    end = f"{label}{suffix if form is None else '.' + form.removeprefix('.')}"
    stem = path.stem
    while len(os.fsencode(stem + end)) > _LONGEST_NAME and len(stem) > 1:
        stem = stem[:-1]
    return stem + end


def _is_not_written(song: Song) -> bool:
    return Path(song.name).suffix[1:].lower() in _NOT_WRITTEN


def other_suffixes(
    songs: Sequence[Song], targets: Sequence[list[Path]], output: str | None
) -> list[str]:
    """Suffixes of songs that :func:`targets_of` named otherwise, for none such is written."""
    return sorted(
        {
            Path(song.name).suffix
            for song, paths in zip(songs, targets, strict=True)
            if _is_not_written(song) and paths and str(paths[0]) != output
        }
    )


def _folder(output: str | None, *, several: bool) -> Path | None:
    """The folder that songs go to, or None where the output is a file."""
    if output is None:
        return Path()
    folder = Path(output)
    if (several or output.endswith("/")) and not folder.is_dir():
        if folder.exists() or (folder.suffix and not output.endswith("/")):
            raise click.UsageError(f"several songs need a folder to go to, got {output}.")
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise DataError(f"cannot make the folder {output}: {error.strerror}.") from error
    return folder if folder.is_dir() else None
