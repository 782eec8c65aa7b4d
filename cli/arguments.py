"""Arguments that click does not know: files, lists, and numbers that may be negative."""

from __future__ import annotations

import math
from typing import Any, Literal

import click
from click.shell_completion import CompletionItem

from cli.intervals import semitones_of
from ctxaudio.limits import (
    MAX_CONTEXT,
    MAX_EXAMPLE_SHIFT,
    MAX_SPEED,
    MIN_EXAMPLE_SHIFT,
    MIN_SPEED,
)

MAX_BENCH_CONTEXT = 1e6
MAX_LATENCY_MS = 2000.0
_MINUS = "\N{MINUS SIGN}"


class SignedCommand(click.Command):
    """A command to which ``-3.5`` and ``-50c`` are intervals, not options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse with every interval down written with a true minus sign."""
        return super().parse_args(
            ctx, [_MINUS + arg[1:] if _is_interval_down(arg) else arg for arg in args]
        )


def _is_interval_down(arg: str) -> bool:
    try:
        return arg.startswith("-") and semitones_of(arg) <= 0.0
    except ValueError:
        return False


class FileName(click.ParamType):
    """A name that a shell completes; whether there is such a file is for those to say who open it.

    With ``folder``, only folders are offered.
    """

    name = "path"

    def __init__(self, *, folder: bool = False) -> None:
        self.kind = "dir" if folder else "file"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """Take any name."""
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Let the shell offer what begins with ``incomplete``."""
        return [CompletionItem(incomplete, type=self.kind)]


class VersionFile(click.types.Tuple):
    """Semitones, and the file of a version of the song."""

    def __init__(self) -> None:
        super().__init__([Semitones(), FileName()])

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Files: of numbers none is more likely than others."""
        return FileName().shell_complete(ctx, param, incomplete)


class FiniteRange(click.FloatRange):
    """Numbers in a range, and none that is no number: ``nan`` is not below any bound."""

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """Parse one number."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"expected a finite number, got {number:g}.", param, ctx)
        return number


class Semitones(click.ParamType):
    """An interval of at most ``limit`` semitones; :mod:`cli.intervals` says how it is written."""

    name = "semitones"

    def __init__(self, limit: float = MAX_CONTEXT) -> None:
        self.limit = limit

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """Parse one number."""
        if isinstance(value, float):
            return value
        try:
            number = semitones_of(str(value))
        except ValueError:
            self.fail(
                "expected a number of semitones such as +5 or -3.5, or an interval such as -50c, "
                f"x1.5 or 'up a fifth', got {value!r}."
            )
        if abs(number) > self.limit:
            self.fail(f"expected at most ±{self.limit:g} semitones, got {number:g}.")
        return number


class Speed(click.ParamType):
    """How many times as fast, such as ``0.8``."""

    name = "speed"

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """Parse one number."""
        if isinstance(value, float):
            return value
        try:
            number = float(str(value).removesuffix("x"))
        except ValueError:
            self.fail(f"expected a speed such as 0.8 or 1.25, got {value!r}.")
        if not MIN_SPEED <= number <= MAX_SPEED:
            hint = f" Did you mean {number / 100:g}?" if 25 <= number <= 400 else ""
            self.fail(f"expected a speed of {MIN_SPEED:g} to {MAX_SPEED:g}, got {number:g}.{hint}")
        return number


def speed_option(command: Any) -> Any:
    """The option ``--speed`` of a command."""
    said = f"Times as fast, at the same pitch: {MIN_SPEED:g} to {MAX_SPEED:g}."
    return click.option("--speed", type=Speed(), default=1.0, help=said)(command)


class FormantPlace(click.ParamType):
    """``keep``, or semitones as :class:`Semitones` takes them."""

    name = "keep|semitones"

    def convert(self, value: Any, param: Any, ctx: Any) -> float | Literal["keep"]:
        """Parse one."""
        if value == "keep":
            return "keep"
        try:
            return Semitones().convert(value, param, ctx)
        except click.BadParameter as error:
            message = error.message.replace("expected", "expected keep, or", 1)
            raise click.BadParameter(message, ctx, param) from None


class SemitoneList(click.ParamType):
    """Several numbers of semitones, separated by commas."""

    name = "semitones,…"

    def __init__(self, limit: float) -> None:
        self.single = Semitones(limit)

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[float, ...]:
        """Parse the list; none may stand twice."""
        if isinstance(value, tuple):
            return value
        numbers = tuple(self.single.convert(part, param, ctx) for part in str(value).split(","))
        if len(set(numbers)) < len(numbers):
            self.fail(f"expected different shifts, got {value}.")
        return numbers


class ExampleList(SemitoneList):
    """Semitones of versions that are taught: none is the song itself, or next to it."""

    def __init__(self) -> None:
        super().__init__(MAX_EXAMPLE_SHIFT)

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[float, ...]:
        """Parse the list."""
        numbers = super().convert(value, param, ctx)
        if 0.0 in numbers:
            self.fail(f"expected different shifts, none of them 0 (the song itself), got {value}.")
        if min(map(abs, numbers)) < MIN_EXAMPLE_SHIFT:
            self.fail(f"expected shifts of at least {MIN_EXAMPLE_SHIFT:g} semitones, got {value}.")
        return numbers


class ContextList(click.ParamType):
    """One context or more, separated by commas, such as ``25`` or ``-40,30``."""

    name = "context,…"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[float, ...]:
        """Parse the list; each must be finite."""
        if isinstance(value, tuple):
            return value
        try:
            numbers = tuple(float(part.replace(_MINUS, "-")) for part in str(value).split(","))
        except ValueError:
            self.fail(f"expected numbers such as 25 or -40,30, got {value!r}.")
        if not all(
            math.isfinite(number) and abs(number) <= MAX_BENCH_CONTEXT for number in numbers
        ):
            self.fail(f"expected contexts within ±{MAX_BENCH_CONTEXT:g}, got {value}.")
        return tuple(number + 0.0 for number in numbers)


class Latency(click.ParamType):
    """``low`` or ``high``, as the sound card defines them, or milliseconds; in seconds."""

    name = "low|high|ms"

    def convert(self, value: Any, param: Any, ctx: Any) -> float | Literal["low", "high"]:
        """Parse one."""
        if isinstance(value, float) or value == "low" or value == "high":
            return value
        try:
            milliseconds = float(value)
        except ValueError:
            milliseconds = math.nan
        if not 0.0 <= milliseconds <= MAX_LATENCY_MS:
            self.fail(f"expected low, high or 0 to {MAX_LATENCY_MS:g} milliseconds, got {value!r}.")
        return milliseconds / 1000.0


class Setter(click.ParamType):
    """A name and a number, such as ``ridge=1e-6``."""

    name = "name=number"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, float]:
        """Parse one; the number must be finite."""
        if isinstance(value, tuple):
            return value
        name, _, number_text = str(value).partition("=")
        try:
            number = float(number_text)
        except ValueError:
            number = math.nan
        if not (name and math.isfinite(number)):
            self.fail(f"expected a name and a number such as ridge=1e-6, got {value!r}.")
        return name.strip(), number
