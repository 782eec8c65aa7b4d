"""Command lines and configs of anything."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

_WORDS = (
    *(
        "shift",
        "teach",
        "recall",
        "info",
        "play",
        "live",
        "bench",
        "devices",
        "lorenz",
        "delay-match",
        "list",
    ),
    *(
        "song.wav",
        "song.memory",
        "no-such-file",
        "-",
        "",
        ".",
        "/",
        "/dev/null",
        "\N{SNOWMAN}",
        "\t",
    ),
    *("+5", "-3.5", "-50c", "x1.5", "up a fifth", "+37", "nan", "inf", "1e999", "-", "--", "-0"),
    *("--to", "C", "F# minor", "A=442", "A=0", "--from", "--by", "-2,+2", ",", "--speed", "0.8"),
    *("-o", "out/", "out.wav", "out.xyz", "--force", "--json", "-q", "--help", "--version", "-r"),
    *("--examples", "-1,+1", "--example", "--seed", "--threads", "0", "2", "--jobs", "--report"),
    *(
        "--memory",
        "--drums",
        "keep",
        "--formants",
        "--network",
        "trained",
        "--damaged",
        "--nothing",
    ),
    *("--alone", "--loop", "--seconds", "1.5"),
    *("--no-ui", "--input", "--device", "--latency", "low", "--blocksize", "9" * 40, "\x1b[31m"),
)
_NUMBERS = (0, 1, -1, 2, 3, 0.5, -0.5, 1e-300, 1e300, 2**31, 2**63, 10**30)
_VALUES: tuple[Any, ...] = (
    *_NUMBERS,
    float("nan"),
    float("inf"),
    None,
    True,
    "1",
    (),
    (1, 2),
    (0.1, 2.0),
    [],
)


def words(rng: np.random.Generator) -> list[str]:
    """A command line."""
    return [str(word) for word in rng.choice(np.array(_WORDS, object), rng.integers(1, 8))]


def run_command(line: list[str]) -> str | None:
    """What is wrong with how the command answers: its exit status, and what it says.

    It is run in a folder of its own, by whoever calls this, and with nothing on standard input.
    """
    from cli.main import entry

    said, code = io.TextIOWrapper(io.BytesIO(), "utf-8"), 0
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    before = sys.stdin
    try:
        sys.stdin = io.TextIOWrapper(io.BytesIO(), "utf-8")
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(out):
            entry(line)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    finally:
        sys.stdin = before
    said.seek(0)
    lines = said.read().splitlines()
    if code not in (0, 1, 2):
        return f"exit status {code}"
    if code and not (lines and lines[-1].startswith("ctxaudio: ")):
        return f"exit status {code}, and what is said is {lines[-1:]}"
    if any("Traceback" in line for line in lines):
        return "a traceback"
    return None


def configs() -> dict[str, Callable[..., Any]]:
    """Every config, by name."""
    from ctxaudio.analysis.bands import BandConfig
    from ctxaudio.analysis.frames import FrameConfig
    from ctxaudio.memory.alone.passage import Passage
    from ctxaudio.playback.sound_card import CardConfig
    from rnn import FlowConfig, ReservoirConfig
    from rnn.phrases.clock import ClockConfig
    from rnn.trainable.config import RateConfig
    from rnn.trainable.optimiser import OptimiserConfig

    kinds = (BandConfig, FrameConfig, CardConfig, FlowConfig, ReservoirConfig, ClockConfig, Passage)
    return {kind.__name__: kind for kind in (*kinds, RateConfig, OptimiserConfig)}


def options(config: Callable[..., Any], rng: np.random.Generator) -> dict[str, Any]:
    """Values for some of a config's fields."""
    fields = config.__dataclass_fields__  # type: ignore[attr-defined]
    return {
        name: _VALUES[rng.integers(len(_VALUES))]
        for name in fields
        if rng.random() < 2.0 / len(fields) or fields[name].default is fields[name].default_factory
    }
