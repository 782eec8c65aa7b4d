"""Where results go: files that appear whole or not at all, lines, progress bars, JSON."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import click

from cli.signals import heed
from ctxaudio.errors import DataError, one_line


@contextlib.contextmanager
def whole_file(path: Path, *, force: bool) -> Iterator[BinaryIO]:
    """As :func:`rnn.files.whole_file.whole_file`, what it cannot do told in the command's words.

    Opened at once, so that a folder that cannot be written is known before the work is done.

    Raises:
        DataError: if the file cannot be written, whatever else went wrong passes.
    """
    # Imported here, for help and mistakes do not wait for what it brings.
    import rnn.files.whole_file as files

    with _told(), files.whole_file(path, replace=force) as file:
        yield file


@contextlib.contextmanager
def passing_file(path: Path) -> Iterator[Path]:
    """As :func:`rnn.files.passing_file.passing_file`, told in the command's words.

    Raises:
        DataError: if the folder cannot take it.
    """
    from rnn.files.passing_file import passing_file as passing

    with _told(), passing(path) as name:
        yield name


def refuse_existing(path: Path, *, force: bool) -> None:
    """An existing file is replaced only when that was asked for; a folder or device never is."""
    import rnn.files.whole_file as files

    with _told():
        files.refuse_existing(path, replace=force)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    import rnn.files.whole_file as files

    try:
        yield
    except files.NotAFileError as error:
        raise DataError(f"{error.filename} exists already and is not a file.") from error
    except files.AlreadyThereError as error:
        raise DataError(f"{error.filename} exists already; --force replaces it.") from error
    except files.NoPlaceError as error:
        raise DataError(f"cannot write to {error.filename}: {error.strerror}.") from error
    except files.NotWrittenError as error:
        raise DataError(f"cannot write {error.filename}: {error.strerror}.") from error


def make_folder(folder: Path) -> Path:
    """Make a folder, and those it is in, unless it is there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot write to {folder}: {error.strerror}.") from error
    return folder


@contextlib.contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keep libraries from writing to stderr: what counts of it is an exception, or a warning."""
    sys.stderr.flush()
    kept = os.dup(2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default", UserWarning)
        try:
            with open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
    for warning in caught:
        warned(warning.message)


class ClosedStdout(io.TextIOWrapper):
    """Standard output that was closed (``>&-``): whatever is written to it is an error."""

    def __init__(self) -> None:
        super().__init__(io.BufferedWriter(io.FileIO(os.open(os.devnull, os.O_RDONLY), "wb")))


def open_missing_streams() -> None:
    """Of standard streams that were closed, the input is empty and what is said goes nowhere."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = ClosedStdout()
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115


def need_stdout(what: str) -> None:
    """Before the work that ``what`` takes, see that standard output can take it.

    Raises:
        DataError: if it is closed.
    """
    if isinstance(sys.stdout, ClosedStdout):
        raise DataError(f"standard output is closed, and {what} was to go there.")


def tell(line: object, file: TextIO | None = None) -> None:
    """Print one line, on standard output if nothing else is said.

    The one place from which text goes to a terminal. Names and messages may come from a
    stranger's file, and are not to move the cursor or begin lines of their own.
    """
    print(one_line(line), file=file, flush=True)


def say(message: object) -> None:
    """Tell a person how it goes, on stderr."""
    tell(f"ctxaudio: {message}", sys.stderr)


def warned(message: Warning | str, *_: Any, **__: Any) -> None:
    """Say a warning in one line; what :func:`warnings.showwarning` is replaced by."""
    context = click.get_current_context(silent=True)
    if context is None or not context.params.get("quiet"):
        say(message)


def listed(numbers: Iterable[float]) -> str:
    """Contexts or semitones, each with its sign: ``-1, 0, +1``."""
    return ", ".join(f"{number:+g}" if number else "0" for number in numbers)


class Reporter:
    """Tells a person how it goes on stderr, and a program what was done in JSON."""

    def __init__(self, *, quiet: bool, as_json: bool, sound_on_stdout: bool = False) -> None:
        self.quiet = quiet
        self.as_json = as_json
        self.json_file = sys.stderr if sound_on_stdout else sys.stdout
        self.timings_s: dict[str, float] = {}
        if sound_on_stdout:
            need_stdout("the sound")
        elif as_json:
            need_stdout("JSON")

    @contextlib.contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Time a step; with a total, show a bar for it where stderr is a terminal."""
        heed()
        start = time.perf_counter()
        if total is None or not self._shows_bars:
            yield lambda _: heed()
        else:
            from rich.console import Console
            from rich.progress import Progress

            with Progress(console=Console(stderr=True), transient=True) as bar:
                task = bar.add_task(name, total=total)

                def advance(done: int) -> None:
                    heed()
                    bar.advance(task, done)

                yield advance
        heed()
        self.timings_s[name] = round(time.perf_counter() - start, 4)

    @contextlib.contextmanager
    def count(self, name: str, total: int) -> Iterator[Callable[[int, str], None]]:
        """As a step, with a bar that is told how many are done, and what to say beside it."""
        with self.stage(name):
            if not self._shows_bars:
                yield lambda _, __: None
                return
            from rich import progress
            from rich.console import Console

            with progress.Progress(
                progress.TextColumn("{task.description}"),
                progress.BarColumn(bar_width=10),
                progress.MofNCompleteColumn(),
                progress.TextColumn("{task.fields[beside]}"),
                progress.TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            ) as bar:
                task = bar.add_task(name, total=total, beside="")
                yield lambda done, beside: bar.update(task, completed=done, beside=beside)

    @property
    def _shows_bars(self) -> bool:
        return not self.quiet and not self.as_json and sys.stderr.isatty()

    def done(self, message: str, **facts: Any) -> None:
        """Say what was done."""
        if self.as_json:
            tell(json.dumps(facts | {"timings_s": self.timings_s}), self.json_file)
        elif not self.quiet:
            tell(message, sys.stderr)
        self.timings_s = {}

    def note(self, message: str) -> None:
        """Say what the user should know though nothing went wrong."""
        if not self.quiet:
            say(message)
