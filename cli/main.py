"""The command ``ctxaudio``: its subcommands, and what each kind of failure looks like."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from textwrap import shorten
from typing import Any, NamedTuple

import click

from cli.lazy import LazyGroup
from cli.output import open_missing_streams, say, warned
from cli.signals import end_on_signals, heed
from ctxaudio.errors import DataError
from ctxaudio.version import __version__

EXIT_DATA, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130


class Outcome(NamedTuple):
    """What the command exits with, and the line it says before, if any."""

    code: int
    message: str = ""


@click.group(
    cls=LazyGroup,
    package="cli",
    names=("shift", "play", "live", "teach", "recall", "info", "cache", "devices", "bench"),
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="A shell completes commands, options and files after "
    "'eval \"$(_CTXAUDIO_COMPLETE=bash_source ctxaudio)\"' in ~/.bashrc; zsh and fish have "
    "zsh_source and fish_source.",
)
@click.version_option(__version__, prog_name="ctxaudio")
def main() -> None:
    """Shift a song's pitch by context.

    A recurrent network is taught the song and slightly shifted versions of it, and recalls it
    at any shift. "bench" measures the network itself.
    """


def entry(args: list[str] | None = None) -> None:
    """Run the command and exit: 0 done, 1 a file or sound at fault, 2 usage, 130 interrupted."""
    open_missing_streams()
    # Processes that this one starts import nothing from the folder that the user happens to be in.
    os.environ["PYTHONSAFEPATH"] = "1"
    # Products of these sizes take longest where cores share them, and what they are rounded to
    # would be the number of cores'. Read when numpy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    end_on_signals()
    with warnings.catch_warnings():
        warnings.showwarning = warned
        try:
            try:
                outcome = _run(args)
            finally:
                heed()  # whatever has become of what a signal raised
        except KeyboardInterrupt:
            outcome = Outcome(EXIT_INTERRUPTED, "interrupted.")
    if outcome.message:
        say(outcome.message)
    sys.exit(outcome.code)


def _run(args: list[str] | None) -> Outcome:
    try:
        code: Any = main.main(args, prog_name="ctxaudio", standalone_mode=False)
        sys.stdout.flush()
        return Outcome(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "ctxaudio"
        # Some of click's messages run over several lines.
        message = " ".join(error.format_message().split())
        return Outcome(EXIT_USAGE, f"{message} ('{command} --help' says more.)")
    except DataError as error:
        return Outcome(EXIT_DATA, str(error))
    except BrokenPipeError:
        # Whoever read our output has gone; nothing is left to say to them.
        _abandon_stdout()
        return Outcome(EXIT_DATA)
    except MemoryError:
        return Outcome(EXIT_DATA, "not enough memory for what was asked.")
    except ImportError as error:
        return Outcome(EXIT_DATA, _not_loaded(error))
    except OSError as error:
        if _came_from_an_import(error):
            return Outcome(EXIT_DATA, _not_loaded(error))
        _abandon_stdout()
        place = error.filename or "input or output"
        return Outcome(EXIT_DATA, f"{place}: {error.strerror or error}.")
    except click.Abort as error:
        if isinstance(error.__cause__, EOFError):
            raise error.__cause__ from None  # click takes the end of any file for an interrupt
        return Outcome(EXIT_INTERRUPTED, "interrupted.")


def _not_loaded(error: BaseException) -> str:
    """A line on a library that is there and cannot be loaded, or a package that is not there."""
    # Where it began: some libraries make long advice of it. A chain of causes may be a ring.
    seen = [error]
    while isinstance(cause := error.__cause__ or error.__context__, ImportError | OSError):
        if cause in seen:
            break
        seen.append(error := cause)
    reason = shorten(str(error), 200, placeholder=" …").rstrip(".")
    if isinstance(error, ModuleNotFoundError):
        return f"the installation lacks a package ({reason})."
    return f"a library could not be loaded; is memory short, or limited by ulimit -v? ({reason})"


def _came_from_an_import(error: BaseException) -> bool:
    """Whether it was raised while some module was executed for the first time."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_name == "<module>":
            return True
        trace = trace.tb_next
    return False


def _abandon_stdout() -> None:
    """What standard output could not take, Python is not to try again when it exits."""
    with contextlib.suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
