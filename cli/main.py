"""The command ``ctxaudio``: its subcommands, and what each kind of failure looks like."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from types import FrameType

import click

from cli.lazy import LazyGroup
from ctxaudio.errors import DataError, one_line
from ctxaudio.version import __version__

EXIT_DATA, EXIT_USAGE, EXIT_INTERRUPTED = 1, 2, 130


@click.group(
    cls=LazyGroup,
    package="cli",
    names=("shift", "play", "live", "teach", "info", "devices", "bench"),
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="ctxaudio")
def main() -> None:
    """Shift a song's pitch by context.

    A recurrent network is taught the song and slightly shifted versions of it, and recalls it
    at any shift. "bench" measures the network itself.
    """


def entry(args: list[str] | None = None) -> None:
    """Run the command and exit: 0 done, 1 a file or sound at fault, 2 usage, 130 interrupted."""
    _open_missing_streams()
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP; nohup ignores it
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _terminate)
    try:
        code = main.main(args, prog_name="ctxaudio", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "ctxaudio"
        # Some of click's messages run over several lines.
        message = " ".join(error.format_message().split())
        _fail(f"{message} ('{command} --help' says more.)", EXIT_USAGE)
    except DataError as error:
        _fail(str(error), EXIT_DATA)
    except BrokenPipeError:
        # Whoever read our output has gone; nothing is left to say to them.
        _abandon_stdout()
        sys.exit(EXIT_DATA)
    except MemoryError:
        _fail("not enough memory for what was asked.", EXIT_DATA)
    except OSError as error:
        _abandon_stdout()
        _fail(f"{error.filename or 'input or output'}: {error.strerror or error}.", EXIT_DATA)
    except (click.Abort, KeyboardInterrupt):
        _fail("interrupted.", EXIT_INTERRUPTED)


def _fail(message: str, code: int) -> None:
    print(f"ctxaudio: {one_line(message)}", file=sys.stderr)
    sys.exit(code)


def _terminate(number: int, _: FrameType | None) -> None:
    """Leave as on an error, so that partial files are removed."""
    sys.exit(128 + number)


def _open_missing_streams() -> None:
    """A standard stream that was closed (``2>&-``) is an empty one."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115


def _abandon_stdout() -> None:
    """What standard output could not take, Python is not to try again when it exits."""
    with contextlib.suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
