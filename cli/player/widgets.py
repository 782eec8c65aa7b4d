"""What the screen of ``ctxaudio live`` is made of: a dial, a place, bars and meters, as lines."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from cli.player.deck import clock
from ctxaudio.analysis.bands import hz_to_semitones

Line = list[tuple[str, str]]  # texts, each with the name of its style

_DIAL = 24  # semitones to either side
_QUADRANTS = np.array(list(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"))  # upper left 1, upper right 2, lower 4 and 8
_BARS_DB = 60.0  # from the foot of a bar to its top
_TICKS_HZ = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_METER_DB = 60.0  # from full scale down
_LOUD_DB, _VERY_LOUD_DB = -12.0, -3.0  # where a meter's colour changes
_HOLD_S = 1.5  # that a peak stays
_FALL_DB_S = 20.0  # after that
_CLIPPED_S = 3.0  # that a clipped channel stays marked


class Drawing(Widget):
    """Lines of text; those that have changed are drawn again."""

    COMPONENT_CLASSES = {"--accent", "--faint", "--good", "--warning", "--bad", "--strong"}  # noqa: RUF012
    DEFAULT_CSS = """
    Drawing { height: 1; }
    Drawing > .--accent { color: $accent; }
    Drawing > .--faint { color: $foreground 50%; }
    Drawing > .--good { color: $success; }
    Drawing > .--warning { color: $warning; }
    Drawing > .--bad { color: $error; text-style: bold; }
    Drawing > .--strong { text-style: bold; }
    """

    def __init__(self, *, id: str) -> None:  # noqa: A002
        self._lines: tuple[Line, ...] = ()
        self._styles: dict[str, Style] = {}
        super().__init__(id=id)

    def show(self, *lines: Line) -> None:
        """Show other lines."""
        before, self._lines = self._lines, lines
        pairs = enumerate(itertools.zip_longest(before, lines))
        changed = [y for y, (old, new) in pairs if old != new]
        if changed:  # one region, for each has its price
            top, bottom = changed[0], changed[-1] + 1
            self.refresh(Region(0, top, self.size.width, bottom - top))

    def render_line(self, y: int) -> Strip:
        """One line, as textual asks for it."""
        line = self._lines[y] if y < len(self._lines) else []
        segments = [Segment(text, self._style(name)) for text, name in line]
        return Strip(segments).adjust_cell_length(self.size.width, self._style(""))

    def notify_style_update(self) -> None:
        """Forget the styles, as they have changed."""
        self._styles = {}
        super().notify_style_update()

    def _style(self, name: str) -> Style:
        # Kept, for textual takes longer to work them out than to draw.
        if name not in self._styles:
            self._styles[name] = (
                self.get_component_rich_style(f"--{name}") if name else self.rich_style
            )
        return self._styles[name]


def dial(width: int, heard: float, context: float) -> tuple[Line, ...]:
    """Three lines: where the context is from -24 to +24, and where it was turned to.

    >>> for line in dial(25, 6.0, 12.0):
    ...     print("".join(text for text, _ in line))
                   ▼  ▽
    ┴─────┴─────┻━━━──┴─────┴
    -24  -12    0    +12  +24
    """
    width -= 1 - width % 2  # zero is in the middle
    cells = {f"{tick:+d}" if tick else "0": _cell(tick, width) for tick in range(-24, 25, 12)}
    at, to, zero = _cell(heard, width), _cell(context, width), cells["0"]
    pointer = "◄" if heard < -_DIAL else "►" if heard > _DIAL else "▼"
    if to < at:
        top = [("▽".rjust(to + 1), "faint"), (pointer.rjust(at - to), "accent")]
    else:
        top = [(pointer.rjust(at + 1), "accent"), ("▽".rjust(to - at) if to > at else "", "faint")]
    thin = "".join("┴" if x in cells.values() else "─" for x in range(width))
    thick = thin.replace("─", "━").replace("┴", "┻")
    left, right = min(at, zero), max(at, zero) + 1
    scale = [(thin[:left], "faint"), (thick[left:right], "accent"), (thin[right:], "faint")]
    return top, scale, [(_labels(width, cells), "faint")]


def place(width: int, position_s: float, duration_s: float | None) -> Line:
    """Where one is in a song, or how long an input has been playing."""
    if duration_s is None:
        return [(clock(position_s), "strong")]
    times = f"{clock(position_s)} / {clock(duration_s)}  "
    width = max(width - len(times), 1)
    done = round(width * min(position_s / max(duration_s, 1e-9), 1.0))
    return [(times, "strong"), ("━" * done, "accent"), ("─" * (width - done), "faint")]


class Bars:
    """A bar a band: how far right is the pitch that is recalled, how high its level."""

    def __init__(self, centres: np.ndarray) -> None:
        margin = 0.5 * float(centres[1] - centres[0])
        self._lowest, self._highest = float(centres[0]) - margin, float(centres[-1]) + margin
        self._n_bands = len(centres)
        self._loudest = -math.inf  # dB, of all that was recalled

    def lines(self, width: int, height: int, recalled: np.ndarray) -> tuple[Line, ...]:
        """Bars in all lines but the last, which is the scale."""
        height -= 1
        if width < 1 or height < 1:
            return ()
        dots = np.zeros((2 * height, 2 * width), bool)
        pitch, level = np.split(np.nan_to_num(recalled), 2)
        self._loudest = max(self._loudest, float(level.max()))
        tall = np.rint((1.0 + (level - self._loudest) / _BARS_DB) * 2 * height).clip(0, 2 * height)
        broad = max(2 * width // self._n_bands // 3, 1)  # a third of the room that there is
        left = np.rint(self._share(pitch) * 2 * width - 0.5 * broad)
        left = left.clip(-broad, 2 * width)  # beyond the scale nothing is seen
        for x, y in zip(left.astype(int), tall.astype(int), strict=True):
            dots[2 * height - y :, max(x, 0) : max(x + broad, 0)] = True
        quarters = dots.reshape(height, 2, width, 2).transpose(0, 2, 1, 3).reshape(height, width, 4)
        rows = _QUADRANTS[quarters @ np.array([1, 2, 4, 8])]
        ticks = {"Hz": 0} | {
            f"{hz // 1000}k" if hz >= 1000 else f"{hz}": int(share * width)
            for hz in _TICKS_HZ
            if 0.0 <= (share := self._share(hz_to_semitones(hz))) < 1.0
        }
        return *([("".join(row), "accent")] for row in rows), [(_labels(width, ticks), "faint")]

    def _share(self, pitch: Any) -> Any:
        return (pitch - self._lowest) / (self._highest - self._lowest)


class Meters:
    """The level of each channel, with its highest of late."""

    def __init__(self, n_channels: int) -> None:
        names = ["L", "R"] if n_channels == 2 else [f"{i + 1}" for i in range(n_channels)]
        self._names = names if n_channels > 1 else [" "]
        self._n_columns = 1 if n_channels <= 2 else 2
        self._held = np.full(n_channels, -math.inf)  # dB
        self._held_at = np.zeros(n_channels)
        self._clipped_at = np.full(n_channels, -math.inf)
        self._at = 0.0

    @property
    def height(self) -> int:
        """How many lines there are."""
        return -(-len(self._names) // self._n_columns)

    def lines(self, width: int, peaks: np.ndarray, now: float) -> list[Line]:
        """Peaks are (channel,), full scale 1; now is in seconds."""
        with np.errstate(divide="ignore"):
            level = 20.0 * np.log10(np.nan_to_num(peaks))
        fallen = self._held - _FALL_DB_S * (now - self._at) * (now - self._held_at > _HOLD_S)
        self._held_at[level >= fallen] = now
        self._held = np.maximum(fallen, level)
        self._clipped_at[level >= 0.0] = now
        self._at = now
        each = [
            _meter(width // self._n_columns - 1, name, *values)
            for name, *values in zip(
                self._names, level, self._held, now - self._clipped_at < _CLIPPED_S, strict=True
            )
        ]
        return [
            [part for meter in each[i :: self.height] for part in [*meter, (" ", "")]]
            for i in range(self.height)
        ]


def _meter(width: int, name: str, level: float, held: float, is_clipped: bool) -> Line:
    """One level and the highest of late, in dB."""
    number = f"{held:7.1f} dB " if held >= -_METER_DB else "     −∞ dB "
    mark = "CLIP" if is_clipped else "    "
    width = max(width - len(name) - len(number) - len(mark) - 1, 1)

    def cells(decibels: float) -> float:
        return width * min(max(1.0 + decibels / _METER_DB, 0.0), 1.0)

    whole, part = divmod(round(8 * cells(level)), 8)
    row = list(("█" * whole + _EIGHTHS[part] * (part > 0)).ljust(width, "·"))
    if held > -_METER_DB:
        row[min(int(cells(held)), width - 1)] = "┃"
    bar, lit = "".join(row), whole + (part > 0)
    loud, very_loud = round(cells(_LOUD_DB)), round(cells(_VERY_LOUD_DB))
    before, peak, after = bar[lit:].partition("┃")
    return [
        (f"{name} ", "strong"),
        (bar[: min(loud, lit)], "good"),
        (bar[loud : min(very_loud, lit)], "warning"),
        (bar[very_loud:lit], "bad"),
        (before, "faint"),
        (peak, "strong"),
        (after, "faint"),
        (number, ""),
        (mark, "bad"),
    ]


def _cell(semitones: float, width: int) -> int:
    """Where a context is on a dial."""
    return round((min(max(semitones, -_DIAL), _DIAL) / _DIAL + 1.0) * (width - 1) / 2.0)


def _labels(width: int, cells: Mapping[str, int]) -> str:
    """Each label around its cell, as far as there is room."""
    line = ""
    for label, cell in cells.items():
        start = min(max(cell - len(label) // 2, 0), width - len(label))
        if start > len(line) or start == 0 == len(line):
            line = line.ljust(start) + label
    return line
