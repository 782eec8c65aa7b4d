"""What `benchmarks.capacity` found, as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from PIL import Image

from benchmarks.phrase_network import Row

matplotlib.use("Agg")  # a file is written, no screen is needed
_N_COLOURS = 64  # as many as these lines need


def draw(tables: Mapping[str, Sequence[Row]], path: Path) -> None:
    """Write a PNG of four panels: capacity, noise, units lost, and the clock."""
    figure, ((capacity, noise), (lost, clock)) = plt.subplots(
        2, 2, figsize=(11, 7.5), layout="constrained"
    )
    _capacity(capacity, tables["phrase"])
    _noise(noise, tables["recall"])
    _units_lost(lost, tables["recall"])
    _clock(clock, tables["clock"])
    figure.savefig(path, dpi=80)
    plt.close(figure)
    with Image.open(path) as drawn:
        small = drawn.convert("RGB").quantize(_N_COLOURS)
    small.save(path, optimize=True)


def _capacity(axes: Axes, rows: Sequence[Row]) -> None:
    for colour, units in enumerate(_each(rows, "units")):
        mine = [row for row in rows if row["units"] == units]
        of = [row["frames a unit"] for row in mine]
        _line(axes, of, mine, "sequence", colour, "-", f"{units} units")
        _line(axes, of, mine, "displacement", colour, ":", None)
        slipped = [row for row in mine if float(row["lost"]) > 0.0]
        at = [row["frames a unit"] for row in slipped]
        axes.plot(at, [row["sequence"] for row in slipped], "kx")
    axes.set(
        title="one phrase: solid sequence, dotted displacement, x frames lost",
        xlabel="frames a unit",
        ylabel="relative error",
        xscale="log",
        yscale="log",
    )
    ratios = _each(rows, "frames a unit")
    axes.set_xticks(ratios, labels=[f"{ratio:g}" for ratio in ratios])
    axes.minorticks_off()
    axes.legend()


def _noise(axes: Axes, rows: Sequence[Row]) -> None:
    for colour, (name, mine) in enumerate(_settings(rows)):
        for of, style in (("noise in weights", ":"), ("noise in states", "-")):
            there = [row for row in mine if row["of"] == of]
            label = name if style == "-" else None
            sizes = [row["size"] for row in there]
            _line(axes, sizes, there, "displacement", colour, style, label)
    axes.set(
        title="displacement: solid noise in states, dotted in weights",
        xlabel="noise",
        ylabel="relative error",
        xscale="log",
        yscale="log",
        ylim=(5e-6, 20.0),
    )


def _units_lost(axes: Axes, rows: Sequence[Row]) -> None:
    for colour, (name, mine) in enumerate(_settings(rows)):
        for of, style in (("units lost", "-"), ("units lost, learned again", ":")):
            there = [row for row in mine if row["of"] == of]
            label = name if style == "-" else None
            sizes = [row["size"] for row in there]
            _line(axes, sizes, there, "displacement", colour, style, label)
    axes.set(
        title="displacement: solid units lost, dotted learned again",
        xlabel="share of the units",
        ylabel="relative error",
        xscale="log",
        yscale="log",
        ylim=(3e-10, 2.0),
    )
    axes.legend(fontsize="small", loc="lower left", title="both upper right and here")


def _clock(axes: Axes, rows: Sequence[Row]) -> None:
    for colour, ridge in enumerate(_each(rows, "ridge")):
        for of, style in (("noise in states", "-"), ("units lost", "--")):
            there = [row for row in rows if row["ridge"] == ridge and row["of"] == of]
            label = f"ridge {ridge:g}" if style == "-" else None
            _line(axes, [row["size"] for row in there], there, "lost", colour, style, label)
    axes.set(
        title="its own clock: solid noise in states, dashed units lost",
        xlabel="noise, or share of the units",
        ylabel="share of frames lost",
    )
    axes.legend()


def _line(
    axes: Axes,
    x: Sequence[float | str],
    rows: Sequence[Row],
    what: str,
    colour: int,
    style: str,
    label: str | None,
) -> None:
    y = [row[what] for row in rows]
    axes.plot(x, y, style, marker=".", color=f"C{colour}", label=label)


def _settings(rows: Sequence[Row]) -> Iterable[tuple[str, list[Row]]]:
    for scale, ridge in dict.fromkeys((row["scale"], row["ridge"]) for row in rows):
        mine = [row for row in rows if (row["scale"], row["ridge"]) == (scale, ridge)]
        yield f"scale {scale:g}, ridge {ridge:g}", mine


def _each(rows: Sequence[Row], name: str) -> list[float | str]:
    return list(dict.fromkeys(row[name] for row in rows))
